//! What guests may use: each limit is written once, with its default, its method and its key in a policy file.

use std::time::Duration;

#[cfg(feature = "policy-file")]
use serde::{Deserialize, Deserializer};

/// Whether a limit is one of nothing, which would let nothing happen.
trait IsZero {
    fn is_zero(&self) -> bool;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl IsZero for $number {
            fn is_zero(&self) -> bool {
                *self == 0
            }
        }
    )*};
}

numbers! { usize u32 }

impl IsZero for Duration {
    fn is_zero(&self) -> bool {
        Self::is_zero(self)
    }
}

#[cfg(feature = "policy-file")]
fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}

/// A record of limits. An entry has its documentation, the method that sets it, its key in the section of a policy file with
/// what reads it, its name and type, and its default.
macro_rules! limits {
    (
        $(#[$about:meta])*
        $name:ident in $section:literal {$(
            $(#[doc = $doc:literal])*
            $with:ident $key:literal $([$($read:tt)*])? $field:ident: $type:ty = $default:expr,
        )*}
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "policy-file", derive(Deserialize), serde(deny_unknown_fields, default))]
        #[non_exhaustive]
        pub struct $name {$(
            $(#[doc = $doc])*
            #[cfg_attr(feature = "policy-file", serde(rename = $key $(, $($read)*)?))]
            pub $field: $type,
        )*}

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            /// All defaults.
            pub fn new() -> Self {
                Self::default()
            }

            $(
                #[doc = concat!("Sets [`", stringify!($name), "::", stringify!($field), "`].")]
                #[must_use]
                pub fn $with(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )*

            /// The first limit that is one of nothing, by its key in a policy file.
            pub(crate) fn zero(&self) -> Option<&'static str> {
                $( if IsZero::is_zero(&self.$field) { return Some(concat!($section, ".", $key)); } )*
                None
            }
        }
    };
}

limits! {
    /// Bounds on guests.
    ///
    /// ```
    /// use sandbox_host::Limits;
    ///
    /// let limits = Limits::new().with_memory_bytes(32 << 20).with_concurrent_calls(200);
    /// assert_eq!(limits.open_requests, Limits::default().open_requests);
    /// ```
    Limits in "limits" {
        /// Bytes of linear memory of one instance, all its memories together. Default 64 MiB: a provider needs a few, a reply
        /// of the API may take as many again.
        with_memory_bytes "memory-bytes" memory_bytes: usize = 64 << 20,
        /// Elements of one table. Default 10,000.
        with_table_elements "table-elements" table_elements: usize = 10_000,
        /// Calls that may run at the same time, each in its own instance. Default 1,000. One reserves address space (about
        /// 4 GiB, not memory), so that the pool has to know. A call beyond it fails at once with
        /// [`CallError::Busy`](crate::CallError::Busy).
        with_concurrent_calls "concurrent-calls" concurrent_calls: u32 = 1_000,
        /// Core instances, memories and tables of one component each. Default 10: a component of one language toolchain has
        /// three instances, one memory and two tables.
        with_items_per_component "items-per-component" items_per_component: u32 = 10,
        /// Bytes that the host sets aside for what one call of a function brings out of a guest: a list of many small things
        /// takes more room here than there. Default 16 MiB. More is a trap.
        with_transfer_bytes "transfer-bytes" transfer_bytes: usize = 16 << 20,
        /// Handles that an instance may hold of the host's resources: requests, headers, streams, timers. Default 1,000; a
        /// request needs about ten. More is a trap.
        with_resource_handles "resource-handles" resource_handles: usize = 1_000,
        /// Requests of one call that may be open at the same time: sent, and their responses not dropped. Default 32; a
        /// provider needs one. The next one is told that the limit is reached.
        with_open_requests "open-requests" open_requests: usize = 32,
        /// Bytes of native stack of one instance. Default 1 MiB. Deeper recursion is a trap.
        with_stack_bytes "stack-bytes" stack_bytes: usize = 1 << 20,
        /// Time that one call may compute, not counting the time it waits. Default 2 s; a call needs less than a millisecond.
        /// Measured in steps of [`Limits::tick`].
        with_compute "compute-ms" [deserialize_with = "millis"] compute: Duration = Duration::from_secs(2),
        /// How often a computing guest is interrupted: others get their turn, and [`Limits::compute`] is checked. Default
        /// 10 ms. In real time always, so that a run in virtual time is the same every time only with one that never comes.
        with_tick "tick-ms" [deserialize_with = "millis"] tick: Duration = Duration::from_millis(10),
        /// How much longer than its own deadline a call may take before the host ends it. Default 2 s: the provider reports
        /// its deadline itself, with a better error, and this is for one that does not.
        with_call_timeout_margin "call-timeout-margin-ms" [deserialize_with = "millis"]
            call_timeout_margin: Duration = Duration::from_secs(2),
        /// Bytes of a component that is loaded. Default 32 MiB.
        with_component_bytes "component-bytes" component_bytes: usize = 32 << 20,
    }
}

limits! {
    /// How long instances are kept between calls, and how many.
    ///
    /// ```
    /// use sandbox_host::WarmLimits;
    ///
    /// let limits = WarmLimits::new().with_idle(16);
    /// assert_eq!(limits.calls, 1_000);
    /// ```
    WarmLimits in "instances" {
        /// Instances that wait for a call, of all pools together. Default 64. Each takes one of
        /// [`Limits::concurrent_calls`], and is given up when a call finds no room.
        with_idle "idle" idle: usize = 64,
        /// Calls that one instance serves. Default 1,000: what it did not give back is gone after that.
        with_calls "calls" calls: u32 = 1_000,
        /// Age at which an instance is not used again. Default 5 min.
        with_age "age-ms" [deserialize_with = "millis"] age: Duration = Duration::from_secs(300),
    }
}

impl Copy for WarmLimits {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Limits, WarmLimits};

    #[test]
    fn every_limit_of_nothing_is_found() {
        assert_eq!((Limits::new().zero(), WarmLimits::new().zero()), (None, None));
        assert_eq!(Limits::new().with_open_requests(0).zero(), Some("limits.open-requests"));
        assert_eq!(Limits::new().with_tick(Duration::ZERO).zero(), Some("limits.tick-ms"));
        assert_eq!(WarmLimits::new().with_age(Duration::ZERO).zero(), Some("instances.age-ms"));
    }
}
