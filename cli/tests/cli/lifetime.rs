//! Letting a session live longer: its idle clock, and its deadline.

use std::time::Duration;

use crate::stage::{Run, Stage};

const ON: [&str; 2] = ["--handle", "handle.json"];

fn running(stage: &Stage) {
    stage.provisioned("s");
    let run = stage.run(&["watch", "--interval", "1ms", "--handle", "handle.json"]);
    assert_eq!(run.code, 0, "{run:?}");
}

fn keep_alive(stage: &Stage) -> Run {
    stage.json(&[&["keep-alive"][..], &ON].concat())
}

#[test]
fn a_session_that_is_kept_alive_idles_from_then_on() {
    let stage = Stage::new();
    running(&stage);
    // Of the thirty minutes after which an idle sandbox is stopped.
    stage.fake.skip(Duration::from_secs(25 * 60));
    let run = keep_alive(&stage);
    assert_eq!((run.code, run.state().0.as_str()), (0, "running"), "{run:?}");
    assert_eq!(run.value()["details"]["agent"], "running", "{run:?}");
    stage.fake.skip(Duration::from_secs(25 * 60));
    let run = stage.json(&[&["status", "--observe"][..], &ON].concat());
    assert_eq!((run.code, run.state().0.as_str()), (0, "running"), "{run:?}");
}

#[test]
fn a_session_that_cannot_be_kept_alive_is_told_by_the_exit_code() {
    let stage = Stage::new();
    running(&stage);
    assert_eq!(stage.run(&[&["terminate"][..], &ON].concat()).code, 0);
    let run = keep_alive(&stage);
    assert_eq!((run.code, run.state().0.as_str()), (21, "terminated"), "{run:?}");
}

#[test]
fn a_deadline_is_moved_to_so_long_from_now() {
    let stage = Stage::new();
    running(&stage);
    let now = stage.fake.now().as_millis();
    let run = stage.json(&[&["extend", "--for", "2h"][..], &ON].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let deadline = run.value()["details"]["deadline"].as_str().unwrap().to_owned();
    // The wall clock goes on meanwhile: not before two hours from then, and well before three.
    let at = |hours: u64| fake_daytona::Timestamp::from_millis(now + hours * 3_600_000).rfc3339();
    assert!(deadline[..19] >= at(2)[..19] && deadline[..19] < at(3)[..19], "{deadline}");

    let run = stage.run(&[&["extend", "--for", "1h"][..], &ON].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.starts_with("running\n") && run.out.contains("deadline"), "{}", run.out);
}

#[test]
fn an_extension_of_nothing_or_of_no_unit_is_a_usage_error_and_of_what_is_gone_not_found() {
    let stage = Stage::new();
    running(&stage);
    stage.fake.clear_requests();
    for wrong in [&["extend"][..], &["extend", "--for", "0s"], &["extend", "--for", "3600"]] {
        assert_eq!(stage.run(&[wrong, &ON].concat()).code, 2, "{wrong:?}");
    }
    assert_eq!(stage.fake.requests().len(), 0);
    let id = stage.fake.sandboxes().remove(0).id;
    assert_eq!(stage.run(&[&["terminate"][..], &ON].concat()).code, 0);
    stage.fake.set_state(&id, "destroyed", None, None);
    let run = stage.json(&[&["extend", "--for", "1h"][..], &ON].concat());
    assert_eq!((run.code, run.error().code()), (7, "not-found"), "{run:?}");
}
