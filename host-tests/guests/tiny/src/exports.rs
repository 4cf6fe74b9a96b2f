//! The contract's functions.

use crate::FAULTY;
use crate::contract::provider::Guest;
use crate::contract::types::{
    BillingModel, Capabilities, Context, Declaration, Descriptor, EgressDefault, Error, ErrorCode, Finding, Handle,
    IdleCostModel, Phase, Severity, Spec, State, Status, Termination, TransportModel,
};
use crate::contract::wasi::http::types::{Method, Scheme};
use crate::request::{Reply, error, exchange, origin};

const ID: &str = "pebble";

struct Component;

impl Guest for Component {
    fn describe() -> Descriptor {
        Descriptor {
            id: ID.to_owned(),
            display_name: "Pebble".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            capabilities: capabilities(),
            provides: Self::provides(None),
            config_schema: r#"{"type":"object","properties":{"url":{"type":"string"}}}"#.to_owned(),
            extensions: Vec::new(),
        }
    }

    fn check_config(config: String) -> Vec<Finding> {
        let finding = |error: Error| Finding {
            severity: Severity::Error,
            rule: "configuration".to_owned(),
            path: "$".to_owned(),
            message: error.message,
            remedy: Some(r#"Write {"url": "https://api.pebble.example"}."#.to_owned()),
        };
        origin(&config).err().map(finding).into_iter().collect()
    }

    fn provides(runtime_provides: Option<Declaration>) -> Declaration {
        let own = Declaration { runtime_kinds: vec!["npm".to_owned()], requirement_kinds: vec!["git".to_owned()] };
        match runtime_provides {
            // FAULTY 4: an override is added to what the class provides.
            Some(mut other) if FAULTY => {
                other.requirement_kinds.extend(own.requirement_kinds);
                other
            }
            Some(other) => other,
            None => own,
        }
    }

    fn unmet(demand: Declaration, runtime_provides: Option<Declaration>) -> Vec<String> {
        let offered = match runtime_provides {
            Some(other) => other,
            None => Self::provides(None),
        };
        let mut unmet: Vec<String> = Vec::new();
        let pairs =
            [(demand.runtime_kinds, offered.runtime_kinds), (demand.requirement_kinds, offered.requirement_kinds)];
        for (wanted, offered) in pairs {
            for kind in wanted {
                if !offered.contains(&kind) && !unmet.contains(&kind) {
                    unmet.push(kind);
                }
            }
        }
        unmet
    }

    fn origins(context: Context, _: Option<Handle>) -> Result<Vec<String>, Error> {
        let (scheme, authority) = origin(&context.config)?;
        let scheme = if matches!(scheme, Scheme::Http) { "http" } else { "https" };
        Ok(vec![format!("{scheme}://{authority}")])
    }

    fn provision(context: Context, spec: Spec) -> Result<Handle, Error> {
        let name = name(&context, &spec.session_id)?;
        // FAULTY 5: another box with each call.
        let path = if FAULTY { "/v1/boxes/new".to_owned() } else { format!("/v1/boxes/{name}") };
        let uncertain = |error: Error| Error {
            maybe_applied: matches!(error.code, ErrorCode::Timeout | ErrorCode::Unavailable | ErrorCode::Protocol),
            ..error
        };
        let reply = exchange(&context, &Method::Put, &path).and_then(|reply| match reply.0 {
            200 | 201 => name_in(&reply),
            _ => Err(unexpected(&reply)),
        });
        reply.map(handle).map_err(uncertain)
    }

    fn locate(context: Context, session_id: String) -> Result<Option<Handle>, Error> {
        let name = name(&context, &session_id)?;
        let reply = exchange(&context, &Method::Get, &format!("/v1/boxes/{name}"))?;
        match reply.0 {
            200 => name_in(&reply).map(|name| Some(handle(name))),
            _ if is_gone(&reply) => Ok(None),
            _ => Err(unexpected(&reply)),
        }
    }

    fn status(context: Context, handle: Handle) -> Result<State, Error> {
        let path = path(&handle)?;
        let reply = exchange(&context, &Method::Get, &path)?;
        let (status, phase) = match reply.1["phase"].as_str() {
            _ if is_gone(&reply) => (Status::Terminated, Phase::Destroyed),
            Some("booting") if reply.0 == 200 => (Status::Provisioning, Phase::Starting),
            Some("up") if reply.0 == 200 => (Status::Running, Phase::Running),
            Some("broken") if reply.0 == 200 => (Status::Failed, Phase::Failed),
            Some("ending") if reply.0 == 200 => (Status::Terminated, Phase::Terminating),
            _ => return Err(unexpected(&reply)),
        };
        let provider_state = reply.1["phase"].as_str().unwrap_or_default().to_owned();
        Ok(State { status, phase, provider_state, reason: None, recoverable: false, details: Vec::new() })
    }

    fn terminate(context: Context, handle: Handle) -> Result<Termination, Error> {
        let reply = exchange(&context, &Method::Delete, &path(&handle)?)?;
        match reply.0 {
            202 if reply.1["phase"].is_string() => Ok(Termination::Requested),
            _ if is_gone(&reply) => Ok(Termination::Gone),
            _ => Err(unexpected(&reply)),
        }
    }
}

/// A name that follows from pool and session, in characters that a path may have.
fn name(context: &Context, session_id: &str) -> Result<String, Error> {
    if session_id.is_empty() || session_id.len() > 1_000 {
        return Err(error(ErrorCode::InvalidSpec, "The session's id is empty or too long."));
    }
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(format!("{}-{}", hex(&context.pool_id), hex(session_id)))
}

fn handle(name: String) -> Handle {
    Handle { provider_id: ID.to_owned(), external_id: name, metadata: Vec::new() }
}

fn path(handle: &Handle) -> Result<String, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if handle.provider_id != ID {
        return Err(error(ErrorCode::InvalidSpec, "The handle is of another provider."));
    }
    if handle.external_id.is_empty() || handle.external_id.len() > 2_000 || !handle.external_id.bytes().all(plain) {
        return Err(error(ErrorCode::InvalidSpec, "The handle's id is none of Pebble's."));
    }
    Ok(format!("/v1/boxes/{}", handle.external_id))
}

fn name_in((_, body): &Reply) -> Result<String, Error> {
    let name = body["name"].as_str().filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| error(ErrorCode::Protocol, "What answers is not Pebble."))
}

/// Whether Pebble itself says that there is no such box.
fn is_gone((status, body): &Reply) -> bool {
    // FAULTY 6: any 404 is taken for that.
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

fn capabilities() -> Capabilities {
    Capabilities {
        transport_model: TransportModel::DialIn,
        supports_fs_snapshot: false,
        supports_pause_resume: false,
        supports_capacity_query: false,
        max_concurrent: None,
        max_session_duration_seconds: None,
        regions: vec!["*".to_owned()],
        os: vec!["linux".to_owned()],
        arch: vec!["x86_64".to_owned()],
        idle_cost_model: IdleCostModel::Metered,
        billing_model: BillingModel::WallClock,
        max_vcpu: None,
        max_memory_mb: None,
        supports_gpu: false,
        supports_custom_network_policy: false,
        egress_default: EgressDefault::AllowAll,
        is_a2a_remote: false,
        repository_authority_enforcement: "none".to_owned(),
        extensions: Vec::new(),
    }
}

/// The exported symbols, which are generated.
#[allow(unsafe_code, reason = "generated code")]
mod symbols {
    use super::Component;
    crate::contract::generated::export!(Component with_types_in crate::contract::generated);
}
