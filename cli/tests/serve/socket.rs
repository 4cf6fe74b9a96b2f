//! Over a Unix socket.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::json;

use crate::client::{self, Stage, Talk, exists};

/// The program on a socket, once it listens.
pub fn listening(stage: &Stage, path: &Path, more: &[&str]) -> Child {
    let mut command = stage.command(&[&["--socket", path.to_str().unwrap()], more].concat());
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

pub fn connect(path: &Path) -> Talk<UnixStream, BufReader<UnixStream>> {
    let stream = UnixStream::connect(path).unwrap();
    Talk::new(stream.try_clone().unwrap(), BufReader::new(stream))
}

#[test]
fn several_clients_are_served_at_once_and_nobody_but_the_owner_may_connect() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let mut process = listening(&stage, &path, &[]);
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
    let mut process = listening(&stage, &path, &[]);

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

#[test]
fn over_a_socket_only_signed_bytes_become_a_component() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let bytes = std::fs::read(stage.another_component("v2.wasm")).unwrap();
    let component = BASE64.encode(&bytes);
    let mut process = listening(&stage, &path, &[]);
    let mut talk = connect(&path);
    let error = talk.error("swap", json!({ "component": component }));
    assert_eq!(error["code"], -32_002);
    assert!(error["message"].as_str().unwrap().contains("trusted-keys"), "{error}");
    assert_eq!(talk.result("health", json!({}))["active"]["generation"], 1);
    talk.result("swap", json!({ "file": stage.path("v2.wasm") }));
    talk.result("shutdown", json!({}));
    assert!(process.wait().unwrap().success());

    let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let first = client::component();
    for (name, content) in [
        ("policy.toml", format!("[components]\ntrusted-keys = [\"{}\"]\n", hex(pair.public_key().as_ref())).as_bytes()),
        ("v1.wasm", first),
        ("v1.wasm.sig", pair.sign(first).as_ref()),
    ] {
        std::fs::write(stage.path(name), content).unwrap();
    }
    let (policy, v1) = (stage.path("policy.toml"), stage.path("v1.wasm"));
    let more = ["--policy", policy.to_str().unwrap(), "--component", v1.to_str().unwrap()];
    let mut process = listening(&stage, &path, &more);
    let mut talk = connect(&path);
    let error = talk.error("swap", json!({ "component": component }));
    assert_eq!(error["data"]["code"], "not-signed", "{error}");
    let wrong = hex(pair.sign(first).as_ref());
    let error = talk.error("swap", json!({ "component": component, "signature": wrong }));
    assert_eq!(error["data"]["code"], "wrong-signature", "{error}");
    let right = hex(pair.sign(&bytes).as_ref());
    assert_eq!(talk.result("swap", json!({ "component": component, "signature": right }))["to"]["generation"], 2);
    talk.result("shutdown", json!({}));
    assert!(process.wait().unwrap().success());
}
