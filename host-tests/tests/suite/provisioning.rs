//! What is asked of Daytona for a session, to the byte.

use host_tests::script::Script;
use host_tests::{Bench, ID, NAME, Reply, bench, bench_of, context, context_with};
use sandbox_host::{Context, Spec};

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
