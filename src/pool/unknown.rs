//! Keys that nobody reads: most are misspelt, some are secrets in the wrong place.

use super::document::Object;
use super::finding::{Findings, holds_key, member, quoted};

/// Names that other tools use for the same thing, in the spelling of [`folded`].
const OTHER_NAMES: [(&str, &str); 6] = [
    ("entrypoint", "command"),
    ("region", "target"),
    ("vcpu", "cpu"),
    ("ram", "memoryGB"),
    ("storage", "diskGB"),
    ("ttlminutes", "maxLifetimeMinutes"),
];

/// What names of secrets have in them, in the spelling of [`folded`].
const SECRET_WORDS: [&str; 6] = ["apikey", "token", "secret", "password", "credential", "jwt"];

/// Longest key for which a similar one is looked for, in bytes.
const MAX_COMPARED: usize = 40;

/// Most letters in which a misspelt key differs.
const MAX_DISTANCE: usize = 2;

/// Shortest part of a key's name that stands for the whole name, in letters.
const MIN_PART: usize = 4;

/// Warns of every key that is not known.
pub fn report(object: &Object<'_>, known: &[&str], findings: &mut Findings) {
    for (key, value) in object.iter().filter(|(key, _)| !known.contains(key)) {
        let folded = folded(key);
        let path = member("$", key);
        // A key may be a secret itself, when name and value were mixed up.
        let name = if holds_key(key) {
            "A key".to_owned()
        } else if path == format!("$.{key}") {
            key.to_owned()
        } else {
            quoted(key)
        };
        let secret = SECRET_WORDS.iter().any(|word| folded.contains(*word))
            || holds_key(key)
            || value.as_text().is_some_and(|text| holds_key(&text));
        if secret {
            let message =
                format!("{name} looks like a secret. It is not used, and a configuration is no place for one.");
            let remedy = "Remove it, and put the API key into the org's daytona credential or into DAYTONA_API_KEY. If others can read this configuration, replace the key.";
            findings.warning("secret-in-config", &path, message, remedy);
            continue;
        }
        let message = format!("{name} is not a key of this provider and has no effect.");
        let remedy = if folded.starts_with("autostop") {
            "Remove it; the idle time comes with each session, and is 30 minutes where it does not.".to_owned()
        } else if let Some(meant) = similar(key, &folded, known) {
            format!("Did you mean {meant}?")
        } else {
            "Remove it, or correct its name.".to_owned()
        };
        findings.warning("unknown-key", &path, message, &remedy);
    }
}

/// The known key that was probably meant.
fn similar<'a>(key: &str, folded: &str, known: &[&'a str]) -> Option<&'a str> {
    if key.len() > MAX_COMPARED || folded.is_empty() {
        return None;
    }
    let known = known.iter().map(|known| (self::folded(known), *known));
    let others = OTHER_NAMES.iter().map(|(name, meant)| ((*name).to_owned(), *meant));
    let names: Vec<(String, &str)> = known.chain(others).collect();
    let is_part = |name: &str| folded.len() >= MIN_PART && (name.starts_with(folded) || name.ends_with(folded));
    // The lower, the nearer; the first of several wins.
    let rank = |name: &str| {
        if name == folded {
            return Some(0);
        }
        if is_part(name) {
            return Some(1);
        }
        let distance = distance(folded, name);
        // Of a short name one letter is much: `gpu` is no `cpu`.
        let short = distance == 1 && folded.bytes().next() == name.bytes().next();
        (distance <= MAX_DISTANCE && (short || distance * 3 < name.len())).then_some(1 + distance)
    };
    let ranked = names.iter().filter_map(|(name, meant)| Some((rank(name)?, *meant)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, meant)| meant)
}

/// Letters and digits only, in lower case, so that `disk_gb` is `diskGB`.
fn folded(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// How many letters have to be added, removed or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (1..=b.len()).collect();
    for (index, x) in a.bytes().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, y) in row.iter_mut().zip(b.bytes()) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_letters() {
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("comand", "command", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn the_key_that_was_meant_is_found() {
        let meant = |key: &str| similar(key, &folded(key), &super::super::config::KEYS);
        for (key, expected) in [
            ("disk_gb", Some("diskGB")),
            ("diskGb", Some("diskGB")),
            ("disk", Some("diskGB")),
            ("comand", Some("command")),
            ("apiUrl", Some("daytonaApiUrl")),
            ("DAYTONA_API_URL", Some("daytonaApiUrl")),
            ("label", Some("labels")),
            ("memory", Some("memoryGB")),
            ("region", Some("target")),
            ("snapshoot", Some("snapshot")),
            ("lifetimeMinutes", Some("maxLifetimeMinutes")),
            ("cpuu", Some("cpu")),
            ("cpus", Some("cpu")),
            ("vcpus", Some("cpu")),
            ("regions", Some("target")),
            ("gpu", None),
            ("gpus", None),
            ("env", None),
            ("x", None),
            ("", None),
            ("日本", None),
        ] {
            assert_eq!(meant(key), expected, "{key}");
        }
    }
}
