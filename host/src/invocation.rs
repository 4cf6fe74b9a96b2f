//! Calls that are known at run time only: a function by name, its parameters as JSON.

use sandbox_contract::function::Function;
use sandbox_contract::functions;
use serde::Deserialize;
use serde_json::Value;

use crate::input::{Mistake, from_value};
use crate::types::{Command, Context, Declaration, Handle, Mode, Spec};
use crate::verbs;
use crate::wire::Parameter;

/// One call of one function with its parameters, as JSON-RPC and other dynamic callers bring it. `invoke` of a
/// [`Provider`](crate::Provider), and of everything else that can be called, makes the call.
///
/// ```no_run
/// # async fn example(provider: sandbox_host::Provider) -> Result<(), Box<dyn std::error::Error>> {
/// use sandbox_host::{Function, Invocation};
///
/// let params = serde_json::json!({ "context": { "poolId": "pool-1" }, "sessionId": "session-1" });
/// let call = Invocation::parse("locate".parse::<Function>()?, &params)?;
/// println!("{}", provider.invoke(&call).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Invocation(Owned);

macro_rules! invocations {
    (@params local $verb:ident $method:literal {$($fields:tt)*}) => {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(title = $method))]
        pub(crate) struct $verb { $($fields)* }
    };
    (@params $scope:ident $verb:ident $method:literal {$($fields:tt)*}) => {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(title = $method))]
        pub(crate) struct $verb { pub(crate) context: Context, $($fields)* }
    };

    (@context local $self:ident) => { std::marker::PhantomData };
    (@context $scope:ident $self:ident) => { &$self.context };

    (@given local $params:ident) => {{ let _ = $params; None }};
    (@given $scope:ident $params:ident) => { Some(&$params.context) };

    ($a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => {
        /// Parameters as they are read.
        pub(crate) mod params {
            use super::*;

            $($(
                invocations! { @params $scope $verb $name {
                    $( $(#[$attribute])* pub(crate) $param: <$type as Parameter<$a>>::Owned, )*
                } }

                impl $verb {
                    /// The call.
                    pub(crate) fn verb(&self) -> verbs::$verb<'_> {
                        verbs::$verb {
                            context: invocations!(@context $scope self),
                            $( $param: Parameter::borrow(&self.$param), )*
                        }
                    }
                }
            )*)*
        }

        /// The parameters of one function.
        #[derive(Debug)]
        pub(crate) enum Owned {
            $($( $verb(Box<params::$verb>), )*)*
        }

        impl Invocation {
            /// Reads the parameters of a function: an object with a member for each, in camelCase. All but functions for no
            /// pool have the member `context`; `config` in it is an object, or the text of one.
            ///
            /// # Errors
            /// [`Mistake`], with the path and the type of what does not fit.
            pub fn parse(function: Function, params: &Value) -> Result<Self, Mistake> {
                Ok(Self(match function {
                    $($( Function::$verb => Owned::$verb(from_value(params)?), )*)*
                    _ => return Err(Mistake::new("is for a function that this host does not know")),
                }))
            }

            /// Which function it calls.
            pub fn function(&self) -> Function {
                match self.0 {
                    $($( Owned::$verb(_) => Function::$verb, )*)*
                }
            }

            /// The context, where the function takes one.
            pub fn context(&self) -> Option<&Context> {
                match &self.0 {
                    $($( Owned::$verb(params) => invocations!(@given $scope params), )*)*
                }
            }
        }
    };
}

functions!(invocations, 'static);

impl Invocation {
    pub(crate) fn owned(&self) -> &Owned {
        &self.0
    }
}
