use super::*;

fn found(pool: &str, state: &str) -> String {
    format!(
        r#"{{"id":"{ID}","name":"{NAME}","state":"{state}","labels":{{"rensei.dev/managed-by":"daytona-sandbox-provider",
        "rensei.dev/pool":"{pool}","rensei.dev/session":"sess-42"}}}}"#
    )
}

fn nameless(version: &str) -> Answer {
    refusal(404, &format!("Sandbox with ID or name {NAME} not found")).header("x-daytona-api-version", version)
}

#[test]
fn a_session_is_found_by_its_name_in_one_request() {
    let server = Server::new([Answer::json(200, &found("pool-1", "started"))]);
    let located = server.locate("sess-42");
    assert!(
        located.as_ref().is_ok_and(|handle| handle.as_ref().is_some_and(|handle| handle.external_id == ID)),
        "{located:?}"
    );
    assert_eq!(server.sent(), [format!("GET /api/sandbox/{NAME}")]);
}

#[test]
fn a_sandbox_of_that_name_that_is_not_ours_is_not_returned() {
    for foreign in [found("pool-2", "started"), format!(r#"{{"id":"{ID}","name":"{NAME}","labels":{{}}}}"#)] {
        let outcome = Server::new([Answer::json(200, &foreign)]).locate("sess-42");
        assert!(outcome.as_ref().is_ok_and(|handle| handle.is_none()), "{outcome:?}");
    }
}

#[test]
fn a_proven_404_is_none_where_names_exist() {
    let server = Server::new([nameless("v0.190.0"), none_listed()]);
    let outcome = server.locate("sess-42");
    assert!(outcome.as_ref().is_ok_and(|handle| handle.is_none()), "{outcome:?}");
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn a_failure_is_never_none() {
    for answer in [
        Answer::json(404, "<html>"),
        refusal(401, "Invalid credentials"),
        refusal(500, "An unexpected error occurred."),
    ] {
        let outcome = Server::new([answer]).locate("sess-42");
        assert!(outcome.is_err(), "{outcome:?}");
    }
}

#[test]
fn servers_that_ignore_names_are_searched_by_labels_and_asked_by_id() {
    let list = format!("[{}]", found("pool-1", "started"));
    let server =
        Server::new([nameless("v0.105.0"), Answer::json(200, &list), Answer::json(200, &found("pool-1", "started"))]);
    let outcome = server.locate("sess-42");
    assert!(outcome.as_ref().is_ok_and(|handle| handle.is_some()), "{outcome:?}");
    let sent = server.sent();
    assert!(sent[1].starts_with("GET /api/sandbox?labels=%7B%22rensei.dev%2Fmanaged-by%22%3A"), "{}", sent[1]);
    assert_eq!(sent[2], format!("GET /api/sandbox/{ID}"));
}

#[test]
fn a_listed_sandbox_that_is_gone_by_its_id_is_not_returned() {
    let list = format!("[{}]", found("pool-1", "started"));
    let server = Server::with_config(r#""dialect":"workspace""#, [Answer::json(200, &list), not_found()]);
    let outcome = server.locate("sess-42");
    assert!(outcome.as_ref().is_ok_and(|handle| handle.is_none()), "{outcome:?}");
}

#[test]
fn a_destroyed_row_of_workspace_is_not_returned() {
    let list = format!("[{}]", found("pool-1", "destroyed"));
    let server = Server::with_config(r#""dialect":"workspace""#, [Answer::json(200, &list)]);
    let outcome = server.locate("sess-42");
    assert!(outcome.as_ref().is_ok_and(|handle| handle.is_none()), "{outcome:?}");
}
