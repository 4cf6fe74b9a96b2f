//! Keys that come back: a reply that repeats the key of its request would put it where no guest may have it.
//!
//! Every occurrence in the values of headers and trailers and in the body is covered with as many asterisks, so that lengths
//! stay what they are. A header whose name has a key in it is left out. Found is the key as it stands, wherever the parts of
//! the body are divided; encodings of it, in base64 for example, are not.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use super::{HttpError, WasiBody};
use crate::types::Secret;

/// What stands in the place of each byte of a key.
const COVER: u8 = b'*';

/// Shorter ones are words that a reply has for other reasons.
const SHORTEST: usize = 8;

/// Covers these keys in a response.
pub(crate) fn scrubbed(response: http::Response<WasiBody>, keys: &[Secret]) -> http::Response<WasiBody> {
    let keys = Keys::new(keys);
    if keys.0.is_empty() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    keys.cover_headers(&mut head.headers);
    http::Response::from_parts(head, Scrubbed { keys, body, held: Bytes::new(), next: None }.boxed_unsync())
}

/// Keys to look for, the longest first: where two begin at the same place, all of it is covered.
struct Keys(Vec<Secret>);

impl Keys {
    fn new(keys: &[Secret]) -> Self {
        let mut keys: Vec<Secret> = keys.iter().filter(|key| key.expose().len() >= SHORTEST).cloned().collect();
        keys.sort_by(|a, b| (b.expose().len(), b.expose()).cmp(&(a.expose().len(), a.expose())));
        keys.dedup();
        Self(keys)
    }

    fn cover_headers(&self, headers: &mut HeaderMap) {
        let named = |name: &str| self.0.iter().any(|key| name.contains(&key.expose().to_ascii_lowercase()));
        let names: Vec<_> = headers.keys().filter(|name| named(name.as_str())).cloned().collect();
        for name in names {
            headers.remove(name);
        }
        for value in headers.values_mut() {
            let mut bytes = value.as_bytes().to_vec();
            self.cover(&mut bytes, false);
            // Asterisks are what a header can hold.
            if bytes != value.as_bytes()
                && let Ok(covered) = HeaderValue::from_bytes(&bytes)
            {
                *value = covered;
            }
        }
    }

    /// Covers every key, as far as that is known: where more is to come, up to an end that may be the beginning of one.
    /// Returns how far that is.
    fn cover(&self, bytes: &mut [u8], more: bool) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let begins = |key: &[u8]| key.len() > rest.len() && key.starts_with(rest);
            if more && self.0.iter().any(|key| begins(key.expose().as_bytes())) {
                return at;
            }
            match self.0.iter().map(|key| key.expose().as_bytes()).find(|key| rest.starts_with(key)) {
                Some(key) => {
                    bytes[at..at + key.len()].fill(COVER);
                    at += key.len();
                }
                None => at += 1,
            }
        }
        at
    }
}

/// A body in which keys are covered. What may be the beginning of one waits for the part that follows: less than one key.
struct Scrubbed {
    keys: Keys,
    body: WasiBody,
    held: Bytes,
    /// Trailers that come after what was held.
    next: Option<Frame<Bytes>>,
}

impl Scrubbed {
    /// Takes a part in, and returns what of it can be told.
    fn part(&mut self, data: Bytes) -> Bytes {
        let mut bytes = if self.held.is_empty() {
            BytesMut::from(data)
        } else {
            let mut joined = BytesMut::with_capacity(self.held.len() + data.len());
            joined.extend_from_slice(&self.held);
            joined.extend_from_slice(&data);
            joined
        };
        let known = self.keys.cover(&mut bytes, true);
        self.held = bytes.split_off(known).freeze();
        bytes.freeze()
    }

    /// What is held, when nothing follows; none where nothing is.
    fn last(&mut self) -> Option<Frame<Bytes>> {
        let mut bytes = BytesMut::from(std::mem::take(&mut self.held));
        self.keys.cover(&mut bytes, false);
        (!bytes.is_empty()).then(|| Frame::data(bytes.freeze()))
    }
}

impl Body for Scrubbed {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let this = &mut *self;
        if let Some(next) = this.next.take() {
            return Poll::Ready(Some(Ok(next)));
        }
        loop {
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(this.last().map(Ok)),
            };
            match frame.into_data() {
                Ok(data) => {
                    let told = this.part(data);
                    // All of it waits: the guest would take an empty part for one that says something.
                    if !told.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(told))));
                    }
                }
                Err(frame) => {
                    let frame = match frame.into_trailers() {
                        Ok(mut trailers) => {
                            this.keys.cover_headers(&mut trailers);
                            Frame::trailers(trailers)
                        }
                        Err(other) => other,
                    };
                    let Some(last) = this.last() else { return Poll::Ready(Some(Ok(frame))) };
                    this.next = Some(frame);
                    return Poll::Ready(Some(Ok(last)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.next.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.held.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(held));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(held));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of these frames.
    struct Frames(std::vec::IntoIter<Frame<Bytes>>);

    impl Body for Frames {
        type Data = Bytes;
        type Error = HttpError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
            Poll::Ready(self.0.next().map(Ok))
        }
    }

    fn body(keys: &[&str], frames: Vec<Frame<Bytes>>) -> WasiBody {
        let keys: Vec<Secret> = keys.iter().map(|key| Secret::from(*key)).collect();
        scrubbed(http::Response::new(Frames(frames.into_iter()).boxed_unsync()), &keys).into_body()
    }

    /// The parts of a body, as a guest gets them.
    async fn seen(keys: &[&str], parts: &[&str]) -> Vec<String> {
        let frames = parts.iter().map(|part| Frame::data(Bytes::copy_from_slice(part.as_bytes()))).collect();
        let mut body = body(keys, frames);
        let mut seen = Vec::new();
        while let Some(frame) = body.frame().await {
            seen.push(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap());
        }
        seen
    }

    const KEY: &str = "abcabcabx";

    #[tokio::test]
    async fn a_key_is_covered_wherever_its_parts_are_divided() {
        let text = format!("one {KEY} two{KEY}{KEY}abcabc {}", &KEY[..8]);
        let covered = text.replace(KEY, "*********");
        for first in 0..text.len() {
            for second in first..text.len() {
                let parts = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(seen(&[KEY], &parts).await.concat(), covered, "{parts:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_cannot_be_the_beginning_of_a_key_does_not_wait() {
        assert_eq!(seen(&[KEY], &["a reply", " in parts abc", "d"]).await, ["a reply", " in parts ", "abcd"]);
        assert_eq!(seen(&[KEY], &["abcab", "cab"]).await, ["abcabcab"]);
    }

    #[tokio::test]
    async fn several_keys_are_covered_and_words_are_not() {
        let keys = ["key-number-one", "key-number-one-and-more", "x"];
        let text = "key-number-one-and-more, key-number-one, x";
        for at in 0..text.len() {
            let seen = seen(&keys, &[&text[..at], &text[at..]]).await.concat();
            assert_eq!(seen, "***********************, **************, x", "{at}");
        }
        assert_eq!(seen(&keys, &["key-number-one"]).await.concat(), "**************");
    }

    #[tokio::test]
    async fn what_waited_comes_before_the_trailers_and_no_key_is_in_them() {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-echo", KEY.parse().unwrap());
        let mut body = body(&[KEY], vec![Frame::data("the end: abc".into()), Frame::trailers(trailers)]);
        let mut text = Vec::new();
        let covered = loop {
            match body.frame().await.unwrap().unwrap().into_data() {
                Ok(data) => text.extend_from_slice(&data),
                Err(frame) => break frame.into_trailers().unwrap(),
            }
        };
        assert_eq!((text.as_slice(), &covered["x-echo"]), (&b"the end: abc"[..], &"*********".parse().unwrap()));
        assert!(body.frame().await.is_none());
    }

    #[test]
    fn a_key_is_covered_in_the_values_of_headers_and_no_name_has_one() {
        let mut response =
            http::Response::new(http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync());
        response.headers_mut().append("x-echo", "Bearer some-long-key!".parse().unwrap());
        response.headers_mut().append("x-echo", "other".parse().unwrap());
        response.headers_mut().append("x-some-long-key", "1".parse().unwrap());
        let response = scrubbed(response, &["some-long-key".into()]);
        let values: Vec<_> = response.headers().get_all("x-echo").iter().collect();
        assert_eq!(values, ["Bearer *************!", "other"]);
        assert_eq!(response.headers().len(), 2);
    }
}
