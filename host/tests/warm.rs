//! Instances that stay between calls: which calls share one, and which never do.

mod guest;

use std::time::Duration;

use guest::{Guest, TRAP, WAIT};
use sandbox_host::slot::{Candidate, Slot};
use sandbox_host::{CallError, Context, Handle, Host, Limits, Pairs, Policy, Provider, Spec, Warm, WarmLimits};

/// Counts its calls in memory, and tells the count as the id of the sandbox: one digit.
const COUNT: &str = "(i32.store8 (i32.const 3000) (i32.add (i32.load8_u (i32.const 3000)) (i32.const 1)))
    (i32.store8 (i32.const 1400) (i32.add (i32.load8_u (i32.const 3000)) (i32.const 48)))
    (i32.store (i32.const 1036) (i32.const 1400)) (i32.store (i32.const 1040) (i32.const 1)) (i32.const 1024)";

const HOUR: Duration = Duration::from_secs(3_600);

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

#[tokio::test]
async fn organizations_never_share_an_instance_whatever_their_pools_are_called() {
    let warm = provider(Guest::new().code("provision", COUNT)).warm(WarmLimits::default());
    let count = async |organization: Option<&str>| {
        let mut context = Context::new("default");
        context.organization_id = organization.map(str::to_owned);
        warm.provision(&context, &Spec::new("s")).await.unwrap().external_id
    };
    assert_eq!([count(Some("a")).await, count(Some("b")).await, count(None).await], ["1", "1", "1"]);
    assert_eq!([count(Some("a")).await, count(Some("b")).await, count(None).await], ["2", "2", "2"]);
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
async fn instances_that_wait_make_room_for_a_call_that_is_for_no_pool_and_for_another_provider() {
    let mut few = Limits::default();
    few.concurrent_calls = 1;
    let host = Host::builder().limits(few).build().unwrap();
    let provider = host.load(&Guest::new().code("provision", COUNT).build()).unwrap();
    let warm = provider.warm(WarmLimits::default());
    assert_eq!(count(&warm, "a").await, "1");
    provider.describe().await.unwrap();
    assert_eq!(warm.idle(), 0);
    assert_eq!(count(&warm, "a").await, "1");
    let other = host.load(&Guest::new().version('2').build()).unwrap();
    other.provision(&Context::new("a"), &Spec::new("s")).await.unwrap();
    assert_eq!(count(&warm, "a").await, "1");
}

#[tokio::test(start_paused = true)]
async fn pools_that_are_not_called_any_more_leave_room_for_those_that_are() {
    let limits = limits(|limits| {
        limits.idle = 1;
        limits.age = Duration::from_secs(60);
    });
    let warm = provider(Guest::new().code("provision", COUNT)).warm(limits);
    assert_eq!([count(&warm, "old").await, count(&warm, "new").await, count(&warm, "new").await], ["1", "1", "1"]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!([count(&warm, "new").await, count(&warm, "new").await], ["1", "2"]);
}

async fn warm_slot(limits: WarmLimits) -> Slot {
    let host = Host::builder().policy(set(|policy| policy.warm = Some(limits))).build().unwrap();
    let first = Guest::new().with_timer().code("provision", COUNT).code("status", WAIT);
    Slot::builder("test").drain_limit(HOUR).open(&host, Candidate::bytes(first.build())).await.unwrap()
}

fn set(change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::default();
    change(&mut policy);
    policy
}

/// Which call of its instance a provision through a slot was.
async fn counted(slot: &Slot, pool: &str) -> String {
    slot.lease().provision(&Context::new(pool), &Spec::new("s")).await.unwrap().external_id
}

#[tokio::test]
async fn a_slot_reuses_instances_only_where_the_policy_or_its_builder_says_so() {
    let slot = warm_slot(limits(|limits| limits.calls = 2)).await;
    assert_eq!([counted(&slot, "a").await, counted(&slot, "a").await, counted(&slot, "a").await], ["1", "2", "1"]);
    assert_eq!(counted(&slot, "b").await, "1");
    assert_eq!(slot.status().await.waiting_instances, 2);

    let first = || Candidate::bytes(Guest::new().code("provision", COUNT).build());
    let host = Host::builder().build().unwrap();
    let slot = Slot::builder("test").open(&host, first()).await.unwrap();
    assert_eq!([counted(&slot, "a").await, counted(&slot, "a").await], ["1", "1"]);
    assert_eq!(slot.status().await.waiting_instances, 0);
    let slot = Slot::builder("test").warm(WarmLimits::default()).open(&host, first()).await.unwrap();
    assert_eq!([counted(&slot, "a").await, counted(&slot, "a").await], ["1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_swap_gives_up_the_instances_of_the_version_that_it_replaces() {
    let slot = warm_slot(WarmLimits::default()).await;
    assert_eq!([counted(&slot, "a").await, counted(&slot, "a").await, counted(&slot, "b").await], ["1", "2", "1"]);
    // One call goes on over the swap, and ends well long after it.
    let lease = slot.lease();
    let (began, context, on) = (tokio::time::Instant::now(), Context::new("a").with_deadline(HOUR), handle());
    let running = tokio::spawn(async move { (lease.status(&context, &on).await, lease) });
    tokio::task::yield_now().await;
    assert_eq!(slot.status().await.waiting_instances, 1);
    let second = Guest::new().version('2').build();
    slot.swap(Candidate::bytes(second)).await.unwrap();
    assert_eq!(slot.status().await.waiting_instances, 0, "at once");
    let (ended, lease) = running.await.unwrap();
    ended.unwrap();
    assert_eq!(began.elapsed().as_secs(), 1_000);
    assert_eq!(slot.status().await.waiting_instances, 0, "the old version keeps nothing");
    // Nor does a lease that is still held make it keep one.
    lease.provision(&Context::new("a"), &Spec::new("s")).await.unwrap();
    assert_eq!(slot.status().await.waiting_instances, 0);
    drop(lease);
    assert_eq!(counted(&slot, "a").await, "2");
    assert_eq!(slot.status().await.waiting_instances, 1);
    // What comes back begins anew.
    slot.rollback().await.unwrap();
    assert_eq!(counted(&slot, "a").await, "1");
}

#[tokio::test]
async fn a_swap_finds_room_where_instances_wait_in_all_of_it() {
    let mut policy = set(|policy| policy.warm = Some(WarmLimits::default()));
    policy.limits.concurrent_calls = 1;
    let host = Host::builder().policy(policy).build().unwrap();
    let first = Candidate::bytes(Guest::new().code("provision", COUNT).build());
    let slot = Slot::builder("test").open(&host, first).await.unwrap();
    assert_eq!(counted(&slot, "a").await, "1");
    slot.swap(Candidate::bytes(Guest::new().version('2').build())).await.unwrap();
    assert_eq!(counted(&slot, "a").await, "2");
}

#[test]
fn limits_of_nothing_are_refused_when_the_host_is_made() {
    for change in [
        (|policy| policy.pool_calls_per_second = Some(0)) as fn(&mut Policy),
        |policy| policy.pool_calls_in_flight = Some(0),
        |policy| policy.limits.concurrent_calls = 0,
    ] {
        let error = Host::builder().policy(set(change)).build().err().expect("refused");
        assert!(error.to_string().contains("is 0, which would let nothing happen"), "{error}");
    }
}
