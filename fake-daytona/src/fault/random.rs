//! Faults by chance, the same ones in every run.

use std::collections::HashMap;

use super::action::RequestAction;
use super::kind::FaultKind;
use super::matcher::Matcher;
use crate::inspect::RecordedRequest;
use crate::random::Draw;

/// Faults that strike by chance.
///
/// Whether and how one strikes depends on the seed, on the method and path of a request, and on how many of the same
/// there were before: not on what other requests come in between. So a run can be repeated, and one more request
/// somewhere does not change the faults of all others.
///
/// ```
/// use fake_daytona::{FakeDaytona, FaultKind, Generation, RandomFaults};
///
/// let fake = FakeDaytona::builder(Generation::V0_190).build();
/// fake.random_faults(RandomFaults::new(42, 0.05)); // one request in twenty, of every kind
/// fake.random_faults(RandomFaults::new(43, 0.5).on(("POST", "/sandbox")).of(&FaultKind::ambiguous()).at_most(100));
/// ```
#[derive(Clone, Debug)]
#[must_use = "it strikes where it is given to a fake"]
pub struct RandomFaults {
    seed: u64,
    probability: f64,
    matcher: Matcher,
    faults: Faults,
    left: usize,
    seen: HashMap<u64, u64>,
}

#[derive(Clone, Debug)]
enum Faults {
    Kinds(Vec<FaultKind>),
    Always(RequestAction),
}

impl RandomFaults {
    /// Every usual kind of fault, at every request, with this probability (0 to 1).
    pub fn new(seed: u64, probability: f64) -> Self {
        Self {
            seed,
            probability,
            matcher: Matcher::any(),
            faults: Faults::Kinds(FaultKind::usual()),
            left: usize::MAX,
            seen: HashMap::new(),
        }
    }

    /// At these requests only.
    pub fn on(mut self, matcher: impl Into<Matcher>) -> Self {
        self.matcher = matcher.into();
        self
    }

    /// Of these kinds only, each as likely as the others; name one twice and it is twice as likely.
    pub fn of(mut self, kinds: &[FaultKind]) -> Self {
        self.faults = Faults::Kinds(kinds.to_vec());
        self
    }

    /// Always exactly this.
    pub fn always(mut self, action: RequestAction) -> Self {
        self.faults = Faults::Always(action);
        self
    }

    /// Ends after this many faults.
    pub fn at_most(mut self, faults: usize) -> Self {
        self.left = faults;
        self
    }

    /// The fault that strikes this request, if one does.
    pub(super) fn strike(&mut self, request: &RecordedRequest) -> Option<RequestAction> {
        if self.left == 0 || !self.matcher.matches(request) {
            return None;
        }
        let kind_of_request = fingerprint(&request.method, &request.route);
        let turn = self.seen.entry(kind_of_request).or_default();
        *turn += 1;
        let mut draw = Draw::new(self.seed ^ kind_of_request ^ turn.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        if draw.fraction() >= self.probability {
            return None;
        }
        let action = match &self.faults {
            Faults::Always(action) => action.clone(),
            Faults::Kinds(kinds) if kinds.is_empty() => return None,
            Faults::Kinds(kinds) => {
                let kind = kinds[draw.between(0, kinds.len() as u64 - 1) as usize];
                kind.action(&mut draw)
            }
        };
        self.left -= 1;
        Some(action)
    }
}

/// A number that tells requests apart; FNV-1a, because the standard library's hash may change with the compiler.
fn fingerprint(method: &str, route: &str) -> u64 {
    let bytes = method.bytes().chain([b' ']).chain(route.bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
