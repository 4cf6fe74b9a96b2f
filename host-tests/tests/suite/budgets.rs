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
async fn on_every_server_that_has_sandboxes() {
    for generation in Generation::ALL.into_iter().filter(|generation| generation.has_sandbox()) {
        // The default disk is more than these servers give, which costs the first of them a second create.
        a_session_costs_one_request_each(generation, r#","diskGB":3"#, "/sandbox").await;
    }
}

#[tokio::test(start_paused = true)]
async fn on_the_server_of_the_provider_description() {
    a_session_costs_one_request_each(Generation::Documented, r#","dialect":"workspace","diskGB":3"#, "/workspace")
        .await;
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
