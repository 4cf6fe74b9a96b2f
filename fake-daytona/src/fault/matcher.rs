//! Which requests a fault applies to.

use crate::inspect::RecordedRequest;

/// Which requests a fault applies to: a method and a path pattern, either of them optional.
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

    /// Requests with this method, whatever the path.
    pub fn method(method: &str) -> Self {
        Self { method: Some(method.to_ascii_uppercase()), pattern: None }
    }

    /// Whether this request matches.
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
