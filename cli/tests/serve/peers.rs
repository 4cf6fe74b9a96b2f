//! Peers that misbehave: what they do costs them and nobody else.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fake_daytona::RequestAction;
use serde_json::{Value, json};

use crate::client::{Stage, Talk};
use crate::socket::{connect, listening};

/// Longer than anything here takes on a busy machine, and shorter than every deadline of a call.
const SOON: Duration = Duration::from_secs(10);

fn request(id: u64, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

fn terminate(process: &Child) {
    let status = Command::new("kill").arg("-TERM").arg(process.id().to_string()).status().unwrap();
    assert!(status.success());
}

/// Waits for the end, and fails where it takes too long.
fn ends_within(process: &mut Child, limit: Duration) {
    let begun = Instant::now();
    while process.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < limit, "it is still running");
        std::thread::yield_now();
    }
}

#[test]
fn sigterm_ends_the_server_within_the_drain_limit_whatever_peers_do() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let mut process = listening(&stage, &path, &["--drain", "500ms"]);
    // One that sends and never reads, one with half a line, and one whose call never ends.
    let mut deaf = UnixStream::connect(&path).unwrap();
    deaf.set_nonblocking(true).unwrap();
    let line = format!("{}\n", request(1, "describe", &json!({})));
    let mut sent = 0;
    // Until nobody takes more: the server holds it back.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(300) {
        sent += usize::from(deaf.write(line.as_bytes()).is_ok());
    }
    assert!(sent > 256, "only {sent}");
    let mut half = UnixStream::connect(&path).unwrap();
    half.write_all(b"{\"jsonrpc\":").unwrap();
    let mut waiting = connect(&path);
    stage.fake.once(("POST", "/sandbox"), RequestAction::Swallow);
    waiting.send(1, "provision", json!({ "context": stage.context(), "spec": { "sessionId": "s" } }));
    // Others are served meanwhile.
    assert_eq!(connect(&path).result("health", json!({}))["status"], "serving");
    terminate(&process);
    ends_within(&mut process, SOON);
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_peer_that_has_enough_under_way_is_not_read_from_batches_included() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let mut process = listening(&stage, &path, &["--drain", "300ms"]);
    stage.fake.on_request(|_| RequestAction::Swallow);
    let handle = json!({ "providerId": "daytona", "externalId": "x" });
    let call = |id| request(id, "status", &json!({ "context": stage.context(), "handle": handle }));
    let batch = |from: u64| format!("[{}]", (from..from + 200).map(call).collect::<Vec<_>>().join(","));
    let (mut greedy, mut other) = (connect(&path), connect(&path));
    // One of many may have 256 messages under way.
    greedy.say(&batch(0));
    let second = std::thread::spawn({
        let batch = batch(200);
        // It may be held back in the middle of this.
        move || {
            greedy.say(&batch);
            greedy
        }
    });
    let begun = Instant::now();
    let calls = |talk: &mut Talk<_, _>| talk.result("health", json!({}))["inFlight"].as_u64().unwrap();
    while calls(&mut other) < 200 {
        assert!(begun.elapsed() < SOON, "{}", calls(&mut other));
    }
    let most = (0..100).map(|_| calls(&mut other)).max();
    assert_eq!(most, Some(200), "the second batch has to wait");
    terminate(&process);
    ends_within(&mut process, SOON);
    drop(second.join());
}

#[test]
fn a_parent_that_never_reads_does_not_keep_the_server_either() {
    let stage = Stage::new();
    for by_signal in [true, false] {
        let mut command = stage.command(&["--drain", "300ms"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut input = process.stdin.take().unwrap();
        let line = format!("{}\n", request(1, "describe", &json!({})));
        // More answers than a pipe has room for, and fewer messages than the server takes at once.
        for _ in 0..200 {
            input.write_all(line.as_bytes()).unwrap();
        }
        if by_signal {
            // It listens for signals once it answers.
            let mut output = process.stdout.take().unwrap();
            output.read_exact(&mut [0]).unwrap();
            terminate(&process);
            ends_within(&mut process, SOON);
        } else {
            drop(input);
            ends_within(&mut process, SOON);
        }
    }
}

#[test]
fn two_requests_with_one_id_are_both_answered_and_both_cancelled() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let context = stage.context();
    let handle = talk.result("provision", json!({ "context": context, "spec": { "sessionId": "s" } }));
    let on = json!({ "context": context, "handle": handle });
    // The first of two ends; the second can still be cancelled.
    stage.fake.once(("GET", "/sandbox/*"), RequestAction::Swallow);
    talk.send(1, "status", on.clone());
    while stage.fake.requests().len() < 2 {
        std::thread::yield_now();
    }
    talk.send(1, "describe", json!({}));
    let first = talk.answer();
    assert!(first["id"] == 1 && first["result"].is_object(), "{first}");
    talk.send(3, "cancel", json!({ "id": 1 }));
    let mut answers = [talk.answer(), talk.answer()];
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert_eq!(answers[0]["error"]["code"], -32_800, "{answers:?}");
    assert_eq!(answers[1]["result"], true, "{answers:?}");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn ids_come_back_as_they_were_written_and_parameters_may_be_null() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    for id in ["123456789012345678901234567890", "1.50", "-0", "1e400", r#""\ud83d""#, r#""""#] {
        served.talk.say(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"health","params":null}}"#));
        let line = served.talk.hear_line();
        assert!(line.starts_with(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"#)), "{id}: {line}");
    }
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn an_invalid_parameter_is_named_with_its_path_and_type_and_never_with_its_value() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let key = stage.fake.key();
    let context = stage.context();
    for (params, path) in [
        (json!({ "context": { "poolId": [key] }, "spec": {} }), "context.poolId"),
        (json!({ "context": { "poolId": "p", "credential": key }, "spec": {} }), "context.credential"),
        (json!({ "context": { "poolId": "p", "deadlineMs": key }, "spec": {} }), "context.deadlineMs"),
        (json!({ "context": context, "spec": { "sessionId": "s", "env": key } }), "spec.env"),
        (json!({ "context": context, "spec": { "sessionId": "s", "env": { "A": [key] } } }), "spec.env.A"),
        (json!({ "context": context, "spec": { "sessionId": "s", "env": { key: 1 } } }), "spec.env.…"),
        (json!({ "context": context, "spec": { "sessionId": "s", "command": ["a", { key: 1 }] } }), "spec.command[1]"),
        (json!({ "context": context, "spec": { "sessionId": "s", key: 1 } }), "spec"),
        (json!({ "context": context, "spec": key }), "spec"),
        (json!({ "context": context, key: key }), ""),
    ] {
        let error = served.talk.error("provision", params);
        assert_eq!((&error["code"], &error["data"]["path"]), (&json!(-32_602), &json!(path)), "{error}");
    }
    assert_eq!(served.talk.error(key, json!({}))["code"], -32_601);
    // Half of a character, to the id of its own, and in a batch to its own alone.
    served.talk.say(r#"[{"jsonrpc":"2.0","id":7,"method":"provision","params":{"spec":{"env":{"P":"\ud83d"}}}},{"jsonrpc":"2.0","id":8,"method":"health"}]"#);
    let batch = served.talk.hear();
    assert_eq!((&batch[0]["id"], &batch[0]["error"]["data"]["path"]), (&json!(7), &json!("spec.env.P")), "{batch}");
    assert_eq!((&batch[1]["id"], &batch[1]["result"]["status"]), (&json!(8), &json!("serving")), "{batch}");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn health_is_answered_while_a_component_is_swapped_in_and_events_are_told_once() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    for _ in 0..3 {
        talk.result("events", json!({}));
    }
    talk.send(1, "swap", json!({ "file": stage.another_component("v2.wasm") }));
    talk.send(2, "health", json!({}));
    // In the order in which they are ready; that health does not wait for a swap is a test of its own (endings).
    let mut answers = [talk.answer(), talk.answer()];
    answers.sort_by_key(|answer| answer["id"].as_u64());
    let [swapped, health] = answers;
    assert_eq!((&swapped["id"], &swapped["result"]["to"]["generation"]), (&json!(1), &json!(2)), "{swapped}");
    assert_eq!((&health["id"], &health["result"]["status"]), (&json!(2), &json!("serving")), "{health}");
    talk.event("swapped");
    talk.event("drained");
    assert!(talk.notifications.iter().all(|event| event["event"] != "swapped"), "{:?}", talk.notifications);
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn a_file_that_never_ends_is_no_component() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let error = served.talk.error("swap", json!({ "file": "/dev/zero" }));
    assert_eq!(error["code"], -32_002, "{error}");
    assert_eq!(served.talk.result("health", json!({}))["status"], "serving");
    assert_eq!(served.end().0, Some(0));
}

#[test]
fn messages_of_more_than_there_may_be_are_refused_to_their_own_id() {
    let stage = Stage::new();
    let mut served = stage.serve(&[]);
    let talk = &mut served.talk;
    let many = format!("[{}0]", "0,".repeat(3_900_000));
    talk.say(&format!(r#"{{"jsonrpc":"2.0","id":4,"method":"describe","params":{{"x":{many}}}}}"#));
    let answer = talk.answer();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(4), &json!(-32_602)), "{answer}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    talk.say(&format!(r#"{{"jsonrpc":"2.0","id":5,"method":"describe","params":{{"x":{deep}}}}}"#));
    assert_eq!(talk.answer()["id"], 5);
    talk.say(&format!("[{}1]", "1,".repeat(100_000)));
    assert_eq!(talk.answer()["error"]["code"], -32_600);
    assert_eq!(served.end().0, Some(0));
}

/// A source of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// A line of one of the kinds that peers send by mistake or on purpose.
    fn line(&mut self) -> Vec<u8> {
        let method =
            self.pick(&["describe", "health", "status", "provision", "cancel", "events", "check-config", "fly", ""]);
        let id = self.pick(&["1", "1", "\"a\"", "null", "1e999", "-1", "{}", "99999999999999999999", "\"\\ud800\""]);
        let value = self.pick(&[
            "{}",
            "null",
            "[]",
            "\"x\"",
            "{\"context\":{\"poolId\":\"p\"}}",
            "1e999",
            "{\"id\":1}",
            "[[[[[]]]]]",
            "{\"context\":{\"poolId\":\"p\",\"poolId\":\"q\"}}",
            "{\"seconds\":99999999999999999999999999999999,\"context\":{\"poolId\":\"p\",\"deadlineMs\":-1}}",
            "{\"config\":{\"diskGB\":18446744073709551616,\"cpu\":1e308}}",
        ]);
        let message = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{value}}}"#);
        match self.below(11) {
            0 => (0..self.below(200))
                .map(|_| u8::try_from(self.below(256)).unwrap())
                .filter(|byte| *byte != b'\n')
                .collect(),
            1 => message.as_bytes()[..self.below(message.len())].to_vec(),
            2 => format!("[{}{message}]", format!("{message},").repeat(self.below(20))).into_bytes(),
            8 => message.replace(id, &"9".repeat(self.below(5_000) + 1)).into_bytes(),
            9 => {
                let depth = self.below(300);
                message.replace(value, &format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))).into_bytes()
            }
            10 => message.replace(value, &format!("{{\"x\":\"{}\"}}", "y".repeat(self.below(20_000)))).into_bytes(),
            3 => "[".repeat(self.below(3_000)).into_bytes(),
            4 => message.replace("params", self.pick(&["params", "Params", "id", "jsonrpc"])).into_bytes(),
            _ => message.into_bytes(),
        }
    }
}

#[test]
fn ten_thousand_messages_of_all_kinds_never_harm_another_peer() {
    let stage = Stage::new();
    let path = stage.path("host.sock");
    let mut process = listening(&stage, &path, &["--drain", "1s"]);
    let mut good = connect(&path);
    // A call that waits the whole time, under an id that others use and cancel as well.
    let mut waiting = connect(&path);
    let patient = json!({ "poolId": "pool-1", "config": stage.context()["config"], "credential": stage.context()["credential"], "deadlineMs": 600_000 });
    stage.fake.once(("GET", "/sandbox/*"), RequestAction::Swallow);
    let handle = json!({ "providerId": "daytona", "externalId": "00000000-0000-4000-8000-000000000000" });
    waiting.send(1, "status", json!({ "context": patient, "handle": handle }));
    while stage.fake.requests().is_empty() {
        std::thread::yield_now();
    }
    let mut numbers = Numbers(0x2026_1126);
    let mut sent = 0;
    while sent < 10_000 {
        let stream = UnixStream::connect(&path).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let reads = numbers.below(3) > 0;
        let hangs_up = numbers.below(2) == 0;
        let drained = std::thread::spawn(move || {
            let mut answers = 0;
            let mut line = String::new();
            while reads && reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                // Hanging up cuts off what is just being read; nothing else may.
                if hangs_up && !line.ends_with('\n') {
                    break;
                }
                // Not as a value: it may repeat an id that is a number beyond all bounds.
                serde_json::from_str::<&serde_json::value::RawValue>(&line).expect("an answer is JSON");
                answers += 1;
                line.clear();
            }
            answers
        });
        let mut stream = stream;
        // One that does not read is held back at some time, and hangs up then.
        stream.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
        for _ in 0..numbers.below(400) + 1 {
            sent += 1;
            let line = [&numbers.line()[..], b"\n"].concat();
            if stream.write_all(&line).is_err() {
                break;
            }
        }
        let _ = stream.shutdown(if hangs_up { std::net::Shutdown::Both } else { std::net::Shutdown::Write });
        drained.join().unwrap();
        let begun = Instant::now();
        assert_eq!(good.result("health", json!({}))["status"], "serving");
        good.result("check-config", json!({ "config": {} }));
        assert!(begun.elapsed() < SOON, "after {sent} messages: {:?}", begun.elapsed());
    }
    let handle = good.result("provision", json!({ "context": stage.context(), "spec": { "sessionId": "s" } }));
    good.result("terminate", json!({ "context": stage.context(), "handle": handle }));
    // It is still there, and its own peer can cancel it.
    assert_eq!(good.result("health", json!({}))["inFlight"], 1);
    waiting.send(2, "cancel", json!({ "id": 1 }));
    let mut answers = [waiting.answer(), waiting.answer()];
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert_eq!((&answers[0]["error"]["code"], &answers[1]["result"]), (&json!(-32_800), &json!(true)), "{answers:?}");
    assert_eq!(good.result("health", json!({}))["inFlight"], 0);
    terminate(&process);
    ends_within(&mut process, SOON);
}
