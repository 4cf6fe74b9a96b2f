//! What one version began, every other goes on with, in both dialects: each release with the version of today, and back
//! after a rollback.

use std::time::Duration;

use fake_daytona::{FakeDaytona, Generation, Size};
use host_tests::{RELEASES, component, host_over, load, load_release, over, reported};
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{Action, Context, ErrorCode, Handle, Mode, Phase, Provider, Report, Spec, Status, Termination};

use crate::stateful::{context, until};

const SANDBOX: &str = r#""dialect":"sandbox""#;
const WORKSPACE: &str = r#""dialect":"workspace""#;

/// Every server, in each dialect that it speaks.
const SERVERS: [(Generation, &str); 8] = [
    (Generation::Documented, WORKSPACE),
    (Generation::V0_100, WORKSPACE),
    (Generation::V0_105, SANDBOX),
    (Generation::V0_179, WORKSPACE),
    (Generation::V0_179, SANDBOX),
    (Generation::V0_190, SANDBOX),
    (Generation::V0_205, SANDBOX),
    (Generation::V0_231, SANDBOX),
];

/// A server, and every version in front of it, the oldest first and the one under test last.
struct Versions {
    fake: FakeDaytona,
    all: Vec<(&'static str, Provider)>,
}

/// What the version under test is called here: until it is released, its number is that of the release before.
const TODAY: &str = "today";

impl Versions {
    fn before(generation: Generation) -> Self {
        let fake = FakeDaytona::builder(generation)
            .snapshot("ghcr.io/renseiai/donmai-worker:latest", Size::new(1, 1, 3), None)
            .build();
        let releases = RELEASES.iter().map(|release| (release.version, load_release(&host_over(&fake), release)));
        let all = releases.chain([(TODAY, over(&fake))]).collect();
        Self { fake, all }
    }

    fn of(&self, version: &str) -> &Provider {
        let found = self.all.iter().find(|(known, _)| *known == version);
        &found.unwrap_or_else(|| panic!("there is no {version}")).1
    }
}

/// Every two different versions: who begins, and who goes on.
fn pairs() -> Vec<(&'static str, &'static str)> {
    let versions: Vec<_> = RELEASES.iter().map(|release| release.version).chain([TODAY]).collect();
    let two = |begins: &&'static str| versions.iter().map(|goes_on| (*begins, *goes_on)).collect::<Vec<_>>();
    versions.iter().flat_map(two).filter(|(begins, goes_on)| begins != goes_on).collect()
}

fn spec(session: &str) -> Spec {
    let mut spec = Spec::new(session);
    spec.resources.disk_mb = Some(3 * 1024);
    spec
}

/// Waits, asks `locate`, provisions again, renews, extends, parks, brings back and ends what another version began.
async fn goes_on(fake: &FakeDaytona, provider: &Provider, context: &Context, handle: &Handle, what: &str) {
    let running = |state: &sandbox_host::State| state.status == Status::Running;
    until(provider, context, handle, running).await;
    assert_eq!(provider.locate(context, "sess-42").await.expect("an answer").as_ref(), Some(handle), "{what}");
    assert_eq!(&provider.provision(context, &spec("sess-42")).await.expect("a handle"), handle, "{what}");
    // Servers without names make a second one for a moment.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let alive: Vec<String> = fake.alive().into_iter().map(|sandbox| sandbox.id).collect();
    assert_eq!(alive, [handle.external_id.as_str()], "{what}");
    assert_eq!(provider.keep_alive(context, handle).await.expect("a state").status, Status::Running, "{what}");
    let deadline = |state: &sandbox_host::State| state.details.get("deadline").map(str::to_owned);
    let before = deadline(&provider.status(context, handle).await.expect("a state"));
    provider.extend(context, handle, 3_600).await.expect("a state");
    let after = deadline(&provider.status(context, handle).await.expect("a state"));
    assert!(after.is_some() && after != before, "{what}: the deadline was {before:?} and is {after:?}");
    provider.stop(context, handle).await.expect("a state");
    until(provider, context, handle, |state| matches!(state.phase, Phase::Stopped | Phase::Archived)).await;
    provider.start(context, handle).await.expect("a state");
    until(provider, context, handle, running).await;
    assert_eq!(provider.terminate(context, handle).await.expect("an end"), Termination::Requested, "{what}");
    until(provider, context, handle, |state| state.phase == Phase::Destroyed).await;
    assert_eq!(provider.terminate(context, handle).await.expect("an end"), Termination::Gone, "{what}");
    assert_eq!(fake.alive().len(), 0, "{what}");
}

#[tokio::test]
async fn each_fixture_is_the_version_that_it_is_said_to_be() {
    let versions = Versions::before(Generation::V0_205);
    for release in &RELEASES {
        let provider = versions.of(release.version);
        assert_eq!(provider.info().digest_hex(), release.digest, "{}", release.version);
        assert_eq!(provider.describe().await.expect("a descriptor").version, release.version);
    }
    let number = |version: &str| version.split('.').map(|part| part.parse().expect("a number")).collect::<Vec<u32>>();
    let mut numbers: Vec<_> = RELEASES.iter().map(|release| number(release.version)).collect();
    numbers.push(number(&versions.of(TODAY).describe().await.expect("a descriptor").version));
    assert!(numbers.is_sorted(), "{numbers:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_of_any_version_goes_on_with_any_other_on_every_server() {
    for (generation, config) in SERVERS {
        for (begins, goes_on_with) in pairs() {
            let versions = Versions::before(generation);
            let context = context(config);
            let handle = versions.of(begins).provision(&context, &spec("sess-42")).await.expect("a handle");
            let what = format!("{generation} {config}, from {begins} to {goes_on_with}");
            goes_on(&versions.fake, versions.of(goes_on_with), &context, &handle, &what).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_a_platform_stored_with_a_release_still_leads_to_its_sandbox() {
    for release in &RELEASES {
        let stored = [
            (Generation::V0_205, SANDBOX, release.handles.sandbox),
            (Generation::Documented, WORKSPACE, release.handles.workspace),
        ];
        for (generation, config, stored) in stored {
            let what = format!("{} {config}", release.version);
            let versions = Versions::before(generation);
            let context = context(config);
            let minted = versions.of(release.version).provision(&context, &spec("sess-42")).await.expect("a handle");
            let minted = serde_json::to_value(minted).expect("it is JSON");
            assert_eq!(minted, serde_json::from_str::<serde_json::Value>(stored).expect("it is JSON"), "{what}");
            let handle: Handle = serde_json::from_str(stored).expect("a handle");
            goes_on(&versions.fake, versions.of(TODAY), &context, &handle, &what).await;
        }
    }
}

/// The versions of a slot, one after the other: all releases, today's, and the first again, which is a rollback.
fn upgrades() -> Vec<Candidate> {
    let releases = || RELEASES.iter().map(|release| Candidate::bytes(release.component));
    releases().chain([Candidate::bytes(component())]).chain(releases().take(1)).collect()
}

#[tokio::test(start_paused = true)]
async fn after_every_swap_a_session_keeps_its_sandbox_and_another_specification_is_still_a_conflict() {
    let Versions { fake, .. } = Versions::before(Generation::V0_205);
    let host = host_over(&fake);
    let context = context(SANDBOX);
    let mut upgrades = upgrades().into_iter();
    let first = upgrades.next().expect("a first release");
    let slot = Slot::builder("daytona").open(&host, first).await.expect("a slot");
    let handle = slot.lease().provision(&context, &spec("sess-42")).await.expect("a handle");
    let running = |state: &sandbox_host::State| state.status == Status::Running;
    until(&load(&host), &context, &handle, running).await;
    for next in upgrades {
        slot.lease().stop(&context, &handle).await.expect("a state");
        slot.swap(next).await.expect("it fits");
        let version = slot.lease().describe().await.expect("a descriptor").version;
        assert_eq!(slot.lease().provision(&context, &spec("sess-42")).await.expect("a handle"), handle, "{version}");
        until(&load(&host), &context, &handle, running).await;
        let mut other = spec("sess-42");
        other.image = Some("ghcr.io/acme/other:1".to_owned());
        let error = reported(slot.lease().provision(&context, &other).await);
        assert_eq!((error.code, error.details.get("differs")), (ErrorCode::Conflict, Some("image")), "{version}");
        assert_eq!(fake.sandboxes().len(), 1, "{version}");
    }
    assert_eq!(slot.lease().terminate(&context, &handle).await.expect("an end"), Termination::Requested);
}

/// Reconciles with one session that is known.
async fn reconcile(provider: &Provider, context: &Context, mode: Mode) -> Report {
    // A mark has to be older than what is known.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let page = provider.list(context, None).await.expect("a page");
    let as_of = page.server_time.expect("the server tells its time");
    provider.reconcile(context, &["known".to_owned()], &as_of, 60, mode).await.expect("a report")
}

#[tokio::test(start_paused = true)]
async fn what_a_release_left_behind_is_listed_and_its_marks_count() {
    let servers = [(Generation::V0_205, SANDBOX), (Generation::V0_179, WORKSPACE)];
    for (release, (generation, config)) in RELEASES.iter().flat_map(|release| servers.map(|server| (release, server))) {
        let what = format!("{} {config}", release.version);
        let versions = Versions::before(generation);
        let (old, new) = (versions.of(release.version), versions.of(TODAY));
        let context = context(config);
        let handle = old.provision(&context, &spec("known")).await.expect("a handle");
        let forgotten = old.provision(&context, &spec("forgotten")).await.expect("a handle");
        tokio::time::sleep(Duration::from_secs(600)).await;
        let page = new.list(&context, None).await.expect("a page");
        let mut listed: Vec<_> = page.items.into_iter().map(|item| (item.session_id, item.handle)).collect();
        listed.sort_by_key(|(session, _)| session.clone());
        let expected = [("forgotten", forgotten.clone()), ("known", handle.clone())];
        assert_eq!(listed, expected.map(|(session, handle)| (Some(session.to_owned()), handle)), "{what}");

        let done = |report: Report| {
            let mut done: Vec<_> =
                report.outcomes.into_iter().map(|outcome| (outcome.external_id, outcome.action)).collect();
            done.sort_by_key(|(id, _)| *id != forgotten.external_id);
            done
        };
        let report = |forgotten_is| {
            vec![(forgotten.external_id.clone(), forgotten_is), (handle.external_id.clone(), Action::Kept)]
        };
        assert_eq!(done(reconcile(old, &context, Mode::Mark).await), report(Action::Marked), "{what}");
        assert_eq!(done(reconcile(new, &context, Mode::Act).await), report(Action::Deleted), "{what}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        let alive: Vec<String> = versions.fake.alive().into_iter().map(|sandbox| sandbox.id).collect();
        assert_eq!(alive, [handle.external_id], "{what}");
    }
}
