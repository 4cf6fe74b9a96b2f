//! JSON Schema of every message, made from the types that the messages are read into and written from.

use sandbox_contract::rpc::{
    CANCELLED, HOST_BUSY, HOST_ERROR, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, NEVER_REPEAT, OUTCOME_UNKNOWN,
    PARSE_ERROR, PROVIDER_ERROR, REPEAT_LATER, SHUTTING_DOWN, SWAP_REFUSED,
};
use sandbox_host::re_exports::schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use sandbox_host::slot::Event;
use sandbox_host::{Function, FunctionSchema, ProviderError};
use serde_json::{Map, Value, json};

use super::own::{Cancel, Health, Initialize, Initialized, Nothing, Swap, Switched};

/// A method: its spellings, what it does, its parameters and its result.
struct Method {
    names: Vec<String>,
    about: &'static str,
    params: Value,
    result: Value,
}

/// The schema of all messages.
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut methods: Vec<Method> = FunctionSchema::all(&mut generator).into_iter().map(of_contract).collect();
    methods.extend(own(&mut generator));
    let event = generator.subschema_for::<Event>().to_value();
    let failure = generator.subschema_for::<ProviderError>().to_value();
    let mut definitions: Map<String, Value> = generator.take_definitions(true);
    let requests: Vec<Value> = methods.iter().map(request).collect();
    let mut results = Map::new();
    for method in methods {
        for name in method.names {
            // `health` is the server's, and with a context the pool's.
            let result = match results.remove(&name) {
                Some(other) => json!({ "anyOf": [other, method.result.clone()] }),
                None => method.result.clone(),
            };
            results.insert(name, result);
        }
    }
    definitions.insert("request".to_owned(), json!({ "oneOf": requests }));
    definitions
        .insert("results".to_owned(), json!({ "description": "By method.", "type": "object", "properties": results }));
    definitions.insert("answer".to_owned(), answer(&failure));
    definitions.insert("notification".to_owned(), notification(&event));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sandbox-host serve: JSON-RPC 2.0, one message per line",
        "description": "A request names one of the methods in `request`; `results` has what each returns.",
        "oneOf": [
            { "$ref": "#/$defs/request" },
            { "$ref": "#/$defs/answer" },
            { "$ref": "#/$defs/notification" },
        ],
        "$defs": definitions,
    })
}

fn of_contract(schema: FunctionSchema) -> Method {
    let function: Function = schema.function;
    let mut names = vec![function.rpc_name(), function.camel_name()];
    names.dedup();
    Method { names, about: function.summary(), params: schema.params.to_value(), result: schema.result.to_value() }
}

fn own(generator: &mut SchemaGenerator) -> Vec<Method> {
    fn method<P: JsonSchema, R: JsonSchema>(
        generator: &mut SchemaGenerator,
        name: &str,
        about: &'static str,
    ) -> Method {
        let params = P::json_schema(generator).to_value();
        Method { names: vec![name.to_owned()], about, params, result: generator.subschema_for::<R>().to_value() }
    }
    vec![
        method::<Initialize, Initialized>(
            generator,
            "initialize",
            "Agrees on a version of the protocol, before anything else.",
        ),
        method::<Swap, Switched>(generator, "swap", "Brings in another component."),
        method::<Nothing, Switched>(generator, "rollback", "Goes back to the version before the last swap."),
        method::<Nothing, Health>(generator, "health", "Tells how the server is."),
        method::<Nothing, ()>(generator, "events", "Tells events from now on, each as a notification `event`."),
        method::<Cancel, bool>(generator, "cancel", "Cancels a request of this client; whether it was running."),
        method::<Nothing, ()>(generator, "shutdown", "Ends the server; what runs is finished."),
    ]
}

fn request(method: &Method) -> Value {
    let name = match method.names.as_slice() {
        [name] => json!({ "const": name }),
        names => json!({ "enum": names }),
    };
    let has = |key: &str| method.params.get(key).and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    let is_optional = !has("required") && !has("oneOf");
    let mut params = method.params.clone();
    if let Some(params) = params.as_object_mut() {
        // Those of the type, which is none of a client's.
        params.remove("title");
        params.remove("description");
        if is_optional {
            params.insert("type".to_owned(), json!(["object", "null"]));
        }
    }
    let mut required = vec!["jsonrpc", "method"];
    required.extend((!is_optional).then_some("params"));
    json!({
        "description": method.about,
        "type": "object",
        "properties": {
            "jsonrpc": { "const": "2.0" },
            "id": { "description": "Absent in a notification, which is not answered.", "type": ["string", "number", "null"] },
            "method": name,
            "params": params,
        },
        "required": required,
    })
}

/// An answer has a result or an error.
fn answer(provider: &Value) -> Value {
    let codes = [
        PARSE_ERROR,
        INVALID_REQUEST,
        METHOD_NOT_FOUND,
        INVALID_PARAMS,
        PROVIDER_ERROR,
        HOST_ERROR,
        SWAP_REFUSED,
        SHUTTING_DOWN,
        NEVER_REPEAT,
        REPEAT_LATER,
        OUTCOME_UNKNOWN,
        HOST_BUSY,
        CANCELLED,
    ];
    json!({
        "type": "object",
        "properties": {
            "jsonrpc": { "const": "2.0" },
            "id": { "type": ["string", "number", "null"] },
            "result": {},
            "error": {
                "type": "object",
                "properties": {
                    "code": { "description": "More may come.", "type": "integer", "examples": codes },
                    "message": { "description": "For people.", "type": "string" },
                    "data": {
                        "description": "Of a failed call: the provider's error, or `code` and `message` of the host's, with `remedy` where there is one. Of wrong parameters: `path`.",
                        "anyOf": [
                            provider,
                            {
                                "type": "object",
                                "properties": {
                                    "code": { "type": "string" },
                                    "message": { "type": "string" },
                                    "remedy": { "type": "string" },
                                    "path": { "type": "string" },
                                },
                            },
                        ],
                    },
                },
                "required": ["code", "message"],
            },
        },
        "required": ["jsonrpc", "id"],
        "oneOf": [{ "required": ["result"] }, { "required": ["error"] }],
    })
}

/// What a client gets that asked for `events`.
fn notification(event: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "jsonrpc": { "const": "2.0" },
            "method": { "const": "event" },
            "params": {
                "description": "More kinds may come. `missed`: the client was slower than the events, and so many are lost.",
                "anyOf": [
                    event,
                    {
                        "type": "object",
                        "properties": {
                            "event": { "const": "missed" },
                            "events": { "type": "integer", "minimum": 0 },
                        },
                        "required": ["event", "events"],
                    },
                ],
            },
        },
        "required": ["jsonrpc", "method", "params"],
    })
}
