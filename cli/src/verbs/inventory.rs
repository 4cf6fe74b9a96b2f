//! Commands on all sandboxes of a pool: a list, and an end for those that nobody wants any more.

use sandbox_host::{Action, Context, Function, Item, Mode, Outcome, Page, Provider, Report};

use super::budget::Budget;
use super::pages::Pages;
use crate::Done;
use crate::args::{Global, Reconcile};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Pool;
use crate::known;
use crate::out;
use crate::output::print_json;
use crate::style::{Style, clean};
use crate::table::table;

pub async fn list(global: &Global) -> Done {
    let context = Pool::read(global)?.context(global)?;
    let provider = offering(global, Function::List)?;
    let all = whole(&provider, &context, &Budget::of(global)).await?;
    if global.json {
        print_json(&all)?;
        return Ok(Exit::Ok);
    }
    let mut text = String::new();
    if !all.items.is_empty() {
        let rows: Vec<_> = all.items.iter().map(item).collect();
        text = table(Style::stdout(), ["SESSION", "STATUS", "PHASE", "CREATED", "ID", ""], &rows);
    }
    let time = all.server_time.map(|time| format!(" at {}", clean(&time))).unwrap_or_default();
    out::print(format!("{text}{} of pool {}{time}\n", sandboxes(all.items.len()), clean(&context.pool_id)))?;
    Ok(Exit::Ok)
}

pub async fn reconcile(global: &Global, own: &Reconcile) -> Done {
    let sessions = known::sessions(own)?;
    let context = Pool::read(global)?.context(global)?;
    let provider = offering(global, Function::Reconcile)?;
    let budget = Budget::of(global);
    let as_of = match &own.as_of {
        Some(as_of) => as_of.clone(),
        // Without it the command line lets nothing happen but a dry run, which may take the present for it.
        None => provider.list(&budget.context(&context)?, None).await?.server_time.ok_or_else(|| {
            Failure::usage("The vendor does not tell its time.").remedy("Give the time with --as-of.")
        })?,
    };
    let reconcile = async |mode| -> Result<Report, Failure> {
        let context = budget.context(&context)?;
        Ok(provider.reconcile(&context, &sessions, &as_of, own.min_age_sec, mode).await?)
    };
    if own.mode() == Mode::Act && own.known.is_some() && !own.allow_no_match {
        let dry = reconcile(Mode::Look).await?;
        refuse_without_match(&dry, &context.pool_id)?;
    }
    let report = reconcile(own.mode()).await?;
    if global.json {
        print_json(&report)?;
    } else {
        out::print(told(Style::stdout(), &report, own.mode(), &context.pool_id))?;
    }
    let failed = report.outcomes.iter().any(has_failed);
    Ok(if failed || !report.complete { Exit::Unfinished } else { Exit::Ok })
}

/// A file of which no id is any sandbox's is another pool's, or no list at all: it ends nothing. Sessions that were named one
/// by one on the command line are meant.
fn refuse_without_match(dry: &Report, pool: &str) -> Result<(), Failure> {
    let is_known = |outcome: &Outcome| outcome.reason == "known" || outcome.reason == "would-unmark";
    let would_end = |outcome: &&Outcome| outcome.reason.starts_with("would-") && !is_known(outcome);
    let ended = dry.outcomes.iter().filter(would_end).count();
    if ended == 0 || dry.outcomes.iter().any(is_known) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "None of the known sessions has a sandbox in pool {}, and {} would be marked or deleted. Nothing was changed.",
        clean(pool),
        sandboxes(ended)
    ))
    .remedy(
        "Check that the list is that of this pool. If it is right, say so with --allow-no-match; if no session of the pool may live, with --none-known.",
    ))
}

fn has_failed(outcome: &Outcome) -> bool {
    outcome.action == Action::Failed
}

/// The provider, which has to offer a function: before anything is sent, the command line says what there is not.
fn offering(global: &Global, function: Function) -> Result<Provider, Failure> {
    let provider = provider(global, Network::Needed)?;
    if provider.offers(function) {
        return Ok(provider);
    }
    Err(Failure::component("The component does not offer to list sandboxes.")
        .remedy("Use a component that exports the interface `inventory`."))
}

/// All pages as one, with the time of the first: what the vendor had by then is in it.
async fn whole(provider: &Provider, context: &Context, budget: &Budget) -> Result<Page, Failure> {
    let mut all = provider.list(&budget.context(context)?, None).await?;
    let mut pages = Pages::default();
    while let Some(cursor) = pages.next(all.next_cursor.take())? {
        let next = provider.list(&budget.context(context)?, Some(&cursor)).await?;
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
        text.push_str("nothing was changed: --mark marks, --delete also deletes what was marked before\n");
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
