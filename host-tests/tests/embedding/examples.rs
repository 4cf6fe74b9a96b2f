//! The examples do what they say.

use std::path::{Path, PathBuf};

use host_tests::{COMPONENT, RELEASES};
use sandbox_host::slot::Event;

use crate::daytona::Daytona;

#[allow(dead_code, reason = "its `main` is for people")]
#[path = "../../../examples/embed.rs"]
mod embed;

#[allow(dead_code, reason = "its `main` is for people")]
#[path = "../../../examples/events.rs"]
mod events;

#[allow(dead_code, reason = "its `main` is for people")]
#[path = "../../../examples/hot_swap.rs"]
mod hot_swap;

#[allow(dead_code, reason = "its `main` is for people")]
#[path = "../../../examples/http_client.rs"]
mod http_client;

#[allow(dead_code, reason = "its `main` is for people")]
#[path = "../../../examples/warm.rs"]
mod warm;

/// The component that was built last.
fn component() -> &'static Path {
    Path::new(COMPONENT)
}

/// A file with the newest release that is not today's component, as the version before.
fn release(files: &tempfile::TempDir) -> (PathBuf, &'static str) {
    let today = host_tests::component();
    let release = RELEASES.iter().rev().find(|release| release.component != today).expect("there are releases");
    let path = files.path().join("release.wasm");
    std::fs::write(&path, release.component).expect("it can be written");
    (path, release.version)
}

#[tokio::test]
async fn embed_takes_a_session_from_its_first_request_to_its_last() {
    let daytona = Daytona::start().await;
    let handle = embed::run(component(), &daytona.context()).await.expect("a session");
    let sandboxes = daytona.fake.sandboxes();
    assert_eq!(sandboxes.len(), 1);
    assert_eq!(sandboxes[0].id, handle.external_id);
    assert_eq!(sandboxes[0].desired_state, "destroyed");
}

#[tokio::test]
async fn hot_swap_goes_on_with_the_session_of_another_version() {
    let (daytona, files) = (Daytona::start().await, tempfile::tempdir().expect("a directory"));
    let (first, old) = release(&files);
    let served = hot_swap::run(&first, component(), &daytona.context()).await.expect("a session");
    let new = served[1].as_str();
    assert_eq!(served, [old, new, old, new]);
    assert_eq!(daytona.fake.sandboxes()[0].desired_state, "destroyed");
}

#[tokio::test]
async fn http_client_sees_what_is_sent() {
    let daytona = Daytona::start().await;
    let seen = http_client::run(component(), &daytona.context()).await.expect("a session");
    let sent: Vec<_> = daytona.fake.requests().iter().map(|request| request.method.clone()).collect();
    assert_eq!(seen.iter().map(|line| line.split(' ').next().unwrap_or_default()).collect::<Vec<_>>(), sent);
    assert_eq!(seen[0], "POST /api/sandbox");
}

#[tokio::test]
async fn events_tell_the_refusal_the_swap_and_the_end_of_the_old_version() {
    let files = tempfile::tempdir().expect("a directory");
    let (first, _) = release(&files);
    let seen = events::run(&first, component()).await.expect("events");
    assert!(
        matches!(
            seen.as_slice(),
            [Event::Refused { reason, .. }, Event::Swapped { .. }, Event::Drained { interrupted: 0, .. }]
                if reason.contains("not WebAssembly")
        ),
        "{seen:?}"
    );
}

#[tokio::test]
async fn warm_keeps_one_instance_for_the_pool() {
    let daytona = Daytona::start().await;
    assert_eq!(warm::run(component(), &daytona.context()).await.expect("sessions"), 1);
    assert_eq!(daytona.fake.sandboxes().len(), 3);
}
