//! The interface `snapshots`, as hostile as the rest. Its function `list` has the name of another interface's, so orders name it
//! `snapshots.list`.

use crate::attack::attack;
use crate::contract::snapshots::{Guest as Snapshots, Snapshot, SnapshotPage, SnapshotPhase};
use crate::contract::types::{Context, Error, Handle, Spec, Termination};
use crate::exports::{Component, succeed};
use crate::orders::Orders;

impl Snapshots for Component {
    fn capture(context: Context, _: Handle, _: String) -> Result<Snapshot, Error> {
        snapshot(&context, "capture")
    }

    fn prepare(context: Context, _: String, _: Spec) -> Result<Snapshot, Error> {
        snapshot(&context, "prepare")
    }

    fn get(context: Context, _: String) -> Result<Option<Snapshot>, Error> {
        snapshot(&context, "get").map(Some)
    }

    fn list(context: Context, _: Option<String>) -> Result<SnapshotPage, Error> {
        let result = succeed(attack(&Orders::of(&context), "snapshots.list"))?;
        let items = (0..result.many).map(|_| of_name(String::new())).collect();
        Ok(SnapshotPage { items, next_cursor: Some(result.report) })
    }

    fn activate(context: Context, _: String) -> Result<Snapshot, Error> {
        snapshot(&context, "activate")
    }

    fn delete(context: Context, _: String) -> Result<Termination, Error> {
        succeed(attack(&Orders::of(&context), "delete"))?;
        Ok(Termination::Gone)
    }
}

fn snapshot(context: &Context, function: &str) -> Result<Snapshot, Error> {
    let result = succeed(attack(&Orders::of(context), function))?;
    let details = (0..result.many).map(|_| (String::new(), String::new())).collect();
    Ok(Snapshot { details, ..of_name(result.report) })
}

fn of_name(name: String) -> Snapshot {
    Snapshot {
        id: String::new(),
        name,
        vendor_name: String::new(),
        phase: SnapshotPhase::Ready,
        provider_state: String::new(),
        image: None,
        reason: None,
        created_at: None,
        source_sandbox_id: None,
        details: Vec::new(),
    }
}
