//! What a verb is told of a refusal or a failure: the error to report, and what may be done instead.

use crate::error::Error;

/// Longest part of a server's message that goes into an error, in bytes.
const MAX_QUOTE: usize = 300;

/// An error that has nothing to do with what was sent is a rejection that nobody reacts to.
impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Self { reaction: Reaction::Report, error }
    }
}

/// Turns a rejection that nobody reacts to into its error.
impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        rejection.error
    }
}

/// What was tried, as far as classification needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    /// The region is unknown, or not one that can be used.
    Region,
    /// The name of a new sandbox is taken.
    NameTaken,
    /// Nothing was sent, because no server would take it.
    Unsendable,
    /// The server reports an error of its own: whether it was done is not known.
    ServerError,
    /// Our own deadline ended while the server had the request.
    TooLate,
    /// None of these.
    Report,
}

/// A refusal or failure: the error to report, and what may be done instead.
#[derive(Debug)]
pub struct Rejection {
    pub reaction: Reaction,
    pub error: Error,
}

/// A text cut to a bearable length, without control characters.
pub fn quote(text: &str) -> String {
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
