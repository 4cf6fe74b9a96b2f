//! What befalls a call whose provider misbehaves, and that the next call is not touched by it.

mod guest;

use std::time::{Duration, Instant};

use guest::{Guest, HOARD, SPIN, TRAP, WAIT};
use sandbox_host::{
    CallError, Context, Credential, Handle, Host, Limits, Pairs, Phase, Provider, Spec, Status, Termination,
};

fn provider(guest: Guest) -> Provider {
    Host::builder().build().unwrap().load(&guest.build()).unwrap()
}

fn limited(guest: Guest, set: impl FnOnce(&mut Limits)) -> Provider {
    let mut limits = Limits::default();
    set(&mut limits);
    Host::builder().limits(limits).build().unwrap().load(&guest.build()).unwrap()
}

fn handle() -> Handle {
    Handle { provider_id: "p".into(), external_id: "x".into(), metadata: Pairs::new() }
}

#[tokio::test]
async fn every_function_of_the_contract_can_be_called() {
    let provider = provider(Guest::new().lifecycle());
    let context = Context::new("pool");
    assert_eq!(provider.describe().await.unwrap().id, "");
    assert_eq!(provider.check_config("{}").await.unwrap(), []);
    assert_eq!(provider.provides(None).await.unwrap(), Default::default());
    assert_eq!(provider.unmet(&Default::default(), None).await.unwrap(), Vec::<String>::new());
    assert_eq!(provider.origins(&context, None).await.unwrap(), Vec::<String>::new());
    assert_eq!(provider.provision(&context, &Spec::new("s")).await.unwrap().external_id, "");
    assert_eq!(provider.locate(&context, "s").await.unwrap(), None);
    let state = provider.status(&context, &handle()).await.unwrap();
    assert_eq!((state.status, state.phase), (Status::Provisioning, Phase::Starting));
    assert_eq!(provider.terminate(&context, &handle()).await.unwrap(), Termination::Requested);
    for state in [
        provider.stop(&context, &handle()).await,
        provider.start(&context, &handle()).await,
        provider.archive(&context, &handle()).await,
        provider.keep_alive(&context, &handle()).await,
        provider.extend(&context, &handle(), 60).await,
    ] {
        assert_eq!(state.unwrap().phase, Phase::Starting);
    }
}

#[tokio::test]
async fn a_trap_is_told_with_its_function_and_the_next_call_is_answered() {
    let provider = provider(Guest::new().code("status", TRAP));
    let error = provider.status(&Context::new("pool"), &handle()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider broke in `status`: wasm trap: wasm `unreachable` instruction executed. This is a defect of the \
         component; its instance was thrown away, and the next call is not affected"
    );
    provider.describe().await.unwrap();
}

#[tokio::test]
async fn endless_recursion_is_a_trap_of_the_guest_alone() {
    let provider = provider(Guest::new().code("describe", "(call $describe)"));
    let error = provider.describe().await.unwrap_err();
    assert!(error.to_string().contains("call stack exhausted"), "{error}");
    provider.check_config("").await.unwrap();
}

#[tokio::test]
async fn a_guest_that_hoards_memory_is_ended_with_the_limit() {
    let provider = limited(Guest::new().code("describe", HOARD), |limits| limits.memory_bytes = 4 << 20);
    let error = provider.describe().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider ran out of memory in `describe`: it may use 4194304 bytes. Raise it with `Limits::with_memory_bytes` if that is \
         too little"
    );
    provider.check_config("").await.unwrap();
}

#[tokio::test]
async fn a_guest_that_computes_without_end_is_ended_and_others_run_meanwhile() {
    let provider = limited(Guest::new().code("describe", SPIN), |limits| limits.compute = Duration::from_millis(100));
    let start = Instant::now();
    let (spinning, other) = tokio::join!(provider.describe(), async {
        let done = provider.check_config("").await;
        (done, start.elapsed())
    });
    let error = spinning.unwrap_err();
    assert!(
        matches!(error, CallError::ComputedTooLong { function: "describe", limit } if limit == Duration::from_millis(100)),
        "{error:?}"
    );
    let (done, after) = other;
    done.unwrap();
    assert!(after < start.elapsed(), "the other call had to wait for the spinning one");
}

#[tokio::test(start_paused = true)]
async fn waiting_does_not_count_as_computing() {
    let wait = "(call $block (call $after (i64.const 20000000000))) (i32.const 1024)";
    let provider = limited(Guest::new().with_timer().code("describe", wait), |limits| {
        limits.compute = Duration::from_millis(50);
    });
    let start = tokio::time::Instant::now();
    provider.describe().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_return_is_ended_at_its_deadline_and_the_margin() {
    let provider = provider(Guest::new().with_timer().code("status", WAIT).code("terminate", WAIT));
    let margin = Limits::default().call_timeout_margin;
    let context = Context::new("pool");
    let short = context.clone().with_deadline(Duration::from_secs(7));
    let start = tokio::time::Instant::now();
    for (context, seconds) in [(&short, 7), (&context, 30)] {
        let before = start.elapsed();
        let error = provider.status(context, &handle()).await.unwrap_err();
        let limit = Duration::from_secs(seconds) + margin;
        assert!(matches!(error, CallError::TimedOut { function: "status", limit: told } if told == limit), "{error:?}");
        assert_eq!((start.elapsed() - before).as_secs(), limit.as_secs());
    }
    let before = start.elapsed();
    provider.terminate(&context, &handle()).await.unwrap_err();
    assert_eq!((start.elapsed() - before).as_secs(), 62);
}

#[tokio::test(start_paused = true)]
async fn calls_run_at_the_same_time() {
    let wait = "(call $block (call $after (i64.const 5000000000))) (i32.const 1024)";
    let provider = provider(Guest::new().with_timer().code("describe", wait));
    let start = tokio::time::Instant::now();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.describe().await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_call_beyond_the_limit_is_told_that_the_host_is_busy() {
    let provider = limited(Guest::new().with_timer().code("describe", WAIT), |limits| limits.concurrent_calls = 2);
    let running: Vec<_> = (0..2)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.describe().await })
        })
        .collect();
    tokio::task::yield_now().await;
    let error = provider.check_config("").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 calls are running, and the host has no room for more. Repeat the call later, or make more room \
         with `Limits::with_concurrent_calls`"
    );
    for call in running {
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
    provider.check_config("").await.unwrap();
}

#[tokio::test]
async fn an_origin_that_is_none_is_a_defect_of_the_component() {
    // One string of two bytes, `x:`, at 1040.
    let code = r"(i32.store (i32.const 1024) (i32.const 0)) (i32.store (i32.const 1028) (i32.const 1040))
        (i32.store (i32.const 1032) (i32.const 1)) (i32.store (i32.const 1040) (i32.const 1056))
        (i32.store (i32.const 1044) (i32.const 2)) (i32.store16 (i32.const 1056) (i32.const 0x3a78)) (i32.const 1024)";
    let provider = provider(Guest::new().code("origins", code));
    let context = Context::new("pool");
    assert_eq!(provider.origins(&context, None).await.unwrap(), ["x:"]);
    let error = provider.status(&context, &handle()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider named `x:` as an origin that it will call, but its scheme is neither http nor https. This is a \
         defect of the component"
    );
}

/// Returns the environment as the list of unmet kinds: a list of pairs of strings is, in memory, a list of twice as many
/// strings.
fn tells_its_environment() -> Guest {
    Guest::new().import("wasi:cli/environment@0.2.0", "get-environment", "(func $environment (param i32))").code(
        "unmet",
        "(call $environment (i32.const 2048))
             (i32.store (i32.const 2052) (i32.mul (i32.load (i32.const 2052)) (i32.const 2))) (i32.const 2048)",
    )
}

#[tokio::test]
async fn a_guest_sees_no_environment_but_what_it_is_given() {
    let bytes = tells_its_environment().build();
    let host = Host::builder().build().unwrap();
    let seen = host.load(&bytes).unwrap().unmet(&Default::default(), None).await.unwrap();
    assert_eq!(seen, Vec::<String>::new());

    let host = Host::builder().env("KEY", "old").env("URL", "http://x").env("KEY", "new").build().unwrap();
    let seen = host.load(&bytes).unwrap().unmet(&Default::default(), None).await.unwrap();
    assert_eq!(seen, ["URL", "http://x", "KEY", "new"]);
}

#[tokio::test]
async fn a_reused_instance_keeps_its_memory_and_a_fresh_one_starts_anew() {
    // Counts in memory, and answers with as many findings of zeroes.
    let count = "(i32.store (i32.const 3000) (i32.add (i32.load (i32.const 3000)) (i32.const 1)))
        (i32.store (i32.const 2048) (i32.const 2056)) (i32.store (i32.const 2052) (i32.load (i32.const 3000)))
        (i32.const 2048)";
    let provider = provider(Guest::new().code("check-config", count));
    let mut reused = provider.instance().await.unwrap();
    for call in 1..=3 {
        assert_eq!(provider.check_config("").await.unwrap().len(), 1);
        assert_eq!(reused.check_config("").await.unwrap().len(), call);
    }
}

#[tokio::test]
async fn a_reused_instance_serves_many_calls_and_is_not_usable_after_a_trap() {
    let provider = provider(Guest::new().code("status", TRAP));
    let mut instance = provider.instance().await.unwrap();
    let context = Context::new("pool");
    for _ in 0..100 {
        instance.terminate(&context, &handle()).await.unwrap();
    }
    assert!(instance.is_usable());
    assert!(matches!(instance.status(&context, &handle()).await, Err(CallError::Trapped { .. })));
    assert!(!instance.is_usable());
    assert_eq!(
        instance.describe().await.unwrap_err().to_string(),
        "this instance is not usable any more: an earlier call on it broke, timed out or was cancelled. Make a new one \
         with `Provider::instance`"
    );
    provider.instance().await.unwrap().describe().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reused_instance_is_not_usable_after_a_call_was_cancelled_or_timed_out() {
    let provider = provider(Guest::new().with_timer().code("status", WAIT));
    let context = Context::new("pool");

    let mut instance = provider.instance().await.unwrap();
    let handle = handle();
    let cancelled = tokio::time::timeout(Duration::from_secs(1), instance.status(&context, &handle)).await;
    assert!(cancelled.is_err());
    assert!(matches!(instance.describe().await, Err(CallError::Poisoned)));

    let mut instance = provider.instance().await.unwrap();
    assert!(matches!(instance.status(&context, &handle).await, Err(CallError::TimedOut { .. })));
    assert!(matches!(instance.describe().await, Err(CallError::Poisoned)));
}

#[tokio::test]
async fn the_providers_own_error_does_no_harm_to_a_reused_instance() {
    // The case `error` of the result; everything in it is zero: invalid-config.
    let refuse = "(i32.store8 (i32.const 1024) (i32.const 1)) (i32.const 1024)";
    let provider = provider(Guest::new().code("origins", refuse));
    let mut instance = provider.instance().await.unwrap();
    let context = Context::new("pool");
    for _ in 0..2 {
        let error = instance.status(&context, &handle()).await.unwrap_err();
        assert_eq!(error.provider().unwrap().code, sandbox_host::ErrorCode::InvalidConfig);
    }
    assert!(instance.is_usable());
}

#[tokio::test]
async fn whom_a_provider_will_contact_is_asked_once_for_a_context_and_a_handle() {
    // Answers once and traps from then on.
    let once = "(if (i32.load (i32.const 2000)) (then unreachable))
        (i32.store (i32.const 2000) (i32.const 1)) (i32.const 1024)";
    let provider = provider(Guest::new().code("origins", once));
    let mut instance = provider.instance().await.unwrap();
    let context = Context::new("pool").with_credential(Credential::new("key"));
    instance.status(&context, &handle()).await.unwrap();
    // A new key and another deadline are no other question.
    let renewed = Context::new("pool").with_credential(Credential::new("key-2")).with_deadline(Duration::from_secs(9));
    instance.terminate(&renewed, &handle()).await.unwrap();
    // Another pool is.
    let error = instance.status(&Context::new("other"), &handle()).await.unwrap_err();
    assert!(matches!(error, CallError::Trapped { function: "origins", .. }), "{error:?}");
}
