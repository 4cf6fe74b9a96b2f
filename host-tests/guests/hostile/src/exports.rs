//! The contract's functions. Each attacks first, where its orders say so, and then does what the contract demands.

use crate::attack::{AttackResult, attack};
use crate::contract::inventory::{Action, Guest as Inventory, Item, Mode, Outcome, Page, Report};
use crate::contract::lifecycle::Guest as Lifecycle;
use crate::contract::provider::Guest as Provider;
use crate::contract::types::{
    Context, Declaration, Descriptor, Error, ErrorCode, Finding, Handle, Phase, Severity, Spec, State, Status,
    Termination,
};
use crate::orders::Orders;
use crate::values::{capabilities, error};

pub struct Component;

impl Provider for Component {
    fn describe() -> Descriptor {
        let result = attack(&Orders::of_environment(), "describe");
        Descriptor {
            id: "hostile".to_owned(),
            display_name: result.report,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            capabilities: capabilities(texts(result.many)),
            provides: declaration(Vec::new()),
            config_schema: String::new(),
            extensions: Vec::new(),
        }
    }

    fn check_config(config: String) -> Vec<Finding> {
        let result = attack(&Orders::parse(&config), "check-config");
        let finding = |message: String| Finding {
            severity: Severity::Note,
            rule: String::new(),
            path: String::new(),
            message,
            remedy: None,
        };
        (0..result.many).map(|_| finding(String::new())).chain([finding(result.report)]).collect()
    }

    fn provides(runtime_provides: Option<Declaration>) -> Declaration {
        let result = attack(&Orders::of_declaration(runtime_provides.as_ref()), "provides");
        declaration(all(result))
    }

    fn unmet(demand: Declaration, _: Option<Declaration>) -> Vec<String> {
        all(attack(&Orders::of_declaration(Some(&demand)), "unmet"))
    }

    fn origins(context: Context, _: Option<Handle>) -> Result<Vec<String>, Error> {
        let orders = Orders::of(&context);
        let result = succeed(attack(&orders, "origins"))?;
        Ok(orders.origins.into_iter().chain(texts(result.many)).collect())
    }

    fn provision(context: Context, _: Spec) -> Result<Handle, Error> {
        handle(&context, "provision")
    }

    fn locate(context: Context, _: String) -> Result<Option<Handle>, Error> {
        handle(&context, "locate").map(Some)
    }

    fn status(context: Context, _: Handle) -> Result<State, Error> {
        state(&context, "status")
    }

    fn terminate(context: Context, _: Handle) -> Result<Termination, Error> {
        succeed(attack(&Orders::of(&context), "terminate"))?;
        Ok(Termination::Gone)
    }
}

impl Lifecycle for Component {
    fn stop(context: Context, _: Handle) -> Result<State, Error> {
        state(&context, "stop")
    }

    fn start(context: Context, _: Handle) -> Result<State, Error> {
        state(&context, "start")
    }

    fn archive(context: Context, _: Handle) -> Result<State, Error> {
        state(&context, "archive")
    }

    fn keep_alive(context: Context, _: Handle) -> Result<State, Error> {
        state(&context, "keep-alive")
    }

    fn extend(context: Context, _: Handle, _: u32) -> Result<State, Error> {
        state(&context, "extend")
    }
}

impl Inventory for Component {
    fn list(context: Context, _: Option<String>) -> Result<Page, Error> {
        let result = succeed(attack(&Orders::of(&context), "list"))?;
        let item = || Item {
            handle: handle_of(String::new()),
            session_id: None,
            state: state_of(String::new()),
            created_at: None,
            orphan_since: None,
            extensions: Vec::new(),
        };
        let items = (0..result.many).map(|_| item()).collect();
        Ok(Page { items, next_cursor: Some(result.report), server_time: None })
    }

    fn reconcile(context: Context, _: Vec<String>, _: String, _: u32, _: Mode) -> Result<Report, Error> {
        let result = succeed(attack(&Orders::of(&context), "reconcile"))?;
        let outcome =
            || Outcome { external_id: String::new(), session_id: None, action: Action::Kept, reason: String::new() };
        let outcomes = (0..result.many).map(|_| outcome()).collect();
        Ok(Report { outcomes, complete: true, server_time: Some(result.report) })
    }
}

fn handle(context: &Context, function: &str) -> Result<Handle, Error> {
    let result = succeed(attack(&Orders::of(context), function))?;
    let mut handle = handle_of(result.report);
    handle.metadata = (0..result.many).map(|_| (String::new(), String::new())).collect();
    Ok(handle)
}

fn handle_of(external_id: String) -> Handle {
    Handle { provider_id: "hostile".to_owned(), external_id, metadata: Vec::new() }
}

fn state(context: &Context, function: &str) -> Result<State, Error> {
    let result = succeed(attack(&Orders::of(context), function))?;
    let mut state = state_of(result.report);
    state.details = (0..result.many).map(|_| (String::new(), String::new())).collect();
    Ok(state)
}

fn state_of(provider_state: String) -> State {
    State {
        status: Status::Running,
        phase: Phase::Running,
        provider_state,
        reason: None,
        recoverable: false,
        details: Vec::new(),
    }
}

pub fn succeed(result: AttackResult) -> Result<AttackResult, Error> {
    match result.failure {
        None => Ok(result),
        Some(message) => Err(error(ErrorCode::Internal, &message)),
    }
}

fn texts(many: usize) -> Vec<String> {
    vec![String::new(); many]
}

fn all(result: AttackResult) -> Vec<String> {
    texts(result.many).into_iter().chain([result.report]).collect()
}

fn declaration(runtime_kinds: Vec<String>) -> Declaration {
    Declaration { runtime_kinds, requirement_kinds: Vec::new() }
}

/// The exported symbols, which are generated.
#[allow(unsafe_code, reason = "generated code")]
mod symbols {
    use super::Component;
    crate::contract::generated::export!(Component with_types_in crate::contract::generated);
}
