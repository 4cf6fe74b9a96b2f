//! Snapshots of a pool on a server that makes, drops and deletes them as the recorded one does.

use std::time::Duration;

use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation};
use host_tests::over;
use sandbox_host::{CallError, Context, Credential, ErrorCode, SnapshotPhase, Spec, Termination};

fn context(pool: &str) -> Context {
    Context::new(pool)
        .with_config(r#"{"daytonaApiUrl":"https://daytona.example/api","diskGB":3}"#)
        .with_credential(Credential::new(DEFAULT_KEY))
}

fn minute() -> tokio::time::Sleep {
    tokio::time::sleep(Duration::from_secs(60))
}

#[tokio::test(start_paused = true)]
async fn what_is_prepared_is_what_a_first_session_begins_from() {
    let fake = FakeDaytona::builder(Generation::V0_190).build();
    let (provider, context) = (over(&fake), context("pool-1"));
    let wanted = Spec { image: Some("a/b:1".to_owned()), command: Some(vec!["worker".to_owned()]), ..Spec::default() };
    let wanted = Spec { session_id: "any".to_owned(), ..wanted };
    let made = provider.prepare(&context, "base", &wanted).await.expect("a snapshot");
    assert_eq!((made.name.as_str(), made.image.as_deref()), ("base", Some("a/b:1")));
    minute().await;
    let made = provider.get_snapshot(&context, "base").await.expect("an answer").expect("a snapshot");
    assert_eq!(made.phase, SnapshotPhase::Ready);
    // The same again finds it; something else under its name is a conflict.
    provider.prepare(&context, "base", &wanted).await.expect("the same");
    let other = Spec { image: Some("a/b:2".to_owned()), ..wanted.clone() };
    let refused = provider.prepare(&context, "base", &other).await;
    assert!(matches!(&refused, Err(CallError::Provider(error)) if error.code == ErrorCode::Conflict), "{refused:?}");

    let mut spec = Spec::new("sess-42");
    spec.extensions.push("snapshot", made.vendor_name.clone());
    provider.provision(&context, &spec).await.expect("a handle");
    minute().await;
    let sandbox = fake.sandboxes().remove(0);
    assert_eq!((sandbox.state.as_str(), sandbox.entrypoint), ("started", vec!["worker".to_owned()]));

    // Another pool sees nothing of it.
    let foreign = provider.get_snapshot(&self::context("pool-2"), "base").await.expect("an answer");
    assert!(foreign.is_none(), "{foreign:?}");
    let listed = provider.list_snapshots(&context, None).await.expect("a page");
    assert_eq!(listed.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["base"]);
    provider.delete_snapshot(&context, "base").await.expect("an end");
    minute().await;
    assert_eq!(provider.delete_snapshot(&context, "base").await.ok(), Some(Termination::Gone));
}

#[tokio::test(start_paused = true)]
async fn a_capture_is_there_when_it_is_told_and_its_name_is_taken_then() {
    let fake = FakeDaytona::builder(Generation::V0_190).build();
    let (provider, context) = (over(&fake), context("pool-1"));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    minute().await;
    let made = provider.capture(&context, &handle, "after-setup").await.expect("a snapshot");
    assert_eq!((made.phase, made.details.get("command")), (SnapshotPhase::Ready, Some("none")));
    let again = provider.capture(&context, &handle, "after-setup").await;
    assert!(matches!(&again, Err(CallError::Provider(error)) if error.code == ErrorCode::Conflict), "{again:?}");
    provider.stop(&context, &handle).await.expect("a state");
    provider.terminate(&context, &handle).await.expect("an end");
    // It outlives its sandbox.
    assert!(provider.get_snapshot(&context, "after-setup").await.expect("an answer").is_some());
}
