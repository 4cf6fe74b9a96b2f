//! Over a Unix socket.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::json;

use crate::client::{Stage, Talk, exists};

/// The program on a socket, once it listens.
fn listening(stage: &Stage, path: &Path) -> Child {
    let mut command = stage.command(&["--socket", path.to_str().unwrap()]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut log = BufReader::new(process.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("listening on ") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "it ended");
    }
    // What is logged later must not block it.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    process
}

fn connect(path: &Path) -> Talk<UnixStream, BufReader<UnixStream>> {
    let stream = UnixStream::connect(path).unwrap();
    Talk::new(stream.try_clone().unwrap(), BufReader::new(stream))
}

#[test]
fn several_clients_are_served_at_once_and_nobody_but_the_owner_may_connect() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let mut process = listening(&stage, &path);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let (mut one, mut two) = (connect(&path), connect(&path));
    let handle = one.result("provision", json!({ "context": stage.context(), "spec": { "sessionId": "s" } }));
    let state = two.result("status", json!({ "context": stage.context(), "handle": handle }));
    assert!(state["status"].is_string(), "{state}");
    drop(one);
    assert_eq!(two.result("health", json!({}))["status"], "serving");
    assert_eq!(two.result("shutdown", json!({})), json!(null));
    assert_eq!(process.wait().unwrap().code(), Some(0));
    assert!(!exists(&path), "the socket is gone");
}

#[test]
fn a_socket_that_a_server_left_behind_is_replaced_and_anything_else_is_not() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    drop(UnixListener::bind(&path).unwrap());
    assert!(exists(&path));
    let mut process = listening(&stage, &path);

    // One that is in use.
    let output = stage.command(&["--socket", path.to_str().unwrap()]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be used as a socket"));
    connect(&path).result("shutdown", json!({}));
    assert_eq!(process.wait().unwrap().code(), Some(0));

    std::fs::write(&path, "a file").unwrap();
    let output = stage.command(&["--socket", path.to_str().unwrap()]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file");
}
