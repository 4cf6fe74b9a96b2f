//! What each function of the contract costs, counted and not timed: wasm instructions and calls to the host.
//!
//! Every call runs in a fresh instance, in virtual time, and over replies that were recorded once (`counts/replies.json`), so
//! that the numbers are exact: the same component gives the same ones on every machine, and a change of `fake-daytona` does
//! not move them. They are held to what was written down last (`counts/costs.json`).

mod bindings;
mod calls;
mod costs;
mod engine;
mod replies;

pub use costs::{Costs, Function};
pub(crate) use engine::Counter;
pub use engine::Data;

use crate::clients::Failure;
use engine::Cost;
use replies::{Recording, Replies, Source};

/// Counts every function of a component, twice.
///
/// # Errors
/// When the two counts differ, or the component sends what no reply was recorded for.
pub fn measure(component: &[u8]) -> Result<Vec<Function>, Failure> {
    let counter = Counter::new(component)?;
    let replies = Replies::read()?;
    let once = run(&counter, &Source::Recorded(replies.clone()))?;
    let again = run(&counter, &Source::Recorded(replies))?;
    if let Some((first, second)) = once.iter().zip(&again).find(|(first, second)| first != second) {
        return Err(format!("the counts are not exact: {first:?}, then {second:?}").into());
    }
    Ok(once)
}

/// Records anew what a server answers to a component's calls.
///
/// # Errors
/// When a call fails, or the file cannot be written.
pub fn record_replies(component: &[u8]) -> Result<(), Failure> {
    let recording = Recording::default();
    run(&Counter::new(component)?, &Source::Fake(recording.clone()))?;
    recording.into_replies().write()
}

/// All calls over one source of replies.
fn run(counter: &Counter, source: &Source) -> Result<Vec<Function>, Failure> {
    // A runtime of its own each time, so that its clock stands at the same moment.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    let costs = runtime.block_on(calls::all(counter, source))?;
    let function = |(name, cost): (&str, Cost)| Function {
        name: name.to_owned(),
        instructions: cost.instructions,
        host_calls: cost.calls.into_iter().map(|(interface, calls)| (interface.to_owned(), calls)).collect(),
    };
    Ok(costs.into_iter().map(function).collect())
}
