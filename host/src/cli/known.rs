//! The sessions that a platform knows. That there are none has to be said: a list that was forgotten, or that came out
//! empty, must not end every session of a pool.

use super::args::Reconcile;
use super::failure::Failure;
use super::input;

/// Ids from the file and from the options, each once.
pub fn sessions(own: &Reconcile) -> Result<Vec<String>, Failure> {
    let mut sessions = own.session.clone();
    if let Some(path) = &own.known {
        let text = input::text_or_stdin(path)?;
        let told = parse(&text).map_err(|error| {
            Failure::spec(format!("{} is not a list of sessions: {error}.", path.display()))
                .remedy(r#"Write one id per line, or a JSON array such as ["session-1", "session-2"]."#)
        })?;
        if told.is_empty() {
            return Err(Failure::usage(format!("{} names no session.", path.display()))
                .remedy("If no session of the pool may live, say so with --none-known instead."));
        }
        sessions.extend(told);
    }
    if sessions.iter().any(|session| session.trim().is_empty()) {
        return Err(Failure::usage("The id of a known session is empty."));
    }
    sessions.sort();
    sessions.dedup();
    Ok(sessions)
}

/// Lines, or a JSON array.
fn parse(text: &str) -> Result<Vec<String>, serde_json::Error> {
    // Some editors begin a file with a mark, which would make its first id another one.
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text);
    }
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sessions_are_lines_or_a_json_array() {
        for text in ["a\nb c\n", "\u{feff}a\r\n\r\n  b c  ", r#" ["a", "b c"] "#] {
            assert_eq!(parse(text).unwrap(), ["a", "b c"], "{text:?}");
        }
        assert!(parse("").unwrap().is_empty() && parse("[]").unwrap().is_empty());
        for wrong in ["[1]", "[\"a\"", "[a]"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
