//! The calls of the provider: every function of the contract, from the table of functions.

use sandbox_contract::function::Function;
use sandbox_contract::functions;
use sandbox_contract::input::from_value;
use sandbox_contract::rpc::{HOST_ERROR, RpcError};
use sandbox_contract::types::{
    CapacityReport, Command, Completion, Context, Declaration, Descriptor, Explanation, Finding, Handle, HealthReport,
    Mode, Output, Page, ProviderError, Report, Snapshot, SnapshotPage, Spec, State, Termination,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bindings::{diagnostics, inventory, process, snapshots, types as wit};
use crate::context::Named;
use crate::rpc::Provider;

/// The functions under the names of their methods, which are unique among all interfaces.
mod imported {
    pub use crate::bindings::diagnostics::{capacity, check_spec, explain, health, preflight};
    pub use crate::bindings::inventory::{list, reconcile};
    pub use crate::bindings::lifecycle::{archive, extend, keep_alive, start, stop};
    pub use crate::bindings::process::{exec, kill, launch, read};
    pub use crate::bindings::provider::{
        check_config, describe, locate, origins, provides, provision, status, terminate, unmet,
    };
    pub use crate::bindings::snapshots::{
        activate as activate_snapshot, capture, delete as delete_snapshot, get as get_snapshot, list as list_snapshots,
        prepare,
    };
}

/// A parameter of the table, which is written as Rust callers of a host give it.
trait Parameter {
    /// What JSON is read into.
    type Read: DeserializeOwned;
    /// What is kept for the call.
    type Wit;
    /// What the call takes.
    type Lent<'w>;

    fn lower(read: &Self::Read) -> Self::Wit;

    fn lend(wit: &Self::Wit) -> Self::Lent<'_>;
}

impl<P: Parameter> Parameter for Option<P> {
    type Read = Option<P::Read>;
    type Wit = Option<P::Wit>;
    type Lent<'w> = Option<P::Lent<'w>>;

    fn lower(read: &Self::Read) -> Self::Wit {
        read.as_ref().map(P::lower)
    }

    fn lend(wit: &Self::Wit) -> Self::Lent<'_> {
        wit.as_ref().map(P::lend)
    }
}

macro_rules! parameters {
    ($($lent:ty: $read:ty => $wit:ty as $taken:ty, |$value:ident| $lower:expr, |$kept:ident| $lend:expr;)*) => {$(
        impl Parameter for $lent {
            type Read = $read;
            type Wit = $wit;
            type Lent<'w> = $taken;

            fn lower($value: &$read) -> $wit {
                $lower
            }

            fn lend($kept: &$wit) -> Self::Lent<'_> {
                $lend
            }
        }
    )*};
}

parameters! {
    &'static str: String => String as &'w str, |text| text.clone(), |kept| kept;
    &'static [String]: Vec<String> => Vec<String> as &'w [String], |texts| texts.clone(), |kept| kept;
    &'static Handle: Handle => wit::Handle as &'w wit::Handle, |handle| handle.into(), |kept| kept;
    &'static Spec: Spec => wit::Spec as &'w wit::Spec, |spec| spec.into(), |kept| kept;
    &'static Declaration: Declaration => wit::Declaration as &'w wit::Declaration, |own| own.into(), |kept| kept;
    &'static Command: Command => process::Command as &'w process::Command, |command| command.into(), |kept| kept;
    u32: u32 => u32 as u32, |number| *number, |kept| *kept;
    Mode: Mode => inventory::Mode as inventory::Mode, |mode| (*mode).into(), |kept| *kept;
}

/// A result of the table.
trait Lifted: Serialize + Sized {
    /// What the provider gives.
    type Wit;

    fn lift(given: Self::Wit) -> Self;
}

impl<T: Lifted> Lifted for Option<T> {
    type Wit = Option<T::Wit>;

    fn lift(given: Self::Wit) -> Self {
        given.map(T::lift)
    }
}

impl<T: Lifted> Lifted for Vec<T> {
    type Wit = Vec<T::Wit>;

    fn lift(given: Self::Wit) -> Self {
        given.into_iter().map(T::lift).collect()
    }
}

macro_rules! lifted {
    ($($own:ty: $wit:ty,)*) => {$(
        impl Lifted for $own {
            type Wit = $wit;

            fn lift(given: $wit) -> Self {
                given.into()
            }
        }
    )*};
}

lifted! {
    (): (),
    String: String,
    CapacityReport: diagnostics::CapacityReport,
    Completion: process::Completion,
    Declaration: wit::Declaration,
    Descriptor: wit::Descriptor,
    Explanation: diagnostics::Explanation,
    Finding: wit::Finding,
    Handle: wit::Handle,
    HealthReport: diagnostics::HealthReport,
    Output: process::Output,
    Page: inventory::Page,
    Report: inventory::Report,
    Snapshot: snapshots::Snapshot,
    SnapshotPage: snapshots::SnapshotPage,
    State: wit::State,
    Termination: wit::Termination,
}

fn plain<T: Lifted>(given: T::Wit) -> Result<Value, RpcError> {
    serde_json::to_value(T::lift(given))
        .map_err(|error| RpcError::new(HOST_ERROR, format!("the result cannot be written: {error}")))
}

fn fallible<T: Lifted>(given: Result<T::Wit, wit::Error>) -> Result<Value, RpcError> {
    plain::<T>(given.map_err(|error| RpcError::from(ProviderError::from(error)))?)
}

macro_rules! calls {
    // Functions for no pool have no context.
    (@call local $method:ident $params:ident $context:ident {$($param:ident: $type:ty),*}) => {{
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Params { $( $param: <$type as Parameter>::Read, )* }
        let Params { $($param),* } = from_value($params)?;
        $( let $param = <$type as Parameter>::lower(&$param); )*
        imported::$method($( <$type as Parameter>::lend(&$param) ),*)
    }};
    (@call $scope:ident $method:ident $params:ident $context:ident {$($param:ident: $type:ty),*}) => {{
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Params { context: Named, $( $param: <$type as Parameter>::Read, )* }
        let Params { context, $($param),* } = from_value($params)?;
        let context = wit::Context::from(&$context(context)?);
        $( let $param = <$type as Parameter>::lower(&$param); )*
        imported::$method(&context, $( <$type as Parameter>::lend(&$param) ),*)
    }};

    ($a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => {
        impl Provider for Composed {
            fn call(
                &self,
                function: Function,
                params: &Value,
                context: &dyn Fn(Named) -> Result<Context, RpcError>,
            ) -> Result<Value, RpcError> {
                match function {
                    $($(
                        Function::$verb => $kind::<$value>(
                            calls!(@call $scope $method params context {$($param: $type),*})
                        ),
                    )*)*
                    other => Err(RpcError::new(HOST_ERROR, format!("this gateway does not know `{other}`"))),
                }
            }
        }
    };
}

/// The provider that the gateway is composed with.
pub struct Composed;

functions!(calls, 'static);
