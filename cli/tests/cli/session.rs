//! A whole session, for people and for machines, in both dialects.

use std::sync::atomic::{AtomicUsize, Ordering};

use fake_daytona::{Generation, RequestAction};
use serde_json::json;

use crate::stage::{Stage, handle};

#[test]
fn a_session_lives_and_ends_in_words_for_people() {
    let stage = Stage::new();
    let run = stage.run(&["provision", "--session", "sess-42", "--handle-out", "handle.json", "--", "sleep", "60"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.starts_with("provisioned  sess-42\n"), "{}", run.out);
    assert!(run.out.contains("handle in") && run.out.contains("handle.json"), "{}", run.out);
    let sandbox = stage.fake.sandboxes().remove(0);
    assert!(run.out.contains(&sandbox.id), "{}", run.out);
    assert_eq!(sandbox.entrypoint, ["sleep", "60"]);

    let on = ["--handle", "handle.json"];
    let run = stage.run(&[&["watch", "--interval", "1ms"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("running\n"), "{}", run.out);
    let words: Vec<_> = run.out.split_whitespace().collect();
    assert!(words.windows(3).any(|words| words == ["vendor", "says", "started"]), "{}", run.out);

    let run = stage.run(&[&["status"][..], &on].concat());
    assert_eq!((run.code, run.out.lines().next()), (0, Some("running")), "{run:?}");

    let run = stage.run(&[&["archive"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("terminated  arch"), "{}", run.out);

    let run = stage.run(&[&["start"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let run = stage.run(&[&["watch", "--interval", "1ms"][..], &on].concat());
    assert!(run.out.starts_with("running\n"), "{}", run.out);

    let run = stage.run(&[&["stop"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("terminated  stop"), "{}", run.out);

    let run = stage.run(&["locate", "--session", "sess-42", "--handle-out", "found.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("found  sess-42\n"), "{}", run.out);
    assert_eq!(handle(&stage.path("found.json"))["externalId"], sandbox.id);

    let run = stage.run(&[&["terminate"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("requested  ") || run.out.starts_with("gone  "), "{}", run.out);
    assert_eq!((stage.fake.sandboxes().len(), stage.left()), (1, 0));
}

#[test]
fn a_session_lives_and_ends_in_json_for_machines() {
    let stage = Stage::new();
    let run = stage.json(&["provision", "--session", "sess-42", "--handle-out", "handle.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.value(), handle(&stage.path("handle.json")), "what is printed is what is written");
    assert_eq!(run.value()["providerId"], "daytona");

    let on = ["--handle", "handle.json"];
    let run = stage.json(&[&["watch", "--interval", "1ms"][..], &on].concat());
    assert_eq!((run.code, run.state()), (0, ("running".into(), "running".into())), "{run:?}");
    assert_eq!(run.err, "", "machines are told nothing else");
    assert_eq!(run.value()["providerState"], "started");

    for (verb, phases) in
        [("stop", ["stopping", "stopped"]), ("start", ["starting", "running"]), ("archive", ["archiving", "archived"])]
    {
        let run = stage.json(&[&[verb][..], &on].concat());
        assert_eq!(run.code, 0, "{run:?}");
        assert!(phases.contains(&run.state().1.as_str()), "{verb}: {run:?}");
    }

    let run = stage.json(&["locate", "--session", "sess-42"]);
    assert_eq!(run.value()["externalId"], handle(&stage.path("handle.json"))["externalId"]);

    let run = stage.json(&[&["terminate"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!([json!("requested"), json!("gone")].contains(&run.value()["termination"]), "{run:?}");
    assert_eq!((stage.fake.sandboxes().len(), stage.left()), (1, 0));
}

#[test]
fn a_session_on_the_described_daytona_lives_under_workspace() {
    let stage = Stage::of(Generation::Documented);
    stage.provisioned("sess-42");
    assert_eq!(handle(&stage.path("handle.json"))["metadata"]["dialect"], "workspace");
    let on = ["--handle", "handle.json"];
    let run = stage.json(&[&["watch", "--interval", "1ms"][..], &on].concat());
    assert_eq!((run.code, run.state().0.as_str()), (0, "running"), "{run:?}");
    let run = stage.json(&[&["terminate"][..], &on].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!((stage.fake.sandboxes().len(), stage.left()), (1, 0));
    assert_eq!(stage.fake.count(("DELETE", "/workspace/*")), 1);
}

#[test]
fn what_is_given_on_the_command_line_reaches_the_sandbox() {
    let stage = Stage::new();
    stage.write("more.env", "# comment\nFROM_FILE=1\n");
    let run = stage.json(&[
        "provision",
        "--session",
        "s",
        "--image",
        "debian:12",
        "--env",
        "A=b=c",
        "--env-file",
        "more.env",
        "--label",
        "team=web",
        "--vcpu",
        "2",
        "--memory-mb",
        "3000",
        "--disk-mb",
        "4096",
        "--timeout-sec",
        "90",
        "--",
        "sh",
        "-c",
        "echo 'x'",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    let made = stage.fake.sandboxes().remove(0);
    assert_eq!(made.dockerfile.unwrap().trim_end(), "FROM debian:12\nENTRYPOINT [\"sh\",\"-c\",\"echo 'x'\"]");
    assert_eq!((made.env["A"].as_str(), made.env["FROM_FILE"].as_str()), ("b=c", "1"));
    assert_eq!(made.labels["team"], "web");
    assert_eq!((made.cpu, made.memory, made.disk), (2, 3, 4));
    assert_eq!(made.auto_stop_interval, 2);
}

#[test]
fn options_win_over_the_file_of_the_specification() {
    let stage = Stage::new();
    stage.write("spec.json", r#"{"sessionId": "from-file", "image": "debian:11", "resources": {"vCpu": 3}}"#);
    let run = stage.json(&["provision", "--spec", "spec.json", "--session", "typed", "--image", "debian:12"]);
    assert_eq!(run.code, 0, "{run:?}");
    let made = stage.fake.sandboxes().remove(0);
    assert!(made.created_name.starts_with("rensei-typed-"), "{}", made.created_name);
    assert!(made.dockerfile.unwrap().starts_with("FROM debian:12\n"));
    assert_eq!(made.cpu, 3);
}

#[test]
fn a_sandbox_that_failed_is_told_with_its_reason_and_an_exit_code_of_its_own() {
    let stage = Stage::new();
    stage.fake.fail_next_build("pull access denied");
    stage.provisioned("broken");
    let run = stage.json(&["watch", "--handle", "handle.json", "--interval", "1ms"]);
    assert_eq!((run.code, run.state().0.as_str()), (20, "failed"), "{run:?}");
    assert_eq!(run.value()["reason"], "pull access denied");
    let run = stage.run(&["status", "--handle", "handle.json"]);
    assert_eq!(run.code, 20, "{run:?}");
    assert!(run.out.starts_with("failed\n") && run.out.contains("pull access denied"), "{}", run.out);
}

#[test]
fn a_sandbox_that_is_gone_is_a_state_and_ending_it_again_succeeds() {
    let stage = Stage::new();
    stage.provisioned("s");
    let on = ["--handle", "handle.json"];
    assert_eq!(stage.run(&[&["terminate"][..], &on].concat()).code, 0);
    let run = stage.json(&[&["watch", "--interval", "1ms"][..], &on].concat());
    assert_eq!(run.code, 21, "{run:?}");
    assert_eq!(run.state().0, "terminated");
    let run = stage.json(&[&["terminate"][..], &on].concat());
    assert_eq!((run.code, run.value()["termination"].as_str()), (0, Some("gone")), "{run:?}");
    let error = stage.json(&[&["start"][..], &on].concat());
    assert_eq!((error.code, error.error().code()), (7, "not-found"), "{error:?}");
}

#[test]
fn a_session_that_has_no_sandbox_is_not_found() {
    let stage = Stage::new();
    let run = stage.json(&["locate", "--session", "never-made", "--handle-out", "found.json"]);
    assert_eq!((run.code, run.error().code()), (7, "not-found"), "{run:?}");
    assert!(run.error().message().contains("never-made"), "{run:?}");
    assert!(!stage.path("found.json").exists());
}

#[test]
fn progress_goes_to_standard_error_a_line_per_change() {
    let stage = Stage::new();
    stage.provisioned("s");
    let id = stage.fake.sandboxes().remove(0).id;
    stage.fake.set_state(&id, "creating", None, None);
    let fake = stage.fake.clone();
    let looks = AtomicUsize::new(0);
    stage.fake.on_request(move |_| {
        // The third look finds it started; the hook itself may not touch the fake.
        if looks.fetch_add(1, Ordering::Relaxed) == 2 {
            let (fake, id) = (fake.clone(), id.clone());
            std::thread::spawn(move || fake.set_state(&id, "started", None, None));
        }
        RequestAction::Proceed
    });
    let run = stage.run(&["watch", "--handle", "handle.json", "--interval", "1ms"]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<&str> = run.err.lines().collect();
    assert_eq!(lines.len(), 1, "{run:?}");
    assert!(lines[0].ends_with("provisioning  starting  (creating)"), "{run:?}");
    assert!(run.out.starts_with("running\n"), "{run:?}");
}
