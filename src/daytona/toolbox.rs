//! What the toolbox says of the launch command.

use serde::Deserialize;

use crate::json::{self, Object, lenient};

/// Whether the launch command runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entrypoint {
    Running,
    /// It has ended, with this exit code.
    Exited(i64),
}

/// The session `entrypoint`: `{sessionId, commands: [{id, command, exitCode?}]}`.
#[derive(Deserialize)]
struct Session {
    commands: Vec<Object<Command>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Command {
    #[serde(default)]
    exit_code: ExitCode,
}

/// An absent code means that the command still runs; one that is no whole number means nothing.
#[derive(Default, Clone, Copy)]
enum ExitCode {
    #[default]
    Absent,
    Whole(i64),
    Unknown,
}

impl<'de> Deserialize<'de> for ExitCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Option::<Code>::deserialize(deserializer)?;
        Ok(code.map_or(Self::Absent, |Code(code)| code.map_or(Self::Unknown, Self::Whole)))
    }
}

struct Code(Option<i64>);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer).map(Self)
    }
}

impl Entrypoint {
    /// Reads the session; none when it names no command.
    pub fn from_json(body: &str) -> Option<Self> {
        let session: Session = json::read_object(body).ok()?;
        match session.commands.first()?.0.exit_code {
            ExitCode::Absent => Some(Self::Running),
            ExitCode::Whole(code) => Some(Self::Exited(code)),
            ExitCode::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
