//! Every method that there is, with a value for each of its parameters, made of the schema that the program prints: one that is
//! new is there by itself.

use serde_json::{Map, Value, json};

use crate::client::Stage;

/// The name of a method, and all parameters that it can have: about this sandbox, and otherwise such that it works. What ends
/// the sandbox comes last.
pub fn methods(stage: &Stage, handle: &Value) -> Vec<(String, Value)> {
    let schema = schema(stage, "serve");
    let configuration = configuration(stage);
    let mut methods = Vec::new();
    for request in schema["$defs"]["request"]["oneOf"].as_array().unwrap() {
        let name = &request["properties"]["method"];
        let name = name["enum"].get(0).unwrap_or(&name["const"]).as_str().unwrap();
        let params = &request["properties"]["params"];
        for mut params in without_alternatives(example(&schema, params), params) {
            let known = [("context", &context(stage)), ("handle", handle), ("config", &configuration)];
            for (name, right) in known {
                if let Some(value) = params.get_mut(name) {
                    *value = right.clone();
                }
            }
            methods.push((name.to_owned(), params.clone()));
            if name == "preflight" {
                // What is wrong with a configuration is told here as well, and the key is known.
                params["context"]["config"] = configuration.clone();
                methods.push((name.to_owned(), params));
            }
        }
    }
    assert!(methods.len() > 35, "only {methods:?}");
    methods.sort_by_key(|(name, _)| ["stop", "archive", "terminate"].contains(&name.as_str()));
    methods
}

/// The schema that a command prints.
fn schema(stage: &Stage, command: &str) -> Value {
    let output = stage.program(&[command, "--schema"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A pool's configuration with every key that there is.
fn configuration(stage: &Stage) -> Value {
    let schema = schema(stage, "describe");
    let known = schema["properties"].as_object().unwrap().iter();
    known.map(|(name, of)| (name.clone(), of.get("default").cloned().unwrap_or_else(|| example(&schema, of)))).collect()
}

/// A value for a member that not every value is right for.
fn right(name: &str) -> Option<Value> {
    Some(match name {
        "image" => json!("ubuntu:24.04"),
        "region" => json!("us"),
        "vCpu" => json!(1),
        "memoryMb" | "diskMb" => json!(1_024),
        // There are none of either.
        "gpu" | "extensions" => Value::Null,
        "workingDirectory" => json!("/tmp"),
        "knownAsOf" => json!("2026-11-23T12:00:00Z"),
        _ => return None,
    })
}

/// Where only one of several members may be there: once with each.
fn without_alternatives(whole: Value, schema: &Value) -> Vec<Value> {
    let Some(alternatives) = schema["oneOf"].as_array() else { return vec![whole] };
    let names: Vec<&str> = alternatives.iter().map(|one| one["required"][0].as_str().unwrap()).collect();
    let with_only = |name: &str| {
        let mut params = whole.clone();
        params.as_object_mut().unwrap().retain(|member, _| member == name || !names.contains(&member.as_str()));
        params
    };
    names.iter().map(|name| with_only(name)).collect()
}

/// A value that fits a schema, with everything in it that there can be.
fn example(schema: &Value, of: &Value) -> Value {
    if let Some(name) = of["$ref"].as_str() {
        return example(schema, &schema["$defs"][name.trim_start_matches("#/$defs/")]);
    }
    if let Some(first) = of["oneOf"].get(0).or_else(|| of["anyOf"].get(0)).filter(|_| of["properties"].is_null()) {
        return example(schema, first);
    }
    if let Some(value) = of.get("const").or_else(|| of["enum"].get(0)) {
        return value.clone();
    }
    let kind = &of["type"];
    match kind.as_str().or_else(|| kind[0].as_str()) {
        Some("string") => json!("x"),
        Some("integer" | "number") => json!(60),
        Some("array") => json!([example(schema, &of["items"])]),
        Some("object") => {
            let known = of["properties"].as_object().into_iter().flatten();
            let mut object: Map<String, Value> =
                known.map(|(name, of)| (name.clone(), right(name).unwrap_or_else(|| example(schema, of)))).collect();
            if of["additionalProperties"].is_object() {
                object.insert("a".to_owned(), example(schema, &of["additionalProperties"]));
            }
            object.into()
        }
        _ => panic!("no value fits {of}"),
    }
}

/// A context of this Daytona, with everything in it that there can be.
pub fn context(stage: &Stage) -> Value {
    let mut context = stage.context();
    context["deadlineMs"] = json!(150);
    context["organizationId"] = json!("o");
    context["extensions"] = json!({ "observe": "true" });
    context["credential"]["organizationId"] = json!(stage.fake.organization_id());
    context["credential"]["apiUrl"] = json!(stage.url);
    context
}
