//! Registered snapshots: file systems that sandboxes begin from.

use serde::Serialize;

use super::classify::{Attempt, Reaction, Rejection};
use super::client::{Accepted, Client, MAX_LIST};
use super::create::{NewSandbox, Source};
use super::dialect::Dialect;
use super::reply::text;
use crate::http::url::{Segment, encode_query};
use crate::http::{MAX_REPLY, Method, Transport};
use crate::json::{Members, to_ascii};
use crate::moment::Moment;

const ROUTE: &str = "/snapshots";

/// Snapshots of one page of a list.
const PAGE: u32 = 100;

/// A snapshot as a reply shows it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub id: String,
    pub name: String,
    pub state: String,
    /// Absent for one that was captured or built.
    pub image: Option<String>,
    /// Of one that was built.
    pub dockerfile: Option<String>,
    pub error_reason: Option<String>,
    pub created_at: Option<String>,
    pub source_sandbox_id: Option<String>,
    pub has_command: bool,
    /// Whole cores and GiB.
    pub cpu: Option<u32>,
    pub memory_gib: Option<u32>,
    pub disk_gib: Option<u32>,
    /// Whether it is the server's own.
    pub is_general: bool,
}

/// A page of a list.
#[derive(Debug)]
pub struct SnapshotPage {
    pub items: Vec<Snapshot>,
    pub is_last: bool,
}

impl Snapshot {
    fn of(reply: &Members<'_>) -> Option<Self> {
        let text = |name: &str| reply.scalar::<String>(name).filter(|text| !text.is_empty());
        let build = reply.get("buildInfo").and_then(Members::of);
        let command = reply.get("entrypoint").and_then(|list| serde_json::from_str::<Vec<String>>(list).ok());
        let is_built = build.is_some();
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            state: text("state").unwrap_or_default(),
            image: text("imageName").filter(|_| !is_built),
            dockerfile: build.and_then(|build| build.scalar("dockerfileContent")),
            error_reason: text("errorReason"),
            created_at: text("createdAt"),
            source_sandbox_id: text("sourceSandboxId"),
            has_command: command.is_some_and(|words| !words.is_empty()),
            cpu: reply.scalar("cpu"),
            memory_gib: reply.scalar("mem"),
            disk_gib: reply.scalar("disk"),
            is_general: reply.scalar("general").unwrap_or_default(),
        })
    }

    /// When it was made.
    pub fn created(&self) -> Option<Moment> {
        Moment::parse_rfc3339(self.created_at.as_deref()?)
    }
}

fn one(body: &str) -> Option<Snapshot> {
    Snapshot::of(&Members::of(body)?)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registration<'a> {
    name: &'a str,
    build_info: Build,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Build {
    dockerfile_content: String,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

impl<T: Transport> Client<'_, T> {
    /// The snapshot of a name; none when the server proves that there is none.
    pub fn snapshot(&self, name: &str) -> Result<Option<Snapshot>, Rejection> {
        let path = format!("{ROUTE}/{}", encode_query(name));
        match self.told_about(&path, name, MAX_REPLY, one) {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(refused) if refused.reaction == Reaction::NotFound => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// A page of the snapshots with a text in their names, pages counted from 1.
    pub fn snapshots(&self, part: &str, page: u32) -> Result<SnapshotPage, Rejection> {
        let path = format!("{ROUTE}?page={page}&limit={PAGE}&name={}&sort=createdAt&order=asc", encode_query(part));
        self.told_about(&path, "", MAX_LIST, |body| {
            let reply = Members::of(body)?;
            let items = reply.objects("items")?;
            let pages = reply.scalar::<u32>("totalPages");
            let is_last = pages.is_none_or(|pages| page >= pages) || items.is_empty();
            Some(SnapshotPage { items: items.iter().filter_map(Snapshot::of).collect(), is_last })
        })
    }

    /// Registers what a sandbox would be built from. Sent once; again only when the server throttled it.
    pub fn register(&self, name: &str, new: &NewSandbox<'_>) -> Result<Snapshot, Rejection> {
        let body = to_ascii(&Registration {
            name,
            build_info: Build { dockerfile_content: new.dockerfile().unwrap_or_default() },
            cpu: new.cpu,
            memory: new.memory_gib,
            disk: new.disk_gib.filter(|_| matches!(new.source, Source::Image { .. })),
            region_id: new.target,
        });
        self.changed_snapshot(Method::Post, ROUTE, body, name)
    }

    /// Begins to capture a sandbox's file system under a name, and returns when, where the server says. That it was accepted is no
    /// proof that it comes about.
    pub fn capture(&self, id: &Segment, subject: &str, name: &str) -> Result<Option<Moment>, Rejection> {
        let path = format!("{}/{}/snapshot", Dialect::Sandbox.route(), id.as_str());
        let accepted = self.alter(Method::Post, &path, to_ascii(&Named { name }), subject)?;
        let Accepted::InWords(body) = accepted else { return Ok(None) };
        // Its beginning counts as activity.
        let at = Members::of(&body).and_then(|sandbox| sandbox.scalar::<String>("lastActivityAt"));
        Ok(at.and_then(|at| Moment::parse_rfc3339(&at)))
    }

    /// Makes an inactive one usable again.
    pub fn activate(&self, id: &Segment, name: &str) -> Result<Snapshot, Rejection> {
        self.changed_snapshot(Method::Post, &format!("{ROUTE}/{}/activate", id.as_str()), String::new(), name)
    }

    /// Asks for the end of a snapshot; the reply is empty. It may come back while it is pending.
    pub fn delete_snapshot(&self, id: &Segment, name: &str) -> Result<(), Rejection> {
        let path = format!("{ROUTE}/{}", id.as_str());
        self.altered(Method::Delete, &path, String::new(), name).map(drop)
    }

    fn changed_snapshot(&self, method: Method, path: &str, body: String, name: &str) -> Result<Snapshot, Rejection> {
        let (status, body) = self.altered(method, path, body, name)?;
        let why = "it is not a snapshot";
        one(&text(body, self.secret())).ok_or_else(|| self.unreadable(Attempt::Change, method, path, status, why))
    }
}
