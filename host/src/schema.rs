//! JSON Schema of what [`Invocation`](crate::Invocation) reads, and of what it returns.

use sandbox_contract::function::Function;
use sandbox_contract::functions;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::invocation::params;
use crate::types::{
    CapacityReport, Completion, Declaration, Descriptor, Explanation, Finding, Handle, HealthReport, Output, Page,
    Report, Snapshot, SnapshotPage, State, Termination,
};

/// The schemas of one function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FunctionSchema {
    /// Which function.
    pub function: Function,
    /// What its parameters have to be, an object.
    pub params: Schema,
    /// What it returns.
    pub result: Schema,
}

macro_rules! schemas {
    ($a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => {
        impl FunctionSchema {
            /// The schemas of every function, in the contract's order. They refer to definitions that the generator collects.
            pub fn all(generator: &mut SchemaGenerator) -> Vec<Self> {
                vec![$($(
                    Self {
                        function: Function::$verb,
                        params: params::$verb::json_schema(generator),
                        result: generator.subschema_for::<$value>(),
                    },
                )*)*]
            }
        }
    };
}

functions!(schemas, 'static);
