//! Why there is no response, in words. The codes of `wasi:http` have no room for them, and a person needs them: an expired
//! certificate is mended elsewhere than a wrong name.

use std::sync::{Arc, Mutex, PoisonError};

/// Why the last request of a call got no response, in words for a person. The host adds one to the extensions of each
/// request; a client may set it, and the caller finds it in the error's details as `network`. No key is ever in it.
#[derive(Clone, Debug, Default)]
pub struct Reason(Arc<Mutex<Option<String>>>);

impl Reason {
    /// Sets the words, over any that were there.
    pub fn set(&self, words: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(words.into());
    }

    /// The words, where there are any.
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes them back: a request went well.
    pub(crate) fn clear(&self) {
        self.take();
    }

    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
