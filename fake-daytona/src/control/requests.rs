//! Actions for single requests.

use std::sync::Arc;

use crate::FakeDaytona;
use crate::fault::{Matcher, RandomFaults, RequestAction};
use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;

/// Single requests.
impl FakeDaytona {
    /// The next request of this kind gets this answer and is not handled.
    pub fn respond_once(&self, matcher: impl Into<Matcher>, reply: Reply) {
        self.once(matcher, RequestAction::Answer(reply));
    }

    /// Applies this action to the next request of this kind. Several for the same kind are used up in their order.
    pub fn once(&self, matcher: impl Into<Matcher>, action: RequestAction) {
        self.core.script().once(matcher.into(), action);
    }

    /// Calls this hook for every request that no `once` applied to. The first hook that does not say
    /// [`RequestAction::Proceed`] decides. A hook must not call the fake.
    pub fn on_request(&self, hook: impl Fn(&RecordedRequest) -> RequestAction + Send + Sync + 'static) {
        self.core.script().hook(Arc::new(hook));
    }

    /// Applies this action to requests of this kind with this probability (0 to 1). The same seed strikes the same requests.
    pub fn by_chance(&self, matcher: impl Into<Matcher>, probability: f64, action: RequestAction, seed: u64) {
        self.random_faults(RandomFaults::new(seed, probability).on(matcher).always(action));
    }

    /// Faults strike by chance from now on. Several of these may be active at once; the first one that draws a fault decides.
    pub fn random_faults(&self, faults: RandomFaults) {
        self.core.script().random_faults(faults);
    }

    /// How many of the actions given to [`FakeDaytona::once`] still wait for their request.
    pub fn pending_verdicts(&self) -> usize {
        self.core.script().pending()
    }

    /// Forgets everything that was set up for single requests, random faults too.
    pub fn clear_script(&self) {
        self.core.script().clear();
    }
}
