//! The body of a create, in both dialects.

use super::Dialect;
use crate::json::{self, Object};
use crate::pairs;
use crate::prelude::*;
use crate::text;

/// What a sandbox is made of.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// An image and the command to launch in it.
    Image { image: &'a str, command: &'a [String] },
    /// A snapshot that is registered at Daytona, with the command and the sizes that were registered with it.
    Snapshot(&'a str),
}

/// A sandbox to be created. Daytona's own units: whole cores, whole GiB, whole minutes.
pub struct NewSandbox<'a> {
    /// Unique in the organization; dialect `workspace` has no names.
    pub name: &'a str,
    pub source: Source<'a>,
    pub user: &'a str,
    pub env: &'a [(String, String)],
    pub labels: Vec<(&'a str, &'a str)>,
    /// Seconds that the session may last; the labels say it.
    pub lifetime_sec: u64,
    pub cpu: Option<u32>,
    pub memory_gib: Option<u32>,
    pub disk_gib: Option<u32>,
    /// Region id; the organization's default when absent.
    pub target: Option<&'a str>,
    /// Minutes of idleness until it is stopped; never 0, which would mean never.
    pub auto_stop_minutes: u32,
    /// Minutes from stopped to archived; never 0, which would mean Daytona's maximum. Written by the admin or not.
    pub auto_archive_minutes: Option<u32>,
    /// Minutes from stopped to deleted; absent means never.
    pub auto_delete_minutes: Option<u32>,
    /// Minutes from creation until it is deleted whatever its state; absent means never. Servers know it from 0.199.
    pub ttl_minutes: Option<u32>,
}

/// Minutes from stopped to archived when nobody says otherwise: an idle sandbox shall cost its storage only.
const DEFAULT_AUTO_ARCHIVE: u32 = 1;

/// What Daytona calls "never" for automatic deletion.
const NEVER_DELETE: &str = "-1";

impl NewSandbox<'_> {
    /// The Dockerfile that it is built from in today's API; none from a snapshot.
    pub fn dockerfile(&self) -> Option<String> {
        match self.source {
            Source::Image { image, command } => Some(dockerfile(image, command)),
            Source::Snapshot(_) => None,
        }
    }

    /// The request body.
    pub fn to_json(&self, dialect: Dialect) -> String {
        let mut body = Object::new();
        match dialect {
            Dialect::Sandbox => self.fill_sandbox(&mut body),
            Dialect::Workspace => self.fill_workspace(&mut body),
        }
        body.text("user", self.user);
        body.texts("env", &pairs::borrowed(self.env));
        body.texts("labels", &self.labels);
        if let Some(target) = self.target {
            body.text("target", target);
        }
        body.number("autoStopInterval", Some(self.auto_stop_minutes));
        if let Source::Image { .. } = self.source {
            body.number("cpu", self.cpu);
            body.number("memory", self.memory_gib);
            body.number("disk", self.disk_gib);
        }
        body.finish()
    }

    /// Today's API has no image and no command: a registry image goes in as a Dockerfile of two lines.
    fn fill_sandbox(&self, body: &mut Object) {
        body.text("name", self.name);
        match self.source {
            Source::Image { image, command } => {
                body.texts("buildInfo", &[("dockerfileContent", &dockerfile(image, command))]);
            }
            Source::Snapshot(snapshot) => body.text("snapshot", snapshot),
        }
        body.number("autoArchiveInterval", Some(self.auto_archive_minutes.unwrap_or(DEFAULT_AUTO_ARCHIVE)));
        match self.auto_delete_minutes {
            None => body.raw("autoDeleteInterval", NEVER_DELETE),
            minutes => body.number("autoDeleteInterval", minutes),
        }
        body.number("ttlMinutes", self.ttl_minutes);
    }

    /// The API of the provider description, to the letter; what it does not name goes along only where it was asked for.
    fn fill_workspace(&self, body: &mut Object) {
        match self.source {
            Source::Image { image, command } => {
                body.text("image", image);
                body.raw("command", &json::array(command));
            }
            // On the servers that have this route, `image` is the name of a snapshot.
            Source::Snapshot(snapshot) => body.text("image", snapshot),
        }
        body.number("autoArchiveInterval", self.auto_archive_minutes);
        body.number("autoDeleteInterval", self.auto_delete_minutes);
        body.number("ttlMinutes", self.ttl_minutes);
    }
}

/// `FROM` and `ENTRYPOINT`. Daytona does not inherit the image's own entrypoint and would run `sleep infinity`.
///
/// The image must be an OCI reference, so that no other instruction can enter.
fn dockerfile(image: &str, command: &[String]) -> String {
    let command = text::replace(json::array(command).into(), ENTRYPOINT.0, ENTRYPOINT.1);
    text::fill("FROM {}\nENTRYPOINT {}\n", &[image, &command])
}

/// The word that Daytona searches the Dockerfile for, and how it is written inside a command so that it is not found.
const ENTRYPOINT: (&str, &str) = ("ENTRYPOINT", "\\u0045NTRYPOINT");

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_command_becomes_one_line_of_ascii() {
        let command = words(&["sh", "-c", "echo \"ä\"\n\\ 🦀 $HOME"]);
        assert_eq!(
            dockerfile("a/b:1", &command),
            "FROM a/b:1\nENTRYPOINT [\"sh\",\"-c\",\"echo \\\"\\u00e4\\\"\\n\\\\ \\ud83e\\udd80 $HOME\"]\n"
        );
    }

    #[test]
    fn a_command_survives_the_way_into_the_dockerfile() {
        let command = words(&["", "ENTRYPOINT [\"evil\"]", "\u{1}\u{7f}é", "C:\\x"]);
        let text = dockerfile("a:1", &command);
        let Some(line) = text.lines().last().and_then(|line| line.strip_prefix("ENTRYPOINT ")) else {
            panic!("{text}")
        };
        assert_eq!(serde_json::from_str::<Vec<String>>(line).ok(), Some(command));
        assert_eq!(text.matches("ENTRYPOINT").count(), 1);
    }
}
