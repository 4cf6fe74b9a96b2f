//! Everything that is set up for requests to come.

use std::fmt;
use std::sync::Arc;

use super::{Matcher, Storm, Verdict};
use crate::inspect::RecordedRequest;

type Hook = Arc<dyn Fn(&RecordedRequest) -> Verdict + Send + Sync>;

/// Verdicts for single requests, hooks, storms.
#[derive(Default)]
pub(crate) struct Script {
    once: Vec<(Matcher, Verdict)>,
    hooks: Vec<Hook>,
    storms: Vec<Storm>,
}

impl Script {
    pub(crate) fn once(&mut self, matcher: Matcher, verdict: Verdict) {
        self.once.push((matcher, verdict));
    }

    pub(crate) fn hook(&mut self, hook: Hook) {
        self.hooks.push(hook);
    }

    pub(crate) fn storm(&mut self, storm: Storm) {
        self.storms.push(storm);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many verdicts wait for their request.
    pub(crate) fn pending(&self) -> usize {
        self.once.len()
    }

    /// Decides about one request: what was said for one request first, then hooks, then chance.
    pub(crate) fn verdict_for(&mut self, request: &RecordedRequest) -> Verdict {
        if let Some(found) = self.once.iter().position(|(matcher, _)| matcher.matches(request)) {
            return self.once.remove(found).1;
        }
        for hook in &self.hooks {
            match hook(request) {
                Verdict::Proceed => {}
                verdict => return verdict,
            }
        }
        self.storms.iter_mut().find_map(|storm| storm.strike(request)).unwrap_or_default()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("once", &self.once)
            .field("hooks", &self.hooks.len())
            .field("storms", &self.storms)
            .finish()
    }
}
