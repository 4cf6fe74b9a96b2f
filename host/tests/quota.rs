//! How much of a host one pool may use.

mod guest;

use std::time::Duration;

use guest::{Guest, WAIT};
use sandbox_host::{CallError, Context, Handle, Host, Pairs, Policy, Provider, Spec};

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

#[tokio::test(start_paused = true)]
async fn a_pool_may_begin_so_many_calls_per_second_and_other_pools_do_not_notice() {
    let provider = host(set(|policy| policy.pool_calls_per_second = Some(2))).load(&Guest::new().build()).unwrap();
    let (busy, other) = (Context::new("busy"), Context::new("other"));
    for _ in 0..2 {
        provision(&provider, &busy).await.unwrap();
    }
    let error = provision(&provider, &busy).await.unwrap_err();
    assert!(
        matches!(&error, CallError::PoolTooFast { pool, limit: 2, retry_after } if pool == "busy" && retry_after.as_millis() == 500),
        "{error:?}"
    );
    provision(&provider, &other).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    provision(&provider, &busy).await.unwrap();
    provision(&provider, &busy).await.unwrap_err();
    provider.describe().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pool_may_have_so_many_calls_at_the_same_time() {
    let policy = set(|policy| policy.pool_calls_in_flight = Some(1));
    let provider = host(policy).load(&Guest::new().with_timer().code("status", WAIT).build()).unwrap();
    let handle = Handle { provider_id: String::new(), external_id: "x".into(), metadata: Pairs::new() };
    let busy = Context::new("busy");
    let running = tokio::spawn({
        let (provider, busy) = (provider.clone(), busy.clone());
        async move { provider.status(&busy, &handle).await }
    });
    tokio::task::yield_now().await;
    let error = provision(&provider, &busy).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 calls of the pool `busy` are running, as many as the policy lets one pool have. Repeat the call later, or raise \
         `pools.calls-in-flight`"
    );
    provision(&provider, &Context::new("other")).await.unwrap();
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    provision(&provider, &busy).await.unwrap();
}
