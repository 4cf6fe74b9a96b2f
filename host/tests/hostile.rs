//! A guest that means harm: each attack ends with a typed error, and the next call is answered.

mod guest;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use guest::{Guest, SPIN, TRAP};
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use sandbox_host::{CallError, Context, Declaration, Handle, Host, Limits, Pairs, Provider, Spec};

/// Every function of the contract.
const FUNCTIONS: [&str; 12] = [
    "describe",
    "check-config",
    "provides",
    "unmet",
    "origins",
    "provision",
    "locate",
    "status",
    "terminate",
    "stop",
    "start",
    "archive",
];

/// Counts what leaves the host.
#[derive(Default)]
struct Counter(AtomicUsize);

impl HttpClient for Counter {
    fn send(&self, _: http::Request<WasiBody>, _: RequestOptions) -> ResponseFuture {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err(HttpError::ConnectionRefused) })
    }
}

struct Victim {
    provider: Provider,
    sent: Arc<Counter>,
}

impl Victim {
    fn of(guest: Guest) -> Self {
        let mut limits = Limits::default();
        limits.compute = Duration::from_millis(50);
        let sent = Arc::new(Counter::default());
        let host = Host::builder().limits(limits).http(sent.clone()).build().unwrap();
        Self { provider: host.load(&guest.build()).unwrap(), sent }
    }

    /// Calls a function by name and forgets what it returns.
    async fn call(&self, function: &str) -> Result<(), CallError> {
        let provider = &self.provider;
        let context = Context::new("pool");
        let handle = Handle { provider_id: "p".into(), external_id: "x".into(), metadata: Pairs::new() };
        let lifecycle = provider.lifecycle();
        let park = || lifecycle.as_ref().expect("it has a lifecycle");
        match function {
            "describe" => provider.describe().await.map(drop),
            "check-config" => provider.check_config("{}").await.map(drop),
            "provides" => provider.provides(None).await.map(drop),
            "unmet" => provider.unmet(&Declaration::default(), None).await.map(drop),
            "origins" => provider.origins(&context, None).await.map(drop),
            "provision" => provider.provision(&context, &Spec::new("s")).await.map(drop),
            "locate" => provider.locate(&context, "s").await.map(drop),
            "status" => provider.status(&context, &handle).await.map(drop),
            "terminate" => provider.terminate(&context, &handle).await.map(drop),
            "stop" => park().stop(&context, &handle).await.map(drop),
            "start" => park().start(&context, &handle).await.map(drop),
            "archive" => park().archive(&context, &handle).await.map(drop),
            other => panic!("{other} is no function"),
        }
    }
}

/// A function other than this one, which still works.
fn other(function: &str) -> &'static str {
    if function == "check-config" { "provides" } else { "check-config" }
}

#[tokio::test]
async fn a_guest_that_spins_in_any_function_is_ended_there() {
    for function in FUNCTIONS {
        let victim = Victim::of(Guest::new().lifecycle().code(function, SPIN));
        let error = victim.call(function).await.unwrap_err();
        assert!(matches!(error, CallError::ComputedTooLong { function: told, .. } if told == function), "{error:?}");
        victim.call(other(function)).await.unwrap();
    }
}

#[tokio::test]
async fn a_guest_that_traps_in_any_function_is_told_by_the_function() {
    for function in FUNCTIONS {
        let victim = Victim::of(Guest::new().lifecycle().code(function, TRAP));
        let error = victim.call(function).await.unwrap_err();
        assert!(matches!(error, CallError::Trapped { function: told, .. } if told == function), "{error:?}");
        victim.call(other(function)).await.unwrap();
    }
}

#[tokio::test]
async fn a_guest_that_spins_when_it_is_asked_whom_it_will_call_sends_nothing() {
    let victim = Victim::of(Guest::new().code("origins", SPIN));
    for function in ["provision", "locate", "status", "terminate"] {
        assert!(matches!(victim.call(function).await, Err(CallError::ComputedTooLong { .. })), "{function}");
    }
    assert_eq!(victim.sent.0.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn results_that_point_outside_of_memory_are_a_trap() {
    for (function, code) in [
        ("describe", "(i32.const -4)"),
        ("provision", "(i32.const 0x7fffff00)"),
        // A text of two gigabytes, and a list of as many.
        (
            "describe",
            "(i32.store (i32.const 1024) (i32.const 8)) (i32.store (i32.const 1028) (i32.const 0x7fffffff)) (i32.const 1024)",
        ),
        (
            "check-config",
            "(i32.store (i32.const 1024) (i32.const 8)) (i32.store (i32.const 1028) (i32.const 0x7fffffff)) (i32.const 1024)",
        ),
        // A status that is none of four, and text that is not UTF-8.
        ("status", "(i32.store8 (i32.const 1024) (i32.const 9)) (i32.const 1024)"),
        (
            "describe",
            "(i32.store8 (i32.const 1400) (i32.const 0xff)) (i32.store (i32.const 1024) (i32.const 1400)) (i32.store (i32.const 1028) (i32.const 1)) (i32.const 1024)",
        ),
    ] {
        let victim = Victim::of(Guest::new().code(function, code));
        let error = victim.call(function).await.unwrap_err();
        assert!(matches!(error, CallError::Trapped { .. }), "{code}: {error:?}");
        victim.call(other(function)).await.unwrap();
    }
}

#[tokio::test]
async fn a_list_that_would_fill_the_hosts_memory_is_refused() {
    // A million findings of nothing, 40 bytes each, all of them in the guest's memory.
    let many = "(drop (memory.grow (i32.const 700))) (i32.store (i32.const 1024) (i32.const 65536))
        (i32.store (i32.const 1028) (i32.const 1000000)) (i32.const 1024)";
    let victim = Victim::of(Guest::new().code("check-config", many));
    let error = victim.call("check-config").await.unwrap_err();
    assert!(matches!(error, CallError::Trapped { .. }), "{error:?}");
    assert!(error.to_string().contains("fuel"), "{error}");
    victim.call("describe").await.unwrap();
}

/// Sends a request to this authority, and waits for the response.
fn calls(authority: &str) -> Guest {
    let code = format!(
        "(local $request i32)
        (local.set $request (call $request (call $fields)))
        (drop (call $authority (local.get $request) (i32.const 1) (i32.const 3000) (i32.const {})))
        (drop (call $path (local.get $request) (i32.const 1) (i32.const 2990) (i32.const 1)))
        (drop (call $scheme (local.get $request) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
        (call $handle (local.get $request) (i32.const 0) (i32.const 0) (i32.const 3200))
        (if (i32.eqz (i32.load8_u (i32.const 3200)))
            (then (call $block (call $response (i32.load (i32.const 3208))))))
        (i32.const 1024)",
        authority.len()
    );
    Guest::new().with_http().text(2990, "/").text(3000, authority).code("status", code.clone()).code("describe", code)
}

#[tokio::test]
async fn a_request_to_somebody_that_it_did_not_name_never_leaves() {
    for authority in ["evil.example", "169.254.169.254", "localhost:22", "metadata.google.internal"] {
        let victim = Victim::of(calls(authority));
        // The guest is told no, and goes on.
        for function in ["status", "describe"] {
            victim.call(function).await.unwrap();
        }
        assert_eq!(victim.sent.0.load(Ordering::Relaxed), 0, "{authority}");
    }
}

#[tokio::test]
async fn a_request_to_whom_it_named_leaves() {
    // One origin, `http://named.example`: what keeps the others in is not that nothing gets out.
    let names = "(i32.store (i32.const 3304) (i32.const 3100)) (i32.store (i32.const 3308) (i32.const 1))
        (i32.store (i32.const 3100) (i32.const 3120)) (i32.store (i32.const 3104) (i32.const 20)) (i32.const 3300)";
    let guest = calls("named.example").text(3120, "http://named.example").code("origins", names);
    let victim = Victim::of(guest);
    victim.call("status").await.unwrap();
    assert_eq!(victim.sent.0.load(Ordering::Relaxed), 1);
    victim.call("describe").await.unwrap();
    assert_eq!(victim.sent.0.load(Ordering::Relaxed), 1, "a local function has no way out");
}

#[tokio::test]
async fn a_flood_of_headers_ends() {
    let flood = "(local $fields i32) (local.set $fields (call $fields))
        (loop $again
            (call $append (local.get $fields) (i32.const 3000) (i32.const 8) (i32.const 3000) (i32.const 8) (i32.const 3200))
            (br $again))
        unreachable";
    let victim = Victim::of(Guest::new().with_http().text(3000, "x-header").code("status", flood));
    let error = victim.call("status").await.unwrap_err();
    assert!(matches!(error, CallError::Trapped { .. } | CallError::ComputedTooLong { .. }), "{error:?}");
    victim.call("describe").await.unwrap();
}

#[tokio::test]
async fn resources_that_are_never_given_back_end_with_the_call() {
    let hoard = "(loop $again (drop (call $fields)) (br $again)) unreachable";
    let victim = Victim::of(Guest::new().with_http().code("status", hoard));
    let error = victim.call("status").await.unwrap_err();
    assert!(matches!(error, CallError::Trapped { .. } | CallError::ComputedTooLong { .. }), "{error:?}");
    victim.call("describe").await.unwrap();
}
