//! What a server does when it can take no more peers.

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Stage;
use crate::socket::connect;

#[test]
fn where_no_connection_can_be_accepted_the_server_tries_again_and_does_not_spin() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let serve = stage.command(&["--socket", path.to_str().unwrap()]);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "ulimit -n 40; exec \"$@\"", "sh"]).arg(serve.get_program()).args(serve.get_args());
    command.env_clear().envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut log = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
    log.find(|line| line.starts_with("listening on ")).unwrap();
    let peers: Vec<UnixStream> = (0..60).map(|_| UnixStream::connect(&path).unwrap()).collect();
    let mut refused = log.by_ref().filter(|line| line.contains("cannot be accepted"));
    refused.next().unwrap();
    let begun = Instant::now();
    assert_eq!(refused.by_ref().take(5).count(), 5);
    assert!(begun.elapsed() > Duration::from_millis(400), "five attempts within {:?}", begun.elapsed());
    // It goes on when there is room again.
    drop(peers);
    let mut talk = connect(&path);
    assert_eq!(talk.result("health", json!({}))["status"], "serving");
    talk.result("shutdown", json!({}));
    assert_eq!(process.wait().unwrap().code(), Some(0));
}
