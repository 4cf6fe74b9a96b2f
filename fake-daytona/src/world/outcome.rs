//! How starts and builds go: as scripted for the next one, by chance, or well.

use std::collections::VecDeque;
use std::time::Duration;

use crate::random::Draw;

/// How one start or build goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Longer or shorter than usual.
    pub(crate) takes: Option<Duration>,
    /// It ends badly, with this reason.
    pub(crate) fails: Option<String>,
}

/// How those to come go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes {
    scripted: VecDeque<Outcome>,
    chances: Vec<(f64, Outcome, Draw)>,
}

impl Outcomes {
    /// The next one goes like this.
    pub(crate) fn script(&mut self, outcome: Outcome) {
        self.scripted.push_back(outcome);
    }

    /// The next one goes like this, whatever was said about those to come.
    pub(crate) fn script_first(&mut self, outcome: Outcome) {
        self.scripted.push_front(outcome);
    }

    /// Each goes like this with a probability.
    pub(crate) fn by_chance(&mut self, probability: f64, outcome: Outcome, seed: u64) {
        self.chances.push((probability, outcome, Draw::new(seed)));
    }

    /// How the one that is planned now goes.
    pub(crate) fn next(&mut self) -> Outcome {
        if let Some(outcome) = self.scripted.pop_front() {
            return outcome;
        }
        // Each chance draws every time, so that one does not change the luck of another.
        let mut struck = None;
        for (probability, outcome, draw) in &mut self.chances {
            if draw.fraction() < *probability && struck.is_none() {
                struck = Some(outcome.clone());
            }
        }
        struck.unwrap_or_default()
    }
}
