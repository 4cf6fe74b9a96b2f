//! What `check-config` reports of a pool's configuration: every problem at once, without a single request.

use host_tests::{bench, context, reported};
use sandbox_host::{ErrorCode, Finding, Severity, Spec};

async fn findings(config: &str) -> Vec<Finding> {
    let bench = bench([]);
    let findings = bench.provider.check_config(config).await.expect("findings");
    assert_eq!(bench.script.requests().len(), 0);
    findings
}

/// Severity and path of each, most serious first.
async fn found(config: &str) -> Vec<String> {
    let line = |finding: &Finding| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{severity} {}", finding.path)
    };
    findings(config).await.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn the_documented_keys_are_accepted_with_their_documented_types() {
    for config in [
        "",
        "{}",
        r#"{"daytonaApiUrl":"https://daytona.example/api"}"#,
        r#"{"image":"ghcr.io/renseiai/donmai-worker:v1"}"#,
        r#"{"diskGB":10}"#,
        r#"{"user":"daytona"}"#,
        r#"{"command":["donmai","agent","run"]}"#,
    ] {
        assert_eq!(found(config).await, [""; 0], "{config}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_configuration_of_any_depth_is_answered() {
    // As deep as is read at all, and deeper: neither may exhaust the component's stack.
    for (levels, path) in [(60, "$.labels.a"), (1_000, "$"), (60_000, "$")] {
        let config = format!(r#"{{"labels":{}1{}}}"#, r#"{"a":["#.repeat(levels), "]}".repeat(levels));
        assert_eq!(found(&config).await, [format!("error {path}")], "{levels}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_mistake_is_an_error_at_its_key() {
    for (config, path) in [
        (r#"{"daytonaApiUrl":7}"#, "$.daytonaApiUrl"),
        (r#"{"daytonaApiUrl":"https://user:pass@daytona.example/api"}"#, "$.daytonaApiUrl"),
        (r#"{"daytonaApiUrl":"https://daytona.example/api?x=1"}"#, "$.daytonaApiUrl"),
        (r#"{"daytonaApiUrl":"https://daytona.example/api#x"}"#, "$.daytonaApiUrl"),
        (r#"{"daytonaApiUrl":"ftp://daytona.example/api"}"#, "$.daytonaApiUrl"),
        (r#"{"daytonaApiUrl":"https://api.daytona.com"}"#, "$.daytonaApiUrl"),
        (r#"{"image":["a"]}"#, "$.image"),
        (r#"{"image":"a b\nRUN x"}"#, "$.image"),
        (r#"{"diskGB":"20"}"#, "$.diskGB"),
        (r#"{"diskGB":2.5}"#, "$.diskGB"),
        (r#"{"diskGB":0}"#, "$.diskGB"),
        (r#"{"diskGB":-1}"#, "$.diskGB"),
        (r#"{"user":1}"#, "$.user"),
        (r#"{"command":"donmai agent run"}"#, "$.command"),
        (r#"{"command":[]}"#, "$.command"),
        (r#"{"command":["a",1]}"#, "$.command[1]"),
        (r#"{"autoArchiveMinutes":0}"#, "$.autoArchiveMinutes"),
        (r#"{"dialect":"v2"}"#, "$.dialect"),
        ("{", "$"),
        ("[]", "$"),
    ] {
        assert_eq!(found(config).await, [format!("error {path}")], "{config}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_only_doubtful_is_a_warning() {
    for (config, path) in [
        (r#"{"disk":5}"#, "$.disk"),
        (r#"{"daytonaApiUrl":"http://daytona.example/api"}"#, "$.daytonaApiUrl"),
        (r#"{"diskGB":20}"#, "$.diskGB"),
    ] {
        let findings = findings(config).await;
        assert_eq!(found(config).await, [format!("warning {path}")], "{config}");
        assert!(findings[0].remedy.as_ref().is_some_and(|remedy| !remedy.is_empty()), "{config}");
    }
    assert_eq!(found(r#"{"daytonaApiUrl":"http://localhost:3000/api"}"#).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn every_problem_is_told_at_once_with_rule_message_and_remedy() {
    let findings = findings(r#"{"diskGB":0,"user":7,"command":[],"daytonaApiUrl":"gopher://x","colour":"blue"}"#).await;
    assert_eq!(findings.len(), 5, "{findings:?}");
    for finding in findings {
        assert!(!finding.rule.is_empty() && !finding.message.is_empty() && finding.remedy.is_some(), "{finding:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_configuration_is_an_error_of_every_call_before_anything_is_sent() {
    let bench = bench([]);
    let context = context().with_config(r#"{"diskGB":0,"cpu":1.5}"#);
    let handle = host_tests::handle("sandbox");
    for error in [
        reported(bench.provider.provision(&context, &Spec::new("s")).await),
        reported(bench.provider.status(&context, &handle).await),
        reported(bench.provider.terminate(&context, &handle).await),
        reported(bench.provider.locate(&context, "s").await),
        reported(bench.provider.origins(&context, None).await),
    ] {
        assert_eq!((error.code, error.details.get("problems")), (ErrorCode::InvalidConfig, Some("2")));
    }
    assert_eq!(bench.script.requests().len(), 0);
}
