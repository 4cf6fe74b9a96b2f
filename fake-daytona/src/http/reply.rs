//! A reply, ours or a script's.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use super::pieces::{PiecedBody, Rest};

/// Status, headers and body of one reply.
///
/// A script builds one with [`Reply::new`]; nothing is added to it except what every HTTP server adds.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    /// After this many bytes of the body it goes on like this.
    pieces: Option<(usize, Rest)>,
}

impl Reply {
    /// A reply with an empty body.
    ///
    /// # Panics
    ///
    /// When `status` is not one of HTTP (100 to 999).
    pub fn new(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).expect("a status of HTTP"),
            headers: Vec::new(),
            body: Bytes::new(),
            pieces: None,
        }
    }

    /// A reply with a JSON body and its content type, as Daytona spells it.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body).expect("our own values serialize");
        Self::new(status).header("content-type", "application/json; charset=utf-8").body(bytes)
    }

    /// A reply as a gateway in front of Daytona gives it.
    pub fn html(status: u16, body: &str) -> Self {
        Self::new(status).header("content-type", "text/html").body(body.to_owned())
    }

    /// What a gateway in front of Daytona answers when Daytona does not: 502, 503 or 504 with a page of HTML.
    pub fn gateway(status: u16) -> Self {
        let reply = Self::new(status);
        let title = format!("{status} {}", reply.status.canonical_reason().unwrap_or("Error"));
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::html(status, &page)
    }

    /// The same with one more header.
    ///
    /// # Panics
    ///
    /// When name or value are not those of a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers.push((name, HeaderValue::from_str(value).expect("a header value")));
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The same, but the connection breaks off after `bytes` of the body; `content-length` still promises all of it.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.pieces = Some((bytes, Rest::Breaks));
        self
    }

    /// The same, but after `bytes` of the body nothing comes any more, and the connection stays open.
    #[must_use]
    pub fn stall_after(mut self, bytes: usize) -> Self {
        self.pieces = Some((bytes, Rest::Never));
        self
    }

    /// The same, but what follows the first `bytes` of the body comes this much later.
    #[must_use]
    pub fn pause_after(mut self, bytes: usize, pause: Duration) -> Self {
        self.pieces = Some((bytes, Rest::Later(pause)));
        self
    }

    pub(crate) fn into_response(self) -> axum::response::Response {
        let length = self.body.len();
        let body = match self.pieces {
            Some((at, rest)) => axum::body::Body::new(PiecedBody::new(self.body, at, rest)),
            None => axum::body::Body::from(self.body),
        };
        let mut response = axum::response::Response::new(body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        if !response.headers().contains_key(header::CONTENT_LENGTH) {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}
