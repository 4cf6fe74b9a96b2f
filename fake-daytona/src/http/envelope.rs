//! The envelope of errors, and the headers that every reply of the API has.

use http::StatusCode;

use super::object::Object;
use super::reply::Reply;
use super::throttle::Bucket;
use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::refusal::Refusal;

/// A refusal with the headers that go with it.
pub(super) type Refused = (Refusal, Reply);

pub(super) fn versioned(core: &Core, reply: Reply) -> Reply {
    let reply = match core.generation.version() {
        Some(version) => reply.header("X-Daytona-Api-Version", version),
        None => reply,
    };
    if core.generation.allows_credentials() {
        return reply.header("Access-Control-Allow-Credentials", "true");
    }
    reply
}

pub(super) fn refusal(core: &Core, request: &RecordedRequest, (refusal, headers): Refused) -> Reply {
    let mut reply = envelope(core, request, &refusal);
    reply.headers.extend(headers.headers);
    reply
}

pub(super) fn throttled(core: &Core, bucket: Bucket, wait: u64) -> Refused {
    let headers = Reply::new(200);
    let wait = wait.to_string();
    let headers = match bucket {
        Bucket::FailedAuth => {
            let limit = core.throttle().limit(bucket).to_string();
            headers
                .header("Retry-After", &wait)
                .header("X-RateLimit-Limit-failed-auth", &limit)
                .header("X-RateLimit-Remaining-failed-auth", "0")
                .header("X-RateLimit-Reset-failed-auth", &wait)
        }
        _ if core.generation.tells_rate_limits() => headers.header(&format!("Retry-After-{}", bucket.suffix()), &wait),
        // No throttled reply of the older servers is known; a gateway in front of one answers like this.
        _ => headers.header("Retry-After", &wait),
    };
    (Refusal::new(429, "ThrottlerException: Too Many Requests"), headers)
}

/// The error envelope.
pub(super) fn envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    versioned(core, bare_envelope(core, request, refusal))
}

/// The envelope of what fails before there is a route: it does not tell the version.
pub(super) fn plain_envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    let reply = bare_envelope(core, request, refusal);
    if core.generation.allows_credentials() {
        return reply.header("Access-Control-Allow-Credentials", "true");
    }
    reply
}

fn bare_envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    let reason = StatusCode::from_u16(refusal.status).ok().and_then(|status| status.canonical_reason());
    let mut body = Object::with_nulls();
    body.set("path", request.path_and_query());
    body.set("timestamp", core.now().rfc3339());
    body.set("statusCode", refusal.status);
    body.set("error", reason.unwrap_or("Error"));
    body.set("message", refusal.message.as_str());
    Reply::json(refusal.status, &body)
}
