//! Replacing a provider: what comes in, what is refused, and what calls notice of it.

mod guest;

use std::sync::Arc;
use std::time::Duration;

use guest::{Guest, SPIN, TRAP, WAIT};
use ring::signature::{Ed25519KeyPair, KeyPair};
use sandbox_host::slot::{Candidate, Event, Slot, SwapError};
use sandbox_host::{CallError, Context, Handle, Host, Limits, Mode, Pairs, Spec};
use tokio::sync::broadcast::Receiver;

fn host() -> Host {
    Host::builder().build().unwrap()
}

fn guest(version: char) -> Guest {
    Guest::new().with_timer().version(version)
}

fn candidate(guest: Guest) -> Candidate {
    Candidate::bytes(guest.build())
}

/// A slot that serves version 1.
async fn slot() -> Slot {
    Slot::builder("test").open(&host(), candidate(guest('1'))).await.unwrap()
}

/// The version that answers a call.
async fn answers(slot: &Slot) -> String {
    slot.lease().provision(&Context::new("pool"), &Spec::new("s")).await.unwrap().external_id
}

fn handle() -> Handle {
    Handle { provider_id: String::new(), external_id: "x".into(), metadata: Pairs::new() }
}

fn told(events: &mut Receiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}

/// A swap is refused with this sentence, the old version serves on, and subscribers are told.
#[track_caller]
fn refused(slot: &Slot, candidate: Candidate) -> impl Future<Output = String> {
    let slot = slot.clone();
    async move {
        let mut events = slot.subscribe();
        let error = slot.swap(candidate).await.expect_err("it was taken").to_string();
        assert_eq!(answers(&slot).await, "1", "the old one serves");
        let events = told(&mut events);
        assert!(
            matches!(&events[..], [Event::Refused { reason, serving, .. }] if *reason == error && serving.generation == 1),
            "{events:?}"
        );
        error
    }
}

#[tokio::test]
async fn calls_after_a_swap_reach_the_new_version() {
    let slot = slot().await;
    let mut events = slot.subscribe();
    assert_eq!(answers(&slot).await, "1");
    let swapped = slot.swap(candidate(guest('2'))).await.unwrap();
    assert_eq!((swapped.from.version.as_str(), swapped.to.version.as_str()), ("1", "2"));
    assert_eq!((swapped.from.generation, swapped.to.generation), (1, 2));
    assert_eq!(answers(&slot).await, "2");
    assert!(matches!(&told(&mut events)[0], Event::Swapped { to, .. } if *to == swapped.to));
    let status = slot.status().await;
    assert_eq!((status.active, status.in_flight, status.can_roll_back), (swapped.to, 0, true));
}

#[tokio::test(start_paused = true)]
async fn a_call_in_flight_ends_on_the_old_version_which_is_gone_after_it() {
    let slow = "(call $block (call $after (i64.const 5000000000))) (i32.const 1024)";
    let slot = Slot::builder("test").open(&host(), candidate(guest('1').code("status", slow))).await.unwrap();
    let mut events = slot.subscribe();
    let lease = slot.lease();
    let running = tokio::spawn(async move {
        let state = lease.status(&Context::new("pool"), &handle()).await;
        (lease.version().version, state)
    });
    tokio::task::yield_now().await;
    slot.swap(candidate(guest('2'))).await.unwrap();
    assert_eq!(answers(&slot).await, "2");
    let status = slot.status().await;
    assert_eq!(
        status.draining.iter().map(|(old, calls)| (old.version.as_str(), *calls)).collect::<Vec<_>>(),
        [("1", 1)]
    );

    let (version, state) = running.await.unwrap();
    assert_eq!(version, "1");
    state.unwrap();
    let drained = loop {
        if let Event::Drained { version, interrupted, after } = events.recv().await.unwrap() {
            break (version.version, interrupted, after.as_secs());
        }
    };
    assert_eq!((drained.0.as_str(), drained.1, drained.2), ("1", 0, 5));
    assert_eq!(slot.status().await.draining, []);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_on_beyond_the_drain_limit_is_ended() {
    let slot = Slot::builder("test")
        .drain_limit(Duration::from_secs(7))
        .open(&host(), candidate(guest('1').code("status", WAIT)))
        .await
        .unwrap();
    let mut events = slot.subscribe();
    let lease = slot.lease();
    let running = tokio::spawn(async move { lease.status(&Context::new("pool"), &handle()).await });
    tokio::task::yield_now().await;
    let start = tokio::time::Instant::now();
    slot.swap(candidate(guest('2'))).await.unwrap();
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, CallError::Replaced { function: "status" }), "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 7);
    let last = told(&mut events).pop();
    assert!(matches!(last, Some(Event::Drained { interrupted: 1, .. })), "{last:?}");
}

#[tokio::test]
async fn what_is_no_provider_is_refused_with_its_reason_while_the_old_one_serves() {
    let slot = slot().await;
    let told = refused(&slot, Candidate::bytes(&b"garbage"[..])).await;
    assert!(told.starts_with("this is not WebAssembly"), "{told}");
    let told = refused(&slot, Candidate::file("no-such-file.wasm")).await;
    assert!(told.starts_with("no-such-file.wasm cannot be read"), "{told}");
    let nosy = guest('2').import("secrets", "read", "(func (result i32))");
    let told = refused(&slot, candidate(nosy)).await;
    assert!(told.contains("imports test:guest/secrets"), "{told}");
    let told = refused(&slot, Candidate::bytes(wat::parse_str("(component)").unwrap())).await;
    assert!(told.contains("does not export rensei:sandbox/provider@0.1.0"), "{told}");
    let newer = guest('2').contract("0.2.0");
    let told = refused(&slot, candidate(newer)).await;
    assert!(told.contains("exports rensei:sandbox/provider@0.2.0, but this host speaks the versions 0.1.*"), "{told}");
    let bytes = guest('2').build();
    let told = refused(&slot, Candidate::bytes(&bytes[..bytes.len() / 2])).await;
    assert!(told.starts_with("the component is not valid"), "{told}");
    let told = refused(&slot, Candidate::bytes(wat::parse_str("(module)").unwrap())).await;
    assert!(told.starts_with("this is a core WebAssembly module, not a component"), "{told}");
}

#[tokio::test]
async fn a_provider_that_fits_the_contract_in_part_is_refused_with_what_does_not_fit() {
    let slot = slot().await;
    let line = "    @since(version = 0.1.0)
    terminate: func(context: context, handle: handle) -> result<termination, error>;\n";
    let told = refused(&slot, candidate(guest('2').contract("0.1.0").without("terminate", "provider.wit", line))).await;
    assert!(told.contains("rensei:sandbox/provider@0.1.0.terminate: it is missing"), "{told}");
    // Another type of one field of what one function returns.
    let told =
        refused(&slot, candidate(guest('2').edit_contract("types.wit", "recoverable: bool", "recoverable: u8"))).await;
    assert!(told.contains("does not fit the contract: rensei:sandbox/provider@0.1.0.status: "), "{told}");
}

#[tokio::test]
async fn a_component_that_fails_its_first_call_is_refused() {
    let slot = slot().await;
    let told = refused(&slot, candidate(Guest::new().code("describe", TRAP))).await;
    assert!(told.starts_with("the component was tried with `describe`, which failed: the provider broke"), "{told}");

    let mut limits = Limits::default();
    limits.compute = Duration::from_millis(50);
    let host = Host::builder().limits(limits).build().unwrap();
    let slot = Slot::builder("test").open(&host, candidate(guest('1'))).await.unwrap();
    let told = refused(&slot, candidate(Guest::new().code("describe", SPIN))).await;
    assert!(told.contains("computed for more than 50ms"), "{told}");
}

#[tokio::test]
async fn another_provider_is_refused_because_handles_would_be_foreign() {
    let slot = slot().await;
    let named = "(i32.store8 (i32.const 1400) (i32.const 0x65)) (i32.store (i32.const 1024) (i32.const 1400))
        (i32.store (i32.const 1028) (i32.const 1)) (i32.const 1024)";
    let told = refused(&slot, candidate(Guest::new().code("describe", named))).await;
    assert_eq!(
        told,
        "the component is the provider `e`, but the slot serves ``, whose handles it would refuse. Use a slot of its own \
         for it"
    );
}

#[tokio::test]
async fn bytes_other_than_announced_are_refused() {
    let slot = slot().await;
    let bytes = guest('2').build();
    let told = refused(&slot, Candidate::bytes(bytes.clone()).with_digest("00".repeat(32))).await;
    assert!(told.contains(&format!("but {} was announced", "00".repeat(32))), "{told}");
    let digest = host().load(&bytes).unwrap().info().digest_hex();
    slot.swap(Candidate::bytes(bytes).with_digest(digest.to_uppercase())).await.unwrap();
    assert_eq!(answers(&slot).await, "2");
}

#[tokio::test]
async fn where_keys_are_trusted_only_what_they_signed_comes_in() {
    let pair = |seed: u8| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let (mine, other) = (pair(1), pair(2));
    let signed = |bytes: &[u8], pair: &Ed25519KeyPair| pair.sign(bytes).as_ref().to_vec();
    let first = guest('1').build();
    let slot = Slot::builder("test")
        .trust_key(mine.public_key().as_ref().try_into().unwrap())
        .open(&host(), Candidate::bytes(first.clone()).with_signature(signed(&first, &mine)))
        .await
        .unwrap();

    let bytes = guest('2').build();
    let told = refused(&slot, Candidate::bytes(bytes.clone())).await;
    assert!(told.starts_with("the component is not signed"), "{told}");
    let told = refused(&slot, Candidate::bytes(bytes.clone()).with_signature(b"short".as_slice())).await;
    assert!(told.starts_with("the signature is not one"), "{told}");
    for wrong in [signed(&bytes, &other), signed(&first, &mine)] {
        let told = refused(&slot, Candidate::bytes(bytes.clone()).with_signature(wrong)).await;
        assert!(told.starts_with("the signature of the component was made by no trusted key"), "{told}");
    }

    // From a file, with the signature in hex beside it.
    let files = tempfile::tempdir().unwrap();
    let path = files.path().join("provider.wasm");
    std::fs::write(&path, &bytes).unwrap();
    let hex: String = signed(&bytes, &mine).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(files.path().join("provider.wasm.sig"), hex + "\n").unwrap();
    slot.swap(Candidate::file(&path)).await.unwrap();
    assert_eq!(answers(&slot).await, "2");
}

#[tokio::test]
async fn a_version_for_which_a_live_pool_would_be_wrong_is_refused() {
    let one_error = "(i32.store (i32.const 2048) (i32.const 2056)) (i32.store (i32.const 2052) (i32.const 1))
        (i32.const 2048)";
    let pools = || vec![("pool-7".to_owned(), "{}".to_owned())];
    let slot = Slot::builder("test").live_pools(pools).open(&host(), candidate(guest('1'))).await.unwrap();
    let told = refused(&slot, candidate(guest('2').code("check-config", one_error))).await;
    assert!(
        told.starts_with("the configuration of the live pool `pool-7` is right for the version that serves and wrong"),
        "{told}"
    );

    let told = refused(&slot, candidate(guest('2').code("check-config", TRAP))).await;
    assert!(
        told.starts_with("the component was tried with `check-config`, which failed: the provider broke"),
        "{told}"
    );

    // A pool that is wrong already keeps nobody out.
    let old = candidate(guest('1').code("check-config", one_error));
    let slot = Slot::builder("test").live_pools(pools).open(&host(), old).await.unwrap();
    slot.swap(candidate(guest('2').code("check-config", one_error))).await.unwrap();
    assert_eq!(answers(&slot).await, "2");
}

#[tokio::test]
async fn rolling_back_is_a_swap_to_the_version_before() {
    let slot = slot().await;
    let error = slot.rollback().await.unwrap_err();
    assert!(matches!(error, SwapError::NothingBefore), "{error:?}");
    slot.swap(candidate(guest('2'))).await.unwrap();
    let back = slot.rollback().await.unwrap();
    assert_eq!((back.from.version.as_str(), back.to.version.as_str(), back.to.generation), ("2", "1", 3));
    assert_eq!(answers(&slot).await, "1");
    assert_eq!(slot.rollback().await.unwrap().to.version, "2");
    assert_eq!(answers(&slot).await, "2");
}

#[tokio::test]
async fn what_a_version_does_not_offer_is_said_and_the_next_version_may_offer_it() {
    let slot = slot().await;
    let (context, on) = (Context::new("pool"), handle());
    let lease = slot.lease();
    for (result, function, interface) in [
        (lease.keep_alive(&context, &on).await.map(drop), "keep-alive", "lifecycle"),
        (lease.extend(&context, &on, 60).await.map(drop), "extend", "lifecycle"),
        (lease.list(&context, None).await.map(drop), "list", "inventory"),
        (lease.reconcile(&context, &[], "", 0, Mode::Look).await.map(drop), "reconcile", "inventory"),
    ] {
        let error = result.unwrap_err();
        assert!(
            matches!(error, CallError::NotOffered { function: f, interface: i } if (f, i) == (function, interface)),
            "{error:?}"
        );
    }
    slot.swap(candidate(guest('2').lifecycle())).await.unwrap();
    let lease = slot.lease();
    lease.keep_alive(&context, &on).await.unwrap();
    lease.extend(&context, &on, 60).await.unwrap();
}

#[tokio::test]
async fn the_same_bytes_again_change_nothing() {
    let slot = slot().await;
    let mut events = slot.subscribe();
    let swapped = slot.swap(candidate(guest('1'))).await.unwrap();
    assert_eq!(swapped.from, swapped.to);
    assert_eq!(told(&mut events), []);
    assert!(!slot.status().await.can_roll_back);
}

#[tokio::test]
async fn two_swaps_at_once_come_one_after_the_other() {
    let slot = slot().await;
    let (two, three) = tokio::join!(slot.swap(candidate(guest('2'))), slot.swap(candidate(guest('3'))));
    let (two, three) = (two.unwrap(), three.unwrap());
    let generations = [two.to.generation, three.to.generation];
    assert!(generations == [2, 3] || generations == [3, 2], "{generations:?}");
    let last = if generations == [2, 3] { "3" } else { "2" };
    assert_eq!(answers(&slot).await, last);
}

#[tokio::test]
async fn a_changed_capability_is_told_by_name() {
    let slot = slot().await;
    // The second flag of the capabilities, which follow three texts.
    let flagged = "(i32.store8 (i32.const 1049) (i32.const 1)) (i32.const 1024)";
    let swapped = slot.swap(candidate(Guest::new().code("describe", flagged))).await.unwrap();
    assert_eq!(swapped.changed_capabilities, ["supportsFsSnapshot"]);
}

#[tokio::test]
async fn a_call_that_breaks_is_an_event_and_the_slot_serves_on() {
    let slot = Slot::builder("test").open(&host(), candidate(guest('1').code("status", TRAP))).await.unwrap();
    let mut events = slot.subscribe();
    slot.lease().status(&Context::new("pool"), &handle()).await.unwrap_err();
    let events = told(&mut events);
    assert!(
        matches!(&events[..], [Event::Trapped { function, version, .. }] if function == "status" && version.version == "1"),
        "{events:?}"
    );
    let json = serde_json::to_value(&events[0]).unwrap();
    assert_eq!((&json["event"], &json["version"]["generation"]), (&"trapped".into(), &1.into()));
    assert_eq!(answers(&slot).await, "1");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_appears_in_a_watched_directory_is_swapped_in_and_a_bad_one_tried_once() {
    let slot = Arc::new(slot().await);
    let mut events = slot.subscribe();
    let files = tempfile::tempdir().unwrap();
    let watch = slot.watch(files.path(), Duration::from_secs(2));
    std::fs::write(files.path().join("bad.wasm"), "garbage").unwrap();
    assert!(matches!(events.recv().await.unwrap(), Event::Refused { .. }));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(told(&mut events), []);

    let new = files.path().join("new.part");
    std::fs::write(&new, guest('2').build()).unwrap();
    std::fs::rename(&new, files.path().join("z.wasm")).unwrap();
    loop {
        if let Event::Swapped { to, .. } = events.recv().await.unwrap() {
            assert_eq!(to.version, "2");
            break;
        }
    }
    drop(watch);
    std::fs::write(files.path().join("z.wasm"), guest('3').build()).unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(answers(&slot).await, "2");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_never_ends_and_one_that_is_too_large_are_refused() {
    let mut limits = sandbox_host::Limits::default();
    limits.component_bytes = 1 << 20;
    let host = Host::builder().limits(limits).build().unwrap();
    let slot = Slot::builder("test").open(&host, candidate(Guest::new())).await.unwrap();
    let error = slot.swap(Candidate::file("/dev/zero")).await.unwrap_err();
    assert!(error.to_string().contains("not a plain file"), "{error}");
    let directory = tempfile::tempdir().unwrap();
    let large = directory.path().join("large.wasm");
    std::fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    let error = slot.swap(Candidate::file(&large)).await.unwrap_err();
    assert!(matches!(error, SwapError::Load(sandbox_host::LoadError::TooLarge { limit: 1_048_576, .. })), "{error:?}");
}
