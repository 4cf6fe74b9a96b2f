//! What a guest does without anybody else: it computes, takes memory, waits, and takes what the host has.

use std::time::Duration;

use sandbox_host::CallError;

use crate::victim::{COMPUTE, FUNCTIONS, Victim, name, on_the_network, policy};

/// Orders to do something in a function.
fn orders(function: &str, deed: &str) -> String {
    format!("in {function}\ndo {deed}")
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_spins_is_ended_in_any_function() {
    for function in FUNCTIONS {
        let victim = Victim::of(orders(function, "spin"));
        let error = victim.fails(function).await;
        assert!(
            matches!(error, CallError::ComputedTooLong { function: reported, limit: COMPUTE } if reported == name(function)),
            "{function}: {error:?}"
        );
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_traps_is_told_by_the_function() {
    for function in FUNCTIONS {
        let victim = Victim::of(orders(function, "trap"));
        let error = victim.fails(function).await;
        assert!(
            matches!(&error, CallError::Trapped { function: reported, message, .. } if *reported == name(function) && message.contains("unreachable")),
            "{function}: {error:?}"
        );
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_recurses_comes_to_the_end_of_its_stack() {
    for function in FUNCTIONS {
        let victim = Victim::of(orders(function, "recurse"));
        let error = victim.fails(function).await;
        assert!(
            matches!(&error, CallError::Trapped { function: reported, message, .. } if *reported == name(function) && message.contains("stack")),
            "{function}: {error:?}"
        );
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_allocates_without_end_runs_out_of_memory() {
    for function in FUNCTIONS {
        let victim = Victim::of(orders(function, "allocate"));
        let error = victim.fails(function).await;
        assert!(
            matches!(error, CallError::OutOfMemory { function: reported, limit } if reported == name(function) && limit == 64 << 20),
            "{function}: {error:?}"
        );
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_takes_all_memory_it_can_get_gets_what_the_limit_says() {
    let mut policy = policy();
    policy.limits.memory_bytes = 8 << 20;
    let victim = Victim::under(policy, orders("status", "grow"));
    let pages: usize = victim.call("status").await.expect("taking memory is no crime").parse().expect("a number");
    assert_eq!(pages << 16, 8 << 20);
    victim.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_waits_for_ever_is_ended_after_its_deadline_and_the_margin() {
    for function in FUNCTIONS {
        let victim = Victim::of(orders(function, "wait"));
        let begun = tokio::time::Instant::now();
        let error = victim.fails(function).await;
        let long = ["provision", "terminate", "check-spec", "exec", "capture", "delete"].contains(&function);
        let expected = Duration::from_secs(if long { 62 } else { 32 });
        assert!(
            matches!(error, CallError::TimedOut { function: reported, limit } if reported == name(function) && limit == expected),
            "{function}: {error:?}"
        );
        assert_eq!(begun.elapsed().as_secs(), expected.as_secs(), "{function}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_asks_the_host_for_ever_has_computed_too_long() {
    for deed in ["poll", "read-environment"] {
        let victim = Victim::of(orders("status", deed));
        let error = victim.fails("status").await;
        assert!(matches!(error, CallError::ComputedTooLong { function: "status", .. }), "{deed}: {error:?}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_hoards_what_the_host_hands_out_is_ended_at_the_limit() {
    let victim = Victim::of(orders("status", "hoard"));
    let error = victim.fails("status").await;
    assert!(
        matches!(&error, CallError::Trapped { function: "status", message, .. } if message.contains("resource table has no free keys")),
        "{error:?}"
    );
    victim.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_does_harm_when_it_is_asked_whom_it_will_call_calls_nobody() {
    for function in on_the_network() {
        let victim = Victim::of(orders("origins", "trap"));
        let error = victim.fails(function).await;
        assert!(matches!(error, CallError::Trapped { function: "origins", .. }), "{function}: {error:?}");
        assert!(victim.network.sent().is_empty(), "{function}");
        victim.is_unharmed().await;
    }
}

#[tokio::test(start_paused = true)]
async fn others_are_answered_while_a_guest_spins() {
    let victim = Victim::of(orders("status", "spin"));
    let mut answered = 0;
    let spinning = victim.fails("status");
    tokio::pin!(spinning);
    loop {
        tokio::select! {
            error = &mut spinning => {
                assert!(matches!(error, CallError::ComputedTooLong { .. }), "{error:?}");
                break;
            }
            () = victim.an_honest_call() => answered += 1,
        }
    }
    assert!(answered > 0, "nobody was answered");
}
