//! What can be broken on purpose.

/// Something that is broken on purpose, to show that the simulation notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    #[default]
    Nothing,
    /// A refusal because the sandbox is busy reads like an accepted end, and so does every later look at it.
    BusyIsAccepted,
    /// The name of a sandbox does not arrive.
    NamesAreLost,
    /// Whatever is not found, or cannot be reached, is proven not to exist.
    TroubleIsGone,
    /// Every sandbox reads as if the present session's specification had made it.
    DigestsAgree,
    /// The interval without activity is that of no end.
    NeverIdle,
    /// The pool turns keep-alive off.
    KeepAliveOff,
    /// The platform says that it knows no session when it looks for what was left behind.
    NothingIsKnown,
    /// What was left behind is never looked for.
    NobodyCleans,
    /// The key is written into what a session's environment is.
    KeyLeaks,
    /// Whatever has the name of a session's sandbox reads as if it had been made for it.
    EverythingIsOurs,
    /// A create is carried out, told as refused, and its sandbox is not found by name.
    DoneButRefused,
    /// Lists are empty, so that nothing speaks against a look-up by name.
    ListsAreEmpty,
    /// Every agent that is looked at reads as ended.
    AgentsHaveEnded,
    /// No agent that is looked at reads as ended.
    AgentsNeverEnd,
    /// A page that answers in the place of the server reads like an accepted end.
    PagesAreAnswers,
    /// An activity that is later than the date of a reply reads as no later.
    DatesAgree,
    /// A copy of a sandbox reads as if it had the name of the session.
    CopiesAreOurs,
    /// Whatever another organization's key is shown reads as of the platform's organization.
    OrganizationsAgree,
    /// That a sandbox was started again is never read.
    StartsAreForgotten,
    /// What was started in a sandbox is not found there, so that nothing is done only once.
    DirectoriesAreForgotten,
    /// That something was launched in a sandbox is not written down.
    LaunchesAreUnlabelled,
    /// Reading what a process wrote keeps its sandbox from being stopped.
    WatchingIsActivity,
    /// Reads begin one byte too early.
    ReadsGoBack,
    /// Nothing is ended that is to be killed.
    KillsAreLost,
    /// Whatever was asked to be captured reads as there.
    CapturesAreThere,
}

impl Sabotage {
    /// Each, with its word on the command line.
    pub const WORDS: [(&'static str, Self); 25] = [
        ("busy-is-accepted", Self::BusyIsAccepted),
        ("names-are-lost", Self::NamesAreLost),
        ("trouble-is-gone", Self::TroubleIsGone),
        ("digests-agree", Self::DigestsAgree),
        ("never-idle", Self::NeverIdle),
        ("keep-alive-off", Self::KeepAliveOff),
        ("nothing-is-known", Self::NothingIsKnown),
        ("nobody-cleans", Self::NobodyCleans),
        ("key-leaks", Self::KeyLeaks),
        ("everything-is-ours", Self::EverythingIsOurs),
        ("done-but-refused", Self::DoneButRefused),
        ("lists-are-empty", Self::ListsAreEmpty),
        ("agents-have-ended", Self::AgentsHaveEnded),
        ("agents-never-end", Self::AgentsNeverEnd),
        ("pages-are-answers", Self::PagesAreAnswers),
        ("dates-agree", Self::DatesAgree),
        ("copies-are-ours", Self::CopiesAreOurs),
        ("organizations-agree", Self::OrganizationsAgree),
        ("starts-are-forgotten", Self::StartsAreForgotten),
        ("directories-are-forgotten", Self::DirectoriesAreForgotten),
        ("launches-are-unlabelled", Self::LaunchesAreUnlabelled),
        ("watching-is-activity", Self::WatchingIsActivity),
        ("reads-go-back", Self::ReadsGoBack),
        ("kills-are-lost", Self::KillsAreLost),
        ("captures-are-there", Self::CapturesAreThere),
    ];
}
