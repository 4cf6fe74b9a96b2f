//! A key in every option of every command, in every file that one reads, and in every reply: it is in no output, which is checked
//! after every run. The commands and their options are those that the program's own help lists: for one that is new this fails
//! until somebody has said here how it is called.

use fake_daytona::{Reply, RequestAction};
use serde_json::{Value, json};

use crate::planted::{PLANTED, misplaced};
use crate::stage::{Run, Stage};

/// What each command needs to do its work; `--` and what follows it stay at the end.
fn base(command: &str) -> &'static [&'static str] {
    const HANDLE: &[&str] = &["--handle", "handle.json"];
    match command {
        "demo" => &["--quick"],
        "describe" | "check" | "doctor" | "health" | "capacity" | "list" | "serve" | "snapshot list" => &[],
        "explain" | "locate" | "provision" => &["--session", "s"],
        "status" | "watch" | "stop" | "start" | "archive" | "keep-alive" | "terminate" | "logs" => HANDLE,
        "extend" => &["--handle", "handle.json", "--for", "2h"],
        "exec" | "launch" => &["--handle", "handle.json", "--", "true"],
        "kill" => &["--handle", "handle.json", "--id", "p"],
        "snapshot capture" => &["base", "--handle", "handle.json"],
        "snapshot prepare" | "snapshot get" | "snapshot activate" | "snapshot delete" => &["base"],
        "reconcile" => &["--session", "s"],
        _ => panic!("`{command}` is new: say here what it needs"),
    }
}

/// Texts for a file that an option names, each with the key where something else belongs.
fn contents(option: &str) -> Vec<String> {
    let lines = |lines: &[&str]| lines.iter().map(|line| line.replace('$', PLANTED)).collect();
    match option {
        "pool" => {
            misplaced(&json!({ "id": "p", "config": { "diskGB": 10 }, "runtimeProvides": { "runtimeKinds": ["npm"] } }))
        }
        "credential-file" => misplaced(&json!({ "secret": "x", "apiUrl": "https://y.example", "organizationId": "z" })),
        "handle" => misplaced(&json!({ "providerId": "daytona", "externalId": "x", "metadata": { "name": "y" } })),
        "spec" => {
            misplaced(&json!({ "sessionId": "s", "command": ["a"], "env": { "A": "b" }, "resources": { "vCpu": 1 } }))
        }
        "policy" => lines(&[
            "$",
            "$ = 1",
            "[egress]\nallow = \"$\"",
            "[headers]\nadd = { x = \"$",
            "[credentials]\ninject = \"$\"",
        ]),
        "ca-file" => {
            lines(&["$", "-----BEGIN PRIVATE KEY-----\n$\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----$"])
        }
        "component" => lines(&["$", "\0asm$", "\0asm\r\0\u{1}\0$"]),
        "env-file" => lines(&["$", "A=1\n$", "export $", "A=\"$"]),
        "known" => lines(&["{\"$\":1}", "[\"$\"", "\"$\"", "<$>", "$,x", "[{\"id\":\"$\"}]"]),
        // These are written to.
        "handle-out" => Vec::new(),
        _ => panic!("`--{option}` is new: say here what may be in its file"),
    }
}

/// An option with a value.
pub struct Taken {
    name: String,
    value: String,
}

/// Every command, those of two words included, with its options that take a value.
pub fn commands(stage: &Stage) -> Vec<(String, Vec<Taken>)> {
    let mut found = Vec::new();
    let mut left = vec![String::new()];
    while let Some(command) = left.pop() {
        let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
        let help = stage.finish(stage.command(&[&words[..], &["--help"]].concat())).out;
        let below = listed(&help);
        if below.is_empty() {
            found.push((command, taken(&help)));
        } else {
            left.extend(below.iter().map(|word| format!("{command} {word}").trim().to_owned()));
        }
    }
    assert!(found.len() > 25, "only {}", found.len());
    found
}

/// The commands that a help lists.
fn listed(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let words = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    words.filter(|word| !word.is_empty() && *word != "help").collect()
}

/// The options with a value that a help lists.
fn taken(help: &str) -> Vec<Taken> {
    let options = help.lines().filter_map(|line| {
        let (name, rest) = line.trim_start().strip_prefix("--")?.split_once(" <")?;
        Some(Taken { name: name.to_owned(), value: rest.split_once('>')?.0.to_owned() })
    });
    options.collect()
}

/// Runs a command with more arguments, and a pool where it takes one.
fn run(stage: &Stage, command: &str, more: &[&str]) -> Run {
    let words: Vec<&str> = command.split(' ').collect();
    let pool: &[&str] = match ["demo", "serve"].contains(&command) || more.contains(&"--pool") {
        true => &[],
        false => &["--pool", "pool.json"],
    };
    let quick: &[&str] = match ["demo", "serve"].contains(&command) || more.contains(&"--deadline") {
        true => &[],
        false => &["--deadline", "300ms"],
    };
    let base: Vec<&str> = base(command).to_vec();
    // An option that the base has as well stands once.
    let repeated = more.first().and_then(|option| base.iter().position(|word| word == option));
    let base = match repeated {
        Some(at) => [&base[..at], &base[at + 2..]].concat(),
        None => base,
    };
    let split = base.iter().position(|word| *word == "--").unwrap_or(base.len());
    let (before, after) = base.split_at(split);
    let run = stage.finish_with_input(stage.command(&[&words[..], pool, quick, more, before, after].concat()), b"");
    assert!(run.code < 24 || [126, 127, 255].contains(&run.code), "{command} {more:?}: {run:?}");
    run
}

fn stage() -> Stage {
    let stage = Stage::new();
    stage.pool(json!({}));
    stage.provisioned("s");
    stage.secret(PLANTED);
    stage
}

#[test]
fn a_key_in_the_place_of_any_value_is_in_no_output() {
    let stage = stage();
    let key = stage.fake.key().to_owned();
    for (command, options) in commands(&stage) {
        run(&stage, &command, &[PLANTED]);
        for Taken { name, value } in options {
            let option = format!("--{name}");
            // A text is right where one belongs, so there it is the key that the program has.
            let is_text = ["ID", "IMAGE", "REGION", "DIRECTORY", "DATE"].contains(&value.as_str());
            let text = if is_text { &key } else { PLANTED };
            run(&stage, &command, &[&option, text]);
            if value == "NAME=VALUE" {
                run(&stage, &command, &[&option, &format!("A={key}")]);
                run(&stage, &command, &[&option, &format!("{key}=A")]);
            }
        }
    }
}

#[test]
fn a_key_in_any_file_of_any_command_is_in_no_output() {
    let stage = stage();
    for (command, options) in commands(&stage) {
        // It takes none of them.
        if command == "demo" {
            continue;
        }
        for Taken { name, .. } in options.into_iter().filter(|option| option.value == "FILE") {
            let texts = contents(&name);
            // All of them once, and some for each command.
            let first = match name.as_str() {
                "pool" => "check",
                "credential-file" | "policy" | "ca-file" => "locate",
                "component" => "describe",
                "handle" => "status",
                _ => "",
            };
            let every = if first.is_empty() || first == command { 1 } else { texts.len().div_ceil(3).max(1) };
            for text in texts.iter().step_by(every) {
                stage.write("planted", text);
                run(&stage, &command, &[&format!("--{name}"), "planted"]);
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_never_ends_is_refused_by_every_option() {
    let stage = stage();
    let mut tried = Vec::new();
    for (command, options) in commands(&stage) {
        for Taken { name, .. } in options.into_iter().filter(|option| option.value == "FILE") {
            // A demo takes none of the options of every command.
            if command != "demo" && !tried.contains(&name) {
                let run = run(&stage, &command, &[&format!("--{name}"), "/dev/zero"]);
                assert!([2, 3, 4, 11].contains(&run.code), "{command} --{name}: {run:?}");
                tried.push(name);
            }
        }
    }
    assert!(tried.len() > 8, "{tried:?}");
}

#[test]
fn a_key_that_a_reply_repeats_is_in_no_output_of_any_command() {
    let stage = stage();
    let key = stage.fake.key().to_owned();
    let bodies = [
        json!({ "statusCode": 400, "message": format!("Key {key} may not do this"), "error": key }),
        json!({ "id": key, "name": key, "state": key, "errorReason": key, "labels": { key.as_str(): key } }),
        json!({ "items": [{ "id": key, "name": key, "state": "started" }], "nextCursor": key, "total": 1 }),
        json!({ "exitCode": 0, "result": key }),
        json!(key),
    ];
    // In a reply that is right otherwise, as the reason for which a sandbox does not run and in what its command wrote.
    let id = stage.fake.sandboxes().remove(0).id;
    let reason = format!("the key {key} is known");
    assert!(stage.fake.set_entrypoint_logs(&id, &reason));
    let mut all = commands(&stage);
    all.sort_by_key(|(command, _)| command == "terminate");
    for (command, _) in all.iter().filter(|(command, _)| command != "demo") {
        for state in ["started", "error"] {
            assert!(stage.fake.set_state(&id, state, None, Some(&reason)), "{command}");
            run(&stage, command, &[]);
        }
    }
    for (command, _) in commands(&stage) {
        if ["demo", "describe", "check", "serve"].contains(&command.as_str()) {
            continue;
        }
        for (status, body) in [200, 400, 403, 404, 500].into_iter().zip(bodies.iter().cycle().skip(command.len() % 5)) {
            reply_with(&stage, status, body, &key);
            run(&stage, &command, &["--json"]);
        }
        reply_with(&stage, 200, &bodies[command.len() % 5], &key);
        run(&stage, &command, &[]);
    }
}

fn reply_with(stage: &Stage, status: u16, body: &Value, key: &str) {
    let reply = Reply::json(status, body).header("x-echo", key).header("location", key);
    stage.fake.on_request(move |_| RequestAction::Answer(reply.clone()));
}

#[test]
fn a_key_in_any_variable_is_in_no_output() {
    let stage = stage();
    for (command, _) in commands(&stage) {
        if command == "demo" {
            continue;
        }
        for variable in ["DAYTONA_API_KEY", "DAYTONA_API_URL", "OTHER"] {
            let words: Vec<&str> = command.split(' ').collect();
            let pass: &[&str] = if command == "serve" { &[] } else { &["--pool", "pool.json", "--deadline", "300ms"] };
            let mut process = stage.command(&[&words[..], pass, &["--pass-env", "OTHER"], base(&command)].concat());
            let value = if variable == "DAYTONA_API_URL" {
                format!("https://u:{PLANTED}@x.invalid/")
            } else {
                PLANTED.to_owned()
            };
            process.env(variable, value);
            stage.finish_with_input(process, b"");
        }
    }
}
