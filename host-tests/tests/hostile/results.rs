//! What a guest returns: more than anybody wants.

use sandbox_host::{CallError, ErrorCode, Limits, Policy};

use crate::victim::{FUNCTIONS, Victim, WITHOUT_TEXTS, name, policy};

/// More bytes than one call may bring out of a guest, in a text.
const LONG: usize = 20 << 20;

/// Things that are small in the guest and large in the host.
const MANY: usize = 1_000_000;

/// A policy under which a guest has the memory and the time to make a result that is too much for the host.
fn roomy() -> Policy {
    let mut policy = policy();
    policy.limits.memory_bytes = 256 << 20;
    policy.limits.compute = Limits::default().compute;
    policy
}

/// The call was ended, because its result is too large for the host.
async fn is_too_much(victim: &Victim, function: &str) {
    let error = victim.fails(function).await;
    assert!(
        matches!(&error, CallError::Trapped { function: reported, message, .. } if *reported == name(function) && message.contains("fuel")),
        "{function}: {error:?}"
    );
    victim.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_would_fill_the_hosts_memory_is_refused() {
    for function in FUNCTIONS.into_iter().filter(|function| !WITHOUT_TEXTS.contains(function) && *function != "launch")
    {
        let victim = Victim::under(roomy(), format!("in {function}\ndo return-many\nwith {MANY}"));
        is_too_much(&victim, function).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_that_would_fill_the_hosts_memory_is_refused() {
    for function in FUNCTIONS.into_iter().filter(|function| !WITHOUT_TEXTS.contains(function) && *function != "origins")
    {
        let victim = Victim::under(roomy(), format!("in {function}\ndo return-long\nwith {LONG}"));
        is_too_much(&victim, function).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_taken_as_it_is_until_it_would_fill_the_hosts_memory() {
    for function in [
        "origins",
        "provision",
        "locate",
        "status",
        "terminate",
        "extend",
        "list",
        "reconcile",
        "exec",
        "read",
        "kill",
        "capture",
    ] {
        let victim = Victim::under(roomy(), format!("in {function}\ndo fail-long\nwith {}", 1 << 20));
        match victim.fails(function).await {
            CallError::Provider(error) => assert_eq!((error.code, error.message.len()), (ErrorCode::Internal, 1 << 20)),
            other => panic!("{function}: {other:?}"),
        }
        victim.is_unharmed().await;

        let victim = Victim::under(roomy(), format!("in {function}\ndo fail-long\nwith {LONG}"));
        is_too_much(&victim, function).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_origin_that_is_none_is_told_and_nobody_is_called() {
    for origin in ["", "evil", "file:///etc/passwd", "https://user@evil.example", "https://evil.example/path"] {
        let victim = Victim::of(format!("in status\ndo fetch\nwith http://evil.example\norigin {origin}"));
        let error = victim.fails("status").await;
        assert!(matches!(&error, CallError::BadOrigin { origin: reported, .. } if reported == origin), "{error:?}");
        assert!(victim.network.sent().is_empty(), "{origin}");
        victim.is_unharmed().await;
    }
}
