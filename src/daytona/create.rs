//! The body of a create, in both dialects.

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::Dialect;
use crate::json::{LastWins, to_ascii};
use crate::pairs;

/// What a sandbox is made of.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// An image and the command to launch in it.
    Image { image: &'a str, command: &'a [String] },
    /// A snapshot that is registered at Daytona, with the command and the sizes that were registered with it.
    Snapshot(&'a str),
}

/// A sandbox to be created. Daytona's own units: whole cores, whole GiB, whole minutes.
#[derive(Clone, Debug)]
pub struct NewSandbox<'a> {
    /// Unique in the organization; dialect `workspace` has no names.
    pub name: &'a str,
    pub source: Source<'a>,
    pub user: &'a str,
    pub env: &'a [(String, String)],
    pub labels: Vec<(&'a str, &'a str)>,
    pub cpu: Option<u32>,
    pub memory_gib: Option<u32>,
    pub disk_gib: Option<u32>,
    /// Region id; the organization's default when absent.
    pub target: Option<&'a str>,
    /// Minutes of idleness until it is stopped; never 0, which would mean never.
    pub auto_stop_minutes: u32,
    /// Minutes from stopped to archived; never 0, which would mean Daytona's maximum. Absent: as the server likes.
    pub auto_archive_minutes: Option<u32>,
    /// Minutes from stopped to deleted; absent means never.
    pub auto_delete_minutes: Option<u32>,
    /// Minutes from creation until it is deleted whatever its state; absent means never. Servers know it from 0.199.
    pub ttl_minutes: Option<u32>,
    /// Variables with the names of the secrets that they stand for. Servers know them from 0.192.
    pub secrets: &'a [(String, String)],
    /// IPv4 networks that it may reach, joined by commas.
    pub networks: Option<&'a str>,
    /// Domains that it may reach, joined by commas. Servers know them from 0.190.
    pub domains: Option<&'a str>,
}

/// What Daytona calls "never" for automatic deletion.
const NEVER: i64 = -1;

/// The body in both dialects. Absent fields are not written.
///
/// Today's API has no image and no command: a registry image goes in as a Dockerfile of two lines. The other dialect is the
/// API of the provider description, to the letter; what that does not name goes along only where it was asked for.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_info: Option<BuildInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<&'a str>,
    /// On the servers that have `/workspace`, it is the name of a snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_archive_interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_delete_interval: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_minutes: Option<u32>,
    user: &'a str,
    env: LastWins<'a>,
    labels: LastWins<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    auto_stop_interval: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<u32>,
    #[serde(skip_serializing_if = "Secrets::is_empty")]
    secrets: Secrets<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_allow_list: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_allow_list: Option<&'a str>,
}

/// A list of objects with one variable each.
struct Secrets<'a>(&'a [(String, String)]);

impl Secrets<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Secrets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (variable, secret) in self.0 {
            list.serialize_element(&LastWins(&[(variable, secret)]))?;
        }
        list.end()
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfo {
    dockerfile_content: String,
}

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
        let (image, command, snapshot) = match self.source {
            Source::Image { image, command } => (Some(image), Some(command), None),
            Source::Snapshot(snapshot) => (None, None, Some(snapshot)),
        };
        let today = dialect == Dialect::Sandbox;
        let workspace = !today;
        let auto_delete = self.auto_delete_minutes.map(i64::from);
        let env: Vec<_> = pairs::borrowed(self.env).collect();
        to_ascii(&Body {
            name: Some(self.name),
            build_info: self.dockerfile().filter(|_| today).map(|dockerfile_content| BuildInfo { dockerfile_content }),
            snapshot: snapshot.filter(|_| today),
            image: image.or(snapshot).filter(|_| workspace),
            command: command.filter(|_| workspace),
            auto_archive_interval: self.auto_archive_minutes,
            auto_delete_interval: auto_delete.or(Some(NEVER).filter(|_| today)),
            ttl_minutes: self.ttl_minutes,
            user: self.user,
            env: LastWins(&env),
            labels: LastWins(&self.labels),
            target: self.target,
            auto_stop_interval: self.auto_stop_minutes,
            // Daytona refuses or ignores sizes beside a snapshot, which has its own.
            cpu: self.cpu.filter(|_| image.is_some()),
            memory: self.memory_gib.filter(|_| image.is_some()),
            disk: self.disk_gib.filter(|_| image.is_some()),
            secrets: Secrets(self.secrets),
            network_allow_list: self.networks,
            domain_allow_list: self.domains,
        })
    }
}

/// `FROM` and `ENTRYPOINT`. Daytona does not inherit the image's own entrypoint and would run `sleep infinity`.
///
/// The image must be an OCI reference, so that no other instruction can enter.
fn dockerfile(image: &str, command: &[String]) -> String {
    let command = to_ascii(command).replace(ENTRYPOINT.0, ENTRYPOINT.1);
    format!("FROM {image}\nENTRYPOINT {command}\n")
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
