//! Verdicts for single requests.

use std::sync::Arc;

use crate::FakeDaytona;
use crate::fault::{Matcher, Storm, Verdict};
use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;

/// Single requests.
impl FakeDaytona {
    /// The next request of this kind gets this answer and is not handled.
    pub fn respond_once(&self, matcher: impl Into<Matcher>, reply: Reply) {
        self.once(matcher, Verdict::Answer(reply));
    }

    /// Applies this verdict to the next request of this kind. Several for the same kind are used up in their order.
    pub fn once(&self, matcher: impl Into<Matcher>, verdict: Verdict) {
        self.core.script().once(matcher.into(), verdict);
    }

    /// Calls this hook for every request that no `once` applied to. The first hook that does not say
    /// [`Verdict::Proceed`] decides. A hook must not call the fake.
    pub fn on_request(&self, hook: impl Fn(&RecordedRequest) -> Verdict + Send + Sync + 'static) {
        self.core.script().hook(Arc::new(hook));
    }

    /// Applies this verdict to requests of this kind with this probability (0 to 1). The same seed strikes the same requests.
    pub fn by_chance(&self, matcher: impl Into<Matcher>, probability: f64, verdict: Verdict, seed: u64) {
        self.storm(Storm::new(seed, probability).on(matcher).always(verdict));
    }

    /// Faults strike by chance from now on. Several storms may be active at once; the first one that draws a fault decides.
    pub fn storm(&self, storm: Storm) {
        self.core.script().storm(storm);
    }

    /// How many of the verdicts given to [`FakeDaytona::once`] still wait for their request.
    pub fn pending_verdicts(&self) -> usize {
        self.core.script().pending()
    }

    /// Forgets everything that was set up for single requests, storms too.
    pub fn clear_script(&self) {
        self.core.script().clear();
    }
}
