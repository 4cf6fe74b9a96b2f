//! What a policy lets the real component do, and what it does not.

use std::time::Duration;

use fake_daytona::Reply;
use sandbox_host::policy::PrivateAddresses;
use sandbox_host::{CallError, Context, Credential, ErrorCode, Handle, Host, Policy, Provider, ProviderError, Spec};

use crate::daytona::{Daytona, load};

fn host(policy: Policy) -> Host {
    Host::builder().policy(policy).build().unwrap()
}

fn set(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    change(&mut policy);
    policy
}

async fn provision(provider: &Provider, context: &Context) -> Result<Handle, CallError> {
    provider.provision(context, &Spec::new("s")).await
}

/// Refused by the host, and told so by the provider.
async fn denied(provider: &Provider, context: &Context) -> ProviderError {
    match provision(provider, context).await {
        Err(CallError::Provider(error)) => {
            assert_eq!(error.code, ErrorCode::EgressDenied, "{error:?}");
            assert!(!error.retryable && !error.maybe_applied, "{error:?}");
            error
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_pools_own_api_is_reached_by_default_even_at_a_private_address() {
    let daytona = Daytona::start().await;
    provision(&load(&host(Policy::default())), &daytona.context()).await.unwrap();
}

#[tokio::test]
async fn a_list_of_origins_keeps_every_other_out() {
    let daytona = Daytona::start().await;
    let elsewhere = Policy::default().with_allowed(["app.daytona.io", "*.example.com"]).unwrap();
    denied(&load(&host(elsewhere)), &daytona.context()).await;
    assert_eq!(daytona.fake.requests().len(), 0);

    let origin = daytona.url.trim_end_matches("/api");
    let here = Policy::default().with_allowed([origin]).unwrap();
    provision(&load(&host(here)), &daytona.context()).await.unwrap();
}

#[tokio::test]
async fn private_addresses_can_be_denied_to_everybody_by_number_and_by_name() {
    let daytona = Daytona::start().await;
    let provider = load(&host(set(|policy| policy.private_addresses = PrivateAddresses::Deny)));
    denied(&provider, &daytona.context()).await;
    // A name that resolves to such an address is the same.
    denied(&provider, &daytona.context_at(&daytona.url.replace("127.0.0.1", "localhost"))).await;
    assert_eq!(daytona.fake.requests().len(), 0);
}

#[tokio::test]
async fn metadata_services_are_never_reached_not_even_as_the_pools_own_api() {
    let daytona = Daytona::start().await;
    let provider = load(&host(set(|policy| policy.private_addresses = PrivateAddresses::Allow)));
    for url in ["http://169.254.169.254/api", "http://0.0.0.0:1/api", "http://100.100.100.200/api"] {
        denied(&provider, &daytona.context_at(url)).await;
    }
}

#[tokio::test]
async fn a_header_that_the_policy_denies_does_not_leave() {
    let daytona = Daytona::start().await;
    denied(&load(&host(set(|policy| policy.deny_headers = vec!["user-agent".into()]))), &daytona.context()).await;
    assert_eq!(daytona.fake.requests().len(), 0);
}

#[tokio::test]
async fn a_header_that_the_policy_adds_is_on_every_request() {
    let daytona = Daytona::start().await;
    let policy = set(|policy| policy.add_headers = vec![("x-platform".into(), "acme".into())]);
    provision(&load(&host(policy)), &daytona.context()).await.unwrap();
    assert_eq!(daytona.fake.requests()[0].header("x-platform"), Some("acme"));
}

#[tokio::test]
async fn a_reply_above_the_limit_is_a_typed_error() {
    let daytona = Daytona::start().await;
    let provider = load(&host(set(|policy| policy.response_bytes = 100_000)));
    let handle = provision(&provider, &daytona.context()).await.unwrap();
    let large = Reply::new(200).header("content-type", "application/json").body("x".repeat(200_000));
    daytona.fake.on_request(move |_| fake_daytona::RequestAction::Answer(large.clone()));
    let context = daytona.context().with_deadline(Duration::from_millis(500));
    let error = provider.status(&context, &handle).await.unwrap_err();
    assert!(matches!(error, CallError::Provider(_)), "{error:?}");
    daytona.fake.clear_script();
    provider.status(&daytona.context(), &handle).await.unwrap();
}

#[tokio::test]
async fn guests_see_the_variables_that_the_policy_shows_and_no_other() {
    let daytona = Daytona::start().await;
    let policy = set(|policy| policy.environment = Some(vec!["DAYTONA_API_URL".into()]));
    let host = Host::builder()
        .policy(policy)
        .env("DAYTONA_API_URL", daytona.url.as_str())
        .env_key("DAYTONA_API_KEY", daytona.fake.key())
        .build()
        .unwrap();
    let provider = load(&host);
    let context = Context::new("pool-1").with_config(r#"{"diskGB": 10}"#);
    match provision(&provider, &context).await {
        Err(CallError::Provider(error)) => assert_eq!(error.code, ErrorCode::Unauthenticated, "{error:?}"),
        other => panic!("{other:?}"),
    }
    // The URL is seen: with a key of its own, the same context gets there.
    let context = context.with_credential(Credential::new(daytona.fake.key()));
    provision(&provider, &context).await.unwrap();
}
