//! What really happened.

use std::collections::BTreeMap;

use crate::FakeDaytona;
use crate::fault::Matcher;
use crate::inspect::{RecordedRequest, SandboxView};

/// The ground truth.
impl FakeDaytona {
    /// Every sandbox ever created, oldest first, destroyed ones too.
    pub fn sandboxes(&self) -> Vec<SandboxView> {
        let now = self.core.now();
        self.core.world().sandboxes().map(|row| SandboxView::of(row, now)).collect()
    }

    /// One sandbox by id, by its present name, or by the name it was created with (the latest of several).
    pub fn sandbox(&self, id_or_name: &str) -> Option<SandboxView> {
        let now = self.core.now();
        let world = self.core.world();
        world.find_ever(id_or_name).map(|key| SandboxView::of(world.sandbox(key), now))
    }

    /// Sandboxes that still exist.
    pub fn alive(&self) -> Vec<SandboxView> {
        let now = self.core.now();
        let world = self.core.world();
        world.sandboxes().filter(|row| !row.is_gone()).map(|row| SandboxView::of(row, now)).collect()
    }

    /// What the organization's quota counts at the moment.
    pub fn usage(&self) -> crate::Size {
        self.core.world().usage()
    }

    /// Every request so far, toolbox included.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.core.log().requests()
    }

    /// How many of the requests that are kept are of this kind: `fake.count(("POST", "/sandbox"))`.
    pub fn count(&self, matcher: impl Into<Matcher>) -> usize {
        self.core.log().count(&matcher.into())
    }

    /// How many requests there were by method and route, identifiers replaced by `{}`; kept by
    /// [`Builder::counts_only`](crate::Builder::counts_only) too, and never forgotten.
    pub fn requests_by_route(&self) -> BTreeMap<String, u64> {
        self.core.log().by_route().clone()
    }

    /// The keys of every create's body that this version reads over in silence, with the number of the request: what a
    /// client sends in vain.
    pub fn ignored_keys(&self) -> Vec<(usize, String)> {
        let requests = self.core.log().requests();
        let ignored = |request: &RecordedRequest| crate::surface::ignored(self.generation(), request);
        requests.iter().flat_map(|request| ignored(request).into_iter().map(|key| (request.number, key))).collect()
    }

    /// How many connections clients have opened to [`FakeDaytona::serve`] so far.
    pub fn connections(&self) -> u64 {
        self.core.connections()
    }

    /// How many requests met a fault.
    pub fn faults(&self) -> usize {
        self.core.log().faults()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.core.log().clear();
    }
}
