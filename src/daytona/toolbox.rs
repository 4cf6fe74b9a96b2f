//! What the toolbox says of the launch command.

use crate::json::Members;

/// Whether the launch command runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entrypoint {
    Running,
    /// It has ended, with this exit code.
    Exited(i64),
}

impl Entrypoint {
    /// Reads the toolbox's session `entrypoint`, `{sessionId, commands: [{id, command, exitCode?}]}`; none when it names no
    /// command. An absent exit code means that it still runs.
    pub fn from_json(body: &str) -> Option<Self> {
        let commands = Members::of(body)?.objects("commands")?;
        let command = commands.first()?;
        match command.get("exitCode") {
            None => Some(Self::Running),
            Some(_) => command.scalar("exitCode").map(Self::Exited),
        }
    }
}

/// Most bytes of the output that are kept: its end.
const MAX_OUTPUT: usize = 64 * 1024;

/// What the toolbox writes before a line, by where the line comes from: three times the same byte.
const MARKS: [&str; 2] = ["\u{1}\u{1}\u{1}", "\u{2}\u{2}\u{2}"];

/// The end of what a command has written.
#[derive(PartialEq, Eq, Debug)]
pub struct Output {
    pub text: String,
    /// Whether something before it was left out.
    pub truncated: bool,
}

impl Output {
    /// Reads a log as the toolbox gives it.
    pub fn of_log(log: &str) -> Self {
        let mut begin = log.len().saturating_sub(MAX_OUTPUT);
        while !log.is_char_boundary(begin) {
            begin += 1;
        }
        let mut text = log.get(begin..).unwrap_or_default().to_owned();
        for mark in MARKS {
            text = text.replace(mark, "");
        }
        Self { text, truncated: begin > 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_log_the_end_is_kept_without_the_marks_of_its_lines() {
        let output = Output::of_log("\u{1}\u{1}\u{1}out\n\u{2}\u{2}\u{2}err é\n");
        assert_eq!(output, Output { text: "out\nerr é\n".to_owned(), truncated: false });
        let long = format!("x{}", "é".repeat(MAX_OUTPUT / 2));
        let output = Output::of_log(&long);
        assert!(output.truncated && output.text.len() == MAX_OUTPUT && output.text.starts_with('é'));
        assert_eq!(Output::of_log(""), Output { text: String::new(), truncated: false });
    }

    #[test]
    fn an_entrypoint_runs_has_exited_or_is_not_known() {
        let seen = |json: &str| Entrypoint::from_json(json);
        assert_eq!(seen(r#"{"sessionId":"entrypoint","commands":[{"id":"1"}]}"#), Some(Entrypoint::Running));
        assert_eq!(seen(r#"{"commands":[{"id":"1","exitCode":null}]}"#), Some(Entrypoint::Running));
        for code in [0, 1, 137, -1] {
            let json = format!(r#"{{"commands":[{{"exitCode":{code}}}]}}"#);
            assert_eq!(seen(&json), Some(Entrypoint::Exited(code)));
        }
        for nothing in
            ["", "{}", r#"{"commands":[]}"#, r#"{"commands":[1]}"#, r#"{"commands":[{"exitCode":"x"}]}"#, "[]"]
        {
            assert_eq!(seen(nothing), None, "{nothing}");
        }
    }
}
