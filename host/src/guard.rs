//! Around every call: no key of it goes in where it must not be, and none comes out.

use crate::error::CallError;
use crate::leak;
use crate::redact::Keys;
use crate::shared::Shared;
use crate::texts::Texts;
use crate::verbs::Verb;

/// The keys of one call: that of its context, and those of the environment.
pub(crate) struct Guard {
    keys: Keys,
    /// Whether the provider holds placeholders, and so cannot know what to leave out.
    is_blind: bool,
}

impl Guard {
    /// Refuses a call with one of its keys where it must not be, if its provider could not do so itself.
    pub(crate) fn enter(shared: &Shared, verb: &impl Verb) -> Result<Self, CallError> {
        let own = verb.context().and_then(|context| context.credential.as_ref()).map(|credential| &credential.secret);
        let keys = Keys::new(own.into_iter().chain(shared.surroundings.environment.keys()));
        let is_blind = shared.surroundings.policy.inject_credentials;
        if is_blind {
            leak::refuse(&keys, verb)?;
        }
        Ok(Self { keys, is_blind })
    }

    /// What the call gives back, without its keys.
    pub(crate) fn leave<T: Texts>(self, mut result: Result<T, CallError>) -> Result<T, CallError> {
        match &mut result {
            Ok(value) if self.is_blind => self.keys.redact(value),
            Ok(_) => {}
            Err(error) => self.keys.redact_error(error),
        }
        result
    }
}
