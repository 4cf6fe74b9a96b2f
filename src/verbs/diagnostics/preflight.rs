//! Whether a provision would work, as far as it can be told without creating anything.

use super::health::{key_of, local};
use super::key;
use super::remark::{error, note, of_error, of_server, sorted, warning, without_key};
use crate::contract::{Context, ErrorCode, Finding, Resources, Spec};
use crate::daytona::{Key, NewSandbox, Reaction, Registered, Rejection, Resource, Usage, Version};
use crate::error::Error;
use crate::http::Transport;
use crate::pool::{self, Pool};
use crate::verbs::call::credentials::Environment;
use crate::verbs::call::{Call, DEADLINE_MS};
use crate::verbs::provision;

/// Most requests: key, regions, snapshot, limits.
const MAX_REQUESTS: u32 = 4;

/// The versions from which on a server keeps names, tells and keeps lifetimes, and has no `/workspace` any more.
const NAMES: Version = Version(0, 110);
const LIFETIMES: Version = Version(0, 199);
const NO_WORKSPACE: Version = Version(0, 180);
const REGIONS: Version = Version(0, 101);

/// What nobody but a create can tell.
const NOT_TOLD: &str = "Only a create tells: suspension of the organization, its default region, existence of the image, and restricted network (tiers 1 and 2), where no worker may reach the platform";

/// Looks at all that a provision depends on.
pub fn preflight(
    context: Context,
    spec: Option<Spec>,
    environment: &impl Environment,
    transport: &impl Transport,
) -> Result<Vec<Finding>, Error> {
    let call = match Call::new(context, environment, transport, DEADLINE_MS) {
        Ok(call) => call,
        Err(refused) if refused.code == ErrorCode::InvalidSpec => return Err(refused),
        Err(refused) => return Ok(vec![of_error(&refused, local(&refused))]),
    };
    call.client.ask_once(MAX_REQUESTS);
    let spec = spec.unwrap_or_else(blank);
    let mut found: Vec<Finding> =
        provision::refusals(&call, &spec).iter().map(|refused| of_error(refused, "spec")).collect();
    let known = match key_of(&call) {
        Ok(known) => known,
        // Nobody would answer another question otherwise, and a second try could lock the address out.
        Err(refused) => {
            found.push(of_server(&refused.error));
            return Ok(without_key(sorted(found), call.client.secret()));
        }
    };
    match &known {
        Some(known) => found.extend(key::remarks(known, call.client.server_time())),
        None => found.push(note(
            "key-unknown",
            "vendor.key",
            "The server does not say what the key may do, and until when.",
            "",
        )),
    }
    let version = call.client.server_version();
    let default_disk = call.pool.disk_gb.is_none() && spec.resources.disk_mb.is_none();
    provision::with_sandbox(&call, &spec, &mut |wanted| {
        found.extend(of_version(version, &call.pool, wanted));
        let today = call.pool.dialect != pool::Dialect::Workspace && version.is_some_and(|version| version >= REGIONS);
        if today {
            let path = if spec.region.is_some() { "spec.region" } else { "$.target" };
            found.extend(of_regions(call.client.regions(), wanted.target, path));
        }
        if let Some(name) = call.pool.snapshot.as_deref().filter(|_| today) {
            found.extend(of_snapshot(call.client.registered(name), wanted.target));
        }
        found.extend(match limits(&call, known.as_ref()) {
            Ok(usage) => of_sizes(&usage, wanted, default_disk),
            Err(why) => {
                vec![note("not-told", "vendor", format!("{NOT_TOLD}; the account's limits, because {why}."), "")]
            }
        });
    });
    Ok(without_key(sorted(found), call.client.secret()))
}

/// A specification that leaves everything to the pool.
pub fn blank() -> Spec {
    let resources = Resources { vcpu: None, memory_mb: None, disk_mb: None, gpu: None, timeout_sec: None };
    Spec {
        session_id: "preflight".to_owned(),
        image: None,
        command: None,
        env: Vec::new(),
        labels: Vec::new(),
        resources,
        max_duration_sec: None,
        region: None,
        extensions: Vec::new(),
    }
}

/// What the account has and uses, where the key may see it; otherwise why not.
pub fn limits<T: Transport>(call: &Call<'_, T>, known: Option<&Key>) -> Result<Vec<Usage>, String> {
    let Some(known) = known.filter(|known| call.client.may_read_limits(known)) else {
        return Err("this key or server does not show them (scope read:limits, Daytona 0.205)".to_owned());
    };
    let Some(organization) = call.organization.as_deref().or(known.organization.as_deref()) else {
        return Err("nobody names the organization".to_owned());
    };
    call.client.usage(organization).map_err(|refused| format!("the server refuses: {}", refused.error.message))
}

/// What a server of this version lacks of what is wanted.
fn of_version(version: Option<Version>, pool: &Pool, wanted: &NewSandbox<'_>) -> Vec<Finding> {
    const UPGRADE: &str = "Use a newer Daytona, or leave the key out.";
    let mut found = Vec::new();
    let Some(version) = version else {
        found.push(note("version-unknown", "vendor", "The server does not say which version it is.", ""));
        return found;
    };
    if let Some((kind, first)) = provision::unknown_to(version, &pool.protection) {
        let message = format!("{kind} needs Daytona {first}; this server is {version}, so every provision is refused.");
        found.push(error("protection-unknown", &format!("$.{kind}"), message, UPGRADE));
    } else if pool.protection.networks.is_some() || pool.protection.domains.is_some() {
        found.push(warning(
            "egress-restricted",
            "vendor",
            "On tiers 1 and 2 Daytona restricts the network itself: allow-lists have no effect there, and are refused from 0.214 on.",
            "Look up the tier in Daytona's dashboard under limits.",
        ));
    }
    if pool.dialect == pool::Dialect::Workspace && version >= NO_WORKSPACE {
        let message = format!("This server is {version}, and /workspace was removed in {NO_WORKSPACE}.");
        found.push(error("no-such-route", "$.dialect", message, "Set dialect to auto."));
    }
    if wanted.ttl_minutes.is_some() && version < LIFETIMES {
        let message =
            format!("This server is {version}; only from {LIFETIMES} on Daytona ends a sandbox's life by itself.");
        found.push(warning("no-lifetimes", "$.maxLifetimeMinutes", message, "Terminate sessions, and reconcile."));
    }
    if version < NAMES {
        let message =
            format!("This server is {version} and keeps no names: two provisions at once can leave two sandboxes.");
        found.push(warning("no-names", "vendor", message, "Use Daytona 0.110 or later."));
    }
    found
}

/// Whether a list that the server told has an entry; one that it did not tell may have any.
fn is_in(list: &str, entry: &str) -> bool {
    list.is_empty() || list.split(", ").any(|known| known == entry)
}

/// Whether the region is one that the organization may use.
fn of_regions(known: Result<String, Rejection>, wanted: Option<&str>, path: &str) -> Vec<Finding> {
    let regions = match known {
        Ok(regions) => regions,
        Err(refused) => return vec![untold(&refused, "the regions")],
    };
    let listed = if regions.is_empty() { "none" } else { &regions };
    let message = match wanted {
        Some(wanted) if regions.split(", ").any(|region| region == wanted) => return Vec::new(),
        Some(wanted) => {
            format!("{} is no region that the organization may use; those are: {listed}.", pool::cut(wanted))
        }
        None if regions.is_empty() => "The organization may use no region.".to_owned(),
        None => return Vec::new(),
    };
    vec![error(
        "region-unavailable",
        path,
        message,
        "Use a listed region, in its spelling, or ask Daytona for a quota there.",
    )]
}

/// Whether the snapshot can be used.
fn of_snapshot(known: Result<Registered, Rejection>, region: Option<&str>) -> Vec<Finding> {
    const PATH: &str = "$.snapshot";
    let snapshot = match known {
        Ok(snapshot) => snapshot,
        Err(refused) if refused.error.http_status == Some(404) => {
            return vec![error(
                "snapshot-not-found",
                PATH,
                "Daytona does not know the snapshot, or it is another organization's.",
                "Register it in Daytona, correct the key, or remove it to run an image.",
            )];
        }
        Err(refused) => return vec![untold(&refused, "the snapshot")],
    };
    let mut found = Vec::new();
    let state = snapshot.state.as_str();
    match state {
        "active" => {}
        "pending" | "building" | "pulling" | "snapshotting" => found.push(error(
            "snapshot-not-ready",
            PATH,
            format!("The snapshot is {state}, so nothing can be created from it yet."),
            "Try again in a few minutes.",
        )),
        "inactive" => found.push(error(
            "snapshot-not-usable",
            PATH,
            "The snapshot is inactive, so nothing can be created from it.",
            "Activate it in Daytona's dashboard; what is long unused is deactivated.",
        )),
        _ => {
            let why = snapshot.error_reason.as_deref().unwrap_or("Daytona gives no reason");
            let message = format!("The snapshot is {state}, so nothing can be created from it: {why}.");
            found.push(error("snapshot-not-usable", PATH, message, "Register it again under another name."));
        }
    }
    if let Some(region) = region.filter(|region| !is_in(&snapshot.regions, region)) {
        let message = format!("The snapshot is not in region {}.", pool::cut(region));
        found.push(error(
            "snapshot-not-in-region",
            PATH,
            message,
            "Choose a region that has the snapshot, or register it there.",
        ));
    }
    if state == "active" && !snapshot.has_command {
        found.push(warning(
            "snapshot-without-command",
            PATH,
            "The snapshot launches nothing, so no agent would run.",
            "Register it with an entrypoint.",
        ));
    }
    found
}

fn untold(refused: &Rejection, what: &str) -> Finding {
    let path = if refused.reaction == Reaction::NoSuchRoute { "vendor.version" } else { "vendor" };
    note("not-told", path, format!("The server does not tell {what}: {}", refused.error.message), "")
}

/// What is wanted against what the account has in the region.
fn of_sizes(usage: &[Usage], wanted: &NewSandbox<'_>, default_disk: bool) -> Vec<Finding> {
    let mut found = vec![note("not-told", "vendor", format!("{NOT_TOLD}."), "")];
    let Some(usage) = of_region(usage, wanted.target) else { return found };
    for resource in &usage.resources {
        let Resource { name, limit, used, per_sandbox } = *resource;
        let Some(asked) = asked_of(wanted, name, per_sandbox.filter(|_| default_disk)) else { continue };
        let path = format!("spec.resources.{name}");
        if let Some(most) = per_sandbox.filter(|most| asked > *most) {
            let message = format!("{asked} of {name} is more than the {most} that one sandbox may have.");
            found.push(error(
                "limit-per-sandbox",
                &path,
                message,
                "Ask for less, or ask Daytona's support for a higher limit.",
            ));
        } else if used.saturating_add(asked) > limit {
            let message = format!("{used} of {limit} of the organization's {name} are in use, and this takes {asked}.");
            found.push(error(
                "organization-quota",
                &path,
                message,
                "End or archive sandboxes that are not needed, or raise the organization's tier.",
            ));
        }
    }
    found
}

/// The limits of the region that is meant: of the only one, where none is named.
pub fn of_region<'u>(usage: &'u [Usage], wanted: Option<&str>) -> Option<&'u Usage> {
    match (wanted, usage) {
        (Some(wanted), usage) => usage.iter().find(|usage| usage.region == wanted),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

/// How much of a resource a sandbox takes, in whole cores and GiB; none where a snapshot has it fixed. A disk that nobody
/// asked for shrinks to the most that is granted.
pub fn asked_of(wanted: &NewSandbox<'_>, name: &str, granted: Option<u32>) -> Option<u32> {
    // A snapshot brings its own sizes.
    wanted.dockerfile()?;
    Some(match name {
        "cpu" => wanted.cpu.unwrap_or(1),
        "memory" => wanted.memory_gib.unwrap_or(1),
        _ => wanted.disk_gib.map(|disk| disk.min(granted.unwrap_or(disk)))?,
    })
}
