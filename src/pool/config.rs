//! The keys of a configuration, their defaults, and what an admin wrote.

use crate::http::url::{BaseUrl, Origin};

/// Daytona's cloud.
pub const DEFAULT_API_URL: &str = "https://app.daytona.io/api";
/// The worker image of the provider description.
pub const DEFAULT_IMAGE: &str = "ghcr.io/renseiai/donmai-worker:latest";
/// The launch command of the provider description.
pub const DEFAULT_COMMAND: [&str; 3] = ["donmai", "agent", "run"];
/// Disk in GiB. More than Daytona's cloud usually grants, so a refusal of this default is answered with what it grants.
pub const DEFAULT_DISK_GB: u32 = 20;
/// The user that Daytona is told.
pub const DEFAULT_USER: &str = "daytona";

/// JSON Schema (draft 2020-12) of the configuration.
pub const SCHEMA: &str = include_str!("schema.json");

/// All keys, in the order in which they are looked at.
pub const KEYS: [&str; 19] = [
    "daytonaApiUrl",
    "image",
    "diskGB",
    "user",
    "command",
    "snapshot",
    "target",
    "dialect",
    "cpu",
    "memoryGB",
    "labels",
    "maxLifetimeMinutes",
    "autoArchiveMinutes",
    "autoDeleteMinutes",
    "toolboxUrl",
    "keepAlive",
    "secrets",
    "networkAllowList",
    "domainAllowList",
];

/// Longest word of a command and longest variable with its name that Linux starts a program with, in bytes.
pub const MAX_WORD: usize = 131_071;

/// Which of Daytona's APIs to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// `/sandbox`, and `/workspace` where the server has no such route.
    Auto,
    Sandbox,
    Workspace,
}

/// What `status` does for a running session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeepAlive {
    /// Keeps it alive while its agent runs.
    Agent,
    /// Keeps it alive while it is polled.
    Poll,
    Off,
}

/// What the admin wrote. None: not written; the default is applied where the value is used, because a default may be
/// given up where a wish may not.
#[derive(Debug)]
pub struct Pool {
    pub api_url: Option<BaseUrl>,
    /// An OCI image reference.
    pub image: Option<String>,
    pub disk_gb: Option<u32>,
    pub user: String,
    /// Not empty, and neither is its first word.
    pub command: Option<Vec<String>>,
    /// Name or id of a snapshot that is registered at Daytona.
    pub snapshot: Option<String>,
    /// Region id.
    pub target: Option<String>,
    pub dialect: Dialect,
    pub cpu: Option<u32>,
    pub memory_gb: Option<u32>,
    pub labels: Vec<(String, String)>,
    pub max_lifetime_minutes: Option<u32>,
    pub auto_archive_minutes: Option<u32>,
    pub auto_delete_minutes: Option<u32>,
    /// Where the toolbox may be called although it lies outside of the API's domain.
    pub toolbox_url: Option<Origin>,
    pub keep_alive: KeepAlive,
    pub protection: Protection,
}

/// What keeps a session's secrets and its network within bounds. Empty where nothing was asked for: servers that do not know
/// one of these ignore it in silence.
#[derive(Debug, Default)]
pub struct Protection {
    /// Variables, each with the name of the secret at Daytona whose value it stands for.
    pub secrets: Vec<(String, String)>,
    /// IPv4 networks in CIDR notation, joined by commas.
    pub networks: Option<String>,
    /// Domains, joined by commas.
    pub domains: Option<String>,
}

impl Protection {
    /// Whether anything was asked for.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty() && self.networks.is_none() && self.domains.is_none()
    }

    /// The keys that were asked for, in their order.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let asked = [!self.secrets.is_empty(), self.networks.is_some(), self.domains.is_some()];
        ["secrets", "networkAllowList", "domainAllowList"]
            .into_iter()
            .zip(asked)
            .filter_map(|(kind, asked)| asked.then_some(kind))
    }
}
