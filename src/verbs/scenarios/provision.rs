use super::*;
use crate::contract::{ErrorCode, Resources};
use crate::http::FailureKind;
use crate::sandbox::name::tests::spec;

const CREATED: &str = r#"{"id":"2752acb4-993b-4bc3-810c-dbeb5fd8992c","organizationId":"org-d","name":"rensei-sess-42-899de6a060c37588",
    "state":"pending_build","toolboxProxyUrl":"https://proxy.daytona.example/toolbox"}"#;

const LABELS: &str = concat!(
    r#""labels":{"rensei.dev/managed-by":"daytona-sandbox-provider","rensei.dev/pool":"pool-1","#,
    r#""rensei.dev/organization":"org-1","rensei.dev/session":"sess-42","rensei.dev/provider-version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","rensei.dev/deadline":"created+604800s","rensei.dev/digest":"1:48d3db09da9de95794e4b716cb97fe4c"}"#
);

fn created() -> Answer {
    Answer::json(200, CREATED)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn error(server: &Server, spec: &Spec) -> Error {
    match server.provision(spec) {
        Ok(_) => panic!("provisioned"),
        Err(error) => error,
    }
}

#[test]
fn a_plain_session_is_one_request_with_every_default_of_the_description() {
    let server = Server::new([created()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let body = [
        r#"{"name":"rensei-sess-42-899de6a060c37588","#,
        r#""buildInfo":{"dockerfileContent":"FROM ghcr.io/renseiai/donmai-worker:latest\nENTRYPOINT [\"donmai\",\"agent\",\"run\"]\n"},"#,
        r#""autoArchiveInterval":1,"autoDeleteInterval":-1,"user":"daytona","env":{},"#,
        LABELS,
        r#","autoStopInterval":30,"disk":20}"#,
    ];
    assert_eq!(server.sent(), [format!("POST /api/sandbox {}", body.concat())]);
}

#[test]
fn the_description_is_followed_to_the_letter_in_dialect_workspace() {
    // Workspaces have no names, so a look before and one after keep a session from getting two.
    let script = [Answer::json(200, "[]"), created(), Answer::json(200, "[]")];
    let server = Server::with_config(r#""dialect":"workspace""#, script);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let body = [
        r#"{"name":"rensei-sess-42-899de6a060c37588","image":"ghcr.io/renseiai/donmai-worker:latest","#,
        r#""command":["donmai","agent","run"],"user":"daytona","env":{},"#,
        LABELS,
        r#","autoStopInterval":30,"disk":20}"#,
    ];
    let sent = server.sent();
    assert!(sent.len() == 2 && sent[0].starts_with("GET /api/workspace?labels="), "{sent:?}");
    assert_eq!(sent[1], format!("POST /api/workspace {}", body.concat()));
}

#[test]
fn what_the_session_asks_for_wins_over_the_pool() {
    let config = r#""image":"pool:1","command":["pool"],"cpu":1,"memoryGB":1,"diskGB":5,"target":"us","labels":{"team":"a","k":"pool"},
        "maxLifetimeMinutes":9,"autoArchiveMinutes":7,"autoDeleteMinutes":8,"user":"agent""#;
    let asked = Spec {
        image: Some("spec:1".to_owned()),
        command: Some(words(&["spec", "é"])),
        env: vec![("B".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned())],
        labels: vec![("k".to_owned(), "spec".to_owned())],
        region: Some("eu".to_owned()),
        max_duration_sec: Some(61),
        resources: Resources {
            vcpu: Some(2),
            memory_mb: Some(1025),
            disk_mb: Some(2048),
            gpu: None,
            timeout_sec: Some(61),
        },
        ..spec("sess-42")
    };
    let server = Server::with_config(config, [created()]);
    let outcome = server.provision(&asked);
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent().concat();
    for part in [
        r#""dockerfileContent":"FROM spec:1\nENTRYPOINT [\"spec\",\"\\u00e9\"]\n""#,
        r#""autoArchiveInterval":7,"autoDeleteInterval":8,"ttlMinutes":2"#,
        r#""user":"agent","env":{"B":"2"}"#,
        r#""labels":{"team":"a","k":"spec","rensei.dev/managed-by""#,
        r#""rensei.dev/deadline":"created+61s""#,
        r#""target":"eu","autoStopInterval":2,"cpu":2,"memory":2,"disk":2}"#,
    ] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
}

#[test]
fn the_pool_wins_over_the_defaults() {
    let server = Server::with_config(r#""diskGB":5,"target":"us","maxLifetimeMinutes":9"#, [created()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent().concat();
    for part in [r#""target":"us""#, r#""disk":5}"#, r#""ttlMinutes":9"#, r#""rensei.dev/deadline":"created+540s""#] {
        assert!(sent.contains(part), "{part} is not in {sent}");
    }
}

#[test]
fn a_snapshot_goes_without_image_command_and_sizes() {
    let server = Server::with_config(r#""snapshot":"worker-1""#, [created()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent().concat();
    assert!(sent.contains(r#""snapshot":"worker-1""#), "{sent}");
    for absent in ["buildInfo", "\"disk\"", "\"cpu\"", "\"memory\""] {
        assert!(!sent.contains(absent), "{absent} is in {sent}");
    }
}

#[test]
fn the_handle_names_what_later_calls_need() {
    let server = Server::new([created()]);
    let Ok(handle) = server.provision(&spec("sess-42")) else { panic!("refused") };
    assert_eq!((handle.provider_id.as_str(), handle.external_id.as_str()), ("daytona", ID));
    let expected = [
        ("dialect", "sandbox"),
        ("api-origin", "https://daytona.example"),
        ("organization-id", "org-d"),
        ("platform-organization-id", "org-1"),
        ("name", "rensei-sess-42-899de6a060c37588"),
        ("toolbox-origin", "https://proxy.daytona.example"),
    ];
    assert_eq!(handle.metadata, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[test]
fn a_toolbox_elsewhere_does_not_get_into_the_handle() {
    let reply = format!(r#"{{"id":"{ID}","toolboxProxyUrl":"https://evil.test/toolbox"}}"#);
    let server = Server::new([Answer::json(200, &reply)]);
    let Ok(handle) = server.provision(&spec("s")) else { panic!("refused") };
    assert!(handle.metadata.iter().all(|(key, _)| key != "toolbox-origin"));
}

#[test]
fn auto_falls_back_to_workspace_only_where_there_is_no_sandbox_route() {
    let none = || Answer::json(200, "[]");
    let server = Server::new([refusal(404, "Cannot POST /api/sandbox"), none(), created(), none()]);
    let Ok(handle) = server.provision(&spec("s")) else { panic!("refused") };
    assert!(handle.metadata.contains(&("dialect".to_owned(), "workspace".to_owned())));
    let lines: Vec<_> =
        server.sent().iter().map(|line| line.split(['?', ' ']).take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines, ["POST /api/sandbox", "GET /api/workspace", "POST /api/workspace", "GET /api/workspace"]);
    for other in [refusal(404, "Region not found"), refusal(400, "x")] {
        let server = Server::new([other, nothing(), none_listed()]);
        let outcome = server.provision(&spec("sess-42"));
        assert!(outcome.is_err(), "{outcome:?}");
        assert_eq!(server.sent().len(), 3);
    }
    let server = Server::new([Answer::json(404, "<html>"), nothing(), none_listed()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.as_ref().is_err_and(|error| !error.maybe_applied), "{outcome:?}");
    assert_eq!(server.sent().len(), 3);
}

#[test]
fn a_server_without_either_route_is_a_wrong_url() {
    let server = Server::new([
        refusal(404, "Cannot POST /api/sandbox"),
        refusal(404, "Cannot GET /api/workspace"),
        refusal(404, "Cannot POST /api/workspace"),
    ]);
    let error = error(&server, &spec("s"));
    assert!(error.code == ErrorCode::InvalidConfig && !error.maybe_applied);
    assert!(error.message.contains("https://daytona.example/api"), "{}", error.message);
    assert!(error.get("remedy").is_some_and(|remedy| remedy.contains("/api")));
}

const DISK: &str =
    "Disk request 20GB exceeds maximum allowed per sandbox (10GB).\nNeed higher resource limits per-sandbox?";

#[test]
fn a_refused_default_disk_is_created_again_with_the_quoted_maximum() {
    let server = Server::new([refusal(400, DISK), created()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    let sent = server.sent();
    assert!(sent.len() == 2 && sent[0].ends_with(r#""disk":20}"#) && sent[1].ends_with(r#""disk":10}"#), "{sent:?}");
}

#[test]
fn a_disk_that_was_asked_for_is_never_changed() {
    for (config, disk_mb) in [(r#""diskGB":20"#, None), ("", Some(20_480))] {
        let server = Server::with_config(config, [refusal(400, DISK), nothing(), none_listed()]);
        let mut asked = spec("sess-42");
        asked.resources.disk_mb = disk_mb;
        let error = error(&server, &asked);
        assert!(error.code == ErrorCode::QuotaExceeded && !error.retryable && !error.maybe_applied);
        assert_eq!(
            (error.get("limit"), error.get("maximum"), error.get("requested")),
            (Some("disk"), Some("10GB"), Some("20GB"))
        );
    }
}

#[test]
fn nothing_is_sent_for_a_wrong_spec_a_wrong_pool_or_a_missing_deadline() {
    let server = Server::new([]);
    assert!(error(&server, &spec("")).code == ErrorCode::InvalidSpec);
    let server = Server::with_config(r#""diskGB":0,"cpu":1.5"#, []);
    let error = error(&server, &spec("s"));
    assert!(error.code == ErrorCode::InvalidConfig && error.get("problems") == Some("2"));
}

#[test]
fn an_ambiguous_create_whose_look_up_fails_says_that_a_sandbox_may_exist() {
    for answer in [
        Answer::status(502),
        Answer::status(504),
        Answer::json(500, r#"{"statusCode":500,"message":"An unexpected error occurred."}"#),
        Answer::failure(FailureKind::Broken),
        Answer::failure(FailureKind::TimedOut),
        Answer::failure(FailureKind::TooLarge),
        Answer::Failure(FailureKind::Broken, Some(200)),
        Answer::silence(),
        Answer::json(200, "{\"id\""),
        Answer::json(200, "{}"),
        refusal(400, "Sandbox failed to start: boom"),
        refusal(409, "Sandbox with name rensei-s already exists"),
    ] {
        let server = Server::new([answer, Answer::status(500)]);
        let error = error(&server, &spec("sess-42"));
        assert!(error.maybe_applied, "{}", error.message);
        assert_eq!(error.get("sandbox-name"), Some(NAME), "{}", error.message);
        assert!(error.message.contains("locate"), "{}", error.message);
        assert_eq!(error.get("look-up"), Some("server-error"));
        assert_eq!(server.sent().len(), 2);
    }
}

#[test]
fn a_create_leaves_a_fifth_of_the_deadline_for_the_look_after_it() {
    for (deadline_ms, spent_ms) in [(10_000, 8_000), (60_000, 55_000)] {
        let server = Server::new([Answer::silence(), Answer::json(200, &ours(ID, "started", "started", "", ""))]);
        let context = Context { deadline_ms: Some(deadline_ms), ..server.context() };
        let outcome = server.call_with(context, |call| create::provision(call, &spec("sess-42")));
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(server.elapsed_ms(), spent_ms);
    }
}

#[test]
fn a_reply_that_names_no_version_does_not_make_the_server_an_older_one() {
    let gateway = || Answer::status(504);
    let unnamed = refusal(404, &format!("Sandbox with ID or name {NAME} not found"));
    let server = Server::new([gateway(), nothing(), none_listed(), gateway(), unnamed, none_listed(), created()]);
    let outcome = server.provision(&spec("sess-42"));
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(server.sent().len(), 7);
}

#[test]
fn a_create_that_did_nothing_says_so() {
    for (answer, code) in [
        (Answer::failure(FailureKind::Dns), ErrorCode::Unavailable),
        (Answer::failure(FailureKind::Connect), ErrorCode::Unavailable),
        (Answer::failure(FailureKind::Tls), ErrorCode::Unavailable),
        (Answer::failure(FailureKind::Denied), ErrorCode::EgressDenied),
        (refusal(401, "Invalid credentials"), ErrorCode::Unauthenticated),
        (refusal(403, "Access denied"), ErrorCode::PermissionDenied),
        (refusal(403, "Organization is suspended: Depleted credits"), ErrorCode::PermissionDenied),
        (
            refusal(403, "Region eu is not available to the organization for class container"),
            ErrorCode::PermissionDenied,
        ),
        (refusal(404, "Region not found"), ErrorCode::InvalidConfig),
        (refusal(400, "Total CPU limit exceeded. Maximum allowed: 10."), ErrorCode::QuotaExceeded),
        (refusal(403, "Total disk quota exceeded (40GB > 30GB)"), ErrorCode::QuotaExceeded),
        (refusal(400, "No available runners"), ErrorCode::NoCapacity),
        (refusal(400, "Snapshot x not found. Did you add it through the Daytona Dashboard?"), ErrorCode::InvalidConfig),
        (refusal(400, "Snapshot x is inactive"), ErrorCode::InvalidConfig),
        (
            refusal(403, "Build info is not supported in this deprecated API - please upgrade your client"),
            ErrorCode::Unsupported,
        ),
        (refusal(400, "env must be an object"), ErrorCode::InvalidSpec),
        (refusal(503, "Service is currently under maintenance. Please try again later."), ErrorCode::Unavailable),
        (Answer::status(302).header("location", "https://else.example/?key=1"), ErrorCode::Protocol),
        (Answer::json(404, "<html>not here</html>"), ErrorCode::Protocol),
        (Answer::json(403, "<html>blocked</html>"), ErrorCode::PermissionDenied),
        (Answer::status(429).header("retry-after", "600"), ErrorCode::RateLimited),
    ] {
        let server = Server::new([answer, nothing(), none_listed()]);
        let error = error(&server, &spec("sess-42"));
        assert!(error.code == code && !error.maybe_applied, "{}", error.message);
        assert!(error.get("rule").is_some_and(|rule| !rule.is_empty()));
        assert!(!error.message.contains(KEY));
    }
}

#[test]
fn a_rate_limit_tells_when_to_come_back() {
    let server =
        Server::new([Answer::status(429).header("retry-after-sandbox-create", "600"), nothing(), none_listed()]);
    let error = error(&server, &spec("sess-42"));
    assert!(error.retryable);
    assert_eq!((error.retry_after_ms, error.get("limit")), (Some(600_000), Some("sandbox-create")));
}

#[test]
fn a_server_that_echoes_the_key_does_not_get_it_into_the_error() {
    for answer in [
        refusal(400, &format!("bad key {KEY}")),
        refusal(403, &format!("Organization is suspended: {KEY}")),
        Answer::status(302).header("location", &format!("https://else.example/{KEY}")),
    ] {
        let error = error(&Server::new([answer, nothing(), none_listed()]), &spec("sess-42"));
        let details: String = error.details.iter().map(|(_, value)| value.as_str()).collect();
        assert!(!error.message.contains(KEY) && !details.contains(KEY), "{} {details}", error.message);
    }
}
