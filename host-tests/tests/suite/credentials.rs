//! Whose key a call carries, and to which server it goes.

use host_tests::script::Script;
use host_tests::{Reply, bench_with_env, handle, reported};
use sandbox_host::{Context, Credential, ErrorCode, Handle};

const POOL_URL: &str = r#"{"daytonaApiUrl":"https://pool.example/api"}"#;

/// A handle that names no origin, as the first version might have written it.
fn anywhere() -> Handle {
    Handle { metadata: Default::default(), ..handle("sandbox") }
}

/// The key and the host of the request that a status makes.
async fn sent(context: Context, variables: &[(&str, &str)]) -> (String, String) {
    let bench = bench_with_env(Script::new([Reply::sandbox("started", "started")]), variables);
    bench.provider.status(&context, &anywhere()).await.expect("a state");
    let request = &bench.script.requests()[0];
    let key = request.headers["authorization"].to_str().expect("a text").trim_start_matches("Bearer ").to_owned();
    let host = request.uri.split('/').nth(2).unwrap_or_default().to_owned();
    (key, host)
}

fn pool() -> Context {
    Context::new("pool-1").with_config(POOL_URL)
}

#[tokio::test(start_paused = true)]
async fn the_orgs_credential_comes_before_the_environment() {
    let context = pool().with_credential(Credential::new("of-the-org"));
    let variables = [("DAYTONA_API_KEY", "of-the-environment")];
    assert_eq!(sent(context, &variables).await.0, "of-the-org");
}

#[tokio::test(start_paused = true)]
async fn daytona_api_key_is_used_where_there_is_no_credential() {
    assert_eq!(sent(pool(), &[("DAYTONA_API_KEY", "of-the-environment")]).await.0, "of-the-environment");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_passed_on_byte_for_byte() {
    let key = "dtn_A-b~c.d_e+f/g=h:i@j k";
    assert_eq!(sent(pool().with_credential(Credential::new(key)), &[]).await.0, key);
}

#[tokio::test(start_paused = true)]
async fn without_any_key_the_error_names_both_places() {
    let bench = bench_with_env(Script::new([]), &[("DAYTONA_API_KEY", "")]);
    let error = reported(bench.provider.status(&pool(), &anywhere()).await);
    assert_eq!((error.code, error.retryable), (ErrorCode::Unauthenticated, false));
    assert!(error.message.contains("daytona credential") && error.message.contains("DAYTONA_API_KEY"), "{error}");
    assert_eq!(bench.script.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_url_is_the_credentials_then_the_environments_then_the_pools_then_the_clouds() {
    let variables = [("DAYTONA_API_URL", "https://environment.example/api")];
    let key = || Credential::new("k");
    let everywhere = pool().with_credential(key().with_api_url("https://credential.example/api"));
    assert_eq!(sent(everywhere, &variables).await.1, "credential.example");
    assert_eq!(sent(pool().with_credential(key()), &variables).await.1, "environment.example");
    assert_eq!(sent(pool().with_credential(key()), &[]).await.1, "pool.example");
    assert_eq!(sent(Context::new("pool-1").with_credential(key()), &[]).await.1, "app.daytona.io");
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
