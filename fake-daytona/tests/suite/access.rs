//! Keys, scopes, rate limits, suspension and maintenance.

use fake_daytona::{Bucket, Generation};
use serde_json::{Value, json};

use crate::client::{Client, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn a_missing_a_wrong_and_an_expired_key_are_all_invalid_credentials() {
    let client = Client::new(Generation::V0_190);
    client.fake.add_key("dtn_short_lived", &[]);
    client.fake.expire_key_at("dtn_short_lived", client.fake.now() + minutes(5));
    let short_lived = client.with_key("dtn_short_lived");
    assert_eq!(short_lived.get("/sandbox").await.status, 200);
    tokio::time::advance(minutes(5)).await;
    for caller in [client.without_key(), client.with_key("dtn_wrong"), short_lived] {
        let answer = caller.get("/sandbox").await;
        assert_eq!(answer.refusal(), (401, "Invalid credentials"));
        assert_eq!(answer.text("error"), "Unauthorized");
        assert!(answer.header("x-ratelimit-remaining-failed-auth").is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn health_configuration_and_shared_regions_need_no_key() {
    let client = Client::new(Generation::V0_190).without_key();
    assert_eq!(client.get("/health").await.body, json!({"status": "ok"}));
    let config = client.get("/config").await;
    assert_eq!((config.status, config.text("version")), (200, "v0.190.0"));
    assert_eq!(config.body["maintananceMode"], false, "spelled as the server spells it");
    assert_eq!(config.body["rateLimit"]["sandboxCreate"], json!({"ttl": 60, "limit": 300}));
    let regions = client.get("/shared-regions").await;
    assert_eq!((regions.status, &regions.body[0]["id"]), (200, &json!("us")));
    assert!(regions.headers.keys().all(|name| !name.as_str().starts_with("x-ratelimit")));
    assert_eq!(client.get("/regions").await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn a_key_describes_itself_with_its_value_masked() {
    let client = Client::new(Generation::V0_190);
    client.fake.add_key("dtn_limited_secret", &["write:sandboxes"]);
    let end = client.fake.now() + minutes(60);
    client.fake.expire_key_at("dtn_limited_secret", end);
    let current = client.with_key("dtn_limited_secret").get("/api-keys/current").await;
    assert_eq!(current.status, 200);
    assert_eq!(current.text("value"), "dtn********************ret");
    assert_eq!(current.body["permissions"], json!(["write:sandboxes"]));
    assert_eq!(current.text("expiresAt"), end.rfc3339());
    assert_eq!(current.body.get("organizationId"), None);
    let whole = Client::new(Generation::V0_231).get("/api-keys/current").await;
    assert_eq!(whole.body["expiresAt"], Value::Null);
    assert!(whole.body["organizationId"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_missing_scope_is_access_denied_and_reading_needs_none() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    client.fake.add_key("dtn_reader", &[]);
    client.fake.add_key("dtn_writer", &["write:sandboxes"]);
    let (reader, writer) = (client.with_key("dtn_reader"), client.with_key("dtn_writer"));
    let denied = (403, "Access denied");
    assert_eq!(reader.get(&format!("/sandbox/{id}")).await.status, 200);
    assert_eq!(reader.get("/snapshots").await.status, 200);
    assert_eq!(reader.post("/sandbox", json!({})).await.refusal(), denied);
    assert_eq!(reader.post(&format!("/sandbox/{id}/stop"), Value::Null).await.refusal(), denied);
    assert_eq!(writer.delete(&format!("/sandbox/{id}")).await.refusal(), denied);
    let snapshot = json!({"name": "s", "imageName": "alpine:3.20"});
    assert_eq!(writer.post("/snapshots", snapshot).await.refusal(), denied);
    client.fake.set_scopes("dtn_writer", &["delete:sandboxes"]);
    assert_eq!(writer.delete(&format!("/sandbox/{id}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn routes_for_persons_refuse_every_key_and_count_it_as_a_failure() {
    let client = Client::new(Generation::V0_190);
    let path = format!("/organizations/{}/usage", client.fake.organization_id());
    let first = client.get(&path).await;
    assert_eq!(first.refusal(), (401, "Invalid credentials"));
    let left = |answer: &crate::client::Answer| -> u64 {
        answer.header("x-ratelimit-remaining-failed-auth").unwrap().parse().unwrap()
    };
    assert_eq!(left(&client.get("/users/me").await), left(&first) - 1);
    assert_eq!(client.get("/health/ready").await.refusal(), (403, "Invalid authentication context"));
}

#[tokio::test(start_paused = true)]
async fn too_many_failures_lock_an_address_out_good_keys_too_and_no_other_address() {
    let client = Client::new(Generation::V0_190);
    client.fake.set_rate_limit(Bucket::FailedAuth, 3);
    let intruder = client.with_key("dtn_wrong").from("192.0.2.1");
    // The one that reaches the limit is refused as too many already.
    for _ in 0..2 {
        assert_eq!(intruder.get("/sandbox").await.status, 401);
    }
    for caller in [intruder, client.from("192.0.2.1")] {
        let answer = caller.get("/sandbox").await;
        assert_eq!(answer.refusal(), (429, "ThrottlerException: Too Many Requests"));
        assert_eq!(answer.header("retry-after"), Some("60"));
        assert_eq!(answer.header("x-ratelimit-remaining-failed-auth"), Some("0"));
    }
    assert_eq!(client.from("192.0.2.2").get("/sandbox").await.status, 200);
    tokio::time::advance(seconds(60)).await;
    assert_eq!(client.from("192.0.2.1").get("/sandbox").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_call_has_its_bucket_and_says_what_is_left_of_it() {
    let client = Client::new(Generation::V0_190);
    let created = client.post("/sandbox", json!({"name": "a"})).await;
    assert_eq!(created.header("x-ratelimit-limit-sandbox-create"), Some("300"));
    assert_eq!(created.header("x-ratelimit-remaining-sandbox-create"), Some("299"));
    assert_eq!(created.header("x-ratelimit-reset-sandbox-create"), Some("60"));
    let read = client.get("/sandbox/a").await;
    assert!(read.header("x-ratelimit-remaining-authenticated").is_some());
    assert_eq!(read.header("x-ratelimit-remaining-sandbox-create"), None);
    let stopped = client.post("/sandbox/a/stop", Value::Null).await;
    assert!(stopped.header("x-ratelimit-remaining-sandbox-lifecycle").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_create_too_many_tells_only_its_own_retry_after_and_other_calls_go_on() {
    let client = Client::new(Generation::V0_190);
    client.fake.set_rate_limit(Bucket::SandboxCreate, 2);
    assert_eq!(client.post("/sandbox", json!({"name": "a"})).await.status, 200);
    assert_eq!(client.post("/sandbox", json!({"target": "mars"})).await.status, 404, "a refused one counts as well");
    let third = client.post("/sandbox", json!({})).await;
    assert_eq!(third.refusal(), (429, "ThrottlerException: Too Many Requests"));
    assert!(third.header("retry-after-sandbox-create").is_some());
    assert_eq!(third.header("retry-after"), None);
    assert!(third.headers.keys().all(|name| !name.as_str().starts_with("x-ratelimit")));
    assert_eq!(client.get("/sandbox/a").await.status, 200);
    tokio::time::advance(seconds(60)).await;
    assert_eq!(client.post("/sandbox", json!({})).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_can_be_exhausted_for_a_while() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    client.fake.exhaust(Bucket::SandboxLifecycle, seconds(7));
    let refused = client.delete(&format!("/sandbox/{id}")).await;
    assert_eq!((refused.status, refused.header("retry-after-sandbox-lifecycle")), (429, Some("7")));
    tokio::time::advance(seconds(7)).await;
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_suspended_organization_reads_and_deletes_but_neither_creates_nor_starts() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a"})).await;
    client.fake.suspend("Depleted credits");
    let text = "Organization is suspended: Depleted credits";
    assert_eq!(client.post("/sandbox", json!({})).await.refusal(), (403, text));
    assert_eq!(client.post("/sandbox/a/stop", Value::Null).await.status, 200);
    client.watch("/sandbox/a", "stopped").await;
    assert_eq!(client.post("/sandbox/a/start", Value::Null).await.refusal(), (403, text));
    assert_eq!(client.get("/sandbox").await.status, 200);
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.status, 200);
    client.fake.suspend("");
    assert_eq!(client.post("/sandbox", json!({})).await.message(), "Organization is suspended");
    client.fake.unsuspend();
    assert_eq!(client.post("/sandbox", json!({})).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn maintenance_is_a_503_for_everything_health_and_unknown_routes_too() {
    let client = Client::new(Generation::V0_190);
    client.fake.maintenance(true);
    let text = "Service is currently under maintenance. Please try again later.";
    assert_eq!(client.get("/sandbox").await.refusal(), (503, text));
    assert_eq!(client.post("/sandbox", json!({})).await.status, 503);
    for path in ["/health", "/config", "/no-such-route"] {
        let answer = client.without_key().get(path).await;
        assert_eq!(answer.refusal(), (503, text), "{path}");
        assert!(answer.header("x-daytona-api-version").is_some(), "{path}");
    }
    client.fake.maintenance(false);
    assert_eq!(client.get("/sandbox").await.status, 200);
}
