//! What can be asked after a simulation: the journal of the hosts and the server's ground truth.

use fake_daytona::{Desired, ProgramRun, RecordedRequest, SandboxView, State, Timestamp};

use super::features::Features;
use super::identity::is_of;
use super::journal::Entry;
use super::organization::Organization;
use super::session::Session;

/// Everything that can be asked after the end.
pub struct Evidence<'a> {
    pub organization: &'a Organization,
    pub features: Features,
    pub entries: &'a [Entry],
    pub sandboxes: &'a [SandboxView],
    pub requests: &'a [RecordedRequest],
    /// What ran in sandboxes beside their launch commands.
    pub programs: &'a [ProgramRun],
}

impl Evidence<'_> {
    /// The sandboxes of a session, oldest first.
    pub fn of<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'a SandboxView> {
        self.sandboxes.iter().filter(|view| is_of(view, session))
    }

    /// What the hosts of a session did.
    pub fn calls<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| entry.session == session.number)
    }

    /// Requests about this sandbox, by id or name.
    pub fn about<'a>(&'a self, view: &'a SandboxView) -> impl Iterator<Item = &'a RecordedRequest> {
        let named = view.created_name != view.id;
        self.requests.iter().filter(move |request| {
            request.route.contains(&view.id) || (named && request.route.contains(&view.created_name))
        })
    }
}

/// Whether another writer put old labels of a sandbox back: what the provider had written there just before is lost, and a
/// server has nothing by which that could be kept from happening.
pub fn undoes_labels(request: &RecordedRequest, view: &SandboxView) -> bool {
    request.fault == Some("apply-then-lose-labels") && request.route.contains(&view.id)
}

/// Whether a request was answered with the past of one session: of one of its sandboxes, asked for by its name or by one of
/// these ids, or in a list, which shows those of everybody.
pub fn shows_past(request: &RecordedRequest, name: &str, ids: &[String]) -> bool {
    let asked_for = request.route.trim_start_matches('/').split('/').nth(1);
    let is_its = match asked_for {
        None | Some("paginated") => true,
        Some(one) => one == name || ids.iter().any(|id| id == one),
    };
    request.fault == Some("stale") && is_its
}

/// Since when nobody means it to exist any more.
pub fn given_up(view: &SandboxView) -> Option<Timestamp> {
    let ends =
        |moment: &&fake_daytona::Moment| moment.desired == Desired::Destroyed || moment.state == State::Destroyed;
    view.history.iter().find(ends).map(|moment| moment.at)
}

/// A sandbox that was marked as one too many. A server without names creates it before it can be seen that the session has
/// one, and deletes nothing that starts: where the call ends before the start does, it can only be marked, be made to stop
/// itself, and be left to the next call.
pub fn is_duplicate(evidence: &Evidence<'_>, view: &SandboxView) -> bool {
    !evidence.organization.plan.generation.has_names() && view.labels.contains_key("rensei.dev/duplicate-of")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_read_of_the_past_that_can_show_the_session_counts() {
        let ids = ["id-1".to_owned()];
        let shows = |route: &str, fault| {
            let request = RecordedRequest {
                number: 0,
                at: Timestamp::from_millis(0),
                method: "GET".to_owned(),
                path: format!("/api{route}"),
                route: route.to_owned(),
                query: None,
                headers: Vec::new(),
                body: Default::default(),
                fault,
                status: Some(200),
            };
            shows_past(&request, "rensei-mine", &ids)
        };
        for route in [
            "/sandbox",
            "/sandbox/paginated",
            "/sandbox/rensei-mine",
            "/sandbox/id-1",
            "/toolbox/id-1/toolbox/process/execute",
        ] {
            assert!(shows(route, Some("stale")), "{route}");
            assert!(!shows(route, None) && !shows(route, Some("delay")), "{route}");
        }
        for route in ["/sandbox/rensei-other", "/sandbox/id-2", "/snapshots/one"] {
            assert!(!shows(route, Some("stale")), "{route}");
        }
    }
}
