//! A simulation: many sessions on many servers, and everything that can go wrong, in virtual time.
//!
//! Each number is a [`Plan`]: one organization on a server of some generation, the platform's sessions in it, hosts that
//! die between any two steps and come back with or without their memory, two hosts with one session, faults at every
//! exchange, proxies that lie, sandboxes of strangers. The component runs in wasmtime, the server is `fake-daytona`, and
//! days pass in milliseconds. Afterwards the server's ground truth is held against the promises (`invariants`); what
//! hosts were told is held against the truth at that moment (`witness`).
//!
//! A plan that breaks a promise is made smaller until nothing more can be left out ([`mod@shrink`]).

mod again;
mod agenda;
mod events;
mod evidence;
mod features;
mod host;
mod identity;
mod invariants;
mod janitor;
mod journal;
mod lifetimes;
mod many;
mod network;
mod oddities;
mod organization;
mod perform;
mod performed;
mod plan;
mod rng;
mod sabotage;
mod session;
mod shrink;
mod tamper;
mod tasks;
mod witness;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fake_daytona::RecordedRequest;
pub use features::Features;
pub use journal::{Entry, Violation};
pub use many::{Sum, many};
pub use plan::{Cuts, Plan};
pub use sabotage::Sabotage;
pub use shrink::shrink;

use agenda::Agenda;
use evidence::Evidence;
use host::Host;
use organization::Organization;
use rng::{Rng, minutes};

/// What one plan came to.
#[derive(Debug)]
pub struct Report {
    pub plan: Plan,
    /// What the component could do.
    pub features: Features,
    pub violations: Vec<Violation>,
    pub journal: Vec<Entry>,
    /// What reached the server, toolbox included.
    pub requests: Vec<RecordedRequest>,
    pub faults: usize,
    pub sandboxes: usize,
    /// Programs that ran in sandboxes.
    pub programs: usize,
    /// Virtual time.
    pub lasted: Duration,
}

impl Report {
    /// How often each promise was broken.
    pub fn by_promise(&self) -> BTreeMap<&'static str, usize> {
        invariants::by_promise(&self.violations)
    }
}

/// Runs one plan from its beginning to its end, in a time of its own.
///
/// # Panics
/// When the component was not built, or the runtime cannot be made.
pub fn run(plan: Plan, sabotage: Sabotage) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(simulate(plan, sabotage))
}

async fn simulate(plan: Plan, sabotage: Sabotage) -> Report {
    let plan = plan.settled();
    let rng = Rng::new(plan.seed).part(1_000);
    let organization = Organization::found(plan.clone(), sabotage).await;
    let features = Features::of(organization.newest()).await;
    let mut hosts = tokio::task::JoinSet::new();
    for session in &plan.sessions {
        for number in 0..1 + usize::from(session.twin.is_some()) {
            let rng = rng.part((session.number * 2 + number) as u64);
            let again = plan.oddities.again.iter().find(|again| again.session == session.number && number == 0);
            let (organization, session, again) = (organization.clone(), session.clone(), again.copied());
            let agenda = Agenda::of(&plan.tasks, session.number, number);
            let host = Host { organization, session, number, rng, image: None, again, agenda };
            hosts.spawn(host.live());
        }
    }
    for at in plan.failures.clone() {
        let organization = organization.clone();
        hosts.spawn(async move {
            tokio::time::sleep_until(organization.begun + at).await;
            organization.fake.fail_next_start("runner went away");
            organization.fake.fail_next_build("no space left on device");
        });
    }
    events::schedule(&organization);
    let cleaning = tokio::spawn(janitor::clean(organization.clone(), rng.part(100)));
    while let Some(ended) = hosts.join_next().await {
        ended.expect("a host does not panic");
    }
    // Time for what is left to become idle, and old enough.
    let longest = plan.sessions.iter().map(session::Session::interval).max().unwrap_or_default();
    // By dates that are behind, everything is younger than it is, and is left alone for so much longer.
    let behind = Duration::from_millis(plan.oddities.date_ahead.min(0).unsigned_abs());
    tokio::time::sleep(longest + minutes(40) + behind).await;
    cleaning.abort();
    // In good weather the next two looks find and end whatever is left.
    organization.fake.clear_script();
    organization.fake.delay_requests(Duration::ZERO);
    organization.fake.maintenance(false);
    organization.fake.unsuspend();
    let mut rng = rng.part(200);
    for _ in 0..2 {
        tokio::time::sleep(minutes(2)).await;
        janitor::pass(&organization, &mut rng).await;
    }
    tokio::time::sleep(minutes(5)).await;
    report(&organization, features)
}

fn report(organization: &Arc<Organization>, features: Features) -> Report {
    let (entries, mut violations) = organization.journal.close();
    let (sandboxes, requests) = (organization.fake.sandboxes(), organization.fake.requests());
    let programs = organization.fake.program_runs();
    let evidence = Evidence {
        organization,
        features,
        entries: &entries,
        sandboxes: &sandboxes,
        requests: &requests,
        programs: &programs,
    };
    violations.extend(invariants::check(&evidence));
    violations.sort_by_key(|violation| violation.at);
    Report {
        plan: organization.plan.clone(),
        features,
        violations,
        journal: entries,
        faults: requests.iter().filter(|request| request.fault.is_some()).count(),
        requests,
        sandboxes: sandboxes.len(),
        programs: programs.len(),
        lasted: organization.begun.elapsed(),
    }
}
