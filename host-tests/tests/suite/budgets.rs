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

fn context(config: &str) -> Context {
    Context::new("pool-1")
        .with_config(format!(r#"{{"daytonaApiUrl":"https://daytona.example/api","diskGB":3{config}}}"#))
        .with_credential(Credential::new(DEFAULT_KEY))
}

async fn minutes(count: u64) {
    tokio::time::sleep(std::time::Duration::from_secs(count * 60)).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_costs_one_request_each_on_every_server_of_today() {
    for generation in Generation::ALL.into_iter().filter(|generation| generation.has_names()) {
        // The default disk is more than these servers give, which costs the first of them a second create.
        let fake = FakeDaytona::builder(generation).build();
        let (provider, context) = (over(&fake), context(""));
        let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
        let id = handle.external_id.clone();
        assert_eq!(spent(&fake), ["POST /sandbox"]);
        minutes(1).await;
        let state = provider.status(&context, &handle).await.expect("a state");
        assert_eq!(state.status, Status::Running);
        assert_eq!(spent(&fake), [format!("GET /sandbox/{id}")]);
        provider.terminate(&context, &handle).await.expect("an end");
        assert_eq!(spent(&fake), [format!("DELETE /sandbox/{id}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn where_sandboxes_have_no_names_only_the_provision_costs_more() {
    for (generation, config) in [
        (Generation::Documented, r#","dialect":"workspace","keepAlive":"off""#),
        (Generation::V0_105, r#","keepAlive":"off""#),
    ] {
        let fake = FakeDaytona::builder(generation).build();
        let (provider, context) = (over(&fake), context(config));
        let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
        let lines = spent(&fake);
        assert_eq!(lines.iter().filter(|line| line.starts_with("POST")).count(), 1);
        assert!(lines.len() <= 4, "{lines:?}");
        minutes(1).await;
        provider.status(&context, &handle).await.expect("a state");
        assert_eq!(spent(&fake).len(), 1);
        provider.terminate(&context, &handle).await.expect("an end");
        assert_eq!(spent(&fake).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn keeping_alive_is_one_request_more_and_marking_an_exit_two_once() {
    let fake = FakeDaytona::builder(Generation::V0_205).toolbox_url("https://proxy.daytona.example/toolbox").build();
    let (provider, context) = (over(&fake), context(""));
    let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
    let id = handle.external_id.clone();
    let (get, look) = (format!("GET /sandbox/{id}"), format!("GET /toolbox/{id}/process/session/entrypoint"));
    let mark = format!("PUT /sandbox/{id}/labels");
    minutes(15).await;
    spent(&fake);
    let state = provider.status(&context, &handle).await.expect("a state");
    assert_eq!(state.details.get("agent"), Some("running"));
    assert_eq!(spent(&fake), [get.clone(), look.clone()]);
    fake.entrypoint_exits(&id, 3);
    minutes(15).await;
    let state = provider.status(&context, &handle).await.expect("a state");
    assert_eq!((state.details.get("agent"), state.details.get("agent-exit-code")), (Some("exited"), Some("3")));
    assert_eq!(spent(&fake), [get.clone(), look, mark]);
    minutes(15).await;
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
