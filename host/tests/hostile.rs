//! What only a guest written by hand can do to a host: results that lie, and tables that grow. Everything else that means
//! harm is in `host-tests/tests/hostile`, written in Rust.

mod guest;

use std::io;
use std::sync::{Arc, Mutex};

use guest::{Guest, ZEROES};
use sandbox_host::{CallError, Context, Declaration, Handle, Host, Limits, Pairs, Provider, Spec};
use tracing_subscriber::util::SubscriberInitExt;

fn provider(guest: Guest) -> Provider {
    Host::builder().build().unwrap().load(&guest.build()).unwrap()
}

fn handle() -> Handle {
    Handle { provider_id: "p".into(), external_id: "x".into(), metadata: Pairs::new() }
}

/// Calls a function by name and forgets what it returns.
async fn call(provider: &Provider, function: &str) -> Result<(), CallError> {
    let context = Context::new("pool");
    match function {
        "describe" => provider.describe().await.map(drop),
        "check-config" => provider.check_config("{}").await.map(drop),
        "provides" => provider.provides(None).await.map(drop),
        "unmet" => provider.unmet(&Declaration::default(), None).await.map(drop),
        "provision" => provider.provision(&context, &Spec::new("s")).await.map(drop),
        "status" => provider.status(&context, &handle()).await.map(drop),
        other => panic!("{other} is no function"),
    }
}

#[tokio::test]
async fn results_that_point_outside_of_memory_or_mean_nothing_are_a_trap() {
    // A text, or a list, of two gigabytes.
    let huge = "(i32.store (i32.const 1024) (i32.const 8)) (i32.store (i32.const 1028) (i32.const 0x7fffffff))
        (i32.const 1024)";
    let no_text = "(i32.store8 (i32.const 1400) (i32.const 0xff)) (i32.store (i32.const 1024) (i32.const 1400))
        (i32.store (i32.const 1028) (i32.const 1)) (i32.const 1024)";
    for (function, code) in [
        ("describe", "(i32.const -4)"),
        ("provision", "(i32.const 0x7fffff00)"),
        ("describe", huge),
        ("check-config", huge),
        ("provides", huge),
        ("unmet", huge),
        // A status that is none of four, and a text that is not UTF-8.
        ("status", "(i32.store8 (i32.const 1024) (i32.const 9)) (i32.const 1024)"),
        ("describe", no_text),
    ] {
        let provider = provider(Guest::new().code(function, code));
        let error = call(&provider, function).await.unwrap_err();
        assert!(matches!(error, CallError::Trapped { .. }), "{code}: {error:?}");
        let other = if function == "check-config" { "provides" } else { "check-config" };
        call(&provider, other).await.unwrap();
    }
}

#[tokio::test]
async fn a_table_grows_as_far_as_the_limit_says() {
    // Takes what it can get, and traps if that is not exactly as much as it may have.
    let grow = |most: usize| {
        let code = format!(
            "(loop $again (br_if $again (i32.ne (table.grow $hoard (ref.null func) (i32.const 1)) (i32.const -1))))
            (if (i32.ne (table.size $hoard) (i32.const {most})) (then unreachable)) {ZEROES}"
        );
        Guest::new().table("$hoard").code("status", code)
    };
    let most = Limits::default().table_elements;
    call(&provider(grow(most)), "status").await.unwrap();
    call(&provider(grow(most + 1)), "status").await.unwrap_err();
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_guest_that_is_denied_again_and_again_does_not_fill_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
    let _logging = subscriber.finish().set_default();
    let insist = "(local $request i32) (local $left i32) (local.set $left (i32.const 100))
        (loop $again
            (local.set $request (call $request (call $fields)))
            (drop (call $authority (local.get $request) (i32.const 1) (i32.const 3000) (i32.const 12)))
            (drop (call $path (local.get $request) (i32.const 1) (i32.const 2990) (i32.const 1)))
            (drop (call $scheme (local.get $request) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
            (call $handle (local.get $request) (i32.const 0) (i32.const 0) (i32.const 3200))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $again (local.get $left)))";
    let guest = Guest::new().with_http().text(2990, "/").text(3000, "evil.example");
    let provider = provider(guest.code("status", format!("{insist} {ZEROES}")));
    let lines = || String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    call(&provider, "status").await.unwrap();
    let first = lines();
    assert_eq!(first.matches("denied: http://evil.example was called").count(), 10, "{first}");
    assert_eq!(first.matches("further denials of this instance are not logged").count(), 1, "{first}");
    assert_eq!(first.lines().count(), 11, "{first}");
    // The next call has a log of its own to write.
    call(&provider, "status").await.unwrap();
    assert_eq!(lines().lines().count(), 22);
}
