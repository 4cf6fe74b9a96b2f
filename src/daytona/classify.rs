//! What a refusal means: by transport group, then by HTTP status, and by the text only where Daytona gives nothing else.
//!
//! Texts of all eras are here. Limits are matched on the first line, because the advice behind it changes.

use super::limits::{self, Limit};
use super::reply::Envelope;
use crate::contract::{Error, ErrorCode};
use crate::http::secret::Secret;
use crate::http::{Failure, FailureKind, Reply};
use crate::prelude::*;
use crate::text;

/// Longest part of a server's message that goes into an error, in bytes.
const MAX_QUOTE: usize = 300;

/// What was tried, as far as classification needs it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Reading: nothing can have been applied.
    Read,
    /// Creating a sandbox.
    Create,
    /// Changing or deleting one.
    Change,
}

/// What a verb may want to react to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reaction {
    /// The server has no such route: it is of another age, or this is no Daytona API.
    NoSuchRoute,
    /// The server proves that this sandbox does not exist.
    NotFound,
    /// A change is under way, or another one came first: look again.
    Busy,
    /// The sandbox is not in a state in which this can be done: look again.
    WrongState,
    /// The disk is larger than one sandbox may have: the largest that is allowed, in GiB.
    DiskOver(u32),
    /// The sandbox was created, but could not be started, and is still there.
    StartFailed,
    /// The region is unknown.
    Region,
    /// Our own deadline ended while the server had the request.
    TooLate,
    /// None of these.
    Report,
}

/// A refusal or failure: the error to report, and what may be done instead.
pub struct Rejection {
    pub reaction: Reaction,
    pub error: Error,
}

/// Classifies a failed exchange.
pub fn failure(attempt: Attempt, failure: &Failure, secret: &Secret) -> Rejection {
    use FailureKind as Kind;
    let (code, rule, retryable, message, remedy) = match failure.kind {
        Kind::Dns => (
            ErrorCode::Unavailable,
            "dns",
            true,
            "The name of the Daytona server does not resolve",
            "Check the host in the API URL, and the DNS of the machine that runs this provider.",
        ),
        Kind::Connect => (
            ErrorCode::Unavailable,
            "connect",
            true,
            "The Daytona server cannot be connected to",
            "Check host and port of the API URL, and whether the server is up and reachable from here.",
        ),
        Kind::Tls => (
            ErrorCode::Unavailable,
            "tls",
            false,
            "The connection to Daytona could not be secured",
            "Check the server's certificate. For a private certificate authority, give the host its CA file; for a server without TLS, write http:// in the URL.",
        ),
        Kind::Denied => (
            ErrorCode::EgressDenied,
            "egress-denied",
            false,
            "The host does not let this provider call the Daytona server",
            "Allow the origins that the provider names in the host's egress policy.",
        ),
        Kind::TimedOut => (
            ErrorCode::Timeout,
            "transport-timeout",
            true,
            "The Daytona server did not answer in time",
            "Try again; if it goes on, raise the deadline or look at the server's health.",
        ),
        Kind::Deadline => (
            ErrorCode::Timeout,
            "deadline",
            true,
            "The deadline of the call ended before Daytona answered",
            "Try again, with a longer deadline if this goes on.",
        ),
        Kind::Broken => (
            ErrorCode::Unavailable,
            "broken-exchange",
            true,
            "The exchange with the Daytona server broke off",
            "Try again; if it goes on, look at the server and at the proxies before it.",
        ),
        Kind::TooLarge => (
            ErrorCode::Protocol,
            "reply-too-large",
            false,
            "The reply is larger than 4 MiB, so it was not read",
            "Check that the API URL points at Daytona's API.",
        ),
        Kind::Malformed => (
            ErrorCode::Internal,
            "unsendable-request",
            false,
            "The host refused to send the request as it was",
            "Report this as a defect, with the details.",
        ),
    };
    let applied = attempt != Attempt::Read && failure.kind.may_have_reached_server();
    let mut error = Error::new(code, message).retryable(retryable).maybe_applied(applied).rule(rule).remedy(remedy);
    if !failure.text.is_empty() {
        error.message = text::fill("{} ({})", &[message, &secret.redact(quote(&failure.text).into())]);
    }
    error.message.push('.');
    error.http_status = failure.status;
    let reaction =
        if matches!(failure.kind, Kind::Deadline | Kind::TimedOut) { Reaction::TooLate } else { Reaction::Report };
    Rejection { reaction, error }
}

/// Classifies a reply whose status is not a success. `subject` is the id or name that the request was about.
pub fn reply(attempt: Attempt, reply: &Reply, subject: &str, secret: &Secret) -> Rejection {
    let envelope = Envelope::from_json(&reply.body, secret);
    let said = envelope.as_ref().map(|envelope| first_line(&envelope.message));
    let mut rejection = match said {
        Some(said) => spoken(reply.status, said, subject),
        None => find(SILENT, reply.status, ""),
    };
    let mut error = rejection.error;
    error.http_status = Some(reply.status);
    error.retry_after_ms = reply.headers.retry_after_ms().filter(|_| error.retryable);
    error.maybe_applied = match attempt {
        Attempt::Read => false,
        Attempt::Create | Attempt::Change => error.maybe_applied,
    };
    if let Some(bucket) = reply.headers.retry_after_bucket().filter(|_| reply.status == 429) {
        error = error.detail("limit", bucket);
    }
    if let Some(target) = reply.headers.get("location").filter(|_| said.is_none()) {
        let (target, _) = text::head(text::head(target, "?").0, "#");
        error = error.detail("location", &secret.redact(quote(target).into()));
    }
    if let Some(said) = said {
        error = error.detail("provider-message", &quote(said));
    }
    rejection.error = error;
    rejection
}

/// A refusal in Daytona's own envelope.
fn spoken(status: u16, said: &str, subject: &str) -> Rejection {
    if let Some(limit) = limits::parse(said).filter(|_| matches!(status, 400 | 403)) {
        return over_limit(&limit, said);
    }
    if status == 404
        && !said.starts_with("Cannot ")
        && said.ends_with("not found")
        && !subject.is_empty()
        && text::contains(said, subject)
    {
        let error = Error::new(ErrorCode::NotFound, text::fill("Daytona has no sandbox {}.", &[subject]))
            .rule("sandbox-not-found")
            .remedy("It was deleted, or it belongs to another organization than the key.");
        return Rejection { reaction: Reaction::NotFound, error };
    }
    let mut rejection = find(SPOKEN, status, said);
    if rejection.error.get("rule") == Some("organization-suspended") {
        let reason = text::head(said, ":").1.unwrap_or_default().trim_ascii();
        rejection.error = rejection.error.detail("reason", &quote(reason));
    }
    rejection
}

fn over_limit(limit: &Limit, said: &str) -> Rejection {
    let row = if limit.per_sandbox { &LIMIT_PER_SANDBOX } else { &ORGANIZATION_QUOTA };
    let mut rejection = row.applied_to(said);
    let mut error = rejection.error.detail("limit", limit.name);
    for (key, value) in [("maximum", &limit.maximum), ("requested", &limit.requested)] {
        if let Some(value) = value {
            error = error.detail(key, &quote(value));
        }
    }
    rejection.error = error;
    let whole = limit.maximum.as_deref().and_then(limits::whole_number);
    if let Some(maximum) = whole.filter(|maximum| limit.per_sandbox && limit.name == "disk" && *maximum > 0) {
        rejection.reaction = Reaction::DiskOver(maximum);
    }
    rejection
}

/// One rule: what it matches, and what is made of it.
struct Row {
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
enum Outcome {
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
            None => text::contains(said, wanted),
        };
        (first..=last).contains(&status) && (self.texts.is_empty() || self.texts.iter().any(found))
    }

    fn applied_to(&self, said: &str) -> Rejection {
        let message = if said.is_empty() {
            text::fill("{}.", &[self.says])
        } else {
            text::fill("{}: {}", &[self.says, &quote(said)])
        };
        let error = Error::new(self.code, message)
            .retryable(matches!(self.outcome, Outcome::ForNow | Outcome::Unclear))
            .maybe_applied(matches!(self.outcome, Outcome::Exists | Outcome::Unclear))
            .rule(self.rule);
        let error = if self.remedy.is_empty() { error } else { error.remedy(self.remedy) };
        Rejection { reaction: self.reaction, error }
    }
}

/// The first row that matches. Each table ends in rows that match everything.
fn find(table: &[Row], status: u16, said: &str) -> Rejection {
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

const LIMIT_PER_SANDBOX: Row = row!(
    400..=403,
    [],
    "limit-per-sandbox",
    QuotaExceeded,
    Report,
    Final,
    "This is more than one sandbox may have",
    "Ask for less, or ask Daytona's support for a higher limit."
);

const ORGANIZATION_QUOTA: Row = row!(
    400..=403,
    [],
    "organization-quota",
    QuotaExceeded,
    Report,
    ForNow,
    "The organization's quota is used up",
    "End or archive sandboxes that are not needed (stopped ones still hold disk quota), or raise the organization's tier."
);

/// What Daytona says in its own envelope. 400 and 403 share most texts, because what is 400 today was 403 before 0.170.
const SPOKEN: &[Row] = &[
    UNAUTHORIZED,
    RATE_LIMITED,
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
        400..=404,
        ["^Region not found", "^Invalid region"],
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
        Report,
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
        Report,
        Unclear,
        "Daytona reports an error of its own",
        "Try again; if it goes on with this session only, its specification may be what Daytona stumbles over."
    ),
    UNKNOWN,
];

/// What a proxy, a gateway or another program says: nothing but its status.
const SILENT: &[Row] = &[
    UNAUTHORIZED,
    RATE_LIMITED,
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
        Report,
        Unclear,
        "The server reports an error of its own",
        TRY_AGAIN
    ),
    UNKNOWN,
];

/// A success whose body cannot be read.
pub fn unreadable(attempt: Attempt, status: u16, why: &str) -> Rejection {
    let message = text::fill("The reply cannot be understood: {}.", &[&quote(why)]);
    let mut error = Error::new(ErrorCode::Protocol, message)
        .maybe_applied(attempt != Attempt::Read)
        .rule("bad-reply")
        .remedy("Check that the API URL points at Daytona's API, which usually ends in /api.");
    error.http_status = Some(status);
    Rejection { reaction: Reaction::Report, error }
}

fn first_line(text: &str) -> &str {
    text::head(text, "\n").0.trim_ascii()
}

/// A text cut to a bearable length, without control characters.
fn quote(text: &str) -> String {
    let mut end = text.len().min(MAX_QUOTE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let kept = text.get(..end).unwrap_or_default();
    let mut quoted: String = kept.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if kept.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
