//! Finding snapshots, making them usable again, deleting them.

use super::ours::{Name, find, phase, record, told};
use crate::contract::snapshots::{Snapshot as Record, SnapshotPage, SnapshotPhase};
use crate::contract::{ErrorCode, Termination};
use crate::daytona::{Reaction, Snapshot};
use crate::digits::digits;
use crate::error::Error;
use crate::http::Transport;
use crate::http::url::Segment;
use crate::sandbox::name::snapshot_prefix;
use crate::verbs::call::Call;

/// The snapshot of a name. One request.
pub fn get<T: Transport>(call: &Call<'_, T>, name: &str) -> Result<Option<Record>, Error> {
    let name = Name::new(call, name)?;
    Ok(find(call, &name)?.and_then(|snapshot| record(call, snapshot)))
}

/// A page of the pool's snapshots. One request.
pub fn list<T: Transport>(call: &Call<'_, T>, cursor: Option<&str>) -> Result<SnapshotPage, Error> {
    let page = match cursor {
        None => Some(1),
        Some(cursor) => {
            digits(cursor).and_then(|page| u32::try_from(page).ok()).filter(|page| (2..=100_000).contains(page))
        }
    };
    let Some(page) = page else {
        return Err(Error::spec("The cursor is not one that a list gave.")
            .rule("malformed-cursor")
            .detail("path", "cursor"));
    };
    let seen = call.client.snapshots(&snapshot_prefix(&call.pool_id), page)?;
    let items = seen.items.into_iter().filter_map(|snapshot| record(call, snapshot)).collect();
    Ok(SnapshotPage { items, next_cursor: if seen.is_last { None } else { Some((page + 1).to_string()) } })
}

/// Makes an inactive snapshot usable again. Two requests.
pub fn activate<T: Transport>(call: &Call<'_, T>, name: &str) -> Result<Record, Error> {
    let name = Name::new(call, name)?;
    let missing = || {
        Error::new(ErrorCode::NotFound, format!("Daytona has no snapshot {}.", name.full))
            .rule("snapshot-not-found")
            .remedy("Make it by prepare or capture.")
    };
    let snapshot = find(call, &name)?.ok_or_else(missing)?;
    if is_on_its_way(&snapshot) {
        return told(call, snapshot);
    }
    match call.client.activate(&id(&snapshot)?, &name.full) {
        Ok(snapshot) => told(call, snapshot),
        // Another one was faster.
        Err(refused) if refused.reaction == Reaction::WrongState => match find(call, &name)? {
            Some(now) if is_on_its_way(&now) => told(call, now),
            _ => Err(refused.error),
        },
        // It was deleted meanwhile.
        Err(refused) if refused.reaction == Reaction::NotFound => Err(missing()),
        Err(refused) => Err(refused.error),
    }
}

/// Whether it is usable, or will be without anybody doing anything.
fn is_on_its_way(snapshot: &Snapshot) -> bool {
    matches!(phase(&snapshot.state), SnapshotPhase::Pending | SnapshotPhase::Building | SnapshotPhase::Ready)
}

/// Deletes a snapshot. Three requests: what is deleted while it is made may come back, so it is looked at afterwards.
pub fn delete<T: Transport>(call: &Call<'_, T>, name: &str) -> Result<Termination, Error> {
    let name = Name::new(call, name)?;
    let mut asked = false;
    let mut may_come_back = false;
    let mut looks = 0;
    loop {
        let Some(snapshot) = find(call, &name)? else {
            return Ok(Termination::Gone);
        };
        let now = phase(&snapshot.state);
        if now == SnapshotPhase::Removing {
            if asked && !may_come_back {
                return Ok(Termination::Requested);
            }
        } else {
            may_come_back |= matches!(now, SnapshotPhase::Pending | SnapshotPhase::Building);
            match call.client.delete_snapshot(&id(&snapshot)?, &name.full) {
                Ok(()) => {}
                Err(refused)
                    if matches!(refused.reaction, Reaction::NotFound | Reaction::Busy | Reaction::ServerError) => {}
                Err(refused) => return Err(refused.error),
            }
            asked = true;
            if !may_come_back {
                continue;
            }
        }
        asked = true;
        if !call.pause(looks) {
            return Ok(Termination::Requested);
        }
        looks += 1;
    }
}

fn id(snapshot: &Snapshot) -> Result<Segment, Error> {
    Segment::new(&snapshot.id).ok_or_else(|| {
        Error::new(ErrorCode::Protocol, "Daytona named a snapshot by an id that cannot be used.").rule("bad-reply")
    })
}
