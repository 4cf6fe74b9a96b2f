//! Creates recorded on a 0.190 server: refusals, what is ignored, builds, failures, waits and quotas.
//!
//! The recordings are replayed as they are elsewhere; here each behaviour of theirs has its name.

use crate::client::{Client, seconds};
use crate::shape::{ALWAYS, expect_fields};
use fake_daytona::{Generation, Size};
use serde_json::{Value, json};

const ADVICE: &str = "\nNeed higher resource limits per-sandbox? Contact us at support@daytona.io and let us know about \
                      your use case.";
const UPGRADE: &str = "\nTo increase concurrency limits, upgrade your organization's Tier by visiting http://localhost:3000/dashboard/limits.";

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
