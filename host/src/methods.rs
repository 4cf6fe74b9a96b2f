//! The contract's functions as methods of everything that can be called: a provider, an instance of it, instances that are
//! kept, and the version of a slot that serves.

use sandbox_contract::function::Function;
use sandbox_contract::functions;
use serde_json::Value as Json;

use crate::error::CallError;
use crate::instance::Instance;
use crate::invocation::{Invocation, Owned};
use crate::provider::Provider;
use crate::slot::Lease;
use crate::types::{
    CapacityReport, Command, Completion, Context, Declaration, Descriptor, Explanation, Finding, Handle, HealthReport,
    Mode, Output, Page, Report, Snapshot, SnapshotPage, Spec, State, Termination,
};
use crate::verbs;
use crate::warm::Warm;

/// One method.
macro_rules! method {
    ([$($doc:literal)*] $self:ident [$($receiver:tt)+] $a:lifetime local $method:ident $verb:ident
        ($($param:ident: $type:ty),*) $value:ty
    ) => {
        $(#[doc = $doc])*
        pub async fn $method<$a>($($receiver)+ $self, $($param: $type),*) -> Result<$value, CallError> {
            $self.call(verbs::$verb { context: std::marker::PhantomData, $($param),* }).await
        }
    };
    ([$($doc:literal)*] $self:ident [$($receiver:tt)+] $a:lifetime $scope:ident $method:ident $verb:ident
        ($($param:ident: $type:ty),*) $value:ty
    ) => {
        $(#[doc = $doc])*
        pub async fn $method<$a>(
            $($receiver)+ $self,
            context: &$a Context,
            $($param: $type),*
        ) -> Result<$value, CallError> {
            $self.call(verbs::$verb { context, $($param),* }).await
        }
    };
}

/// All methods of one type. `self` is given, because a macro cannot name it for another one.
macro_rules! methods {
    ($on:ident $self:ident $by:tt $a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => {
        #[allow(unused_lifetimes, clippy::extra_unused_lifetimes, clippy::needless_lifetimes, reason = "not every one borrows")]
        impl $on {
            $($(
                method! { [$($doc)*] $self $by $a $scope $method $verb ($($param: $type),*) $value }
            )*)*

            invoke! { $self $by [$($($verb)*)*] }
        }
    };
}

/// The method for calls that are known at run time.
macro_rules! invoke {
    ($self:ident [$($receiver:tt)+] [$($verb:ident)*]) => {
        /// Makes a call that is known at run time only: what JSON-RPC and other dynamic callers send. The result is the
        /// function's, as JSON.
        ///
        /// # Errors
        /// As the function's own method.
        pub async fn invoke($($receiver)+ $self, invocation: &Invocation) -> Result<Json, CallError> {
            match invocation.owned() {
                $( Owned::$verb(params) => json(Function::$verb, &$self.call(params.verb()).await?), )*
            }
        }
    };
}

fn json(function: Function, value: &impl serde::Serialize) -> Result<Json, CallError> {
    serde_json::to_value(value).map_err(|error| CallError::Host {
        function: function.name(),
        message: format!("its result is no JSON: {error}"),
    })
}

macro_rules! of_provider {
    ($($table:tt)*) => { methods! { Provider self [&] $($table)* } };
}

macro_rules! of_instance {
    ($($table:tt)*) => { methods! { Instance self [&mut] $($table)* } };
}

macro_rules! of_warm {
    ($($table:tt)*) => { methods! { Warm self [&] $($table)* } };
}

macro_rules! of_lease {
    ($($table:tt)*) => { methods! { Lease self [&] $($table)* } };
}

functions!(of_provider, 'a);
functions!(of_instance, 'a);
functions!(of_warm, 'a);
functions!(of_lease, 'a);
