//! Commands on all sandboxes of a pool: a list, and an end for those that nobody wants any more.

use sandbox_host::{Action, Context, Inventory, Item, Known, Mode, Outcome, Page, Provider, Report};

use crate::cli::Done;
use crate::cli::args::{Global, Reconcile};
use crate::cli::component::{Network, provider};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::input::Pool;
use crate::cli::known;
use crate::cli::output::print_json;
use crate::cli::style::{Style, clean};
use crate::cli::table::table;

pub async fn list(global: &Global) -> Done {
    let context = Pool::read(global)?.context(global)?;
    let inventory = inventory(&provider(global, Network::Needed)?)?;
    let all = whole(&inventory, &context).await?;
    if global.json {
        print_json(&all)?;
        return Ok(Exit::Ok);
    }
    if !all.items.is_empty() {
        let rows: Vec<_> = all.items.iter().map(item).collect();
        print!("{}", table(Style::stdout(), ["SESSION", "STATUS", "PHASE", "CREATED", "ID", ""], &rows));
    }
    let time = all.server_time.map(|time| format!(" at {}", clean(&time))).unwrap_or_default();
    println!("{} of pool {}{time}", sandboxes(all.items.len()), clean(&context.pool_id));
    Ok(Exit::Ok)
}

pub async fn reconcile(global: &Global, own: &Reconcile) -> Done {
    let sessions = known::sessions(own)?;
    let context = Pool::read(global)?.context(global)?;
    let inventory = inventory(&provider(global, Network::Needed)?)?;
    let as_of = match &own.as_of {
        Some(as_of) => as_of.clone(),
        // Without it the command line lets nothing happen but a look, which may take the present for it.
        None => inventory.list(&context, None).await?.server_time.ok_or_else(|| {
            Failure::usage("The vendor does not tell its time.").remedy("Give the time with --as-of.")
        })?,
    };
    let known = Known { sessions, as_of, min_age_sec: own.min_age_sec };
    let report = inventory.reconcile(&context, &known, own.mode()).await?;
    if global.json {
        print_json(&report)?;
    } else {
        print!("{}", told(Style::stdout(), &report, own.mode(), &context.pool_id));
    }
    let failed = report.outcomes.iter().any(has_failed);
    Ok(if failed || !report.complete { Exit::Unfinished } else { Exit::Ok })
}

fn has_failed(outcome: &Outcome) -> bool {
    outcome.action == Action::Failed
}

fn inventory(provider: &Provider) -> Result<Inventory, Failure> {
    provider.inventory().ok_or_else(|| {
        Failure::component("The component does not offer to list sandboxes.")
            .remedy("Use a component that exports the interface `inventory`.")
    })
}

/// All pages as one, with the time of the first: what the vendor had by then is in it.
async fn whole(inventory: &Inventory, context: &Context) -> Result<Page, Failure> {
    let mut all = inventory.list(context, None).await?;
    while let Some(cursor) = all.next_cursor.take() {
        let next = inventory.list(context, Some(&cursor)).await?;
        if next.next_cursor.as_ref() == Some(&cursor) {
            return Err(Failure::component("The component asks for the same page of the list again and again."));
        }
        all.items.extend(next.items);
        all.next_cursor = next.next_cursor;
    }
    Ok(all)
}

fn item(item: &Item) -> [String; 6] {
    let text = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), clean);
    [
        text(&item.session_id),
        item.state.status.to_string(),
        item.state.phase.to_string(),
        text(&item.created_at),
        clean(&item.handle.external_id),
        item.orphan_since.as_ref().map(|since| format!("orphan since {}", clean(since))).unwrap_or_default(),
    ]
}

fn sandboxes(count: usize) -> String {
    match count {
        0 => "no sandbox".to_owned(),
        1 => "1 sandbox".to_owned(),
        more => format!("{more} sandboxes"),
    }
}

/// What became of each sandbox; those that are as they should be are only counted.
fn told(style: Style, report: &Report, mode: Mode, pool: &str) -> String {
    let is_well = |outcome: &&Outcome| outcome.action == Action::Kept && outcome.reason == "known";
    let (good, rest): (Vec<_>, Vec<_>) = report.outcomes.iter().partition(is_well);
    let rows: Vec<_> = rest.iter().copied().map(outcome).collect();
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str(&table(style, ["ACTION", "SESSION", "ID", "REASON"], &rows));
    }
    text.push_str(&format!(
        "looked at {} of pool {}, {well} in order\n",
        sandboxes(report.outcomes.len()),
        clean(pool),
        well = good.len(),
    ));
    if mode == Mode::Look {
        text.push_str("nothing was changed: --mark marks, --act also deletes what was marked before\n");
    }
    if report.outcomes.iter().any(has_failed) {
        text.push_str("what failed is tried again by the next run\n");
    }
    if !report.complete {
        text.push_str("the deadline ended first: run it again, or give it a longer --deadline\n");
    }
    text
}

/// The contract tells what would be done as a reason for doing nothing.
fn outcome(outcome: &Outcome) -> [String; 4] {
    let (action, reason) = match outcome.reason.strip_prefix("would-") {
        Some(action) => (format!("would {}", clean(action)), String::new()),
        None => (outcome.action.to_string(), clean(&outcome.reason)),
    };
    let session = outcome.session_id.as_deref().map_or_else(|| "-".to_owned(), clean);
    [action, session, clean(&outcome.external_id), reason]
}
