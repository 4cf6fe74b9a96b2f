use sandbox_host::{Declaration, Finding, Severity};
use serde::Serialize;

use crate::cli::Done;
use crate::cli::args::Global;
use crate::cli::component::{Network, provider};
use crate::cli::exit::Exit;
use crate::cli::input::Pool;
use crate::cli::output::{columns, declaration, findings, print_json};
use crate::cli::style::Style;

#[derive(Serialize)]
struct Checked {
    findings: Vec<Finding>,
    provides: Declaration,
}

pub async fn run(global: &Global) -> Done {
    let pool = Pool::read(global)?;
    let provider = provider(global, Network::NotNeeded)?;
    let checked = Checked {
        findings: provider.check_config(&pool.config).await?,
        provides: provider.provides(pool.runtime_provides.as_ref()).await?,
    };
    let broken = checked.findings.iter().any(|finding| finding.severity == Severity::Error);
    if global.json {
        print_json(&checked)?;
    } else {
        let style = Style::stdout();
        print!("{}", findings(style, &checked.findings));
        println!("\n{}", style.bold("Such a pool provides"));
        print!("{}", columns(style, &declaration(&checked.provides)));
    }
    Ok(if broken { Exit::Config } else { Exit::Ok })
}
