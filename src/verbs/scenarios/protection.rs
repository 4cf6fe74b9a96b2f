//! What a pool asks for to protect its sessions: nothing is created without it.

use super::*;
use crate::contract::ErrorCode;
use crate::sandbox::name::tests::spec;

const ALL: &str = r#""secrets":{"ANTHROPIC_API_KEY":"anthropic-prod","DB":"db-1"},"networkAllowList":["10.0.0.0/8","1.1.1.1/32"],
    "domainAllowList":"*.example.com""#;
const LABEL: &str = r#","rensei.dev/protection":"secrets networkAllowList domainAllowList""#;

fn config(version: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"version":"{version}","oidc":{{}}}}"#))
}

fn created(lists: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"id":"{ID}","name":"{NAME}","state":"creating"{lists}}}"#))
}

const KEPT: &str = r#","networkAllowList":"10.0.0.0/8,1.1.1.1/32","domainAllowList":"*.example.com""#;

fn rule(outcome: &Result<Handle, Error>) -> (Option<ErrorCode>, String) {
    match outcome {
        Ok(_) => (None, String::new()),
        Err(error) => (Some(error.code), error.get("rule").unwrap_or_default().to_owned()),
    }
}

#[test]
fn the_version_is_asked_first_and_everything_is_sent_and_labelled() {
    let server = Server::with_config(ALL, [config("v0.192.0"), created(KEPT)]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent();
    assert_eq!((sent.len(), sent[0].as_str()), (2, "GET /api/config"));
    for part in [
        r#""secrets":[{"ANTHROPIC_API_KEY":"anthropic-prod"},{"DB":"db-1"}]"#,
        r#""networkAllowList":"10.0.0.0/8,1.1.1.1/32""#,
        r#""domainAllowList":"*.example.com""#,
        &LABEL[1..],
    ] {
        assert!(sent[1].contains(part), "{part}: {}", sent[1]);
    }
}

#[test]
fn nothing_is_created_where_the_server_does_not_know_it_or_does_not_say() {
    for (answer, requests) in [
        (config("v0.191.9"), 1),
        (config(""), 1),
        (Answer::json(200, "{}"), 1),
        (refusal(404, "Cannot GET /api/config"), 1),
    ] {
        let server = Server::with_config(ALL, [answer]);
        let outcome = server.provision(&spec("sess-42"));
        assert_eq!(rule(&outcome), (Some(ErrorCode::Unsupported), "protection-unknown".to_owned()), "{outcome:?}");
        assert_eq!(server.sent().len(), requests);
    }
    let server = Server::with_config(&format!(r#"{ALL},"dialect":"workspace""#), []);
    assert_eq!(rule(&server.provision(&spec("sess-42"))).0, Some(ErrorCode::Unsupported));
    // What is no answer of Daytona says nothing of its version, and may be one later.
    let server = Server::with_config(ALL, [Answer::Reply(200, Vec::new(), b"<html>".to_vec())]);
    assert_eq!(rule(&server.provision(&spec("sess-42"))), (Some(ErrorCode::Protocol), "bad-reply".to_owned()));
}

#[test]
fn today_s_route_alone_is_used() {
    let server = Server::with_config(ALL, [config("v0.205.1"), refusal(404, "Cannot POST /api/sandbox")]);
    assert_eq!(rule(&server.provision(&spec("sess-42"))).1, "no-such-route");
    assert!(!server.sent().iter().any(|line| line.contains("workspace")), "{:?}", server.sent());
}

#[test]
fn a_sandbox_that_was_created_without_its_lists_is_deleted() {
    for lists in [
        "",
        r#","networkAllowList":null,"domainAllowList":"*.example.com""#,
        r#","networkAllowList":"10.0.0.0/8","domainAllowList":"*.example.com""#,
    ] {
        let gone = seen("destroying", "destroyed");
        let server = Server::with_config(ALL, [config("v0.205.1"), created(lists), done(), gone]);
        let outcome = server.provision(&spec("sess-42"));
        assert_eq!(rule(&outcome), (Some(ErrorCode::Unsupported), "protection-lost".to_owned()), "{outcome:?}");
        assert!(outcome.is_err_and(|error| !error.maybe_applied));
        assert_eq!(server.sent()[2], format!("DELETE /api/sandbox/{ID}"));
    }
}

#[test]
fn a_sandbox_that_lacks_what_is_asked_for_now_is_not_taken() {
    let taken = || refusal(409, &format!("Sandbox with name {NAME} already exists"));
    let found = |labels: &str| Answer::json(200, &ours(ID, "started", "started", labels, ""));
    let digest = r#","rensei.dev/digest":"1:48d3db09da9de95794e4b716cb97fe4c""#;
    let without = format!(r#"{digest},"rensei.dev/protection":"secrets""#);
    let server = Server::with_config(ALL, [config("v0.205.1"), taken(), found(&without)]);
    let outcome = server.provision(&spec("sess-42"));
    assert_eq!(rule(&outcome), (Some(ErrorCode::Conflict), "session-differs".to_owned()), "{outcome:?}");
    assert!(outcome.is_err_and(|error| error.get("differs") == Some("networkAllowList, domainAllowList")));
    let server = Server::with_config(ALL, [config("v0.205.1"), taken(), found(&format!("{digest}{LABEL}"))]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
}
