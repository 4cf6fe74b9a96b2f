//! Whether a pool works, as admins ask: what is told, and how few requests it takes.

use super::*;
use crate::contract::diagnostics::Condition;
use crate::contract::{ErrorCode, Severity};
use crate::http::FailureKind;
use crate::sandbox::name::tests::spec;

/// A reply of a server of this version.
fn at(version: &str, status: u16, body: &str) -> Answer {
    Answer::json(status, body).header("x-daytona-api-version", version).header("date", DATE_HEADER)
}

fn key(version: &str, more: &str) -> Answer {
    at(
        version,
        200,
        &format!(r#"{{"name":"k","userId":"u","permissions":["write:sandboxes","delete:sandboxes"]{more}}}"#),
    )
}

fn regions() -> Answer {
    regions_of("v0.190.0")
}

fn regions_of(version: &str) -> Answer {
    at(version, 200, r#"[{"id":"us"},{"id":"eu"}]"#)
}

fn rules(findings: &[Finding]) -> String {
    findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn health_is_one_request_whatever_it_is_answered_with() {
    let unauthorized = || refusal(401, "Invalid credentials");
    let html = || Answer::Reply(200, Vec::new(), b"<html>".to_vec());
    for (answer, condition, rule) in [
        (key("v0.190.0", ""), Condition::Ready, None),
        (key("v0.190.0", r#","expiresAt":"2026-11-30T12:00:00.000Z""#), Condition::Ready, None),
        (key("v0.190.0", r#","expiresAt":"2026-11-30T11:59:59.000Z""#), Condition::Degraded, Some("key-expires")),
        (
            at("v0.190.0", 200, r#"{"userId":"u","permissions":["delete:sandboxes"]}"#),
            Condition::Unhealthy,
            Some("missing-scope"),
        ),
        (
            at("v0.190.0", 200, r#"{"userId":"u","permissions":["write:sandboxes"]}"#),
            Condition::Degraded,
            Some("missing-scope"),
        ),
        (
            refusal(429, "ThrottlerException: Too Many Requests").header("retry-after", "7"),
            Condition::Degraded,
            Some("rate-limited"),
        ),
        (
            refusal(503, "Service is currently under maintenance. Please try again later."),
            Condition::Degraded,
            Some("maintenance"),
        ),
        (unauthorized(), Condition::Unhealthy, Some("unauthorized")),
        (Answer::status(502), Condition::Unhealthy, Some("gateway")),
        (Answer::failure(FailureKind::Dns), Condition::Unhealthy, Some("dns")),
        (Answer::failure(FailureKind::Connect), Condition::Unhealthy, Some("connect")),
        (Answer::silence(), Condition::Unhealthy, Some("deadline")),
        (html(), Condition::Unhealthy, Some("bad-reply")),
        (at("v0.190.0", 200, r#"{"status":"ok"}"#), Condition::Unhealthy, Some("bad-reply")),
        // A server that has the route has it, unless the URL is wrong.
        (
            at("v0.190.0", 404, r#"{"statusCode":404,"message":"Cannot GET /x/api-keys/current"}"#),
            Condition::Unhealthy,
            Some("no-daytona-route"),
        ),
        (
            at("v0.100.0", 404, r#"{"statusCode":404,"message":"Cannot GET /api/api-keys/current"}"#),
            Condition::Ready,
            None,
        ),
        (refusal(403, "Access denied"), Condition::Ready, None),
    ] {
        let server = Server::new([answer]);
        let report = server.health();
        assert!(report.condition == condition && report.rule.as_deref() == rule, "{rule:?}: {report:?}");
        assert_eq!(server.sent(), ["GET /api/api-keys/current"], "{rule:?}");
    }
}

#[test]
fn health_says_until_when_and_what_the_key_may() {
    let limited = Server::new([refusal(429, "x").header("retry-after", "90").header("date", DATE_HEADER)]).health();
    assert_eq!(limited.until.as_deref(), Some("2026-11-23T12:01:30Z"));
    let expires = Server::new([key("v0.205.1", r#","expiresAt":"2026-11-24T00:00:00.000Z""#)]).health();
    assert_eq!(expires.until.as_deref(), Some("2026-11-24T00:00:00Z"));
    let told: Vec<_> = expires.extensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let scopes = ("key-scopes", "write:sandboxes delete:sandboxes");
    assert_eq!(told, [("server-version", "0.205"), ("key-expires-at", "2026-11-24T00:00:00Z"), scopes]);
}

#[test]
fn a_pool_that_cannot_be_used_at_all_is_unhealthy_without_a_request_and_a_bad_call_is_an_error() {
    let server = Server::with_config(r#""diskGB":0"#, []);
    let report = server.health();
    assert!(report.condition == Condition::Unhealthy && report.rule.as_deref() == Some("not-positive"), "{report:?}");
    let context = Context { pool_id: String::new(), ..Server::new([]).context() };
    let refused = diagnose::health(context, &Variables(Vec::new()), &server.transport);
    assert!(refused.is_err_and(|error| error.code == ErrorCode::InvalidSpec));
}

#[test]
fn a_preflight_of_a_plain_pool_is_two_requests_and_says_what_it_cannot_know() {
    let server = Server::new([key("v0.190.0", ""), regions()]);
    let findings = server.preflight(None);
    assert_eq!(rules(&findings), "not-told", "{findings:?}");
    assert_eq!(server.sent(), ["GET /api/api-keys/current", "GET /api/regions"]);
}

#[test]
fn a_preflight_ends_at_the_first_answer_that_is_not_daytonas() {
    for (answer, rule) in [
        (refusal(401, "Invalid credentials"), "unauthorized"),
        (Answer::failure(FailureKind::Connect), "connect"),
        (Answer::Reply(200, Vec::new(), b"<html>".to_vec()), "bad-reply"),
    ] {
        let server = Server::new([answer]);
        assert_eq!((rules(&server.preflight(None)).as_str(), server.sent().len()), (rule, 1));
    }
}

#[test]
fn regions_snapshots_and_scopes_are_looked_at() {
    let snapshot = |state: &str, more: &str| {
        at("v0.190.0", 200, &format!(r#"{{"id":"s","state":"{state}","entrypoint":["run"]{more}}}"#))
    };
    let plain = || key("v0.190.0", "");
    for (config, script, expected) in [
        (r#""target":"us""#, vec![plain(), regions()], "not-told"),
        (r#""target":"US""#, vec![plain(), regions()], "region-unavailable not-told"),
        ("", vec![plain(), at("v0.190.0", 200, "[]")], "region-unavailable not-told"),
        (r#""snapshot":"a/b:1""#, vec![plain(), regions(), snapshot("active", "")], "not-told"),
        (r#""snapshot":"a/b:1""#, vec![plain(), regions(), snapshot("inactive", "")], "snapshot-not-usable not-told"),
        (r#""snapshot":"a/b:1""#, vec![plain(), regions(), snapshot("pulling", "")], "snapshot-not-ready not-told"),
        (
            r#""snapshot":"a/b:1""#,
            vec![plain(), regions(), snapshot("error", r#","errorReason":"boom""#)],
            "snapshot-not-usable not-told",
        ),
        (
            r#""snapshot":"a/b:1""#,
            vec![plain(), regions(), snapshot("active", r#","entrypoint":null"#)],
            "snapshot-without-command not-told",
        ),
        (
            r#""snapshot":"a/b:1","target":"eu""#,
            vec![plain(), regions(), snapshot("active", r#","regionIds":["us"]"#)],
            "snapshot-not-in-region not-told",
        ),
        (
            r#""snapshot":"a/b:1""#,
            vec![plain(), regions(), refusal(404, "Snapshot with name a/b:1 not found")],
            "snapshot-not-found not-told",
        ),
        (r#""dialect":"workspace""#, vec![plain()], "no-such-route not-told"),
        (r#""maxLifetimeMinutes":9"#, vec![plain(), regions()], "no-lifetimes not-told"),
        (r#""secrets":{"A":"a"}"#, vec![plain(), regions()], "protection-unknown not-told"),
        (r#""domainAllowList":["a.b"]"#, vec![plain(), regions()], "egress-restricted not-told"),
        (
            "",
            vec![at("v0.190.0", 200, r#"{"userId":"u","permissions":[]}"#), regions()],
            "missing-scope missing-scope not-told",
        ),
    ] {
        let server = Server::with_config(config, script);
        let findings = server.preflight(None);
        assert_eq!(rules(&findings), expected, "{config}: {findings:?}");
        assert!(
            server.sent().len() <= 4 && server.sent().iter().all(|line| line.starts_with("GET ")),
            "{:?}",
            server.sent()
        );
    }
}

#[test]
fn sizes_are_compared_only_where_the_key_may_see_the_limits() {
    let may = |version: &str| {
        at(
            version,
            200,
            r#"{"userId":"u","organizationId":"org-d","permissions":["write:sandboxes","delete:sandboxes","read:limits"]}"#,
        )
    };
    let usage = |disk_used: u32| {
        let body = format!(
            r#"{{"regionUsage":[{{"regionId":"us","totalCpuQuota":10,"currentCpuUsage":1,"totalMemoryQuota":20,
            "currentMemoryUsage":1,"totalDiskQuota":30,"currentDiskUsage":{disk_used},"maxCpuPerSandbox":4,"maxMemoryPerSandbox":8,
            "maxDiskPerSandbox":10}}]}}"#
        );
        at("v0.231.0", 200, &body)
    };
    for (config, script, expected) in [
        ("", vec![may("v0.231.0"), regions_of("v0.231.0"), usage(0)], "not-told"),
        ("", vec![may("v0.231.0"), regions_of("v0.231.0"), usage(25)], "organization-quota not-told"),
        (r#""diskGB":12"#, vec![may("v0.231.0"), regions_of("v0.231.0"), usage(0)], "limit-per-sandbox not-told"),
        (r#""cpu":5"#, vec![may("v0.231.0"), regions_of("v0.231.0"), usage(0)], "limit-per-sandbox not-told"),
        // A version that does not know the scope would count the question as a failed login.
        ("", vec![may("v0.190.0"), regions()], "not-told"),
        ("", vec![key("v0.231.0", r#","organizationId":"org-d""#), regions_of("v0.231.0")], "not-told"),
    ] {
        let server = Server::with_config(config, script);
        let findings = server.preflight(None);
        assert_eq!(rules(&findings), expected, "{config}: {findings:?}");
    }
}

#[test]
fn check_spec_tells_everything_at_once_and_sends_nothing() {
    let server = Server::with_config(r#""maxLifetimeMinutes":10"#, []);
    let mut odd = spec("sess-42");
    odd.image = Some("a/b".to_owned());
    odd.resources.memory_mb = Some(9 * 1024);
    odd.resources.timeout_sec = Some(601);
    let env = [
        ("DAYTONA_API_URL", "x"),
        ("DONMAI_PI_CONFINEMENT_READ", "x"),
        ("A-B", "x"),
        ("K", OTHER_KEY),
        ("DONMAI_SESSION_ID", "s"),
    ];
    odd.env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let findings = server.check_spec(&odd);
    let expected = "key-in-env host-owned-variable host-owned-variable variable-name image-not-pinned over-usual-maximum idle-longer-than-life";
    assert_eq!(rules(&findings), expected, "{findings:?}");
    assert!(
        findings.iter().all(|finding| finding.severity == Severity::Warning)
            && !format!("{findings:?}").contains(OTHER_KEY)
    );

    odd.session_id = String::new();
    odd.resources.gpu = Some(1);
    odd.env.push(("X".to_owned(), KEY.to_owned()));
    let findings = server.check_spec(&odd);
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert_eq!(
        errors.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(),
        ["no-gpu", "empty-value", "key-in-spec"]
    );
    assert_eq!(
        errors.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(),
        ["spec.resources.gpu", "spec.session-id", "spec"]
    );
    assert!(!format!("{findings:?}").contains(KEY) && server.sent().is_empty());
}

#[test]
fn check_spec_repeats_every_refusal_of_a_provision() {
    let large = Spec { env: vec![("A".to_owned(), "x".repeat(110_000))], ..spec("s") };
    for (config, spec, rule) in [
        (r#""diskGB":0"#, spec("s"), "not-positive"),
        (r#""snapshot":"x""#, Spec { image: Some("a:1".to_owned()), ..spec("s") }, "snapshot-conflict"),
        (r#""dialect":"workspace","secrets":{"A":"a"}"#, spec("s"), "protection-unknown"),
        (
            r#""secrets":{"A":"a"}"#,
            Spec { env: vec![("A".to_owned(), "x".to_owned())], ..spec("s") },
            "secret-conflict",
        ),
        ("", large, "too-large"),
    ] {
        let server = Server::with_config(config, []);
        let findings = server.check_spec(&spec);
        assert!(
            findings.first().is_some_and(|first| first.rule == rule && first.severity == Severity::Error),
            "{rule}: {findings:?}"
        );
        let refused = server.provision(&spec);
        assert!(refused.as_ref().is_err_and(|error| error.get("rule") == Some(rule)), "{rule}: {refused:?}");
    }
    let context = Context { deadline_ms: Some(5_000), ..Server::new([]).context() };
    let findings = diagnose::check_spec(context, &spec("s"), &Variables(Vec::new()), &Scripted::new([]));
    assert_eq!(rules(&findings), "short-deadline image-not-pinned");
}
