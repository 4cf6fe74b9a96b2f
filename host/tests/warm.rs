//! Instances that stay between calls: which calls share one, and which never do.

mod daytona;
mod guest;

use std::time::Duration;

use daytona::{Daytona, load};
use guest::{Guest, TRAP, WAIT};
use sandbox_host::{CallError, Context, Handle, Host, Limits, Pairs, Policy, Provider, Spec, Warm, WarmLimits};

/// Counts its calls in memory, and tells the count as the id of the sandbox: one digit.
const COUNT: &str = "(i32.store8 (i32.const 3000) (i32.add (i32.load8_u (i32.const 3000)) (i32.const 1)))
    (i32.store8 (i32.const 1400) (i32.add (i32.load8_u (i32.const 3000)) (i32.const 48)))
    (i32.store (i32.const 1036) (i32.const 1400)) (i32.store (i32.const 1040) (i32.const 1)) (i32.const 1024)";

fn provider(guest: Guest) -> Provider {
    Host::builder().build().unwrap().load(&guest.build()).unwrap()
}

fn limits(set: impl FnOnce(&mut WarmLimits)) -> WarmLimits {
    let mut limits = WarmLimits::default();
    set(&mut limits);
    limits
}

fn handle() -> Handle {
    Handle { provider_id: "p".into(), external_id: "x".into(), metadata: Pairs::new() }
}

/// Which call of its instance a provision was.
async fn count(warm: &Warm, pool: &str) -> String {
    warm.provision(&Context::new(pool), &Spec::new("s")).await.unwrap().external_id
}

#[tokio::test]
async fn calls_of_one_pool_share_an_instance_and_pools_never_do() {
    let warm = provider(Guest::new().code("provision", COUNT)).warm(WarmLimits::default());
    assert_eq!([count(&warm, "a").await, count(&warm, "a").await, count(&warm, "b").await], ["1", "2", "1"]);
    assert_eq!([count(&warm, "a").await, count(&warm, "b").await], ["3", "2"]);
    assert_eq!(warm.idle(), 2);
    warm.clear();
    assert_eq!(count(&warm, "a").await, "1");
}

#[tokio::test(start_paused = true)]
async fn an_instance_serves_so_many_calls_and_for_so_long() {
    let guest = || Guest::new().code("provision", COUNT);
    let warm = provider(guest()).warm(limits(|limits| limits.calls = 2));
    assert_eq!([count(&warm, "a").await, count(&warm, "a").await, count(&warm, "a").await], ["1", "2", "1"]);

    let warm = provider(guest()).warm(limits(|limits| limits.age = Duration::from_secs(60)));
    assert_eq!([count(&warm, "a").await, count(&warm, "a").await], ["1", "2"]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(count(&warm, "a").await, "1");

    let warm = provider(guest()).warm(limits(|limits| limits.idle = 1));
    assert_eq!([count(&warm, "a").await, count(&warm, "b").await], ["1", "1"]);
    assert_eq!([count(&warm, "a").await, count(&warm, "b").await], ["2", "1"], "there was room for one");
}

#[tokio::test]
async fn an_instance_that_broke_is_not_used_again() {
    let warm = provider(Guest::new().code("provision", COUNT).code("status", TRAP)).warm(WarmLimits::default());
    assert_eq!([count(&warm, "a").await, count(&warm, "a").await], ["1", "2"]);
    let error = warm.status(&Context::new("a"), &handle()).await.unwrap_err();
    assert!(matches!(error, CallError::Trapped { .. }), "{error:?}");
    assert_eq!(warm.idle(), 0);
    assert_eq!(count(&warm, "a").await, "1");
}

#[tokio::test(start_paused = true)]
async fn an_instance_whose_call_was_cancelled_is_not_used_again() {
    let guest = Guest::new().with_timer().code("provision", COUNT).code("status", WAIT);
    let warm = provider(guest).warm(WarmLimits::default());
    assert_eq!(count(&warm, "a").await, "1");
    let (context, handle) = (Context::new("a"), handle());
    let cancelled = tokio::time::timeout(Duration::from_secs(1), warm.status(&context, &handle)).await;
    assert!(cancelled.is_err());
    assert_eq!(count(&warm, "a").await, "1");
}

#[tokio::test]
async fn instances_that_wait_make_room_for_a_call_of_another_pool() {
    let mut few = Limits::default();
    few.concurrent_calls = 1;
    let host = Host::builder().limits(few).build().unwrap();
    let warm = host.load(&Guest::new().code("provision", COUNT).build()).unwrap().warm(WarmLimits::default());
    assert_eq!([count(&warm, "a").await, count(&warm, "b").await, count(&warm, "a").await], ["1", "1", "1"]);
}

#[tokio::test]
async fn the_real_component_serves_many_sessions_from_one_instance_also_without_holding_the_key() {
    for policy in [Policy::default(), Policy::default().with_injected_credentials()] {
        let daytona = Daytona::start().await;
        let warm = load(&Host::builder().policy(policy).build().unwrap()).warm(WarmLimits::default());
        let context = daytona.context();
        for session in ["one", "two", "three"] {
            let handle = warm.provision(&context, &Spec::new(session)).await.unwrap();
            warm.status(&context, &handle).await.unwrap();
            warm.terminate(&context, &handle).await.unwrap();
        }
        assert_eq!(warm.idle(), 1);
        assert_eq!(daytona.fake.sandboxes().len(), 3);
        let bearer = format!("Bearer {}", daytona.fake.key());
        assert!(daytona.fake.requests().iter().all(|request| request.header("authorization") == Some(&bearer)));
    }
}
