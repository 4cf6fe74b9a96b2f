//! The contract's functions as data.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::functions;

/// What a function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// For no pool: it takes no context, and sends nothing.
    Local,
    /// For a pool's context, but it sends nothing.
    Offline,
    /// For a pool, over the network.
    Pool,
    /// For one sandbox, over the network: it takes a handle.
    Handle,
}

macro_rules! scope {
    (local) => {
        Scope::Local
    };
    (offline) => {
        Scope::Offline
    };
    (pool) => {
        Scope::Pool
    };
    (handle) => {
        Scope::Handle
    };
}

macro_rules! enumerate {
    ($a:lifetime; $(interface $interface:literal { $(
        $(#[doc = $doc:literal])*
        $scope:ident $method:ident $verb:ident = $name:literal
            ($($(#[$attribute:meta])* $param:ident: $type:ty),*)
            -> $kind:ident $value:ty, since $since:literal, within $seconds:literal;
    )* })*) => {
        /// A function of the contract.
        ///
        /// ```
        /// # use sandbox_contract::function as sandbox_host;
        /// use sandbox_host::{Function, Scope};
        ///
        /// let function: Function = "keepAlive".parse()?;
        /// assert_eq!((function, function.interface()), (Function::KeepAlive, "lifecycle"));
        /// assert_eq!(function.scope(), Scope::Handle);
        /// # Ok::<(), sandbox_host::UnknownFunction>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Function {
            $($( $(#[doc = $doc])* $verb, )*)*
        }

        impl Function {
            /// All of them, in the contract's order.
            pub const ALL: &'static [Self] = &[$($( Self::$verb, )*)*];

            /// Its name in its interface.
            pub const fn name(self) -> &'static str {
                match self { $($( Self::$verb => $name, )*)* }
            }

            /// Its interface, without package and version. Every provider has the interface `provider`; the others are
            /// optional.
            pub const fn interface(self) -> &'static str {
                match self { $($( Self::$verb => $interface, )*)* }
            }

            /// The version of the contract that brought it.
            pub const fn since(self) -> &'static str {
                match self { $($( Self::$verb => $since, )*)* }
            }

            /// What it is for.
            pub const fn scope(self) -> Scope {
                match self { $($( Self::$verb => scope!($scope), )*)* }
            }

            /// How long it may take where the context has no deadline.
            pub const fn usual_deadline(self) -> Duration {
                Duration::from_secs(match self { $($( Self::$verb => $seconds, )*)* })
            }

            /// What it does, in a sentence or more.
            pub const fn summary(self) -> &'static str {
                match self { $($( Self::$verb => concat!($($doc, "\n"),*).trim_ascii(), )*)* }
            }

            /// The name of the method that calls it, which is unique among all functions.
            pub const fn method(self) -> &'static str {
                match self { $($( Self::$verb => stringify!($method), )*)* }
            }
        }
    };
}

functions!(enumerate, 'a);

impl Function {
    /// Its name for JSON-RPC: its method's, with dashes.
    pub fn rpc_name(self) -> String {
        self.method().replace('_', "-")
    }

    /// Its name for JSON-RPC in the spelling of JavaScript: its method's in camelCase.
    pub fn camel_name(self) -> String {
        camel(self.method())
    }

    /// The interface that every provider has.
    pub const CORE: &'static str = "provider";

    /// Whether every provider has it.
    pub fn is_core(self) -> bool {
        self.interface() == Self::CORE
    }

    /// Whether it sends something, and so needs to know whom it may contact.
    pub const fn is_online(self) -> bool {
        matches!(self.scope(), Scope::Pool | Scope::Handle)
    }
}

/// A name of this program in the spelling of JSON.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut camel, word| {
        let (initial, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        camel.push_str(&initial.to_ascii_uppercase());
        camel.push_str(rest);
        camel
    })
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No function has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the contract has no function of this name")]
pub struct UnknownFunction;

/// Reads the method's name with dashes, as [`Function::rpc_name`] writes it, or in camelCase.
impl FromStr for Function {
    type Err = UnknownFunction;

    fn from_str(name: &str) -> Result<Self, UnknownFunction> {
        let known = |function: &&Self| function.rpc_name() == name || function.camel_name() == name;
        Self::ALL.iter().find(known).copied().ok_or(UnknownFunction)
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, Scope, UnknownFunction};

    #[test]
    fn a_function_is_found_by_its_name_in_both_spellings_and_no_other() {
        for name in ["keep-alive", "keepAlive"] {
            assert_eq!(name.parse(), Ok(Function::KeepAlive), "{name}");
        }
        for name in ["keep_alive", "KeepAlive", "keepalive", "keep-Alive", "", "-"] {
            assert_eq!(name.parse::<Function>(), Err(UnknownFunction), "{name}");
        }
        assert_eq!("status".parse(), Ok(Function::Status));
    }

    #[test]
    fn no_two_functions_have_one_method_and_each_says_what_it_does() {
        for (index, function) in Function::ALL.iter().enumerate() {
            assert_eq!(*function as usize, index, "{function:?}");
            assert_eq!(function.rpc_name().parse(), Ok(*function));
            assert!(function.summary().ends_with('.'), "{function:?}: {}", function.summary());
        }
    }

    #[test]
    fn facts_of_a_function_are_those_of_its_entry() {
        let extend = Function::Extend;
        assert_eq!((extend.name(), extend.interface(), extend.since()), ("extend", "lifecycle", "0.1.0"));
        assert_eq!((extend.scope(), extend.usual_deadline().as_secs()), (Scope::Handle, 30));
        assert_eq!(Function::Provision.usual_deadline().as_secs(), 60);
        assert_eq!([Function::Describe.scope(), Function::Origins.scope()], [Scope::Local, Scope::Offline]);
    }
}
