//! The contract's functions as values: a call that is to be made, with its parameters.

use std::marker::PhantomData;
use std::time::Duration;

use sandbox_contract::function::{Function, camel};
use sandbox_contract::functions;
use wasmtime::component::{ComponentNamedList, Lower};

use crate::bindings::types as wit;
use crate::error::CallError;
use crate::leak::{Holds, Leak};
use crate::types::{
    CapacityReport, Command, Completion, Context, Declaration, Descriptor, Explanation, Finding, Handle, HealthReport,
    Mode, Output, Page, Report, Snapshot, SnapshotPage, Spec, State, Termination,
};
use crate::wire::{Fallible, Parameter, Plain, Returns};

/// One call of one function.
pub(crate) trait Verb: Send + Sync {
    /// Which function.
    const FUNCTION: Function;
    /// What the guest takes.
    type Params: ComponentNamedList + Lower + Send + Sync + 'static;
    /// What it returns.
    type Returns: Returns;

    /// The context, where it has one.
    fn context(&self) -> Option<&Context>;

    /// The sandbox that it is about, where it is about one.
    fn handle(&self) -> Option<&Handle>;

    /// What it leaves at the vendor, where it leaves something.
    fn spec(&self) -> Option<&Spec>;

    /// Where in its parameters, beside the context, a key must not be and is.
    fn leak(&self, holds: Holds<'_>) -> Option<Leak>;

    /// Makes what the guest takes; `context` does so for a context.
    fn lower(
        &self,
        context: impl FnOnce(&Context) -> Result<wit::Context, CallError>,
    ) -> Result<Self::Params, CallError>;

    /// The context of the pool whose call it is. None for functions that send nothing: no pool pays for those.
    fn owner(&self) -> Option<&Context> {
        if Self::FUNCTION.is_online() { self.context() } else { None }
    }

    /// The pool whose call it is.
    fn pool(&self) -> Option<&str> {
        self.owner().map(|context| context.pool_id.as_str())
    }

    /// How long it may take by the contract.
    fn deadline(&self) -> Duration {
        let own = self.context().and_then(|context| context.deadline_ms);
        own.map_or(Self::FUNCTION.usual_deadline(), |millis| Duration::from_millis(millis.into()))
    }
}

/// What callers get from a call.
pub(crate) type Value<V> = <<V as Verb>::Returns as Returns>::Value;

macro_rules! verbs {
    (@context local $a:lifetime) => { PhantomData<&$a ()> };
    (@context $scope:ident $a:lifetime) => { &$a Context };

    (@params local $($type:ty),*) => { ($($type,)*) };
    (@params $scope:ident $($type:ty),*) => { (wit::Context, $($type,)*) };

    (@returns plain $value:ty) => { Plain<$value> };
    (@returns fallible $value:ty) => { Fallible<$value> };

    (@given local $self:ident) => { None };
    (@given $scope:ident $self:ident) => { Some($self.context) };

    (@lower local $self:ident $make:ident $($param:ident),*) => {{
        let _ = $make;
        Ok(($(Parameter::lower($self.$param),)*))
    }};
    (@lower $scope:ident $self:ident $make:ident $($param:ident),*) => {
        Ok(($make($self.context)?, $(Parameter::lower($self.$param),)*))
    };

    ($a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => { $($(
        pub(crate) struct $verb<$a> {
            pub(crate) context: verbs!(@context $scope $a),
            $(pub(crate) $param: $type,)*
        }

        impl<$a> Verb for $verb<$a> {
            const FUNCTION: Function = Function::$verb;
            type Params = verbs!(@params $scope $(<$type as Parameter<$a>>::Wit),*);
            type Returns = verbs!(@returns $kind $value);

            fn context(&self) -> Option<&Context> {
                verbs!(@given $scope self)
            }

            fn handle(&self) -> Option<&Handle> {
                None$(.or_else(|| Parameter::handle(self.$param)))*
            }

            fn spec(&self) -> Option<&Spec> {
                None$(.or_else(|| Parameter::spec(self.$param)))*
            }

            #[allow(unused_variables, reason = "some functions have no parameters")]
            fn leak(&self, holds: Holds<'_>) -> Option<Leak> {
                None$(.or_else(|| {
                    Parameter::leak(self.$param, holds).map(|leak| leak.within(&camel(stringify!($param))))
                }))*
            }

            fn lower(
                &self,
                make: impl FnOnce(&Context) -> Result<wit::Context, CallError>,
            ) -> Result<Self::Params, CallError> {
                verbs!(@lower $scope self make $($param),*)
            }
        }
    )*)* };
}

functions!(verbs, 'a);
