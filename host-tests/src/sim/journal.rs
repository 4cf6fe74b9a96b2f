//! What the hosts of a simulation did and were told, in the server's time.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use fake_daytona::Timestamp;
use sandbox_host::{Action, CallError, Handle, Page, ProviderError, Report, State, Termination};

/// Stands for no session.
pub const PLATFORM: usize = usize::MAX;

/// One call, or one event around the calls.
#[derive(Clone, Debug)]
pub struct Entry {
    /// [`PLATFORM`] where it is about no session in particular.
    pub session: usize,
    pub host: usize,
    pub verb: &'static str,
    pub begun: Timestamp,
    pub ended: Timestamp,
    pub outcome: Outcome,
}

impl Entry {
    /// Who it was: session and host, or the platform.
    pub fn who(&self) -> String {
        if self.session == PLATFORM { "platform".to_owned() } else { format!("{}.{}", self.session, self.host) }
    }

    /// Nothing was called.
    pub fn is_event(&self) -> bool {
        matches!(self.outcome, Outcome::Event(_))
    }

    /// The host died.
    pub fn is_crash(&self) -> bool {
        matches!(self.outcome, Outcome::Event("crashes"))
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    Handle(Handle),
    Located(Option<Handle>),
    State(Box<State>),
    Ended(Termination),
    Listed(Page),
    Reconciled(Report),
    /// Something else was answered.
    Done(String),
    Refused(Box<ProviderError>),
    /// No answer of the provider: a trap, a time that was overrun, a request that was denied.
    Broken(String),
    /// Of the host itself.
    Event(&'static str),
}

impl<T: Into<Outcome>> From<Result<T, CallError>> for Outcome {
    fn from(result: Result<T, CallError>) -> Self {
        match result {
            Ok(value) => value.into(),
            Err(CallError::Provider(error)) => Self::Refused(Box::new(error)),
            Err(other) => Self::Broken(format!("{other:?}: {other}")),
        }
    }
}

impl From<Handle> for Outcome {
    fn from(handle: Handle) -> Self {
        Self::Handle(handle)
    }
}

impl From<Option<Handle>> for Outcome {
    fn from(found: Option<Handle>) -> Self {
        Self::Located(found)
    }
}

impl From<State> for Outcome {
    fn from(state: State) -> Self {
        Self::State(Box::new(state))
    }
}

impl From<Termination> for Outcome {
    fn from(end: Termination) -> Self {
        Self::Ended(end)
    }
}

impl From<Page> for Outcome {
    fn from(page: Page) -> Self {
        Self::Listed(page)
    }
}

impl From<Report> for Outcome {
    fn from(report: Report) -> Self {
        Self::Reconciled(report)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handle(handle) => write!(f, "handle {}", handle.external_id),
            Self::Located(None) => f.write_str("nothing there"),
            Self::Located(Some(handle)) => write!(f, "found {}", handle.external_id),
            Self::State(state) => write!(f, "{}/{} ({})", state.status, state.phase, state.provider_state),
            Self::Ended(end) => write!(f, "{end}"),
            Self::Listed(page) => write!(f, "{} listed", page.items.len()),
            Self::Reconciled(report) => {
                write!(f, "{} looked at", report.outcomes.len())?;
                for outcome in report.outcomes.iter().filter(|outcome| outcome.action != Action::Kept) {
                    write!(f, ", {} {} ({})", outcome.external_id, outcome.action.as_str(), outcome.reason)?;
                }
                Ok(())
            }
            Self::Done(what) => f.write_str(what),
            Self::Refused(error) => {
                let rule = error.details.get("rule").unwrap_or_default();
                let applied = if error.maybe_applied { ", maybe applied" } else { "" };
                write!(f, "{} ({rule}{applied})", error.code)
            }
            Self::Broken(why) => write!(f, "BROKEN: {why}"),
            Self::Event(what) => f.write_str(what),
        }
    }
}

/// All of it, in order.
#[derive(Debug, Default)]
pub struct Journal {
    entries: Mutex<Vec<Entry>>,
    /// What was seen to be wrong at the moment itself.
    caught: Mutex<Vec<Violation>>,
}

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The promise, in a word that stays the same while a failure is made smaller.
    pub promise: &'static str,
    pub session: Option<usize>,
    pub at: Timestamp,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = self.session.map_or_else(String::new, |number| format!(" session {number}:"));
        write!(f, "[{}] {}{session} {}", self.promise, self.at.rfc3339(), self.what)
    }
}

impl Journal {
    pub fn note(&self, entry: Entry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub fn caught(&self, violation: Violation) {
        self.caught.lock().unwrap_or_else(PoisonError::into_inner).push(violation);
    }

    /// Everything, leaving nothing.
    pub fn close(&self) -> (Vec<Entry>, Vec<Violation>) {
        let entries = std::mem::take(&mut *self.entries.lock().unwrap_or_else(PoisonError::into_inner));
        (entries, std::mem::take(&mut *self.caught.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What an answer said that only the end can show.
#[derive(Clone, Debug)]
pub enum Expected {
    /// A command was refused, and nothing of it may run.
    NotRun { sandbox: String, argv: Vec<String>, at: Timestamp },
    /// A capture was refused, and there is no snapshot of it.
    NotCaptured { name: String, source: String, at: Timestamp },
}
