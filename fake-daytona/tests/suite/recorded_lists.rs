//! Recorded lists: shapes, filters, pages and refusals.

use crate::client::{Client, seconds};
use fake_daytona::Generation;
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn refusals_of_the_list_have_the_recorded_texts() {
    let client = Client::new(Generation::V0_190);
    let states = "each value must be one of the following values: creating, restoring, destroying, started, stopped, \
                  starting, stopping, error, build_failed, pending_build, building_snapshot, unknown, \
                  pulling_snapshot, archived, archiving, resizing, snapshotting, forking, pausing, paused, resuming";
    for (query, text) in [
        ("limit=201", "limit must not be greater than 200"),
        ("limit=0", "limit must not be less than 1"),
        ("labels=%7Bbad", "Invalid labels JSON format"),
        ("states=bogus", states),
        ("states=destroyed", states),
        ("cursor=zzz", "Invalid cursor provided: zzz"),
    ] {
        let answer = client.get(&format!("/sandbox?{query}")).await;
        assert_eq!(answer.refusal(), (400, text), "{query}");
        assert_eq!(answer.text("path"), format!("/api/sandbox?{query}"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_lacks_environment_build_and_volumes() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "one", "env": {"A": "secret"}})).await;
    let list = client.get("/sandbox").await;
    assert_eq!(list.body["nextCursor"], Value::Null);
    let item = &list.body["items"][0];
    for field in ["env", "buildInfo", "volumes", "networkBlockAll", "networkAllowList", "domainAllowList"] {
        assert_eq!(item.get(field), None, "{field}");
    }
    for field in ["id", "name", "runnerId", "sandboxClass", "labels", "lastActivityAt", "daemonVersion"] {
        assert!(item.get(field).is_some(), "{field}");
    }
    let newer = Client::new(Generation::V0_205);
    newer.started(json!({"name": "one"})).await;
    assert_eq!(newer.get("/sandbox").await.body["items"][0]["networkBlockAll"], false);
}

#[tokio::test(start_paused = true)]
async fn labels_and_states_filter_and_all_labels_must_match() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "labels": {"donmai.session": "s1", "donmai.pool": "p1"}})).await;
    client.started(json!({"name": "b", "labels": {"donmai.session": "s2", "donmai.pool": "p1"}})).await;
    client.fake.set_state("b", "error", None, Some("gone wrong"));
    let names = |answer: crate::client::Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(client.get("/sandbox?labels=%7B%22donmai.session%22%3A%22s1%22%7D").await), ["a"]);
    let both = "labels=%7B%22donmai.pool%22%3A%22p1%22%2C%22donmai.session%22%3A%22s2%22%7D";
    assert_eq!(names(client.get(&format!("/sandbox?{both}")).await), ["b"]);
    let unknown = "labels=%7B%22donmai.pool%22%3A%22p9%22%7D";
    assert!(names(client.get(&format!("/sandbox?{unknown}")).await).is_empty());
    assert_eq!(names(client.get("/sandbox?states=error&states=build_failed").await), ["b"]);
    assert_eq!(names(client.get("/sandbox?name=A").await), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn pages_follow_the_cursor_to_the_end_without_gaps() {
    for query in ["", "&sort=name&order=asc", "&labels=%7B%22k%22%3A%22v%22%7D", "&sort=createdAt"] {
        let client =
            Client::of(fake_daytona::FakeDaytona::builder(Generation::V0_190).limits(fake_daytona::Limits::none()));
        for index in 0..7 {
            client.started(json!({"name": format!("n{index}"), "labels": {"k": "v"}})).await;
            tokio::time::advance(seconds(1)).await;
        }
        let mut seen = Vec::new();
        let mut cursor = String::new();
        let mut pages = 0;
        loop {
            let page = client.get(&format!("/sandbox?limit=3{query}{cursor}")).await;
            assert_eq!(page.status, 200, "{}", page.body);
            seen.extend(page.body["items"].as_array().unwrap().iter().map(|item| item["name"].to_string()));
            pages += 1;
            match page.body["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pages, 3, "{query}");
        let mut names = seen.clone();
        names.sort();
        names.dedup();
        assert_eq!((seen.len(), names.len()), (7, 7), "{query}");
        if query.is_empty() {
            assert_eq!(seen[0], "\"n6\"", "the most recent activity comes first");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn destroyed_and_hidden_sandboxes_are_not_listed() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "gone"})).await;
    client.delete("/sandbox/gone").await;
    client.fake.fail_next_start("boom");
    client.post("/sandbox", json!({"name": "broken"})).await;
    client.delete("/sandbox/broken").await;
    tokio::time::advance(seconds(1)).await;
    assert_eq!(client.get("/sandbox").await.body["items"], json!([]));
    let hidden = client.get("/sandbox?includeErroredDeleted=true").await;
    assert_eq!(hidden.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_list_of_0_179_is_an_array_of_whole_sandboxes() {
    let client = Client::new(Generation::V0_179);
    client.started(json!({"name": "first", "env": {"A": "1"}})).await;
    tokio::time::advance(seconds(1)).await;
    client.started(json!({"name": "second"})).await;
    let list = client.get("/sandbox").await;
    let rows = list.body.as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["name"], &rows[0]["env"]), (2, &json!("first"), &json!({"A": "1"})));
    assert_eq!((&rows[0]["class"], rows[0].get("sandboxClass")), (&json!("small"), None));
    assert_eq!(rows[0].get("domainAllowList"), None);
    let page = client.get("/sandbox/paginated?limit=1").await;
    assert_eq!(page.body["items"][0]["name"], "second");
    assert_eq!((&page.body["total"], &page.body["page"], &page.body["totalPages"]), (&json!(2), &json!(1), &json!(2)));
}
