//! What a test can inject into single requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;

/// Which requests are meant: a method and a path pattern, either of them optional.
///
/// A pattern is a path without the base path (`/sandbox/*/start`); `*` stands for one segment, `**` at the end for any
/// rest. The toolbox's paths begin with `/toolbox`.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    method: Option<String>,
    pattern: Option<String>,
}

impl Matcher {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests with this method and a path of this pattern.
    pub fn new(method: &str, pattern: &str) -> Self {
        Self { method: Some(method.to_ascii_uppercase()), pattern: Some(pattern.to_owned()) }
    }

    /// Requests with a path of this pattern, whatever the method.
    pub fn path(pattern: &str) -> Self {
        Self { method: None, pattern: Some(pattern.to_owned()) }
    }

    /// Whether this request is meant.
    pub fn matches(&self, request: &RecordedRequest) -> bool {
        self.method.as_ref().is_none_or(|method| *method == request.method)
            && self.pattern.as_ref().is_none_or(|pattern| fits(pattern, &request.route))
    }
}

impl From<(&str, &str)> for Matcher {
    fn from((method, pattern): (&str, &str)) -> Self {
        Self::new(method, pattern)
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        match (wanted, segments.next()) {
            ("**", _) => return true,
            (_, None) => return false,
            ("*", Some(_)) => {}
            (wanted, Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// What becomes of a request.
#[derive(Clone, Debug, Default)]
pub enum Verdict {
    /// The server handles it.
    #[default]
    Proceed,
    /// The server handles it after a while.
    Delay(Duration),
    /// This is the answer; the server never sees the request.
    Answer(Reply),
    /// The server never sees the request and nobody ever answers.
    Swallow,
    /// The connection breaks before the server sees the request.
    Reset,
    /// The server handles it, and its answer is held back for a while.
    ApplyThenDelay(Duration),
    /// The server handles it, but this is what the client gets.
    ApplyThenAnswer(Reply),
    /// The server handles it, and nobody ever answers.
    ApplyThenSwallow,
    /// The server handles it, and the connection breaks before the answer.
    ApplyThenReset,
    /// The server handles it, and the connection breaks after this many bytes of the answer's body.
    ApplyThenCut(usize),
    /// The server gets the same request twice; the client gets the second answer.
    ApplyTwice,
}

type Hook = Arc<dyn Fn(&RecordedRequest) -> Verdict + Send + Sync>;

/// Everything that is set up for requests to come.
#[derive(Default)]
pub(crate) struct Script {
    once: Vec<(Matcher, Verdict)>,
    hooks: Vec<Hook>,
    chances: Vec<Chance>,
}

/// A verdict that strikes with a probability.
struct Chance {
    matcher: Matcher,
    probability: f64,
    verdict: Verdict,
    random: u64,
}

impl Script {
    pub(crate) fn once(&mut self, matcher: Matcher, verdict: Verdict) {
        self.once.push((matcher, verdict));
    }

    pub(crate) fn hook(&mut self, hook: Hook) {
        self.hooks.push(hook);
    }

    pub(crate) fn chance(&mut self, matcher: Matcher, probability: f64, verdict: Verdict, seed: u64) {
        self.chances.push(Chance { matcher, probability, verdict, random: seed });
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Decides about one request: what was said for one request first, then hooks, then chance.
    pub(crate) fn judge(&mut self, request: &RecordedRequest) -> Verdict {
        if let Some(found) = self.once.iter().position(|(matcher, _)| matcher.matches(request)) {
            return self.once.remove(found).1;
        }
        for hook in &self.hooks {
            match hook(request) {
                Verdict::Proceed => {}
                verdict => return verdict,
            }
        }
        for chance in &mut self.chances {
            if chance.matcher.matches(request) && chance.strikes() {
                return chance.verdict.clone();
            }
        }
        Verdict::Proceed
    }
}

impl Chance {
    fn strikes(&mut self) -> bool {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // 53 bits make a number between 0 and 1.
        ((z >> 11) as f64) / ((1_u64 << 53) as f64) < self.probability
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("once", &self.once)
            .field("hooks", &self.hooks.len())
            .field("chances", &self.chances.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_one_segment_and_two_for_any_rest() {
        assert!(fits("/sandbox", "/sandbox"));
        assert!(fits("/sandbox/*", "/sandbox/abc"));
        assert!(!fits("/sandbox/*", "/sandbox"));
        assert!(!fits("/sandbox/*", "/sandbox/abc/start"));
        assert!(fits("/sandbox/*/start", "/sandbox/abc/start"));
        assert!(fits("/sandbox/**", "/sandbox/abc/start"));
        assert!(fits("/toolbox/**", "/toolbox/x/process/session/entrypoint"));
        assert!(!fits("/workspace", "/sandbox"));
    }
}
