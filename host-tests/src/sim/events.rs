//! What happens to an organization at times of its own.

use std::sync::Arc;

use fake_daytona::Bucket;
use tokio::time::{sleep, sleep_until};

use super::identity::COPY;
use super::organization::Organization;
use super::rng::minutes;

/// Brings about what happens at a time of its own.
pub fn schedule(organization: &Arc<Organization>) {
    let oddities = organization.plan.oddities.clone();
    let begun = organization.begun;
    for (number, at) in oddities.copies.into_iter().enumerate() {
        let organization = organization.clone();
        tokio::spawn(async move {
            sleep_until(begun + at).await;
            organization.copy_one(&format!("{COPY}{number}"));
        });
    }
    for at in oddities.lockouts {
        let organization = organization.clone();
        tokio::spawn(async move {
            sleep_until(begun + at).await;
            organization.fake.exhaust(Bucket::FailedAuth, minutes(1));
        });
    }
    if let Some((at, lasts)) = oddities.suspension {
        let organization = organization.clone();
        tokio::spawn(async move {
            sleep_until(begun + at).await;
            organization.fake.suspend_unnoticed("Depleted credits");
            sleep(lasts).await;
            organization.fake.unsuspend();
        });
    }
    if let Some((at, lasts)) = oddities.maintenance {
        let organization = organization.clone();
        tokio::spawn(async move {
            sleep_until(begun + at).await;
            organization.fake.maintenance(true);
            sleep(lasts).await;
            organization.fake.maintenance(false);
        });
    }
}
