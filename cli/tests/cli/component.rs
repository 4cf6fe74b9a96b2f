//! Components that are none.

use crate::stage::Stage;

#[test]
fn a_missing_component_is_told_by_name() {
    let stage = Stage::new();
    let run = stage.json(&["describe", "--component", "no-such.wasm"]);
    assert_eq!((run.code, run.error().code()), (11, "component"), "{run:?}");
    assert!(run.error().message().contains("no-such.wasm"), "{run:?}");
}

#[test]
fn garbage_is_no_component() {
    let stage = Stage::new();
    for (content, told) in [
        (&b""[..], "it is empty"),
        (b"#!/bin/sh\necho hello", "it starts with"),
        (b"\0asm\x01\0\0\0", "core WebAssembly module"),
        (b"\0asm\x0d\0\x01\0", "does not export rensei:sandbox/provider"),
        (b"\0asm\x0d\0\x01\0\xff\xff\xff", "not valid"),
    ] {
        stage.write("bad.wasm", content);
        let run = stage.json(&["provision", "--session", "s", "--component", "bad.wasm"]);
        assert_eq!((run.code, run.error().code()), (11, "component"), "{run:?}");
        assert!(run.error().message().contains(told), "{told}: {run:?}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
}
