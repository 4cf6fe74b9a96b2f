//! The routes of Daytona's API that are used.

use std::cell::Cell;

use serde::Serialize;

use super::classify::{self, Attempt, Reaction, Rejection, VERSION_HEADER};
use super::list::Page;
use super::owner;
use super::reply::{TextReply, text};
use super::version::Version;
use super::{Change, Dialect, Entrypoint, NewSandbox, Output, Sandbox, sandbox};
use crate::contract::ErrorCode;
use crate::http::secret::Secret;
use crate::http::url::{BaseUrl, Origin, Segment, encode_query};
use crate::http::{
    CONTENT_LENGTH, Failure, FailureKind, Instant, MAX_REPLY, Method, Outcome, Repeat, Reply, Request, Transport,
    exchange,
};
use crate::json::{LastWins, Members, to_ascii};
use crate::moment::Moment;

/// Largest body that Daytona reads, in bytes: one more, and it refuses the request unread.
const MAX_BODY: usize = 102_400;

/// Largest list that is read, in bytes. Servers up to 0.179 send all sandboxes of an organization at once.
pub(super) const MAX_LIST: usize = 16 * 1024 * 1024;

/// The first version whose sandboxes have names.
const FIRST_WITH_NAMES: Version = Version(0, 110);

/// One API server, one key, one deadline.
pub struct Client<'t, T> {
    transport: &'t T,
    base: BaseUrl,
    secret: Secret,
    deadline: Instant,
    /// Major and minor version that the server named last, which it does on every refusal that it made itself.
    version: Cell<Option<Version>>,
    /// When it answered last, on its own clock.
    date: Cell<Option<Moment>>,
    /// How many more requests may be sent.
    requests_left: Cell<u32>,
    /// Whether each is sent once only, however it fails.
    once: Cell<bool>,
}

/// A request before it has a URL and a key.
struct PendingRequest<'a> {
    attempt: Attempt,
    method: Method,
    /// Below the base URL, with the query.
    path: &'a str,
    body: String,
    until: Instant,
    /// The id or name that it is about; empty when it is about none.
    subject: &'a str,
    /// Largest reply that is read, in bytes.
    max_reply: usize,
}

impl<'t, T: Transport> Client<'t, T> {
    pub fn new(transport: &'t T, base: BaseUrl, secret: Secret, deadline: Instant) -> Self {
        Self {
            transport,
            base,
            secret,
            deadline,
            version: Cell::new(None),
            date: Cell::new(None),
            requests_left: Cell::new(u32::MAX),
            once: Cell::new(false),
        }
    }

    /// The server.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The key, for those who have to make sure that it is nowhere else.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// When the call has to be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn transport(&self) -> &'t T {
        self.transport
    }

    /// Milliseconds that are left of the call.
    pub fn left_ms(&self) -> u64 {
        self.deadline.ms_since(self.transport.now())
    }

    /// Whether the server is known to keep the names that it is given. Needs a refusal to have been seen.
    pub fn can_name(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Sandbox && self.version.get().is_some_and(|version| version >= FIRST_WITH_NAMES)
    }

    /// When the server answered last, on its own clock; none when it did not say.
    pub fn server_time(&self) -> Option<Moment> {
        self.date.get()
    }

    /// Lets so many more requests pass, repetitions included.
    pub fn allow_requests(&self, requests: u32) {
        self.requests_left.set(requests);
    }

    /// How many more requests may be sent.
    pub fn requests_left(&self) -> u32 {
        self.requests_left.get()
    }

    /// Lets so many more requests pass and repeats none: for verbs that tell what is wrong instead of waiting until it is
    /// right.
    pub fn ask_once(&self, requests: u32) {
        self.allow_requests(requests);
        self.once.set(true);
    }

    /// The server's version, as far as it has said it: on refusals, and on what it was asked once.
    pub fn server_version(&self) -> Option<Version> {
        self.version.get()
    }

    /// Creates a sandbox. Sent once; again only when the server throttled it. `spare_ms` is left for what comes after.
    pub fn create(&self, dialect: Dialect, new: &NewSandbox<'_>, spare_ms: u64) -> Result<Box<Sandbox>, Rejection> {
        let body = sendable(dialect, new)?;
        let reply = self.call(PendingRequest {
            attempt: Attempt::Create,
            method: Method::Post,
            path: dialect.route(),
            body,
            until: self.deadline.minus_ms(spare_ms),
            subject: new.name,
            max_reply: MAX_REPLY,
        })?;
        let Reply { status, body, .. } = reply;
        let created = Sandbox::created(text(body, &self.secret));
        created.map_err(|why| self.unreadable(Attempt::Create, Method::Post, dialect.route(), status, &why))
    }

    /// The sandbox of an id or, in dialect `sandbox`, of a name; none when the server proves that there is none.
    pub fn get(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<Option<Box<Sandbox>>, Rejection> {
        let path = format!("{}/{}", dialect.route(), id.as_str());
        match self.read(&path, subject, MAX_REPLY) {
            Ok(reply) => self.sandbox(Attempt::Read, Method::Get, &path, reply).map(Some),
            Err(rejection) if rejection.reaction == Reaction::NotFound => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }

    /// A page of the sandboxes that carry all these labels, the oldest first where the server sorts. The list is eventually
    /// consistent: good for finding, not for proving.
    pub fn list(&self, dialect: Dialect, labels: &[(&str, &str)], cursor: Option<&str>) -> Result<Page, Rejection> {
        let mut path = format!("{}?labels={}", dialect.route(), encode_query(&to_ascii(&LastWins(labels))));
        if dialect == Dialect::Sandbox {
            path.push_str("&limit=200&sort=createdAt&order=asc");
        }
        if let Some(cursor) = cursor {
            path.push_str("&cursor=");
            path.push_str(&encode_query(cursor));
        }
        let reply = self.read(&path, "", MAX_LIST)?;
        Page::from_json(&text(reply.body, &self.secret))
            .map_err(|why| self.unreadable(Attempt::Read, Method::Get, &path, reply.status, &why))
    }

    /// Asks for the end of a sandbox. Accepting it is not yet its end.
    pub fn delete(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let force = match dialect {
            Dialect::Workspace => "?force=true",
            Dialect::Sandbox => "",
        };
        let path = format!("{}/{}{force}", dialect.route(), id.as_str());
        match self.alter(Method::Delete, &path, String::new(), subject)? {
            Accepted::InSilence if dialect == Dialect::Sandbox => {
                self.confirm(dialect, id, subject, |seen| seen.is_none_or(Sandbox::is_being_destroyed)).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Asks for a change; the sandbox as the reply shows it, where the dialect replies with one.
    ///
    /// A start blocks on the server for up to 30 s, so the caller may leave time to look afterwards.
    pub fn change(
        &self,
        dialect: Dialect,
        id: &Segment,
        subject: &str,
        change: Change,
        spare_ms: u64,
    ) -> Result<Option<Box<Sandbox>>, Rejection> {
        let path = format!("{}/{}{}", dialect.route(), id.as_str(), change.route());
        let reply = self.call(PendingRequest {
            attempt: Attempt::Change,
            method: Method::Post,
            path: &path,
            body: String::new(),
            until: self.deadline.minus_ms(spare_ms),
            subject,
            max_reply: MAX_REPLY,
        })?;
        // `/workspace` answers with an empty body.
        if std::str::from_utf8(&reply.body).is_ok_and(is_empty) {
            return Ok(None);
        }
        self.sandbox(Attempt::Change, Method::Post, &path, reply).map(Some)
    }

    /// Replaces all labels of a sandbox.
    pub fn set_labels(
        &self,
        dialect: Dialect,
        id: &Segment,
        subject: &str,
        labels: &[(&str, &str)],
    ) -> Result<(), Rejection> {
        #[derive(Serialize)]
        struct Body<'a> {
            labels: LastWins<'a>,
        }
        let path = format!("{}/{}/labels", dialect.route(), id.as_str());
        match self.alter(Method::Put, &path, to_ascii(&Body { labels: LastWins(labels) }), subject)? {
            Accepted::InWords(_) => Ok(()),
            Accepted::InSilence => {
                let is_set = |seen: &Sandbox| labels.iter().all(|(name, value)| seen.label(name) == Some(value));
                self.confirm(dialect, id, subject, |seen| seen.is_some_and(is_set)).map(drop)
            }
        }
    }

    /// Resets the idle clock. Only `/sandbox` has it; workspaces are found there under the same ids.
    pub fn touch(&self, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let path = format!("{}/{}/last-activity", Dialect::Sandbox.route(), id.as_str());
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// Sets the minutes of idleness until it is stopped. The idle clock runs on. Says when that was, by the clock that the
    /// server counts idleness with, where it tells.
    pub fn set_auto_stop(
        &self,
        dialect: Dialect,
        id: &Segment,
        subject: &str,
        minutes: u32,
    ) -> Result<Option<Moment>, Rejection> {
        let path = format!("{}/{}/autostop/{minutes}", dialect.route(), id.as_str());
        match self.alter(Method::Post, &path, String::new(), subject)? {
            Accepted::InWords(reply) => Ok(sandbox::updated_at(&reply)),
            Accepted::InSilence => {
                let is_set = |seen: &Sandbox| seen.auto_stop_minutes == Some(minutes);
                let seen = self.confirm(dialect, id, subject, |seen| seen.is_some_and(is_set))?;
                Ok(seen.and_then(|seen| seen.updated_at()))
            }
        }
    }

    /// Sets the minutes from now until it is deleted whatever its state.
    pub fn set_ttl(&self, id: &Segment, subject: &str, minutes: u32) -> Result<(), Rejection> {
        let path = format!("{}/{}/ttl/{minutes}", Dialect::Sandbox.route(), id.as_str());
        match self.alter(Method::Post, &path, String::new(), subject)? {
            Accepted::InWords(_) => Ok(()),
            Accepted::InSilence => {
                self.confirm(Dialect::Sandbox, id, subject, |seen| seen.is_some_and(|seen| seen.has_ttl)).map(drop)
            }
        }
    }

    /// What the toolbox, which lies at a URL of its own, says of the launch command; none when it does not say. Asked once,
    /// until a time of its own.
    pub fn entrypoint(&self, toolbox: &BaseUrl, id: &Segment, until: Instant) -> Option<Entrypoint> {
        let reply = self.ask_toolbox(toolbox, id, "", until).ok()?;
        if reply.status == 200 { Entrypoint::from_json(&text(reply.body, &self.secret)) } else { None }
    }

    /// What the launch command has written, its end first to be kept; an error says why it cannot be read.
    pub fn entrypoint_output(&self, toolbox: &BaseUrl, id: &Segment, until: Instant) -> Result<Output, &'static str> {
        match self.ask_toolbox(toolbox, id, "/logs", until) {
            Ok(reply) if reply.status == 200 => {
                let text = String::from_utf8_lossy(&reply.body);
                Ok(Output::of_log(&self.secret.redact(&text)))
            }
            Ok(_) => Err("the toolbox has no output of it"),
            Err(Failure { kind: FailureKind::TooLarge, .. }) => Err("it is larger than 4 MiB"),
            Err(_) => Err("the toolbox cannot be reached"),
        }
    }

    /// Asks a toolbox, which lies at a URL of its own, about the launch command. Once, until a time of its own.
    fn ask_toolbox(&self, toolbox: &BaseUrl, id: &Segment, what: &str, until: Instant) -> Result<Reply, Failure> {
        let path = format!("{}/{}/process/session/entrypoint{what}", toolbox.path(), id.as_str());
        let mut request = self.request(Method::Get, toolbox.origin(), path, String::new());
        // Who only wants to know what is wrong keeps nothing alive by asking. Known from 0.112.2.
        if self.once.get() {
            request.header("x-daytona-skip-last-activity-update", "true".to_owned());
        }
        self.requests_left.set(self.requests_left.get().saturating_sub(1));
        self.transport.send(&request, until.min(self.deadline))
    }

    /// The organization that the key is of, as far as the server tells: of the key itself in newer versions, else of any
    /// sandbox or any snapshot of its own that it lists. None where none of them says it, because the server has no such
    /// route or the key may not ask; an error where one was not answered that may know.
    pub fn key_organization(&self, dialect: Dialect) -> Result<Option<String>, Rejection> {
        let sandboxes = format!("{}?limit=1", dialect.route());
        let mut unanswered = None;
        for path in ["/api-keys/current", &sandboxes, "/snapshots?limit=20"] {
            match self.read(path, "", MAX_LIST) {
                Ok(reply) => match owner::of_key(&text(reply.body, &self.secret)) {
                    Some(Some(organization)) => return Ok(Some(organization)),
                    Some(None) => {}
                    None => {
                        let why = "it does not tell whose the key is";
                        unanswered = Some(self.unreadable(Attempt::Read, Method::Get, path, reply.status, why));
                    }
                },
                Err(failed) if self.is_silent(&failed) && !is_missing_list(dialect, path, &failed) => {}
                Err(failed) => unanswered = Some(failed),
            }
        }
        unanswered.map_or(Ok(None), Err)
    }

    /// Whether a refusal means that the server does not tell: it has no such route, or the key lacks the scope. Only Daytona
    /// itself can say that. A gateway that answers in its place leaves open what it would have told.
    fn is_silent(&self, refused: &Rejection) -> bool {
        match refused.error.get("rule") {
            Some("no-such-route" | "forbidden") => true,
            // The oldest servers name their version nowhere; others name it wherever they refuse something.
            Some("refused-unread") => self.version.get().is_none(),
            _ => false,
        }
    }

    /// Reads what a route tells.
    pub(super) fn told<R>(&self, path: &str, read: fn(&str) -> Option<R>) -> Result<R, Rejection> {
        self.told_about(path, "", MAX_REPLY, read)
    }

    /// The same about something that has a name.
    pub(super) fn told_about<R>(
        &self,
        path: &str,
        subject: &str,
        max_reply: usize,
        read: impl FnOnce(&str) -> Option<R>,
    ) -> Result<R, Rejection> {
        let reply = self.told_text(path, subject, max_reply)?;
        read(&reply).ok_or_else(|| self.not_told(path))
    }

    // Apart from what is done with them, so that there is one of each and not one for each route.
    #[inline(never)]
    fn told_text(&self, path: &str, subject: &str, max_reply: usize) -> Result<String, Rejection> {
        self.read(path, subject, max_reply).map(|reply| text(reply.body, &self.secret))
    }

    #[cold]
    fn not_told(&self, path: &str) -> Rejection {
        self.unreadable(Attempt::Read, Method::Get, path, 200, "it is not what this route gives")
    }

    fn read(&self, path: &str, subject: &str, max_reply: usize) -> Result<Reply, Rejection> {
        let (attempt, until) = (Attempt::Read, self.deadline);
        self.call(PendingRequest { attempt, method: Method::Get, path, body: String::new(), until, subject, max_reply })
    }

    /// Sends a change once, and again only where that is harmless; status and body of a success.
    pub(super) fn altered(
        &self,
        method: Method,
        path: &str,
        body: String,
        subject: &str,
    ) -> Result<(u16, Vec<u8>), Rejection> {
        let (attempt, until, max_reply) = (Attempt::Change, self.deadline, MAX_REPLY);
        self.call(PendingRequest { attempt, method, path, body, until, subject, max_reply })
            .map(|Reply { status, body, .. }| (status, body))
    }

    pub(super) fn alter(&self, method: Method, path: &str, body: String, subject: &str) -> Result<Accepted, Rejection> {
        let (status, body) = self.altered(method, path, body, subject)?;
        // No text of it is kept, so the key need not be taken out.
        let text = String::from_utf8(body).unwrap_or_else(|_| "not UTF-8".to_owned());
        if is_empty(&text) {
            Ok(Accepted::InSilence)
        } else if is_about(&text, subject) {
            Ok(Accepted::InWords(text))
        } else {
            Err(self.unreadable(Attempt::Change, method, path, status, "it is not about this sandbox"))
        }
    }

    /// An empty reply proves nothing on most routes, so the sandbox is looked at, and returned.
    fn confirm(
        &self,
        dialect: Dialect,
        id: &Segment,
        subject: &str,
        is_so: impl FnOnce(Option<&Sandbox>) -> bool,
    ) -> Result<Option<Box<Sandbox>>, Rejection> {
        let seen = self.get(dialect, id, subject)?;
        if is_so(seen.as_deref()) {
            return Ok(seen);
        }
        Err(classify::unreadable(Attempt::Change, 200, "it is empty, and the sandbox is as it was"))
    }

    fn call(&self, pending: PendingRequest<'_>) -> Result<Reply, Rejection> {
        let PendingRequest { attempt, method, path, body, until, subject, max_reply } = pending;
        let mut request = self.request(method, self.base.origin(), format!("{}{path}", self.base.path()), body);
        request.max_reply = max_reply;
        // What was just created has no past to be counted.
        if attempt != Attempt::Create {
            request.wanted = &[CONTENT_LENGTH, "date"];
        }
        let mut repeat = Repeat::for_method(method);
        if self.once.get() {
            repeat = Repeat::Never;
            request.wanted = &[CONTENT_LENGTH, "date", VERSION_HEADER];
        }
        let Outcome { result, unanswered } = exchange(self.transport, &request, repeat, until, &self.requests_left);
        if let Ok(reply) = &result {
            // A gateway's reply names none.
            if let Some(version) = reply.headers.get(VERSION_HEADER).and_then(Version::parse) {
                self.version.set(Some(version));
            }
            self.date.set(reply.headers.date().or(self.date.get()));
        }
        let mut rejection = match result {
            Ok(reply) if matches!(reply.status, 200..=299) => match classify::coding(&reply.body) {
                Some(coding) => classify::compressed(attempt, reply.status, coding),
                None => return Ok(reply),
            },
            Ok(reply) => classify::reply(attempt, &TextReply::new(reply, &self.secret), subject, &self.secret),
            Err(failure) => classify::failure(attempt, &failure, &self.secret),
        };
        if unanswered && attempt != Attempt::Read {
            rejection.error.maybe_applied = true;
        }
        Err(self.with_url(rejection, method, path))
    }

    /// Sends a request that is not one to the API.
    pub(super) fn send(&self, request: &Request, repeat: Repeat, until: Instant) -> Outcome {
        exchange(self.transport, request, repeat, until.min(self.deadline), &self.requests_left)
    }

    pub(super) fn request(&self, method: Method, origin: &Origin, path_and_query: String, body: String) -> Request {
        let mut request = Request::new(method, origin.clone(), path_and_query, body);
        request.header("accept", "application/json".to_owned());
        // Replies are read as they come, so gateways shall not compress them.
        request.header("accept-encoding", "identity".to_owned());
        request.header("authorization", self.secret.bearer());
        request.header("user-agent", concat!("daytona-sandbox-provider/", env!("CARGO_PKG_VERSION")).to_owned());
        request
    }

    fn sandbox(&self, attempt: Attempt, method: Method, path: &str, reply: Reply) -> Result<Box<Sandbox>, Rejection> {
        let Reply { status, body, .. } = reply;
        Sandbox::from_json(text(body, &self.secret)).map_err(|why| self.unreadable(attempt, method, path, status, &why))
    }

    /// A success whose body is not what the route gives: Daytona did not say it.
    pub(super) fn unreadable(&self, attempt: Attempt, method: Method, path: &str, status: u16, why: &str) -> Rejection {
        self.with_url(classify::unreadable(attempt, status, why), method, path)
    }

    /// Says in the error where the request went; the query may be long and says nothing new. Where something else than
    /// Daytona's API answered and the URL has no `/api`, that is why.
    pub(super) fn with_url(&self, rejection: Rejection, method: Method, path: &str) -> Rejection {
        let path = path.split('?').next().unwrap_or_default();
        let url = format!("{} {}{path}", method.name(), self.base);
        let mut error = rejection.error.detail("url", &url);
        let has_api = self.base.path().split('/').any(|segment| segment == "api");
        if !has_api && matches!(error.get("rule"), Some("bad-reply" | "not-daytona" | "error-of-another")) {
            error.code = ErrorCode::InvalidConfig;
            error.message = format!("What answers at {} is not Daytona's API: the URL lacks its /api.", self.base);
            error = error
                .retryable(false)
                .rule("api-path-missing")
                .remedy(&format!("Write {}/api into the API URL.", self.base));
        }
        if error.get("rule") == Some("error-of-another") {
            error = error.rule("server-error");
        }
        Rejection { error, ..rejection }
    }
}

/// Whether a route is said to be missing that every server of the dialect has: the list of its sandboxes.
fn is_missing_list(dialect: Dialect, path: &str, refused: &Rejection) -> bool {
    dialect == Dialect::Sandbox && path.starts_with(dialect.route()) && refused.reaction == Reaction::NoSuchRoute
}

/// Whether a reply says nothing. A JSON null is what some frameworks write for it.
fn is_empty(reply: &str) -> bool {
    matches!(reply.trim_ascii(), "" | "null")
}

/// The body of a create; an error where no server would read it.
pub fn sendable(dialect: Dialect, new: &NewSandbox<'_>) -> Result<String, Rejection> {
    let body = new.to_json(dialect);
    if body.len() > MAX_BODY { Err(classify::unsendable(body.len(), MAX_BODY)) } else { Ok(body) }
}

/// How a change was accepted.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Accepted {
    /// The reply, which shows the sandbox.
    InWords(String),
    /// The reply is empty, as it is on few routes. Elsewhere it proves nothing.
    InSilence,
}

/// Whether a reply shows the sandbox of an id.
fn is_about(reply: &str, id: &str) -> bool {
    // Servers write the id first and no blanks, so the usual reply need not be read.
    let rest = reply.strip_prefix("{\"id\":\"").and_then(|rest| rest.strip_prefix(id));
    if rest.is_some_and(|rest| rest.starts_with('"')) {
        return true;
    }
    // To new labels, newer servers answer with the labels alone.
    let named = |reply: Members<'_>| match reply.scalar::<String>("id") {
        Some(named) => named == id,
        None => reply.get("labels").is_some(),
    };
    Members::of(reply).is_some_and(named)
}
