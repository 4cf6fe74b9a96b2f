//! `/workspace` of 0.100, and of the provider description.

use fake_daytona::Generation;
use serde_json::{Value, json};

use crate::client::{Client, minutes};

mod documented {
    use super::*;

    fn body() -> Value {
        json!({
            "image": "ghcr.io/renseiai/donmai-worker:latest", "command": ["donmai", "agent", "run"], "user": "daytona",
            "env": {"DONMAI_SESSION_ID": "s1"}, "cpu": 2, "memory": 4, "disk": 8, "autoStopInterval": 30
        })
    }

    #[tokio::test(start_paused = true)]
    async fn image_command_user_env_and_limits_are_honoured() {
        let client = Client::new(Generation::Documented);
        let created = client.post("/workspace", body()).await;
        assert_eq!((created.status, created.text("state")), (200, "creating"));
        let truth = client.fake.sandbox(&created.id()).unwrap();
        assert_eq!(truth.snapshot.as_deref(), Some("ghcr.io/renseiai/donmai-worker:latest"));
        assert_eq!(truth.entrypoint, ["donmai", "agent", "run"]);
        assert_eq!((truth.cpu, truth.memory, truth.disk, truth.auto_stop_interval), (2, 4, 8, 30));
        assert_eq!((truth.user.as_str(), truth.env["DONMAI_SESSION_ID"].as_str()), ("daytona", "s1"));
        let own = format!("/workspace/{}", created.id());
        assert_eq!(client.watch(&own, "started").await, ["creating", "started"]);
        assert_eq!(client.get(&own).await.header("x-daytona-api-version"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn delete_with_force_removes_it_at_once() {
        let client = Client::new(Generation::Documented);
        let id = client.post("/workspace", body()).await.id();
        let own = format!("/workspace/{id}");
        assert_eq!(client.delete(&format!("{own}?force=true")).await.status, 200);
        assert_eq!(client.get(&own).await.refusal(), (404, format!("Workspace with ID {id} not found").as_str()));
        assert_eq!(client.delete(&format!("{own}?force=true")).await.status, 404);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_workspace_is_archived_after_its_interval() {
        let client = Client::new(Generation::Documented);
        let id = client.post("/workspace", body()).await.id();
        let own = format!("/workspace/{id}");
        tokio::time::advance(minutes(30)).await;
        assert_eq!(client.get(&own).await.text("state"), "started");
        tokio::time::advance(minutes(1)).await;
        assert_eq!(client.get(&own).await.text("state"), "archived");
        assert_eq!(client.fake.usage().disk, 0, "storage only");
        assert_eq!(client.post(&format!("{own}/start"), Value::Null).await.status, 200);
        assert_eq!(client.watch(&own, "started").await, ["archived", "restoring", "started"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_start_shows_as_error_with_its_reason() {
        let client = Client::new(Generation::Documented);
        client.fake.fail_next_start("no such image");
        let id = client.post("/workspace", body()).await.id();
        tokio::time::advance(minutes(1)).await;
        let read = client.get(&format!("/workspace/{id}")).await;
        assert_eq!((read.text("state"), read.text("errorReason")), ("error", "no such image"));
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_sandbox_route() {
        let client = Client::new(Generation::Documented);
        assert_eq!(client.post("/sandbox", json!({})).await.refusal(), (404, "Cannot POST /api/sandbox"));
        assert_eq!(client.get("/config").await.status, 404);
    }

    #[tokio::test(start_paused = true)]
    async fn stop_and_archive_exist_beside_it() {
        let client = Client::new(Generation::Documented);
        let id = client.post("/workspace", body()).await.id();
        let own = format!("/workspace/{id}");
        client.watch(&own, "started").await;
        assert_eq!(client.post(&format!("{own}/stop"), Value::Null).await.status, 200);
        client.watch(&own, "stopped").await;
        assert_eq!(client.post(&format!("{own}/archive"), Value::Null).await.status, 200);
        client.watch(&own, "archived").await;
    }
}

mod first {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_build_is_supported_and_walks_through_the_states_of_old() {
        let client = Client::new(Generation::V0_100);
        let dockerfile = "FROM ghcr.io/renseiai/donmai-worker:v1\nENTRYPOINT [\"donmai\",\"agent\",\"run\"]\n";
        let created = client
            .post("/workspace", json!({"buildInfo": {"dockerfileContent": dockerfile}, "disk": 8, "target": "eu"}))
            .await;
        assert_eq!((created.status, created.text("state")), (200, "pending_build"));
        for field in ["desiredState", "createdAt", "lastActivityAt", "toolboxProxyUrl", "runnerId", "snapshot"] {
            assert_eq!(created.body.get(field), None, "{field}");
        }
        let own = format!("/workspace/{}", created.id());
        assert_eq!(client.watch(&own, "started").await, ["pending_build", "building_image", "creating", "started"]);
        assert_eq!(client.fake.sandboxes()[0].entrypoint, ["donmai", "agent", "run"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_build_is_an_error_for_there_is_no_build_failed() {
        let client = Client::new(Generation::V0_100);
        client.fake.fail_next_build("no space");
        let id = client.post("/workspace", json!({"buildInfo": {"dockerfileContent": "FROM x:1"}})).await.id();
        client.watch(&format!("/workspace/{id}"), "error").await;
    }

    #[tokio::test(start_paused = true)]
    async fn images_regions_and_unknown_workspaces_are_refused_in_its_words() {
        let client = Client::new(Generation::V0_100);
        let image = client.post("/workspace", json!({"image": "nope"})).await;
        assert_eq!(image.refusal(), (400, "Image nope not found. Did you add it through the Daytona Dashboard?"));
        assert_eq!(client.post("/workspace", json!({"target": "mars"})).await.refusal(), (400, "Invalid region"));
        assert_eq!(client.get("/workspace/x").await.refusal(), (404, "Workspace with ID x not found"));
    }

    #[tokio::test(start_paused = true)]
    async fn state_errors_are_400() {
        let client = Client::new(Generation::V0_100);
        let id = client.post("/workspace", json!({})).await.id();
        let own = format!("/workspace/{id}");
        let verb = |verb: &str| format!("{own}/{verb}");
        assert_eq!(client.post(&verb("archive"), Value::Null).await.refusal(), (400, "Workspace is not stopped"));
        client.post(&verb("stop"), Value::Null).await;
        assert_eq!(
            client.delete(&format!("{own}?force=true")).await.refusal(),
            (400, "Workspace state change in progress")
        );
        client.watch(&own, "stopped").await;
        assert_eq!(client.post(&verb("stop"), Value::Null).await.refusal(), (400, "Workspace is not started"));
        client.fake.set_state(&id, "error", None, Some("x"));
        assert_eq!(client.post(&verb("start"), Value::Null).await.refusal(), (400, "Workspace is not in valid state"));
        client.fake.set_state(&id, "creating", None, None);
        assert_eq!(client.delete(&own).await.refusal(), (400, "Workspace can not be destroyed at this time"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_destroyed_workspace_is_readable_for_a_day() {
        let client = Client::new(Generation::V0_100);
        let id = client.post("/workspace", json!({})).await.id();
        let own = format!("/workspace/{id}");
        assert_eq!(client.delete(&format!("{own}?force=true")).await.status, 200);
        client.watch(&own, "destroyed").await;
        let again = client.delete(&own).await;
        assert_eq!(again.refusal(), (400, "Workspace can not be destroyed at this time"));
        tokio::time::advance(minutes(24 * 60)).await;
        assert_eq!(client.get(&own).await.status, 404);
    }

    #[tokio::test(start_paused = true)]
    async fn quotas_are_403_with_the_numbers() {
        let client = Client::new(Generation::V0_100);
        let create = |body: Value| client.post("/workspace", body);
        assert_eq!(
            create(json!({"disk": 20})).await.refusal(),
            (403, "Disk request 20GB exceeds maximum allowed per workspace (10GB)")
        );
        for _ in 0..2 {
            assert_eq!(create(json!({"cpu": 4, "memory": 8, "disk": 10})).await.status, 200);
        }
        assert_eq!(create(json!({"cpu": 4})).await.refusal(), (403, "Total CPU quota exceeded (12 > 10)"));
        assert_eq!(create(json!({"memory": 8})).await.refusal(), (403, "Total memory quota exceeded (24GB > 20GB)"));
        assert_eq!(create(json!({"disk": 10})).await.status, 200);
        assert_eq!(create(json!({"disk": 10, "cpu": 1})).await.refusal().0, 403);
    }

    #[tokio::test(start_paused = true)]
    async fn labels_and_publicity_are_set_and_a_port_has_an_address() {
        let client = Client::new(Generation::V0_100);
        let id = client.post("/workspace", json!({})).await.id();
        let own = format!("/workspace/{id}");
        let labels = client.call("PUT", &format!("{own}/labels"), json!({"labels": {"a": "b"}})).await;
        assert_eq!(labels.body, json!({"labels": {"a": "b"}}));
        let public = client.post(&format!("{own}/public/true"), Value::Null).await;
        assert_eq!((public.status, public.bytes.len()), (201, 0));
        let read = client.get(&own).await;
        assert_eq!((&read.body["public"], &read.body["labels"]), (&json!(true), &json!({"a": "b"})));
        assert!(client.get(&format!("{own}/ports/80/preview-url")).await.text("url").contains(&format!("80-{id}.")));
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_neither_sandbox_nor_account_route() {
        let client = Client::new(Generation::V0_100);
        assert_eq!(client.post("/sandbox", json!({})).await.refusal(), (404, "Cannot POST /api/sandbox"));
        for path in ["/config", "/health", "/regions", "/api-keys/current"] {
            assert_eq!(client.get(path).await.message(), format!("Cannot GET /api{path}"));
        }
    }
}
