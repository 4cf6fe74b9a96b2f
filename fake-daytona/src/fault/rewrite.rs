//! Replies that a server or a proxy writes in an unusual way.

use std::io::Write as _;

use bytes::Bytes;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::http::reply::Reply;
use crate::inspect::RecordedRequest;

/// One way to change a reply. Where it does not apply, the reply stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// The list goes on for ever: its cursor leads to the page that it came with.
    RepeatedCursor,
    /// The list's cursor is an empty text, whether or not there is more.
    EmptyCursor,
    /// The page of the list is empty, and there is more behind it.
    EmptyPage,
    /// Half of a surrogate pair stands in a label and in the reason of an error.
    LoneSurrogate,
    /// The body is compressed, though the request did not ask for it.
    Compressed,
}

impl Rewrite {
    pub(crate) fn apply(self, mut reply: Reply, request: &RecordedRequest) -> Reply {
        match self {
            Self::Compressed => {
                if reply.body.is_empty() {
                    return reply;
                }
                reply.body = Bytes::from(compressed(&reply.body));
                reply.header("content-encoding", "gzip")
            }
            Self::LoneSurrogate => {
                let text = String::from_utf8_lossy(&reply.body);
                let text = text
                    .replace(r#""labels":{"#, r#""labels":{"mood":"\ud83d","#)
                    .replace(r#""mood":"\ud83d",}"#, r#""mood":"\ud83d"}"#)
                    .replace(r#""errorReason":null"#, r#""errorReason":"\ud83d""#);
                reply.body = Bytes::from(text);
                reply
            }
            Self::RepeatedCursor | Self::EmptyCursor | Self::EmptyPage => self.of_list(reply, request),
        }
    }

    fn of_list(self, mut reply: Reply, request: &RecordedRequest) -> Reply {
        let Ok(Value::Object(mut body)) = serde_json::from_slice(&reply.body) else { return reply };
        if !body.contains_key("nextCursor") {
            return reply;
        }
        let asked = request.query_values("cursor").pop();
        match self {
            Self::EmptyCursor => drop(body.insert("nextCursor".to_owned(), Value::from(""))),
            Self::RepeatedCursor => {
                let last = body.get("items").and_then(Value::as_array).and_then(|items| items.last()).cloned();
                let Some(cursor) = asked.or_else(|| last.as_ref().and_then(|last| cursor_to(last, request))) else {
                    return reply;
                };
                body.insert("nextCursor".to_owned(), Value::from(cursor));
            }
            _ => {
                // A client that goes on with this cursor gets what was left out.
                let first = body.get("items").and_then(Value::as_array).and_then(|items| items.first()).cloned();
                let Some(cursor) = first.as_ref().and_then(|first| cursor_before(first, request)) else { return reply };
                body.insert("items".to_owned(), Value::Array(Vec::new()));
                body.insert("nextCursor".to_owned(), Value::from(cursor));
            }
        }
        reply.body = Bytes::from(serde_json::to_vec(&body).unwrap_or_default());
        reply
    }
}

/// By which moments the items of a list are sorted, and whether the oldest comes first; none where they are sorted by
/// something else.
fn order(request: &RecordedRequest) -> Option<(&'static str, bool)> {
    let asked = |name: &str| request.query_values(name).pop();
    let field = match asked("sort").as_deref() {
        None | Some("lastActivityAt") => "lastActivityAt",
        Some("createdAt") => "createdAt",
        Some(_) => return None,
    };
    Some((field, asked("order").as_deref() == Some("asc")))
}

/// The cursor that follows an item in the order of the list.
fn cursor_to(item: &Value, request: &RecordedRequest) -> Option<String> {
    cursor(item[order(request)?.0].as_str()?, item["id"].as_str()?)
}

/// The cursor that an item follows: its own place, a moment nearer to the list's beginning.
fn cursor_before(item: &Value, request: &RecordedRequest) -> Option<String> {
    let (field, ascending) = order(request)?;
    let at = humantime::parse_rfc3339(item[field].as_str()?).ok()?;
    let at = at.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis() as u64;
    let before = if ascending { at.checked_sub(1)? } else { at + 1 };
    cursor(&Timestamp::from_millis(before).rfc3339(), item["id"].as_str()?)
}

fn cursor(sort_value: &str, id: &str) -> Option<String> {
    use base64::Engine as _;
    let body = serde_json::to_string(&serde_json::json!({"sortValue": sort_value, "id": id})).ok()?;
    Some(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(body))
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

/// Every moment of a body in a zone so many minutes east of Greenwich.
pub(crate) fn with_offsets(body: &Bytes, minutes: i32) -> Bytes {
    let mut rest = body.as_ref();
    let mut written = Vec::with_capacity(body.len() + 128);
    while let Some(found) = rest.windows(26).position(is_moment) {
        written.extend_from_slice(&rest[..=found]);
        let text = String::from_utf8_lossy(&rest[found + 1..found + 25]);
        written.extend_from_slice(in_zone(&text, minutes).unwrap_or_else(|| text.into_owned()).as_bytes());
        rest = &rest[found + 25..];
    }
    written.extend_from_slice(rest);
    Bytes::from(written)
}

/// `"2026-11-23T12:00:00.000Z"`, quotes included.
fn is_moment(window: &[u8]) -> bool {
    let pattern = b"\"####-##-##T##:##:##.###Z\"";
    window
        .iter()
        .zip(pattern)
        .all(|(byte, wanted)| if *wanted == b'#' { byte.is_ascii_digit() } else { byte == wanted })
}

fn in_zone(text: &str, minutes: i32) -> Option<String> {
    let at = humantime::parse_rfc3339(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let local = u64::try_from(at.as_millis() as i64 + i64::from(minutes) * 60_000).ok()?;
    let local = Timestamp::from_millis(local).rfc3339();
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    Some(format!("{}{sign}{hours:02}:{minutes:02}", local.trim_end_matches('Z')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_another_zone_and_nothing_else_changes() {
        let body = Bytes::from(
            r#"{"createdAt":"2026-11-23T12:00:00.000Z","name":"2026-11-23","at":"2026-11-23T23:30:00.500Z"}"#,
        );
        assert_eq!(
            with_offsets(&body, 120),
            r#"{"createdAt":"2026-11-23T14:00:00.000+02:00","name":"2026-11-23","at":"2026-11-24T01:30:00.500+02:00"}"#
        );
    }
}
