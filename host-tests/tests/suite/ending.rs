//! Ending a sandbox: what counts as its end, what does not, and what is done until it is certain.

use std::time::Duration;

use host_tests::{Bench, ID, Reply, bench, context, handle, reported, timed};
use sandbox_host::{Context, Credential, ErrorCode, Handle, ProviderError, Termination};

async fn ended(bench: &Bench, dialect: &str) -> Termination {
    bench.provider.terminate(&context(), &handle(dialect)).await.expect("an end")
}

async fn refused(replies: impl IntoIterator<Item = Reply>) -> (ProviderError, usize) {
    let bench = bench(replies);
    let outcome = bench.provider.terminate(&context(), &handle("sandbox")).await;
    (reported(outcome), bench.script.requests().len())
}

fn lines(bench: &Bench) -> Vec<String> {
    let short = |uri: &str| uri.replace("https://daytona.example/api", "").replace(ID, "ID");
    bench.script.requests().iter().map(|request| format!("{} {}", request.method, short(&request.uri))).collect()
}

fn proven() -> Reply {
    Reply::refusal(404, &format!("Sandbox with ID or name {ID} not found"))
}

fn busy() -> Reply {
    Reply::refusal(409, "Sandbox state change in progress")
}

#[tokio::test(start_paused = true)]
async fn an_accepted_end_is_requested_in_one_request_of_either_dialect() {
    for (dialect, line) in [("sandbox", "DELETE /sandbox/ID"), ("workspace", "DELETE /workspace/ID?force=true")] {
        let accepted = match dialect {
            "sandbox" => Reply::sandbox("destroying", "destroyed"),
            _ => Reply::body(200, "text/plain", Vec::new()),
        };
        let bench = bench([accepted]);
        assert_eq!(ended(&bench, dialect).await, Termination::Requested);
        assert_eq!(lines(&bench), [line]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_proven_404_is_success() {
    assert_eq!(ended(&bench([proven(), proven()]), "sandbox").await, Termination::Gone);
    let old = || Reply::refusal(404, &format!("Workspace with ID {ID} not found"));
    assert_eq!(ended(&bench([old(), old()]), "workspace").await, Termination::Gone);
}

#[tokio::test(start_paused = true)]
async fn a_404_that_proves_nothing_is_an_error() {
    for reply in [
        Reply::body(404, "text/html", b"<html>404</html>".to_vec()),
        Reply::refusal(404, "Not found"),
        Reply::refusal(404, "Sandbox with ID or name other not found"),
    ] {
        let (error, requests) = refused([reply]).await;
        assert_eq!((error.code, requests), (ErrorCode::Protocol, 1));
    }
    let (error, _) = refused([Reply::refusal(404, "Cannot DELETE /x"), Reply::refusal(404, "Cannot DELETE /x")]).await;
    assert_eq!(error.code, ErrorCode::InvalidConfig);
}

#[tokio::test(start_paused = true)]
async fn a_409_is_looked_into_and_gone_when_the_look_proves_it() {
    let bench = bench([busy(), proven()]);
    assert_eq!(ended(&bench, "sandbox").await, Termination::Gone);
    assert_eq!(lines(&bench), ["DELETE /sandbox/ID", "GET /sandbox/ID"]);
}

#[tokio::test(start_paused = true)]
async fn a_409_of_one_that_is_being_deleted_is_accepted() {
    for reply in [Reply::sandbox("destroying", "destroyed"), Reply::sandbox("error", "destroyed")] {
        assert_eq!(ended(&bench([busy(), reply]), "sandbox").await, Termination::Requested);
    }
}

#[tokio::test(start_paused = true)]
async fn a_409_of_one_that_is_starting_is_asked_again_until_it_is_taken() {
    let starting = || Reply::sandbox("starting", "started");
    let bench = bench([busy(), starting(), busy(), starting(), Reply::sandbox("destroying", "destroyed")]);
    assert_eq!(ended(&bench, "sandbox").await, Termination::Requested);
    assert_eq!(lines(&bench).last().map(String::as_str), Some("DELETE /sandbox/ID"));
    assert_eq!(lines(&bench).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_400_of_older_eras_means_the_same() {
    for text in [
        "Sandbox state change in progress",
        "Workspace state change in progress",
        "State change in progress",
        "Workspace can not be destroyed at this time",
    ] {
        let bench = bench([Reply::refusal(400, text), Reply::sandbox("destroying", "destroyed")]);
        assert_eq!(ended(&bench, "sandbox").await, Termination::Requested, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn busy_until_the_deadline_is_a_conflict_to_be_tried_again_and_names_the_sandbox() {
    let script = host_tests::Script::new([]).beside(|method, _| match method {
        "DELETE" => Some(busy()),
        "GET" => Some(Reply::sandbox("starting", "started")),
        // Whatever else is tried on the way to the end.
        _ => Some(busy()),
    });
    let bench = host_tests::bench_of(script);
    let (context, handle) = (context(), handle("sandbox"));
    let (outcome, took) = timed(bench.provider.terminate(&context, &handle)).await;
    let error = reported(outcome);
    assert_eq!((error.code, error.retryable), (ErrorCode::Conflict, true));
    assert_eq!(error.details.get("sandbox-id"), Some(ID));
    assert!(took <= Duration::from_secs(60) && took > Duration::from_secs(50), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_breaks_is_sent_again() {
    let reset = Reply::Error { error: sandbox_host::http::HttpError::ConnectionTerminated, read: true };
    let page = Reply::body(502, "text/html", b"<html>502</html>".to_vec());
    assert_eq!(ended(&bench([reset, page, proven(), proven()]), "sandbox").await, Termination::Gone);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_sent_once() {
    let (error, requests) = refused([Reply::refusal(401, "Invalid credentials")]).await;
    assert_eq!((error.code, error.retryable, requests), (ErrorCode::Unauthenticated, false, 1));
}

#[tokio::test(start_paused = true)]
async fn a_handle_of_another_server_is_refused_before_anything_is_sent() {
    let bench = bench([]);
    let other = [("dialect", "sandbox"), ("api-origin", "https://other.example")].into_iter().collect();
    let handle = Handle { metadata: other, ..handle("sandbox") };
    for error in [
        reported(bench.provider.terminate(&context(), &handle).await),
        reported(bench.provider.status(&context(), &handle).await),
    ] {
        assert_eq!((error.code, error.retryable), (ErrorCode::InvalidConfig, false));
        assert!(error.message.contains("https://other.example"), "{error}");
    }
    assert_eq!(bench.script.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_handle_of_another_organization_is_refused_before_anything_is_sent() {
    let bench = bench([]);
    let mut handle = handle("sandbox");
    handle.metadata.push("organization-id", "org-d");
    let mut credential = Credential::new("k");
    credential.organization_id = Some("org-else".to_owned());
    let context = Context { ..context().with_credential(credential) };
    for error in [
        reported(bench.provider.terminate(&context, &handle).await),
        reported(bench.provider.status(&context, &handle).await),
    ] {
        assert_eq!((error.code, error.details.get("rule")), (ErrorCode::InvalidConfig, Some("foreign-organization")));
    }
    assert_eq!(bench.script.requests().len(), 0);
}
