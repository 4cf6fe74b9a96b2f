//! What became of a session, and how few requests it takes to tell.

use super::*;
use crate::contract::{ErrorCode, Phase, Status};

const TOOLBOX: &str = "https://proxy.daytona.example";
const DATES: &str = r#","createdAt":"2026-11-23T11:50:00.000Z","lastActivityAt":"2026-11-23T11:59:00.000Z","autoStopInterval":30,
    "toolboxProxyUrl":"https://proxy.daytona.example/toolbox""#;

fn with_toolbox() -> Handle {
    let mut handle = handle("sandbox");
    handle.metadata.push(("toolbox-origin".to_owned(), TOOLBOX.to_owned()));
    handle
}

fn sandbox(state: &str, labels: &str, fields: &str) -> Answer {
    Answer::json(200, &ours(ID, state, "started", labels, fields)).header("date", DATE_HEADER)
}

fn rules(explanation: &Explanation) -> String {
    explanation.findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>().join(" ")
}

fn explained(server: &Server, handle: Option<Handle>) -> Explanation {
    match server.explain("sess-42", handle) {
        Ok(explanation) => explanation,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_failed_agent_is_explained_from_the_inside_in_three_requests() {
    let exited = Answer::json(200, r#"{"commands":[{"id":"1","exitCode":1}]}"#);
    let log = Answer::Reply(200, Vec::new(), format!("\u{1}\u{1}\u{1}no license for {KEY}\n").into_bytes());
    let server = Server::new([sandbox("started", "", DATES), exited, log]);
    let explanation = explained(&server, Some(with_toolbox()));
    assert_eq!(rules(&explanation), "agent-failed idle-clock");
    assert_eq!(explanation.output.as_deref(), Some("no license for [redacted]\n"));
    assert!(explanation.state.as_ref().is_some_and(|state| state.status == Status::Running), "{explanation:?}");
    let inside = format!("GET /toolbox/{ID}/process/session/entrypoint");
    assert_eq!(server.sent(), [format!("GET /api/sandbox/{ID}"), inside.clone(), format!("{inside}/logs")]);
}

#[test]
fn a_toolbox_that_does_not_answer_is_the_cause_and_is_asked_once() {
    let server = Server::new([sandbox("started", "", DATES), Answer::status(502)]);
    let explanation = explained(&server, Some(with_toolbox()));
    assert_eq!(rules(&explanation), "toolbox-unreachable idle-clock");
    assert!(explanation.findings.iter().any(|finding| finding.message.contains(TOOLBOX)));
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn without_a_handle_the_api_alone_is_asked() {
    let server = Server::new([sandbox("started", "", DATES)]);
    let explanation = explained(&server, None);
    assert_eq!(rules(&explanation), "inside-not-asked idle-clock");
    assert_eq!(explanation.handle.map(|handle| handle.external_id).as_deref(), Some(ID));
    assert_eq!(server.sent(), [format!("GET /api/sandbox/{NAME}")]);
    let details: Vec<_> = explanation.details.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(details, ["output-problem"]);
}

#[test]
fn a_session_without_a_sandbox_and_one_whose_name_is_taken_are_explained() {
    let server = Server::new([nothing(), none_listed()]);
    assert_eq!((rules(&explained(&server, None)).as_str(), server.sent().len()), ("no-sandbox", 2));
    let foreign = Answer::json(200, &format!(r#"{{"id":"x","name":"{NAME}","state":"started"}}"#));
    assert_eq!(rules(&explained(&Server::new([foreign]), None)), "name-taken-by-another");
}

#[test]
fn a_deleted_sandbox_is_explained_once_it_is_settled_whose_answer_that_is() {
    let owned = |organization: &str| {
        let mut handle = handle("sandbox");
        handle.metadata.push(("organization-id".to_owned(), organization.to_owned()));
        handle
    };
    let key = || Answer::json(200, r#"{"userId":"u","organizationId":"org-d"}"#);
    let server = Server::new([not_found(), key()]);
    let explanation = explained(&server, Some(owned("org-d")));
    assert_eq!((rules(&explanation).as_str(), server.sent().len()), ("deleted", 2));
    assert!(explanation.state.is_some_and(|state| state.phase == Phase::Destroyed) && explanation.handle.is_some());

    let unknown = || Answer::json(200, "{}");
    let server = Server::new([not_found(), unknown(), none_listed(), none_listed()]);
    let explanation = explained(&server, Some(owned("org-d")));
    assert_eq!((rules(&explanation).as_str(), server.sent().len()), ("deleted organization-unverified", 4));

    let refused = Server::new([not_found(), key()]).explain("sess-42", Some(owned("org-other")));
    assert!(refused.is_err_and(|error| error.code == ErrorCode::InvalidConfig));
}

#[test]
fn nothing_is_repeated_and_a_handle_of_another_session_is_refused() {
    for answer in [refusal(401, "Invalid credentials"), Answer::status(503), refusal(429, "x")] {
        let server = Server::new([answer]);
        let outcome = server.explain("sess-42", Some(handle("sandbox")));
        assert!(outcome.is_err() && server.sent().len() == 1, "{outcome:?}");
    }
    let refused = Server::new([sandbox("started", "", "")]).explain("sess-43", Some(handle("sandbox")));
    assert!(refused.is_err_and(|error| error.get("rule") == Some("foreign-handle")));
    let empty = Server::new([]).explain("", None);
    assert!(empty.is_err_and(|error| error.code == ErrorCode::InvalidSpec));
}
