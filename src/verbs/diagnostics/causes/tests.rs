use super::*;
use crate::sandbox::labels::AGENT_EXIT;

const CREATED: Moment = Moment::at(1_000_000);

fn sandbox(state: &str) -> Sandbox {
    Sandbox {
        id: "id".to_owned(),
        state: Some(state.to_owned()),
        created_at: Some(CREATED),
        last_activity_at: Some(CREATED),
        auto_stop_minutes: Some(30),
        ..Sandbox::default()
    }
}

fn told(sandbox: &Sandbox, inside: &Inside, age: i64) -> String {
    let (dialect, keep_alive) = (Dialect::Sandbox, KeepAlive::Agent);
    let facts = Facts { dialect, sandbox, now: Some(CREATED.plus(age)), keep_alive, inside };
    causes(&facts).into_iter().map(|finding| finding.rule).collect::<Vec<_>>().join(" ")
}

fn seen(agent: Agent) -> Inside {
    Inside::Seen { agent, output: Err("") }
}

fn labelled(state: &str, name: &str, value: &str) -> Sandbox {
    Sandbox { labels: vec![(name.to_owned(), value.to_owned())], ..sandbox(state) }
}

#[test]
fn every_state_has_its_cause_first() {
    let broken = |state: &str, reason: &str| Sandbox { error_reason: Some(reason.to_owned()), ..sandbox(state) };
    for (sandbox, inside, age, expected) in [
        (broken("build_failed", "a:1: not found"), Inside::NotRunning, 9, "image-not-found"),
        (broken("build_failed", "RUN false"), Inside::NotRunning, 9, "build-failed"),
        (broken("error", "boom"), Inside::NotRunning, 9, "start-failed"),
        (sandbox("creating"), Inside::NotRunning, 9, "starting"),
        (sandbox("creating"), Inside::NotRunning, 600, "slow-start"),
        (sandbox("pending_build"), Inside::NotRunning, 600, "build-waiting"),
        (sandbox("started"), seen(Agent::Running), 9, "worker-silent idle-clock"),
        (sandbox("started"), seen(Agent::Exited(0)), 9, "agent-finished idle-clock"),
        (sandbox("started"), seen(Agent::Exited(1)), 9, "agent-failed idle-clock"),
        (sandbox("started"), seen(Agent::Exited(-1)), 9, "agent-failed idle-clock"),
        (sandbox("started"), seen(Agent::Exited(126)), 9, "command-not-executable idle-clock"),
        (sandbox("started"), seen(Agent::Exited(127)), 9, "command-not-found idle-clock"),
        (sandbox("started"), seen(Agent::Exited(137)), 9, "agent-failed idle-clock"),
        (sandbox("started"), seen(Agent::Unknown), 9, "agent-unknown idle-clock"),
        (sandbox("started"), Inside::Unreachable(None), 9, "toolbox-unreachable idle-clock"),
        (sandbox("started"), Inside::NotAsked, 9, "inside-not-asked idle-clock"),
        // Without a handle, what is marked is known all the same.
        (labelled("started", AGENT_EXIT, "1@x"), Inside::NotAsked, 9, "agent-failed idle-clock"),
        (sandbox("stopped"), Inside::NotRunning, 9, "idle-stop"),
        (sandbox("archived"), Inside::NotRunning, 9, "idle-stop"),
        (labelled("stopped", AGENT_EXIT, "2@x"), Inside::NotRunning, 9, "agent-failed idle-stop"),
        (sandbox("stopped"), Inside::NotRunning, 8 * 86_400, "session-expired idle-stop"),
        (sandbox("destroying"), Inside::NotRunning, 9, "ending"),
        (labelled("stopped", ORPHAN_SINCE, "2026"), Inside::NotRunning, 9, "idle-stop orphan"),
    ] {
        assert_eq!(told(&sandbox, &inside, age), expected, "{:?} {inside:?}", sandbox.state);
    }
}

#[test]
fn the_reason_of_the_server_and_the_signal_of_the_kill_are_named() {
    let broken = Sandbox { error_reason: Some("boom".to_owned()), ..sandbox("error") };
    assert!(super::broken(&broken).message.ends_with("could not start it: boom."));
    assert!(super::broken(&sandbox("error")).message.ends_with("Daytona gives no reason."));
    assert!(exited(137).message.contains("signal 9") && exited(137).message.contains("memory"));
}
