//! Where the fake differs from what was recorded, and why.

use crate::groups::Difference;
use crate::player::Known;

const OTHER_LOGIN: &str = "the recorded server had a login of its own beside it; nothing here logs persons in";
const OTHER_KEY: &str = "the recorded key was the server's built-in one";

/// Steps are counted from 1, in the order in which they are sent; watching counts as one.
pub const ACCESS_VALIDATION_DELETE: &[Known] = &[
    (3, "/oidc/issuer", OTHER_LOGIN),
    (6, "/lastUsedAt", "the recorded key had been used before; here it is used for the first time"),
    (6, "/name", OTHER_KEY),
    (6, "/userId", OTHER_KEY),
    (6, "/value", OTHER_KEY),
    (8, "/lastUsedAt", "as for step 6"),
    (8, "/name", OTHER_KEY),
    (8, "/userId", OTHER_KEY),
    (8, "/value", OTHER_KEY),
];

pub const LIFECYCLE: &[Known] =
    &[(13, "/items: 2 recorded, 1 here", "the second is an errored sandbox that an earlier recording had left behind")];

/// None, once a sandbox that an earlier recording left running is there before it.
pub const SLOW_CREATE_QUOTA: &[Known] = &[];

/// None, apart from what the recordings call no evidence: `daemonVersion` is compared for being a version only.
pub const WORKSPACE: &[Known] = &[];

/// Why exchanges of a recording in groups differ.
#[derive(Debug)]
pub struct Reason {
    /// How the name of the group begins.
    group: &'static str,
    /// How the tag of the exchange begins.
    tag: &'static str,
    /// How the difference begins.
    what: &'static str,
    #[allow(dead_code, reason = "it is for whoever reads this, and shown where it no longer holds")]
    why: &'static str,
}

impl Reason {
    pub fn explains(&self, difference: &Difference) -> bool {
        difference.group.starts_with(self.group)
            && difference.tag.starts_with(self.tag)
            && difference.what.starts_with(self.what)
    }
}

/// None: what the recorded servers say here is what the fake says.
pub const REQUESTS: &[Reason] = &[];

const MEANWHILE: &str = "recorded while the observation that stands before it was still under way";
const PACE: &str = "the recorded job or runner was slower or faster at that moment";

pub const SNAPSHOTS: &[Reason] = &[
    Reason {
        group: "snapshot of a sandbox: operations meanwhile",
        tag: "same name by POST",
        what: "status",
        why: MEANWHILE,
    },
    Reason { group: "snapshot of a sandbox: operations meanwhile", tag: "", what: "", why: MEANWHILE },
    Reason { group: "snapshot of a started sandbox", tag: "snapshot not there yet", what: "status", why: MEANWHILE },
    Reason { group: "snapshot of a started sandbox", tag: "list", what: "", why: MEANWHILE },
    Reason { group: "snapshot of a stopped sandbox", tag: "start meanwhile", what: "status", why: MEANWHILE },
    Reason {
        group: "snapshots: by build",
        tag: "build logs when active",
        what: "status",
        why: "no log of a build is kept here",
    },
    Reason {
        group: "snapshots: by build",
        tag: "sandbox with that Dockerfile inline",
        what: ".runnerId",
        why: "a build for a snapshot is not the cache of builds for sandboxes here",
    },
    Reason { group: "snapshots: by build", tag: "", what: "", why: MEANWHILE },
    Reason {
        group: "snapshots: delete pending, again 3",
        tag: "",
        what: "status",
        why: "the one try of four in which the pull did not overtake the removal; here it always does",
    },
    Reason { group: "snapshots: from an image", tag: "list while pending", what: "", why: MEANWHILE },
    Reason {
        group: "snapshots: get",
        tag: "upper-case id",
        what: "status",
        why: "it names an identifier of the recorded server",
    },
    Reason {
        group: "snapshots: get",
        tag: "",
        what: "message",
        why: "a snapshot of another organization differs by its text only, which no client of ours reads",
    },
    Reason {
        group: "snapshots: name rules",
        tag: "",
        what: "",
        why: "time went by there between the requests, and here it does not",
    },
    Reason {
        group: "snapshots: name taken",
        tag: "create sandbox without a snapshot",
        what: "status",
        why: "the shadow is pulled already, because the create before it took its time",
    },
    Reason {
        group: "snapshots: pull fails",
        tag: "get at last",
        what: ".lastUsedAt",
        why: "what became active at the second try was not noted as used there",
    },
];

pub const DIAGNOSTICS: &[Reason] = &[
    Reason { group: "archived", tag: "get restored", what: ".runnerId", why: PACE },
    Reason { group: "archived", tag: "delete archived", what: ".runnerId", why: PACE },
    Reason {
        group: "backup in a state that has none",
        tag: "",
        what: "status",
        why: "the recorded server ended as a whole; this one does not",
    },
    Reason {
        group: "build logs url of others",
        tag: "old route",
        what: "",
        why: "the old streaming route is not modelled",
    },
    Reason { group: "deleted by hand", tag: "", what: "status", why: "the destruction was over when these were asked" },
    Reason { group: "key with delete only", tag: "", what: ".backupCreatedAt", why: PACE },
    Reason {
        group: "public routes",
        tag: "",
        what: "headers",
        why: "that server counted anonymous requests, which is off elsewhere",
    },
    Reason { group: "regions", tag: "", what: "", why: "regions of an organization's own are not modelled" },
    Reason { group: "routes that could tell limits", tag: "GET /webhooks", what: "", why: "webhooks are not modelled" },
    Reason {
        group: "start fails",
        tag: "create again of that name",
        what: "status",
        why: "the failing was arranged in the environment of one sandbox there",
    },
    Reason { group: "start fails", tag: "get by id at once", what: "status", why: "as for the create before it" },
    Reason {
        group: "stop, archive and delete fail",
        tag: "",
        what: "",
        why: "which of them fail was arranged by name there, and is not here",
    },
    Reason {
        group: "suspended organization: forms",
        tag: "create at once",
        what: "status",
        why: "the arranged suspension is noticed at once where nothing was created before",
    },
    Reason {
        group: "suspended organization: forms",
        tag: "start, until yesterday",
        what: ".backupCreatedAt",
        why: PACE,
    },
];
