//! What the judge notices, beside what the mutated expectations of the whole suite show.

use serde_json::{Value, json};

use super::{compare, judge};
use crate::data::Case;
use crate::transcript::{Answer, Arrived, Seen, Transcript};

fn step(expect: Value, requests: Value) -> Value {
    json!({ "call": "provider.status", "arguments": {}, "replies": [], "expect": expect, "requests": requests })
}

fn case(steps: Vec<Value>) -> Case {
    let read = |step: Value| {
        let field = |name: &str| step[name].clone();
        crate::data::Step {
            call: "provider.status".to_owned(),
            arguments: serde_json::Map::new(),
            replies: Vec::new(),
            otherwise: None,
            save: field("save").as_str().map(str::to_owned),
            expect: serde_json::from_value(field("expect")).unwrap(),
            requests: serde_json::from_value(field("requests")).unwrap(),
        }
    };
    Case {
        name: "a-case".to_owned(),
        about: String::new(),
        group: String::new(),
        environment: serde_json::Map::new(),
        egress: None,
        secret: Some("s3cret".to_owned()),
        steps: steps.into_iter().map(read).collect(),
    }
}

fn seen(answer: Answer, targets: &[&str]) -> Seen {
    let request = |target: &&str| Arrived {
        method: "GET".to_owned(),
        target: (*target).to_owned(),
        headers: [("x-key".to_owned(), "s3cret".to_owned())].into(),
        body: String::new(),
    };
    Seen { answer, requests: targets.iter().map(request).collect(), took_ms: 100 }
}

fn transcript(steps: Vec<Seen>) -> Transcript {
    Transcript { case: "a-case".to_owned(), virtual_time: true, broken: None, steps }
}

fn error(more: Value) -> Answer {
    let mut error =
        json!({ "code": "timeout", "message": "m", "retryable": true, "maybeApplied": false, "details": {} });
    error.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Answer::Error(error)
}

#[test]
fn requests_are_counted_to_the_last() {
    let one = case(vec![step(json!({ "result": null }), json!([{ "target": "/a" }]))]);
    let at_least_one = case(vec![step(json!({ "result": null }), json!([{ "target": "/a", "atLeast": 1 }]))]);
    for (case, targets, fits) in [
        (&one, &["/a"][..], true),
        (&one, &[], false),
        (&one, &["/a", "/a"], false),
        (&one, &["/b"], false),
        (&at_least_one, &["/a", "/a", "/a"], true),
        (&at_least_one, &["/a", "/b"], false),
        (&at_least_one, &[], false),
    ] {
        let found = judge(case, &transcript(vec![seen(Answer::Result(Value::Null), targets)]));
        assert_eq!(found.is_empty(), fits, "{targets:?}: {found:?}");
    }
}

#[test]
fn a_result_of_an_earlier_step_is_what_a_later_one_expects() {
    let mut first = step(json!({ "result": { "id": "a" } }), json!([]));
    first["save"] = json!("x");
    let case = case(vec![first, step(json!({ "result": "is ${saved.x.id}" }), json!([]))]);
    let found = |last: &str| {
        let steps = vec![seen(Answer::Result(json!({ "id": "a" })), &[]), seen(Answer::Result(json!(last)), &[])];
        judge(&case, &transcript(steps))
    };
    assert_eq!(found("is a"), [""; 0]);
    assert_ne!(found("is b"), [""; 0]);
}

#[test]
fn what_no_answer_may_be_is_noticed_whatever_is_expected() {
    let anything = case(vec![step(json!({ "answer": true }), json!([]))]);
    for (answer, holds) in [
        (error(json!({})), true),
        (Answer::Result(json!({ "note": "the s3cret" })), false),
        (error(json!({ "details": { "url": "s3cret" } })), false),
        (error(json!({ "code": "other" })), false),
        (error(json!({ "message": " " })), false),
        (error(json!({ "maybeApplied": null })), false),
        (error(json!({ "retryable": false, "retryAfterMs": 5 })), false),
        (error(json!({ "httpStatus": 42 })), false),
        (Answer::Failed("a trap".to_owned()), false),
    ] {
        let found = judge(&anything, &transcript(vec![seen(answer.clone(), &[])]));
        assert_eq!(found.is_empty(), holds, "{answer:?}: {found:?}");
    }
    // In a header the key may be, and has to be; nowhere else.
    let request = case(vec![step(json!({ "answer": true }), json!([{}]))]);
    assert_eq!(judge(&request, &transcript(vec![seen(error(json!({})), &["/a"])])), [""; 0]);
    assert_ne!(judge(&request, &transcript(vec![seen(error(json!({})), &["/s3cret"])])), [""; 0]);
}

#[test]
fn real_time_may_be_later_and_never_earlier() {
    let expected = json!({ "answer": true, "tookMs": { "$all": [{ "$atLeast": 90 }, { "$atMost": 110 }] } });
    let case = case(vec![step(expected, json!([]))]);
    for (took_ms, virtual_time, holds) in
        [(100, true, true), (200, true, false), (2_000, false, true), (9_000, false, false), (50, false, false)]
    {
        let steps = vec![Seen { took_ms, ..seen(error(json!({})), &[]) }];
        let found = judge(&case, &Transcript { virtual_time, ..transcript(steps) });
        assert_eq!(found.is_empty(), holds, "{took_ms} ms: {found:?}");
    }
}

#[test]
fn two_hosts_agree_when_everything_but_words_and_timers_is_the_same() {
    let of = |answer: Answer, targets: &[&str]| transcript(vec![seen(answer, targets)]);
    let broken = |more: Value| {
        let mut error = json!({ "code": "unavailable", "details": { "rule": "connect" } });
        error.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        error
    };
    let report = |text: &str| {
        let finding = json!({ "severity": "error", "rule": "connect", "message": text });
        Answer::Result(json!({ "condition": "unhealthy", "reason": text, "findings": [finding] }))
    };
    for (one, other, agree) in [
        (of(error(json!({})), &["/a"]), of(error(json!({ "message": "other" })), &["/a", "/a"]), true),
        (of(error(json!({})), &[]), of(error(json!({ "details": { "rule": "x" } })), &[]), true),
        (of(error(json!({})), &[]), of(error(json!({ "retryable": false })), &[]), false),
        (of(error(broken(json!({}))), &[]), of(error(broken(json!({ "httpStatus": null }))), &[]), true),
        (of(error(broken(json!({}))), &[]), of(error(broken(json!({ "details": { "rule": "dns" } }))), &[]), false),
        (of(error(json!({})), &["/a"]), of(error(json!({})), &["/b"]), false),
        (of(report("a"), &[]), of(report("b"), &[]), true),
        (of(report("a"), &[]), of(Answer::Result(json!({ "condition": "unhealthy", "findings": [] })), &[]), false),
        (of(Answer::Result(json!(1)), &[]), of(Answer::Result(json!(2)), &[]), false),
    ] {
        let found = compare(&one, &other);
        assert_eq!(found.is_empty(), agree, "{found:?}");
    }
}
