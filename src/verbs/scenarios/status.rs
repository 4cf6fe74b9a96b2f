use super::*;
use crate::contract::{ErrorCode, Phase, Status};
use crate::http::FailureKind;

#[test]
fn a_look_is_one_request_in_the_handles_dialect() {
    for dialect in ["sandbox", "workspace"] {
        let server = Server::new([seen("started", "started")]);
        let state = server.status(handle(dialect));
        assert!(state.is_ok_and(|state| state.status == Status::Running && state.provider_state == "started"));
        assert_eq!(server.sent(), [format!("GET /api/{dialect}/{ID}")]);
    }
}

#[test]
fn a_broken_sandbox_tells_why() {
    let reply = format!(r#"{{"id":"{ID}","state":"error","errorReason":"no disk","recoverable":true}}"#);
    let Ok(state) = Server::new([Answer::json(200, &reply)]).status(handle("sandbox")) else { panic!("refused") };
    assert!(state.status == Status::Failed && state.recoverable);
    assert_eq!(state.reason.as_deref(), Some("no disk"));
}

#[test]
fn only_a_proven_404_is_destroyed() {
    let state = Server::new([not_found()]).status(handle("sandbox"));
    assert!(state.is_ok_and(|state| state.phase == Phase::Destroyed && state.status == Status::Terminated));
    for unproven in [
        Answer::json(404, "<html>404</html>"),
        Answer::status(404),
        refusal(404, "Not Found"),
        refusal(404, "Sandbox with ID or name another not found"),
        refusal(401, "Invalid credentials"),
        Answer::failure(FailureKind::Denied),
    ] {
        assert!(Server::new([unproven]).status(handle("sandbox")).is_err());
    }
}

#[test]
fn a_handle_outlives_the_route_that_it_was_made_on() {
    let server = Server::new([refusal(404, "Cannot GET /api/workspace/x"), seen("started", "started")]);
    assert!(server.status(handle("workspace")).is_ok_and(|state| state.status == Status::Running));
}

#[test]
fn a_handle_of_another_origin_organization_or_provider_is_refused_before_anything_is_sent() {
    let with = |key: &str, value: &str| {
        let mut handle = handle("sandbox");
        handle.metadata.push((key.to_owned(), value.to_owned()));
        handle
    };
    let foreign_provider = Handle { provider_id: "e2b".to_owned(), ..handle("sandbox") };
    for (handle, code) in [
        (with("api-origin", "https://app.daytona.io"), ErrorCode::InvalidConfig),
        (with("platform-organization-id", "org-2"), ErrorCode::InvalidConfig),
        (foreign_provider, ErrorCode::InvalidSpec),
        (Handle { external_id: "..".to_owned(), ..handle("sandbox") }, ErrorCode::InvalidSpec),
        (Handle { external_id: String::new(), ..handle("sandbox") }, ErrorCode::InvalidSpec),
    ] {
        let error = Server::new([]).status(handle).err();
        assert!(error.is_some_and(|error| error.code == code));
    }
}

#[test]
fn an_id_cannot_lead_elsewhere() {
    let server = Server::new([refusal(404, "Sandbox with ID or name a/../../b?x not found")]);
    let odd = Handle { external_id: "a/../../b?x".to_owned(), ..handle("sandbox") };
    assert!(server.status(odd).is_ok());
    assert_eq!(server.sent(), ["GET /api/sandbox/a%2F..%2F..%2Fb%3Fx"]);
}

#[test]
fn a_handle_of_an_older_version_without_any_fact_is_still_served() {
    let server = Server::new([seen("started", "started")]);
    assert!(server.status(Handle { metadata: Vec::new(), ..handle("sandbox") }).is_ok());
}
