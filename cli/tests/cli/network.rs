//! What answers is not there, is broken, or is something else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
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
    stage.finish(command_at(stage, url, more))
}

fn command_at(stage: &Stage, url: &str, more: &[&str]) -> Command {
    stage.write("there.json", json!({ "daytonaApiUrl": url, "diskGB": 10 }).to_string());
    let arguments = [&["provision", "--session", "s-1", "--json", "--pool", "there.json"], more].concat();
    stage.command(&arguments)
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
    assert_eq!(error.member("locate"), "sandbox-host locate --session s-1 --pool there.json");
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

#[test]
fn a_private_key_in_the_place_of_certificates_is_told_as_such_and_not_shown() {
    let stage = Stage::new();
    const BODY: &str = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3vFAKEFAKEFAKE";
    stage.secret(BODY);
    let key = format!("-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n");
    for content in [key.clone(), key.replace('\n', ""), key.replace('\n', "\\n"), key.replace('\n', "\r\n")] {
        stage.write("ca.pem", content);
        let run = stage.json(&["provision", "--session", "s", "--ca-file", "ca.pem"]);
        assert_eq!((run.code, run.error().code()), (3, "invalid-config"), "{run:?}");
        assert!(run.error().message().contains("private key"), "{run:?}");
    }
}

#[test]
fn a_proxy_variable_that_is_not_used_is_told_where_nothing_can_be_reached_and_its_password_is_not() {
    let stage = Stage::new();
    stage.secret("proxy-password-1");
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let mut command = command_at(&stage, &format!("http://{free}/api"), &["--deadline", "200ms"]);
        command.env(variable, "http://user:proxy-password-1@127.0.0.1:3128");
        let run = stage.finish(command);
        assert_eq!((run.code, run.error().code()), (8, "unavailable"), "{run:?}");
        let why = run.error().detail("network").to_owned();
        assert!(why.contains(variable) && why.contains("[egress] proxy"), "{run:?}");
        assert!(run.err.contains(&format!("{variable} is set and not used")), "{run:?}");
    }
    // Where it is reached, nobody needs to know.
    let mut command = command_at(&stage, &stage.url, &[]);
    command.env("HTTPS_PROXY", "http://127.0.0.1:3128");
    let run = stage.finish(command);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
}

#[test]
fn why_a_connection_did_not_come_about_is_told_in_words() {
    let stage = Stage::new();
    let run = provision_at(&stage, &stage.url.replace("http://", "https://"), &["--deadline", "2s"]);
    assert!(run.error().detail("network").contains("not TLS"), "{run:?}");

    // An alert, as a TLS server answers a request that is not.
    let alert = "\u{15}\u{3}\u{1}\0\u{2}\u{2}\u{16}";
    let run = provision_at(&stage, &format!("http://{}/api", raw(Some(alert))), &["--deadline", "2s"]);
    let error = run.error();
    assert_eq!((run.code, error.member("retryable"), error.member("maybeApplied")), (8, &json!(false), &json!(false)));
    assert!(error.detail("network").contains("write https in the URL"), "{run:?}");

    let run = provision_at(&stage, "http://no-such-host.invalid/api", &["--deadline", "300ms"]);
    assert!(run.error().detail("network").contains("no-such-host.invalid"), "{run:?}");
}

#[test]
fn http_spoken_to_a_tls_port_is_told_as_such_also_where_a_page_or_nothing_is_answered() {
    let stage = Stage::new();
    // As nginx, Go, Apache and Tomcat put it; the second one ends with the connection.
    for page in [
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\ncontent-length: 91\r\nconnection: close\r\n\r\n<html><center>The plain HTTP request was sent to HTTPS port</center><hr>nginx/1.25.3</html>\n",
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
        "HTTP/1.1 400 \r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nBad Request\r\nThis combination of host and port requires TLS.\r\n",
        "HTTP/1.1 426 Upgrade Required\r\nupgrade: TLS/1.2\r\nconnection: close\r\n\r\nTLS is required",
    ] {
        let run = provision_at(&stage, &format!("http://{}/api", raw(Some(page))), &["--deadline", "5s"]);
        let error = run.error();
        assert_eq!((run.code, error.detail("rule")), (8, "http-to-tls-port"), "{page}: {run:?}");
        assert_eq!(
            (error.member("retryable"), error.member("maybeApplied")),
            (&json!(false), &json!(false)),
            "{run:?}"
        );
        assert!(error.message().contains("TLS on this port") && error.remedy().contains("https"), "{run:?}");
    }
    // Others hang up without a word.
    let run = provision_at(&stage, &format!("http://{}/api", raw(Some(""))), &["--deadline", "300ms"]);
    assert!(run.error().detail("network").contains("write https in the URL"), "{run:?}");
    // A page that says nothing of it is not taken for one.
    let page = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n<html>Bad Request: no HTTPS for you</html>";
    let run = provision_at(&stage, &format!("http://{}/api", raw(Some(page))), &["--deadline", "5s"]);
    assert_ne!(run.error().detail("rule"), "http-to-tls-port", "{run:?}");
}

#[test]
fn https_spoken_to_a_port_without_tls_is_told_as_such() {
    let stage = Stage::new();
    for page in ["HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\nbad request", ""] {
        let run = provision_at(&stage, &format!("https://{}/api", raw(Some(page))), &["--deadline", "2s"]);
        let error = run.error();
        assert_eq!((run.code, error.detail("rule")), (8, "tls"), "{page}: {run:?}");
        assert_eq!(
            (error.member("retryable"), error.member("maybeApplied")),
            (&json!(false), &json!(false)),
            "{run:?}"
        );
        assert!(error.remedy().contains("write http:// in the URL"), "{run:?}");
        let words = if page.is_empty() { "may speak no TLS" } else { "not TLS" };
        assert!(error.detail("network").contains(words), "{run:?}");
    }
}
