//! What calls cost where nothing is timed: wasm instructions and calls to the host.

use host_tests::counts::{Costs, measure, record_replies};

use crate::Failure;
use crate::artefacts::Artefacts;
use crate::options::Options;
use crate::report::{Section, figure, grouped};

/// One line for each function of the contract, held to what is written down.
pub fn counts(artefacts: &Artefacts, options: &Options) -> Result<Section, Failure> {
    if options.record_replies {
        record_replies(&artefacts.component)?;
    }
    let functions = measure(&artefacts.component)?;
    let costs = Costs::read()?;
    if options.accept_counts {
        costs.accept(&functions).write()?;
    } else {
        let exceeded = costs.exceeded(&functions);
        if !exceeded.is_empty() {
            let exceeded = exceeded.join("\n  ");
            let remedy = "`cargo xtask bench --only counts --accept-counts` writes down what it costs now";
            return Err(format!("more than is written down, or not the same functions:\n  {exceeded}\n{remedy}").into());
        }
    }
    let title = "Counts: instructions, calls to the host";
    let mut section =
        Section::new(title, &["instr.", "in 0.2.0", "ratio", "calls", "in 0.2.0", "http", "io", "clocks", "cli"]);
    for function in &functions {
        let (now, calls) = (function.instructions, function.all_host_calls());
        let before = costs.before(&function.name);
        let ratio = before.map(|before| now as f64 / before.instructions as f64);
        let was = before.map(|before| grouped(before.instructions)).unwrap_or_default();
        let were = before.map(|before| grouped(before.host_calls)).unwrap_or_default();
        let cells = [grouped(now), was, ratio.map(figure).unwrap_or_default(), grouped(calls), were];
        let packages = ["http/", "io/", "clocks/", "cli/"].map(|package| grouped(function.host_calls_of(package)));
        let row = section.row(function.name.as_str(), cells.into_iter().chain(packages));
        if let Some(ratio) = ratio {
            row.at_most("ratio", ratio, 1.0, "");
        }
    }
    Ok(section)
}
