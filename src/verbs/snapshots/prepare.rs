//! Registering what a provision would build.

use super::ours::{Name, find, told};
use crate::contract::snapshots::Snapshot as Record;
use crate::contract::{ErrorCode, Spec};
use crate::daytona::{NewSandbox, Reaction, Snapshot};
use crate::error::Error;
use crate::http::Transport;
use crate::verbs::call::Call;
use crate::verbs::provision;

/// Registers a snapshot of a specification's image, command and sizes, or finds the one that is there. Two requests.
pub fn prepare<T: Transport>(call: &Call<'_, T>, name: &str, spec: &Spec) -> Result<Record, Error> {
    let name = Name::new(call, name)?;
    let command = provision::built_command(call, spec)?;
    let new = provision::built(call, spec, &name.full, &command);
    if let Some(known) = find(call, &name)? {
        return same(call, &new, known);
    }
    let refused = match call.client.register(&name.full, &new) {
        Ok(snapshot) => return told(call, snapshot),
        Err(refused) => refused,
    };
    // Another one was faster, or nobody knows whether it was done.
    if refused.reaction != Reaction::NameTaken && !refused.error.maybe_applied {
        return Err(refused.error);
    }
    match find(call, &name) {
        Ok(Some(known)) => same(call, &new, known),
        _ => Err(refused.error),
    }
}

/// The snapshot that is there, where it is made of the same.
fn same<T: Transport>(call: &Call<'_, T>, new: &NewSandbox<'_>, known: Snapshot) -> Result<Record, Error> {
    let agree = |ours: Option<u32>, theirs: Option<u32>| ours.zip(theirs).is_none_or(|(ours, theirs)| ours == theirs);
    let differs: Vec<&str> = [
        ("image or command", known.dockerfile == new.dockerfile()),
        ("vcpu", agree(new.cpu, known.cpu)),
        ("memory", agree(new.memory_gib, known.memory_gib)),
        ("disk", agree(new.disk_gib, known.disk_gib)),
    ]
    .into_iter()
    .filter_map(|(what, same)| Some(what).filter(|_| !same))
    .collect();
    if differs.is_empty() {
        return told(call, known);
    }
    let differs = differs.join(", ");
    Err(Error::new(
        ErrorCode::Conflict,
        format!("The snapshot {} is there already and differs in {differs}.", known.name),
    )
    .rule("snapshot-differs")
    .detail("differs", &differs)
    .remedy("Use another name, or delete the one that is there."))
}
