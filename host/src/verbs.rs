//! The contract's functions as values: what each needs, how long it may take, and how it runs on an instance.

use std::time::Duration;

use crate::bindings::types as wit;
use crate::error::CallError;
use crate::exports::{Exports, InventoryExports, LifecycleExports, OnHandle};
use crate::session::Session;
use crate::types::{
    Context, Declaration, Descriptor, Finding, Handle, Known, Mode, Page, Report, Spec, State, Termination,
};

/// Deadlines that hold where the context names none; the contract says them.
const CHANGING: Duration = Duration::from_secs(60);
const OTHERS: Duration = Duration::from_secs(30);

/// One call of one function.
pub(crate) trait Verb: Send + Sync {
    /// What it returns.
    type Output: Send;

    /// The contract's name of the function.
    fn name(&self) -> &'static str;

    /// How long it may take by the contract.
    fn deadline(&self) -> Duration {
        OTHERS
    }

    /// On whose behalf it is, where it is for a pool.
    fn context(&self) -> Option<&Context> {
        None
    }

    /// The pool that it is for, where it is for one.
    fn pool(&self) -> Option<&str> {
        self.context().map(|context| context.pool_id.as_str())
    }

    /// Runs it.
    fn run(self, session: &mut Session) -> impl Future<Output = Result<Self::Output, CallError>> + Send;
}

fn deadline(context: &Context, usual: Duration) -> Duration {
    context.deadline_ms.map_or(usual, |millis| Duration::from_millis(millis.into()))
}

pub(crate) struct Describe;

impl Verb for Describe {
    type Output = Descriptor;

    fn name(&self) -> &'static str {
        "describe"
    }

    async fn run(self, session: &mut Session) -> Result<Descriptor, CallError> {
        let provider = session.provider.clone();
        let descriptor = session.call(&provider.exports.provider.describe, ()).await?;
        Ok(descriptor.into())
    }
}

pub(crate) struct CheckConfig<'a>(pub(crate) &'a str);

impl Verb for CheckConfig<'_> {
    type Output = Vec<Finding>;

    fn name(&self) -> &'static str {
        "check-config"
    }

    async fn run(self, session: &mut Session) -> Result<Vec<Finding>, CallError> {
        let provider = session.provider.clone();
        let findings = session.call(&provider.exports.provider.check_config, (self.0.to_owned(),)).await?;
        Ok(findings.into_iter().map(Into::into).collect())
    }
}

pub(crate) struct Provides<'a>(pub(crate) Option<&'a Declaration>);

impl Verb for Provides<'_> {
    type Output = Declaration;

    fn name(&self) -> &'static str {
        "provides"
    }

    async fn run(self, session: &mut Session) -> Result<Declaration, CallError> {
        let provider = session.provider.clone();
        let declaration = session.call(&provider.exports.provider.provides, (self.0.map(Into::into),)).await?;
        Ok(declaration.into())
    }
}

pub(crate) struct Unmet<'a> {
    pub(crate) demand: &'a Declaration,
    pub(crate) runtime_provides: Option<&'a Declaration>,
}

impl Verb for Unmet<'_> {
    type Output = Vec<String>;

    fn name(&self) -> &'static str {
        "unmet"
    }

    async fn run(self, session: &mut Session) -> Result<Vec<String>, CallError> {
        let provider = session.provider.clone();
        session
            .call(&provider.exports.provider.unmet, (self.demand.into(), self.runtime_provides.map(Into::into)))
            .await
    }
}

pub(crate) struct Origins<'a> {
    pub(crate) context: &'a Context,
    pub(crate) handle: Option<&'a Handle>,
}

impl Verb for Origins<'_> {
    type Output = Vec<String>;

    fn name(&self) -> &'static str {
        "origins"
    }

    fn deadline(&self) -> Duration {
        deadline(self.context, OTHERS)
    }

    async fn run(self, session: &mut Session) -> Result<Vec<String>, CallError> {
        let provider = session.provider.clone();
        let context = session.context(self.context)?;
        Ok(session.call(&provider.exports.provider.origins, (context, self.handle.map(Into::into))).await??)
    }
}

pub(crate) struct Provision<'a> {
    pub(crate) context: &'a Context,
    pub(crate) spec: &'a Spec,
}

impl Verb for Provision<'_> {
    type Output = Handle;

    fn name(&self) -> &'static str {
        "provision"
    }

    fn deadline(&self) -> Duration {
        deadline(self.context, CHANGING)
    }

    fn context(&self) -> Option<&Context> {
        Some(self.context)
    }

    async fn run(self, session: &mut Session) -> Result<Handle, CallError> {
        let provider = session.provider.clone();
        let context = session.context(self.context)?;
        session.check_keys(self.context, self.spec)?;
        session.admit(&context, None).await?;
        let handle = session.call(&provider.exports.provider.provision, (context, self.spec.into())).await??;
        Ok(handle.into())
    }
}

pub(crate) struct Locate<'a> {
    pub(crate) context: &'a Context,
    pub(crate) session_id: &'a str,
}

impl Verb for Locate<'_> {
    type Output = Option<Handle>;

    fn name(&self) -> &'static str {
        "locate"
    }

    fn deadline(&self) -> Duration {
        deadline(self.context, OTHERS)
    }

    fn context(&self) -> Option<&Context> {
        Some(self.context)
    }

    async fn run(self, session: &mut Session) -> Result<Option<Handle>, CallError> {
        let provider = session.provider.clone();
        let context = session.context(self.context)?;
        session.admit(&context, None).await?;
        let handle = session.call(&provider.exports.provider.locate, (context, self.session_id.to_owned())).await??;
        Ok(handle.map(Into::into))
    }
}

fn not_offered(function: &'static str, interface: &'static str) -> CallError {
    CallError::NotOffered { function, interface }
}

/// A function of a context and a handle.
async fn on_handle<R>(
    session: &mut Session,
    export: impl Fn(&Exports) -> Option<&OnHandle<R>> + Send,
    name: &'static str,
    (context, handle): (&Context, &Handle),
) -> Result<R, CallError>
where
    R: wasmtime::component::Lift + Send + Sync + 'static,
    (Result<R, wit::Error>,): wasmtime::component::ComponentNamedList + wasmtime::component::Lift,
    Result<R, wit::Error>: wasmtime::component::Lift,
{
    let provider = session.provider.clone();
    let export = export(&provider.exports).ok_or_else(|| not_offered(name, "lifecycle"))?;
    let context = session.context(context)?;
    let handle: wit::Handle = handle.into();
    session.admit(&context, Some(&handle)).await?;
    Ok(session.call(export, (context, handle)).await??)
}

macro_rules! on_handle {
    ($verb:ident, $name:literal, $output:ty, $deadline:ident, $export:expr) => {
        pub(crate) struct $verb<'a> {
            pub(crate) context: &'a Context,
            pub(crate) handle: &'a Handle,
        }

        impl Verb for $verb<'_> {
            type Output = $output;

            fn name(&self) -> &'static str {
                $name
            }

            fn deadline(&self) -> Duration {
                deadline(self.context, $deadline)
            }

            fn context(&self) -> Option<&Context> {
                Some(self.context)
            }

            async fn run(self, session: &mut Session) -> Result<$output, CallError> {
                on_handle(session, $export, $name, (self.context, self.handle)).await.map(Into::into)
            }
        }
    };
}

fn lifecycle(exports: &Exports) -> Option<&LifecycleExports> {
    exports.lifecycle.as_ref()
}

on_handle!(Status, "status", State, OTHERS, |all| Some(&all.provider.status));
on_handle!(Terminate, "terminate", Termination, CHANGING, |all| Some(&all.provider.terminate));
on_handle!(Stop, "stop", State, OTHERS, |all| lifecycle(all).map(|exports| &exports.stop));
on_handle!(Start, "start", State, OTHERS, |all| lifecycle(all).map(|exports| &exports.start));
on_handle!(Archive, "archive", State, OTHERS, |all| lifecycle(all).map(|exports| &exports.archive));
on_handle!(KeepAlive, "keep-alive", State, OTHERS, |all| lifecycle(all).map(|exports| &exports.keep_alive));

pub(crate) struct Extend<'a> {
    pub(crate) context: &'a Context,
    pub(crate) handle: &'a Handle,
    pub(crate) seconds: u32,
}

impl Verb for Extend<'_> {
    type Output = State;

    fn name(&self) -> &'static str {
        "extend"
    }

    fn deadline(&self) -> Duration {
        deadline(self.context, OTHERS)
    }

    fn context(&self) -> Option<&Context> {
        Some(self.context)
    }

    async fn run(self, session: &mut Session) -> Result<State, CallError> {
        let provider = session.provider.clone();
        let exports = lifecycle(&provider.exports).ok_or_else(|| not_offered("extend", "lifecycle"))?;
        let context = session.context(self.context)?;
        let handle: wit::Handle = self.handle.into();
        session.admit(&context, Some(&handle)).await?;
        Ok(session.call(&exports.extend, (context, handle, self.seconds)).await??.into())
    }
}

fn inventory<'e>(exports: &'e Exports, function: &'static str) -> Result<&'e InventoryExports, CallError> {
    exports.inventory.as_ref().ok_or_else(|| not_offered(function, "inventory"))
}

pub(crate) struct List<'a> {
    pub(crate) context: &'a Context,
    pub(crate) cursor: Option<&'a str>,
}

impl Verb for List<'_> {
    type Output = Page;

    fn name(&self) -> &'static str {
        "list"
    }

    fn deadline(&self) -> Duration {
        deadline(self.context, OTHERS)
    }

    fn context(&self) -> Option<&Context> {
        Some(self.context)
    }

    async fn run(self, session: &mut Session) -> Result<Page, CallError> {
        let provider = session.provider.clone();
        let exports = inventory(&provider.exports, "list")?;
        let context = session.context(self.context)?;
        session.admit(&context, None).await?;
        Ok(session.call(&exports.list, (context, self.cursor.map(str::to_owned))).await??.into())
    }
}

pub(crate) struct Reconcile<'a> {
    pub(crate) context: &'a Context,
    pub(crate) known: &'a Known,
    pub(crate) mode: Mode,
}

impl Verb for Reconcile<'_> {
    type Output = Report;

    fn name(&self) -> &'static str {
        "reconcile"
    }

    fn deadline(&self) -> Duration {
        deadline(self.context, OTHERS)
    }

    fn context(&self) -> Option<&Context> {
        Some(self.context)
    }

    async fn run(self, session: &mut Session) -> Result<Report, CallError> {
        let provider = session.provider.clone();
        let exports = inventory(&provider.exports, "reconcile")?;
        let context = session.context(self.context)?;
        session.admit(&context, None).await?;
        let Known { sessions, as_of, min_age_sec } = self.known.clone();
        Ok(session.call(&exports.reconcile, (context, sessions, as_of, min_age_sec, self.mode.into())).await??.into())
    }
}
