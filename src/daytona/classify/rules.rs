//! The rules by which a reply that is no success is understood: by its status, and by its text where Daytona gives nothing
//! else. The first rule that matches counts, so rules with texts stand before those without.

use super::rejection::{Reaction, Rejection, quote};
use crate::contract::ErrorCode;
use crate::error::Error;

/// One rule: what it matches, and what is made of it.
pub struct Row {
    /// First and last status.
    statuses: (u16, u16),
    /// One of these has to be in the message, at its start where it begins with `^`; none means any message.
    texts: &'static [&'static str],
    rule: &'static str,
    code: ErrorCode,
    reaction: Reaction,
    outcome: Outcome,
    /// What happened, to which the server's own words are added.
    says: &'static str,
    remedy: &'static str,
}

/// Whether a repetition may help and whether something may have been done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Refused for good.
    Final,
    /// Refused for now.
    ForNow,
    /// Refused for good, but there is a sandbox.
    Exists,
    /// It cannot be told whether it was done; asking again may help.
    Unclear,
}

impl Row {
    fn matches(&self, status: u16, said: &str) -> bool {
        let (first, last) = self.statuses;
        let found = |wanted: &&str| match wanted.strip_prefix('^') {
            Some(start) => said.starts_with(start),
            None => said.contains(*wanted),
        };
        (first..=last).contains(&status) && (self.texts.is_empty() || self.texts.iter().any(found))
    }

    pub fn applied_to(&self, said: &str) -> Rejection {
        let message =
            if said.is_empty() { format!("{}.", self.says) } else { format!("{}: {}", self.says, quote(said)) };
        let error = Error::new(self.code, message)
            .retryable(matches!(self.outcome, Outcome::ForNow | Outcome::Unclear))
            .maybe_applied(matches!(self.outcome, Outcome::Exists | Outcome::Unclear))
            .rule(self.rule);
        let error = if self.remedy.is_empty() { error } else { error.remedy(self.remedy) };
        Rejection { reaction: self.reaction, error }
    }
}

/// The first row that matches. Each table ends in rows that match everything.
pub fn find(table: &[Row], status: u16, said: &str) -> Rejection {
    let row = table.iter().find(|row| row.matches(status, said)).unwrap_or(&UNKNOWN);
    // Daytona says no more than "Invalid credentials"; the row knows better.
    row.applied_to(if status == 401 { "" } else { said })
}

const CHECK_URL: &str =
    "Check that the API URL points at Daytona's API, which usually ends in /api, and what proxies stand before it.";
const TRY_AGAIN: &str = "Try again; if it goes on, look at the server's health.";

/// A row of a table; the macro only names the columns.
macro_rules! row {
    ($first:literal..=$last:literal, [$($text:literal),*], $rule:literal, $code:ident, $reaction:ident, $outcome:ident, $says:literal, $remedy:expr) => {
        Row {
            statuses: ($first, $last),
            texts: &[$($text),*],
            rule: $rule,
            code: ErrorCode::$code,
            reaction: Reaction::$reaction,
            outcome: Outcome::$outcome,
            says: $says,
            remedy: $remedy,
        }
    };
}

const UNKNOWN: Row =
    row!(0..=999, [], "unexpected-status", Protocol, Report, Final, "The server answered in an unknown way", CHECK_URL);

const UNAUTHORIZED: Row = row!(
    401..=401,
    [],
    "unauthorized",
    Unauthenticated,
    Report,
    Final,
    "Daytona does not accept the API key: it is wrong, expired or of another Daytona",
    "Replace the key in the org's daytona credential or in DAYTONA_API_KEY before calling again: Daytona locks out addresses that go on with a bad key."
);

const RATE_LIMITED: Row = row!(
    429..=429,
    [],
    "rate-limited",
    RateLimited,
    Report,
    ForNow,
    "Daytona's rate limit is reached",
    "Try again after the time in retry-after-ms, or spread the calls."
);

pub const LOCKED_OUT: Row = row!(
    429..=429,
    [],
    "locked-out",
    RateLimited,
    Report,
    ForNow,
    "Daytona has locked out this address for a while, because keys from it were refused too often",
    "Replace the refused key first; then try again after the time in retry-after-ms."
);

pub const BASIC_AUTHENTICATION: Row = row!(
    401..=401,
    [],
    "gateway-authentication",
    PermissionDenied,
    Report,
    Final,
    "A proxy before Daytona asks for a user name and a password",
    "Let the host reach Daytona's API without this proxy."
);

pub const SIGN_IN: Row = row!(
    300..=399,
    [],
    "sign-in",
    PermissionDenied,
    Report,
    Final,
    "What stands before Daytona's API wants somebody to sign in, and the API key does not open it",
    "Let the API's paths pass the sign-in, or let the host reach Daytona's API behind it."
);

/// What the addresses of sign-in pages have in them.
pub const SIGN_IN_PAGES: &[&str] =
    &["login", "log-in", "signin", "sign-in", "sign_in", "oauth", "openid", "authorize", "saml", "sso", "/access/"];

pub const PLAIN_TO_TLS: Row = row!(
    400..=426,
    [],
    "http-to-tls-port",
    Unavailable,
    Report,
    Final,
    "The server speaks TLS on this port, and plain HTTP was spoken to it",
    "Write https instead of http in the API URL; where it says https, a proxy before Daytona has to speak TLS to the next server."
);

/// What the pages of servers say to plain HTTP on a port for TLS: nginx, Go, Apache, Tomcat and others.
pub const TLS_PAGES: &[&str] = &[
    "to HTTPS port",
    "to an HTTPS server",
    "SSL-enabled server port",
    "requires TLS",
    "requires HTTPS",
    "TLS is required",
    "SSL is required",
    "HTTPS is required",
];

/// In Daytona's words, but without the header that tells a missing route from a request that was refused unread. The oldest
/// servers have no such header, so it may be a missing route all the same: the other dialect tells.
pub const UNREAD: Row = row!(
    404..=404,
    [],
    "refused-unread",
    Protocol,
    NoSuchRoute,
    Exists,
    "The server refused the request before it read it",
    "Make the specification smaller, or look at the proxies before Daytona."
);

pub const LIMIT_PER_SANDBOX: Row = row!(
    400..=403,
    [],
    "limit-per-sandbox",
    QuotaExceeded,
    Report,
    Final,
    "This is more than one sandbox may have",
    "Ask for less, or ask Daytona's support for a higher limit."
);

pub const ORGANIZATION_QUOTA: Row = row!(
    400..=403,
    [],
    "organization-quota",
    QuotaExceeded,
    Report,
    ForNow,
    "The organization's quota is used up",
    "End or archive sandboxes that are not needed (stopped ones still hold disk quota), or raise the organization's tier."
);

const TOO_LARGE: Row = row!(
    413..=413,
    [],
    "too-large",
    InvalidSpec,
    Report,
    Final,
    "The specification is too large for the server",
    "Make command, environment and labels smaller; large data belongs into the image or a file that the agent fetches."
);

/// What Daytona says in its own envelope. 400 and 403 share most texts, because what is 400 today was 403 before 0.170.
pub const ENVELOPE_RULES: &[Row] = &[
    UNAUTHORIZED,
    RATE_LIMITED,
    TOO_LARGE,
    row!(
        404..=404,
        ["^Cannot "],
        "no-such-route",
        Unsupported,
        NoSuchRoute,
        Final,
        "The server has no such route",
        "Check the API URL: it usually ends in /api. If it is right, this Daytona version does not offer the operation."
    ),
    row!(
        400..=428,
        ["^This organization does not have a default region", "^Default region not found"],
        "no-default-region",
        InvalidConfig,
        Region,
        Final,
        "The Daytona organization has no default region, without which it creates nothing",
        "Choose the organization's default region in Daytona's dashboard."
    ),
    row!(
        400..=403,
        ["^Only ephemeral sandboxes are permitted"],
        "ephemeral-only-region",
        PermissionDenied,
        Region,
        Final,
        "The region takes sandboxes only that are deleted when they stop, which a session's sandbox is not",
        "Choose another region."
    ),
    row!(
        400..=404,
        ["^Region not found", "^Invalid region", "target must be one of"],
        "region-unknown",
        InvalidSpec,
        Region,
        Final,
        "Daytona does not know the region",
        "Use the id of a region of this Daytona, such as us or eu, or leave it out for the organization's default."
    ),
    row!(
        400..=403,
        ["not available to the organization"],
        "region-unavailable",
        PermissionDenied,
        Region,
        Final,
        "The organization may not use this region",
        "Choose a region that Daytona's dashboard shows for the organization, or ask Daytona for a quota there."
    ),
    row!(
        400..=403,
        ["^Organization is suspended"],
        "organization-suspended",
        PermissionDenied,
        Report,
        Final,
        "The Daytona organization is suspended",
        "Settle it in Daytona's dashboard, usually under billing. Running sandboxes can still be looked at and deleted."
    ),
    row!(
        400..=403,
        ["Build info is not supported"],
        "workspace-without-builds",
        Unsupported,
        Report,
        Final,
        "This server's /workspace runs registered snapshots only",
        "Set the pool key dialect to auto or sandbox."
    ),
    row!(
        400..=403,
        ["No available runners", "No available nodes"],
        "no-runners",
        NoCapacity,
        Report,
        ForNow,
        "Daytona has no room just now",
        "Try again later or use another pool."
    ),
    row!(
        400..=400,
        ["failed to start: "],
        "start-failed",
        Unavailable,
        StartFailed,
        Exists,
        "Daytona created the sandbox, but could not start it",
        "The sandbox is still there in its failed state: find it with locate, read its reason with status, and terminate it."
    ),
    row!(
        400..=400,
        ["tate change in progress", "can not be destroyed at this time"],
        "busy",
        Conflict,
        Busy,
        ForNow,
        "The sandbox is busy",
        "Try again in a moment."
    ),
    row!(
        400..=400,
        [
            "is not stopped",
            "is not started",
            "not in a stoppable state",
            "not in valid state",
            "is in an errored state"
        ],
        "wrong-state",
        Conflict,
        WrongState,
        Final,
        "The sandbox is not in a state in which this can be done",
        ""
    ),
    row!(
        400..=404,
        ["not found. Did you add it", "not found or not accessible"],
        "snapshot-not-found",
        InvalidConfig,
        Report,
        Final,
        "Daytona does not know the snapshot or image",
        "Register it in Daytona, correct the pool key snapshot, or remove that key to run the image directly (dialect auto or sandbox)."
    ),
    row!(
        400..=400,
        ["^Snapshot quota exceeded"],
        "organization-quota",
        QuotaExceeded,
        Report,
        ForNow,
        "The organization's quota is used up",
        "Delete or deactivate snapshots that are not needed, or raise the organization's tier."
    ),
    row!(
        400..=400,
        ["is not available in region"],
        "snapshot-not-in-region",
        InvalidConfig,
        Report,
        Final,
        "The snapshot is not in the region",
        "Choose a region that has the snapshot, or register the snapshot there."
    ),
    row!(
        400..=400,
        [" is pending", " is building", " is pulling"],
        "snapshot-not-ready",
        Unavailable,
        Report,
        ForNow,
        "The snapshot is not ready yet",
        "Try again in a few minutes."
    ),
    row!(
        400..=400,
        ["Snapshot deactivation is still in progress"],
        "snapshot-busy",
        Conflict,
        Busy,
        ForNow,
        "The snapshot was made inactive a moment ago",
        "Try again ten minutes after it was made inactive."
    ),
    row!(
        400..=400,
        ["is already active", "cannot be activated"],
        "snapshot-phase",
        Conflict,
        WrongState,
        Final,
        "The snapshot is not in a phase in which this can be done",
        "Look at it: one that failed can only be deleted and made anew."
    ),
    row!(
        400..=400,
        ["must be in started or stopped state to create a snapshot"],
        "wrong-state",
        Conflict,
        WrongState,
        Final,
        "Only a sandbox that runs or is stopped can be captured",
        "Start it, or wait until what is going on with it is over."
    ),
    row!(
        409..=409,
        ["^Snapshot with name"],
        "snapshot-exists",
        Conflict,
        NameTaken,
        Final,
        "There is a snapshot of that name already",
        "Use another name, or delete the one that is there."
    ),
    row!(
        400..=400,
        ["^Snapshot ", "^Image "],
        "snapshot-not-usable",
        InvalidConfig,
        Report,
        Final,
        "The snapshot cannot be used",
        "Activate it in Daytona's dashboard, wait until it is ready, or choose another one."
    ),
    row!(
        403..=403,
        [],
        "forbidden",
        PermissionDenied,
        Report,
        Final,
        "The key may not do this",
        "Give the key the scopes write:sandboxes and delete:sandboxes in Daytona's dashboard."
    ),
    row!(400..=400, [], "rejected", InvalidSpec, Report, Final, "Daytona refused the request", ""),
    row!(
        409..=409,
        ["already exists"],
        "name-taken",
        Conflict,
        NameTaken,
        Exists,
        "A sandbox of this session exists already",
        "Look the session up with locate; it was provisioned before, perhaps by a call that timed out."
    ),
    row!(409..=409, [], "busy", Conflict, Busy, ForNow, "The sandbox is busy", "Try again in a moment."),
    row!(
        422..=422,
        [],
        "not-for-this-class",
        Unsupported,
        Report,
        Final,
        "This kind of sandbox does not offer the operation",
        ""
    ),
    row!(
        503..=503,
        ["maintenance"],
        "maintenance",
        Unavailable,
        Report,
        ForNow,
        "Daytona is under maintenance",
        "Try again later."
    ),
    row!(
        500..=999,
        [],
        "server-error",
        Unavailable,
        ServerError,
        Unclear,
        "Daytona reports an error of its own",
        "Try again; if it goes on with this session only, its specification may be what Daytona stumbles over."
    ),
    UNKNOWN,
];

/// What a proxy, a gateway or another program says: nothing but its status.
pub const GATEWAY_RULES: &[Row] = &[
    UNAUTHORIZED,
    RATE_LIMITED,
    TOO_LARGE,
    row!(
        304..=304,
        [],
        "not-modified",
        Protocol,
        Report,
        Final,
        "A cache before Daytona answered in its place",
        "Switch caching off for Daytona's API."
    ),
    row!(
        300..=399,
        [],
        "redirect",
        Protocol,
        Report,
        Final,
        "The server redirects elsewhere, which is not followed, because the key would go along",
        "Write the final address into the API URL, often https instead of http."
    ),
    row!(
        403..=403,
        [],
        "gateway-forbidden",
        PermissionDenied,
        Report,
        Final,
        "A gateway before Daytona refused the request",
        CHECK_URL
    ),
    row!(
        404..=405,
        [],
        "not-daytona",
        Protocol,
        Report,
        Final,
        "What answers under the API URL is not Daytona's API",
        CHECK_URL
    ),
    row!(
        407..=407,
        [],
        "proxy-authentication",
        EgressDenied,
        Report,
        Final,
        "The proxy on the way to Daytona asks for a user name and a password",
        "Give the host a proxy URL with credentials, or let it reach Daytona directly."
    ),
    row!(
        421..=425,
        [],
        "not-processed",
        Unavailable,
        Report,
        ForNow,
        "The server did not take the request on this connection",
        "Try again."
    ),
    row!(408..=408, [], "gateway", Unavailable, Report, Unclear, "A gateway before Daytona gave up waiting", TRY_AGAIN),
    row!(
        502..=504,
        [],
        "gateway",
        Unavailable,
        Report,
        Unclear,
        "A gateway before Daytona could not reach it",
        TRY_AGAIN
    ),
    row!(
        500..=999,
        [],
        "server-error",
        Unavailable,
        ServerError,
        Unclear,
        "The server reports an error of its own",
        TRY_AGAIN
    ),
    UNKNOWN,
];
