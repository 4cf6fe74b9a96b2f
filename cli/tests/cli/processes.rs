//! Programs in a sandbox and snapshots of a pool, as they are typed.

use std::process::{Command, Stdio};

use fake_daytona::Program;

use crate::stage::Stage;

const ON: [&str; 2] = ["--handle", "handle.json"];

fn running() -> Stage {
    let stage = Stage::new();
    stage.provisioned("sess-42");
    let run = stage.run(&[&["watch", "--interval", "1ms"][..], &ON].concat());
    assert_eq!(run.code, 0, "{run:?}");
    stage
}

#[test]
fn exec_has_the_output_and_the_exit_code_of_its_command() {
    let stage = running();
    let fails =
        Program { takes: Some(std::time::Duration::ZERO), code: 3, stderr: "oops\n".to_owned(), ..Program::default() };
    stage.fake.has_program("fails", fails);
    let run = stage.run(&[&["exec"][..], &ON, &["--", "echo", "hi", "--json"]].concat());
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "hi --json\n", ""), "{run:?}");
    let run = stage.run(&[&["exec"][..], &ON, &["--", "fails"]].concat());
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (3, "", "oops\n"), "{run:?}");
    let run = stage.json(&[&["exec"][..], &ON, &["--env", "A=b", "--", "echo"]].concat());
    assert_eq!((run.code, &run.value()["exitCode"]), (0, &serde_json::json!(0)), "{run:?}");
    let last = stage.fake.program_runs().pop().expect("a run");
    assert_eq!(last.env, [("A".to_owned(), "b".to_owned())]);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_the_command_in_the_sandbox_and_then_exec() {
    let stage = running();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let before = stage.fake.program_runs().len();
        let arguments = [&["--pool", "pool.json", "exec"][..], &ON, &["--", "sleep", "600"]].concat();
        let mut command = stage.command(&arguments);
        let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        while stage.fake.program_runs().len() == before {
            std::thread::yield_now();
        }
        let sent = Command::new("kill").arg(signal).arg(process.id().to_string()).status().expect("kill");
        assert!(sent.success(), "{sent:?}");
        let run = stage.check(process.wait_with_output().expect("an end"));
        assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (code, "", ""), "{signal}: {run:?}");
        let last = stage.fake.program_runs().pop().expect("a run");
        assert!(last.ended_at.is_some(), "{signal}: {last:?}");
    }
}

#[test]
fn a_line_for_a_shell_is_told_from_a_command() {
    let stage = running();
    for (line, is_told) in [("ls -la", true), ("nosuchcommand", false)] {
        let run = stage.run(&[&["exec"][..], &ON, &["--", line]].concat());
        assert_eq!((run.code, run.err.contains("no shell reads the command")), (127, is_told), "{run:?}");
    }
}

#[test]
fn a_worker_is_launched_followed_and_killed() {
    let stage = running();
    let works = Program { takes: None, stdout: "ready\n".to_owned(), ..Program::default() };
    stage.fake.has_program("worker", works);
    let launch = [&["launch"][..], &ON, &["--id", "w", "--", "worker"]].concat();
    for _ in 0..2 {
        let run = stage.run(&launch);
        assert_eq!((run.code, run.out.as_str()), (0, "w\n"), "{run:?}");
    }
    assert_eq!(stage.fake.program_runs().len(), 1);
    let logs = [&["logs"][..], &ON, &["--id", "w"]].concat();
    assert_eq!(stage.run(&logs).out, "ready\n");
    let run = stage.json(&logs);
    assert_eq!((run.code, &run.value()["stdout"]), (0, &serde_json::json!("ready\n")), "one value: {run:?}");
    let run = stage.run(&[&["kill"][..], &ON, &["--id", "w"]].concat());
    assert_eq!((run.code, run.out.as_str()), (0, "ended\n"), "{run:?}");
    // Now following it ends.
    let run = stage.run(&[&logs[..], &["--follow"]].concat());
    assert_eq!((run.code, run.out.as_str()), (0, "ready\n"), "{run:?}");
    let run = stage.run(&[&["kill"][..], &ON, &["--id", "other"]].concat());
    assert_eq!(run.code, 7, "{run:?}");
}

#[test]
fn snapshots_are_prepared_listed_shown_and_deleted() {
    let stage = Stage::new();
    let run = stage.run(&["snapshot", "prepare", "base", "--image", "a/b:1", "--", "worker"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("base  ") && run.out.contains("a/b:1"), "{}", run.out);
    let run = stage.run(&["snapshot", "list"]);
    assert!(run.out.contains("NAME") && run.out.contains("base"), "{}", run.out);
    let run = stage.json(&["snapshot", "get", "base"]);
    assert_eq!((run.code, run.value()["name"].as_str()), (0, Some("base")), "{run:?}");
    assert_eq!(stage.run(&["snapshot", "get", "other"]).code, 7);
    let run = stage.run(&["snapshot", "delete", "base"]);
    assert_eq!(run.code, 0, "{run:?}");
}
