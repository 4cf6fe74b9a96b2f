//! Calls on the version of a slot that serves.

use std::sync::Arc;

use sandbox_contract::function::Function;
use tokio::sync::broadcast;

use super::event::{Event, Version};
use super::generation::Generation;
use crate::error::CallError;
use crate::info::ProviderInfo;
use crate::types::Descriptor;
use crate::verbs::{Value, Verb};

/// The version of a slot that serves, held for one call. [`Provider`](crate::Provider) and what it offers say what each
/// call does.
///
/// # Errors
/// As the provider's; and [`CallError::Replaced`] when the version was replaced and the call took longer than the drain
/// limit.
pub struct Lease {
    generation: Arc<Generation>,
    events: broadcast::Sender<Event>,
}

impl Lease {
    pub(super) fn new(generation: &Arc<Generation>, events: &broadcast::Sender<Event>) -> Self {
        generation.enter();
        Self { generation: Arc::clone(generation), events: events.clone() }
    }

    /// Which version this is.
    pub fn version(&self) -> Version {
        self.generation.version()
    }

    /// Facts of its component.
    pub fn info(&self) -> &ProviderInfo {
        self.generation.provider().info()
    }

    /// Whether it has a function. One that it does not have returns [`CallError::NotOffered`].
    pub fn offers(&self, function: Function) -> bool {
        self.info().offers(function)
    }

    /// What the version said of itself when it came in.
    pub fn descriptor(&self) -> &Descriptor {
        self.generation.descriptor()
    }

    /// Tells of a call that took its instance with it.
    fn tell(&self, function: &'static str, error: &CallError) {
        let broke = matches!(
            error,
            CallError::Trapped { .. }
                | CallError::OutOfMemory { .. }
                | CallError::ComputedTooLong { .. }
                | CallError::TimedOut { .. }
                | CallError::BadOrigin { .. }
        );
        if broke {
            let event =
                Event::Trapped { version: self.version(), function: function.to_owned(), reason: error.to_string() };
            // Without a subscriber there is nobody to tell; the call itself has written its log line.
            let _ = self.events.send(event);
        }
    }

    pub(crate) async fn call<V: Verb>(&self, verb: V) -> Result<Value<V>, CallError> {
        let function = V::FUNCTION.name();
        let result = tokio::select! {
            biased;
            result = self.generation.call(verb) => result,
            () = self.generation.ended() => Err(CallError::Replaced { function }),
        };
        if let Err(error) = &result {
            self.tell(function, error);
        }
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.generation.leave();
    }
}
