//! What a key is good for.
#![forbid(unsafe_code)]

use super::remark::{error, note, warning};
use crate::contract::Finding;
use crate::daytona::Key;
use crate::moment::Moment;

/// A key that ends sooner is worth a warning, in seconds: a week.
const SOON_SEC: i64 = 7 * 24 * 60 * 60;

/// What is needed to create a sandbox, and to end it.
const SCOPES: [(&str, &str); 2] = [("write:sandboxes", "created or started"), ("delete:sandboxes", "deleted")];

/// Every remark on a key.
pub fn remarks(key: &Key, now: Option<Moment>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (scope, what) in SCOPES {
        if key.has(scope) == Some(false) {
            found.push(error(
                "missing-scope",
                "vendor.key",
                format!("The key lacks the scope {scope}, so no sandbox can be {what} with it."),
                "Make a key with the scopes write:sandboxes and delete:sandboxes in Daytona's dashboard.",
            ));
        }
    }
    if key.scopes.is_none() {
        found.push(note("scopes-unknown", "vendor.key", "The server does not say what the key may do.", ""));
    }
    match (expires_soon(key, now), key.expires_at) {
        (Some(end), _) => found.push(warning(
            "key-expires",
            "vendor.key",
            format!("The key ends at {}; then every call is refused.", end.to_rfc3339()),
            "Make a new key in Daytona's dashboard and store it before that.",
        )),
        (None, Some(end)) if now.is_none() => found.push(note(
            "expiry-unknown",
            "vendor.key",
            format!("The key ends at {}, and the server does not say what time it is.", end.to_rfc3339()),
            "",
        )),
        (None, _) => {}
    }
    found
}

/// The end of a key that ends within a week.
pub fn expires_soon(key: &Key, now: Option<Moment>) -> Option<Moment> {
    key.expires_at.zip(now).filter(|(end, now)| end.since(*now) < SOON_SEC).map(|(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_expiry_are_remarked_on() {
        let now = Moment::at(1_000_000);
        let key = |scopes: &[&str], expires_in: Option<i64>| Key {
            scopes: Some(scopes.join(", ")),
            expires_at: expires_in.map(|seconds| now.plus(seconds)),
            organization: None,
        };
        let both = ["write:sandboxes", "delete:sandboxes"];
        for (key, now, expected) in [
            (key(&both, None), Some(now), ""),
            (key(&both, Some(SOON_SEC)), Some(now), ""),
            (key(&both, Some(SOON_SEC - 1)), Some(now), "key-expires"),
            (key(&both, Some(1)), None, "expiry-unknown"),
            (key(&["write:sandboxes"], None), Some(now), "missing-scope"),
            (key(&[], Some(60)), Some(now), "missing-scope missing-scope key-expires"),
            (Key::default(), Some(now), "scopes-unknown"),
        ] {
            let rules: Vec<String> = remarks(&key, now).into_iter().map(|finding| finding.rule).collect();
            assert_eq!(rules.join(" "), expected, "{key:?}");
        }
    }
}
