//! The contract's functions.

use crate::FAULTY;
use crate::contract::provider::Guest;
use crate::contract::types::{
    Context, Declaration, Descriptor, Error, ErrorCode, Finding, Handle, Phase, Severity, Spec, State, Status,
    Termination,
};
use crate::contract::wasi::http::types::Method;
use crate::pebble::{Reply, ask, name, origin};
use crate::values::{capabilities, error};

const ID: &str = "pebble";

struct Component;

impl Guest for Component {
    fn describe() -> Descriptor {
        Descriptor {
            id: ID.to_owned(),
            display_name: "Pebble".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            capabilities: capabilities(vec!["*".to_owned()]),
            provides: Self::provides(None),
            config_schema: r#"{"type":"object","properties":{"url":{"type":"string"}}}"#.to_owned(),
            extensions: Vec::new(),
        }
    }

    fn check_config(config: String) -> Vec<Finding> {
        let [rule, path] = ["configuration", "$"].map(str::to_owned);
        let remedy = Some(r#"Write {"url": "https://api.pebble.example"}."#.to_owned());
        let finding = |Error { message, .. }| Finding { severity: Severity::Error, rule, path, message, remedy };
        origin(&config).err().map(finding).into_iter().collect()
    }

    fn provides(runtime_provides: Option<Declaration>) -> Declaration {
        let own = Declaration { runtime_kinds: vec!["npm".to_owned()], requirement_kinds: vec!["git".to_owned()] };
        let mut all = runtime_provides.unwrap_or_else(|| own.clone());
        // FAULTY 4: an override is added to what the class provides.
        all.requirement_kinds.extend(own.requirement_kinds.into_iter().filter(|_| FAULTY));
        all
    }

    fn unmet(demand: Declaration, runtime_provides: Option<Declaration>) -> Vec<String> {
        let offered = runtime_provides.unwrap_or_else(|| Self::provides(None));
        let mut unmet: Vec<String> = Vec::new();
        for (wanted, offered) in
            [(demand.runtime_kinds, offered.runtime_kinds), (demand.requirement_kinds, offered.requirement_kinds)]
        {
            for kind in wanted.into_iter().filter(|kind| !offered.contains(kind)) {
                if !unmet.contains(&kind) {
                    unmet.push(kind);
                }
            }
        }
        unmet
    }

    fn origins(context: Context, _: Option<Handle>) -> Result<Vec<String>, Error> {
        origin(&context.config).map(|origin| vec![origin])
    }

    fn provision(context: Context, spec: Spec) -> Result<Handle, Error> {
        let name = name(&context, &spec.session_id)?;
        // FAULTY 5: another box with each call.
        let reply = ask(&context, &Method::Put, if FAULTY { "new" } else { &name });
        let uncertain = |error: Error| Error {
            maybe_applied: matches!(error.code, ErrorCode::Timeout | ErrorCode::Unavailable | ErrorCode::Protocol),
            ..error
        };
        reply
            .and_then(|reply| if matches!(reply.0, 200 | 201) { handle(&reply) } else { Err(unexpected(&reply)) })
            .map_err(uncertain)
    }

    fn locate(context: Context, session_id: String) -> Result<Option<Handle>, Error> {
        match ask(&context, &Method::Get, &name(&context, &session_id)?)? {
            reply if reply.0 == 200 => handle(&reply).map(Some),
            reply if is_gone(&reply) => Ok(None),
            reply => Err(unexpected(&reply)),
        }
    }

    fn status(context: Context, handle: Handle) -> Result<State, Error> {
        let reply = ask(&context, &Method::Get, named(&handle)?)?;
        let provider_state = reply.1["phase"].as_str().unwrap_or_default().to_owned();
        let (status, phase) = match (reply.0, provider_state.as_str()) {
            _ if is_gone(&reply) => (Status::Terminated, Phase::Destroyed),
            (200, "booting") => (Status::Provisioning, Phase::Starting),
            (200, "up") => (Status::Running, Phase::Running),
            (200, "broken") => (Status::Failed, Phase::Failed),
            (200, "ending") => (Status::Terminated, Phase::Terminating),
            _ => return Err(unexpected(&reply)),
        };
        Ok(State { status, phase, provider_state, reason: None, recoverable: false, details: Vec::new() })
    }

    fn terminate(context: Context, handle: Handle) -> Result<Termination, Error> {
        match ask(&context, &Method::Delete, named(&handle)?)? {
            reply if reply.0 == 202 && reply.1["phase"].is_string() => Ok(Termination::Requested),
            reply if is_gone(&reply) => Ok(Termination::Gone),
            reply => Err(unexpected(&reply)),
        }
    }
}

/// The handle of a box that was shown.
fn handle((_, body): &Reply) -> Result<Handle, Error> {
    let name = body["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| error(ErrorCode::Protocol, "What answers is not Pebble."))?;
    Ok(Handle { provider_id: ID.to_owned(), external_id: name.to_owned(), metadata: Vec::new() })
}

/// The name of the box of a handle.
fn named(handle: &Handle) -> Result<&str, Error> {
    let name = handle.external_id.as_str();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_ours = handle.provider_id == ID && plain && (1..=2_000).contains(&name.len());
    if is_ours { Ok(name) } else { Err(error(ErrorCode::InvalidSpec, "The handle is none of Pebble's.")) }
}

/// Whether Pebble itself says that there is no such box. FAULTY 6: any 404 is taken for that.
fn is_gone((status, body): &Reply) -> bool {
    *status == 404 && (FAULTY || body["error"] == "no-such-box")
}

fn unexpected((status, _): &Reply) -> Error {
    let code = match status {
        403 => ErrorCode::PermissionDenied,
        408 | 429 | 500..=599 => ErrorCode::Unavailable,
        _ => ErrorCode::Protocol,
    };
    Error { http_status: Some(*status), ..error(code, "Pebble does not do that, or what answers is not Pebble.") }
}

/// The exported symbols, which are generated.
#[allow(unsafe_code, reason = "generated code")]
mod symbols {
    use super::Component;
    crate::contract::generated::export!(Component with_types_in crate::contract::generated);
}
