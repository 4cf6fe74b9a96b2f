//! Messages of JSON-RPC 2.0, those of `sandbox-host serve`, as far as they are about the contract.

use sandbox_contract::function::{Function, Scope};
use sandbox_contract::input::from_value;
use sandbox_contract::rpc::{
    FIRST_PROTOCOL, INVALID_REQUEST, Id, LAST_PROTOCOL, METHOD_NOT_FOUND, MOST_VALUES, Message, PARSE_ERROR, Parsed,
    Request, RpcError, answer,
};
use sandbox_contract::types::Context;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::context::{self, Named};
use crate::settings::Settings;
use crate::token::Token;

/// Bytes of one request's body.
pub const MOST_BYTES: usize = 1 << 20;

/// Messages of one batch. They are worked on one after the other.
pub const MOST_MESSAGES: usize = 32;

/// Methods of `sandbox-host serve` that are about the server itself. Over HTTP nobody may call them.
const OF_SERVER: [&str; 5] = ["swap", "rollback", "events", "cancel", "shutdown"];

/// The provider that the gateway is composed with.
pub trait Provider {
    /// Calls a function with the parameters of a message; `context` makes the context of what the message says of it.
    fn call(
        &self,
        function: Function,
        params: &Value,
        context: &dyn Fn(Named) -> Result<Context, RpcError>,
    ) -> Result<Value, RpcError>;
}

/// Who sends messages, and to what.
pub struct Peer<'g, P> {
    /// What the operator allows.
    pub settings: &'g Settings,
    /// Whose messages these are.
    pub token: &'g Token,
    /// What is called.
    pub provider: &'g P,
    /// The version of the protocol that is spoken until a message says otherwise.
    pub version: u32,
}

/// Parameters of `initialize`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Initialize {
    protocol_version: u32,
    #[serde(default)]
    client: Option<Client>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Client {
    name: String,
    version: String,
}

/// Parameters of methods that take none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<P: Provider> Peer<'_, P> {
    /// Answers a text with one message or a batch; none where nobody waits for an answer.
    pub fn answers(mut self, text: &[u8]) -> Option<String> {
        let refused = |code, text: &str| Some(answer(&Id::null(), Err(RpcError::new(code, text))));
        match Parsed::of(text, MOST_MESSAGES) {
            // The reader's words may quote what it read, and that may be a key.
            Parsed::No => refused(PARSE_ERROR, "the body is not JSON"),
            Parsed::TooMany => refused(INVALID_REQUEST, &format!("a batch may have {MOST_MESSAGES} messages")),
            Parsed::Batch(batch) if batch.is_empty() => refused(INVALID_REQUEST, "a batch has to have a message in it"),
            Parsed::Batch(batch) => {
                let answers: Vec<String> = batch.into_iter().filter_map(|message| self.message(message)).collect();
                (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
            }
            Parsed::Single(single) => self.message(*single),
        }
    }

    fn message(&mut self, message: Message) -> Option<String> {
        match message {
            Err((id, error)) => Some(answer(&id, Err(error))),
            Ok(Request { id, method, params }) => {
                let outcome = self.method(&method, params);
                id.map(|id| answer(&id, outcome.map_err(|error| error.in_protocol(self.version))))
            }
        }
    }

    fn method(&mut self, method: &str, mut params: Value) -> Result<Value, RpcError> {
        if method == "initialize" {
            return self.initialize(&params);
        }
        // The service's own `health` has no context, the pool's has one.
        if method == Function::Health.method() && params.get("context").is_none() {
            let Nothing {} = from_value(&params)?;
            return Ok(json!({ "status": "serving" }));
        }
        let Ok(function) = method.parse::<Function>() else {
            return Err(match OF_SERVER.contains(&method) {
                true => RpcError::new(METHOD_NOT_FOUND, format!("the method `{method}` is not offered over HTTP")),
                false => Request::unknown(method),
            });
        };
        if function.scope() != Scope::Local {
            context::without_operators(&mut params)?;
        }
        let (settings, token) = (self.settings, self.token);
        self.provider.call(function, &params, &|named| context::of(named, settings, token))
    }

    fn initialize(&mut self, params: &Value) -> Result<Value, RpcError> {
        let Initialize { protocol_version, client } = from_value(params)?;
        // For people who look at the messages.
        drop(client.map(|Client { name, version }| (name, version)));
        if protocol_version < FIRST_PROTOCOL {
            return Err(RpcError::invalid_params(format!(
                "`protocolVersion` has to be at least {FIRST_PROTOCOL}; the last one is {LAST_PROTOCOL}"
            )));
        }
        self.version = protocol_version.min(LAST_PROTOCOL);
        self.manifest()
    }

    /// What is served: the provider, its functions, and what a client may send.
    pub fn manifest(&self) -> Result<Value, RpcError> {
        let no_context = |_| Err(RpcError::invalid_params("there is no context"));
        let descriptor = self.provider.call(Function::Describe, &json!({}), &no_context)?;
        let functions: Vec<String> = Function::ALL.iter().map(|function| function.rpc_name()).collect();
        let pools: Vec<Value> =
            self.settings.pools.iter().filter(|(id, _)| self.token.may_name(id)).map(pool).collect();
        Ok(json!({
            "protocolVersion": self.version,
            "host": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
            "manifest": { "descriptor": descriptor, "functions": functions },
            "limits": { "messageBytes": MOST_BYTES, "messageValues": MOST_VALUES, "messagesAtOnce": MOST_MESSAGES },
            "pools": pools,
        }))
    }
}

/// A pool as its users see it.
fn pool((id, pool): (&String, &Result<crate::settings::Pool, String>)) -> Value {
    match pool {
        Ok(_) => json!({ "id": id }),
        Err(problem) => json!({ "id": id, "problem": problem }),
    }
}
