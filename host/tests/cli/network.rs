//! What answers is not there, is broken, or is something else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use fake_daytona::{Bucket, Reply};
use serde_json::json;

use crate::stage::{Run, Stage};

/// A server that gives every request these bytes, or none and keeps the connection.
fn raw(reply: Option<&'static str>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a socket");
    let origin = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming().flatten() {
            match reply {
                Some(reply) => answer(stream, reply),
                None => kept.push(stream),
            }
        }
    });
    origin.to_string()
}

fn answer(mut stream: TcpStream, reply: &str) {
    let mut request = [0; 8192];
    // Whoever hangs up early has shown what the test asks about.
    let _ = stream.read(&mut request).and_then(|_| stream.write_all(reply.as_bytes()));
}

/// Provisions at this address.
fn provision_at(stage: &Stage, url: &str, more: &[&str]) -> Run {
    stage.write("there.json", json!({ "daytonaApiUrl": url, "diskGB": 10 }).to_string());
    let arguments = [&["provision", "--session", "s-1", "--json", "--pool", "there.json"], more].concat();
    stage.finish(stage.command(&arguments))
}

#[test]
fn a_refused_connection_is_unavailable_and_nothing_can_exist() {
    let stage = Stage::new();
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let run = provision_at(&stage, &format!("http://{free}/api"), &["--deadline", "200ms"]);
    let error = run.error();
    assert_eq!((run.code, error.code()), (8, "unavailable"), "{run:?}");
    assert_eq!((error.member("retryable"), error.member("maybeApplied")), (&json!(true), &json!(false)), "{run:?}");
    assert!(!error.remedy().is_empty(), "{run:?}");
}

#[test]
fn a_server_that_is_not_daytona_is_a_protocol_error() {
    let stage = Stage::new();
    let html =
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>";
    let run = provision_at(&stage, &format!("http://{}/api", raw(Some(html))), &["--deadline", "1s"]);
    assert_eq!((run.code, run.error().code()), (10, "protocol"), "{run:?}");
    assert!(!run.error().remedy().is_empty(), "{run:?}");
}

#[test]
fn a_redirect_is_not_followed() {
    let stage = Stage::new();
    let reply = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let run = provision_at(&stage, &format!("http://{}/api", raw(Some(reply))), &["--deadline", "1s"]);
    assert_eq!((run.code, run.error().code()), (10, "protocol"), "{run:?}");
}

#[test]
fn a_missing_api_in_the_url_is_the_first_thing_that_is_suggested() {
    let stage = Stage::new();
    let run = provision_at(&stage, stage.url.trim_end_matches("/api"), &[]);
    assert_ne!(run.code, 0, "{run:?}");
    assert!(run.error().remedy().contains("/api") || run.error().message().contains("/api"), "{run:?}");
    assert_eq!(stage.fake.sandboxes().len(), 0);
}

#[test]
fn tls_where_the_server_speaks_none_is_not_worth_repeating() {
    let stage = Stage::new();
    let run = provision_at(&stage, &stage.url.replace("http://", "https://"), &["--deadline", "2s"]);
    let error = run.error();
    assert_eq!((run.code, error.code()), (8, "unavailable"), "{run:?}");
    assert_eq!(error.member("retryable"), false, "{run:?}");
}

#[test]
fn a_server_that_never_answers_leaves_a_doubt_and_the_command_that_settles_it() {
    let stage = Stage::new();
    let run = provision_at(&stage, &format!("http://{}/api", raw(None)), &["--deadline", "100ms"]);
    let error = run.error();
    assert_eq!(run.code, 8, "{run:?}");
    assert_eq!(error.member("maybeApplied"), true, "{run:?}");
    assert_eq!(error.member("locate"), "sandbox-host locate --session s-1");
}

#[test]
fn a_rate_limit_tells_when_to_come_back() {
    let stage = Stage::new();
    stage.fake.exhaust(Bucket::SandboxCreate, Duration::from_secs(60));
    let run = stage.json(&["provision", "--session", "s", "--deadline", "200ms"]);
    let error = run.error();
    assert_eq!((run.code, error.code()), (6, "rate-limited"), "{run:?}");
    assert!(error.member("retryAfterMs").as_u64().is_some_and(|millis| millis > 1_000), "{run:?}");
    let run = stage.run(&["provision", "--session", "s", "--deadline", "200ms"]);
    assert!(run.err.contains("the same may succeed after"), "{}", run.err);
}

#[test]
fn maintenance_is_unavailable() {
    let stage = Stage::new();
    stage.fake.maintenance(true);
    let run = stage.json(&["provision", "--session", "s", "--deadline", "200ms"]);
    assert_eq!((run.code, run.error().code()), (8, "unavailable"), "{run:?}");
}

#[test]
fn a_gateways_page_is_never_taken_for_the_end_of_a_sandbox() {
    let stage = Stage::new();
    stage.provisioned("s");
    stage.fake.respond_once(("GET", "/sandbox/*"), Reply::html(404, "<html>nginx</html>"));
    let run = stage.json(&["status", "--handle", "handle.json", "--deadline", "200ms"]);
    assert_eq!((run.code, run.error().code()), (10, "protocol"), "{run:?}");
    assert_eq!(stage.fake.alive().len(), 1);
}

#[test]
fn no_runners_is_no_capacity() {
    let stage = Stage::new();
    stage.fake.no_runners();
    stage.write("there.json", json!({ "daytonaApiUrl": stage.url, "snapshot": "ubuntu:22.04" }).to_string());
    let run = stage.finish(stage.command(&[
        "provision",
        "--session",
        "s",
        "--json",
        "--pool",
        "there.json",
        "--deadline",
        "200ms",
    ]));
    assert_eq!((run.code, run.error().code()), (6, "no-capacity"), "{run:?}");
}

#[test]
fn a_certificate_file_that_is_none_is_told_by_name() {
    let stage = Stage::new();
    stage.write("ca.pem", "not a certificate");
    let run = stage.json(&["provision", "--session", "s", "--ca-file", "ca.pem"]);
    assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
    assert!(run.error().message().contains("ca.pem"), "{run:?}");
}
