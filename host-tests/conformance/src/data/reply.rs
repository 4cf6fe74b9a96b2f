//! What the server does with a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A reply as a runner plays it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reply {
    /// Milliseconds between the request and whatever follows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_ms: u64,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Header lines. Without `content-length` or `transfer-encoding` among them, the runner adds the length of the pieces
    /// unless `lengthUnknown` says that the end of the connection ends the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// See above.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub length_unknown: bool,
    /// The body, written one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
    /// Written instead of status, headers and body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// What goes wrong instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Parts of the request's body, by name: `${echo.name}` in the texts of this reply stands for one, and in what is written
    /// down of the request it stands in its place, because it differs from run to run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub echo: BTreeMap<String, Echo>,
}

/// A part of a request's body: what stands behind the first occurrence of one text, up to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Echo {
    /// What stands before it.
    pub after: String,
    /// What stands behind it.
    pub until: String,
}

impl Echo {
    /// The part of a body; none where it does not have one.
    pub fn of<'b>(&self, body: &'b str) -> Option<&'b str> {
        let (_, rest) = body.split_once(&self.after)?;
        rest.split_once(&self.until).map(|(part, _)| part).filter(|part| !part.is_empty())
    }
}

/// A part of a body: text or bytes, so many times, or the end of the connection in the middle of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Piece {
    /// Milliseconds before each time that it is written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_ms: u64,
    /// UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Bytes that are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// How often it is written; once without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<usize>,
    /// The connection ends here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
}

/// What goes wrong with an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The request is read, and nothing is ever written.
    Silence,
    /// The request is read, and the connection ends.
    CloseBeforeReply,
    /// The connection ends before anything is read: the request does not arrive.
    CloseBeforeRequest,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A reply as it is written in the files, already expanded.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    #[serde(default)]
    delay_ms: u64,
    status: Option<u16>,
    /// By name; `"content-length": null` leaves the length open.
    #[serde(default)]
    headers: Map<String, Value>,
    json: Option<Value>,
    text: Option<String>,
    base64: Option<String>,
    pieces: Option<Vec<Piece>>,
    raw: Option<String>,
    fault: Option<Fault>,
    #[serde(default)]
    echo: BTreeMap<String, Echo>,
}

/// Makes a reply of the files one for runners.
///
/// # Errors
/// What is wrong with it, for people.
pub fn of_written(value: Value) -> Result<Reply, String> {
    let written: Written = serde_json::from_value(value).map_err(|error| format!("a reply: {error}"))?;
    let kinds = [written.status.is_some(), written.raw.is_some(), written.fault.is_some()];
    if kinds.iter().filter(|is| **is).count() != 1 {
        return Err("a reply has one of `status`, `raw` and `fault`".to_owned());
    }
    let bodies = [written.json.is_some(), written.text.is_some(), written.base64.is_some(), written.pieces.is_some()];
    let bodies = bodies.iter().filter(|is| **is).count();
    if bodies > 1 || (bodies == 1 && written.status.is_none()) {
        return Err("a reply with a status has one of `json`, `text`, `base64` and `pieces`, or none".to_owned());
    }
    let media = match (&written.json, &written.text) {
        (Some(_), _) => Some("application/json; charset=utf-8"),
        (_, Some(_)) => Some("text/html"),
        _ => None,
    };
    let text = written.json.map(|json| json.to_string()).or(written.text);
    let pieces = written.pieces.unwrap_or_else(|| match (&text, &written.base64) {
        (None, None) => Vec::new(),
        _ => vec![Piece { text, base64: written.base64, ..Piece::default() }],
    });
    let mut reply = Reply {
        delay_ms: written.delay_ms,
        status: written.status,
        pieces,
        raw: written.raw,
        fault: written.fault,
        echo: written.echo,
        ..Reply::default()
    };
    let named = |name: &str| written.headers.keys().any(|known| known.eq_ignore_ascii_case(name));
    if let Some(media) = media.filter(|_| !named("content-type")) {
        reply.headers.push(("content-type".to_owned(), media.to_owned()));
    }
    for (name, value) in written.headers {
        match value {
            Value::String(value) => reply.headers.push((name, value)),
            Value::Null if name == "content-length" => reply.length_unknown = true,
            _ => return Err(format!("the header `{name}` of a reply is no text")),
        }
    }
    Ok(reply)
}
