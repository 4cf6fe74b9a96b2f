//! Requests are the cost: one for a provision, one for a status, one for an end, on every server of today.

use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation};
use host_tests::over;
use sandbox_host::{Context, Credential, Spec, Status};

/// Method and route of each request since the last look.
fn spent(fake: &FakeDaytona) -> Vec<String> {
    let lines = fake.requests().iter().map(|request| format!("{} {}", request.method, request.route)).collect();
    fake.clear_requests();
    lines
}

async fn a_session_costs_one_request_each(generation: Generation, config: &str, route: &str) {
    let fake = FakeDaytona::builder(generation).build();
    let provider = over(&fake);
    let context = Context::new("pool-1")
        .with_config(format!(r#"{{"daytonaApiUrl":"https://daytona.example/api"{config}}}"#))
        .with_credential(Credential::new(DEFAULT_KEY));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    let id = handle.external_id.clone();
    assert_eq!(spent(&fake), [format!("POST {route}")]);
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    let state = provider.status(&context, &handle).await.expect("a state");
    assert_eq!(state.status, Status::Running);
    assert_eq!(spent(&fake), [format!("GET {route}/{id}")]);
    provider.terminate(&context, &handle).await.expect("an end");
    assert_eq!(spent(&fake), [format!("DELETE {route}/{id}")]);
}

#[tokio::test(start_paused = true)]
async fn on_every_server_that_has_sandboxes_with_names() {
    let named = |generation: &Generation| generation.has_sandbox() && *generation != Generation::V0_105;
    for generation in Generation::ALL.into_iter().filter(named) {
        // The default disk is more than these servers give, which costs the first of them a second create.
        a_session_costs_one_request_each(generation, r#","diskGB":3"#, "/sandbox").await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_there_are_no_names_a_provision_costs_looks_as_well() {
    let fake = FakeDaytona::builder(Generation::Documented).build();
    let config = r#"{"daytonaApiUrl":"https://daytona.example/api","dialect":"workspace","diskGB":3}"#;
    let context = Context::new("pool-1").with_config(config).with_credential(Credential::new(DEFAULT_KEY));
    let handle = over(&fake).provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    let by_id = format!("GET /workspace/{}", handle.external_id);
    assert_eq!(spent(&fake), ["GET /workspace", "POST /workspace", "GET /workspace", &by_id]);
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    over(&fake).status(&context, &handle).await.expect("a state");
    assert_eq!(spent(&fake), [by_id.as_str()]);
    over(&fake).terminate(&context, &handle).await.expect("an end");
    assert_eq!(spent(&fake), [format!("DELETE /workspace/{}", handle.external_id)]);
}

#[tokio::test(start_paused = true)]
async fn keeping_alive_is_one_request_more_and_marking_an_exit_three_once() {
    let fake = FakeDaytona::builder(Generation::V0_205).toolbox_url("https://proxy.daytona.example/toolbox").build();
    let provider = over(&fake);
    let context = Context::new("pool-1")
        .with_config(r#"{"daytonaApiUrl":"https://daytona.example/api","diskGB":3}"#)
        .with_credential(Credential::new(DEFAULT_KEY));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    let id = handle.external_id.clone();
    let (get, look) = (format!("GET /sandbox/{id}"), format!("GET /toolbox/{id}/process/session/entrypoint"));
    let mark = format!("PUT /sandbox/{id}/labels");
    let quarter = std::time::Duration::from_secs(15 * 60);
    tokio::time::sleep(quarter).await;
    spent(&fake);
    let state = provider.status(&context, &handle).await.expect("a state");
    assert_eq!(state.details.get("agent"), Some("running"));
    assert_eq!(spent(&fake), [get.clone(), look.clone()]);
    fake.entrypoint_exits(&id, 3);
    tokio::time::sleep(quarter).await;
    let state = provider.status(&context, &handle).await.expect("a state");
    assert_eq!((state.details.get("agent"), state.details.get("agent-exit-code")), (Some("exited"), Some("3")));
    // The labels are read once more directly before they are replaced.
    assert_eq!(spent(&fake), [get.clone(), look, get.clone(), mark]);
    tokio::time::sleep(quarter).await;
    provider.status(&context, &handle).await.expect("a state");
    assert_eq!(spent(&fake), [get]);
}

#[tokio::test(start_paused = true)]
async fn what_is_local_costs_nothing() {
    let fake = FakeDaytona::builder(Generation::V0_205).build();
    let provider = over(&fake);
    let context = Context::new("pool-1").with_credential(Credential::new(DEFAULT_KEY));
    provider.describe().await.expect("a descriptor");
    provider.check_config("{}").await.expect("findings");
    provider.provides(None).await.expect("a declaration");
    provider.origins(&context, None).await.expect("origins");
    assert_eq!(spent(&fake), [""; 0]);
}
