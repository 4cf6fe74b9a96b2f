//! The server binary: its command line, and clients that reach it over a socket.

mod process;

use process::{Server, run};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_client_finds_a_daytona_at_the_printed_address_with_the_printed_key() {
    let server = Server::start(&["--api-version", "0.190", "--quick"]);
    let created = server.post("/api/sandbox", r#"{"name":"one","labels":{"team":"a"}}"#);
    assert_eq!((created.status, created.json()["name"].as_str()), (200, Some("one")));
    assert!(!created.broken);
    assert!(created.head.contains("x-daytona-api-version: v0.190.0"), "{}", created.head);
    assert_eq!(server.get("/api/sandbox/one").json()["state"], "started");
    let toolbox = created.json()["toolboxProxyUrl"].as_str().unwrap().to_owned();
    assert_eq!(toolbox, format!("http://{}/toolbox", server.address()));
}

#[test]
fn the_ground_truth_is_shown_without_a_key() {
    let mut server = Server::start(&["--quick"]);
    server.post("/api/sandbox", r#"{"name":"one"}"#);
    server.key = "none".to_owned();
    assert_eq!(server.get("/api/sandbox").status, 401);
    let summary = server.get("/__fake/summary").json();
    assert_eq!((&summary["created"], &summary["alive"], &summary["requests"]), (&1.into(), &1.into(), &2.into()));
    assert_eq!(summary["by_route"]["POST /sandbox"], 1);
    assert_eq!(server.get("/__fake/sandboxes").json()[0]["createdName"], "one");
    assert_eq!(server.get("/__fake/requests").json()[1]["path"], "/api/sandbox");
}

#[test]
fn connections_are_counted_with_the_one_that_asks() {
    let server = Server::start(&[]);
    let connections = || server.get("/__fake/summary").json()["connections"].clone();
    assert_eq!(connections(), 1);
    // This client opens one for each request.
    server.get("/api/health");
    assert_eq!(connections(), 3);
}

#[test]
fn an_instant_server_is_through_with_what_it_answers() {
    let server = Server::start(&["--instant"]);
    let created = server.post("/api/sandbox", r#"{"buildInfo":{"dockerfileContent":"FROM a:1\n"}}"#).json();
    let path = format!("/api/sandbox/{}", created["id"].as_str().unwrap());
    assert_eq!(server.get(&path).json()["state"], "started");
    assert_eq!(server.post(&format!("{path}/stop"), "").status, 200);
    assert_eq!(server.get(&path).json()["state"], "stopped");
    assert_eq!(server.send("DELETE", &path, "").status, 200);
    assert_eq!(server.get(&path).status, 404);
}

#[test]
fn an_unlimited_server_refuses_nothing_for_its_size_or_for_coming_too_often() {
    let body = r#"{"buildInfo":{"dockerfileContent":"FROM a:1\n"},"cpu":1000,"disk":1000}"#;
    let usual = Server::start(&["--instant"]);
    assert_eq!(usual.post("/api/sandbox", body).status, 400);
    let unlimited = Server::start(&["--instant", "--unlimited"]);
    // The usual limit of creates is 300 a minute.
    for turn in 0..=300 {
        assert_eq!(unlimited.post("/api/sandbox", body).status, 200, "create {turn}");
    }
}

fn order(server: &Server, fault: &str) {
    let body = format!(r#"{{"faults":["{fault}"],"path":"/sandbox","times":1}}"#);
    assert_eq!(server.post("/__fake/faults", &body).status, 200);
}

#[test]
fn a_reset_on_a_socket_ends_the_connection_without_a_byte() {
    let server = Server::start(&["--quick"]);
    for (fault, created) in [("reset", 0), ("reset-after", 1)] {
        order(&server, fault);
        let answer = server.post("/api/sandbox", "{}");
        assert!(answer.reset && answer.head.is_empty(), "{fault}: {answer:?}");
        assert_eq!(server.get("/__fake/summary").json()["created"], created, "{fault}");
    }
}

#[test]
fn a_reply_that_is_cut_on_a_socket_is_shorter_than_it_promised() {
    let server = Server::start(&["--quick"]);
    order(&server, "cut");
    let answer = server.post("/api/sandbox", "{}");
    assert!(answer.broken && !answer.reset && answer.status == 200, "{answer:?}");
    assert_eq!(server.get("/__fake/summary").json()["created"], 1);
}

#[test]
fn faults_by_chance_come_from_the_command_line() {
    let server = Server::start(&["--quick", "--fault-rate", "1", "--faults", "gateway,server-error"]);
    for _ in 0..5 {
        let status = server.get("/api/sandbox").status;
        assert!((500..=504).contains(&status), "{status}");
    }
    assert_eq!(server.get("/__fake/summary").json()["faults"], 5);
    let wrong = run(&["--fault-rate", "2"]);
    assert!(text(&wrong.stderr).contains("from 0 to 1"), "{}", text(&wrong.stderr));
    let unknown = run(&["--faults", "flood"]);
    assert!(text(&unknown.stderr).contains("late-duplicate"), "{}", text(&unknown.stderr));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_although_a_fault_keeps_somebody_waiting() {
    use std::io::{Read as _, Write as _};
    let server = Server::start(&["--fault-rate", "1", "--faults", "silence"]);
    let mut waiting = std::net::TcpStream::connect(server.address()).unwrap();
    waiting.write_all(b"GET /api/health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    while server.get("/__fake/summary").json()["requests"] != 1 {}
    assert_eq!(server.interrupt().code(), Some(0));
    let mut rest = Vec::new();
    let _ = waiting.read_to_end(&mut rest);
    assert!(rest.is_empty());
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_well() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/api/health").status, 200);
    assert_eq!(server.interrupt().code(), Some(0));
}

#[test]
fn a_busy_port_is_said_with_its_address() {
    let server = Server::start(&[]);
    let second = run(&["--listen", server.address()]);
    assert_eq!(second.status.code(), Some(1));
    let problem = text(&second.stderr);
    assert!(problem.starts_with(&format!("fake-daytona: cannot listen on {}", server.address())), "{problem}");
}

#[test]
fn a_wrong_argument_is_named_with_what_would_be_right() {
    let version = run(&["--api-version", "9.9"]);
    assert_eq!(version.status.code(), Some(2));
    assert!(text(&version.stderr).contains("0.190"), "{}", text(&version.stderr));
    let size = run(&["--per-sandbox", "1,2"]);
    assert!(text(&size.stderr).contains("cores,memory,disk"), "{}", text(&size.stderr));
    let key = run(&["--key", ""]);
    assert_eq!(key.status.code(), Some(2));
}

#[test]
fn the_help_shows_an_example_and_every_version() {
    let help = text(&run(&["--help"]).stdout);
    for part in ["documented", "0.100", "0.105", "0.179", "0.190", "0.205", "0.231", "/__fake/summary", "Example:"] {
        assert!(help.contains(part), "{part} is missing in:\n{help}");
    }
}
