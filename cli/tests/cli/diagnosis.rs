//! Fifteen ways in which a session fails, each explained from the command line alone, the cause first.

use std::path::PathBuf;
use std::time::Duration;

use fake_daytona::{EntrypointBehavior, Limits, Size};
use serde_json::{Value, json};

use crate::stage::{Run, Stage, WRONG_KEY};

/// All rules that a run of `doctor --json` found, errors first, in the order in which they are shown.
fn rules(run: &Run) -> Vec<String> {
    let value = run.value();
    let checks = value["checks"].as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let findings: Vec<Value> =
        checks.iter().flat_map(|check| check["findings"].as_array().cloned().unwrap_or_default()).collect();
    let (errors, others): (Vec<&Value>, Vec<&Value>) =
        findings.iter().partition(|finding| finding["severity"] == "error");
    errors.into_iter().chain(others).map(|finding| finding["rule"].as_str().unwrap_or_default().to_owned()).collect()
}

fn first(run: &Run) -> String {
    rules(run).into_iter().next().unwrap_or_default()
}

/// Runs a command for people and for machines, with this pool.
fn both(stage: &Stage, pool: &str, arguments: &[&str]) -> (Run, Run) {
    let run = |more: &[&str]| stage.finish(stage.command(&[&["--pool", pool], more, arguments].concat()));
    (run(&[]), run(&["--json"]))
}

/// The rule of the error with which a provision in this pool ends: where there is no sandbox, it is what a user sees.
fn refused(stage: &Stage, pool: &str) -> String {
    let run = stage.finish(stage.command(&["--pool", pool, "--json", "provision", "--session", "sess-42"]));
    assert!(stage.fake.alive().is_empty(), "{run:?}");
    run.error().detail("rule").to_owned()
}

fn doctor(stage: &Stage) -> (Run, Run) {
    stage.pool(json!({}));
    both(stage, "pool.json", &["doctor"])
}

/// A session whose command runs, or has ended.
fn running(stage: &Stage) -> String {
    stage.provisioned("sess-42");
    let run = stage.run(&["watch", "--interval", "1ms", "--handle", "handle.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    stage.fake.sandboxes().remove(0).id
}

/// A session whose sandbox did not come up.
fn failed(stage: &Stage) {
    stage.provisioned("sess-42");
    let run = stage.run(&["watch", "--interval", "1ms", "--handle", "handle.json"]);
    assert_eq!(run.code, 20, "{run:?}");
}

fn explain(stage: &Stage) -> (Run, Run) {
    stage.pool(json!({}));
    both(stage, "pool.json", &["explain", "--session", "sess-42"])
}

/// The cause is on the first line under the session.
fn says_first(run: &Run, rule: &str) {
    let line = run.out.lines().nth(1).unwrap_or_default();
    assert!(line.ends_with(rule), "{rule}: {run:?}");
}

#[test]
fn a_pool_that_works_is_a_list_of_marks() {
    let stage = Stage::new();
    let (run, machine) = doctor(&stage);
    assert_eq!(run.code, 0, "{run:?}");
    for check in ["✓  configuration", "✓  specification", "✓  key and server", "✓  provisioning"] {
        assert!(run.out.contains(check), "{check}: {}", run.out);
    }
    assert!(run.out.contains("This pool works"), "{}", run.out);
    assert_eq!(machine.value()["checks"].as_array().map(Vec::len), Some(4));
    assert!(stage.fake.alive().is_empty() && stage.fake.sandboxes().is_empty());
}

#[test]
fn a_wrong_key_is_named_and_presented_once() {
    let stage = Stage::new();
    stage.pool(json!({}));
    let with_wrong_key = |arguments: &[&str]| {
        let mut command = stage.command(&[&["--pool", "pool.json"], arguments].concat());
        command.env("DAYTONA_API_KEY", WRONG_KEY);
        stage.finish(command)
    };
    let run = with_wrong_key(&["doctor"]);
    assert_eq!((run.code, stage.fake.requests().len()), (5, 1), "{run:?}");
    assert!(run.out.contains("✗  key and server") && run.out.contains("–  provisioning"), "{}", run.out);
    assert!(run.out.contains("does not accept the API key"), "{}", run.out);
    assert_eq!(first(&with_wrong_key(&["--json", "doctor"])), "unauthorized");
    assert_eq!(with_wrong_key(&["--json", "provision", "--session", "s"]).error().detail("rule"), "unauthorized");
    let run = with_wrong_key(&["health"]);
    assert!(run.code == 5 && run.out.starts_with("unhealthy\n"), "{run:?}");
}

#[test]
fn an_expired_key_is_named_and_one_that_ends_soon_is_a_warning() {
    let stage = Stage::new();
    let key = stage.fake.key().to_owned();
    stage.fake.expire_key_at(&key, stage.fake.now() + Duration::from_secs(3_600));
    let (run, machine) = doctor(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (23, "key-expires"), "{run:?}");
    let run = stage.run(&["health"]);
    assert!(run.code == 23 && run.out.starts_with("degraded\n") && run.out.contains("until"), "{run:?}");
    stage.fake.expire_key(&key);
    let (run, machine) = doctor(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (5, "unauthorized"));
    assert!(run.out.contains("expired"), "{}", run.out);
    assert_eq!(refused(&stage, "pool.json"), "unauthorized");
}

#[test]
fn a_missing_scope_is_named() {
    let stage = Stage::new();
    assert!(stage.fake.set_scopes(stage.fake.key(), &["delete:sandboxes"]));
    let (run, machine) = doctor(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (5, "missing-scope"), "{run:?}");
    assert!(run.out.contains("write:sandboxes"), "{}", run.out);
    assert_eq!(refused(&stage, "pool.json"), "forbidden");
}

#[test]
fn a_suspended_organization_is_told_by_provision_alone() {
    let stage = Stage::new();
    stage.fake.suspend("Depleted credits");
    let (run, _) = doctor(&stage);
    assert!(run.code == 0 && run.out.contains("suspen"), "what cannot be told is said: {run:?}");
    let run = stage.json(&["provision", "--session", "sess-42"]);
    assert_eq!(
        (run.error().detail("rule"), run.error().detail("reason")),
        ("organization-suspended", "Depleted credits")
    );
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (7, "no-sandbox"), "{run:?}");
}

#[test]
fn a_used_up_quota_is_told_by_provision_and_where_the_key_may_see_it_beforehand() {
    let stage = Stage::of(fake_daytona::Generation::V0_231);
    stage.fake.set_limits(Limits { organization: Size::new(10, 20, 5), ..Limits::default() });
    let run = stage.json(&["provision", "--session", "sess-42"]);
    assert_eq!((run.error().code(), run.error().detail("rule")), ("quota-exceeded", "organization-quota"));
    assert_eq!(run.error().detail("limit"), "disk");
    assert!(stage.fake.set_scopes(stage.fake.key(), &["write:sandboxes", "delete:sandboxes", "read:limits"]));
    let (run, machine) = doctor(&stage);
    assert_eq!(first(&machine), "organization-quota", "{run:?}");
    let run = stage.run(&["capacity"]);
    assert!(run.code == 0 && run.out.contains("0, bounded by disk"), "{run:?}");
}

#[test]
fn a_region_that_the_organization_may_not_use_is_named_with_those_that_it_may() {
    let stage = Stage::new();
    stage.pool(json!({"target": "mars"}));
    let (run, machine) = both(&stage, "pool.json", &["doctor"]);
    assert_eq!((run.code, first(&machine).as_str()), (3, "region-unavailable"), "{run:?}");
    assert!(run.out.contains("us"), "{}", run.out);
    let run = stage.finish(stage.command(&["--pool", "pool.json", "--json", "provision", "--session", "s"]));
    assert_eq!(run.error().detail("rule"), "region-unknown");
}

/// A pool with a snapshot in place of an image.
fn pool_with_snapshot(stage: &Stage, name: &str) -> PathBuf {
    stage.write("snapshot.json", json!({"daytonaApiUrl": stage.url, "snapshot": name}).to_string())
}

#[test]
fn an_unknown_snapshot_is_named() {
    let stage = Stage::new();
    pool_with_snapshot(&stage, "nope");
    let (run, machine) = both(&stage, "snapshot.json", &["doctor"]);
    assert_eq!((run.code, first(&machine).as_str()), (3, "snapshot-not-found"), "{run:?}");
    assert_eq!(refused(&stage, "snapshot.json"), "snapshot-not-found");
}

#[test]
fn an_inactive_snapshot_is_named() {
    let stage = Stage::new();
    assert!(stage.fake.set_snapshot_state("ubuntu:22.04", "inactive"));
    pool_with_snapshot(&stage, "ubuntu:22.04");
    let (run, machine) = both(&stage, "snapshot.json", &["doctor"]);
    assert_eq!((run.code, first(&machine).as_str()), (3, "snapshot-not-usable"), "{run:?}");
    assert!(run.out.contains("inactive"), "{}", run.out);
    assert_eq!(refused(&stage, "snapshot.json"), "snapshot-not-usable");
}

#[test]
fn an_image_that_does_not_exist_is_the_cause() {
    let stage = Stage::new();
    stage.fake.fail_next_build("failed to solve: docker.io/acme/gone:1: docker.io/acme/gone:1: not found");
    failed(&stage);
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (20, "image-not-found"));
    says_first(&run, "image-not-found");
    assert!(run.out.contains("docker.io/acme/gone:1"), "Daytona's own reason: {}", run.out);
}

#[test]
fn a_failed_build_is_the_cause() {
    let stage = Stage::new();
    stage.fake.fail_next_build("process \"/bin/sh -c x\" did not complete successfully: exit code: 2");
    failed(&stage);
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (20, "build-failed"));
    says_first(&run, "build-failed");
}

#[test]
fn a_command_that_does_not_exist_is_the_cause() {
    let stage = Stage::new();
    let id = running(&stage);
    assert!(stage.fake.entrypoint_exits(&id, 127));
    assert!(stage.fake.set_entrypoint_logs(&id, "sh: 1: donmai: not found\n"));
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (0, "command-not-found"));
    says_first(&run, "command-not-found");
    assert!(run.out.contains("  sh: 1: donmai: not found"), "{}", run.out);
}

#[test]
fn an_agent_that_failed_is_the_cause_and_its_last_words_are_shown() {
    let stage = Stage::new();
    let id = running(&stage);
    assert!(stage.fake.entrypoint_exits(&id, 1));
    assert!(stage.fake.set_entrypoint_logs(&id, &format!("no license\n\u{1b}[31m{}\n", stage.fake.key())));
    let before = stage.fake.sandboxes().remove(0).last_activity_at;
    stage.fake.skip(Duration::from_secs(120));
    let (run, machine) = explain(&stage);
    assert_eq!(first(&machine), "agent-failed");
    says_first(&run, "agent-failed");
    assert!(run.out.contains("exit code 1") && run.out.contains("no license"), "{}", run.out);
    // The key and what steers a terminal are not.
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    assert_eq!(stage.fake.sandboxes().remove(0).last_activity_at, before, "looking kept it alive");
}

#[test]
fn a_session_that_was_stopped_as_idle_says_so_and_who_would_have_prevented_it() {
    let stage = Stage::new();
    running(&stage);
    stage.fake.skip(Duration::from_secs(31 * 60));
    while !stage
        .fake
        .sandboxes()
        .iter()
        .all(|sandbox| matches!(sandbox.state.as_str(), "stopped" | "archiving" | "archived"))
    {
        std::thread::yield_now();
    }
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (21, "idle-stop"));
    says_first(&run, "idle-stop");
    assert!(run.out.contains("30 minutes") && run.out.contains("status renews"), "{}", run.out);
}

#[test]
fn a_sandbox_that_was_deleted_by_hand_is_gone_and_says_how_that_may_be() {
    let stage = Stage::new();
    running(&stage);
    assert_eq!(stage.run(&["terminate", "--handle", "handle.json"]).code, 0);
    assert_eq!(stage.left(), 0);
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (7, "no-sandbox"));
    says_first(&run, "no-sandbox");
    let (run, machine) = both(&stage, "pool.json", &["explain", "--session", "sess-42", "--handle", "handle.json"]);
    assert_eq!((run.code, first(&machine).as_str()), (21, "deleted"));
    says_first(&run, "deleted");
    assert!(run.out.contains("by hand"), "{}", run.out);
}

#[test]
fn a_toolbox_that_cannot_be_reached_is_the_cause() {
    let stage = Stage::new();
    stage.fake.entrypoints_of_new(EntrypointBehavior::DaemonDead);
    running(&stage);
    let (run, machine) = explain(&stage);
    assert_eq!((run.code, first(&machine).as_str()), (0, "toolbox-unreachable"));
    says_first(&run, "toolbox-unreachable");
}

#[test]
fn a_url_without_its_api_is_named_with_the_right_one() {
    let stage = Stage::new();
    let wrong = stage.url.trim_end_matches("/api").to_owned();
    stage.pool(json!({"daytonaApiUrl": wrong}));
    let (run, machine) = both(&stage, "pool.json", &["doctor"]);
    assert_eq!((run.code, first(&machine).as_str()), (3, "api-path-missing"), "{run:?}");
    assert!(run.out.contains(&format!("Write {}", stage.url)), "{}", run.out);
    assert_eq!(refused(&stage, "pool.json"), "api-path-missing");
}

#[test]
fn a_component_that_cannot_diagnose_says_so() {
    let stage = Stage::new();
    stage.write("old.wasm", include_bytes!("../../../host-tests/fixtures/daytona-sandbox-provider-0.1.0.wasm"));
    for arguments in [&["health"][..], &["doctor"], &["capacity"], &["explain", "--session", "s"]] {
        let run = stage.run(&[&["--component", "old.wasm", "--json"], arguments].concat());
        assert_eq!(run.error().code(), "unsupported", "{run:?}");
    }
}
