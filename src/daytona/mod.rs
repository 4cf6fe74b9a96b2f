//! Daytona's wire: routes, fields, replies and refusals of both dialects. It never decides what to do next.

mod classify;
mod create;
mod limits;
mod reply;
mod state;

pub use classify::{Attempt, Reaction, Rejection};
pub use create::{NewSandbox, Source};
pub use reply::{Entrypoint, Page, Sandbox};
pub use state::SandboxState;

use core::cell::Cell;

use crate::calendar::Moment;
use crate::contract::Error;
use crate::http::secret::Secret;
use crate::http::url::{BaseUrl, Origin, Segment, encode_query};
use crate::http::{CONTENT_LENGTH, Instant, Method, Outcome, Repeat, Reply, Request, Transport, exchange, jittered};
use crate::json;
use crate::prelude::*;
use crate::text;

/// Which of Daytona's APIs is spoken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Today's: `/sandbox`.
    Sandbox,
    /// The provider description's and that of the oldest servers: `/workspace`, removed in 0.180.
    Workspace,
}

impl Dialect {
    /// The name in a handle and in a pool's configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Workspace => "workspace",
        }
    }

    /// The dialect of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sandbox, Self::Workspace].into_iter().find(|dialect| dialect.name() == name)
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Sandbox => Self::Workspace,
            Self::Workspace => Self::Sandbox,
        }
    }

    fn route(self) -> &'static str {
        match self {
            Self::Sandbox => "/sandbox",
            Self::Workspace => "/workspace",
        }
    }
}

/// A change of a sandbox's state that is asked for by a POST.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Stop,
    /// At once, for one that does not react; servers before 0.157 stop it as usual.
    ForceStop,
    Start,
    Archive,
}

impl Change {
    fn route(self) -> &'static str {
        match self {
            Self::Stop => "/stop",
            Self::ForceStop => "/stop?force=true",
            Self::Start => "/start",
            Self::Archive => "/archive",
        }
    }
}

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

/// A request before it has an address and a key.
struct Ask<'a> {
    attempt: Attempt,
    method: Method,
    /// Below the base URL, with the query.
    path: &'a str,
    body: String,
    until: Instant,
    /// The id or name that it is about; empty when it is about none.
    subject: &'a str,
}

/// The first version whose sandboxes have names.
const FIRST_WITH_NAMES: (u32, u32) = (0, 110);

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

    /// Whether the server is known to keep the names that it is given. Needs a reply to have been seen.
    pub fn can_name(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Sandbox && self.version.get().is_some_and(|version| version >= FIRST_WITH_NAMES)
    }

    /// When the server answered last, on its own clock; none when it did not say.
    pub fn server_time(&self) -> Option<Moment> {
        self.date.get()
    }

    /// Creates a sandbox. Sent once; again only when the server throttled it. `spare_ms` is left for what comes after.
    /// Of the reply, what a handle is made of is read.
    pub fn create(&self, dialect: Dialect, new: &NewSandbox<'_>, spare_ms: u64) -> Result<Box<Sandbox>, Rejection> {
        let reply = self.call(Ask {
            attempt: Attempt::Create,
            method: Method::Post,
            path: dialect.route(),
            body: new.to_json(dialect),
            until: self.deadline.minus_ms(spare_ms),
            subject: new.name,
        })?;
        Sandbox::created_from_json(&reply.body, &self.secret)
            .map_err(|why| classify::unreadable(Attempt::Create, reply.status, &why))
    }

    /// The sandbox of an id or, in dialect `sandbox`, of a name; none when the server proves that there is none.
    pub fn get(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<Option<Box<Sandbox>>, Rejection> {
        match self.read(&text::fill("{}/{}", &[dialect.route(), id.as_str()]), subject) {
            Ok(reply) => self.sandbox(Attempt::Read, &reply).map(Some),
            Err(rejection) if rejection.reaction == Reaction::NotFound => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }

    /// A page of the sandboxes that carry all these labels, the oldest first where the server sorts. The list is eventually
    /// consistent: good for finding, not for proving.
    pub fn list(&self, dialect: Dialect, labels: &[(&str, &str)], cursor: Option<&str>) -> Result<Page, Rejection> {
        let mut filter = json::Object::new();
        filter.extend(labels);
        let mut path = text::fill("{}?labels={}", &[dialect.route(), &encode_query(&filter.finish())]);
        if dialect == Dialect::Sandbox {
            path.push_str("&limit=200&sort=createdAt&order=asc");
        }
        if let Some(cursor) = cursor {
            path.push_str("&cursor=");
            path.push_str(&encode_query(cursor));
        }
        let reply = self.read(&path, "")?;
        Sandbox::list_from_json(&reply.body, &self.secret)
            .map_err(|why| self.place(classify::unreadable(Attempt::Read, reply.status, &why), Method::Get, &path))
    }

    /// Asks for the end of a sandbox. Accepting it is not yet its end.
    pub fn delete(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let force = match dialect {
            Dialect::Workspace => "?force=true",
            Dialect::Sandbox => "",
        };
        let path = text::fill("{}/{}{}", &[dialect.route(), id.as_str(), force]);
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
        let reply = self.call(Ask {
            attempt: Attempt::Change,
            method: Method::Post,
            path: &text::fill("{}/{}{}", &[dialect.route(), id.as_str(), change.route()]),
            body: String::new(),
            until: self.deadline.minus_ms(spare_ms),
            subject,
        })?;
        // `/workspace` answers with an empty body.
        if reply.body.is_empty() { Ok(None) } else { self.sandbox(Attempt::Change, &reply).map(Some) }
    }

    /// Replaces all labels of a sandbox.
    pub fn set_labels(
        &self,
        dialect: Dialect,
        id: &Segment,
        subject: &str,
        labels: &[(&str, &str)],
    ) -> Result<(), Rejection> {
        let mut body = json::Object::new();
        body.texts("labels", labels);
        let path = text::fill("{}/{}/labels", &[dialect.route(), id.as_str()]);
        self.alter(Method::Put, &path, body.finish(), subject).map(drop)
    }

    /// Resets the idle clock. Only `/sandbox` has it; workspaces are found there under the same ids.
    pub fn touch(&self, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let path = text::fill("{}/{}/last-activity", &[Dialect::Sandbox.route(), id.as_str()]);
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// Sets the minutes of idleness until it is stopped. The idle clock runs on.
    pub fn set_auto_stop(&self, dialect: Dialect, id: &Segment, subject: &str, minutes: u32) -> Result<(), Rejection> {
        let path = text::fill("{}/{}/autostop/{}", &[dialect.route(), id.as_str(), &text::decimal(minutes)]);
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// Sets the minutes from now until it is deleted whatever its state.
    pub fn set_ttl(&self, id: &Segment, subject: &str, minutes: u32) -> Result<(), Rejection> {
        let path = text::fill("{}/{}/ttl/{}", &[Dialect::Sandbox.route(), id.as_str(), &text::decimal(minutes)]);
        self.alter(Method::Post, &path, String::new(), subject).map(drop)
    }

    /// What the toolbox, which lies at a URL of its own, says of the launch command; none when it does not say. Asked once
    /// and not for long: a toolbox that does not answer must not use up the call.
    pub fn entrypoint(&self, toolbox: &BaseUrl, id: &Segment, max_ms: u64) -> Option<Entrypoint> {
        let path = text::fill("{}/{}/process/session/entrypoint", &[toolbox.path(), id.as_str()]);
        let request = self.request(Method::Get, toolbox.origin(), path, String::new());
        let until = self.transport.now().plus_ms(max_ms).min(self.deadline);
        let reply = self.transport.send(&request, until).ok()?;
        if reply.status == 200 { Entrypoint::from_json(&reply.body, &self.secret) } else { None }
    }

    /// Waits before a next look, longer from one time to the next; false when the deadline would end before.
    pub fn pause(&self, times: u32) -> bool {
        const FIRST_MS: u64 = 250;
        const MAX_MS: u64 = 3_000;
        let now = self.transport.now();
        let pause = FIRST_MS.checked_shl(times).unwrap_or(MAX_MS).min(MAX_MS);
        let resume = now.plus_ms(jittered(pause, now));
        let in_time = resume < self.deadline;
        if in_time {
            self.transport.sleep_until(resume);
        }
        in_time
    }

    /// Milliseconds that are left of the call.
    pub fn left_ms(&self) -> u64 {
        self.deadline.ms_since(self.transport.now())
    }

    fn read(&self, path: &str, subject: &str) -> Result<Reply, Rejection> {
        let (attempt, until) = (Attempt::Read, self.deadline);
        self.call(Ask { attempt, method: Method::Get, path, body: String::new(), until, subject })
    }

    fn alter(&self, method: Method, path: &str, body: String, subject: &str) -> Result<Reply, Rejection> {
        self.call(Ask { attempt: Attempt::Change, method, path, body, until: self.deadline, subject })
    }

    fn call(&self, ask: Ask<'_>) -> Result<Reply, Rejection> {
        let Ask { attempt, method, path, body, until, subject } = ask;
        let mut request = self.request(method, self.base.origin(), text::fill("{}{}", &[self.base.path(), path]), body);
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
            Ok(reply) => classify::reply(attempt, &reply, subject, &self.secret),
            Err(failure) => classify::failure(attempt, &failure, &self.secret),
        };
        if unanswered && attempt != Attempt::Read {
            rejection.error.maybe_applied = true;
        }
        Err(self.place(rejection, method, path))
    }

    fn request(&self, method: Method, origin: &Origin, path_and_query: String, body: String) -> Request {
        let mut request = Request::new(method, origin.clone(), path_and_query, body);
        request.header("accept", "application/json".to_owned());
        request.header("authorization", self.secret.bearer());
        request.header("user-agent", concat!("daytona-sandbox-provider/", env!("CARGO_PKG_VERSION")).to_owned());
        request
    }

    fn sandbox(&self, attempt: Attempt, reply: &Reply) -> Result<Box<Sandbox>, Rejection> {
        Sandbox::from_json(&reply.body, &self.secret).map_err(|why| classify::unreadable(attempt, reply.status, &why))
    }

    /// Says in the error where the request went; the query may be long and says nothing new.
    fn place(&self, rejection: Rejection, method: Method, path: &str) -> Rejection {
        let (path, _) = text::head(path, "?");
        let url = text::fill("{} {}{}", &[method.name(), &self.base.text(), path]);
        Rejection { error: rejection.error.detail("url", &url), ..rejection }
    }
}

/// Major and minor of a version such as `v0.190.0`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text::split(text.strip_prefix('v').unwrap_or(text), ".").map(text::number);
    Some((u32::try_from(parts.next()??).ok()?, u32::try_from(parts.next()??).ok()?))
}

/// Turns a rejection that nobody reacts to into its error.
impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        rejection.error
    }
}
