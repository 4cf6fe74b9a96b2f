//! The server versions that the fake can be, and what each of them has.
//!
//! Everything that differs between versions is asked here, as a predicate; no other file compares versions.

use std::fmt;
use std::str::FromStr;

/// One version of the Daytona API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// Not a real server: `/workspace` exactly as the provider description tells it, image and command included.
    Documented,
    /// v0.100: the first of today's API line; `/workspace` is the main resource and takes `buildInfo`.
    V0_100,
    /// v0.105: has `/sandbox`, ignores names.
    V0_105,
    /// v0.179: the last that still serves `/workspace`, deprecated, beside `/sandbox`.
    V0_179,
    /// v0.190: `/sandbox` only; the last with public server source.
    V0_190,
    /// v0.205: `/sandbox` only, with a time to live.
    V0_205,
    /// v0.231: the newest surface known, from published clients only.
    V0_231,
}

use Generation::{Documented, V0_100, V0_105, V0_179, V0_190, V0_205, V0_231};

impl Generation {
    /// All of them, oldest first, [`Generation::Documented`] at the start.
    pub const ALL: [Self; 7] = [Documented, V0_100, V0_105, V0_179, V0_190, V0_205, V0_231];

    /// The value of `X-Daytona-Api-Version` and of `version` in `GET /config`; the documented server has none.
    pub fn version(self) -> Option<&'static str> {
        match self {
            Documented => None,
            V0_100 => Some("v0.100.0"),
            V0_105 => Some("v0.105.0"),
            V0_179 => Some("v0.179.0"),
            V0_190 => Some("v0.190.0"),
            V0_205 => Some("v0.205.1"),
            V0_231 => Some("v0.231.0"),
        }
    }

    pub(crate) fn since(self, first: Self) -> bool {
        self != Documented && self as u8 >= first as u8
    }

    /// `/sandbox` exists.
    pub fn has_sandbox(self) -> bool {
        self.since(V0_105)
    }

    /// `/workspace` exists (removed in 0.180).
    pub fn has_workspace(self) -> bool {
        !self.since(V0_190)
    }

    /// `buildInfo` works on `/workspace`.
    pub fn workspace_builds(self) -> bool {
        self == V0_100
    }

    /// `name` is read on create and unique per organization (0.110).
    pub fn has_names(self) -> bool {
        self.since(V0_179)
    }

    /// `GET /sandbox` answers `{items,nextCursor}` instead of an array (0.180).
    pub fn lists_by_cursor(self) -> bool {
        self.since(V0_190)
    }

    /// `ttlMinutes`, `POST …/ttl/{minutes}` and `autoDestroyAt` (0.199).
    pub fn has_ttl(self) -> bool {
        self.since(V0_205)
    }

    /// `/config`, `/health`, `/regions`, `/shared-regions` and `/api-keys/current`.
    pub fn has_account_routes(self) -> bool {
        self.since(V0_105)
    }

    /// The reply names `desiredState`, and the timestamps at its top level.
    pub fn shows_desired_state(self) -> bool {
        self.since(V0_105)
    }

    /// `POST …/last-activity`, `lastActivityAt`, `toolboxProxyUrl`, auto-delete, network lists and recovery.
    pub fn has_activity(self) -> bool {
        self.since(V0_179)
    }

    /// `domainAllowList`, `sandboxClass` instead of `class`, and `pause` (0.180 to 0.190).
    pub fn has_sandbox_class(self) -> bool {
        self.since(V0_190)
    }

    /// `GET /config` names the kind of identity provider: required by the newest clients, unknown to 0.205.
    pub fn names_identity_provider(self) -> bool {
        self.since(V0_231)
    }

    /// List items show the network settings, single reads `spot`.
    pub fn has_spot(self) -> bool {
        self.since(V0_205)
    }

    /// A create with network lists is refused where egress is restricted (0.214); before, the lists had no effect.
    pub fn refuses_lists_on_create(self) -> bool {
        self.since(V0_231)
    }

    /// `secrets` on create (0.192).
    pub fn has_secrets(self) -> bool {
        self.since(V0_205)
    }

    /// Keys can have the scope `read:limits`, and see limits and usage with it. Concluded from the scope's existence in the
    /// specification of 0.205; recorded as refused on 0.190.
    pub fn tells_limits_to_keys(self) -> bool {
        self.since(V0_205)
    }

    /// Sandboxes carry `kvm`, list items do not.
    pub fn has_kvm(self) -> bool {
        self.since(V0_231)
    }

    /// `GET /sandbox/paginated`: gone with the cursor list from the clients by 0.218.
    pub fn has_paginated(self) -> bool {
        self == V0_105 || self == V0_179 || self == V0_190 || self == V0_205
    }

    /// The toolbox behind the main API's own `/toolbox/{id}/toolbox/…` (gone in 0.205).
    pub fn has_proxied_toolbox(self) -> bool {
        self.since(V0_100) && !self.since(V0_205)
    }

    /// Replies carry `Access-Control-Allow-Credentials`, whoever asks. Recorded on 0.179 and not on 0.190.
    pub fn allows_credentials(self) -> bool {
        self == V0_179
    }

    /// Outside of its API the server has its dashboard, and a page about itself at the root of its API.
    pub fn has_dashboard(self) -> bool {
        self != Documented
    }

    /// Sandboxes can be snapshotted, and the route of forks exists. Recorded as missing on 0.179.
    pub fn has_sandbox_snapshots(self) -> bool {
        self.since(V0_190)
    }

    /// Operations below `/workspace` look at a row that is up to ten seconds old. Recorded on 0.179.
    pub fn has_stale_operations(self) -> bool {
        self == V0_179
    }

    /// The toolbox has a session with the launch command (daemon 0.153).
    pub fn has_entrypoint_session(self) -> bool {
        self.since(V0_179)
    }

    /// The text of a stop of what is not started.
    pub fn not_stoppable(self) -> &'static str {
        if self.since(V0_190) { "Sandbox is not in a stoppable state" } else { "Sandbox is not started" }
    }

    /// Replies tell their rate-limit bucket. Recorded on 0.179 and later only.
    pub fn tells_rate_limits(self) -> bool {
        self.since(V0_179)
    }

    /// Status of "a state change is in progress": 409 since 0.160, before that 400.
    pub fn busy_status(self) -> u16 {
        if self.since(V0_179) { 409 } else { 400 }
    }

    /// Status of a refusal for quota or size: 400 since 0.170, before that 403.
    pub fn quota_status(self) -> u16 {
        if self.since(V0_179) { 400 } else { 403 }
    }

    /// What this server calls a sandbox in its texts.
    pub fn noun(self) -> &'static str {
        if self == V0_100 || self == Documented { "Workspace" } else { "Sandbox" }
    }

    /// What this server calls a snapshot in its texts.
    pub fn snapshot_noun(self) -> &'static str {
        if self == V0_100 { "Image" } else { "Snapshot" }
    }

    /// The region of an organization that never chose one.
    pub fn default_region(self) -> &'static str {
        if self == V0_100 { "eu" } else { "us" }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Documented => "documented",
            V0_100 => "0.100",
            V0_105 => "0.105",
            V0_179 => "0.179",
            V0_190 => "0.190",
            V0_205 => "0.205",
            V0_231 => "0.231",
        })
    }
}

/// A version that the fake does not know.
#[derive(Debug, thiserror::Error)]
#[error("unknown API version {0:?}; known are documented, 0.100, 0.105, 0.179, 0.190, 0.205 and 0.231")]
pub struct UnknownGeneration(String);

impl FromStr for Generation {
    type Err = UnknownGeneration;

    /// Reads `0.205`, `v0.205`, `0.205.1` or `documented`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.strip_prefix('v').unwrap_or(text);
        Self::ALL
            .into_iter()
            .find(|generation| {
                let name = generation.to_string();
                plain == name || generation.version().is_some_and(|version| version[1..] == *plain)
            })
            .ok_or_else(|| UnknownGeneration(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_in_every_usual_spelling() {
        for text in ["0.205", "v0.205", "0.205.1", "v0.205.1"] {
            assert_eq!(text.parse::<Generation>().unwrap(), V0_205, "{text}");
        }
        assert_eq!("documented".parse::<Generation>().unwrap(), Documented);
        assert!("0.99".parse::<Generation>().unwrap_err().to_string().contains("0.190"));
    }

    #[test]
    fn each_server_has_the_routes_of_its_era() {
        let routes = |generation: Generation| (generation.has_workspace(), generation.has_sandbox());
        assert_eq!(routes(Documented), (true, false));
        assert_eq!(routes(V0_100), (true, false));
        assert_eq!(routes(V0_105), (true, true));
        assert_eq!(routes(V0_179), (true, true));
        assert_eq!(routes(V0_190), (false, true));
        assert_eq!(routes(V0_231), (false, true));
    }
}
