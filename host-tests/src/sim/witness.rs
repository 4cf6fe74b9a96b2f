//! What a host was told, held against the truth at that very moment.

use std::time::Duration;

use fake_daytona::SandboxView;
use sandbox_host::{Handle, Phase, Termination};

use super::evidence::{shows_past, undoes_labels};
use super::identity::{self, FOREIGN_KEY, KEY, is_of};
use super::journal::{Entry, Outcome, Violation};
use super::organization::Organization;
use super::performed;
use super::session::Session;

/// How old the past may be that a stale read shows.
const STALE: Duration = Duration::from_secs(11);

/// How far behind the truth everything may have been that a call could ask. That a look-up by name is kept excuses nothing:
/// a look-up by id and the list tell the truth all the while, unless the list runs behind.
fn behind(organization: &Organization, entry: &Entry, session: &Session) -> Duration {
    let requests = organization.fake.requests();
    let all = organization.fake.sandboxes();
    let name = identity::name(&session.id);
    let ids: Vec<String> = all.iter().filter(|view| is_of(view, session)).map(|view| view.id.clone()).collect();
    let mut during = requests.iter().rev().take_while(|request| request.at >= entry.begun);
    let stale = if during.any(|request| shows_past(request, &name, &ids)) { STALE } else { Duration::ZERO };
    let plan = &organization.plan;
    let list = if plan.oddities.kept_lookups { plan.lag } else { Duration::ZERO };
    stale.max(list)
}

/// It still exists and nobody has accepted its end.
pub fn is_live(view: &SandboxView) -> bool {
    view.alive && view.desired_state != "destroyed"
}

/// What is wrong with any answer, whatever was asked.
pub fn check_text(entry: &Entry) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut wrong = |promise, what: String| {
        found.push(Violation { promise, session: None, at: entry.ended, what });
    };
    let text = format!("{:?}", entry.outcome);
    if text.contains(KEY) || text.contains(FOREIGN_KEY) {
        wrong("secret", format!("the key is in what {} returned: {text}", entry.verb));
    }
    if let Outcome::Broken(why) = &entry.outcome {
        wrong("typed", format!("{} ended without an answer of the provider: {why}", entry.verb));
    }
    found
}

/// Whether nobody could know that the key is of another organization: neither the handle nor the server tells enough. Then
/// a 404 counts, and the state says that it is not beyond doubt.
fn is_undecidable(organization: &Organization, handle: Option<&Handle>, answer: &Outcome) -> bool {
    let oddities = &organization.plan.oddities;
    let named = handle.is_some_and(|handle| handle.metadata.get("organization-id").is_some());
    let says_so = match answer {
        Outcome::State(state) => {
            state.phase == Phase::Destroyed && state.details.get("organization") == Some("unverified")
        }
        answer => matches!(answer, Outcome::Ended(Termination::Gone)),
    };
    oddities.foreign_key && !(oddities.foreign_sandbox && named) && says_so
}

/// What a host asked.
pub struct Told<'a> {
    pub session: &'a Session,
    /// The handle that it asked with.
    pub handle: Option<&'a Handle>,
    /// The image that it asked for.
    pub image: Option<&'a str>,
    /// What it asks for is larger than the server reads.
    pub too_large: bool,
}

/// Everything that is wrong with what a host was told.
pub fn check(organization: &Organization, entry: &Entry, told: &Told<'_>) -> Vec<Violation> {
    let (handle, session) = (told.handle, told.session);
    let mut found = check_text(entry);
    let mut wrong = |promise, what: String| {
        found.push(Violation { promise, session: Some(session.number), at: entry.ended, what });
    };
    let usual = match entry.verb {
        "provision" | "terminate" | "exec" | "capture" => 60,
        _ => 30,
    };
    let limit = session.deadline.unwrap_or(Duration::from_secs(usual)) + Duration::from_millis(200);
    if !entry.verb.ends_with("elsewhere") && entry.ended - entry.begun > limit {
        wrong("deadline", format!("{} took {:?} of {limit:?}", entry.verb, entry.ended - entry.begun));
    }
    let view = handle.and_then(|handle| organization.fake.sandbox(&handle.external_id));
    let old_enough = |view: &SandboxView| {
        let age = entry.begun - view.created_at;
        age > STALE.max(organization.plan.lag) || age > behind(organization, entry, session)
    };
    match &entry.outcome {
        Outcome::Refused(error) if told.too_large && entry.verb == "provision" => {
            // Trouble on the way may come first, and an earlier version may do as it did.
            if !error.retryable && !matches!(error.code.to_string().as_str(), "invalid-spec" | "conflict" | "timeout") {
                wrong("size", format!("what is too large for the server is told as {}: {error}", error.code));
            }
        }
        Outcome::Refused(_) | Outcome::Broken(_) | Outcome::Event(_) | Outcome::Done(_) => {}
        answer if entry.verb.ends_with("elsewhere") && !is_undecidable(organization, handle, answer) => {
            wrong("proof", format!("{} was answered with {answer} where the sandbox never was", entry.verb));
        }
        _ if entry.verb.ends_with("elsewhere") => {}
        Outcome::Ended(Termination::Gone) => {
            if let Some(view) = view.filter(|view| view.alive && old_enough(view)) {
                wrong("proof", format!("{} is said to be gone and is {}", view.id, view.state));
            }
        }
        Outcome::State(state) if state.phase == Phase::Destroyed => {
            if let Some(view) = view.filter(|view| view.alive && old_enough(view)) {
                wrong("proof", format!("{} is said to be destroyed and is {}", view.id, view.state));
            }
        }
        Outcome::Ended(Termination::Requested) => {
            if let Some(view) = view.filter(is_live) {
                wrong("end", format!("the end of {} is said to be accepted, and it is {}", view.id, view.state));
            }
        }
        Outcome::Located(None) => {
            let live = organization.fake.alive();
            let missed = live.iter().find(|view| is_of(view, session) && is_live(view) && old_enough(view));
            if let Some(view) = missed.filter(|_| organization.plan.generation.has_names()) {
                wrong("locate", format!("{} of this session is not found, and is {}", view.id, view.state));
            }
        }
        Outcome::Handle(handle) | Outcome::Located(Some(handle)) => {
            match organization.fake.sandbox(&handle.external_id) {
                None => wrong("handle", format!("there never was a sandbox {}", handle.external_id)),
                Some(view) if !is_of(&view, session) => {
                    wrong("ours", format!("{} was handed out, which is not of this session", view.id));
                }
                Some(view) => {
                    let made_of = view.dockerfile.as_deref().or(view.snapshot.as_deref()).unwrap_or_default();
                    // What an older version made cannot be compared, and is taken as it is.
                    let digest = view.labels.get("rensei.dev/digest");
                    let comparable = digest.is_some_and(|digest| digest.starts_with("1:"));
                    if let Some(image) = told.image.filter(|image| comparable && !made_of.contains(image)) {
                        wrong("spec", format!("{} was handed out for {image}, and is {made_of:?}", view.id));
                    }
                }
            }
        }
        Outcome::State(state) if state.details.get("agent") == Some("exited") => {
            // A run has no end as long as it runs. What has no launch command has only what was launched.
            let runs = |view: &SandboxView| {
                let has_command = !view.entrypoint.is_empty();
                has_command && view.runs.last().is_some_and(|run| run.ended_at.is_none())
            };
            // Which code an earlier run has left behind, and that something was launched, is known from labels alone.
            let requests = organization.fake.requests();
            let undone = |view: &SandboxView| requests.iter().any(|request| undoes_labels(request, view));
            let works =
                |view: &SandboxView| (runs(view) || performed::works(organization, view, entry.begun)) && !undone(view);
            if let Some(view) = view.filter(works) {
                wrong("agent", format!("the agent of {} is said to have exited, and runs", view.id));
            }
        }
        Outcome::State(_) | Outcome::Listed(_) | Outcome::Reconciled(_) => {}
    }
    found
}

impl Organization {
    /// Notes what the platform was told about no session in particular.
    pub fn witness_platform(&self, entry: Entry) {
        for violation in check_text(&entry) {
            self.journal.caught(violation);
        }
        self.journal.note(entry);
    }

    /// Notes what a host was told, and holds it against the truth of this moment.
    pub fn witness(&self, entry: Entry, told: &Told<'_>) {
        for violation in check(self, &entry, told) {
            self.journal.caught(violation);
        }
        self.journal.note(entry);
    }
}
