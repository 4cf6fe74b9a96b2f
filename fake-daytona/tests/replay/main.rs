//! Everything that was recorded on real servers, replayed against the fake: the same requests in the same order get the
//! same statuses, headers and bodies.
//!
//! `data/` has the recordings in a form of our own: identifiers are variables (`{A}`), moments, tokens and what else
//! no two servers share are placeholders (`<id>`, `<time>`), and the order of fields does not count. What differs all
//! the same stands in [`differences`] with the reason, and nothing that stands there may have ceased to differ.

mod arrange;
mod compare;
mod differences;
mod groups;
mod player;
mod shapes;

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

/// Plays a recording in groups: at least so many of a hundred exchanges agree, and what differs has a reason.
async fn agrees(version: &str, recording: &str, percent: usize, reasons: &[differences::Reason]) {
    let outcome = groups::play(version.parse().expect("a version"), recording).await;
    let (agree, all) = (outcome.agree, outcome.exchanges);
    let lines = |unknown: bool| {
        let reason = |difference: &groups::Difference| reasons.iter().find(|reason| reason.explains(difference));
        let shown = outcome.differences.iter().filter(|difference| !unknown || reason(difference).is_none());
        shown.map(|line| format!("{} | {} | {}", line.group, line.tag, line.what)).collect::<Vec<_>>()
    };
    let unknown = lines(true);
    assert!(unknown.is_empty(), "{agree} of {all} agree; differences without a reason:\n{}", unknown.join("\n"));
    assert!(agree * 100 >= all * percent, "only {agree} of {all} agree:\n{}", lines(false).join("\n"));
    for reason in reasons {
        let still = outcome.differences.iter().any(|difference| reason.explains(difference));
        assert!(still, "nothing differs any more where {reason:?}");
    }
    println!("{version}: {agree} of {all} exchanges agree");
}

#[tokio::test(start_paused = true)]
async fn requests_of_every_kind_on_0_190() {
    agrees("0.190", include_str!("data/requests-0.190.json"), 97, differences::REQUESTS).await;
}

#[tokio::test(start_paused = true)]
async fn requests_of_every_kind_on_0_179() {
    agrees("0.179", include_str!("data/requests-0.179.json"), 97, differences::REQUESTS).await;
}

#[tokio::test(start_paused = true)]
async fn snapshots_on_0_190() {
    agrees("0.190", include_str!("data/snapshots-0.190.json"), 90, differences::SNAPSHOTS).await;
}

#[tokio::test(start_paused = true)]
async fn keys_suspension_regions_and_failures_on_0_190() {
    agrees("0.190", include_str!("data/diagnostics-0.190.json"), 90, differences::DIAGNOSTICS).await;
}
