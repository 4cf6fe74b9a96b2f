//! Snapshots of a pool.

use sandbox_host::{Context, Function, Provider, Snapshot, Termination};
use serde_json::json;

use super::budget::Budget;
use super::pages::Pages;
use crate::Done;
use crate::args::{Global, Snapshot as Verb};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Pool};
use crate::layout::columns;
use crate::out;
use crate::output::print_json;
use crate::style::{Style, clean};
use crate::table::table;

pub async fn run(global: &Global, verb: &Verb) -> Done {
    match verb {
        Verb::Capture(own) => {
            let handle = input::handle(&own.handle)?;
            let (provider, context) = open(global)?;
            show(global, &provider.capture(&context, &handle, &own.name).await?)
        }
        Verb::Prepare(own) => {
            let spec = input::spec(&own.provision())?;
            let (provider, context) = open(global)?;
            show(global, &provider.prepare(&context, &own.name, &spec).await?)
        }
        Verb::Get(own) => {
            let (provider, context) = open(global)?;
            match provider.get_snapshot(&context, &own.name).await? {
                Some(snapshot) => show(global, &snapshot),
                None => Err(Failure::not_found(format!("The pool has no snapshot {}.", clean(&own.name))).remedy(
                    "`sandbox-host snapshot list` shows those that there are; `prepare` and `capture` make one.",
                )),
            }
        }
        Verb::Activate(own) => {
            let (provider, context) = open(global)?;
            show(global, &provider.activate_snapshot(&context, &own.name).await?)
        }
        Verb::Delete(own) => {
            let (provider, context) = open(global)?;
            let ended = provider.delete_snapshot(&context, &own.name).await?;
            if global.json {
                print_json(&json!({ "termination": ended }))?;
            } else {
                out::line(match ended {
                    Termination::Requested => "requested  the vendor deletes it",
                    Termination::Gone => "gone  it does not exist any more",
                })?;
            }
            Ok(Exit::Ok)
        }
        Verb::List => list(global).await,
    }
}

async fn list(global: &Global) -> Done {
    let (provider, context) = open(global)?;
    let budget = Budget::of(global);
    let first = provider.list_snapshots(&budget.context(&context)?, None).await?;
    let (mut all, mut next, mut pages) = (first.items, first.next_cursor, Pages::default());
    while let Some(cursor) = pages.next(next)? {
        let page = provider.list_snapshots(&budget.context(&context)?, Some(&cursor)).await?;
        all.extend(page.items);
        next = page.next_cursor;
    }
    if global.json {
        print_json(&all)?;
        return Ok(Exit::Ok);
    }
    if all.is_empty() {
        out::line("none")?;
        return Ok(Exit::Ok);
    }
    let row = |snapshot: &Snapshot| {
        let of = snapshot.image.as_deref().or(snapshot.source_sandbox_id.as_deref()).unwrap_or("-");
        let made = snapshot.created_at.as_deref().unwrap_or("-");
        [clean(&snapshot.name), snapshot.phase.to_string(), clean(made), clean(of)]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    out::print(table(Style::stdout(), ["NAME", "PHASE", "MADE", "OF"], &rows))?;
    Ok(Exit::Ok)
}

fn show(global: &Global, snapshot: &Snapshot) -> Done {
    if global.json {
        print_json(snapshot)?;
        return Ok(Exit::Ok);
    }
    let style = Style::stdout();
    let mut rows = vec![("at the vendor", clean(&snapshot.vendor_name)), ("id", clean(&snapshot.id))];
    for (name, value) in [
        ("image", &snapshot.image),
        ("reason", &snapshot.reason),
        ("made", &snapshot.created_at),
        ("of sandbox", &snapshot.source_sandbox_id),
    ] {
        if let Some(value) = value {
            rows.push((name, clean(value)));
        }
    }
    if snapshot.details.get("command") == Some("none") {
        rows.push(("launches", "nothing by itself: begin its worker with `launch`".to_owned()));
    }
    let head = format!("{}  {}", style.bold(clean(&snapshot.name)), snapshot.phase);
    out::print(format!("{head}\n{}", columns(style, &rows)))?;
    Ok(Exit::Ok)
}

fn open(global: &Global) -> Result<(Provider, Context), Failure> {
    let context = Pool::read(global)?.context(global)?;
    let provider = provider(global, Network::Needed)?;
    if provider.offers(Function::Capture) {
        return Ok((provider, context));
    }
    Err(Failure::component("The component does not offer snapshots.")
        .remedy("Use a component that exports the interface `snapshots`."))
}
