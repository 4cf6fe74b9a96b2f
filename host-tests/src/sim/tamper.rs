//! What is broken on purpose about commands, workers and snapshots.

use bytes::Bytes;
use fake_daytona::FakeDaytona;
use http::HeaderMap;
use serde_json::{Value, json};

use super::sabotage::Sabotage;

/// What is broken in the sandboxes themselves.
pub fn sandboxes(fake: &FakeDaytona, sabotage: Sabotage) {
    if sabotage == Sabotage::DirectoriesAreForgotten {
        fake.forget_directories();
    }
}

/// Whether a request of this kind is changed.
pub fn changes(sabotage: Sabotage, path: &str) -> bool {
    match sabotage {
        Sabotage::LaunchesAreUnlabelled => path.ends_with("/labels"),
        Sabotage::KillsAreLost | Sabotage::ReadsGoBack | Sabotage::WatchingIsActivity => {
            path.ends_with("/process/execute")
        }
        _ => false,
    }
}

/// What the headers of such a request become.
pub fn headers(sabotage: Sabotage, headers: &mut HeaderMap) {
    if sabotage == Sabotage::WatchingIsActivity {
        headers.remove("x-daytona-skip-last-activity-update");
    }
}

/// What the body of such a request becomes.
pub fn request(sabotage: Sabotage, body: &mut Value) {
    if sabotage == Sabotage::LaunchesAreUnlabelled {
        body["labels"].as_object_mut().map(|labels| labels.remove("rensei.dev/launched"));
    }
    let Some(line) = body["command"].as_str() else { return };
    let changed = match sabotage {
        Sabotage::KillsAreLost => line.replacen(" 'sh' 'kill' ", " 'sh' 'look' ", 1),
        Sabotage::ReadsGoBack => read_again(line),
        _ => return,
    };
    body["command"] = json!(changed);
}

/// A line that reads, from one byte before what it should.
fn read_again(line: &str) -> String {
    let Some((script, words)) = line.split_once(" 'sh' 'read' ") else { return line.to_owned() };
    let words = words.split(' ').enumerate().map(|(place, word)| {
        let offset = word.trim_matches('\'').parse::<u64>().ok().filter(|offset| place == 2 && *offset > 0);
        offset.map_or_else(|| word.to_owned(), |offset| format!("'{}'", offset - 1))
    });
    format!("{script} 'sh' 'read' {}", words.collect::<Vec<_>>().join(" "))
}

/// A snapshot that was asked for by name reads as there.
pub fn snapshot(path: &str, status: u16, body: Bytes, asked: bool) -> (u16, Bytes) {
    let Some(name) = path.split("/snapshots/").nth(1).filter(|_| asked && status == 404) else { return (status, body) };
    let made = json!({"id": "11111111-2222-4333-8444-555555555555", "name": name, "state": "active", "imageName": "",
        "general": false, "cpu": 1, "mem": 1, "disk": 3, "createdAt": "2099-01-01T00:00:00.000Z"});
    (200, made.to_string().into())
}
