//! What a route gets of a request.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::core::Core;
use crate::inspect::RecordedRequest;

/// What a route gets: the request, taken apart.
pub(crate) struct Call<'a> {
    pub(crate) core: &'a Arc<Core>,
    pub(crate) request: &'a RecordedRequest,
    /// The JSON body; an empty object when there is none.
    pub(crate) body: Value,
    /// The API key.
    pub(crate) key: String,
    /// A read shows what was true this long ago.
    pub(crate) stale: Option<Duration>,
}

impl Call<'_> {
    /// The moment that a stale read shows.
    pub(crate) fn then(&self) -> Option<Timestamp> {
        let age = self.stale?;
        Some(Timestamp::from_millis(self.core.now().as_millis().saturating_sub(age.as_millis() as u64)))
    }

    /// The last value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.request.query_values(name).pop()
    }
}
