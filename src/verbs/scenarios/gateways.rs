//! What stands before a server and answers in its place: told for what it is, and repeated only where that may help.

use super::Server;
use crate::contract::ErrorCode;
use crate::error::Error;
use crate::http::scripted::Answer;
use crate::sandbox::name::tests::spec;

/// The error of a status, which is asked again as long as that may help.
fn status(answer: fn() -> Answer) -> (Error, usize) {
    let server = Server::new((0..8).map(|_| answer()));
    let outcome = server.status(super::handle("sandbox"));
    let Err(error) = outcome else { panic!("{outcome:?}") };
    (error, server.sent().len())
}

/// A redirect.
fn to(place: &str) -> Answer {
    Answer::status(302).header("location", place)
}

#[test]
fn each_answer_of_a_gateway_is_told_for_what_it_is() {
    let basic = || Answer::status(401).header("www-authenticate", "Basic realm=\"inner\"");
    for (answer, rule, code, retryable) in [
        (basic as fn() -> Answer, "gateway-authentication", ErrorCode::PermissionDenied, false),
        (|| to("https://id.example/oauth2/authorize?client=x"), "sign-in", ErrorCode::PermissionDenied, false),
        (|| to("/login?next=/api/sandbox"), "sign-in", ErrorCode::PermissionDenied, false),
        (|| to("https://x.example/cdn-cgi/access/page"), "sign-in", ErrorCode::PermissionDenied, false),
        (|| to("https://daytona.example/api/x?from=login"), "redirect", ErrorCode::Protocol, false),
        (|| Answer::status(304), "not-modified", ErrorCode::Protocol, false),
        (|| Answer::status(407), "proxy-authentication", ErrorCode::EgressDenied, false),
        (|| Answer::status(421), "not-processed", ErrorCode::Unavailable, true),
        (|| Answer::status(425), "not-processed", ErrorCode::Unavailable, true),
    ] {
        let (error, sent) = status(answer);
        assert_eq!((error.get("rule"), error.code, error.retryable), (Some(rule), code, retryable), "{error:?}");
        assert!(sent == 1 || retryable, "{rule} was sent {sent} times");
        assert!(error.get("remedy").is_some(), "{error:?}");
    }
}

#[test]
fn a_compressed_reply_is_named() {
    let compressed = |start: &[u8]| Answer::Reply(200, Vec::new(), [start, &b"\x00\x00rest"[..]].concat());
    for (start, coding) in
        [(&[0x1f, 0x8b][..], "(gzip)"), (&[0x28, 0xb5, 0x2f, 0xfd], "(zstd)"), (&[0x78, 0x9c], "(deflate)")]
    {
        let server = Server::new([compressed(start)]);
        let outcome = server.status(super::handle("sandbox"));
        let Err(error) = outcome else { panic!("{coding}") };
        assert_eq!((error.get("rule"), error.code), (Some("encoded-reply"), ErrorCode::Protocol), "{error:?}");
        assert!(error.message.contains(coding) && !error.retryable, "{error:?}");
        // What was created exists all the same.
        let server = Server::new((0..8).map(|_| compressed(start)));
        let Err(error) = server.provision(&spec("s")) else { panic!("{coding}") };
        assert!(error.maybe_applied, "{error:?}");
    }
}
