//! The sessions that a platform knows. That there are none has to be said: a list that was forgotten, that came out empty or
//! that is an error message must not end every session of a pool.

use sandbox_host::input::from_str;

use super::args::Reconcile;
use super::failure::Failure;
use super::files::text_or_stdin;
use super::paths::told;

/// Ids from the file and from the options, each once.
pub fn sessions(own: &Reconcile) -> Result<Vec<String>, Failure> {
    let mut sessions = own.session.clone();
    if let Some(path) = &own.known {
        let text = text_or_stdin(path)?;
        let listed = parse(&text).map_err(|wrong| {
            Failure::spec(format!("{} is not a list of sessions: {wrong}.", told(path)))
                .remedy(r#"Write one id per line, or a JSON array such as ["session-1", "session-2"]."#)
        })?;
        if listed.is_empty() {
            return Err(Failure::usage(format!("{} names no session.", told(path)))
                .remedy("If no session of the pool may live, say so with --none-known instead."));
        }
        sessions.extend(listed);
    }
    if sessions.iter().any(|session| session.trim().is_empty()) {
        return Err(
            Failure::usage("The id of a known session is empty.").remedy("Name the session, or leave the option out.")
        );
    }
    // An id counts as it stands and trimmed: neither what a tool pads nor an id with blanks may end a session.
    let trimmed: Vec<String> = sessions.iter().map(|session| session.trim().to_owned()).collect();
    sessions.extend(trimmed);
    sessions.sort();
    sessions.dedup();
    Ok(sessions)
}

/// Lines, or a JSON array. On a mistake what it seems to be instead.
fn parse(text: &str) -> Result<Vec<String>, String> {
    let start = text.trim_start();
    if start.starts_with('[') {
        return from_str(text).map_err(|mistake| mistake.to_string());
    }
    if start.starts_with('{') {
        return Err("it is JSON, but not an array of texts".to_owned());
    }
    let mut sessions = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let id = line.trim();
        if id.is_empty() {
            continue;
        }
        if let Some(instead) = instead(id) {
            return Err(format!("line {} {instead}", index + 1));
        }
        sessions.push(line.strip_suffix('\r').unwrap_or(line).to_owned());
    }
    Ok(sessions)
}

/// What a line is, where it is no id. An id that looks like this can be written into a JSON array.
fn instead(id: &str) -> Option<&'static str> {
    match id.chars().next() {
        Some('<') => Some("begins like a page of HTML"),
        Some('{' | '}' | '[' | ']') => Some("is JSON"),
        Some('"' | '\'' | '`') => Some("is a word in quotes (`jq` prints without them with -r)"),
        _ if matches!(id, "null" | "true" | "false" | "undefined" | "None") => {
            Some("is not an id, but what programs print for none")
        }
        _ if id.contains([',', ';', '\t']) => Some("has several columns"),
        _ if id.chars().any(char::is_control) => Some("has control characters"),
        _ if id.contains('\u{fffd}') => Some("has characters that were lost"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sessions_are_lines_or_a_json_array() {
        assert_eq!(parse("a\r\n\n  b c  \n").unwrap(), ["a", "  b c  "]);
        assert_eq!(parse(r#" ["a", "b c", "x,y"] "#).unwrap(), ["a", "b c", "x,y"]);
        assert!(parse("").unwrap().is_empty() && parse("[]").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused_and_not_repeated() {
        for wrong in [
            "[1]",
            "[\"a\"",
            "[a]",
            "<html>secret</html>",
            "{\n \"error\": \"secret\"\n}",
            "{\"sessions\":[\"secret\"]}",
            "{\"id\":\"secret\"}\n{\"id\":\"b\"}",
            "\"secret\"",
            "'secret'",
            "null",
            "id,status\nsecret,running",
            "secret;x",
            "secret\tx",
            "a\n<p>secret",
            "\u{1b}[31msecret",
            "[{\"id\": \"secret\"}]",
            "[\n\"a\"\n]\n[\"secret\"]",
        ] {
            let told = parse(wrong).expect_err(wrong);
            assert!(!told.contains("secret"), "{wrong}: {told}");
        }
    }
}
