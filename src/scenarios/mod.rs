//! Whole calls against a scripted server, natively: what is sent, and what comes of the answer.

mod lifecycle;
mod locate;
mod provision;
mod status;
mod terminate;

use crate::context::{Call, LONG_DEADLINE_MS, Target};
use crate::contract::{Context, Error, Handle, Spec, State, Termination};
use crate::credentials::tests::{Variables, context};
use crate::daytona::Change;
use crate::http::scripted::{Answer, Scripted};
use crate::{lifecycle as drive, locate as find, provision as create, status as look, terminate as end};

pub const KEY: &str = "dtn_0123456789abcdef";
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

    fn call<R>(&self, action: impl FnOnce(&Call<'_, Scripted>) -> Result<R, Error>) -> Result<R, Error> {
        let call = Call::new(self.context(), &Variables(Vec::new()), &self.transport, LONG_DEADLINE_MS)?;
        action(&call)
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
    Answer::json(status, &format!(r#"{{"path":"/api/x","statusCode":{status},"error":"x","message":"{message}"}}"#))
}

/// The proof that the sandbox does not exist.
pub fn not_found() -> Answer {
    refusal(404, &format!("Sandbox with ID or name {ID} not found"))
}
