//! What ends with a peer, and what a server does when it can take no more of them.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::Stage;
use crate::socket::{connect, listening};

/// Longer than anything here takes on a busy machine, and shorter than the limits that would hide a mistake.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn who_follows_events_is_forgotten_when_it_hangs_up() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let mut process = listening(&stage, &path, &["--drain", "60s"]);
    let mut good = connect(&path);
    good.result("events", json!({}));
    // What a swap opens for good is open from the first one on.
    let file = stage.another_component("v2.wasm");
    good.result("swap", json!({ "file": file }));
    let descriptors = format!("/proc/{}/fd", process.id());
    let files = || -> Vec<_> {
        let links = fs::read_dir(&descriptors).unwrap().filter_map(|link| fs::read_link(link.ok()?.path()).ok());
        links.collect()
    };
    let before = files();
    for _ in 0..30 {
        connect(&path).result("events", json!({}));
    }
    // One that closes its half reads to the end, and one never reads what it is told.
    let half = UnixStream::connect(&path).unwrap();
    let mut talk = crate::client::Talk::new(half.try_clone().unwrap(), BufReader::new(half.try_clone().unwrap()));
    talk.result("events", json!({}));
    half.shutdown(std::net::Shutdown::Write).unwrap();
    half.set_read_timeout(Some(SOON)).unwrap();
    let rest = (&half).read_to_string(&mut String::new());
    assert_eq!(rest.expect("the server hangs up as well"), 0, "nothing happened that could be told");
    drop((talk, half));
    let mut deaf = connect(&path);
    deaf.result("events", json!({}));
    good.result("swap", json!({ "file": file }));
    for _ in 0..300 {
        good.result("rollback", json!({}));
    }
    assert_eq!(good.result("health", json!({}))["status"], "serving", "who does not listen holds up nobody");
    drop(deaf);
    let begun = Instant::now();
    while files().len() > before.len() {
        assert!(begun.elapsed() < SOON, "{:?}, before {before:?}", files());
        std::thread::yield_now();
    }
    // Nobody is left to be waited for.
    let begun = Instant::now();
    good.result("shutdown", json!({}));
    drop(good);
    assert_eq!(process.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

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

#[test]
fn health_is_answered_within_milliseconds_while_a_component_is_compiled() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let file = stage.another_component("v2.wasm");
    // Bytes that were never compiled before, so that compiling takes its time.
    let mut bytes = fs::read(&file).unwrap();
    let unique = format!("{:?}", Instant::now());
    bytes.extend_from_slice(&[0, u8::try_from(unique.len() + 2).unwrap(), 1, b'u']);
    bytes.extend_from_slice(unique.as_bytes());
    fs::write(&file, bytes).unwrap();
    talk.send(1, "swap", json!({ "file": file }));
    let mut taken = Vec::new();
    loop {
        let begun = Instant::now();
        talk.send(2, "health", json!({}));
        let answer = talk.answer();
        if answer["id"] == 1 {
            assert_eq!(answer["result"]["to"]["generation"], 2, "{answer}");
            break;
        }
        // The new component is active a moment before the swap is answered.
        if answer["result"]["active"]["generation"] == 1 {
            taken.push(begun.elapsed());
        }
    }
    // Of a machine that is busy with other things most answers may be late, but not one of several.
    assert!(taken.iter().any(|taken| *taken < Duration::from_millis(20)), "{taken:?}");
    assert_eq!(talk.answer()["id"], 2);
    assert_eq!(served.end().0, Some(0));
}
