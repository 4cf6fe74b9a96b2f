//! The routes of Daytona's API that are used.

use std::cell::Cell;

use serde::Serialize;

use super::classify::{self, Attempt, Reaction, Rejection};
use super::list::Page;
use super::reply::{TextReply, text};
use super::{Change, Dialect, Entrypoint, NewSandbox, Sandbox};
use crate::http::secret::Secret;
use crate::http::url::{BaseUrl, Origin, Segment, encode_query};
use crate::http::{
    CONTENT_LENGTH, Instant, MAX_REPLY, Method, Outcome, Repeat, Reply, Request, Transport, digits, exchange,
};
use crate::json::{LastWins, to_ascii};
use crate::moment::Moment;

/// Largest list that is read, in bytes. Servers up to 0.179 send all sandboxes of an organization at once.
const MAX_LIST: usize = 16 * 1024 * 1024;

/// The first version whose sandboxes have names.
const FIRST_WITH_NAMES: (u32, u32) = (0, 110);

/// One API server, one key, one deadline.
pub struct Client<'t, T> {
    transport: &'t T,
    base: BaseUrl,
    secret: Secret,
    deadline: Instant,
    /// Major and minor version that the server named last, which it does on every refusal that it made itself.
    version: Cell<Option<(u32, u32)>>,
    /// When it answered last, on its own clock.
    date: Cell<Option<Moment>>,
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
        Self { transport, base, secret, deadline, version: Cell::new(None), date: Cell::new(None) }
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

    /// Creates a sandbox. Sent once; again only when the server throttled it. `spare_ms` is left for what comes after.
    pub fn create(&self, dialect: Dialect, new: &NewSandbox<'_>, spare_ms: u64) -> Result<Box<Sandbox>, Rejection> {
        let reply = self.call(PendingRequest {
            attempt: Attempt::Create,
            method: Method::Post,
            path: dialect.route(),
            body: new.to_json(dialect),
            until: self.deadline.minus_ms(spare_ms),
            subject: new.name,
            max_reply: MAX_REPLY,
        })?;
        let Reply { status, body, .. } = reply;
        Sandbox::created(text(body, &self.secret)).map_err(|why| classify::unreadable(Attempt::Create, status, &why))
    }

    /// The sandbox of an id or, in dialect `sandbox`, of a name; none when the server proves that there is none.
    pub fn get(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<Option<Box<Sandbox>>, Rejection> {
        match self.read(&format!("{}/{}", dialect.route(), id.as_str()), subject, MAX_REPLY) {
            Ok(reply) => self.sandbox(Attempt::Read, reply).map(Some),
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
            .map_err(|why| self.with_url(classify::unreadable(Attempt::Read, reply.status, &why), Method::Get, &path))
    }

    /// Asks for the end of a sandbox. Accepting it is not yet its end.
    pub fn delete(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let force = match dialect {
            Dialect::Workspace => "?force=true",
            Dialect::Sandbox => "",
        };
        let path = format!("{}/{}{force}", dialect.route(), id.as_str());
        self.alter(Method::Delete, &path, String::new(), subject).map(drop)
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
        let reply = self.call(PendingRequest {
            attempt: Attempt::Change,
            method: Method::Post,
            path: &format!("{}/{}{}", dialect.route(), id.as_str(), change.route()),
            body: String::new(),
            until: self.deadline.minus_ms(spare_ms),
            subject,
            max_reply: MAX_REPLY,
        })?;
        // `/workspace` answers with an empty body.
        if reply.body.is_empty() { Ok(None) } else { self.sandbox(Attempt::Change, reply).map(Some) }
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
        self.alter(Method::Put, &path, to_ascii(&Body { labels: LastWins(labels) }), subject).map(drop)
    }

    /// Resets the idle clock. Only `/sandbox` has it; workspaces are found there under the same ids.
    pub fn touch(&self, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let path = format!("{}/{}/last-activity", Dialect::Sandbox.route(), id.as_str());
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// Sets the minutes of idleness until it is stopped. The idle clock runs on.
    pub fn set_auto_stop(&self, dialect: Dialect, id: &Segment, subject: &str, minutes: u32) -> Result<(), Rejection> {
        let path = format!("{}/{}/autostop/{minutes}", dialect.route(), id.as_str());
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// Sets the minutes from now until it is deleted whatever its state.
    pub fn set_ttl(&self, id: &Segment, subject: &str, minutes: u32) -> Result<(), Rejection> {
        let path = format!("{}/{}/ttl/{minutes}", Dialect::Sandbox.route(), id.as_str());
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// What the toolbox, which lies at a URL of its own, says of the launch command; none when it does not say. Asked once,
    /// until a time of its own.
    pub fn entrypoint(&self, toolbox: &BaseUrl, id: &Segment, until: Instant) -> Option<Entrypoint> {
        let path = format!("{}/{}/process/session/entrypoint", toolbox.path(), id.as_str());
        let request = self.request(Method::Get, toolbox.origin(), path, String::new());
        let reply = self.transport.send(&request, until.min(self.deadline)).ok()?;
        if reply.status == 200 { Entrypoint::from_json(&text(reply.body, &self.secret)) } else { None }
    }

    fn read(&self, path: &str, subject: &str, max_reply: usize) -> Result<Reply, Rejection> {
        let (attempt, until) = (Attempt::Read, self.deadline);
        self.call(PendingRequest { attempt, method: Method::Get, path, body: String::new(), until, subject, max_reply })
    }

    fn alter(&self, method: Method, path: &str, body: String, subject: &str) -> Result<Reply, Rejection> {
        self.call(PendingRequest {
            attempt: Attempt::Change,
            method,
            path,
            body,
            until: self.deadline,
            subject,
            max_reply: MAX_REPLY,
        })
    }

    fn call(&self, pending: PendingRequest<'_>) -> Result<Reply, Rejection> {
        let PendingRequest { attempt, method, path, body, until, subject, max_reply } = pending;
        let mut request = self.request(method, self.base.origin(), format!("{}{path}", self.base.path()), body);
        request.max_reply = max_reply;
        // What was just created has no past to be counted.
        if attempt != Attempt::Create {
            request.wanted = &[CONTENT_LENGTH, "date"];
        }
        let Outcome { result, unanswered } = exchange(self.transport, &request, Repeat::for_method(method), until);
        if let Ok(reply) = &result {
            // A gateway's reply names none.
            if let Some(version) = reply.headers.get("x-daytona-api-version").and_then(version) {
                self.version.set(Some(version));
            }
            self.date.set(reply.headers.date().or(self.date.get()));
        }
        let mut rejection = match result {
            Ok(reply) if matches!(reply.status, 200..=299) => return Ok(reply),
            Ok(reply) => classify::reply(attempt, &TextReply::new(reply, &self.secret), subject, &self.secret),
            Err(failure) => classify::failure(attempt, &failure, &self.secret),
        };
        if unanswered && attempt != Attempt::Read {
            rejection.error.maybe_applied = true;
        }
        Err(self.with_url(rejection, method, path))
    }

    fn request(&self, method: Method, origin: &Origin, path_and_query: String, body: String) -> Request {
        let mut request = Request::new(method, origin.clone(), path_and_query, body);
        request.header("accept", "application/json".to_owned());
        request.header("authorization", self.secret.bearer());
        request.header("user-agent", concat!("daytona-sandbox-provider/", env!("CARGO_PKG_VERSION")).to_owned());
        request
    }

    fn sandbox(&self, attempt: Attempt, reply: Reply) -> Result<Box<Sandbox>, Rejection> {
        let Reply { status, body, .. } = reply;
        Sandbox::from_json(text(body, &self.secret)).map_err(|why| classify::unreadable(attempt, status, &why))
    }

    /// Says in the error where the request went; the query may be long and says nothing new.
    fn with_url(&self, rejection: Rejection, method: Method, path: &str) -> Rejection {
        let path = path.split('?').next().unwrap_or_default();
        let url = format!("{} {}{path}", method.name(), self.base);
        Rejection { error: rejection.error.detail("url", &url), ..rejection }
    }
}

/// Major and minor of a version such as `v0.190.0`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(digits);
    Some((u32::try_from(parts.next()??).ok()?, u32::try_from(parts.next()??).ok()?))
}
