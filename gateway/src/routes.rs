//! Which request is answered by what, and who may ask it.

use sandbox_contract::rpc::{FIRST_PROTOCOL, LAST_PROTOCOL, NEVER_REPEAT, REPEAT_LATER};

use crate::answer::Answer;
use crate::rpc::{MOST_BYTES, Peer, Provider};
use crate::settings::Settings;
use crate::token;

/// A request as far as it is read at first.
#[derive(Debug, Default)]
pub struct Request<'r> {
    /// In capitals.
    pub method: &'r str,
    /// Without the query.
    pub path: &'r str,
    /// The header `authorization`.
    pub authorization: Option<&'r [u8]>,
    /// The header `protocol-version`, which takes the place of the message `initialize`.
    pub protocol_version: Option<&'r [u8]>,
    /// The header `content-length`.
    pub content_length: Option<&'r [u8]>,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than [`MOST_BYTES`].
    TooLong,
    /// It did not come in time.
    TooSlow,
    /// Its connection broke.
    Broken,
}

/// Answers a request. The body is read only for who may send one.
pub fn route<P: Provider>(
    request: &Request<'_>,
    variables: &[(String, String)],
    provider: &P,
    read: impl FnOnce() -> Result<Vec<u8>, Unread>,
) -> Answer {
    let (allow, is_allowed) = match request.path {
        "/rpc" => ("POST", request.method == "POST"),
        "/healthz" | "/manifest" => ("GET, HEAD", matches!(request.method, "GET" | "HEAD")),
        _ => {
            let message = "there is nothing here: POST /rpc, GET /healthz, GET /manifest";
            return Answer::refusal(404, "not-found", message, NEVER_REPEAT);
        }
    };
    if !is_allowed {
        let message = format!("{} takes {allow} only", request.path);
        return Answer::refusal(405, "method-not-allowed", &message, NEVER_REPEAT).with_header("allow", allow);
    }
    let settings = match Settings::read(variables) {
        Ok(settings) => settings,
        Err(missing) => {
            let message = format!("the gateway is not configured: {missing}");
            return Answer::refusal(503, "not-configured", &message, REPEAT_LATER);
        }
    };
    if request.path == "/healthz" {
        return Answer::json(200, r#"{"status":"serving"}"#.to_owned());
    }
    let presented = request.authorization.and_then(token::bearer);
    let Some(token) = presented.and_then(|presented| token::find(&settings.tokens, presented)) else {
        let message = "a token that the gateway knows has to come in the header `authorization: Bearer …`";
        return Answer::refusal(401, "unauthenticated", message, NEVER_REPEAT)
            .with_header("www-authenticate", "Bearer");
    };
    let Some(version) = version(request.protocol_version) else {
        let message = format!("the header `protocol-version` has to be a number from {FIRST_PROTOCOL}");
        return Answer::refusal(400, "invalid-request", &message, NEVER_REPEAT);
    };
    let peer = Peer { settings: &settings, token, provider, version };
    if request.path == "/manifest" {
        return match peer.manifest() {
            Ok(manifest) => Answer::json(200, manifest.to_string()),
            Err(_) => Answer::refusal(500, "internal", "the provider does not describe itself", NEVER_REPEAT),
        };
    }
    if length(request.content_length).is_some_and(|length| length > MOST_BYTES) {
        return unread(Unread::TooLong);
    }
    match read() {
        Err(why) => unread(why),
        Ok(body) => match peer.answers(&body) {
            Some(answer) => Answer::json(200, answer),
            None => Answer::empty(),
        },
    }
}

fn unread(why: Unread) -> Answer {
    match why {
        Unread::TooLong => {
            let message = format!("a body may have {MOST_BYTES} bytes");
            Answer::refusal(413, "too-large", &message, NEVER_REPEAT)
        }
        Unread::TooSlow => Answer::refusal(408, "timeout", "the body did not come in time", REPEAT_LATER),
        Unread::Broken => Answer::refusal(400, "invalid-request", "the body broke off", REPEAT_LATER),
    }
}

/// The version of the protocol that a header asks for: the first one without it, the last one where it is later.
fn version(header: Option<&[u8]>) -> Option<u32> {
    let Some(header) = header else { return Some(FIRST_PROTOCOL) };
    let version: u32 = std::str::from_utf8(header).ok()?.trim().parse().ok()?;
    (version >= FIRST_PROTOCOL).then_some(version.min(LAST_PROTOCOL))
}

/// A length that cannot be read is left to the engine; the body is counted all the same.
fn length(header: Option<&[u8]>) -> Option<usize> {
    std::str::from_utf8(header?).ok()?.trim().parse().ok()
}
