//! Authentication: the key of a request, and the organization that it belongs to.

use std::sync::Arc;

use super::envelope::{Refused, throttled};
use super::reply::Reply;
use super::route::Access;
use super::throttle::Bucket;
use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::refusal::Refusal;
use crate::server::Peer;

/// An authenticated request: its key, and the organization that the key belongs to.
pub(super) struct Admitted {
    pub(super) core: Arc<Core>,
    pub(super) secret: String,
}

/// The key of the request, when it is good; a bad one counts against the client's address.
pub(super) fn authenticate(
    core: &Arc<Core>,
    request: &RecordedRequest,
    peer: &Peer,
    access: Access,
) -> Result<Admitted, Refused> {
    let now = core.now();
    let client = peer.address.map_or_else(String::new, |address| address.to_string());
    let client = client.as_str();
    let free = core.throttle().check(Bucket::FailedAuth, client, now);
    free.map_err(|wait| throttled(core, Bucket::FailedAuth, wait))?;
    let secret = bearer(request);
    if let Some(secret) = secret
        && access == Access::Key
        && let Some(core) = core.with_key(secret, now)
    {
        return Ok(Admitted { core, secret: secret.to_owned() });
    }
    let failed = core.throttle().fail(client, now);
    match failed {
        Ok(rate) if core.generation.tells_rate_limits() => {
            Err((Refusal::new(401, "Invalid credentials"), rate.announce(Bucket::FailedAuth, Reply::new(200))))
        }
        Ok(_) => Err((Refusal::new(401, "Invalid credentials"), Reply::new(200))),
        Err(wait) => Err(throttled(core, Bucket::FailedAuth, wait)),
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(request: &RecordedRequest) -> Option<&str> {
    let value = request.header("authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
