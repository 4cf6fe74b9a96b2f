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
