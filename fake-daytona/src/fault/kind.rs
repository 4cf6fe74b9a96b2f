//! The kinds of faults that random faults are drawn from, and the range of each.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::action::RequestAction;
use super::rewrite::Rewrite;
use crate::http::reply::Reply;
use crate::random::Draw;

/// A kind of fault. Its details (how long, how many bytes) are drawn anew each time it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The request takes 10 ms to 45 s to arrive.
    Delay,
    /// It is handled, and the answer takes 10 ms to 45 s to arrive.
    DelayAfter,
    /// It never arrives, and no answer comes.
    Silence,
    /// It is handled, and no answer comes.
    SilenceAfter,
    /// The connection breaks before it is read.
    Reset,
    /// The connection breaks after it was handled.
    ResetAfter,
    /// The connection breaks, and the request arrives 0.1 to 20 s later all the same.
    LateArrival,
    /// The connection breaks within the first 400 bytes of the answer's body.
    Cut,
    /// Within the first 400 bytes of the answer's body nothing comes any more.
    Stall,
    /// Within the first 400 bytes of the answer's body there is a pause of 10 ms to 45 s.
    Pause,
    /// 429 with the headers of the route's bucket, for 1 to 30 s; only this request is refused.
    TooManyRequests,
    /// 500 in the server's envelope, not handled.
    ServerError,
    /// 500 in the server's envelope, and handled all the same.
    ServerErrorAfter,
    /// 502, 503 or 504 with a gateway's HTML, not handled.
    Gateway,
    /// 502, 503 or 504 with a gateway's HTML, and handled all the same.
    GatewayAfter,
    /// Whole for HTTP, but only the first 0 to 400 bytes of the body.
    Truncated,
    /// 1 to 8 MiB of spaces follow the body: a few within what a client may want to read, most beyond.
    Oversized,
    /// Delivered twice at once, answered with the second answer.
    Duplicate,
    /// Delivered again 0.1 to 60 s later.
    LateDuplicate,
    /// A read of what was true 0.1 to 10 s ago: as long as the server's look-up cache lasts.
    StaleRead,
    /// A state that no version has.
    UnknownState,

    /// A page of HTML with 200 in place of the answer, not handled: a login, a proxy, a dashboard.
    Page,
    /// The same, and handled all the same.
    PageAfter,
    /// A list's cursor leads to the page that it came with.
    RepeatedCursor,
    /// A list's cursor is an empty text.
    EmptyCursor,
    /// A list's page is empty, with more behind it.
    EmptyPage,
    /// Half of a surrogate pair in the answer.
    LoneSurrogate,
    /// The answer is compressed, though the request did not ask for it.
    Compressed,
    /// 409 because another operation came first; reads and creates are spared.
    LostRace,
    /// Labels that were written are overwritten by a writer that had read the old ones.
    LostLabels,
}

const KIND_NAMES: [(FaultKind, &str); 30] = [
    (FaultKind::Delay, "delay"),
    (FaultKind::DelayAfter, "delay-after"),
    (FaultKind::Silence, "silence"),
    (FaultKind::SilenceAfter, "silence-after"),
    (FaultKind::Reset, "reset"),
    (FaultKind::ResetAfter, "reset-after"),
    (FaultKind::LateArrival, "late-arrival"),
    (FaultKind::Cut, "cut"),
    (FaultKind::Stall, "stall"),
    (FaultKind::Pause, "pause"),
    (FaultKind::TooManyRequests, "too-many-requests"),
    (FaultKind::ServerError, "server-error"),
    (FaultKind::ServerErrorAfter, "server-error-after"),
    (FaultKind::Gateway, "gateway"),
    (FaultKind::GatewayAfter, "gateway-after"),
    (FaultKind::Truncated, "truncated"),
    (FaultKind::Oversized, "oversized"),
    (FaultKind::Duplicate, "duplicate"),
    (FaultKind::LateDuplicate, "late-duplicate"),
    (FaultKind::StaleRead, "stale-read"),
    (FaultKind::UnknownState, "unknown-state"),
    (FaultKind::Page, "page"),
    (FaultKind::PageAfter, "page-after"),
    (FaultKind::RepeatedCursor, "repeated-cursor"),
    (FaultKind::EmptyCursor, "empty-cursor"),
    (FaultKind::EmptyPage, "empty-page"),
    (FaultKind::LoneSurrogate, "lone-surrogate"),
    (FaultKind::Compressed, "compressed"),
    (FaultKind::LostRace, "lost-race"),
    (FaultKind::LostLabels, "lost-labels"),
];

/// The longest delay: longer than the server's own wait of 30 s, so that the time limits of clients are tested too.
const LONGEST_DELAY: u64 = 45_000;

const MIB: u64 = 1024 * 1024;

const PAGE: &str = "<!doctype html><html><head><title>Sign in</title></head><body></body></html>";

impl FaultKind {
    /// All of them.
    pub fn all() -> Vec<Self> {
        KIND_NAMES.map(|(kind, _)| kind).to_vec()
    }

    /// What a network, a busy server and a gateway do sooner or later: all but [`FaultKind::odd`].
    pub fn usual() -> Vec<Self> {
        Self::all().into_iter().filter(|kind| !Self::odd().contains(kind)).collect()
    }

    /// What a real server, or something in front of it, was seen to answer and few expect.
    pub fn odd() -> Vec<Self> {
        vec![
            Self::Page,
            Self::PageAfter,
            Self::RepeatedCursor,
            Self::EmptyCursor,
            Self::EmptyPage,
            Self::LoneSurrogate,
            Self::Compressed,
            Self::LostRace,
            Self::LostLabels,
        ]
    }

    /// Those after which the caller cannot know whether its request was handled.
    pub fn ambiguous() -> Vec<Self> {
        vec![
            Self::DelayAfter,
            Self::SilenceAfter,
            Self::ResetAfter,
            Self::LateArrival,
            Self::Cut,
            Self::Stall,
            Self::ServerErrorAfter,
            Self::GatewayAfter,
            Self::Truncated,
            Self::Oversized,
            Self::Duplicate,
            Self::LateDuplicate,
        ]
    }

    /// One fault of this kind.
    pub(super) fn action(self, draw: &mut Draw) -> RequestAction {
        let pause = |draw: &mut Draw, least: u64, most: u64| Duration::from_millis(draw.between(least, most));
        let gateway = |draw: &mut Draw| Reply::gateway([502, 503, 504][draw.between(0, 2) as usize]);
        let unexpected = || "An unexpected error occurred.".to_owned();
        match self {
            Self::Delay => RequestAction::Delay(pause(draw, 10, LONGEST_DELAY)),
            Self::DelayAfter => RequestAction::ApplyThenDelay(pause(draw, 10, LONGEST_DELAY)),
            Self::Silence => RequestAction::Swallow,
            Self::SilenceAfter => RequestAction::ApplyThenSwallow,
            Self::Reset => RequestAction::Reset,
            Self::ResetAfter => RequestAction::ApplyThenReset,
            Self::LateArrival => RequestAction::ResetThenApply(pause(draw, 100, 20_000)),
            Self::Cut => RequestAction::ApplyThenCut(draw.between(0, 400) as usize),
            Self::Stall => RequestAction::ApplyThenStall(draw.between(0, 400) as usize),
            Self::Pause => RequestAction::ApplyThenPause(draw.between(0, 400) as usize, pause(draw, 10, LONGEST_DELAY)),
            Self::TooManyRequests => RequestAction::Throttle(draw.between(1, 30)),
            Self::ServerError => RequestAction::Refuse(500, unexpected()),
            Self::ServerErrorAfter => RequestAction::ApplyThenRefuse(500, unexpected()),
            Self::Gateway => RequestAction::Answer(gateway(draw)),
            Self::GatewayAfter => RequestAction::ApplyThenAnswer(gateway(draw)),
            Self::Truncated => RequestAction::ApplyThenTruncate(draw.between(0, 400) as usize),
            Self::Oversized => RequestAction::ApplyThenPad(draw.between(MIB, 8 * MIB) as usize),
            Self::Duplicate => RequestAction::ApplyTwice,
            Self::LateDuplicate => RequestAction::ApplyAgainAfter(pause(draw, 100, 60_000)),
            Self::StaleRead => RequestAction::Stale(pause(draw, 100, 10_000)),
            Self::UnknownState => RequestAction::ApplyThenState("hibernating".to_owned()),
            Self::Page => RequestAction::Answer(Reply::html(200, PAGE)),
            Self::PageAfter => RequestAction::ApplyThenAnswer(Reply::html(200, PAGE)),
            Self::RepeatedCursor => RequestAction::ApplyThenRewrite(Rewrite::RepeatedCursor),
            Self::EmptyCursor => RequestAction::ApplyThenRewrite(Rewrite::EmptyCursor),
            Self::EmptyPage => RequestAction::ApplyThenRewrite(Rewrite::EmptyPage),
            Self::LoneSurrogate => RequestAction::ApplyThenRewrite(Rewrite::LoneSurrogate),
            Self::Compressed => RequestAction::ApplyThenRewrite(Rewrite::Compressed),
            Self::LostRace => RequestAction::LoseRace,
            Self::LostLabels => RequestAction::ApplyThenLoseLabels,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KIND_NAMES.iter().find(|(kind, _)| kind == self).map_or("", |(_, name)| name))
    }
}

/// No kind of fault has this name.
#[derive(Debug, thiserror::Error)]
#[error("unknown fault {0:?}; known are {known}", known = KIND_NAMES.map(|(_, name)| name).join(", "))]
pub struct UnknownFault(String);

impl FromStr for FaultKind {
    type Err = UnknownFault;

    /// Reads the name in kebab case: `reset-after`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = KIND_NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name() {
        for kind in FaultKind::all() {
            assert_eq!(kind.to_string().parse::<FaultKind>().unwrap(), kind);
        }
        let unknown = "flood".parse::<FaultKind>().unwrap_err().to_string();
        assert!(unknown.contains("late-duplicate"), "{unknown}");
    }
}
