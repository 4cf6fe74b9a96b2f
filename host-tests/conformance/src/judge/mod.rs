//! Whether what a runner saw is what a case expects, and whether all hosts saw the same.

mod invariants;
mod matcher;
pub mod mutate;
#[cfg(test)]
mod tests;

use std::convert::Infallible;

use serde_json::{Map, Value, json};

use crate::data::{Arrival, Case, Expect, Step, plain, replace, whole};
use crate::transcript::{Answer, Arrived, Seen, Transcript};

pub use matcher::{differences, shown};

/// Milliseconds by which a call in real time may be later than exact: the machine may be busy.
const REAL_TIME_SLACK_MS: u64 = 5_000;

/// Times between the real one and the earliest that are tried.
const SLACK_STEPS: u64 = 500;

/// What an error has for people, what it has from the host's own network, which hosts word differently, and how far a
/// look-up after the failure came, which is a matter of time.
const NOT_COMPARED: [&str; 3] = ["message", "network", "look-up"];

/// Everything that is wrong with a transcript of a case, for people; nothing when it is as expected.
pub fn judge(case: &Case, transcript: &Transcript) -> Vec<String> {
    if let Some(broken) = &transcript.broken {
        return vec![format!("it could not be run: {broken}")];
    }
    if case.steps.len() != transcript.steps.len() {
        return vec![format!("{} steps were run, and it has {}", transcript.steps.len(), case.steps.len())];
    }
    let mut saved = Map::new();
    let mut found = Vec::new();
    for (number, (step, seen)) in case.steps.iter().zip(&transcript.steps).enumerate() {
        let mut problems = invariants::broken(case.secret.as_deref(), seen);
        problems.extend(of_answer(&step.expect, seen, &saved));
        problems.extend(of_time(&step.expect, seen, transcript.virtual_time));
        problems.extend(of_requests(step, &seen.requests, &saved));
        found.extend(problems.into_iter().map(|problem| format!("step {} ({}): {problem}", number + 1, step.call)));
        if let (Some(name), Answer::Result(value)) = (&step.save, &seen.answer) {
            saved.insert(name.clone(), value.clone());
        }
    }
    found
}

/// Ways in which two hosts answered the same case differently.
pub fn compare(one: &Transcript, other: &Transcript) -> Vec<String> {
    let mut found = Vec::new();
    for (number, (one, other)) in one.steps.iter().zip(&other.steps).enumerate() {
        let (a, b) = (comparable(&one.answer), comparable(&other.answer));
        if a != b {
            found.push(format!("step {}: {} here, {} there", number + 1, shown(&a), shown(&b)));
        }
        let lines = |seen: &Seen| {
            let line = |request: &Arrived| format!("{} {} {}", request.method, request.target, request.body);
            let mut lines: Vec<_> = seen.requests.iter().map(line).collect();
            // How many attempts fit into a deadline is a matter of time.
            lines.dedup();
            lines
        };
        let (a, b) = (json!(lines(one)), json!(lines(other)));
        if a != b {
            found.push(format!("step {}: the requests {} here, {} there", number + 1, shown(&a), shown(&b)));
        }
    }
    found
}

/// An answer without what may differ between hosts.
fn comparable(answer: &Answer) -> Value {
    let mut value = without_nulls(&json!(answer));
    if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
        error.retain(|name, _| !NOT_COMPARED.contains(&name.as_str()));
        if error.get("code").is_some_and(|code| code == "timeout") {
            // Which of several timers was first, the provider's or one of the host's, is a matter of chance.
            error.remove("details");
        }
        if let Some(details) = error.get_mut("details").and_then(Value::as_object_mut) {
            details.retain(|name, _| !NOT_COMPARED.contains(&name.as_str()));
        }
    }
    if let Some(result) = value.get_mut("result") {
        without_texts(result);
    }
    value
}

/// Takes out of a result what is for people and may repeat the host's own words: a finding's message, and a report's reason for
/// its condition.
fn without_texts(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.contains_key("severity") {
                members.remove("message");
            }
            if members.contains_key("condition") {
                members.remove("reason");
            }
            members.values_mut().for_each(without_texts);
        }
        Value::Array(items) => items.iter_mut().for_each(without_texts),
        _ => {}
    }
}

/// A value without members that are `null`: hosts differ in whether they write them.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

fn of_answer(expect: &Expect, seen: &Seen, saved: &Map<String, Value>) -> Vec<String> {
    match (&seen.answer, &expect.result, &expect.error) {
        (Answer::Failed(why), ..) => vec![format!("there is no answer: {why}")],
        (Answer::Result(value), Some(expected), _) => differences(&with_saved(expected, saved), value),
        (Answer::Error(error), _, Some(expected)) => differences(&with_saved(expected, saved), error),
        (Answer::Result(value), None, Some(_)) => vec![format!("it fails, but it succeeds with {}", shown(value))],
        (Answer::Error(error), Some(_), None) => vec![format!("it succeeds, but it fails with {}", shown(error))],
        _ => Vec::new(),
    }
}

fn of_time(expect: &Expect, seen: &Seen, virtual_time: bool) -> Vec<String> {
    let Some(expected) = &expect.took_ms else { return Vec::new() };
    let exact = json!(seen.took_ms);
    let found = differences(expected, &exact);
    if found.is_empty() || virtual_time {
        return found.into_iter().map(|problem| format!("the time that it took: {problem}")).collect();
    }
    // As if it had been as much faster as a busy machine may have made it slower.
    let faster = (1..=SLACK_STEPS).map(|step| seen.took_ms.saturating_sub(step * REAL_TIME_SLACK_MS / SLACK_STEPS));
    let mut faster = faster;
    match faster.any(|took_ms| differences(expected, &json!(took_ms)).is_empty()) {
        true => Vec::new(),
        false => found,
    }
}

fn of_requests(step: &Step, arrived: &[Arrived], saved: &Map<String, Value>) -> Vec<String> {
    // An `otherwise` is described by the last entry, for as many as there are.
    let (fixed, open) = match step.requests.split_last() {
        Some((last, fixed)) if last.at_least.is_some() => (fixed, Some(last)),
        _ => (&step.requests[..], None),
    };
    let lines = || {
        let lines: Vec<_> = arrived.iter().map(|request| format!("{} {}", request.method, request.target)).collect();
        lines.join(", ")
    };
    let beyond = arrived.len().checked_sub(fixed.len());
    let fits = match (beyond, open.and_then(|open| open.at_least)) {
        (None, _) => false,
        (Some(beyond), Some(least)) => beyond >= least,
        (Some(beyond), None) => beyond == 0,
    };
    if !fits {
        let more =
            open.and_then(|open| open.at_least).map_or(String::new(), |least| format!(" and at least {least} more"));
        return vec![format!("{}{more} requests are expected, and {} came: {}", fixed.len(), arrived.len(), lines())];
    }
    let expected = fixed.iter().chain(open.into_iter().cycle());
    let mut found = Vec::new();
    for (number, (expected, request)) in expected.zip(arrived).enumerate() {
        for problem in of_request(expected, request, saved) {
            found.push(format!("request {}, {} {}: {problem}", number + 1, request.method, request.target));
        }
    }
    found
}

fn of_request(expected: &Arrival, request: &Arrived, saved: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    let mut hold = |what: &str, expected: &Value, seen: &Value| {
        let differences = differences(&with_saved(expected, saved), seen);
        found.extend(differences.into_iter().map(|problem| format!("{what} {problem}")));
    };
    for (what, expected, seen) in [
        ("method", &expected.method, &request.method),
        ("target", &expected.target, &request.target),
        ("body", &expected.body, &request.body),
    ] {
        if let Some(expected) = expected {
            hold(what, expected, &json!(seen));
        }
    }
    for (name, expected) in &expected.headers {
        hold(&format!("header {name}"), expected, &json!(request.headers.get(name)));
    }
    if let Some(expected) = &expected.json {
        match serde_json::from_str(&request.body) {
            Ok(body) => hold("body", expected, &body),
            Err(error) => found.push(format!("body: it is no JSON: {error}")),
        }
    }
    found
}

/// An expectation with the results of earlier steps in it.
fn with_saved(expected: &Value, saved: &Map<String, Value>) -> Value {
    if saved.is_empty() {
        return expected.clone();
    }
    match expected {
        Value::String(text) => saved_text(text, saved),
        Value::Array(items) => Value::Array(items.iter().map(|item| with_saved(item, saved)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), with_saved(value, saved))).collect())
        }
        other => other.clone(),
    }
}

/// A text with the results of earlier steps in it; a text that is nothing but one is that value.
pub fn saved_text(text: &str, saved: &Map<String, Value>) -> Value {
    if let Some(value) = whole(text).and_then(|name| saved_value(name, saved)) {
        return value.clone();
    }
    let Ok(made) = replace(text, |name| Ok::<_, Infallible>(saved_value(name, saved).and_then(plain)));
    Value::String(made)
}

/// What `saved.name.member` stands for.
fn saved_value<'v>(name: &str, saved: &'v Map<String, Value>) -> Option<&'v Value> {
    let mut words = name.strip_prefix("saved.")?.split('.');
    let first = saved.get(words.next()?)?;
    words.try_fold(first, |value, word| value.get(word))
}
