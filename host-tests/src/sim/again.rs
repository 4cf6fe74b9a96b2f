//! A session that is ended and provisioned again within seconds: the sandboxes of both have the same name.

use std::time::Duration;

use fake_daytona::RequestAction;
use sandbox_host::{Handle, Termination};
use tokio::time::{Instant, sleep};

use super::host::Host;
use super::oddities::Trouble;

/// How often the end is asked for before a host gives it up.
const TRIES: usize = 12;

impl Host {
    /// Ends the session and provisions it again, when that is planned. The outer nothing: it was not.
    pub async fn begin_again(&mut self, handle: &Handle, lives: u32) -> Option<Option<Handle>> {
        let again = self.again?;
        if self.organization.begun + self.session.begins + again.at > Instant::now() {
            return None;
        }
        self.again = None;
        // A platform that makes sure first: what this look-up finds is kept by the server.
        let _ = self.locate().await;
        if !self.is_ended(handle).await {
            return Some(Some(handle.clone()));
        }
        self.pause(3).await;
        let fake = self.organization.fake.clone();
        match again.trouble {
            Trouble::None => {}
            Trouble::LostReply => fake.once(("POST", "/sandbox"), RequestAction::ApplyThenReset),
            Trouble::FailedBuild => fake.fail_next_build("no space left on device"),
        }
        let mut second = self.provision(lives).await.ok();
        if again.trouble == Trouble::FailedBuild {
            // As long as a build takes, so that it has failed and is replaced.
            sleep(self.organization.plan.start * 2 + Duration::from_secs(2)).await;
            let _ = self.locate().await;
            second = self.provision(lives).await.ok();
        }
        for _ in 0..3 {
            self.pause(6).await;
            let _ = self.locate().await;
        }
        Some(second)
    }

    async fn is_ended(&mut self, handle: &Handle) -> bool {
        for _ in 0..TRIES {
            if self.terminate(handle).await.is_ok_and(|end| end == Termination::Gone) {
                return true;
            }
            self.pause(2).await;
        }
        false
    }

    /// A moment, so many seconds at most.
    pub(super) async fn pause(&mut self, seconds: u64) {
        sleep(self.rng.time(Duration::from_millis(100), Duration::from_secs(seconds))).await;
    }
}
