//! What happens to a request.

use std::time::Duration;

use super::rewrite::Rewrite;
use crate::http::reply::Reply;

/// What happens to a request.
///
/// Where the server handles a request, it does so even when the caller has gone meanwhile: a server does not undo a request
/// whose client no longer waits.
#[derive(Clone, Debug, Default)]
pub enum RequestAction {
    /// The server handles it.
    #[default]
    Proceed,

    /// It reaches the server after a while.
    Delay(Duration),
    /// This is the answer; the server never sees the request.
    Answer(Reply),
    /// A refusal in the server's own envelope, with this status and message; the request is not handled.
    Refuse(u16, String),
    /// Refused with 429 as if the bucket of this route were exhausted for that many seconds.
    Throttle(u64),
    /// The request never reaches the server, and no answer ever comes.
    Swallow,
    /// The connection breaks before the server sees the request.
    Reset,
    /// The connection breaks at once, and the request reaches the server all the same, this much later.
    ResetThenApply(Duration),

    /// The server handles it, and its answer is held back for a while.
    ApplyThenDelay(Duration),
    /// The server handles it, but this is what the client gets.
    ApplyThenAnswer(Reply),
    /// The server handles it, but the client gets a refusal in the server's own envelope.
    ApplyThenRefuse(u16, String),
    /// The server handles it, and no answer ever comes.
    ApplyThenSwallow,
    /// The server handles it, and the connection breaks before the answer.
    ApplyThenReset,
    /// The server handles it, and the connection breaks after this many bytes of the answer's body.
    ApplyThenCut(usize),
    /// The server handles it, and after this many bytes of the answer's body nothing comes any more.
    ApplyThenStall(usize),
    /// The server handles it, and what follows so many bytes of the answer's body comes this much later.
    ApplyThenPause(usize, Duration),
    /// The server handles it, and its answer is whole for HTTP but has only this many bytes of the body.
    ApplyThenTruncate(usize),
    /// The server handles it, and this many spaces follow the answer's body.
    ApplyThenPad(usize),
    /// The server handles it, and every `state` in the answer reads like this.
    ApplyThenState(String),

    /// The server handles it, and its answer is written like this.
    ApplyThenRewrite(Rewrite),
    /// Another operation comes first: 409, not handled. Reads and creates are handled as usual.
    LoseRace,
    /// The server handles it, and what it wrote of labels is overwritten at once by a writer that had read the old ones.
    /// What writes no labels is handled as usual.
    ApplyThenLoseLabels,

    /// The server gets the same request twice at once; the client gets the second answer.
    ApplyTwice,
    /// The server gets the same request again, this much later; the client gets the first answer.
    ApplyAgainAfter(Duration),

    /// A read shows what was true this long ago. What is not a read is handled as usual.
    Stale(Duration),
}

impl RequestAction {
    /// The name under which the log keeps it; `None` for [`RequestAction::Proceed`].
    pub fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Proceed => return None,
            Self::Delay(_) => "delay",
            Self::Answer(_) => "answer",
            Self::Refuse(..) => "refuse",
            Self::Throttle(_) => "throttle",
            Self::Swallow => "swallow",
            Self::Reset => "reset",
            Self::ResetThenApply(_) => "reset-then-apply",
            Self::ApplyThenDelay(_) => "apply-then-delay",
            Self::ApplyThenAnswer(_) => "apply-then-answer",
            Self::ApplyThenRefuse(..) => "apply-then-refuse",
            Self::ApplyThenSwallow => "apply-then-swallow",
            Self::ApplyThenReset => "apply-then-reset",
            Self::ApplyThenCut(_) => "apply-then-cut",
            Self::ApplyThenStall(_) => "apply-then-stall",
            Self::ApplyThenPause(..) => "apply-then-pause",
            Self::ApplyThenTruncate(_) => "apply-then-truncate",
            Self::ApplyThenPad(_) => "apply-then-pad",
            Self::ApplyThenState(_) => "apply-then-state",
            Self::ApplyThenRewrite(_) => "apply-then-rewrite",
            Self::LoseRace => "lose-race",
            Self::ApplyThenLoseLabels => "apply-then-lose-labels",
            Self::ApplyTwice => "apply-twice",
            Self::ApplyAgainAfter(_) => "apply-again-after",
            Self::Stale(_) => "stale",
        })
    }
}
