//! Cases with one expectation changed, to see that the judge notices each.

use serde_json::{Value, json};

use crate::data::{Case, Expect};

/// Every case that differs from this one in one expectation, with what was changed.
pub fn mutants(case: &Case) -> Vec<(String, Case)> {
    let mut made = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        let mut push = |what: String, change: &dyn Fn(&mut crate::data::Step)| {
            let mut mutant = case.clone();
            change(&mut mutant.steps[number]);
            made.push((format!("step {}: {what}", number + 1), mutant));
        };
        let Expect { result, error, answer, took_ms } = &step.expect;
        if *answer {
            push("a result of its own".to_owned(), &|step| {
                step.expect = Expect { result: Some(json!("~")), ..Expect::default() }
            });
        }
        for (path, value) in result.iter().flat_map(|value| changed("result", value)) {
            push(path, &|step| step.expect.result = Some(value.clone()));
        }
        for (path, value) in error.iter().flat_map(|value| changed("error", value)) {
            push(path, &|step| step.expect.error = Some(value.clone()));
        }
        for (path, value) in took_ms.iter().flat_map(|value| changed("tookMs", value)) {
            push(path, &|step| step.expect.took_ms = Some(value.clone()));
        }
        if result.is_some() || error.is_some() {
            push("an error for a result, or a result for an error".to_owned(), &|step| {
                let Expect { result, error, .. } = &mut step.expect;
                std::mem::swap(result, error);
            });
        }
        for (index, request) in step.requests.iter().enumerate() {
            let at = format!("request {}", index + 1);
            push(format!("{at} left out"), &|step| {
                let removed = step.requests.remove(index);
                // Without this, any number of requests would still be taken at the end.
                if removed.at_least == Some(0) {
                    step.requests.push(crate::data::Arrival { at_least: Some(usize::MAX), ..removed });
                }
            });
            // What is asked of requests that need not come is a prohibition, and nothing here breaks it.
            if request.at_least == Some(0) {
                continue;
            }
            for (name, expected) in [
                ("method", &request.method),
                ("target", &request.target),
                ("body", &request.body),
                ("json", &request.json),
            ] {
                for (path, value) in expected.iter().flat_map(|value| changed(&format!("{at} {name}"), value)) {
                    push(path, &|step| {
                        let request = &mut step.requests[index];
                        let field = match name {
                            "method" => &mut request.method,
                            "target" => &mut request.target,
                            "body" => &mut request.body,
                            _ => &mut request.json,
                        };
                        *field = Some(value.clone());
                    });
                }
            }
            for (header, expected) in &request.headers {
                for (path, value) in changed(&format!("{at} header {header}"), expected) {
                    push(path, &|step| {
                        step.requests[index].headers.insert(header.clone(), value.clone());
                    });
                }
            }
        }
    }
    made
}

/// Every expectation that differs from this one in one place.
fn changed(path: &str, expected: &Value) -> Vec<(String, Value)> {
    let other = |value: Value| vec![(path.to_owned(), value)];
    match expected {
        Value::Null => other(json!("~")),
        Value::Bool(value) => other(json!(!value)),
        Value::Number(number) => other(json!(number.as_f64().unwrap_or_default() + 1.0)),
        Value::String(text) => other(json!(format!("{text}~"))),
        Value::Array(items) if items.is_empty() => other(json!(["~"])),
        Value::Array(items) => {
            let one = |(index, item)| {
                let within = changed(&format!("{path}[{index}]"), item);
                within.into_iter().map(move |(path, value)| {
                    let mut items = items.clone();
                    items[index] = value;
                    (path, Value::Array(items))
                })
            };
            items.iter().enumerate().flat_map(one).collect()
        }
        Value::Object(members) => match members.iter().next() {
            None => other(json!("~")),
            Some((operator, operand)) if members.len() == 1 && operator.starts_with('$') => {
                operation(path, operator, operand)
            }
            Some(_) => {
                let one = |(name, member): (&String, &Value)| {
                    let name = name.clone();
                    let within = changed(&format!("{path}.{name}"), member);
                    within.into_iter().map(move |(path, value)| {
                        let mut members = members.clone();
                        members.insert(name.clone(), value);
                        (path, Value::Object(members))
                    })
                };
                members.iter().flat_map(one).collect()
            }
        },
    }
}

fn operation(path: &str, operator: &str, operand: &Value) -> Vec<(String, Value)> {
    let path = format!("{path} {operator}");
    let with = |operand: Value| vec![(path.clone(), json!({ operator: operand }))];
    match operator {
        // What takes many values is changed to take another one.
        "$some" | "$oneOf" => vec![(path, json!("~"))],
        "$lacks" => vec![(path, json!({ "$contains": operand }))],
        "$atLeast" => with(json!(u64::MAX)),
        "$atMost" => with(json!(-1)),
        "$includes" => with(json!("~")),
        "$excludes" => vec![(path, json!({ "$includes": operand }))],
        _ => changed(&path, operand).into_iter().map(|(path, value)| (path, json!({ operator: value }))).collect(),
    }
}
