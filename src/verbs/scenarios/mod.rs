//! Whole calls against a scripted server, natively: what is sent, and what comes of the answer.

mod adopt;
mod capacity;
mod diagnostics;
mod explain;
mod extend;
mod gateways;
mod inventory_calls;
mod keep_alive;
mod lifecycle;
mod locate;
mod process;
mod proof;
mod protection;
mod provision;
mod secrets;
mod snapshots;
mod status;
mod terminate;

use super::call::credentials::tests::{Variables, context};
use super::call::{Call, LONG_DEADLINE_MS};
use super::diagnostics as diagnose;
use super::inventory::{self, Known};
use super::target::Target;
use super::{
    extend as longer, lifecycle as drive, locate as find, provision as create, status as look, terminate as end,
};
use crate::contract::diagnostics::{CapacityReport, Explanation, HealthReport};
use crate::contract::inventory::{Mode, Page, Report};
use crate::contract::{Context, Finding, Handle, Spec, State, Termination};
use crate::daytona::Change;
use crate::error::Error;
use crate::http::scripted::{Answer, Scripted};

pub const KEY: &str = "dtn_0123456789abcdef";
/// The key in the environment of those whose context has another one.
pub const OTHER_KEY: &str = "dtn_fedcba9876543210";
pub const ID: &str = "2752acb4-993b-4bc3-810c-dbeb5fd8992c";

/// A pool at a server of ours, with a script of its answers.
pub struct Server {
    transport: Scripted,
    config: String,
}

impl Server {
    pub fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::with_config("", script)
    }

    /// `more` is added to the configuration, for example `"cpu":2`.
    pub fn with_config(more: &str, script: impl IntoIterator<Item = Answer>) -> Self {
        let comma = if more.is_empty() { "" } else { "," };
        let config = format!(r#"{{"daytonaApiUrl":"https://daytona.example/api"{comma}{more}}}"#);
        Self { transport: Scripted::new(script), config }
    }

    pub fn context(&self) -> Context {
        Context { config: self.config.clone(), ..context(Some(KEY), None) }
    }

    /// Every answer comes from a rule, which gets the request as `METHOD path body`.
    pub fn ruled(rule: impl Fn(&str) -> Answer + 'static) -> Self {
        Self { transport: Scripted::ruled(rule), ..Self::new([]) }
    }

    /// Every answer takes so many milliseconds.
    pub fn slow(delay_ms: u64, script: impl IntoIterator<Item = Answer>) -> Self {
        Self { transport: Scripted::new(script).slow(delay_ms), ..Self::new([]) }
    }

    fn call<R>(&self, action: impl FnOnce(&Call<'_, Scripted>) -> Result<R, Error>) -> Result<R, Error> {
        self.call_with(self.context(), action)
    }

    pub fn call_with<R>(
        &self,
        context: Context,
        action: impl FnOnce(&Call<'_, Scripted>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let call = Call::new(context, &Variables(Vec::new()), &self.transport, LONG_DEADLINE_MS)?;
        call.run(action)
    }

    pub fn provision(&self, spec: &Spec) -> Result<Handle, Error> {
        self.call(|call| create::provision(call, spec))
    }

    pub fn locate(&self, session_id: &str) -> Result<Option<Handle>, Error> {
        self.call(|call| find::locate(call, session_id))
    }

    pub fn status(&self, handle: Handle) -> Result<State, Error> {
        self.call(|call| look::status(call, &Target::new(call, handle)?))
    }

    pub fn terminate(&self, handle: Handle) -> Result<Termination, Error> {
        self.call(|call| end::terminate(call, &Target::new(call, handle)?))
    }

    pub fn drive(&self, handle: Handle, goal: Change) -> Result<State, Error> {
        self.call(|call| drive::drive(call, &Target::new(call, handle)?, goal))
    }

    pub fn keep_alive(&self, handle: Handle) -> Result<State, Error> {
        self.call(|call| look::keep_alive(call, &Target::new(call, handle)?))
    }

    pub fn extend(&self, handle: Handle, seconds: u32) -> Result<State, Error> {
        self.call(|call| longer::extend(call, &Target::new(call, handle)?, seconds))
    }

    pub fn list(&self, cursor: Option<&str>) -> Result<Page, Error> {
        self.call(|call| inventory::list(call, cursor))
    }

    pub fn reconcile(&self, sessions: &[&str], as_of: &str, mode: Mode) -> Result<Report, Error> {
        let sessions: Vec<String> = sessions.iter().map(|session| (*session).to_owned()).collect();
        let known = Known { sessions: &sessions, as_of, min_age_sec: 600 };
        self.call(|call| inventory::reconcile(call, &known, mode))
    }

    pub fn check_spec(&self, spec: &Spec) -> Vec<Finding> {
        diagnose::check_spec(self.context(), spec, &Variables(vec![("DAYTONA_API_KEY", OTHER_KEY)]), &self.transport)
    }

    pub fn health(&self) -> HealthReport {
        match diagnose::health(self.context(), &Variables(Vec::new()), &self.transport) {
            Ok(report) => report,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// The rules that a preflight finds.
    pub fn preflight(&self, spec: Option<Spec>) -> Vec<Finding> {
        match diagnose::preflight(self.context(), spec, &Variables(Vec::new()), &self.transport) {
            Ok(findings) => findings,
            Err(error) => panic!("{error:?}"),
        }
    }

    pub fn explain(&self, session_id: &str, handle: Option<Handle>) -> Result<Explanation, Error> {
        self.call(|call| diagnose::explain(call, session_id, handle))
    }

    pub fn capacity(&self, max_requests: Option<&str>) -> Result<CapacityReport, Error> {
        let mut context = self.context();
        context.extensions.extend(max_requests.map(|number| ("max-requests".to_owned(), number.to_owned())));
        self.call_with(context, diagnose::capacity)
    }

    /// The requests so far as `METHOD path body`.
    pub fn sent(&self) -> Vec<String> {
        self.transport.sent()
    }

    pub fn elapsed_ms(&self) -> u64 {
        self.transport.elapsed_ms()
    }
}

/// A handle as this version mints it.
pub fn handle(dialect: &str) -> Handle {
    let metadata = [("dialect", dialect), ("api-origin", "https://daytona.example")];
    Handle {
        provider_id: "daytona".to_owned(),
        external_id: ID.to_owned(),
        metadata: metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec(),
    }
}

/// A sandbox in a reply.
pub fn seen(state: &str, desired: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"id":"{ID}","state":"{state}","desiredState":"{desired}","snapshot":null}}"#))
}

/// A refusal in Daytona's envelope.
pub fn refusal(status: u16, message: &str) -> Answer {
    let message = message.replace('\n', "\\n").replace('"', "\\\"");
    let answer = Answer::json(
        status,
        &format!(r#"{{"path":"/api/x","statusCode":{status},"error":"x","message":"{message}"}}"#),
    );
    // Only with its version is it a route that is missing.
    if message.starts_with("Cannot ") { answer.header("x-daytona-api-version", "v0.190.0") } else { answer }
}

/// The proof that the sandbox does not exist.
pub fn not_found() -> Answer {
    refusal(404, &format!("Sandbox with ID or name {ID} not found"))
}

/// The name of session `sess-42` in pool `pool-1`.
pub const NAME: &str = "rensei-sess-42-899de6a060c37588";

/// The server's date in replies that have one: [`DATE`].
pub const DATE_HEADER: &str = "Mon, 23 Nov 2026 12:00:00 GMT";

/// The proof of a server that has names that none is called so.
pub fn nothing() -> Answer {
    refusal(404, &format!("Sandbox with ID or name {NAME} not found")).header("x-daytona-api-version", "v0.205.0")
}

/// A change that was accepted, in the words of most routes.
pub fn done() -> Answer {
    done_to(ID)
}

/// The same of another sandbox.
pub fn done_to(id: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"id":"{id}"}}"#))
}

/// A list without a sandbox.
pub fn none_listed() -> Answer {
    Answer::json(200, r#"{"items":[],"nextCursor":null}"#)
}

/// A sandbox of session `sess-42` in JSON: id, state and desired state, more labels and more fields, each with a comma
/// before it.
pub fn ours(id: &str, state: &str, desired: &str, labels: &str, fields: &str) -> String {
    format!(
        r#"{{"id":"{id}","organizationId":"org-d","name":"{NAME}","state":"{state}","desiredState":"{desired}",
        "labels":{{"rensei.dev/managed-by":"daytona-sandbox-provider","rensei.dev/pool":"pool-1","team":"x",
        "rensei.dev/session":"sess-42"{labels}}}{fields}}}"#
    )
}
