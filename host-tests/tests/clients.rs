//! The clients that the bench compares: what is compared has to do the same.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use fake_daytona::{FakeDaytona, Generation, Latencies};
use host_tests::{load, write_signed};
use sandbox_host::Host;
use serde_json::Value;

/// Runs a client for two cycles and returns what it says of them.
fn run(mut program: Command, url: &str, key: &str) -> Value {
    program.env("FAKE_DAYTONA_URL", url).env("FAKE_DAYTONA_KEY", key);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(b"2\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{program:?}: {}", output.status);
    serde_json::from_slice(&output.stdout).expect("one line of JSON")
}

/// The keys of an object, those of its labels too.
fn keys(body: &Value) -> Vec<String> {
    let of = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    [of(body), of(&body["labels"]), of(&body["env"])].into_iter().flatten().flatten().collect()
}

/// The requests so far, without what is another one's each time, and how many bytes were in their bodies.
fn sent(fake: &FakeDaytona) -> (Vec<(String, Vec<String>)>, usize) {
    let requests = fake.requests();
    fake.clear_requests();
    let ids: Vec<String> = fake.sandboxes().into_iter().map(|sandbox| sandbox.id).collect();
    let route = |route: &str| ids.iter().fold(route.to_owned(), |route, id| route.replace(id, "{id}"));
    let bytes = requests.iter().map(|request| request.body.len()).sum();
    let lines = requests.iter().map(|one| (format!("{} {}", one.method, route(&one.route)), keys(&one.json())));
    (lines.collect(), bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plain_client_sends_what_the_component_sends() {
    let fake = FakeDaytona::builder(Generation::V0_190).latencies(Latencies::instant()).build();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}{}", listener.local_addr().expect("an address"), fake.api_path());
    let server = fake.clone();
    tokio::spawn(async move { server.serve(listener, std::future::pending()).await });
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("clients.cwasm");
    write_signed(&load(&Host::builder().build().expect("a host")), &file).expect("a file");

    let host = |kind: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_client-host"));
        program.arg(&file).arg(kind);
        program
    };
    let plain = Command::new(env!("CARGO_BIN_EXE_client-plain"));
    let mut all = Vec::new();
    for program in [host("fresh"), host("warm"), plain] {
        let (url, key) = (url.clone(), fake.key().to_owned());
        let answer = tokio::task::spawn_blocking(move || run(program, &url, &key)).await.expect("it ran");
        assert!(answer["wall"].as_f64() > Some(0.0) && answer["cpu"].as_f64() > Some(0.0), "{answer}");
        all.push(sent(&fake));
    }
    let [fresh, warm, plain] = &all[..] else { panic!("three clients") };
    let routes: Vec<&str> = fresh.0.iter().map(|(route, _)| route.as_str()).collect();
    let cycle = ["POST /sandbox", "GET /sandbox/{id}", "DELETE /sandbox/{id}"];
    assert_eq!(routes, [cycle, cycle].concat());
    assert_eq!(warm.0, fresh.0);
    assert_eq!(plain.0, fresh.0);
    let (least, most) = (fresh.1 * 95 / 100, fresh.1 * 105 / 100);
    assert!((least..=most).contains(&plain.1), "{} bytes beside {}", plain.1, fresh.1);
}
