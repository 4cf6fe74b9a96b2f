//! What a pool's snapshots are called, and how they are told.

use crate::contract::snapshots::{Snapshot as Record, SnapshotPhase};
use crate::daytona::Snapshot;
use crate::error::Error;
use crate::http::Transport;
use crate::pairs;
use crate::sandbox::name::snapshot_prefix;
use crate::verbs::call::{Call, key_in_id};

/// Longest short name, in bytes.
const MAX_NAME: usize = 64;

const MIB_PER_GIB: u32 = 1024;

/// A snapshot's name at Daytona, made of a short name.
pub struct Name {
    pub full: String,
}

impl Name {
    /// Checks a short name.
    pub fn new<T: Transport>(call: &Call<'_, T>, short: &str) -> Result<Self, Error> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fine = (1..=MAX_NAME).contains(&short.len())
            && short.bytes().next().is_some_and(is_plain)
            && short.bytes().all(|byte| is_plain(byte) || matches!(byte, b'.' | b'_' | b'-'));
        let prefix = snapshot_prefix(&call.pool_id);
        if !fine || short.starts_with(&prefix) {
            return Err(Error::spec(format!(
                "A snapshot's name is 1 to {MAX_NAME} lower-case letters, digits, dots, dashes and underscores, a letter or digit first, without the vendor's {prefix}."
            ))
            .rule("snapshot-name")
            .detail("path", "name")
            .remedy("Choose such a name; it need not tell the pool, which is part of the vendor's name anyway."));
        }
        let full = format!("{prefix}{short}");
        if call.client.secret().occurs_in(&full) {
            return Err(key_in_id("name"));
        }
        Ok(Self { full })
    }
}

/// The snapshot of a name; none when the server proves that there is none.
pub fn find<T: Transport>(call: &Call<'_, T>, name: &Name) -> Result<Option<Snapshot>, Error> {
    let found = call.client.snapshot(&name.full)?;
    // Servers find by an id as well, and other organizations' are not ours.
    Ok(found.filter(|snapshot| snapshot.name == name.full && !snapshot.is_general))
}

/// In the contract's words; none for one that is not the pool's.
pub fn record<T: Transport>(call: &Call<'_, T>, snapshot: Snapshot) -> Option<Record> {
    let short = snapshot.name.strip_prefix(&snapshot_prefix(&call.pool_id)).filter(|_| !snapshot.is_general)?;
    let mut details = Vec::new();
    let phase = phase(&snapshot.state);
    if !snapshot.has_command && phase == SnapshotPhase::Ready {
        pairs::set(&mut details, "command", "none".to_owned());
    }
    for (key, size, unit) in [
        ("vcpu", snapshot.cpu, 1),
        ("memory-mb", snapshot.memory_gib, MIB_PER_GIB),
        ("disk-mb", snapshot.disk_gib, MIB_PER_GIB),
    ] {
        if let Some(size) = size {
            pairs::set(&mut details, key, size.saturating_mul(unit).to_string());
        }
    }
    Some(Record {
        name: short.to_owned(),
        phase,
        image: image(&snapshot).map(str::to_owned),
        id: snapshot.id,
        vendor_name: snapshot.name,
        provider_state: snapshot.state,
        reason: snapshot.error_reason,
        created_at: snapshot.created_at,
        source_sandbox_id: snapshot.source_sandbox_id,
        details,
    })
}

/// The image that it was made of.
fn image(snapshot: &Snapshot) -> Option<&str> {
    let built = snapshot.dockerfile.as_deref().and_then(|text| text.lines().next()?.strip_prefix("FROM "));
    built.or(snapshot.image.as_deref())
}

/// Whether it may be one that was captured: neither fetched nor built.
pub fn is_captured(snapshot: &Snapshot) -> bool {
    snapshot.image.is_none() && snapshot.dockerfile.is_none()
}

/// Daytona's state in the contract's words.
pub fn phase(state: &str) -> SnapshotPhase {
    match state {
        "pending" => SnapshotPhase::Pending,
        "building" | "pulling" | "snapshotting" => SnapshotPhase::Building,
        "active" => SnapshotPhase::Ready,
        "inactive" => SnapshotPhase::Inactive,
        "error" | "build_failed" => SnapshotPhase::Failed,
        "removing" => SnapshotPhase::Removing,
        _ => SnapshotPhase::Unknown,
    }
}

/// The snapshot that a request about it was answered with.
pub fn told<T: Transport>(call: &Call<'_, T>, snapshot: Snapshot) -> Result<Record, Error> {
    use crate::contract::ErrorCode;
    record(call, snapshot)
        .ok_or_else(|| Error::new(ErrorCode::Protocol, "Daytona told of another snapshot.").rule("bad-reply"))
}
