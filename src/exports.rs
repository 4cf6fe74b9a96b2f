//! The component's exports.

use crate::contract::diagnostics::{CapacityReport, Explanation, Guest as Diagnostics, HealthReport};
use crate::contract::inventory::{Guest as Inventory, Mode, Page, Report};
use crate::contract::lifecycle::Guest as Lifecycle;
use crate::contract::process::{Command, Completion, Guest as Process, Output};
use crate::contract::provider::Guest as Provider;
use crate::contract::snapshots::{Guest as Snapshots, Snapshot, SnapshotPage};
use crate::contract::{Context, Declaration, Descriptor, ErrorRecord, Finding, Handle, Spec, State, Termination};
use crate::daytona::Change;
use crate::error::Error;
use crate::http::wasi::Wasi;
use crate::pool;
use crate::verbs::call::credentials::WasiEnvironment;
use crate::verbs::call::{Call, DEADLINE_MS, LONG_DEADLINE_MS};
use crate::verbs::diagnostics;
use crate::verbs::inventory::{self, Known};
use crate::verbs::target::Target;
use crate::verbs::{describe, extend, lifecycle, locate, origins, process, provision, snapshots, status, terminate};

struct Component;

impl Provider for Component {
    fn describe() -> Descriptor {
        describe::descriptor()
    }

    fn check_config(config: String) -> Vec<Finding> {
        pool::check(&config)
    }

    fn provides(runtime_provides: Option<Declaration>) -> Declaration {
        describe::provides(runtime_provides)
    }

    fn unmet(demand: Declaration, runtime_provides: Option<Declaration>) -> Vec<String> {
        describe::unmet(&demand, runtime_provides)
    }

    fn origins(context: Context, handle: Option<Handle>) -> Result<Vec<String>, ErrorRecord> {
        Ok(origins::origins(&context, handle.as_ref(), &WasiEnvironment)?)
    }

    fn provision(context: Context, spec: Spec) -> Result<Handle, ErrorRecord> {
        on_call(context, LONG_DEADLINE_MS, |call| provision::provision(call, &spec))
    }

    fn locate(context: Context, session_id: String) -> Result<Option<Handle>, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| locate::locate(call, &session_id))
    }

    fn status(context: Context, handle: Handle) -> Result<State, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, status::status)
    }

    fn terminate(context: Context, handle: Handle) -> Result<Termination, ErrorRecord> {
        on_handle(context, handle, LONG_DEADLINE_MS, terminate::terminate)
    }
}

impl Lifecycle for Component {
    fn stop(context: Context, handle: Handle) -> Result<State, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| lifecycle::drive(call, target, Change::Stop))
    }

    fn start(context: Context, handle: Handle) -> Result<State, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| lifecycle::drive(call, target, Change::Start))
    }

    fn archive(context: Context, handle: Handle) -> Result<State, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| lifecycle::drive(call, target, Change::Archive))
    }

    fn keep_alive(context: Context, handle: Handle) -> Result<State, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, status::keep_alive)
    }

    fn extend(context: Context, handle: Handle, seconds: u32) -> Result<State, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| extend::extend(call, target, seconds))
    }
}

impl Inventory for Component {
    fn list(context: Context, cursor: Option<String>) -> Result<Page, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| inventory::list(call, cursor.as_deref()))
    }

    fn reconcile(
        context: Context,
        known_sessions: Vec<String>,
        known_as_of: String,
        min_age_sec: u32,
        mode: Mode,
    ) -> Result<Report, ErrorRecord> {
        let known = Known { sessions: &known_sessions, as_of: &known_as_of, min_age_sec };
        on_call(context, DEADLINE_MS, |call| inventory::reconcile(call, &known, mode))
    }
}

impl Diagnostics for Component {
    fn check_spec(context: Context, spec: Spec) -> Vec<Finding> {
        diagnostics::check_spec(context, &spec, &WasiEnvironment, &Wasi)
    }

    fn health(context: Context) -> Result<HealthReport, ErrorRecord> {
        Ok(diagnostics::health(context, &WasiEnvironment, &Wasi)?)
    }

    fn preflight(context: Context, spec: Option<Spec>) -> Result<Vec<Finding>, ErrorRecord> {
        Ok(diagnostics::preflight(context, spec, &WasiEnvironment, &Wasi)?)
    }

    fn explain(context: Context, session_id: String, handle: Option<Handle>) -> Result<Explanation, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| diagnostics::explain(call, &session_id, handle))
    }

    fn capacity(context: Context) -> Result<CapacityReport, ErrorRecord> {
        on_call(context, DEADLINE_MS, diagnostics::capacity)
    }
}

impl Process for Component {
    fn exec(context: Context, handle: Handle, command: Command) -> Result<Completion, ErrorRecord> {
        on_handle(context, handle, process::deadline_ms(&command), |call, target| process::exec(call, target, &command))
    }

    fn launch(
        context: Context,
        handle: Handle,
        command: Command,
        process_id: Option<String>,
    ) -> Result<String, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| process::launch(call, target, &command, process_id))
    }

    fn read(
        context: Context,
        handle: Handle,
        process_id: Option<String>,
        cursor: Option<String>,
        max_bytes: Option<u32>,
    ) -> Result<Output, ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| {
            process::read(call, target, process_id.as_deref(), cursor.as_deref(), max_bytes)
        })
    }

    fn kill(context: Context, handle: Handle, process_id: String) -> Result<(), ErrorRecord> {
        on_handle(context, handle, DEADLINE_MS, |call, target| process::kill(call, target, &process_id))
    }
}

impl Snapshots for Component {
    fn capture(context: Context, handle: Handle, name: String) -> Result<Snapshot, ErrorRecord> {
        on_handle(context, handle, LONG_DEADLINE_MS, |call, target| snapshots::capture(call, target, &name))
    }

    fn prepare(context: Context, name: String, spec: Spec) -> Result<Snapshot, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| snapshots::prepare(call, &name, &spec))
    }

    fn get(context: Context, name: String) -> Result<Option<Snapshot>, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| snapshots::get(call, &name))
    }

    fn list(context: Context, cursor: Option<String>) -> Result<SnapshotPage, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| snapshots::list(call, cursor.as_deref()))
    }

    fn activate(context: Context, name: String) -> Result<Snapshot, ErrorRecord> {
        on_call(context, DEADLINE_MS, |call| snapshots::activate(call, &name))
    }

    fn delete(context: Context, name: String) -> Result<Termination, ErrorRecord> {
        on_call(context, LONG_DEADLINE_MS, |call| snapshots::delete(call, &name))
    }
}

type OurCall = Call<'static, Wasi>;

fn on_call<R>(
    context: Context,
    default_ms: u32,
    verb: impl FnOnce(&OurCall) -> Result<R, Error>,
) -> Result<R, ErrorRecord> {
    Ok(Call::new(context, &WasiEnvironment, &Wasi, default_ms)?.run(verb)?)
}

fn on_handle<R>(
    context: Context,
    handle: Handle,
    default_ms: u32,
    verb: impl FnOnce(&OurCall, &Target) -> Result<R, Error>,
) -> Result<R, ErrorRecord> {
    on_call(context, default_ms, |call| verb(call, &Target::new(call, handle)?))
}

/// The exported symbols, which are generated.
#[allow(unsafe_code, reason = "generated code")]
mod symbols {
    use super::Component;
    crate::contract::export!(Component with_types_in crate::contract::generated);
}
