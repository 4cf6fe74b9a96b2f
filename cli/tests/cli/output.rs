//! Output that cannot be written: nobody reads it any more, or it is full.

use std::fs::{File, OpenOptions};
use std::process::Stdio;

use crate::stage::{Run, Stage};
use crate::walk::commands;

/// The program with this as its standard output.
fn run_into(stage: &Stage, arguments: &[&str], out: impl Into<Stdio>) -> Run {
    stage.pool(serde_json::json!({}));
    let mut command = stage.command(&[&["--pool", "pool.json"], arguments].concat());
    command.stdout(out).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    stage.check(child.wait_with_output().unwrap())
}

/// A pipe whose reader has gone.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_ends_with_the_exit_code_for_output_that_cannot_be_written() {
    let stage = Stage::new();
    let handle = stage.provisioned("s");
    let handle = handle.to_str().unwrap();
    assert_eq!(stage.run(&["watch", "--interval", "1ms", "--handle", handle]).code, 0);
    assert!(stage.fake.set_entrypoint_logs(&stage.fake.sandboxes().remove(0).id, "ready\n"));
    let all = [
        &["describe"][..],
        &["describe", "--schema"],
        &["check"],
        &["locate", "--session", "s"],
        &["status", "--handle", handle],
        &["watch", "--handle", handle],
        &["list"],
        &["reconcile", "--session", "s"],
        &["doctor"],
        &["health"],
        &["capacity"],
        &["explain", "--session", "s"],
        &["logs", "--handle", handle],
        &["keep-alive", "--handle", handle],
        &["extend", "--for", "2h", "--handle", handle],
        &["snapshot", "prepare", "base"],
        &["snapshot", "list"],
        &["snapshot", "get", "base"],
        &["snapshot", "delete", "other"],
        &["launch", "--id", "p", "--handle", handle, "--", "sleep", "1000"],
        &["kill", "--id", "p", "--handle", handle],
        &["exec", "--handle", handle, "--", "echo", "hi"],
        &["stop", "--handle", handle],
        &["archive", "--handle", handle],
        &["start", "--handle", handle],
        &["terminate", "--handle", handle],
        &["serve", "--schema"],
        &["--help"],
        &["--version"],
    ];
    for (command, _) in commands(&stage) {
        let is_here = all.iter().any(|arguments| arguments.join(" ").starts_with(&command));
        // What a provision made is told below; a demo is no result, and the others print as those here do.
        let is_known = ["provision", "demo", "snapshot capture", "snapshot activate"].contains(&command.as_str());
        assert!(is_here || is_known, "{command} is new: say here whether it ends well where it cannot write");
    }
    for arguments in all {
        for json in [&[][..], &["--json"]] {
            let arguments = [json, arguments].concat();
            let run = run_into(&stage, &arguments, full());
            assert_eq!(run.code, 12, "{arguments:?}: {run:?}");
            assert!(run.err.contains("cannot be written"), "{arguments:?}: {run:?}");
            let run = run_into(&stage, &arguments, unread());
            assert_eq!((run.code, run.err.as_str()), (12, ""), "{arguments:?}: {run:?}");
        }
    }
    // An error that cannot be told as JSON is told as text.
    let run = run_into(&stage, &["--json", "status", "--handle", "no-such.json"], full());
    assert!(run.code == 4 && run.err.contains("no-such.json"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_handle_of_a_sandbox_is_told_elsewhere_with_the_command_that_finds_it() {
    let stage = Stage::new();
    for (session, out) in [("a", Stdio::from(full())), ("b", unread())] {
        let run = run_into(&stage, &["provision", "--session", session, "--json"], out);
        assert_eq!(run.code, 12, "{run:?}");
        let handle: serde_json::Value = serde_json::from_str(run.err.lines().next().unwrap()).unwrap();
        assert!(stage.fake.alive().iter().any(|sandbox| handle["externalId"] == sandbox.id.as_str()), "{run:?}");
        assert!(run.err.contains(&format!("sandbox-host locate --session {session} --pool pool.json")), "{run:?}");
    }
    let run = run_into(&stage, &["provision", "--session", "c"], Stdio::null());
    assert!(run.code == 0 && run.err.contains("externalId"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_error_is_no_reason_to_break() {
    let stage = Stage::new();
    stage.write("policy.toml", "[egress]\nallow = []\n");
    stage.pool(serde_json::json!({}));
    let arguments = ["provision", "--session", "s", "--pool", "pool.json", "--policy", "policy.toml"];
    let status = stage.command(&arguments).stdout(Stdio::null()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(9));
}
