//! To which server a call goes. Whose key it carries is a matter of the conformance suite.

use host_tests::script::Script;
use host_tests::{Reply, bench_with_env, handle, reported};
use sandbox_host::{Context, Credential, ErrorCode, Handle};

const POOL_URL: &str = r#"{"daytonaApiUrl":"https://pool.example/api"}"#;

/// A handle that names no origin, as the first version might have written it.
fn anywhere() -> Handle {
    Handle { metadata: Default::default(), ..handle("sandbox") }
}

/// The host of the request that a status makes.
async fn called(context: Context, variables: &[(&str, &str)]) -> String {
    let bench = bench_with_env(Script::new([Reply::sandbox("started", "started")]), variables);
    bench.provider.status(&context, &anywhere()).await.expect("a state");
    bench.script.requests()[0].uri.split('/').nth(2).unwrap_or_default().to_owned()
}

fn pool() -> Context {
    Context::new("pool-1").with_config(POOL_URL)
}

#[tokio::test(start_paused = true)]
async fn the_url_is_the_credentials_then_the_environments_then_the_pools_then_the_clouds() {
    let variables = [("DAYTONA_API_URL", "https://environment.example/api")];
    let key = || Credential::new("k");
    let everywhere = pool().with_credential(key().with_api_url("https://credential.example/api"));
    assert_eq!(called(everywhere, &variables).await, "credential.example");
    assert_eq!(called(pool().with_credential(key()), &variables).await, "environment.example");
    assert_eq!(called(pool().with_credential(key()), &[]).await, "pool.example");
    assert_eq!(called(Context::new("pool-1").with_credential(key()), &[]).await, "app.daytona.io");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_url_is_told_with_its_source_and_never_passed_over() {
    let bench = bench_with_env(Script::new([]), &[("DAYTONA_API_URL", "https://u:p@environment.example/api")]);
    let error = reported(bench.provider.status(&pool().with_credential(Credential::new("k")), &anywhere()).await);
    assert_eq!(error.code, ErrorCode::InvalidConfig);
    assert!(error.message.contains("DAYTONA_API_URL") && !error.message.contains("u:p"), "{error}");
    let context = pool().with_credential(Credential::new("k").with_api_url("https://api.daytona.com"));
    let error = reported(bench.provider.status(&context, &anywhere()).await);
    assert_eq!(error.code, ErrorCode::Unsupported);
}
