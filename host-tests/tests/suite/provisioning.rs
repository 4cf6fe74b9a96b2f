//! What is asked of Daytona for a session, to the byte.

use host_tests::script::Script;
use host_tests::{Bench, ID, NAME, Reply, bench, bench_of, context, context_with, reported};
use sandbox_host::{Context, ErrorCode, Spec};

/// The labels of a plain session.
macro_rules! labels {
    () => {
        concat!(
            r#""labels":{"rensei.dev/managed-by":"daytona-sandbox-provider","rensei.dev/pool":"pool-1","#,
            r#""rensei.dev/organization":"org-1","rensei.dev/session":"sess-42","#,
            r#""rensei.dev/provider-version":""#,
            env!("CARGO_PKG_VERSION"),
            r#"","rensei.dev/deadline":"created+604800s","#,
            r#""rensei.dev/digest":"1:48d3db09da9de95794e4b716cb97fe4c"}"#
        )
    };
}

const PLAIN_SANDBOX: &str = concat!(
    r#"{"name":"rensei-sess-42-899de6a060c37588","#,
    r#""buildInfo":{"dockerfileContent":"FROM ghcr.io/renseiai/donmai-worker:latest\n"#,
    r#"ENTRYPOINT [\"donmai\",\"agent\",\"run\"]\n"},"#,
    r#""autoArchiveInterval":1,"autoDeleteInterval":-1,"user":"daytona","env":{},"#,
    labels!(),
    r#","autoStopInterval":30,"disk":20}"#
);

const PLAIN_WORKSPACE: &str = concat!(
    r#"{"name":"rensei-sess-42-899de6a060c37588","image":"ghcr.io/renseiai/donmai-worker:latest","command":["donmai","agent","run"],"#,
    r#""user":"daytona","env":{},"#,
    labels!(),
    r#","autoStopInterval":30,"disk":20}"#
);

/// What the whole session asks for; its labels stand between.
const FULL_SANDBOX: [&str; 2] = [
    concat!(
        r#"{"name":"rensei-sess-42-899de6a060c37588","#,
        r#""buildInfo":{"dockerfileContent":"FROM ghcr.io/acme/agent:1.2\n"#,
        r#"ENTRYPOINT [\"run\",\"two words\",\"\\u00e9\\n\\\"x\\\"\"]\n"},"#,
        r#""autoArchiveInterval":7,"autoDeleteInterval":8,"ttlMinutes":60,"user":"agent","env":{"TOKEN":"t"},"#,
        r#""labels":{"team":"core","tier":"gold","#
    ),
    r#"},"target":"eu","autoStopInterval":11,"cpu":2,"memory":5,"disk":6}"#,
];

const FULL_WORKSPACE: [&str; 2] = [
    concat!(
        r#"{"name":"rensei-sess-42-899de6a060c37588","image":"ghcr.io/acme/agent:1.2","command":["run","two words","\u00e9\n\"x\""],"#,
        r#""autoArchiveInterval":7,"autoDeleteInterval":8,"ttlMinutes":60,"user":"agent","env":{"TOKEN":"t"},"#,
        r#""labels":{"team":"core","tier":"gold","#
    ),
    r#"},"target":"eu","autoStopInterval":11,"cpu":2,"memory":5,"disk":6}"#,
];

/// The requests of a provision that succeeds.
async fn provisioned(context: &Context, spec: &Spec) -> Vec<(String, String)> {
    let bench = bench_of(Script::where_nothing_is([Reply::sandbox("creating", "started")]));
    bench.provider.provision(context, spec).await.expect("a handle");
    sent(&bench)
}

/// Method, path and body of each request.
fn sent(bench: &Bench) -> Vec<(String, String)> {
    let line = |method: &str, uri: &str| format!("{method} {}", uri.replace("https://daytona.example/api", ""));
    let requests = bench.script.requests();
    requests.iter().map(|request| (line(&request.method, &request.uri), request.body.clone())).collect()
}

fn full() -> (Spec, &'static str) {
    let mut spec = Spec::new("sess-42");
    spec.image = Some("ghcr.io/acme/agent:1.2".to_owned());
    spec.command = Some(vec!["run".to_owned(), "two words".to_owned(), "é\n\"x\"".to_owned()]);
    spec.env.push("TOKEN", "t");
    spec.labels.push("tier", "gold");
    spec.resources.vcpu = Some(2);
    spec.resources.memory_mb = Some(4097);
    spec.resources.disk_mb = Some(6 * 1024);
    spec.resources.timeout_sec = Some(601);
    spec.max_duration_sec = Some(3_600);
    spec.region = Some("eu".to_owned());
    let pool = r#""image":"pool:1","command":["pool"],"cpu":1,"memoryGB":1,"diskGB":5,"target":"us","user":"agent",
        "labels":{"team":"core"},"maxLifetimeMinutes":9,"autoArchiveMinutes":7,"autoDeleteMinutes":8"#;
    (spec, pool)
}

#[tokio::test(start_paused = true)]
async fn a_plain_session_is_one_create_in_dialect_sandbox() {
    let sent = provisioned(&context(), &Spec::new("sess-42")).await;
    assert_eq!(sent, [("POST /sandbox".to_owned(), PLAIN_SANDBOX.to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_plain_session_is_the_descriptions_create_in_dialect_workspace() {
    let context = context_with(r#""dialect":"workspace""#);
    let sent = provisioned(&context, &Spec::new("sess-42")).await;
    // Not all servers keep the name of a workspace, so a look before keeps the session from getting two. This one tells the
    // name, so that no look after it is needed.
    let [before, create] = &sent[..] else { panic!("{sent:?}") };
    assert!(before.0.starts_with("GET /workspace?labels="), "{sent:?}");
    assert_eq!(*create, ("POST /workspace".to_owned(), PLAIN_WORKSPACE.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_sessions_own_values_win_over_the_pools_in_both_dialects() {
    let (spec, pool) = full();
    for (dialect, [begins, ends]) in [("sandbox", FULL_SANDBOX), ("workspace", FULL_WORKSPACE)] {
        let context = context_with(&format!(r#"{pool},"dialect":"{dialect}""#));
        let sent = provisioned(&context, &spec).await;
        let (_, body) = sent.iter().find(|(line, _)| line.starts_with("POST")).expect("a create");
        assert_eq!(&body[..begins.len()], begins);
        assert_eq!(&body[body.len() - ends.len()..], ends);
        assert!(body.contains(r#""rensei.dev/deadline":"created+3600s""#), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn auto_stop_is_the_timeout_in_minutes_rounded_up_and_30_without_one() {
    for (timeout, minutes) in [(None, 30), (Some(1), 1), (Some(60), 1), (Some(61), 2), (Some(1800), 30)] {
        let mut spec = Spec::new("sess-42");
        spec.resources.timeout_sec = timeout;
        let body = provisioned(&context(), &spec).await.remove(0).1;
        assert!(body.contains(&format!(r#""autoStopInterval":{minutes},"#)), "{timeout:?}: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn auto_stop_is_never_0_which_would_mean_never() {
    let bench = bench([]);
    let mut spec = Spec::new("sess-42");
    spec.resources.timeout_sec = Some(0);
    let error = reported(bench.provider.provision(&context(), &spec).await);
    assert_eq!((error.code, bench.script.requests().len()), (ErrorCode::InvalidSpec, 0));
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_takes_the_place_of_image_command_and_sizes() {
    let body = provisioned(&context_with(r#""snapshot":"worker-1""#), &Spec::new("sess-42")).await.remove(0).1;
    assert!(body.contains(r#""snapshot":"worker-1""#), "{body}");
    for absent in ["buildInfo", "\"cpu\"", "\"memory\"", "\"disk\""] {
        assert!(!body.contains(absent), "{absent} in {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_for_a_specification_that_cannot_be_right() {
    let with = |change: fn(&mut Spec)| {
        let mut spec = Spec::new("sess-42");
        change(&mut spec);
        spec
    };
    let snapshot = r#""snapshot":"worker-1""#;
    for (pool, spec) in [
        ("", with(|spec| spec.session_id.clear())),
        ("", with(|spec| spec.command = Some(Vec::new()))),
        ("", with(|spec| spec.command = Some(vec!["a\0".to_owned()]))),
        ("", with(|spec| spec.image = Some("a b".to_owned()))),
        ("", with(|spec| spec.image = Some("a\nRUN x".to_owned()))),
        ("", with(|spec| spec.env.push("", "x"))),
        ("", with(|spec| spec.env.push("A", "\0"))),
        ("", with(|spec| spec.labels.push("rensei.dev/session", "x"))),
        ("", with(|spec| spec.resources.vcpu = Some(0))),
        ("", with(|spec| spec.resources.memory_mb = Some(0))),
        ("", with(|spec| spec.resources.disk_mb = Some(0))),
        ("", with(|spec| spec.max_duration_sec = Some(0))),
        (snapshot, with(|spec| spec.image = Some("a:1".to_owned()))),
        (snapshot, with(|spec| spec.command = Some(vec!["a".to_owned()]))),
        (snapshot, with(|spec| spec.resources.vcpu = Some(1))),
    ] {
        let bench = bench([]);
        let error = reported(bench.provider.provision(&context_with(pool), &spec).await);
        assert_eq!((error.code, error.maybe_applied), (ErrorCode::InvalidSpec, false), "{error}");
        assert_eq!(bench.script.requests().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_handle_carries_what_later_calls_need() {
    let reply = format!(
        r#"{{"id":"{ID}","name":"{NAME}","organizationId":"org-d","toolboxProxyUrl":"https://proxy.daytona.example"}}"#
    );
    let bench = bench([Reply::json(200, reply)]);
    let handle = bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    assert_eq!((handle.provider_id.as_str(), handle.external_id.as_str()), ("daytona", ID));
    for (key, value) in [
        ("dialect", "sandbox"),
        ("api-origin", "https://daytona.example"),
        ("organization-id", "org-d"),
        ("name", NAME),
        ("toolbox-origin", "https://proxy.daytona.example"),
    ] {
        assert_eq!(handle.metadata.get(key), Some(value), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn auto_turns_to_workspace_only_where_the_server_says_that_it_has_no_sandbox() {
    let none = Reply::refusal(404, "Cannot POST /api/sandbox");
    let bench = bench_of(Script::where_nothing_is([none, Reply::sandbox("creating", "started")]));
    let handle = bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    assert_eq!(handle.metadata.get("dialect"), Some("workspace"));
    let sent = sent(&bench);
    assert_eq!(sent[2], ("POST /workspace".to_owned(), PLAIN_WORKSPACE.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn where_both_routes_are_missing_the_error_names_the_url_and_the_usual_mistake() {
    let none = || Reply::refusal(404, "Cannot POST /x");
    let bench = bench_of(Script::new([none(), none(), none()]));
    let error = reported(bench.provider.provision(&context(), &Spec::new("sess-42")).await);
    let text = format!("{error} {}", error.remedy().unwrap_or_default());
    assert!(text.contains("/api"), "{text}");
    assert!(error.details.get("url").is_some_and(|url| url.contains("https://daytona.example/api")), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_default_disk_is_created_again_with_the_quoted_maximum_and_a_wished_one_is_not() {
    let over = || Reply::refusal(400, "Disk request 20GB exceeds maximum allowed per sandbox (10GB).\nNeed higher?");
    let bench = bench([over(), Reply::sandbox("creating", "started")]);
    bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    let sent = sent(&bench);
    assert_eq!(sent[1].1, PLAIN_SANDBOX.replace(r#""disk":20"#, r#""disk":10"#));
    let bench = bench_of(Script::where_nothing_is([over()]));
    let error = reported(bench.provider.provision(&context_with(r#""diskGB":20"#), &Spec::new("sess-42")).await);
    assert_eq!((error.code, error.details.get("maximum")), (ErrorCode::QuotaExceeded, Some("10GB")));
}
