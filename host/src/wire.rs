//! What crosses the boundary to a guest: parameters as callers lend them, or as JSON brings them, and results.

use wasmtime::component::{ComponentNamedList, Lift};

use crate::bindings::{diagnostics, inventory, process, snapshots, types as wit};
use crate::error::CallError;
use crate::leak::{Holds, Leak};
use crate::texts::Texts;
use crate::types::{
    CapacityReport, Command, Completion, Declaration, Descriptor, Explanation, Finding, Handle, HealthReport, Mode,
    Output, Page, ProviderError, Report, Snapshot, SnapshotPage, Spec, State, Termination,
};

/// A parameter.
pub(crate) trait Parameter<'a>: Copy + Send + Sync {
    /// What JSON is read into.
    type Owned: 'static;
    /// What the guest takes.
    type Wit: 'static;

    /// Borrows what was read.
    fn borrow(owned: &'a Self::Owned) -> Self;

    /// Makes what the guest takes.
    fn lower(self) -> Self::Wit;

    /// The sandbox that a call is about decides whom it may contact.
    fn handle(self) -> Option<&'a Handle> {
        None
    }

    /// What a call leaves at the vendor is looked through for keys, its pool included.
    fn spec(self) -> Option<&'a Spec> {
        None
    }

    /// Where a key is in it, and must not be.
    fn leak(self, holds: Holds<'_>) -> Option<Leak>;
}

impl<'a, P: Parameter<'a>> Parameter<'a> for Option<P> {
    type Owned = Option<P::Owned>;
    type Wit = Option<P::Wit>;

    fn borrow(owned: &'a Self::Owned) -> Self {
        owned.as_ref().map(P::borrow)
    }

    fn lower(self) -> Self::Wit {
        self.map(P::lower)
    }

    fn handle(self) -> Option<&'a Handle> {
        self.and_then(P::handle)
    }

    fn spec(self) -> Option<&'a Spec> {
        self.and_then(P::spec)
    }

    fn leak(self, holds: Holds<'_>) -> Option<Leak> {
        self?.leak(holds)
    }
}

impl<'a> Parameter<'a> for &'a str {
    type Owned = String;
    type Wit = String;

    fn borrow(owned: &'a String) -> Self {
        owned
    }

    fn lower(self) -> String {
        self.to_owned()
    }

    fn leak(self, holds: Holds<'_>) -> Option<Leak> {
        Leak::in_id(self, holds)
    }
}

impl<'a> Parameter<'a> for &'a [String] {
    type Owned = Vec<String>;
    type Wit = Vec<String>;

    fn borrow(owned: &'a Vec<String>) -> Self {
        owned
    }

    fn lower(self) -> Vec<String> {
        self.to_vec()
    }

    fn leak(self, holds: Holds<'_>) -> Option<Leak> {
        Leak::in_ids(self, holds)
    }
}

impl<'a> Parameter<'a> for &'a Handle {
    type Owned = Handle;
    type Wit = wit::Handle;

    fn borrow(owned: &'a Handle) -> Self {
        owned
    }

    fn lower(self) -> wit::Handle {
        self.into()
    }

    fn handle(self) -> Option<&'a Handle> {
        Some(self)
    }

    fn leak(self, holds: Holds<'_>) -> Option<Leak> {
        Leak::in_handle(self, holds)
    }
}

impl<'a> Parameter<'a> for &'a Spec {
    type Owned = Spec;
    type Wit = wit::Spec;

    fn borrow(owned: &'a Spec) -> Self {
        owned
    }

    fn lower(self) -> wit::Spec {
        self.into()
    }

    fn spec(self) -> Option<&'a Spec> {
        Some(self)
    }

    fn leak(self, holds: Holds<'_>) -> Option<Leak> {
        Leak::in_spec(self, holds)
    }
}

/// Records that are nothing more than parameters, and where a key must not be in them.
macro_rules! records {
    ($($own:ty => $wit:ty, $leak:expr;)*) => {$(
        impl<'a> Parameter<'a> for &'a $own {
            type Owned = $own;
            type Wit = $wit;

            fn borrow(owned: &'a $own) -> Self {
                owned
            }

            fn lower(self) -> $wit {
                self.into()
            }

            fn leak(self, holds: Holds<'_>) -> Option<Leak> {
                $leak(self, holds)
            }
        }
    )*};
}

records! {
    Command => process::Command, Leak::in_command;
    // Functions that take one send nothing.
    Declaration => wit::Declaration, |_, _| None;
}

/// Numbers and enums, which are copied.
macro_rules! values {
    ($($own:ty => $wit:ty,)*) => {$(
        impl Parameter<'_> for $own {
            type Owned = $own;
            type Wit = $wit;

            fn borrow(owned: &$own) -> Self {
                *owned
            }

            fn lower(self) -> $wit {
                self.into()
            }

            fn leak(self, _: Holds<'_>) -> Option<Leak> {
                None
            }
        }
    )*};
}

values! {
    u32 => u32,
    Mode => inventory::Mode,
}

/// A result.
pub(crate) trait Lifted: Texts + Send + Sized {
    /// What the guest gives.
    type Wit: Lift + Send + Sync + 'static;

    /// Makes what callers get.
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
    ($($own:ty => $wit:ty,)*) => {$(
        impl Lifted for $own {
            type Wit = $wit;

            fn lift(given: $wit) -> Self {
                given.into()
            }
        }
    )*};
}

lifted! {
    () => (),
    String => String,
    Completion => process::Completion,
    Declaration => wit::Declaration,
    Descriptor => wit::Descriptor,
    Finding => wit::Finding,
    Handle => wit::Handle,
    Output => process::Output,
    Page => inventory::Page,
    Report => inventory::Report,
    Snapshot => snapshots::Snapshot,
    SnapshotPage => snapshots::SnapshotPage,
    HealthReport => diagnostics::HealthReport,
    Explanation => diagnostics::Explanation,
    CapacityReport => diagnostics::CapacityReport,
    State => wit::State,
    Termination => wit::Termination,
}

/// How a function returns what it returns.
pub(crate) trait Returns {
    /// What callers get.
    type Value: Texts + Send;
    /// The guest's list of results.
    type Results: ComponentNamedList + Lift + Send + Sync + 'static;

    /// Makes what callers get.
    fn finish(results: Self::Results) -> Result<Self::Value, CallError>;
}

/// A function that cannot fail.
pub(crate) struct Plain<T>(std::marker::PhantomData<T>);

impl<T: Lifted> Returns for Plain<T> {
    type Value = T;
    type Results = (T::Wit,);

    fn finish((value,): Self::Results) -> Result<T, CallError> {
        Ok(T::lift(value))
    }
}

/// A function that returns a `result`.
pub(crate) struct Fallible<T>(std::marker::PhantomData<T>);

impl<T: Lifted> Returns for Fallible<T> {
    type Value = T;
    type Results = (Result<T::Wit, wit::Error>,);

    fn finish((result,): Self::Results) -> Result<T, CallError> {
        result.map(T::lift).map_err(|error| CallError::Provider(ProviderError::from(error)))
    }
}
