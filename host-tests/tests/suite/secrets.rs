//! The key is in the Authorization header and nowhere else, whatever a server does with it.

use host_tests::script::Script;
use host_tests::{ID, KEY, Reply, bench, bench_of, context, handle, reported};
use sandbox_host::{Handle, Spec};

/// A sandbox whose every text is the key.
fn echo() -> Reply {
    Reply::json(
        200,
        format!(
            r#"{{"id":"{ID}","organizationId":"{KEY}","errorReason":"{KEY}","state":"{KEY}","desiredState":"{KEY}",
            "name":"{KEY}","toolboxProxyUrl":"https://{KEY}.daytona.example/{KEY}","labels":{{"{KEY}":"{KEY}"}}}}"#
        ),
    )
}

/// Fails when a text holds the key, or enough of it to be of use.
fn clean(text: &str) {
    assert!(!text.contains(KEY) && !text.contains(&KEY[4..24]), "{text}");
}

fn clean_requests(script: &Script) {
    for request in script.requests() {
        clean(&request.uri);
        clean(&request.body);
        for (name, value) in &request.headers {
            if name != "authorization" {
                clean(&format!("{name}: {value:?}"));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_in_no_handle_and_no_body() {
    let bench = bench_of(Script::where_nothing_is([echo()]));
    let handle = bench.provider.provision(&context(), &Spec::new("sess-42")).await.expect("a handle");
    clean(&format!("{handle:?}"));
    clean_requests(&bench.script);
    assert_eq!(bench.script.requests()[0].headers["authorization"], format!("Bearer {KEY}"));
}

#[tokio::test(start_paused = true)]
async fn it_is_in_no_state() {
    let bench = bench([echo()]);
    let state = bench.provider.status(&context(), &handle("sandbox")).await.expect("a state");
    clean(&format!("{state:?}"));
}

#[tokio::test(start_paused = true)]
async fn it_is_in_no_error_and_none_of_its_details() {
    let page = || format!("<html>{KEY}</html>").into_bytes();
    for reply in [
        Reply::refusal(400, KEY),
        Reply::refusal(403, &format!("Organization is suspended: {KEY}")),
        Reply::refusal(400, &format!("Total {KEY} limit exceeded. Maximum allowed: {KEY}.")),
        Reply::refusal(409, &format!("Sandbox with name {KEY} already exists")),
        Reply::refusal(500, &format!("{}{KEY}", "x".repeat(280))),
        Reply::body(400, "text/html", page()),
        Reply::body(502, "text/html", page()),
        Reply::body(302, "text/html", page()).header("location", &format!("https://{KEY}.example/{KEY}")),
        Reply::json(200, format!(r#"{{"{KEY}":"#)),
        Reply::refusal(429, KEY).header("retry-after-sandbox-create", "600").header("retry-after", KEY),
    ] {
        let bench = bench([reply]);
        let error = reported(bench.provider.stop(&context(), &handle("sandbox")).await);
        clean(&format!("{error:?} {error}"));
        clean_requests(&bench.script);
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_in_no_finding() {
    for config in [
        format!(r#"{{"apiKey":"{KEY}"}}"#),
        format!(r#"{{"image":"{KEY}"}}"#),
        format!(r#"{{"daytonaApiUrl":"https://user:{KEY}@daytona.example/api"}}"#),
        format!(r#"{{"{KEY}":1}}"#),
    ] {
        clean(&format!("{:?}", bench([]).provider.check_config(&config).await.expect("findings")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_specification_that_would_publish_it_is_refused_before_anything_is_sent() {
    let bench = bench([]);
    let mut spec = Spec::new("sess-42");
    spec.env.push("DAYTONA", KEY);
    let error = reported(bench.provider.provision(&context(), &spec).await);
    clean(&format!("{error:?} {error}"));
    assert_eq!(bench.script.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn it_goes_to_no_other_origin_whatever_a_handle_names() {
    for origin in ["https://evil.example", "https://169.254.169.254", "http://proxy.daytona.example"] {
        let script = Script::new([]).beside(|_, _| Some(Reply::sandbox("started", "started")));
        let bench = bench_of(script);
        let mut handle: Handle = handle("sandbox");
        handle.metadata.push("toolbox-origin", origin);
        bench.provider.status(&context(), &handle).await.expect("a state");
        assert!(bench.script.requests().iter().all(|request| request.uri.starts_with("https://daytona.example/")));
        let origins = bench.provider.origins(&context(), Some(&handle)).await.expect("origins");
        assert_eq!(origins, ["https://daytona.example"]);
    }
}
