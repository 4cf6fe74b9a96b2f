//! Daytona's wire: routes, fields, replies and refusals of both dialects. It never decides what to do next.

mod classify;
mod create;
mod limits;
mod reply;

pub use classify::{Attempt, Reaction, Rejection};
pub use create::{NewSandbox, Source};
pub use reply::Sandbox;

use core::cell::Cell;

use crate::contract::Error;
use crate::http::secret::Secret;
use crate::http::url::{BaseUrl, Segment, encode_query};
use crate::http::{Instant, Method, Repeat, Reply, Request, Transport, exchange, jittered};
use crate::json;
use crate::prelude::*;

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
    Start,
    Archive,
}

impl Change {
    fn route(self) -> &'static str {
        match self {
            Self::Stop => "/stop",
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
    /// Major and minor version that the server named last.
    version: Cell<Option<(u32, u32)>>,
}

/// The first version whose sandboxes have names.
const FIRST_WITH_NAMES: (u32, u32) = (0, 110);

impl<'t, T: Transport> Client<'t, T> {
    pub fn new(transport: &'t T, base: BaseUrl, secret: Secret, deadline: Instant) -> Self {
        Self { transport, base, secret, deadline, version: Cell::new(None) }
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
    pub fn knows_names(&self) -> bool {
        self.version.get().is_some_and(|version| version >= FIRST_WITH_NAMES)
    }

    /// Creates a sandbox. Sent once; again only when the server throttled it.
    pub fn create(&self, dialect: Dialect, new: &NewSandbox<'_>) -> Result<Sandbox, Rejection> {
        let reply =
            self.call(Attempt::Create, Method::Post, dialect.route(), new.to_json(dialect), self.deadline, new.name)?;
        self.sandbox(Attempt::Create, &reply)
    }

    /// The sandbox of an id or, in dialect `sandbox`, of a name; none when the server proves that there is none.
    pub fn get(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<Option<Sandbox>, Rejection> {
        let path = [dialect.route(), "/", id.as_str()].concat();
        match self.call(Attempt::Read, Method::Get, &path, Vec::new(), self.deadline, subject) {
            Ok(reply) => self.sandbox(Attempt::Read, &reply).map(Some),
            Err(rejection) if rejection.reaction == Reaction::NotFound => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }

    /// The sandboxes that carry all these labels. The list is eventually consistent: good for finding, not for proving.
    pub fn find(&self, dialect: Dialect, labels: &[(&str, &str)]) -> Result<Vec<Sandbox>, Rejection> {
        let mut filter = json::Object::new();
        for (key, value) in labels {
            filter.text(key, value);
        }
        let path = [dialect.route(), "?labels=", &encode_query(&filter.finish())].concat();
        let reply = self.call(Attempt::Read, Method::Get, &path, Vec::new(), self.deadline, "")?;
        Sandbox::list_from_json(&reply.body, &self.secret)
            .map_err(|why| self.place(classify::unreadable(Attempt::Read, reply.status, &why), Method::Get, &path))
    }

    /// Asks for the end of a sandbox. Accepting it is not yet its end.
    pub fn delete(&self, dialect: Dialect, id: &Segment, subject: &str) -> Result<(), Rejection> {
        let force = match dialect {
            Dialect::Workspace => "?force=true",
            Dialect::Sandbox => "",
        };
        let path = [dialect.route(), "/", id.as_str(), force].concat();
        self.call(Attempt::Change, Method::Delete, &path, Vec::new(), self.deadline, subject).map(drop)
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
    ) -> Result<Option<Sandbox>, Rejection> {
        let path = [dialect.route(), "/", id.as_str(), change.route()].concat();
        let until = self.deadline.minus_ms(spare_ms);
        let reply = self.call(Attempt::Change, Method::Post, &path, Vec::new(), until, subject)?;
        // `/workspace` answers with an empty body.
        if reply.body.is_empty() { Ok(None) } else { self.sandbox(Attempt::Change, &reply).map(Some) }
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

    fn call(
        &self,
        attempt: Attempt,
        method: Method,
        path: &str,
        body: Vec<u8>,
        until: Instant,
        subject: &str,
    ) -> Result<Reply, Rejection> {
        let mut headers = vec![
            ("accept", "application/json".to_owned()),
            ("authorization", self.secret.bearer()),
            ("user-agent", concat!("daytona-sandbox-provider/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        if !body.is_empty() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        let origin = self.base.origin().clone();
        let request = Request { method, origin, path_and_query: [self.base.path(), path].concat(), headers, body };
        let outcome = exchange(self.transport, &request, Repeat::for_method(method), until);
        if let Ok(reply) = &outcome {
            self.version.set(reply.headers.get("x-daytona-api-version").and_then(version));
        }
        let rejection = match outcome {
            Ok(reply) if matches!(reply.status, 200..=299) => return Ok(reply),
            Ok(reply) => classify::reply(attempt, &reply, subject, &self.secret),
            Err(failure) => classify::failure(attempt, &failure, &self.secret),
        };
        Err(self.place(rejection, method, path))
    }

    fn sandbox(&self, attempt: Attempt, reply: &Reply) -> Result<Sandbox, Rejection> {
        Sandbox::from_json(&reply.body, &self.secret).map_err(|why| classify::unreadable(attempt, reply.status, &why))
    }

    /// Says in the error where the request went; the query may be long and says nothing new.
    fn place(&self, rejection: Rejection, method: Method, path: &str) -> Rejection {
        let path = path.split('?').next().unwrap_or_default();
        let url = [method.name(), " ", &self.base.to_string(), path].concat();
        Rejection { error: rejection.error.detail("url", url), ..rejection }
    }
}

/// Major and minor of a version such as `v0.190.0`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Turns a rejection that nobody reacts to into its error.
impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        rejection.error
    }
}
