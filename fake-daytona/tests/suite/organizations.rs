//! Keys, organizations, regions and suspensions.

use fake_daytona::{Cause, Generation, Region, Size};
use serde_json::{Value, json};

use crate::client::{Client, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn another_organizations_key_finds_nothing_of_ours_and_has_sandboxes_of_its_own() {
    let client = Client::new(Generation::V0_190);
    let other = client.fake.another_organization("dtn_other");
    let id = client.started(json!({"name": "mine"})).await;
    let theirs = client.with_key("dtn_other");
    let path = format!("/sandbox/{id}");
    let unknown = format!("Sandbox with ID or name {id} not found");
    assert_eq!(theirs.get(&path).await.refusal(), (404, unknown.as_str()));
    assert_eq!(theirs.delete(&path).await.refusal(), (404, unknown.as_str()));
    assert_eq!(theirs.get("/sandbox").await.body["items"], json!([]));
    // The same name is free there.
    let created = theirs.post("/sandbox", json!({"name": "mine"})).await;
    assert_eq!((created.status, created.text("organizationId")), (200, other.organization_id()));
    assert_ne!(other.organization_id(), client.fake.organization_id());
    assert_eq!(client.get(&path).await.text("state"), "started");
    assert_eq!((client.fake.alive().len(), other.alive().len()), (1, 1));
    // The newest servers say which organization a key belongs to, 0.190 does not.
    assert_eq!(theirs.get("/api-keys/current").await.body.get("organizationId"), None);
    let newest = Client::new(Generation::V0_231);
    assert_eq!(newest.get("/api-keys/current").await.text("organizationId"), newest.fake.organization_id());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_deleted_or_lost_its_scopes_works_on_for_ten_seconds() {
    let client = Client::new(Generation::V0_190);
    client.fake.add_key("dtn_second", &["write:sandboxes"]);
    let second = client.with_key("dtn_second");
    assert!(client.fake.take_scopes("dtn_second", &[]));
    assert_eq!(second.post("/sandbox", json!({})).await.status, 200);
    tokio::time::advance(seconds(10)).await;
    assert_eq!(second.post("/sandbox", json!({})).await.refusal(), (403, "Access denied"));
    assert!(client.fake.delete_key("dtn_second"));
    assert_eq!(second.get("/sandbox").await.status, 200);
    tokio::time::advance(seconds(10)).await;
    assert_eq!(second.get("/sandbox").await.refusal(), (401, "Invalid credentials"));
}

#[tokio::test(start_paused = true)]
async fn a_scope_is_asked_for_before_the_body_and_before_existence() {
    let client = Client::new(Generation::V0_190);
    client.fake.add_key("dtn_reader", &[]);
    let reader = client.with_key("dtn_reader");
    assert_eq!(reader.delete("/sandbox/none").await.refusal(), (403, "Access denied"));
    assert_eq!(reader.post("/sandbox", json!({"cpu": "x"})).await.refusal(), (403, "Access denied"));
    assert_eq!(client.delete("/sandbox/none").await.status, 404);
    // What keeps a sandbox alive needs none.
    let id = client.started(json!({"name": "a"})).await;
    assert_eq!(reader.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_day_after_a_suspension_everything_that_runs_is_stopped() {
    let client = Client::new(Generation::V0_190);
    let kept = client.started(json!({"name": "kept", "autoStopInterval": 0})).await;
    client.started(json!({"name": "short-lived", "autoStopInterval": 0, "autoDeleteInterval": 0})).await;
    client.fake.suspend("Depleted credits");
    tokio::time::advance(minutes(23 * 60)).await;
    assert_eq!(client.get(&format!("/sandbox/{kept}")).await.text("state"), "started");
    tokio::time::advance(minutes(62)).await;
    let read = client.get(&format!("/sandbox/{kept}")).await;
    assert_eq!((read.text("state"), &read.body["errorReason"]), ("stopped", &Value::Null), "and nothing says why");
    let view = client.fake.sandbox("kept").unwrap();
    assert_eq!(view.stops().next().unwrap().cause, Cause::Suspension);
    assert!(!client.fake.sandbox("short-lived").unwrap().alive);
    let start = client.post(&format!("/sandbox/{kept}/start"), Value::Null).await;
    assert_eq!(start.refusal(), (403, "Organization is suspended: Depleted credits"));
    assert_eq!(client.delete(&format!("/sandbox/{kept}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_suspension_reaches_creates_within_ten_seconds_and_starts_at_once() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "stopped").await;
    client.post("/sandbox", json!({})).await;
    client.fake.suspend_unnoticed("Depleted credits");
    assert_eq!(client.post("/sandbox", json!({})).await.status, 200);
    assert_eq!(client.post(&format!("/sandbox/{id}/start"), Value::Null).await.status, 403);
    tokio::time::advance(seconds(10)).await;
    assert_eq!(client.post("/sandbox", json!({})).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_create_is_refused_in_the_order_of_body_region_snapshot_suspension_size_name() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "taken"})).await;
    client.fake.set_region(Region { has_quota: false, has_snapshots: false, ..Region::new("eu") });
    client.fake.suspend("Unpaid");
    let message = async |body: Value| client.post("/sandbox", body).await.message().to_owned();
    assert_eq!(message(json!({"env": [], "target": "x"})).await, "env must be an object");
    assert_eq!(message(json!({"snapshot": "none", "target": "x"})).await, "Region not found");
    assert!(message(json!({"snapshot": "none"})).await.starts_with("Snapshot none not found"));
    assert_eq!(message(json!({"target": "eu"})).await, "Snapshot ubuntu:22.04 is not available in region eu");
    assert_eq!(message(json!({"name": "taken"})).await, "Organization is suspended: Unpaid");
    client.fake.unsuspend();
    let build = json!({"buildInfo": {"dockerfileContent": "FROM x:1"}, "target": "eu"});
    assert_eq!(message(build).await, "Region eu is not available to the organization for class container");
    client.fake.set_limits(fake_daytona::Limits { organization: Size::new(1, 1, 3), ..Default::default() });
    let full = "Total CPU limit exceeded. Maximum allowed: 1.";
    assert!(message(json!({"name": "taken"})).await.starts_with(full), "the quota comes before the name");
}

#[tokio::test(start_paused = true)]
async fn an_organization_without_a_default_region_can_create_nothing_anywhere() {
    let client = Client::new(Generation::V0_190);
    client.fake.has_default_region(false);
    let text = "This organization does not have a default region. Please open the Daytona Dashboard to set a default \
                region.";
    assert_eq!(client.post("/sandbox", json!({"target": "us"})).await.refusal(), (400, text));
    let snapshot = json!({"name": "s", "imageName": "x:1", "regionId": "us"});
    assert_eq!(client.post("/snapshots", snapshot).await.refusal(), (400, text));
    assert_eq!(client.get("/sandbox").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_region_may_admit_ephemeral_sandboxes_only() {
    let client = Client::new(Generation::V0_190);
    client.fake.set_region(Region { ephemeral_only: true, ..Region::new("us") });
    let refused = client.post("/sandbox", json!({})).await;
    assert_eq!(refused.refusal(), (400, "Only ephemeral sandboxes are permitted in this region"));
    let created = client.post("/sandbox", json!({"name": "a", "autoDeleteInterval": 0})).await;
    assert_eq!(created.status, 200);
    // Nobody looks any more afterwards.
    assert_eq!(client.post("/sandbox/a/autodelete/30", Value::Null).await.body["autoDeleteInterval"], 30);
    client.fake.set_region(Region { non_ephemeral_disk: Some(2), ..Region::new("us") });
    let disk = client.post("/sandbox", json!({})).await;
    assert!(disk.message().starts_with("Disk request 3GB exceeds maximum allowed per non-ephemeral sandbox (2GB)."));
}

#[tokio::test(start_paused = true)]
async fn limits_are_shown_to_a_key_with_their_scope_from_0_205_on() {
    let client = Client::new(Generation::V0_205);
    client.started(json!({"buildInfo": {"dockerfileContent": "FROM a:1\n"}, "cpu": 2, "memory": 4, "disk": 8})).await;
    client.fake.add_key("dtn_limits", &["read:limits"]);
    let path = format!("/organizations/{}/usage", client.fake.organization_id());
    assert_eq!(client.get(&path).await.refusal(), (403, "Access denied"));
    let limits = client.with_key("dtn_limits");
    assert_eq!(limits.get("/organizations/another/usage").await.refusal(), (403, "Access denied"));
    let usage = limits.get(&path).await;
    let region = &usage.body["regionUsage"][0];
    let numbers =
        |field: &str| (region[format!("total{field}Quota")].as_u64(), region[format!("current{field}Usage")].as_u64());
    assert_eq!(
        (numbers("Cpu"), numbers("Memory"), numbers("Disk")),
        ((Some(10), Some(2)), (Some(20), Some(4)), (Some(30), Some(8)))
    );
    assert_eq!((region["regionId"].as_str(), region["maxDiskPerSandbox"].as_u64()), (Some("us"), Some(10)));
    // Recorded: no key sees them on 0.190, and asking counts as a failed login.
    let older = Client::new(Generation::V0_190);
    older.fake.add_key("dtn_limits", &["read:limits"]);
    let path = format!("/organizations/{}/usage", older.fake.organization_id());
    assert_eq!(older.with_key("dtn_limits").get(&path).await.refusal(), (401, "Invalid credentials"));
}

#[tokio::test(start_paused = true)]
async fn secrets_are_kept_by_the_versions_that_know_them_and_shown_by_none() {
    for (generation, kept) in [(Generation::V0_190, false), (Generation::V0_205, true), (Generation::V0_231, true)] {
        let client = Client::new(generation);
        let created = client.post("/sandbox", json!({"secrets": [{"API_KEY": "prod"}]})).await;
        assert_eq!((created.status, created.body.get("secrets")), (200, None), "{generation}");
        let secrets = client.fake.sandboxes().remove(0).secrets;
        let kept_of_it = [("API_KEY", "prod")].into_iter().filter(|_| kept);
        let expected = kept_of_it.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(secrets, expected, "{generation}");
        assert_eq!(client.fake.ignored_keys().len(), usize::from(!kept), "{generation}");
    }
}
