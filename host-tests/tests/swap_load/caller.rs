//! A part of the platform that provisions one session after the other, watches it and ends it.

use std::sync::Arc;

use fake_daytona::DEFAULT_KEY;
use sandbox_host::slot::{Lease, Slot};
use sandbox_host::{Context, Credential, Handle, Phase, Spec, State, Status};

use super::network::Network;

/// The configuration of a caller's pool: its server's name tells whose a request is.
pub fn config(caller: &str) -> String {
    format!(r#"{{"daytonaApiUrl":"https://{caller}.daytona.example/api","diskGB":3}}"#)
}

pub struct Caller {
    name: String,
    slot: Slot,
    network: Arc<Network>,
    /// What odd generations call themselves, and even ones.
    versions: [String; 2],
    context: Context,
    done: Done,
}

/// What a caller has done in its shift.
#[derive(Default)]
pub struct Done {
    pub sessions: usize,
    /// Calls that began before a switch and ended after it.
    pub spanning: u64,
}

impl Caller {
    pub fn new(name: String, slot: Slot, network: Arc<Network>, versions: [String; 2]) -> Self {
        let context =
            Context::new("pool-1").with_config(config(&name)).with_credential(Credential::new(DEFAULT_KEY.to_owned()));
        Self { name, slot, network, versions, context, done: Done::default() }
    }

    /// Sessions until the shift has ended.
    pub async fn work(mut self) -> Done {
        while !self.network.shift_has_ended() {
            let spec = Spec::new(format!("{}-{}", self.name, self.done.sessions));
            self.done.sessions += 1;
            let lease = self.lease();
            let handle = lease.provision(&self.context, &spec).await.expect("a handle");
            self.answered(&lease);
            self.watch(&handle, |state| state.status == Status::Running).await;
            let lease = self.lease();
            lease.terminate(&self.context, &handle).await.expect("an end");
            self.answered(&lease);
            self.watch(&handle, |state| state.phase == Phase::Destroyed).await;
        }
        self.done
    }

    async fn watch(&mut self, handle: &Handle, wanted: impl Fn(&State) -> bool) {
        loop {
            let lease = self.lease();
            let state = lease.status(&self.context, handle).await.expect("a state");
            self.answered(&lease);
            if wanted(&state) {
                return;
            }
        }
    }

    /// The version for the next call: never one that was replaced before.
    fn lease(&self) -> Lease {
        let serving = self.network.generation();
        let lease = self.slot.lease();
        let generation = lease.version().generation;
        assert!(generation >= serving, "a call reached generation {generation} after the switch to {serving}");
        lease
    }

    /// The call was answered by its version, and by no other.
    fn answered(&mut self, lease: &Lease) {
        let generation = lease.version().generation;
        let version = &self.versions[usize::from(generation.is_multiple_of(2))];
        let senders = self.network.senders(&self.name);
        let expected = format!("daytona-sandbox-provider/{version}");
        assert!(!senders.is_empty() && senders.iter().all(|sender| *sender == expected), "{expected}: {senders:?}");
        self.done.spanning += u64::from(self.network.generation() > generation);
    }
}
