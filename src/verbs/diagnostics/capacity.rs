//! How many sandboxes a pool has, and how many more fit.

use super::health::key_of;
use super::preflight::{asked_of, blank, limits, of_region};
use crate::contract::diagnostics::CapacityReport;
use crate::contract::{Phase, Status};
use crate::daytona::{Key, NewSandbox, Usage};
use crate::error::Error;
use crate::http::Transport;
use crate::moment::Moment;
use crate::sandbox::state;
use crate::verbs::call::Call;
use crate::verbs::inventory::managed;
use crate::verbs::pages::Cursors;
use crate::verbs::provision;

/// Nothing more is asked when less than this is left of the deadline, in milliseconds.
const MIN_LEFT_MS: u64 = 1_000;

/// Counts the pool's sandboxes, and asks for the account's limits where the key may see them.
pub fn capacity<T: Transport>(call: &Call<'_, T>) -> Result<CapacityReport, Error> {
    call.bound_requests();
    let mut report = CapacityReport {
        active: 0,
        parked: 0,
        available: None,
        maximum: None,
        limit: None,
        captured_at: None,
        complete: false,
        details: Vec::new(),
    };
    let mut failed = 0_u32;
    let mut organization = None;
    let mut cursors = Cursors::default();
    loop {
        let (dialect, page) = match managed(call, cursors.current()) {
            Ok(page) => page,
            Err(refused) if cursors.current().is_none() => return Err(refused),
            // What was counted on earlier pages is worth more than why there is no next one.
            Err(_) => break,
        };
        for sandbox in page.items {
            match state::assess(dialect, sandbox.known_state(), sandbox.desired_state.as_deref()) {
                (_, Phase::Terminating | Phase::Destroyed) => {}
                (Status::Failed, _) => failed += 1,
                (_, Phase::Stopping | Phase::Stopped | Phase::Paused | Phase::Archiving | Phase::Archived) => {
                    report.parked += 1
                }
                _ => report.active += 1,
            }
            organization = organization.or(sandbox.organization_id);
        }
        match cursors.advance(page.next) {
            Ok(true) if call.client.requests_left() > 0 && call.client.left_ms() >= MIN_LEFT_MS => {}
            Ok(false) => {
                report.complete = true;
                break;
            }
            Ok(true) | Err(_) => break,
        }
    }
    if failed > 0 {
        report.details.push(("failed".to_owned(), failed.to_string()));
    }
    match room(call, organization) {
        Ok(usage) => provision::with_sandbox(call, &blank(), &mut |usual| {
            still_possible(&mut report, &usage, usual, call.pool.disk_gb.is_none())
        }),
        Err(why) => problem(&mut report, why),
    }
    report.captured_at = call.client.server_time().map(Moment::to_rfc3339);
    Ok(report)
}

/// What the account has and uses; otherwise why that is not known. Two requests.
fn room<T: Transport>(call: &Call<'_, T>, organization: Option<String>) -> Result<Vec<Usage>, String> {
    // Two at most, and none twice: of a key that may not see it, each would count as a failed login.
    call.client.ask_once(call.client.requests_left().min(2));
    if call.client.requests_left() < 2 || call.client.left_ms() < MIN_LEFT_MS {
        return Err("the deadline or max-requests ended before they were asked for".to_owned());
    }
    let known = key_of(call).map_err(|refused| refused.error.message.clone())?;
    let known = known.map(|known| Key { organization: known.organization.or(organization), ..known });
    limits(call, known.as_ref())
}

fn problem(report: &mut CapacityReport, why: impl Into<String>) {
    report.details.push(("limits-problem".to_owned(), why.into()));
}

/// How many sandboxes of the pool's usual size fit.
fn still_possible(report: &mut CapacityReport, usage: &[Usage], usual: &NewSandbox<'_>, default_disk: bool) {
    let Some(usage) = of_region(usage, usual.target) else {
        return problem(
            report,
            "the pool names no region, or one that the account's limits do not show; set its key target",
        );
    };
    report.details.push(("region".to_owned(), usage.region.clone()));
    for resource in &usage.resources {
        for (what, number) in [("limit", resource.limit), ("used", resource.used)] {
            report.details.push((format!("{}-{what}", resource.name), number.to_string()));
        }
        let Some(size) =
            asked_of(usual, resource.name, resource.per_sandbox.filter(|_| default_disk)).filter(|size| *size > 0)
        else {
            continue;
        };
        let fits = resource.limit.saturating_sub(resource.used) / size;
        let at_most = resource.limit / size;
        if report.available.is_none_or(|least| fits < least) {
            report.available = Some(fits);
            report.limit = Some(resource.name.to_owned());
        }
        report.maximum = Some(report.maximum.map_or(at_most, |least| least.min(at_most)));
    }
    if report.available.is_none() {
        problem(report, "the pool's snapshot has its size fixed, which is not looked up");
    }
}
