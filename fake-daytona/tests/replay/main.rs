//! Everything that was recorded on real servers, replayed against the fake: the same requests in the same order get the
//! same statuses, headers and bodies.
//!
//! `data/` has the recordings in a form of our own: identifiers are variables (`{A}`), moments, tokens and what else
//! no two servers share are placeholders (`<id>`, `<time>`), and the order of fields does not count. What differs all
//! the same stands in [`differences`] with the reason, and nothing that stands there may have ceased to differ.

mod compare;
mod differences;
mod player;

use player::replay;

#[tokio::test(start_paused = true)]
async fn access_validation_and_delete_on_0_190() {
    replay(include_str!("data/access-validation-delete.json"), differences::ACCESS_VALIDATION_DELETE).await;
}

#[tokio::test(start_paused = true)]
async fn a_whole_life_on_0_190() {
    replay(include_str!("data/lifecycle.json"), differences::LIFECYCLE).await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_create_and_the_quota_on_0_190() {
    replay(include_str!("data/slow-create-quota.json"), differences::SLOW_CREATE_QUOTA).await;
}

#[tokio::test(start_paused = true)]
async fn the_deprecated_workspace_on_0_179() {
    replay(include_str!("data/workspace.json"), differences::WORKSPACE).await;
}
