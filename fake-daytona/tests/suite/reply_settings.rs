//! How every reply, or a single one, can be made to be written: delays, dates, pages, cursors, codings, copies.

use std::io::Read as _;
use std::time::Duration;

use fake_daytona::{FaultKind, Generation, RandomFaults, RequestAction, Rewrite};
use serde_json::{Value, json};

use crate::client::{Client, seconds};

#[tokio::test(start_paused = true)]
async fn every_request_can_take_a_fixed_time() {
    let client = Client::new(Generation::V0_190);
    client.fake.delay_requests(seconds(3));
    for _ in 0..2 {
        let begun = client.fake.now();
        client.get("/health").await;
        assert_eq!(client.fake.now() - begun, seconds(3));
    }
}

#[tokio::test(start_paused = true)]
async fn the_date_can_be_off_and_the_moments_of_replies_stay_true() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    for (ahead, date) in [(3_600_000, "Mon, 23 Nov 2026 13:00:00 GMT"), (-86_400_000, "Sun, 22 Nov 2026 12:00:00 GMT")]
    {
        client.fake.date_is_ahead(ahead);
        let answer = client.get("/sandbox/a").await;
        assert_eq!(answer.header("date"), Some(date));
        assert!(answer.text("createdAt").starts_with("2026-11-23T12:00:00"), "{}", answer.text("createdAt"));
    }
}

#[tokio::test(start_paused = true)]
async fn moments_can_be_written_with_an_offset() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a"})).await;
    client.fake.write_offsets(Some(-330));
    let answer = client.get("/sandbox/a").await;
    assert_eq!(answer.text("createdAt"), "2026-11-23T06:30:00.000-05:30");
    assert_eq!(answer.body["labels"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_page_can_stand_in_place_of_any_reply() {
    let client = Client::new(Generation::V0_190);
    client.fake.random_faults(RandomFaults::new(1, 1.0).of(&[FaultKind::PageAfter]).at_most(1));
    let answer = client.post("/sandbox", json!({"name": "a"})).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html")));
    assert_eq!(client.fake.alive().len(), 1, "it was handled all the same");
    client.fake.random_faults(RandomFaults::new(1, 1.0).of(&[FaultKind::Page]).at_most(1));
    assert_eq!(client.delete("/sandbox/a").await.status, 200);
    assert_eq!(client.get("/sandbox/a").await.text("state"), "started", "it was not handled");
}

#[tokio::test(start_paused = true)]
async fn cursors_can_repeat_be_empty_and_lead_on_from_an_empty_page() {
    let client = Client::new(Generation::V0_190);
    for name in ["a", "b", "c"] {
        client.started(json!({"name": name})).await;
    }
    let list = async |rewrite: Rewrite, path: &str| {
        client.fake.once(("GET", "/sandbox"), RequestAction::ApplyThenRewrite(rewrite));
        client.get(path).await.body
    };
    let page = list(Rewrite::RepeatedCursor, "/sandbox").await;
    let cursor = page["nextCursor"].as_str().expect("a cursor though everything is there").to_owned();
    let again = list(Rewrite::RepeatedCursor, &format!("/sandbox?cursor={cursor}")).await;
    assert_eq!(again["nextCursor"].as_str(), Some(cursor.as_str()));
    assert_eq!(list(Rewrite::EmptyCursor, "/sandbox?limit=1").await["nextCursor"], "");
    for order in ["", "&sort=createdAt&order=asc"] {
        let empty = list(Rewrite::EmptyPage, &format!("/sandbox?limit=2{order}")).await;
        assert_eq!(empty["items"], json!([]));
        let rest = client.get(&format!("/sandbox?cursor={}{order}", empty["nextCursor"].as_str().unwrap())).await;
        assert_eq!(rest.body["items"].as_array().unwrap().len(), 3, "nothing is lost: {order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_can_have_half_of_a_surrogate_pair_or_a_coding_that_nobody_asked_for() {
    let client = Client::new(Generation::V0_190);
    client.started(json!({"name": "a", "labels": {"x": "y"}})).await;
    client.fake.once(("GET", "/sandbox/*"), RequestAction::ApplyThenRewrite(Rewrite::LoneSurrogate));
    let text = String::from_utf8(client.get("/sandbox/a").await.bytes).unwrap();
    assert!(text.contains(r#""labels":{"mood":"\ud83d","x":"y"}"#), "{text}");
    assert!(text.contains(r#""errorReason":"\ud83d""#), "{text}");
    client.fake.once(("GET", "/sandbox/*"), RequestAction::ApplyThenRewrite(Rewrite::Compressed));
    let answer = client.get("/sandbox/a").await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(answer.bytes.as_slice()).read_to_string(&mut text).unwrap();
    assert!(text.contains(r#""name":"a""#), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_copy_has_everything_of_a_sandbox_but_its_identifier_and_name() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "a", "labels": {"team": "x"}, "env": {"A": "1"}})).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    let copy = client.fake.copy("a", "copy-of-a").unwrap();
    assert_ne!(copy, id);
    let read = client.get(&format!("/sandbox/{copy}")).await;
    assert_eq!((read.text("name"), read.text("state")), ("copy-of-a", "started"));
    assert_eq!((&read.body["labels"], &read.body["env"]), (&json!({"team": "x"}), &json!({"A": "1"})));
    let listed = client.get("/sandbox?labels=%7B%22team%22%3A%22x%22%7D").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 2);
    client.delete(&format!("/sandbox/{copy}")).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "started");
}

#[tokio::test(start_paused = true)]
async fn all_of_it_can_be_arranged_over_http() {
    let client = Client::new(Generation::V0_190);
    let order = async |path: &str, body: Value| {
        let answer = client.send("POST", &format!("/__fake/{path}"), Some(body.to_string())).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    };
    let id = client.started(json!({"name": "a"})).await;
    let copied = order(&format!("sandboxes/{id}/copy"), json!({"name": "b"})).await;
    assert_eq!(client.get("/sandbox/b").await.id(), copied["id"].as_str().unwrap());
    order(&format!("sandboxes/{id}/kill"), json!({})).await;
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.text("state"), "stopped");
    order("replies", json!({"dateAheadSeconds": 60, "offsetMinutes": 120, "delayMillis": 10})).await;
    let answer = client.get("/sandbox/b").await;
    assert!(answer.text("createdAt").ends_with("+02:00"), "{}", answer.text("createdAt"));
    assert_eq!(answer.header("date"), Some("Mon, 23 Nov 2026 12:01:00 GMT"));
    order("replies", json!({})).await;
    order("organizations", json!({"key": "dtn_other"})).await;
    assert_eq!(client.with_key("dtn_other").get("/sandbox/b").await.status, 404);
    order("organization", json!({"suspended": "Unpaid"})).await;
    assert_eq!(client.post("/sandbox", json!({})).await.status, 403);
    order("organization", json!({"suspended": null, "defaultRegion": false})).await;
    assert_eq!(client.post("/sandbox", json!({})).await.status, 400);
    order("organization", json!({"defaultRegion": true})).await;
    order("regions", json!({"id": "eu", "hasQuota": false})).await;
    assert_eq!(client.post("/sandbox", json!({"target": "eu"})).await.status, 403);
    order("server", json!({"dashboard": "missing"})).await;
    assert_eq!(client.send("GET", "/sandbox", None).await.status, 500);
    order("server", json!({"maintenance": true})).await;
    assert_eq!(client.get("/health").await.status, 503);
}
