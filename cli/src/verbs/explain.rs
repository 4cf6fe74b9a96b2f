//! What became of a session, and what to do about it.

use sandbox_host::{Explanation, Severity};

use crate::Done;
use crate::args::{Explain, Global};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::input::{self, Pool};
use crate::out;
use crate::output::{findings, print_json, state};
use crate::style::{Style, clean};

pub async fn run(global: &Global, own: &Explain) -> Done {
    let handle = own.handle.as_deref().map(input::handle).transpose()?;
    let context = Pool::read(global)?.context(global)?;
    let provider = provider(global, Network::Needed)?;
    // Only a handle opens the way to the sandbox's inside.
    let handle = match handle {
        Some(handle) => Some(handle),
        None => provider.locate(&context, &own.session).await?,
    };
    let explanation = provider.explain(&context, &own.session, handle.as_ref()).await?;
    if global.json {
        print_json(&explanation)?;
    } else {
        out::print(shown(Style::stdout(), &own.session, &explanation))?;
    }
    Ok(explanation.state.map_or(Exit::NotFound, |state| state.status.into()))
}

/// The cause first; state and output are what it was concluded from.
fn shown(style: Style, session: &str, explanation: &Explanation) -> String {
    let mut text = format!("{}\n", style.bold(clean(session)));
    let has_cause = explanation.findings.iter().any(|finding| finding.severity != Severity::Note);
    if !has_cause {
        text.push_str(&format!("{}  nothing is wrong with it, as far as it can be told\n", style.good("ok")));
    }
    if !explanation.findings.is_empty() {
        text.push_str(&findings(style, &explanation.findings));
    }
    if let Some(seen) = &explanation.state {
        text.push('\n');
        text.push_str(&state(style, seen));
    }
    match (&explanation.output, explanation.details.get("output-problem")) {
        (Some(output), _) => {
            let cut = explanation.details.get("output-truncated").is_some();
            let title = if cut { "last output of the launch command" } else { "output of the launch command" };
            text.push_str(&format!("\n{}\n", style.bold(title)));
            if output.trim().is_empty() {
                text.push_str(&format!("  {}\n", style.dim("none")));
            }
            for line in output.lines() {
                text.push_str(&format!("  {}\n", clean(line)));
            }
        }
        (None, Some(why)) => {
            text.push_str(&format!("\n{}\n", style.dim(format!("no output of the launch command: {}", clean(why)))))
        }
        (None, None) => {}
    }
    text
}
