//! What follows from one round of a provision: a create was sent, and the session was looked up.
//!
//! A pure function over what was seen, so that every row of it can be read and tested by itself.
#![forbid(unsafe_code)]

use crate::contract::Handle;
use crate::error::Error;

/// Most creates of one call. Each follows the proof that the one before it left nothing.
pub const MAX_CREATES: u32 = 4;

/// What earlier rounds of the same call did.
#[derive(Clone, Copy, Default, Debug)]
pub struct History {
    /// Creates that were sent, the present round's included.
    pub creates: u32,
    /// Whether a broken sandbox of the session was deleted, so that the present one replaces it.
    pub replaced: bool,
    /// Whether an earlier create may have been applied, or found the name taken by what no look has shown: a look that shows
    /// nothing proves nothing then.
    pub doubted: bool,
}

/// How a create was refused, as far as it decides anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The disk is larger than a sandbox may have, and nobody asked for it: the largest that is allowed, in GiB.
    DefaultDiskOver(u32),
    /// A look-up could tell nothing more: the key is refused, or there is no such API.
    Final,
    /// The sandbox was created, but did not start.
    FailedStart,
    /// The name is taken: the session, or somebody else, has a sandbox.
    NameTaken,
    /// It cannot be told whether the sandbox was created.
    Ambiguous,
    /// Something before Daytona refused it in its place, and would again.
    Intercepted,
    /// The answer is a success that cannot be read, so it may well be one.
    Unreadable,
    /// Anything else. Even then there may be a sandbox of an earlier call, because the name is checked last.
    Plain,
}

/// What was seen after a create: what became of the sandbox that it returned, or what the look-up after a refusal found.
#[derive(Debug)]
pub enum Seen {
    /// The session's sandbox is up or on its way.
    Taken(Handle),
    /// The session's sandbox was broken and is deleted; with Daytona's reason, where it gave one.
    Removed(Option<String>),
    /// The session has a sandbox that cannot be taken, and this is why.
    NotTaken(Error),
    /// The name belongs to somebody else's sandbox.
    Foreign,
    /// There is none. `named`: the server keeps names, so what is created late cannot become a second one.
    Nothing { named: bool },
    /// The look-up failed.
    Unseen(Error),
    /// It was not looked for.
    NotLooked,
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Return the handle.
    Take,
    /// Create in place of the broken one that was deleted.
    Replace,
    /// Create again with this disk, in GiB.
    WithDisk(u32),
    /// Create again under the same name, after a pause where there is time for one; otherwise report.
    Retry(Report),
    Report(Report),
}

/// What to report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// The refusal as it is.
    Refusal,
    /// The refusal; a look has proven that nothing was created.
    RefusalUndone,
    /// The refusal; what the create had left was deleted.
    RefusalNothingLeft,
    /// The refusal; what the create left could not be deleted.
    RefusalWithRemains,
    /// It failed, was replaced, and failed again.
    FailedAgain,
    /// Why the session's sandbox cannot be taken.
    NotTaken,
    NameTaken,
    /// The name is taken, but the server does not show by what.
    NotShown,
    /// The refusal, and that the look-up after it failed.
    Unseen,
}

/// What follows from a round. `refusal` is none when the create was answered with a sandbox.
pub fn decide(history: History, refusal: Option<Refusal>, seen: &Seen) -> Decision {
    match (refusal, seen) {
        (Some(Refusal::DefaultDiskOver(maximum)), _) => Decision::WithDisk(maximum),
        (Some(Refusal::Final), _) => Decision::Report(Report::Refusal),
        (_, Seen::Taken(_)) => Decision::Take,
        // What this call created has failed, and would fail again.
        (Some(Refusal::FailedStart), Seen::Removed(_)) => Decision::Report(Report::RefusalNothingLeft),
        // Why it failed says more than why what is left of it could not be removed.
        (Some(Refusal::FailedStart), Seen::NotTaken(_)) => Decision::Report(Report::RefusalWithRemains),
        (_, Seen::Removed(_)) if history.replaced => Decision::Report(Report::FailedAgain),
        (_, Seen::Removed(_)) => Decision::Replace,
        (_, Seen::NotTaken(_)) => Decision::Report(Report::NotTaken),
        (_, Seen::Foreign) => Decision::Report(Report::NameTaken),
        // A create under a name that is taken creates nothing, so it is as good as a look.
        (Some(Refusal::NameTaken), Seen::Nothing { .. }) if history.creates < MAX_CREATES => {
            Decision::Retry(Report::NotShown)
        }
        (Some(Refusal::NameTaken), Seen::Nothing { .. }) => Decision::Report(Report::NotShown),
        // Without names, what was created late could not be told from what is created next.
        (Some(Refusal::Ambiguous), Seen::Nothing { named: true }) if history.creates < MAX_CREATES => {
            Decision::Retry(Report::Refusal)
        }
        (Some(Refusal::Intercepted), Seen::Nothing { named: true }) if !history.doubted => {
            Decision::Report(Report::RefusalUndone)
        }
        (_, Seen::Nothing { .. } | Seen::NotLooked) => Decision::Report(Report::Refusal),
        (_, Seen::Unseen(_)) => Decision::Report(Report::Unseen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::ErrorCode;

    fn taken() -> Seen {
        Seen::Taken(Handle { provider_id: String::new(), external_id: String::new(), metadata: Vec::new() })
    }

    fn error() -> Error {
        Error::new(ErrorCode::Conflict, "")
    }

    const FIRST: History = History { creates: 1, replaced: false, doubted: false };
    const LAST: History = History { creates: MAX_CREATES, replaced: false, doubted: true };
    const SECOND: History = History { creates: 2, replaced: true, doubted: false };

    #[test]
    fn every_row() {
        use Decision::{Replace, Retry, Take, WithDisk};
        use Refusal::{Ambiguous, DefaultDiskOver, FailedStart, Final, Intercepted, NameTaken, Plain, Unreadable};
        use Report as Say;
        let report = Decision::Report;
        let nothing = |named| Seen::Nothing { named };
        for (history, refusal, seen, expected) in [
            // The create was answered with a sandbox.
            (FIRST, None, taken(), Take),
            (FIRST, None, Seen::Removed(None), Replace),
            (SECOND, None, Seen::Removed(None), report(Say::FailedAgain)),
            (FIRST, None, Seen::NotTaken(error()), report(Say::NotTaken)),
            // It was refused, and nothing more is to be learnt.
            (FIRST, Some(Final), Seen::NotLooked, report(Say::Refusal)),
            (FIRST, Some(DefaultDiskOver(10)), Seen::NotLooked, WithDisk(10)),
            // It was refused, and the session has a sandbox.
            (FIRST, Some(Plain), taken(), Take),
            (FIRST, Some(Ambiguous), taken(), Take),
            (LAST, Some(Ambiguous), taken(), Take),
            (FIRST, Some(FailedStart), taken(), Take),
            (FIRST, Some(Plain), Seen::Removed(None), Replace),
            (FIRST, Some(Ambiguous), Seen::Removed(None), Replace),
            (SECOND, Some(Plain), Seen::Removed(None), report(Say::FailedAgain)),
            (FIRST, Some(FailedStart), Seen::Removed(None), report(Say::RefusalNothingLeft)),
            (SECOND, Some(FailedStart), Seen::Removed(None), report(Say::RefusalNothingLeft)),
            (FIRST, Some(FailedStart), Seen::NotTaken(error()), report(Say::RefusalWithRemains)),
            (FIRST, Some(Plain), Seen::NotTaken(error()), report(Say::NotTaken)),
            (FIRST, Some(Ambiguous), Seen::NotTaken(error()), report(Say::NotTaken)),
            (FIRST, Some(Plain), Seen::Foreign, report(Say::NameTaken)),
            (FIRST, Some(Ambiguous), Seen::Foreign, report(Say::NameTaken)),
            // It was refused, and there is none.
            (FIRST, Some(Plain), nothing(true), report(Say::Refusal)),
            (FIRST, Some(Ambiguous), nothing(true), Retry(Say::Refusal)),
            (SECOND, Some(Ambiguous), nothing(true), Retry(Say::Refusal)),
            (FIRST, Some(Intercepted), nothing(true), report(Say::RefusalUndone)),
            (FIRST, Some(Intercepted), nothing(false), report(Say::Refusal)),
            (LAST, Some(Intercepted), nothing(true), report(Say::Refusal)),
            (FIRST, Some(Unreadable), nothing(true), report(Say::Refusal)),
            (FIRST, Some(Unreadable), taken(), Take),
            (FIRST, Some(Intercepted), taken(), Take),
            (FIRST, Some(Intercepted), Seen::Unseen(error()), report(Say::Unseen)),
            // The name is taken by what is not shown yet.
            (FIRST, Some(NameTaken), nothing(true), Retry(Say::NotShown)),
            (FIRST, Some(NameTaken), nothing(false), Retry(Say::NotShown)),
            (LAST, Some(NameTaken), nothing(true), report(Say::NotShown)),
            (FIRST, Some(NameTaken), taken(), Take),
            (FIRST, Some(NameTaken), Seen::Foreign, report(Say::NameTaken)),
            (LAST, Some(Ambiguous), nothing(true), report(Say::Refusal)),
            (FIRST, Some(Ambiguous), nothing(false), report(Say::Refusal)),
            (FIRST, Some(FailedStart), nothing(true), report(Say::Refusal)),
            // It was refused, and nothing could be seen.
            (FIRST, Some(Plain), Seen::Unseen(error()), report(Say::Unseen)),
            (FIRST, Some(Ambiguous), Seen::Unseen(error()), report(Say::Unseen)),
            (FIRST, Some(FailedStart), Seen::Unseen(error()), report(Say::Unseen)),
        ] {
            assert_eq!(decide(history, refusal, &seen), expected, "{history:?} {refusal:?} {seen:?}");
        }
    }
}
