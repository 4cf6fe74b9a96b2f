//! How a pool is, and how much fits into it.

use sandbox_host::{Condition, Finding};

use crate::Done;
use crate::args::Global;
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::input::Pool;
use crate::layout::columns;
use crate::out;
use crate::output::{findings, print_json};
use crate::style::{Style, clean};

pub async fn health(global: &Global) -> Done {
    let context = Pool::read(global)?.context(global)?;
    let report = provider(global, Network::Needed)?.health(&context).await?;
    if global.json {
        print_json(&report)?;
    } else {
        let style = Style::stdout();
        let word = match report.condition {
            Condition::Ready => style.good(style.bold(report.condition)),
            Condition::Degraded => style.warning(style.bold(report.condition)),
            Condition::Unhealthy => style.bad(style.bold(report.condition)),
        };
        let until = report.until.iter().map(|until| ("until", clean(until)));
        let rows: Vec<(&str, String)> =
            until.chain(report.extensions.iter().map(|(name, value)| (name, clean(value)))).collect();
        out::print(format!("{word}\n{}", columns(style, &rows)))?;
        if !report.findings.is_empty() {
            out::print(findings(style, &report.findings))?;
        }
    }
    Ok(match report.condition {
        Condition::Ready => Exit::Ok,
        Condition::Degraded => Exit::Degraded,
        Condition::Unhealthy => Exit::of_findings(&report.findings.iter().collect::<Vec<&Finding>>()),
    })
}

pub async fn capacity(global: &Global) -> Done {
    let context = Pool::read(global)?.context(global)?;
    let report = provider(global, Network::Needed)?.capacity(&context).await?;
    if global.json {
        print_json(&report)?;
    } else {
        let style = Style::stdout();
        let known = |number: Option<u32>| number.map_or_else(|| "not known".to_owned(), |number| number.to_string());
        let limit = report.limit.as_deref().map(|limit| format!(", bounded by {}", clean(limit))).unwrap_or_default();
        let mut rows = vec![
            ("active", report.active.to_string()),
            ("parked", report.parked.to_string()),
            ("still possible", format!("{}{limit}", known(report.available))),
            ("at most", known(report.maximum)),
        ];
        rows.extend(report.captured_at.iter().map(|at| ("as of", clean(at))));
        rows.extend(report.details.iter().map(|(name, value)| (name, clean(value))));
        out::print(columns(style, &rows))?;
        if !report.complete {
            out::line(style.warning("Not all were counted: the deadline ended first."))?;
        }
    }
    Ok(if report.complete { Exit::Ok } else { Exit::Unfinished })
}
