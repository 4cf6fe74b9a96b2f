//! The component's exports.

use crate::context::{Call, DEADLINE_MS, LONG_DEADLINE_MS, Target};
use crate::contract::lifecycle::Guest as Lifecycle;
use crate::contract::provider::Guest as Provider;
use crate::contract::{Context, Declaration, Descriptor, Error, Finding, Handle, Spec, State, Termination};
use crate::credentials::WasiEnvironment;
use crate::daytona::Change;
use crate::http::wasi::Wasi;
use crate::prelude::*;
use crate::{lifecycle, locate, origins, pool, profile, provision, status, terminate};

struct Component;

impl Provider for Component {
    fn describe() -> Descriptor {
        profile::descriptor()
    }

    fn check_config(config: String) -> Vec<Finding> {
        pool::check(&config)
    }

    fn provides(runtime_provides: Option<Declaration>) -> Declaration {
        profile::provides(runtime_provides)
    }

    fn unmet(demand: Declaration, runtime_provides: Option<Declaration>) -> Vec<String> {
        profile::unmet(&demand, runtime_provides)
    }

    fn origins(context: Context, handle: Option<Handle>) -> Result<Vec<String>, Error> {
        origins::origins(&context, handle.as_ref(), &WasiEnvironment)
    }

    fn provision(context: Context, spec: Spec) -> Result<Handle, Error> {
        provision::provision(&call(context, LONG_DEADLINE_MS)?, &spec)
    }

    fn locate(context: Context, session_id: String) -> Result<Option<Handle>, Error> {
        locate::locate(&call(context, DEADLINE_MS)?, &session_id)
    }

    fn status(context: Context, handle: Handle) -> Result<State, Error> {
        let call = call(context, DEADLINE_MS)?;
        status::status(&call, &Target::new(&call, handle)?)
    }

    fn terminate(context: Context, handle: Handle) -> Result<Termination, Error> {
        let call = call(context, LONG_DEADLINE_MS)?;
        terminate::terminate(&call, &Target::new(&call, handle)?)
    }
}

impl Lifecycle for Component {
    fn stop(context: Context, handle: Handle) -> Result<State, Error> {
        drive(context, handle, Change::Stop)
    }

    fn start(context: Context, handle: Handle) -> Result<State, Error> {
        drive(context, handle, Change::Start)
    }

    fn archive(context: Context, handle: Handle) -> Result<State, Error> {
        drive(context, handle, Change::Archive)
    }
}

fn drive(context: Context, handle: Handle, goal: Change) -> Result<State, Error> {
    let call = call(context, DEADLINE_MS)?;
    lifecycle::drive(&call, &Target::new(&call, handle)?, goal)
}

fn call(context: Context, default_ms: u32) -> Result<Call<'static, Wasi>, Error> {
    Call::new(context, &WasiEnvironment, &Wasi, default_ms)
}

/// The exported symbols, which are generated.
#[allow(unsafe_code)]
mod symbols {
    use super::Component;
    crate::contract::export!(Component with_types_in crate::contract::generated);
}
