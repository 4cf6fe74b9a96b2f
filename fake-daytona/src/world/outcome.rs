//! The outcomes of starts and builds: scripted for the next one, drawn by chance, or success.

use std::collections::VecDeque;
use std::time::Duration;

use crate::random::Draw;

/// The outcome of one start or build.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// How long it takes. Absent: as long as the latencies say.
    pub(crate) takes: Option<Duration>,
    /// It fails with this reason.
    pub(crate) fails: Option<String>,
}

/// The outcomes of starts or builds that are not planned yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes {
    scripted: VecDeque<Outcome>,
    chances: Vec<(f64, Outcome, Draw)>,
}

impl Outcomes {
    /// Scripts the outcome of the next one, after those that are scripted already.
    pub(crate) fn script(&mut self, outcome: Outcome) {
        self.scripted.push_back(outcome);
    }

    /// Scripts the outcome of the next one, before those that are scripted already.
    pub(crate) fn script_first(&mut self, outcome: Outcome) {
        self.scripted.push_front(outcome);
    }

    /// Each one has this outcome with a probability.
    pub(crate) fn by_chance(&mut self, probability: f64, outcome: Outcome, seed: u64) {
        self.chances.push((probability, outcome, Draw::new(seed)));
    }

    /// The outcome of the one that is planned now.
    pub(crate) fn next(&mut self) -> Outcome {
        if let Some(outcome) = self.scripted.pop_front() {
            return outcome;
        }
        // Each chance draws every time, so that the outcome of one does not shift the random sequence of another.
        let mut struck = None;
        for (probability, outcome, draw) in &mut self.chances {
            if draw.fraction() < *probability && struck.is_none() {
                struck = Some(outcome.clone());
            }
        }
        struck.unwrap_or_default()
    }
}
