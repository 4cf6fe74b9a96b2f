//! The context of a call: what a message says of it, and what the operator's pool adds.
//!
//! Of a pool, a message names the id only. Its configuration and its key come from the environment: whoever may set the URL of
//! the API, or anything else that decides whom a call reaches, receives the operator's key.

use sandbox_contract::input::plain_name;
use sandbox_contract::rpc::{NEVER_REPEAT, RpcError};
use sandbox_contract::types::{Context, Pairs};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::refusal;
use crate::settings::Settings;
use crate::token::Token;

/// Members of a context that come from the environment and never from a message.
const OF_OPERATOR: [&str; 2] = ["config", "credential"];

/// Keys of a context's extensions that a message may set: none of them changes whom a call reaches.
const EXTENSIONS: [&str; 2] = ["observe", "max-requests"];

/// What a message says of a context.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Named {
    pool_id: String,
    #[serde(default)]
    organization_id: Option<String>,
    #[serde(default)]
    deadline_ms: Option<u32>,
    #[serde(default)]
    extensions: Pairs,
}

/// Refuses parameters whose context has what is the operator's to say. They are taken out where they are null.
pub fn without_operators(params: &mut Value) -> Result<(), RpcError> {
    let Some(context) = params.get_mut("context").and_then(Value::as_object_mut) else { return Ok(()) };
    for member in OF_OPERATOR {
        if context.remove(member).is_some_and(|value| !value.is_null()) {
            let path = format!("context.{member}");
            return Err(not_yours(
                &path,
                "a message names a pool by its id; its configuration and its key come from the gateway's environment",
            ));
        }
    }
    Ok(())
}

fn not_yours(path: &str, why: &str) -> RpcError {
    RpcError::invalid_params(format!("`{path}` is not for a message to say: {why}")).with_data(json!({ "path": path }))
}

/// The context of a call that the holder of a token makes.
pub fn of(named: Named, settings: &Settings, token: &Token) -> Result<Context, RpcError> {
    let Named { pool_id, organization_id, deadline_ms, extensions } = named;
    let other = extensions.iter().map(|(name, _)| name).find(|name| !EXTENSIONS.contains(name));
    if let Some(name) = other {
        let path = format!("context.extensions.{}", plain_name(name));
        return Err(not_yours(&path, "of the extensions of a context, `observe` and `max-requests` are"));
    }
    // One that exists for others only is told in the same words, so that nobody learns which there are.
    let Some(pool) = settings.pools.get(&pool_id).filter(|_| token.may_name(&pool_id)) else {
        return Err(refusal("unknown-pool", "there is no such pool for this token", NEVER_REPEAT)
            .with_data(json!({ "code": "unknown-pool", "message": "there is no such pool for this token", "path": "context.poolId" })));
    };
    let pool = pool.as_ref().map_err(|problem| {
        let message = format!("the gateway's environment has to be corrected for this pool: {problem}");
        refusal("invalid-config", &message, NEVER_REPEAT)
    })?;
    let organization_id = match (&pool.organization_id, organization_id) {
        (Some(operators), Some(named)) if *operators != named => {
            return Err(not_yours("context.organizationId", "the pool belongs to another organization"));
        }
        (Some(operators), _) => Some(operators.clone()),
        (None, named) => named,
    };
    Ok(Context {
        organization_id,
        pool_id,
        config: pool.config.clone(),
        credential: Some(pool.credential.clone()),
        deadline_ms,
        extensions,
    })
}
