//! Everything that is set up for requests to come.

use std::fmt;
use std::sync::Arc;

use super::{Matcher, RandomFaults, RequestAction};
use crate::inspect::RecordedRequest;

type Hook = Arc<dyn Fn(&RecordedRequest) -> RequestAction + Send + Sync>;

/// What happens to single requests: actions given beforehand, hooks, random faults.
#[derive(Default)]
pub(crate) struct Script {
    once: Vec<(Matcher, RequestAction)>,
    hooks: Vec<Hook>,
    random: Vec<RandomFaults>,
}

impl Script {
    pub(crate) fn once(&mut self, matcher: Matcher, action: RequestAction) {
        self.once.push((matcher, action));
    }

    pub(crate) fn hook(&mut self, hook: Hook) {
        self.hooks.push(hook);
    }

    pub(crate) fn random_faults(&mut self, faults: RandomFaults) {
        self.random.push(faults);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many actions wait for their request.
    pub(crate) fn pending(&self) -> usize {
        self.once.len()
    }

    /// Decides about one request: what was said for one request first, then hooks, then chance.
    pub(crate) fn action_for(&mut self, request: &RecordedRequest) -> RequestAction {
        if let Some(found) = self.once.iter().position(|(matcher, _)| matcher.matches(request)) {
            return self.once.remove(found).1;
        }
        for hook in &self.hooks {
            match hook(request) {
                RequestAction::Proceed => {}
                action => return action,
            }
        }
        self.random.iter_mut().find_map(|faults| faults.strike(request)).unwrap_or_default()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("once", &self.once)
            .field("hooks", &self.hooks.len())
            .field("random", &self.random)
            .finish()
    }
}
