//! Faults by script: what becomes of single requests.

use fake_daytona::{Generation, Matcher, Reply, RequestAction};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::client::{Client, seconds};

const CREATE: (&str, &str) = ("POST", "/sandbox");
const READ: (&str, &str) = ("GET", "/sandbox/*");

fn body() -> Value {
    json!({"name": "mine"})
}

fn exists(client: &Client) -> bool {
    client.fake.sandbox("mine").is_some()
}

#[tokio::test(start_paused = true)]
async fn a_delayed_request_arrives_late() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(READ, RequestAction::Delay(seconds(5)));
    let begun = Instant::now();
    assert_eq!(client.get("/sandbox/none").await.status, 404);
    assert_eq!(begun.elapsed(), seconds(5));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_request_is_handled_even_when_nobody_waits_any_more() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::Delay(seconds(5)));
    assert!(timeout(seconds(1), client.post("/sandbox", body())).await.is_err());
    assert!(!exists(&client));
    tokio::time::sleep(seconds(5)).await;
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn silence_never_ends_and_the_server_saw_nothing() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::Swallow);
    assert!(timeout(seconds(86_400), client.post("/sandbox", body())).await.is_err());
    assert!(!exists(&client));
    assert_eq!(client.post("/sandbox", body()).await.status, 200, "only one request was meant");
}

#[tokio::test(start_paused = true)]
async fn silence_after_the_request_was_handled_leaves_its_effect() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ApplyThenSwallow);
    assert!(timeout(seconds(86_400), client.post("/sandbox", body())).await.is_err());
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_reset_before_the_request_is_read_has_no_effect() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::Reset);
    assert!(client.post("/sandbox", body()).await.reset);
    assert!(!exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_reset_after_the_request_was_handled_leaves_its_effect() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ApplyThenReset);
    assert!(client.post("/sandbox", body()).await.reset);
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_connection_broke_can_arrive_later_all_the_same() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ResetThenApply(seconds(3)));
    assert!(client.post("/sandbox", body()).await.reset);
    assert_eq!(client.get("/sandbox/mine").await.status, 404, "a look-up before it arrives finds nothing");
    tokio::time::sleep(seconds(4)).await;
    assert_eq!(client.get("/sandbox/mine").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_cut_promises_more_than_it_sends() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ApplyThenCut(10));
    let answer = client.post("/sandbox", body()).await;
    assert!(answer.cut && !answer.reset);
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-length").unwrap().parse::<usize>().unwrap() > 10);
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_reply_can_fall_silent_in_its_middle() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ApplyThenStall(10));
    assert!(timeout(seconds(86_400), client.post("/sandbox", body())).await.is_err());
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_reply_can_pause_in_its_middle_and_be_whole_in_the_end() {
    let client = Client::new(Generation::V0_190);
    client.started(body()).await;
    client.fake.once(READ, RequestAction::ApplyThenPause(10, seconds(9)));
    let begun = Instant::now();
    let answer = client.get("/sandbox/mine").await;
    assert_eq!((answer.text("state"), answer.cut, begun.elapsed().as_secs()), ("started", false, 9));
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_held_back() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(READ, RequestAction::ApplyThenDelay(seconds(9)));
    client.started(body()).await;
    let begun = Instant::now();
    assert_eq!(client.get("/sandbox/mine").await.text("state"), "started");
    assert_eq!(begun.elapsed(), seconds(9));
}

#[tokio::test(start_paused = true)]
async fn a_single_request_can_be_throttled_with_the_headers_of_its_bucket() {
    let client = Client::new(Generation::V0_190);
    for matcher in [Matcher::from(CREATE), READ.into()] {
        client.fake.once(matcher, RequestAction::Throttle(7));
    }
    let created = client.post("/sandbox", body()).await;
    assert_eq!(created.refusal(), (429, "ThrottlerException: Too Many Requests"));
    assert_eq!(created.header("retry-after-sandbox-create"), Some("7"));
    assert_eq!(client.get("/sandbox/mine").await.header("retry-after-authenticated"), Some("7"));
    assert_eq!(client.post("/sandbox", body()).await.status, 200, "the bucket itself is not exhausted");
}

#[tokio::test(start_paused = true)]
async fn a_500_comes_in_the_servers_envelope_and_may_have_been_handled() {
    let client = Client::new(Generation::V0_190);
    let text = "An unexpected error occurred.".to_owned();
    client.fake.once(CREATE, RequestAction::Refuse(500, text.clone()));
    client.fake.once(CREATE, RequestAction::ApplyThenRefuse(500, text.clone()));
    let first = client.post("/sandbox", body()).await;
    assert_eq!((first.refusal(), first.text("path")), ((500, text.as_str()), "/api/sandbox"));
    assert_eq!(first.header("x-daytona-api-version"), Some("v0.190.0"));
    assert!(!exists(&client));
    assert_eq!(client.post("/sandbox", body()).await.status, 500);
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_gateways_error_is_html_without_the_servers_headers() {
    let client = Client::new(Generation::V0_190);
    for (status, title) in [(502, "502 Bad Gateway"), (503, "503 Service Unavailable"), (504, "504 Gateway Timeout")] {
        client.fake.respond_once(READ, Reply::gateway(status));
        let answer = client.get("/sandbox/mine").await;
        assert_eq!((answer.status, answer.header("content-type")), (status, Some("text/html")));
        assert!(String::from_utf8_lossy(&answer.bytes).contains(title));
        assert_eq!(answer.header("x-daytona-api-version"), None);
    }
    client.fake.once(CREATE, RequestAction::ApplyThenAnswer(Reply::gateway(504)));
    assert_eq!(client.post("/sandbox", body()).await.status, 504);
    assert!(exists(&client));
}

#[tokio::test(start_paused = true)]
async fn a_truncated_body_is_whole_for_http_but_no_json() {
    let client = Client::new(Generation::V0_190);
    client.started(body()).await;
    client.fake.once(READ, RequestAction::ApplyThenTruncate(25));
    let answer = client.get("/sandbox/mine").await;
    assert_eq!((answer.status, answer.bytes.len(), answer.header("content-length")), (200, 25, Some("25")));
    assert!(!answer.cut);
    assert_eq!(answer.body, Value::Null);
}

#[tokio::test(start_paused = true)]
async fn an_oversized_body_is_json_and_spaces() {
    let client = Client::new(Generation::V0_190);
    client.started(body()).await;
    client.fake.once(READ, RequestAction::ApplyThenPad(5 * 1024 * 1024));
    let answer = client.get("/sandbox/mine").await;
    assert!(answer.bytes.len() > 5 * 1024 * 1024);
    assert_eq!(answer.text("state"), "started");
}

#[tokio::test(start_paused = true)]
async fn a_create_delivered_twice_makes_one_sandbox_and_answers_409() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ApplyTwice);
    assert_eq!(client.post("/sandbox", body()).await.refusal(), (409, "Sandbox with name mine already exists"));
    assert_eq!(client.fake.sandboxes().len(), 1);
    let nameless = Client::new(Generation::V0_105);
    nameless.fake.once(CREATE, RequestAction::ApplyTwice);
    assert_eq!(nameless.post("/sandbox", body()).await.status, 200);
    assert_eq!(nameless.fake.sandboxes().len(), 2, "where names are ignored there are two");
}

#[tokio::test(start_paused = true)]
async fn a_late_second_delivery_recreates_what_was_deleted_meanwhile() {
    let client = Client::new(Generation::V0_190);
    client.fake.once(CREATE, RequestAction::ApplyAgainAfter(seconds(20)));
    let id = client.started(body()).await;
    assert_eq!(client.delete(&format!("/sandbox/{id}")).await.status, 200);
    tokio::time::sleep(seconds(21)).await;
    assert_ne!(client.get("/sandbox/mine").await.id(), id);
    assert_eq!(client.fake.alive().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stale_read_shows_the_state_the_name_and_the_labels_of_then() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(json!({"name": "mine", "labels": {"v": "1"}})).await;
    tokio::time::advance(seconds(30)).await;
    client.call("PUT", "/sandbox/mine/labels", json!({"labels": {"v": "2"}})).await;
    client.delete(&format!("/sandbox/{id}")).await;
    tokio::time::advance(seconds(2)).await;
    client.fake.once(READ, RequestAction::Stale(seconds(5)));
    let then = client.get("/sandbox/mine").await;
    assert_eq!((then.status, then.text("state"), then.text("name")), (200, "started", "mine"));
    assert_eq!(then.body["labels"], json!({"v": "1"}));
    assert_eq!(client.get("/sandbox/mine").await.status, 404);
    client.fake.once(READ, RequestAction::Stale(seconds(60)));
    assert_eq!(client.get(&format!("/sandbox/{id}")).await.status, 404, "it did not exist yet");
}

#[tokio::test(start_paused = true)]
async fn a_stale_list_still_has_what_is_gone_and_lacks_what_is_new() {
    let client = Client::new(Generation::V0_190);
    let old = client.started(json!({"name": "old"})).await;
    tokio::time::advance(seconds(30)).await;
    client.delete(&format!("/sandbox/{old}")).await;
    tokio::time::advance(seconds(2)).await;
    client.started(json!({"name": "new"})).await;
    client.fake.once(("GET", "/sandbox"), RequestAction::Stale(seconds(10)));
    let stale = client.get("/sandbox").await;
    let ids: Vec<&str> =
        stale.body["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [old.as_str()]);
    assert_eq!(client.get("/sandbox").await.body["items"][0]["name"], "new");
}

#[tokio::test(start_paused = true)]
async fn a_state_that_does_not_exist_yet_can_be_shown_once() {
    let client = Client::new(Generation::V0_190);
    client.started(body()).await;
    client.fake.once(READ, RequestAction::ApplyThenState("hibernating".to_owned()));
    assert_eq!(client.get("/sandbox/mine").await.text("state"), "hibernating");
    assert_eq!(client.get("/sandbox/mine").await.text("state"), "started");
    client.fake.once(("GET", "/sandbox"), RequestAction::ApplyThenState("hibernating".to_owned()));
    assert_eq!(client.get("/sandbox").await.body["items"][0]["state"], "hibernating");
}

#[tokio::test(start_paused = true)]
async fn a_state_that_does_not_exist_yet_can_be_real() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(body()).await;
    client.fake.set_state(&id, "hibernating", None, None);
    for _ in 0..3 {
        assert_eq!(client.get("/sandbox/mine").await.text("state"), "hibernating");
        tokio::time::advance(seconds(3600)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn verdicts_for_the_same_requests_are_used_up_in_their_order_and_hooks_come_after_them() {
    let client = Client::new(Generation::V0_190);
    client.fake.on_request(|request| match request.header("authorization") {
        Some(_) => RequestAction::Answer(Reply::new(418)),
        None => RequestAction::Proceed,
    });
    client.fake.respond_once(READ, Reply::new(410));
    client.fake.respond_once(READ, Reply::new(411));
    assert_eq!(client.fake.pending_verdicts(), 2);
    for status in [410, 411, 418, 418] {
        assert_eq!(client.get("/sandbox/x").await.status, status);
    }
    assert_eq!(client.without_key().get("/sandbox/x").await.status, 401);
    client.fake.clear_script();
    assert_eq!(client.get("/sandbox/x").await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn the_toolbox_has_faults_of_its_own() {
    let client = Client::new(Generation::V0_190);
    let id = client.started(body()).await;
    client.fake.once(Matcher::path("/toolbox/**"), RequestAction::Reset);
    let path = format!("/toolbox/{id}/process/session/entrypoint");
    assert!(client.send("GET", &path, None).await.reset);
    assert_eq!(client.send("GET", &path, None).await.status, 200);
}
