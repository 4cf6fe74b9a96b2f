//! Exchanges recorded on real servers, replayed: the same request gets the same status, body shape and text.
//!
//! Each row is one exchange in our own words. Where a body matters, its fields are compared by name, in order-free
//! sets, and optional ones by whether they are null or missing.

use crate::client::{Client, seconds};
use fake_daytona::{Generation, Size};
use serde_json::{Value, json};

const ADVICE: &str = "\nNeed higher resource limits per-sandbox? Contact us at support@daytona.io and let us know about \
                      your use case.";
const UPGRADE: &str = "\nTo increase concurrency limits, upgrade your organization's Tier by visiting http://localhost:3000/dashboard/limits.";

/// Fields of a 0.190 sandbox that are always there.
const ALWAYS: [&str; 25] = [
    "id",
    "organizationId",
    "name",
    "target",
    "user",
    "env",
    "cpu",
    "gpu",
    "memory",
    "disk",
    "public",
    "networkBlockAll",
    "labels",
    "volumes",
    "state",
    "desiredState",
    "recoverable",
    "backupState",
    "autoStopInterval",
    "autoArchiveInterval",
    "autoDeleteInterval",
    "sandboxClass",
    "createdAt",
    "updatedAt",
    "toolboxProxyUrl",
];

fn fields(body: &Value) -> Vec<String> {
    let mut names: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

fn expect_fields(body: &Value, parts: &[&[&str]]) {
    let mut wanted: Vec<String> = parts.concat().iter().map(|name| (*name).to_owned()).collect();
    wanted.sort();
    assert_eq!(fields(body), wanted);
}

#[tokio::test(start_paused = true)]
async fn refusals_of_create_on_0_190_have_the_recorded_status_and_text() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "imagecmd"})).await;
    let build = |extra: Value| {
        let mut body = json!({"buildInfo": {"dockerfileContent": "FROM x:1"}});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let cases: Vec<(Value, u16, String)> = vec![
        (json!({"name": "imagecmd"}), 409, "Sandbox with name imagecmd already exists".into()),
        (json!({"disk": 20}), 400, "Cannot specify Sandbox resources when using a snapshot".into()),
        (
            json!({"snapshot": "nope"}),
            400,
            "Snapshot nope not found. Did you add it through the Daytona Dashboard?".into(),
        ),
        (
            build(json!({"disk": 20})),
            400,
            format!("Disk request 20GB exceeds maximum allowed per sandbox (10GB).{ADVICE}"),
        ),
        (build(json!({"cpu": 5})), 400, format!("CPU request 5 exceeds maximum allowed per sandbox (4).{ADVICE}")),
        (
            build(json!({"memory": 9})),
            400,
            format!("Memory request 9GB exceeds maximum allowed per sandbox (8GB).{ADVICE}"),
        ),
        (
            build(json!({"cpu": "2"})),
            400,
            "cpu must not be less than 0, cpu must be a number conforming to the specified constraints".into(),
        ),
        (build(json!({"disk": -1})), 400, "disk must not be less than 0".into()),
        (build(json!({"disk": 1.5, "name": "frac"})), 500, "An unexpected error occurred.".into()),
        (
            build(json!({"snapshot": "ubuntu:22.04"})),
            400,
            "Cannot specify a snapshot when using a build info entry".into(),
        ),
        (json!({"autoStopInterval": -1}), 400, "Auto-stop interval must be non-negative".into()),
        (
            json!({"autoStopInterval": "30"}),
            400,
            "autoStopInterval must be a number conforming to the specified constraints".into(),
        ),
        (json!({"target": "mars"}), 404, "Region not found".into()),
        (
            json!({"networkAllowList": "example.com"}),
            400,
            "Invalid IP address: \"example.com\" in network \"example.com\". Must be a valid IPv4 address".into(),
        ),
        (
            json!({"domainAllowList": "not a domain"}),
            400,
            "Invalid domain: \"not a domain\". Must be a valid domain name".into(),
        ),
        (json!({"name": "https://evil"}), 400, "name must not contain HTML tags, URLs, or control characters".into()),
        (json!({"env": "x"}), 400, "env must be an object".into()),
        (json!({"gpu": 1}), 400, "Cannot specify Sandbox resources when using a snapshot".into()),
        (build(json!({"gpu": 1})), 400, "GPU sandboxes must be ephemeral - set autoDeleteInterval to 0".into()),
        (
            build(json!({"gpu": 1, "autoDeleteInterval": 0})),
            400,
            "Total GPU limit exceeded. Maximum allowed: 0.".into(),
        ),
    ];
    for (body, status, text) in cases {
        let answer = client.post("/sandbox", body.clone()).await;
        assert_eq!(answer.refusal(), (status, text.as_str()), "{body}");
        assert_eq!(answer.text("path"), "/api/sandbox");
        assert!(answer.header("x-ratelimit-remaining-sandbox-create").is_some(), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unparsable_body_is_refused_without_envelope_and_version() {
    let client = Client::new(Generation::V0_190);
    let answer = client.send("POST", "/api/sandbox", Some("{bad json".into())).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.body,
        json!({"message": "Invalid JSON in request body", "error": "Bad Request", "statusCode": 400})
    );
    assert_eq!(answer.header("x-daytona-api-version"), None);
}

#[tokio::test(start_paused = true)]
async fn a_removed_workspace_route_says_cannot_with_the_query() {
    let client = Client::new(Generation::V0_190);
    let created = client.post("/workspace", json!({"image": "x"})).await;
    assert_eq!(created.refusal(), (404, "Cannot POST /api/workspace"));
    assert_eq!(created.text("error"), "Not Found");
    assert_eq!(created.header("x-daytona-api-version"), Some("v0.190.0"));
    assert!(created.headers.keys().all(|name| !name.as_str().starts_with("x-ratelimit")));
    let deleted = client.delete("/workspace/abc?force=true").await;
    assert_eq!(deleted.refusal(), (404, "Cannot DELETE /api/workspace/abc?force=true"));
    assert_eq!(deleted.text("path"), "/api/workspace/abc?force=true");
}

#[tokio::test(start_paused = true)]
async fn a_create_ignores_image_and_command_and_leaves_out_what_a_read_shows_as_null() {
    let client = Client::new(Generation::V0_190);
    let body = json!({
        "image": "ghcr.io/renseiai/donmai-worker:latest", "command": ["donmai", "agent", "run"], "env": {"A": "1"},
        "autoStopInterval": 30, "name": "imagecmd"
    });
    let created = client.post("/sandbox", body).await;
    assert_eq!((created.status, created.text("state")), (200, "creating"));
    assert_eq!(created.text("snapshot"), "ubuntu:22.04");
    expect_fields(&created.body, &[&ALWAYS, &["snapshot", "lastActivityAt", "runnerId"]]);
    for (field, value) in [("cpu", 1), ("memory", 1), ("disk", 3), ("gpu", 0), ("autoArchiveInterval", 10080)] {
        assert_eq!(created.body[field], json!(value), "{field}");
    }
    let read = client.get("/sandbox/imagecmd").await;
    assert_eq!((read.status, read.text("state")), (200, "started"));
    let nulls: &[&str] = &["networkAllowList", "domainAllowList", "errorReason"];
    expect_fields(&read.body, &[&ALWAYS, &["snapshot", "lastActivityAt", "runnerId", "daemonVersion"], nulls]);
    for field in nulls {
        assert_eq!(read.body[*field], Value::Null, "{field}");
    }
    assert_eq!(client.get(&format!("/sandbox/{}", created.id())).await.body, read.body);
}

#[tokio::test(start_paused = true)]
async fn a_build_starts_pending_and_its_reference_is_the_hash_of_its_text() {
    let client = Client::new(Generation::V0_190);
    let dockerfile = "FROM ghcr.io/renseiai/donmai-worker:latest\nENTRYPOINT [\"donmai\",\"agent\",\"run\"]\n";
    let body = json!({"name": "bld1", "buildInfo": {"dockerfileContent": dockerfile}, "disk": 10, "cpu": 2, "memory": 4,
        "autoArchiveInterval": 0});
    let created = client.post("/sandbox", body).await;
    assert_eq!(created.text("state"), "pending_build");
    expect_fields(&created.body, &[&ALWAYS, &["lastActivityAt", "buildInfo"]]);
    assert_eq!(created.body["autoArchiveInterval"], 43200);
    assert_eq!(
        created.body["buildInfo"]["snapshotRef"],
        "daytona-f29cda92744599a644c93eb4dc7f75fc043b8e551c5770ddb2419023359e2cf5:daytona"
    );
    assert_eq!(created.body["buildInfo"]["contextHashes"], Value::Null);
    let states = client.watch("/sandbox/bld1", "started").await;
    assert_eq!(states, ["pending_build", "building_snapshot", "creating", "started"]);
    let read = client.get("/sandbox/bld1").await;
    assert_eq!(read.body["snapshot"], Value::Null);
    assert_eq!(client.fake.sandbox("bld1").unwrap().entrypoint, ["donmai", "agent", "run"]);

    let cached = client.post("/sandbox", json!({"name": "bld2", "buildInfo": {"dockerfileContent": dockerfile}})).await;
    assert_eq!(cached.text("state"), "creating");
    expect_fields(&cached.body, &[&ALWAYS, &["lastActivityAt", "buildInfo", "runnerId"]]);
    assert_eq!(client.watch("/sandbox/bld2", "started").await, ["creating", "started"]);
}

#[tokio::test(start_paused = true)]
async fn empty_builds_are_accepted_and_fail_later() {
    let client = Client::new(Generation::V0_190);
    let nothing = client.post("/sandbox", json!({"name": "a", "buildInfo": {}})).await;
    assert_eq!((nothing.status, nothing.text("state")), (200, "pending_build"));
    assert_eq!(
        nothing.body["buildInfo"]["snapshotRef"],
        "daytona-eb045d78d273107348b0300c01d29b7552d622abbc6faf81b3ec55359aa9950c:daytona"
    );
    assert_eq!(client.watch("/sandbox/a", "error").await, ["pending_build", "error"]);
    let read = client.get("/sandbox/a").await;
    assert_eq!(read.text("errorReason"), "Cannot read properties of null (reading 'split')");
    assert_eq!(read.body["runnerId"], Value::Null);
    let empty = client.post("/sandbox", json!({"name": "b", "buildInfo": {"dockerfileContent": ""}})).await;
    assert_eq!(empty.status, 200);
    client.watch("/sandbox/b", "build_failed").await;
}

#[tokio::test(start_paused = true)]
async fn deleting_renames_at_once_and_ends_in_404() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "imagecmd"})).await;
    tokio::time::advance(seconds(1)).await;
    let now = client.fake.now();
    let deleted = client.delete("/sandbox/imagecmd?force=true").await;
    assert_eq!((deleted.status, deleted.text("state"), deleted.text("desiredState")), (200, "destroying", "destroyed"));
    assert_eq!(deleted.text("name"), format!("DESTROYED_imagecmd_{}", now.as_millis()));
    expect_fields(
        &deleted.body,
        &[&ALWAYS, &["snapshot", "runnerId", "daemonVersion", "networkAllowList", "domainAllowList", "errorReason"]],
    );
    let by_name = client.get("/sandbox/imagecmd").await;
    assert_eq!(by_name.refusal(), (404, "Sandbox with ID or name imagecmd not found"));
    let again = client.delete(&format!("/sandbox/{id}")).await;
    assert_eq!(again.refusal(), (409, "Sandbox state change in progress"));
    assert_eq!(client.watch(&format!("/sandbox/{id}"), "HTTP 404").await, ["destroying", "HTTP 404"]);
    let after = client.delete(&format!("/sandbox/{id}")).await;
    assert_eq!(after.refusal(), (404, format!("Sandbox with ID or name {id} not found").as_str()));
    assert!(after.header("x-ratelimit-limit-sandbox-lifecycle").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_is_a_400_and_leaves_an_errored_sandbox_that_delete_only_hides() {
    let client = Client::new(Generation::V0_190);
    client.fake.fail_next_start("boom: could not start container");
    let refused = client.post("/sandbox", json!({"name": "failme"})).await;
    assert_eq!(refused.refusal(), (400, "Sandbox failed to start: boom: could not start container"));
    assert_eq!(refused.body.get("id"), None);
    let left = client.get("/sandbox/failme").await;
    assert_eq!((left.text("state"), left.text("desiredState")), ("error", "started"));
    assert_eq!(left.text("errorReason"), "boom: could not start container");
    assert_eq!(left.body["daemonVersion"], Value::Null);
    for (verb, text) in [
        ("start", "Sandbox is in an errored state"),
        ("stop", "Sandbox is in an errored state"),
        ("recover", "Sandbox is not in a recoverable state"),
    ] {
        assert_eq!(client.post(&format!("/sandbox/failme/{verb}"), Value::Null).await.refusal(), (400, text), "{verb}");
    }
    let deleted = client.delete("/sandbox/failme").await;
    assert_eq!((deleted.status, deleted.text("state"), deleted.text("desiredState")), (200, "error", "destroyed"));
    let id = deleted.id();
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.status, 404);
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.status, 404);
    assert!(client.fake.sandbox(&id).unwrap().hidden);
}

#[tokio::test(start_paused = true)]
async fn a_failed_build_is_seen_later() {
    let client = Client::new(Generation::V0_190);
    client.fake.fail_next_build("failed to solve: exit code: 1");
    let created =
        client.post("/sandbox", json!({"name": "bf", "buildInfo": {"dockerfileContent": "FROM x:1\n"}})).await;
    assert_eq!(created.status, 200);
    let states = client.watch("/sandbox/bf", "build_failed").await;
    assert_eq!(states, ["pending_build", "building_snapshot", "build_failed"]);
    assert_eq!(client.get("/sandbox/bf").await.text("errorReason"), "failed to solve: exit code: 1");
    let deleted = client.delete("/sandbox/bf").await;
    assert_eq!((deleted.text("state"), deleted.text("desiredState")), ("build_failed", "destroyed"));
    assert_eq!(deleted.body.get("buildInfo"), None);
}

#[tokio::test(start_paused = true)]
async fn setters_answer_201_and_do_not_count_as_activity() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let before = client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt").to_owned();
    tokio::time::advance(seconds(50)).await;
    for (path, field, value) in [
        ("autostop/60", "autoStopInterval", json!(60)),
        ("autoarchive/60", "autoArchiveInterval", json!(60)),
        ("autoarchive/999999", "autoArchiveInterval", json!(43200)),
        ("autodelete/120", "autoDeleteInterval", json!(120)),
        ("public/true", "public", json!(true)),
    ] {
        let answer = client.post(&format!("/sandbox/{id}/{path}"), Value::Null).await;
        assert_eq!((answer.status, &answer.body[field]), (201, &value), "{path}");
        assert_eq!(answer.text("lastActivityAt"), before, "{path}");
        assert_ne!(answer.text("updatedAt"), before, "{path}");
    }
    let negative = client.post(&format!("/sandbox/{id}/autostop/-5"), Value::Null).await;
    assert_eq!(negative.refusal(), (400, "Auto-stop interval must be non-negative"));
    let word = client.post(&format!("/sandbox/{id}/autostop/abc"), Value::Null).await;
    assert_eq!(word.refusal(), (500, "An unexpected error occurred."));
    let labels = client.call("PUT", &format!("/sandbox/{id}/labels"), json!({"labels": {"k": "v"}})).await;
    assert_eq!((labels.status, &labels.body["labels"]), (200, &json!({"k": "v"})));
    assert_eq!(labels.text("lastActivityAt"), before);
}

#[tokio::test(start_paused = true)]
async fn last_activity_is_an_empty_201_and_shows_later() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let before = client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt").to_owned();
    tokio::time::advance(seconds(51)).await;
    let answer = client.post(&format!("/sandbox/{id}/last-activity"), Value::Null).await;
    assert_eq!((answer.status, answer.bytes.len(), answer.header("content-length")), (201, 0, Some("0")));
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt"), before);
    tokio::time::advance(seconds(10)).await;
    assert_ne!(client.get(&format!("/sandbox/{id}")).await.text("lastActivityAt"), before);
}

#[tokio::test(start_paused = true)]
async fn while_a_sandbox_is_snapshotting_everything_else_waits() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let path = |verb: &str| format!("/sandbox/{id}/{verb}");
    let snapshot = client.post(&path("snapshot"), json!({"name": "snap1"})).await;
    assert_eq!((snapshot.status, snapshot.text("state")), (200, "snapshotting"));
    assert_eq!(
        client.post(&path("resize"), json!({"cpu": 2})).await.message(),
        format!("Cannot POST /api{}", path("resize"))
    );
    for verb in ["archive", "start", "stop"] {
        let answer = client.post(&path(verb), Value::Null).await;
        assert_eq!(answer.refusal(), (409, "Sandbox state change in progress"), "{verb}");
    }
    let network = client.post(&path("network-settings"), json!({"networkBlockAll": true})).await;
    assert_eq!(network.refusal(), (409, "An operation is already in progress for this resource"));
    assert_eq!(client.watch(&format!("/sandbox/{id}"), "started").await, ["snapshotting", "started"]);
}

#[tokio::test(start_paused = true)]
async fn stop_archive_and_restore_walk_through_the_recorded_states() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let path = |verb: &str| format!("/sandbox/{id}/{verb}");
    let own = format!("/sandbox/{id}");
    assert_eq!(
        client.post(&path("pause"), Value::Null).await.refusal(),
        (422, "Pausing is not supported for this sandbox")
    );
    assert_eq!(
        client.post(&path("fork"), json!({})).await.refusal(),
        (422, "Forking is not supported for this sandbox")
    );
    assert_eq!(client.post(&path("archive"), Value::Null).await.refusal(), (400, "Sandbox is not stopped"));

    let stop = client.post(&path("stop"), Value::Null).await;
    assert_eq!((stop.status, stop.text("state"), stop.text("desiredState")), (200, "stopping", "stopped"));
    assert_eq!(stop.body.get("lastActivityAt"), None);
    assert_eq!(client.post(&path("start"), Value::Null).await.status, 409);
    assert_eq!(client.watch(&own, "stopped").await, ["stopping", "stopped"]);
    let again = client.post(&path("stop?force=true"), Value::Null).await;
    assert_eq!(again.refusal(), (400, "Sandbox is not in a stoppable state"));

    let archive = client.post(&path("archive"), Value::Null).await;
    assert_eq!((archive.text("state"), archive.text("desiredState")), ("archiving", "archived"));
    assert_eq!(archive.text("backupState"), "Completed");
    assert!(archive.body.get("lastActivityAt").is_some());
    assert_eq!(client.watch(&own, "archived").await, ["archiving", "archived"]);

    let start = client.post(&path("start"), Value::Null).await;
    assert_eq!((start.text("state"), start.text("desiredState")), ("archived", "started"));
    assert_eq!(start.body["runnerId"], Value::Null);
    assert_eq!(start.body.get("lastActivityAt"), None);
    assert_eq!(client.watch(&own, "started").await, ["archived", "restoring", "started"]);
}

#[tokio::test(start_paused = true)]
async fn starting_a_started_sandbox_is_fine_and_a_stopped_one_is_waited_for() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    assert_eq!(client.post(&format!("/sandbox/{id}/start"), Value::Null).await.text("state"), "started");
    client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    client.watch(&format!("/sandbox/{id}"), "stopped").await;
    let start = client.post(&format!("/sandbox/{id}/start"), Value::Null).await;
    assert_eq!((start.status, start.text("state")), (200, "started"));
    assert!(start.body.get("lastActivityAt").is_some());
}

#[tokio::test(start_paused = true)]
async fn stopping_an_ephemeral_sandbox_deletes_it() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"autoDeleteInterval": 0})).await;
    let stop = client.post(&format!("/sandbox/{id}/stop"), Value::Null).await;
    assert_eq!((stop.text("state"), stop.text("desiredState")), ("destroying", "destroyed"));
    assert!(stop.text("name").starts_with(&format!("DESTROYED_{id}_")));
    assert_eq!(client.watch(&format!("/sandbox/{id}"), "HTTP 404").await, ["destroying", "HTTP 404"]);
}

#[tokio::test(start_paused = true)]
async fn a_start_of_36_seconds_is_answered_after_30_with_the_state_from_before() {
    let client = Client::new(Generation::V0_190);
    client.fake.next_start_takes(seconds(36));
    let begun = tokio::time::Instant::now();
    let watching = async {
        tokio::time::sleep(seconds(2)).await;
        let busy = (409, "Sandbox state change in progress");
        assert_eq!(client.get("/sandbox/slow").await.text("state"), "creating");
        assert_eq!(client.delete("/sandbox/slow").await.refusal(), busy);
        assert_eq!(client.post("/sandbox/slow/stop", Value::Null).await.refusal(), busy);
        assert_eq!(client.post("/sandbox/slow/start", Value::Null).await.refusal(), busy);
        let twin = client.post("/sandbox", json!({"name": "slow"})).await;
        assert_eq!(twin.refusal(), (409, "Sandbox with name slow already exists"));
        let interval = client.post("/sandbox/slow/autostop/10", Value::Null).await;
        assert_eq!((interval.status, &interval.body["autoStopInterval"]), (201, &json!(10)));
    };
    let (created, ()) = tokio::join!(client.post("/sandbox", json!({"name": "slow"})), watching);
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!((created.status, created.text("state")), (200, "creating"));
    assert_eq!(created.body["autoStopInterval"], 15, "the reply was written before the interval changed");
    assert_eq!(client.get("/sandbox/slow").await.text("state"), "creating");
    tokio::time::advance(seconds(6)).await;
    assert_eq!(client.get("/sandbox/slow").await.text("state"), "started");
}

#[tokio::test(start_paused = true)]
async fn totals_of_the_organization_are_refused_with_advice() {
    let client = Client::new(Generation::V0_190);
    let build = |cpu: u64, memory: u64, disk: u64| json!({"buildInfo": {"dockerfileContent": "FROM x:1"}, "cpu": cpu, "memory": memory, "disk": disk});
    for _ in 0..2 {
        assert_eq!(client.post("/sandbox", build(4, 4, 3)).await.status, 200);
    }
    let cpu = client.post("/sandbox", build(4, 4, 3)).await;
    assert_eq!(cpu.refusal(), (400, format!("Total CPU limit exceeded. Maximum allowed: 10.{UPGRADE}").as_str()));
    for _ in 0..2 {
        assert_eq!(client.post("/sandbox", build(1, 1, 10)).await.status, 200);
    }
    assert_eq!(client.fake.usage(), Size::new(10, 10, 26));
    client
        .fake
        .set_limits(fake_daytona::Limits { organization: Size::new(20, 20, 30), ..fake_daytona::Limits::default() });
    let disk = client.post("/sandbox", build(1, 1, 10)).await;
    let text = format!(
        "Total disk limit exceeded. Maximum allowed: 30GiB.\nConsider archiving your unused Sandboxes to free up \
         available storage.{UPGRADE}"
    );
    assert_eq!(disk.refusal(), (400, text.as_str()));
}

#[tokio::test(start_paused = true)]
async fn network_settings_change_and_empty_ones_are_refused() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(Value::Null).await;
    let path = format!("/sandbox/{id}/network-settings");
    let answer = client.post(&path, json!({"networkBlockAll": true})).await;
    assert_eq!((answer.status, &answer.body["networkBlockAll"]), (200, &json!(true)));
    assert_eq!(
        client.post(&path, json!({})).await.refusal(),
        (400, "At least one of networkBlockAll, networkAllowList or domainAllowList must be provided")
    );
    client.fake.restrict_egress(true);
    let refused = client.post(&path, json!({"networkBlockAll": true})).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.message().starts_with("Network access is restricted and cannot be overridden at the sandbox level.")
    );
}
