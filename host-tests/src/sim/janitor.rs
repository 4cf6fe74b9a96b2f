//! The platform's clean-up: what was left behind is looked for every so often, and ended in two steps.

use std::sync::Arc;
use std::time::Duration;

use sandbox_host::{CallError, Function, Mode, Provider};
use tokio::time::sleep;

use super::journal::{Entry, Outcome, PLATFORM};
use super::organization::Organization;
use super::rng::Rng;
use super::sabotage::Sabotage;

/// One clean-up after the other, for ever.
pub async fn clean(organization: Arc<Organization>, mut rng: Rng) {
    loop {
        sleep(organization.plan.reconciles).await;
        pass(&organization, &mut rng).await;
    }
}

/// One clean-up: the server's time first, then what the platform knows, then the reconciliation.
pub async fn pass(organization: &Organization, rng: &mut Rng) {
    let provider = organization.newest();
    if !provider.offers(Function::Reconcile) || organization.sabotage == Sabotage::NobodyCleans {
        return;
    }
    let context = organization.context(None);
    let begun = organization.now();
    let page = provider.list(&context, None).await;
    let as_of = page.as_ref().ok().and_then(|page| page.server_time.clone());
    note(organization, "list", begun, page);
    // Reading a database takes its time, and sessions come and go meanwhile.
    sleep(rng.time(Duration::ZERO, Duration::from_secs(20))).await;
    let nothing = organization.sabotage == Sabotage::NothingIsKnown;
    let sessions = if nothing { Vec::new() } else { organization.known() };
    if let Some(as_of) = as_of {
        reconcile(organization, provider, &sessions, &as_of, rng).await;
    }
}

async fn reconcile(organization: &Organization, provider: &Provider, sessions: &[String], as_of: &str, rng: &mut Rng) {
    sleep(rng.time(Duration::ZERO, Duration::from_secs(20))).await;
    let context = organization.context(None);
    let begun = organization.now();
    let report = provider.reconcile(&context, sessions, as_of, organization.plan.min_age_sec, Mode::Act).await;
    note(organization, "reconcile", begun, report);
}

fn note<T: Into<Outcome>>(
    organization: &Organization,
    verb: &'static str,
    begun: fake_daytona::Timestamp,
    result: Result<T, CallError>,
) {
    let ended = organization.now();
    organization.witness_platform(Entry { session: PLATFORM, host: 0, verb, begun, ended, outcome: result.into() });
}
