//! What somebody types who sees a command for the first time, ten times for each: every one is answered with what is wrong
//! and what to do, for people and for machines, and nothing is done.

use serde_json::json;

use crate::stage::{Run, Stage};
use crate::walk::commands;

/// Arguments, the exit code, and a word that the answer has to have.
type Misuse = (&'static [&'static str], i32, &'static str);

const DEMO: &[Misuse] = &[
    (&["--pool", "pool.json"], 2, "of its own"),
    (&["--pool-id", "p"], 2, "of its own"),
    (&["--credential-file", "key.json"], 2, "of its own"),
    (&["--policy", "no-such.toml"], 2, "of its own"),
    (&["--ca-file", "no-such.pem"], 2, "of its own"),
    (&["--deadline", "5"], 2, "45s"),
    (&["--component", "no-such.wasm"], 11, "no-such.wasm"),
    (&["--quick", "--component", "pool.json"], 11, "WebAssembly"),
    (&["--slow"], 2, "--slow"),
    (&["quick"], 2, "every value has an option"),
];

const DESCRIBE: &[Misuse] = &[
    (&["--pool", "no-such.json"], 3, "no-such.json"),
    (&["--component", "no-such.wasm"], 11, "--component"),
    (&["--component", "pool.json"], 11, "WebAssembly"),
    (&["--component", "."], 11, ". cannot be read"),
    (&["--schema=yes"], 2, "--schema"),
    (&["--policy", "no-such.toml"], 3, "no-such.toml"),
    (&["--ca-file", "pool.json"], 3, "certificate"),
    (&["--format", "yaml"], 2, "--format"),
    (&["--session", "s"], 2, "locate --session"),
    (&["--pass-env", "A=B"], 2, "name alone"),
    (&["daytona"], 2, "every value has an option"),
];

const CHECK: &[Misuse] = &[
    (&["--pool", "broken.json"], 3, "JSON"),
    (&["--pool", "list.json"], 3, "braces"),
    (&["--pool", "empty.json"], 3, "empty.json is empty"),
    (&["--pool", "no-such.json"], 3, "no-such.json"),
    (&["--pool", "."], 3, "cannot be read"),
    (&["--pool"], 2, "--pool"),
    (&["--pool", "pool.json", "--pool", "pool.json"], 2, "multiple times"),
    (&["pool.json"], 2, "'pool.json'"),
    (&["--config", "pool.json"], 2, "--config"),
    (&["--pool", "pool.json", "--credential-file", "no-such.json"], 3, "no-such.json"),
    (&["--pool", "wrong.json"], 3, "at least 1"),
    (&["--pool", r#"{"diskGB": 10}"#], 3, "Name a file"),
];

const PROVISION: &[Misuse] = &[
    (&[], 2, "--session"),
    (&["s-1"], 2, "every value has an option before it"),
    (&["--sesion", "s"], 2, "--session"),
    (&["--session", ""], 4, "session"),
    (&["--session", "t", "npm", "start"], 2, "after --"),
    (&["--session", "t", "--env", "A"], 2, "NAME=VALUE"),
    (&["--session", "t", "--env", "A B=1"], 2, "letters, digits and _"),
    (&["--session", "t", "--env-file", "no-such.env"], 4, "no-such.env"),
    (&["--session", "t", "--label", "A"], 2, "NAME=VALUE"),
    (&["--session", "t", "--vcpu", "two"], 2, "whole number"),
    (&["--session", "t", "--memory-mb", "4GB"], 2, "whole number"),
    (&["--session", "t", "--memory-mb", "-1"], 2, "whole number"),
    (&["--session", "t", "--vcpu", "0"], 4, "vcpu"),
    (&["--session", "t", "--image", "a b"], 4, "spec.image"),
    (&["--session", "t", "--region", "nowhere"], 4, "region"),
    (&["--spec", "no-such.json"], 4, "no-such.json"),
    (&["--spec", "twice.json"], 4, "`env.A` stands there twice"),
    (&["--spec", "wrong.json"], 4, "diskGB"),
    (&["--spec", r#"{"sessionId":"s"}"#], 4, "Name a file"),
    (&["--session", "t", "--handle-out", "pool.json"], 2, "never overwritten"),
    (&["--session", "t", "--handle-out", "no/dir/handle.json"], 2, "a directory that does"),
    (&["--session", "t", "--pool-id", ""], 4, "pool's id"),
];

const LOCATE: &[Misuse] = &[
    (&[], 2, "--session"),
    (&["--session"], 2, "--session"),
    (&["--session", ""], 4, "empty"),
    (&["--session", "nobody"], 7, "no sandbox"),
    (&["s"], 2, "every value has an option before it"),
    (&["--handle", "handle.json"], 2, "--handle"),
    (&["--session", "s", "--handle-out", "handle.json"], 2, "never overwritten"),
    (&["--session", "s", "--credential-file", "pool.json"], 3, "secret"),
    (&["--session", "s", "--deadline", "5"], 2, "45s"),
    (&["--session", "s", "--deadline", "0s"], 2, "longer"),
    (&["--session", "s", "--deadline", "2h"], 4, "to an hour"),
    (&["--session", "s", "--policy", "pool.json"], 3, "pool.json: this is not a policy"),
    (&["--session", "s", "--ca-file", "pool.json"], 3, "certificate"),
    (&["--session", "s", "--component", "pool.json"], 11, "WebAssembly"),
];

/// What goes wrong with every command that asks about a pool.
const ON_POOL: &[Misuse] = &[
    (&["--pool", "empty.json"], 3, "is empty"),
    (&["--pool", "record.json"], 3, "stands there twice"),
    (&["--pool", "no-such.json"], 3, "no-such.json"),
    (&["--deadline", "0s"], 2, "longer"),
    (&["--deadline", "2"], 2, "45s"),
    (&["--credential-file", "handle.json"], 3, "not a credential"),
    (&["--policy", "pool.json"], 3, "pool.json: this is not a policy"),
    (&["--ca-file", "pool.json"], 3, "certificate"),
    (&["--component", "pool.json"], 11, "WebAssembly"),
    (&["everything"], 2, "every value has an option before it"),
    (&["--session", "s"], 2, "--session"),
];

/// What is wrong with a configuration is a mark in the list of `doctor`, and an error of these.
const CONFIGURATION: &[Misuse] = &[
    (&["--pool", "broken.json"], 3, "not JSON"),
    (&["--pool", "wrong.json"], 3, "diskGB"),
    (&["--pool", "list.json"], 3, "an array"),
    (&["--pool-id", ""], 4, "pool's id"),
    (&["--session", "s"], 2, "explain --session"),
    (&["--handle", "handle.json"], 2, "--handle"),
];

const DOCTOR: &[Misuse] = &[
    (&["--spec", "no-such.json"], 4, "no-such.json"),
    (&["--spec", "twice.json"], 4, "`env.A` stands there twice"),
    (&["--spec", "list.json"], 4, "has to be an object"),
    (&["--spec", "pool.json"], 4, "not a specification"),
    (&["--spec"], 2, "--spec"),
    (&["--session", "s"], 2, "explain --session"),
    (&["pool.json"], 2, "--pool FILE"),
];

const EXPLAIN: &[Misuse] = &[
    (&[], 2, "--session"),
    (&["--session"], 2, "--session"),
    (&["--session", ""], 4, "empty"),
    (&["s"], 2, "every value has an option before it"),
    (&["--handle", "handle.json"], 2, "--session"),
    (&["--session", "s", "--handle", "no-such.json"], 4, "no-such.json"),
    (&["--session", "s", "--handle", "list.json"], 4, "has to be an object"),
    (&["--session", "s", "--handle", "other.json"], 4, "e2b"),
    (&["--session", "s", "--handle", "odd.json"], 4, "locate makes it anew"),
    (&["--session", "s", "--handle", "twice.json"], 4, "stands there twice"),
    (&["--session", "t", "--handle", "handle.json"], 4, "of another session"),
    (&["--session", "s", "--handle", "-"], 4, "Standard input"),
    (&["--session", "s", "--credential-file", "pool.json"], 3, "secret"),
    (&["--session", "s", "--deadline", "5"], 2, "45s"),
    (&["--session", "s", "--component", "pool.json"], 11, "WebAssembly"),
];

/// What goes wrong with every command that takes a handle.
const ON_HANDLE: &[Misuse] = &[
    (&[], 2, "--handle"),
    (&["--handle"], 2, "--handle"),
    (&["handle.json"], 2, "every value has an option before it"),
    (&["--session", "s"], 2, "locate --session"),
    (&["--handle", "no-such.json"], 4, "no-such.json"),
    (&["--handle", "pool.json"], 4, "locate"),
    (&["--handle", "."], 4, "cannot be read"),
    (&["--handle", "empty.json"], 4, "not a handle"),
    (&["--handle", "list.json"], 4, "has to be an object"),
    (&["--handle", "other.json"], 4, "e2b"),
    (&["--handle", "odd.json"], 4, "locate makes it anew"),
    (&["--handle", "twice.json"], 4, "stands there twice"),
    (&["--handle", "handle.json", "--deadline", "-1s"], 2, "--deadline"),
    (&["--handle", "handle.json", "--credential-file", "handle.json"], 3, "not a credential"),
    (&["--handle", "handle.json", "--force"], 2, "--force"),
];

const WATCH: &[Misuse] = &[
    (&["--handle", "handle.json", "--interval", "2"], 2, "45s"),
    (&["--handle", "handle.json", "--interval", "0s"], 2, "longer"),
    (&["--handle", "handle.json", "--timeout", "5s"], 2, "--timeout"),
];

const EXTEND: &[Misuse] = &[
    (&["--handle", "handle.json"], 2, "--for"),
    (&["--handle", "handle.json", "--for", "2"], 2, "45s"),
    (&["--handle", "handle.json", "--for", "-2h"], 2, "the value of '--for"),
    (&["--handle", "handle.json", "--for", "0s"], 2, "longer"),
    (&["--handle", "handle.json", "--for", "9999h"], 4, "a year"),
    (&["--handle", "handle.json", "2h"], 2, "every value has an option"),
];

const LIST: &[Misuse] = &[
    (&["--session", "s"], 2, "locate --session"),
    (&["--pool", "no-such.json"], 3, "no-such.json"),
    (&["--pool", "."], 3, "cannot be read"),
    (&["--pool", "broken.json"], 3, "JSON"),
    (&["--pool", "empty.json"], 3, "empty"),
    (&["--pool", "record.json"], 3, "`config` stands there twice"),
    (&["--pool-id", ""], 4, "pool's id"),
    (&["--limit", "5"], 2, "--limit"),
    (&["pool.json"], 2, "every value has an option"),
    (&["--deadline", "0ms"], 2, "longer"),
    (&["--credential-file", "pool.json"], 3, "not a credential"),
];

const RECONCILE: &[Misuse] = &[
    (&[], 2, "--known"),
    (&["s"], 2, "every value has an option"),
    (&["--known", "no-such.txt"], 4, "no-such.txt"),
    (&["--known", "empty.json"], 2, "--none-known"),
    (&["--known", "pool.json"], 4, "one id per line"),
    (&["--session", ""], 2, "Name the session"),
    (&["--session", "s", "--act"], 2, "--as-of"),
    (&["--none-known", "--session", "s"], 2, "--none-known"),
    (&["--session", "s", "--as-of", "yesterday", "--mark"], 4, "date"),
    (&["--session", "s", "--as-of", "2999-01-01T00:00:00Z", "--act"], 4, "later than the server's"),
    (&["--session", "s", "--as-of", "2026-11-23T12:00:00Z", "--mark", "--act"], 2, "cannot be used with"),
    (&["--session", "s", "--allow-no-match"], 2, "--delete"),
    (&["--session", "s", "--min-age", "1"], 2, "45s"),
    (&["--session", "s", "--min-age", "-5m"], 2, "--min-age"),
];

const SERVE: &[Misuse] = &[
    (&["--pool", "pool.json"], 2, "context"),
    (&["--pool-id", "p"], 2, "context"),
    (&["--credential-file", "key.json"], 2, "context"),
    (&["--socket", "pool.json"], 2, "socket"),
    (&["--socket", "no/dir/host.sock"], 2, "a directory of your own"),
    (&["--watch", "no-such-directory"], 2, "no directory"),
    (&["--watch", "pool.json"], 2, "no directory"),
    (&["--watch-interval", "0s"], 2, "longer"),
    (&["--drain", "never"], 2, "45s"),
    (&["--policy", "no-such.toml"], 3, "no-such.toml"),
    (&["--component", "no-such.wasm"], 11, "no-such.wasm"),
    (&["--port", "80"], 2, "--port"),
];

/// What goes wrong with every command that runs something.
const PROGRAM: &[Misuse] = &[
    (&["--handle", "handle.json"], 2, "-- <COMMAND>"),
    (&["--handle", "handle.json", "ls"], 2, "comes last, after --"),
    (&["ls"], 2, "comes last, after --"),
    (&["--session", "s", "--", "true"], 2, "locate --session"),
    (&["--handle", "handle.json", "--"], 2, "<COMMAND>"),
    (&["--handle", "handle.json", "--", ""], 4, "argv[0]"),
    (&["--handle", "handle.json", "--timeout", "5", "--", "true"], 2, "45s"),
    (&["--handle", "handle.json", "--timeout", "-5s", "--", "true"], 2, "45s"),
    (&["--handle", "handle.json", "--timeout", "0s", "--", "true"], 2, "longer than nothing"),
    (&["--handle", "handle.json", "--max-output", "0", "--", "true"], 4, "max-output-bytes is 0"),
    (&["--handle", "handle.json", "--max-output", "-1", "--", "true"], 2, "whole number"),
    (&["--handle", "handle.json", "--max-output", "1GB", "--", "true"], 2, "whole number"),
    (&["--handle", "handle.json", "--max-output", "99999999999", "--", "true"], 2, "more than 4294967295"),
    (&["--handle", "handle.json", "--env", "A", "--", "true"], 2, "NAME=VALUE"),
    (&["--handle", "handle.json", "--env", "A B=1", "--", "true"], 2, "letters, digits and _"),
    (&["--handle", "handle.json", "--env-file", "x.env", "--", "true"], 2, "'--env'"),
    (&["--handle", "handle.json", "--workdir", "", "--", "true"], 4, "working-directory is empty"),
    (&["--handle", "handle.json", "--shell", "--", "true"], 2, "--shell"),
];

const EXEC: &[Misuse] = &[(&["--handle", "handle.json", "--timeout", "2h", "--", "true"], 2, "`launch`")];

const LAUNCH: &[Misuse] = &[
    (&["--handle", "handle.json", "--id", "", "--", "true"], 4, "an id has 1 to 255"),
    (&["--handle", "handle.json", "--id", LONG, "--", "true"], 4, "an id has 1 to 255"),
    (&["--handle", "handle.json", "--detach", "--", "true"], 2, "--detach"),
];

const LOGS: &[Misuse] = &[
    (&["--handle", "handle.json", "--interval", "2"], 2, "45s"),
    (&["--handle", "handle.json", "--interval", "-1s"], 2, "45s"),
    (&["--handle", "handle.json", "--interval", "0s"], 2, "longer than nothing"),
    (&["--handle", "handle.json", "--id"], 2, "--id"),
    (&["--handle", "handle.json", "--id", ""], 4, "an id has 1 to 255"),
    (&["--handle", "handle.json", "--id", "nobody"], 7, "knows no process nobody"),
    (&["--handle", "handle.json", "worker"], 2, "--id ID"),
    (&["--handle", "handle.json", "-f"], 2, "'-f'"),
];

const KILL: &[Misuse] = &[
    (&["--handle", "handle.json"], 2, "--id"),
    (&["--id", "worker"], 2, "--handle"),
    (&["--handle", "handle.json", "worker"], 2, "--id ID"),
    (&["--handle", "handle.json", "--id", ""], 4, "an id has 1 to 255"),
    (&["--handle", "handle.json", "--id", "nobody"], 7, "knows no process nobody"),
    (&["--handle", "handle.json", "--id", "1", "--id", "2"], 2, "multiple times"),
    (&["--handle", "handle.json", "--signal", "9", "--id", "worker"], 2, "--signal"),
    (&["-9", "worker"], 2, "'-9'"),
];

/// More than any name or id may have.
const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// What goes wrong with every command about one snapshot.
const NAMED: &[Misuse] = &[
    (&[], 2, "NAME"),
    (&["base", "other"], 2, "one NAME stands without an option"),
    (&["--name", "base"], 2, "the NAME stands without an option"),
    (&["base", "--pool", "no-such.json"], 3, "no-such.json"),
    (&["base", "--pool", "wrong.json"], 3, "diskGB"),
    (&["base", "--deadline", "5"], 2, "45s"),
    (&["base", "--credential-file", "handle.json"], 3, "not a credential"),
    (&["base", "--policy", "pool.json"], 3, "pool.json: this is not a policy"),
    (&["base", "--component", "pool.json"], 11, "WebAssembly"),
    (&["base", "--force"], 2, "--force"),
];

/// Names that none has.
const NAMES: &[&str] = &["UPPER", "", "a/b", "rensei-37a8eec1-base", LONG];

const SNAPSHOT_CAPTURE: &[Misuse] = &[
    (&["--handle", "handle.json"], 2, "NAME"),
    (&["base"], 2, "--handle"),
    (&["base", "handle.json"], 2, "--handle FILE"),
    (&["base", "--session", "s"], 2, "locate --session"),
    (&["base", "--handle", "pool.json"], 4, "locate"),
    (&["base", "--handle", "odd.json"], 4, "locate makes it anew"),
    (&["base", "--handle", "twice.json"], 4, "stands there twice"),
    (&["base", "--handle", "handle.json", "--deadline", "0s"], 2, "longer than nothing"),
    (&["base", "--handle", "handle.json", "--image", "a/b:1"], 2, "--image"),
    (&["UPPER", "--handle", "handle.json"], 4, "lower-case letters"),
];

const SNAPSHOT_PREPARE: &[Misuse] = &[
    (&["base", "npm", "start"], 2, "comes last, after --"),
    (&["base", "--image", "a b"], 4, "spec.image"),
    (&["base", "--vcpu", "-1"], 2, "whole number"),
    (&["base", "--vcpu", "0"], 4, "vcpu is 0"),
    (&["base", "--memory-mb", "4GB"], 2, "whole number"),
    (&["base", "--session", "s"], 2, "a snapshot is of no session"),
    (&["base", "--env", "A=b"], 2, "--env"),
    (&["base", "--spec", "twice.json"], 4, "`env.A` stands there twice"),
    (&["base", "--spec", "list.json"], 4, "has to be an object"),
    (&["base", "--deadline", "-1s"], 2, "45s"),
];

const SNAPSHOT_LIST: &[Misuse] = &[
    (&["base"], 2, "every value has an option"),
    (&["--limit", "5"], 2, "--limit"),
    (&["--pool-id", ""], 4, "pool's id"),
];

const SNAPSHOT: &[Misuse] = &[
    (&["frobnicate"], 2, "there are capture, prepare, list, get, activate, delete"),
    (&["create", "base"], 2, "'capture', 'prepare'"),
    (&["ls"], 2, "'list'"),
    (&["base"], 2, "there are capture, prepare"),
    (&["get"], 2, "NAME"),
    (&["delete"], 2, "NAME"),
    (&["activate"], 2, "NAME"),
    (&["capture"], 2, "NAME"),
    (&["capture", "base"], 2, "--handle"),
    (&["capture", "base", "--handle", "no-such.json"], 4, "no-such.json"),
    (&["capture", "base", "--handle", "other.json"], 4, "e2b"),
    (&["prepare"], 2, "NAME"),
    (&["prepare", "base", "--vcpu", "x"], 2, "--vcpu"),
    (&["prepare", "base", "--spec", "no-such.json"], 4, "no-such.json"),
];

/// What goes wrong with a handle, for commands that need more than one.
fn on_handle_with(more: &[&'static str]) -> Vec<Misuse> {
    let shown = |arguments: &[&str]| matches!(arguments, [_, _, ..]) && !arguments.contains(&"--session");
    let with = |(arguments, code, word): &Misuse| {
        let arguments: &'static [&'static str] = Box::leak([arguments, more].concat().into_boxed_slice());
        (arguments, *code, *word)
    };
    ON_HANDLE.iter().filter(|(arguments, ..)| shown(arguments)).map(with).collect()
}

/// What goes wrong with a pool, where nothing about a session or a handle is asked.
fn on_pool_of_snapshots() -> Vec<Misuse> {
    let fits = |arguments: &[&str]| !["everything", "--session"].contains(&arguments[0]);
    ON_POOL.iter().filter(|(arguments, ..)| fits(arguments)).copied().collect()
}

/// Each command, with what goes wrong with it.
fn misuses() -> Vec<(&'static str, Vec<Misuse>)> {
    let mut all: Vec<_> = [
        ("demo", DEMO),
        ("describe", DESCRIBE),
        ("check", CHECK),
        ("provision", PROVISION),
        ("locate", LOCATE),
        ("list", LIST),
        ("reconcile", RECONCILE),
        ("serve", SERVE),
    ]
    .into_iter()
    .map(|(verb, own)| (verb, own.to_vec()))
    .collect();
    for verb in ["status", "watch", "stop", "start", "archive", "keep-alive", "terminate"] {
        let own = if verb == "watch" { WATCH } else { &[] };
        all.push((verb, [ON_HANDLE, own].concat()));
    }
    // It needs its time as well, so what is wrong with the handle shows only beside one.
    let on_handle = ON_HANDLE.iter().map(|(arguments, code, word)| {
        let arguments: &'static [&'static str] =
            Box::leak([arguments, &["--for", "2h"][..]].concat().into_boxed_slice());
        // A handle that has no value takes the next word for it.
        let has_value = !arguments.starts_with(&["--handle", "--for"]);
        has_value.then_some((arguments, *code, *word))
    });
    all.push(("doctor", [ON_POOL, DOCTOR].concat()));
    all.push(("health", [ON_POOL, CONFIGURATION].concat()));
    all.push(("capacity", [ON_POOL, CONFIGURATION].concat()));
    all.push(("explain", EXPLAIN.to_vec()));
    all.push(("logs", [ON_HANDLE, LOGS].concat()));
    all.push(("exec", [&on_handle_with(&["--", "true"])[..], PROGRAM, EXEC].concat()));
    all.push(("launch", [&on_handle_with(&["--", "true"])[..], PROGRAM, LAUNCH].concat()));
    all.push(("kill", [&on_handle_with(&["--id", "p"])[..], KILL].concat()));
    all.push(("snapshot", SNAPSHOT.to_vec()));
    all.push(("snapshot capture", SNAPSHOT_CAPTURE.to_vec()));
    all.push(("snapshot list", [&on_pool_of_snapshots()[..], SNAPSHOT_LIST].concat()));
    for (verb, own) in [
        ("snapshot prepare", SNAPSHOT_PREPARE),
        ("snapshot get", &[(&["nobody"], 7, "snapshot list")]),
        ("snapshot activate", &[(&["nobody"], 7, "Make it by")]),
        ("snapshot delete", &[]),
    ] {
        let is_prepare = verb == "snapshot prepare";
        let common = NAMED.iter().filter(|(arguments, ..)| !is_prepare || arguments != &["base", "other"]).copied();
        let names = NAMES.iter().map(|name| (std::slice::from_ref(name), 4, "lower-case letters"));
        all.push((verb, common.chain(names).chain(own.iter().copied()).collect()));
    }
    all.push(("extend", on_handle.flatten().chain(EXTEND.iter().copied()).collect()));
    all
}

/// Files that are not what somebody takes them for.
fn files(stage: &Stage) {
    stage.write("other.json", json!({ "providerId": "e2b", "externalId": "x", "metadata": {} }).to_string());
    stage.write("odd.json", json!({ "providerId": "daytona", "externalId": "../x", "metadata": {} }).to_string());
    stage.write("twice.json", r#"{"sessionId":"t","env":{"A":"1","A":"2"},"metadata":{"a":"1","a":"2"}}"#);
    stage.write("record.json", r#"{"id":"p","config":{},"config":{}}"#);
    stage.write("empty.json", "\n");
    stage.write("list.json", "[1]");
    stage.write("broken.json", "{image: 1}");
    stage.write("wrong.json", r#"{"diskGB":0}"#);
    stage.write("key.json", json!({ "secret": stage.fake.key() }).to_string());
}

/// A command for people, or for machines.
fn run(stage: &Stage, verb: &str, arguments: &[&str], more: &[&str]) -> Run {
    let takes_pool = !["demo", "check", "serve"].contains(&verb) && !arguments.contains(&"--pool");
    let pool: &[&str] = if takes_pool { &["--pool", "pool.json"] } else { &[] };
    let words: Vec<&str> = verb.split(' ').collect();
    stage.finish_with_input(stage.command(&[&words, more, pool, arguments].concat()), b"")
}

#[test]
fn what_is_typed_wrongly_is_answered_with_what_is_wrong_and_what_to_do() {
    let stage = Stage::new();
    stage.provisioned("s");
    files(&stage);
    let alive = || {
        let sandboxes = stage.fake.alive().into_iter();
        sandboxes.map(|found| (found.id, found.desired_state, found.labels)).collect::<Vec<_>>()
    };
    let before = alive();
    let mut verbs = Vec::new();
    for (verb, misuses) in misuses() {
        assert!(misuses.len() >= 10, "{verb} has {} misuses only", misuses.len());
        verbs.push(verb);
        for (arguments, code, word) in misuses {
            let text = run(&stage, verb, arguments, &[]);
            let told = format!("{}{}", text.out, text.err).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.code == code && told.contains(word), "{verb} {arguments:?} {word}: {text:?}");
            let is_usage = told.contains("Usage:") || told.contains("try '--help'");
            assert!(is_usage || told.contains(" remedy "), "{verb} {arguments:?} has no remedy: {text:?}");
            // For machines it is one JSON value, and says the same.
            let json = run(&stage, verb, arguments, &["--json"]);
            assert_eq!(json.code, code, "{verb} {arguments:?}: {json:?}");
            if let Some(findings) = json.value()["findings"].as_array() {
                assert!(
                    !findings.is_empty() && findings.iter().all(|finding| finding["remedy"].is_string()),
                    "{json:?}"
                );
                continue;
            }
            let error = json.error();
            assert!(!error.message().is_empty() && !error.remedy().is_empty(), "{verb} {arguments:?}: {json:?}");
        }
    }
    // Each command that there is.
    for (command, _) in commands(&stage) {
        assert!(verbs.contains(&command.as_str()), "{command} has no misuses: {verbs:?}");
    }
    assert_eq!(alive(), before, "something was done");
}

#[test]
fn what_is_no_command_is_answered_with_those_that_there_are() {
    let stage = Stage::new();
    for (arguments, word) in
        [(&["provison", "--session", "s"][..], "provision"), (&[], "Usage"), (&["--json"], "Usage")]
    {
        let run = stage.finish(stage.command(arguments));
        assert!(run.code == 2 && format!("{}{}", run.out, run.err).contains(word), "{arguments:?}: {run:?}");
    }
}

#[test]
fn several_problems_are_told_once_to_people_and_one_by_one_to_programs() {
    let stage = Stage::new();
    let pool = stage.pool(json!({}));
    let pool = pool.to_str().expect("a path of text");
    let wrong = ["provision", "--pool", pool, "--session", "s", "--vcpu", "0", "--timeout-sec", "0"];
    let run = stage.run(&wrong);
    assert_eq!(run.err.matches("spec.resources.timeout-sec").count(), 1, "{run:?}");
    let error = stage.json(&wrong).error();
    assert_eq!(error.detail("problems"), "2", "{error:?}");
    assert_eq!(error.detail("path-2"), "spec.resources.timeout-sec", "{error:?}");
    assert!(error.detail("problem-2").contains("is 0"), "{error:?}");
}
