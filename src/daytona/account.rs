//! What the server tells of itself, of the key and of the account, without being asked for a sandbox.

use super::classify::{Reaction, Rejection};
use super::client::Client;
use super::version::Version;
use crate::http::Transport;
use crate::http::url::encode_query;
use crate::json::{Members, objects};
use crate::moment::Moment;

/// What a key may do and until when.
#[derive(Debug, Default)]
pub struct Key {
    /// In Daytona's words, with `, ` between them; none where the server does not say.
    pub scopes: Option<String>,
    pub expires_at: Option<Moment>,
    /// Newer servers say whose it is.
    pub organization: Option<String>,
}

impl Key {
    fn from_json(reply: &str) -> Option<Self> {
        let key = Members::of(reply)?;
        // What has neither is not about a key.
        if key.get("permissions").is_none() && key.get("userId").is_none() {
            return None;
        }
        Some(Self {
            scopes: key.texts("permissions"),
            expires_at: key.scalar("expiresAt"),
            organization: key.scalar("organizationId"),
        })
    }

    /// Whether it has a scope; none where that is not known.
    pub fn has(&self, scope: &str) -> Option<bool> {
        self.scopes.as_ref().map(|scopes| scopes.split(", ").any(|known| known == scope))
    }
}

/// A snapshot that is registered at Daytona.
#[derive(Debug, Default)]
pub struct Registered {
    pub state: String,
    pub error_reason: Option<String>,
    /// Region ids, with `, ` between them; empty where the server does not say.
    pub regions: String,
    /// Whether it launches something by itself.
    pub has_command: bool,
}

impl Registered {
    fn from_json(reply: &str) -> Option<Self> {
        let snapshot = Members::of(reply)?;
        Some(Self {
            state: snapshot.scalar("state")?,
            error_reason: snapshot.scalar("errorReason"),
            regions: snapshot.texts("regionIds").unwrap_or_default(),
            has_command: snapshot.texts("entrypoint").is_some_and(|words| !words.is_empty()),
        })
    }
}

/// One resource of the account in one region.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Resource {
    /// `cpu`, `memory` or `disk`: whole cores and GiB.
    pub name: &'static str,
    pub limit: u32,
    pub used: u32,
    /// Most that one sandbox may have, where the server says so.
    pub per_sandbox: Option<u32>,
}

/// What the account has in one region.
#[derive(Debug)]
pub struct Usage {
    pub region: String,
    pub resources: Vec<Resource>,
}

impl Usage {
    fn all_from_json(reply: &str) -> Option<Vec<Self>> {
        let regions = Members::of(reply)?.objects("regionUsage")?;
        // Other classes than containers have limits of their own.
        let ours = regions
            .iter()
            .filter(|region| region.scalar::<String>("sandboxClass").is_none_or(|class| class == "container"));
        Some(ours.filter_map(Self::of_region).collect())
    }

    fn of_region(region: &Members<'_>) -> Option<Self> {
        let names = [("cpu", "Cpu"), ("memory", "Memory"), ("disk", "Disk")];
        let resource = |(name, field): (&'static str, &str)| {
            Some(Resource {
                name,
                limit: region.scalar(&format!("total{field}Quota"))?,
                used: region.scalar(&format!("current{field}Usage"))?,
                per_sandbox: region
                    .scalar(&format!("max{field}PerNonEphemeralSandbox"))
                    .or_else(|| region.scalar(&format!("max{field}PerSandbox"))),
            })
        };
        Some(Self { region: region.scalar("regionId")?, resources: names.into_iter().filter_map(resource).collect() })
    }
}

/// The first version that can tell limits to a key with this scope.
const LIMITS: (&str, Version) = ("read:limits", Version(0, 205));

impl<T: Transport> Client<'_, T> {
    /// What the server says of the key. An error also where the key is refused.
    pub fn key(&self) -> Result<Key, Rejection> {
        self.told("/api-keys/current", Key::from_json)
    }

    /// The server's version, asked for; none where it does not say.
    pub fn ask_version(&self) -> Result<Option<Version>, Rejection> {
        const PATH: &str = "/config";
        let version = |reply: &str| Members::of(reply).map(|config| config.scalar::<String>("version"));
        match self.told(PATH, version) {
            Ok(version) => Ok(version.as_deref().and_then(Version::parse)),
            // Too old to have it.
            Err(refused) if refused.reaction == Reaction::NoSuchRoute => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// The ids of the regions that the organization may use, with `, ` between them.
    pub fn regions(&self) -> Result<String, Rejection> {
        let ids = |reply: &str| {
            let ids = objects(reply)?.iter().filter_map(|region| region.scalar("id")).collect::<Vec<String>>();
            Some(ids.join(", "))
        };
        self.told("/regions", ids)
    }

    /// A snapshot by its name or id; an error also where there is none.
    pub fn registered(&self, name: &str) -> Result<Registered, Rejection> {
        self.told(&format!("/snapshots/{}", encode_query(name)), Registered::from_json)
    }

    /// Whether the account's limits may be asked for. Where a key may not see them, asking counts as a failed login.
    pub fn may_read_limits(&self, key: &Key) -> bool {
        key.has(LIMITS.0) == Some(true) && self.server_version().is_some_and(|version| version >= LIMITS.1)
    }

    /// What the account has and uses, region by region. Ask [`Self::may_read_limits`] first.
    pub fn usage(&self, organization: &str) -> Result<Vec<Usage>, Rejection> {
        self.told(&format!("/organizations/{}/usage", encode_query(organization)), Usage::all_from_json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_scopes_its_end_and_its_organization() {
        let read = |json: &str| Key::from_json(json);
        let full = read(
            r#"{"name":"k","permissions":["write:sandboxes"],"expiresAt":"2026-12-01T00:00:00.000Z","organizationId":"o"}"#,
        );
        let Some(full) = full else { panic!("not read") };
        assert_eq!((full.has("write:sandboxes"), full.has("delete:sandboxes")), (Some(true), Some(false)));
        assert!(full.expires_at.is_some() && full.organization.as_deref() == Some("o"));
        assert!(read(r#"{"permissions":[],"expiresAt":null}"#).is_some_and(|key| key.has("x") == Some(false)));
        assert!(read(r#"{"userId":"u"}"#).is_some_and(|key| key.has("x").is_none()));
        for other in ["{}", "[]", "", "<html>", r#"{"status":"ok"}"#] {
            assert!(read(other).is_none(), "{other}");
        }
    }

    #[test]
    fn usage_is_read_for_containers_and_complete_resources_only() {
        let json = r#"{"regionUsage":[
            {"regionId":"us","sandboxClass":"linux-vm","totalCpuQuota":1,"currentCpuUsage":1},
            {"regionId":"us","sandboxClass":"container","totalCpuQuota":10,"currentCpuUsage":3,"totalDiskQuota":30,
             "currentDiskUsage":null,"maxCpuPerSandbox":4,"maxDiskPerSandbox":10},
            {"regionId":"eu","totalMemoryQuota":20,"currentMemoryUsage":0,"maxMemoryPerSandbox":null}]}"#;
        let Some(usage) = Usage::all_from_json(json) else { panic!("not read") };
        let cpu = Resource { name: "cpu", limit: 10, used: 3, per_sandbox: Some(4) };
        let memory = Resource { name: "memory", limit: 20, used: 0, per_sandbox: None };
        assert_eq!(usage.iter().map(|usage| usage.region.as_str()).collect::<Vec<_>>(), ["us", "eu"]);
        assert_eq!(usage.iter().map(|usage| usage.resources.clone()).collect::<Vec<_>>(), [vec![cpu], vec![memory]]);
        assert!(Usage::all_from_json("{}").is_none());
    }
}
