use super::*;
use crate::contract::{ErrorCode, Phase, Status};
use crate::http::FailureKind;

#[test]
fn a_look_is_one_request_in_the_handles_dialect() {
    for dialect in ["sandbox", "workspace"] {
        let server = Server::new([seen("started", "started")]);
        let state = server.status(handle(dialect));
        assert!(
            state.as_ref().is_ok_and(|state| state.status == Status::Running && state.provider_state == "started"),
            "{state:?}"
        );
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
    assert!(
        state.as_ref().is_ok_and(|state| state.phase == Phase::Destroyed && state.status == Status::Terminated),
        "{state:?}"
    );
    for unproven in [
        Answer::json(404, "<html>404</html>"),
        Answer::status(404),
        refusal(404, "Not Found"),
        refusal(404, "Sandbox with ID or name another not found"),
        refusal(401, "Invalid credentials"),
        Answer::failure(FailureKind::Denied),
    ] {
        let outcome = Server::new([unproven]).status(handle("sandbox"));
        assert!(outcome.is_err(), "{outcome:?}");
    }
}

#[test]
fn a_handle_outlives_the_route_that_it_was_made_on() {
    let server = Server::new([refusal(404, "Cannot GET /api/workspace/x"), seen("started", "started")]);
    let outcome = server.status(handle("workspace"));
    assert!(outcome.as_ref().is_ok_and(|state| state.status == Status::Running), "{outcome:?}");
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
    for id in ["../snapshots", "a\\b", "a%2Fb", "..", "...", ""] {
        let server = Server::new([]);
        let odd = Handle { external_id: id.to_owned(), ..handle("sandbox") };
        let refused = server.status(odd);
        assert!(
            refused.as_ref().is_err_and(|error| error.get("rule") == Some("malformed-handle")),
            "{id}: {refused:?}"
        );
        assert_eq!(server.sent(), [""; 0]);
    }
}

#[test]
fn a_handle_of_an_older_version_without_any_fact_is_still_served() {
    let server = Server::new([seen("started", "started")]);
    let outcome = server.status(Handle { metadata: Vec::new(), ..handle("sandbox") });
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn a_deadline_of_more_than_an_hour_is_refused_before_anything_is_sent() {
    for (deadline, refused) in [(3_600_000, false), (3_600_001, true), (u32::MAX, true)] {
        let server = Server::new([seen("started", "started")]);
        let context = Context { deadline_ms: Some(deadline), ..server.context() };
        let state = server.call_with(context, |call| look::status(call, &Target::new(call, handle("sandbox"))?));
        let error = state.err();
        assert_eq!((error.is_some(), server.sent().is_empty()), (refused, refused), "{deadline}");
        let named =
            |error: &Error| error.code == ErrorCode::InvalidSpec && error.get("path") == Some("context.deadline-ms");
        assert!(error.as_ref().is_none_or(named), "{error:?}");
    }
}
