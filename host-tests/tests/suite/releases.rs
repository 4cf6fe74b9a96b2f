//! What version 0.1.0 began, the version of today goes on with, in both dialects; and back, after a rollback.

use std::time::Duration;

use fake_daytona::{FakeDaytona, Generation, Size};
use host_tests::{component, first_release, host_over, load, load_first_release, over, reported};
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{
    Action, Context, ErrorCode, Handle, Known, Mode, Phase, Provider, Report, Spec, Status, Termination,
};

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

/// Handles as the first release made them and as a platform stores them: of the first sandbox of a fake.
const STORED: [(Generation, &str, &str); 2] = [
    (Generation::V0_205, SANDBOX, include_str!("../../fixtures/handle-0.1.0-sandbox.json")),
    (Generation::Documented, WORKSPACE, include_str!("../../fixtures/handle-0.1.0-workspace.json")),
];

/// A server, and both versions in front of it.
struct Both {
    fake: FakeDaytona,
    old: Provider,
    new: Provider,
}

fn both(generation: Generation) -> Both {
    let fake = FakeDaytona::builder(generation)
        .snapshot("ghcr.io/renseiai/donmai-worker:latest", Size::new(1, 1, 3), None)
        .build();
    let (old, new) = (load_first_release(&host_over(&fake)), over(&fake));
    Both { fake, old, new }
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
    let lifecycle = provider.lifecycle().expect("a lifecycle");
    assert_eq!(lifecycle.keep_alive(context, handle).await.expect("a state").status, Status::Running, "{what}");
    let deadline = |state: &sandbox_host::State| state.details.get("deadline").map(str::to_owned);
    let before = deadline(&provider.status(context, handle).await.expect("a state"));
    lifecycle.extend(context, handle, 3_600).await.expect("a state");
    let after = deadline(&provider.status(context, handle).await.expect("a state"));
    assert!(after.is_some() && after != before, "{what}: the deadline was {before:?} and is {after:?}");
    lifecycle.stop(context, handle).await.expect("a state");
    until(provider, context, handle, |state| matches!(state.phase, Phase::Stopped | Phase::Archived)).await;
    lifecycle.start(context, handle).await.expect("a state");
    until(provider, context, handle, running).await;
    assert_eq!(provider.terminate(context, handle).await.expect("an end"), Termination::Requested, "{what}");
    until(provider, context, handle, |state| state.phase == Phase::Destroyed).await;
    assert_eq!(provider.terminate(context, handle).await.expect("an end"), Termination::Gone, "{what}");
    assert_eq!(fake.alive().len(), 0, "{what}");
}

#[tokio::test]
async fn the_fixture_is_another_version_than_the_one_under_test() {
    let Both { old, new, .. } = both(Generation::V0_205);
    let digest = "82dc9f785feced83f9ded8ec8aa14c58f359678d9d0b9f639931fb40f6136a1d";
    assert_eq!(old.info().digest_hex(), digest);
    assert_eq!(old.describe().await.expect("a descriptor").version, "0.1.0");
    assert_ne!(new.describe().await.expect("a descriptor").version, "0.1.0");
}

#[tokio::test(start_paused = true)]
async fn a_session_of_the_first_release_goes_on_with_this_version_on_every_server() {
    for (generation, config) in SERVERS {
        let Both { fake, old, new } = both(generation);
        let context = context(config);
        let handle = old.provision(&context, &spec("sess-42")).await.expect("a handle");
        goes_on(&fake, &new, &context, &handle, &format!("{generation} {config}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_of_this_version_goes_on_with_the_first_release_after_a_rollback() {
    for (generation, config) in SERVERS {
        let Both { fake, old, new } = both(generation);
        let context = context(config);
        let handle = new.provision(&context, &spec("sess-42")).await.expect("a handle");
        goes_on(&fake, &old, &context, &handle, &format!("{generation} {config}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_a_platform_stored_with_the_first_release_still_leads_to_its_sandbox() {
    for (generation, config, stored) in STORED {
        let Both { fake, old, new } = both(generation);
        let context = context(config);
        let minted = old.provision(&context, &spec("sess-42")).await.expect("a handle");
        let minted = serde_json::to_value(minted).expect("it is JSON");
        assert_eq!(minted, serde_json::from_str::<serde_json::Value>(stored).expect("it is JSON"), "{config}");
        let handle: Handle = serde_json::from_str(stored).expect("a handle");
        goes_on(&fake, &new, &context, &handle, config).await;
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_swap_a_session_keeps_its_sandbox_and_another_specification_is_still_a_conflict() {
    let Both { fake, .. } = both(Generation::V0_205);
    let host = host_over(&fake);
    let context = context(SANDBOX);
    let slot = Slot::builder("daytona").open(&host, Candidate::bytes(first_release())).await.expect("a slot");
    let handle = slot.lease().provision(&context, &spec("sess-42")).await.expect("a handle");
    until(&load(&host), &context, &handle, |state| state.status == Status::Running).await;
    slot.lease().stop(&context, &handle).await.expect("a state");
    slot.swap(Candidate::bytes(component())).await.expect("it fits");

    assert_eq!(slot.lease().provision(&context, &spec("sess-42")).await.expect("a handle"), handle);
    until(&load(&host), &context, &handle, |state| state.status == Status::Running).await;
    let mut other = spec("sess-42");
    other.image = Some("ghcr.io/acme/other:1".to_owned());
    let error = reported(slot.lease().provision(&context, &other).await);
    assert_eq!((error.code, error.details.get("differs")), (ErrorCode::Conflict, Some("image")));
    assert_eq!(fake.sandboxes().len(), 1);
}

/// Reconciles with one session that is known.
async fn reconcile(provider: &Provider, context: &Context, mode: Mode) -> Report {
    let inventory = provider.inventory().expect("an inventory");
    // A mark has to be older than what is known.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let page = inventory.list(context, None).await.expect("a page");
    let as_of = page.server_time.expect("the server tells its time");
    let known = Known { sessions: vec!["known".to_owned()], as_of, min_age_sec: 60 };
    inventory.reconcile(context, &known, mode).await.expect("a report")
}

#[tokio::test(start_paused = true)]
async fn what_the_first_release_left_behind_is_listed_and_its_marks_count() {
    for (generation, config) in [(Generation::V0_205, SANDBOX), (Generation::V0_179, WORKSPACE)] {
        let Both { fake, old, new } = both(generation);
        let context = context(config);
        let handle = old.provision(&context, &spec("known")).await.expect("a handle");
        let forgotten = old.provision(&context, &spec("forgotten")).await.expect("a handle");
        tokio::time::sleep(Duration::from_secs(600)).await;
        let page = new.inventory().expect("an inventory").list(&context, None).await.expect("a page");
        let mut listed: Vec<_> = page.items.into_iter().map(|item| (item.session_id, item.handle)).collect();
        listed.sort_by_key(|(session, _)| session.clone());
        let expected = [("forgotten", forgotten.clone()), ("known", handle.clone())];
        assert_eq!(listed, expected.map(|(session, handle)| (Some(session.to_owned()), handle)), "{config}");

        let done = |report: Report| {
            let mut done: Vec<_> =
                report.outcomes.into_iter().map(|outcome| (outcome.external_id, outcome.action)).collect();
            done.sort_by_key(|(id, _)| *id != forgotten.external_id);
            done
        };
        let report = |forgotten_is| {
            vec![(forgotten.external_id.clone(), forgotten_is), (handle.external_id.clone(), Action::Kept)]
        };
        assert_eq!(done(reconcile(&old, &context, Mode::Mark).await), report(Action::Marked), "{config}");
        assert_eq!(done(reconcile(&new, &context, Mode::Act).await), report(Action::Deleted), "{config}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        let alive: Vec<String> = fake.alive().into_iter().map(|sandbox| sandbox.id).collect();
        assert_eq!(alive, [handle.external_id], "{config}");
    }
}
