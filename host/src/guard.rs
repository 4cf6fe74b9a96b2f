//! Around every call: no key of it goes in where it must not be, and none comes out.

use crate::error::CallError;
use crate::input;
use crate::leak;
use crate::redact::Keys;
use crate::shared::Shared;
use crate::texts::Texts;
use crate::types::{ErrorCode, ProviderError};
use crate::verbs::Verb;

/// The keys of one call: that of its context, and those of the environment.
pub(crate) struct Guard {
    keys: Keys,
    /// Whether the provider holds placeholders, and so cannot know what to leave out.
    is_blind: bool,
    /// Whether errors leave as the provider wrote them.
    as_told: bool,
    /// What is odd about the key that the vendor was called with, where the provider does not see it.
    oddity: Option<&'static str>,
}

impl Guard {
    /// Refuses a call with one of its keys where it must not be, if its provider could not do so itself.
    pub(crate) fn enter(shared: &Shared, verb: &impl Verb) -> Result<Self, CallError> {
        let own = verb.context().and_then(|context| context.credential.as_ref()).map(|credential| &credential.secret);
        let all = || own.into_iter().chain(shared.surroundings.environment.keys());
        let keys = Keys::new(all());
        let is_blind = shared.surroundings.policy.inject_credentials;
        let oddity = all().next().filter(|_| is_blind).and_then(|key| input::oddity(key.expose()));
        if is_blind {
            leak::refuse(&keys, verb)?;
        }
        Ok(Self { keys, is_blind, as_told: shared.surroundings.shows_errors_as_told, oddity })
    }

    /// What the call gives back, without its keys.
    pub(crate) fn leave<T: Texts>(self, mut result: Result<T, CallError>) -> Result<T, CallError> {
        match &mut result {
            Ok(value) if self.is_blind => self.keys.redact(value),
            Ok(_) => {}
            Err(error) => {
                if let (CallError::Provider(error), Some(oddity)) = (&mut *error, self.oddity) {
                    explain(error, oddity);
                }
                if !self.as_told {
                    self.keys.redact_error(error);
                }
            }
        }
        result
    }
}

/// Adds to a refusal of the key what is odd about it.
fn explain(error: &mut ProviderError, oddity: &str) {
    if error.code == ErrorCode::Unauthenticated && error.http_status == Some(401) {
        let remedy = error.remedy().unwrap_or_default();
        let remedy = format!("The key {oddity}: store it exactly as the vendor shows it. {remedy}");
        error.details.set("remedy", remedy.trim_end());
    }
}
