//! From a request to what the server makes of it: everything that happens before a route.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::authentication::{Admitted, authenticate};
use super::call::Call;
use super::envelope::{Refused, envelope, plain_envelope, refusal, throttled, versioned};
use super::front;
use super::intake::{self, Intake};
use super::path::{decoded, is_well_encoded};
use super::reply::Reply;
use super::route::{Access, Route};
use super::throttle::Bucket;
use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::refusal::Refusal;
use crate::routes;
use crate::server::Peer;

/// What the server makes of a request. `stale` makes a read one of the past.
pub(super) async fn answer(core: &Arc<Core>, request: &RecordedRequest, peer: &Peer, stale: Option<Duration>) -> Reply {
    let segments = decoded(&request.path);
    let words: Vec<&str> = segments.iter().flatten().map(String::as_str).collect();
    let reply = match words.as_slice() {
        ["toolbox", id, rest @ ..] => routes::toolbox::answer(core, request, id, &rest.join("/")).await,
        _ => api(core, request, peer, stale).await,
    };
    // A read brings nothing about that somebody could wait for.
    if request.method != "GET" {
        core.announce();
    }
    if request.method == "HEAD" {
        // The head of the reply to a GET, its length included.
        let length = reply.body.len().to_string();
        return reply.header("content-length", &length).body("");
    }
    reply
}

/// The main API: body, maintenance, route, key, rate, scope, and only then the route itself.
async fn api(core: &Arc<Core>, request: &RecordedRequest, peer: &Peer, stale: Option<Duration>) -> Reply {
    if request.method == "OPTIONS" {
        return front::preflight(core, request);
    }
    let no_route = Refusal::not_found(format!("Cannot {} {}", request.method, request.path_and_query()));
    let body = match intake::read(request) {
        Intake::Parsed(body) => body,
        Intake::Unparsable => {
            let body = json!({"message": "Invalid JSON in request body", "error": "Bad Request", "statusCode": 400});
            return Reply::json(400, &body);
        }
        Intake::Refused => return plain_envelope(core, request, &no_route),
    };
    let inside =
        request.path.strip_prefix(core.api_path.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let maintenance = core.world().maintenance;
    match inside {
        _ if maintenance => {
            let text = "Service is currently under maintenance. Please try again later.";
            return envelope(core, request, &Refusal::new(503, text));
        }
        None if core.generation.has_dashboard() => return front::outside(core.dashboard()),
        Some("" | "/") if core.generation.has_dashboard() => return front::root(),
        None | Some("" | "/") => return envelope(core, request, &no_route),
        // Before any route is looked for.
        Some(rest) if !rest.split('/').all(is_well_encoded) => return plain_envelope(core, request, &no_route),
        Some(_) => {}
    }
    match routed(core, request, peer, body, stale).await {
        Ok(reply) => versioned(core, reply),
        Err(refused) => refusal(core, request, refused),
    }
}

/// The 429 of a route whose bucket is exhausted for so many seconds.
pub(super) fn throttle_refusal(core: &Core, request: &RecordedRequest, seconds: u64) -> Reply {
    let method: Method = request.method.parse().unwrap_or_default();
    let route = Route::find(core.generation, &method, &decoded(&request.route).unwrap_or_default());
    let bucket = route.map_or(Bucket::Authenticated, |route| bucket_of(core, &route));
    refusal(core, request, throttled(core, bucket, seconds))
}

/// Before there was `/sandbox` there was one bucket for all.
fn bucket_of(core: &Core, route: &Route) -> Bucket {
    if core.generation.has_sandbox() { route.bucket() } else { Bucket::Authenticated }
}

async fn routed(
    core: &Arc<Core>,
    request: &RecordedRequest,
    peer: &Peer,
    body: Value,
    stale: Option<Duration>,
) -> Result<Reply, Refused> {
    let plain = |refusal: Refusal| (refusal, Reply::new(200));
    let no_route = || plain(Refusal::not_found(format!("Cannot {} {}", request.method, request.path_and_query())));
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    let method: Method = method.parse().map_err(|_| no_route())?;
    let segments = decoded(&request.route).ok_or_else(no_route)?;
    let route = Route::find(core.generation, &method, &segments).ok_or_else(no_route)?;
    let key = match route.access() {
        Access::Public => Admitted { core: core.clone(), secret: String::new() },
        access => authenticate(core, request, peer, access)?,
    };
    match route {
        // For runners and the server's own services.
        Route::AdminsOnly => return Err(plain(Refusal::forbidden("Access denied"))),
        Route::InternalOnly => return Err(plain(Refusal::forbidden("Invalid authentication context"))),
        _ => {}
    }
    let bucket = bucket_of(core, &route);
    let rate = if route.access() == Access::Public {
        None
    } else {
        let counted = core.throttle().count(bucket, "", core.now());
        Some(counted.map_err(|wait| throttled(core, bucket, wait))?)
    };
    let announce = |reply: Reply| match rate {
        Some(rate) if core.generation.tells_rate_limits() => rate.announce(bucket, reply),
        _ => reply,
    };
    let Admitted { core: own, secret } = key;
    if let Some(scope) = route.scope() {
        let may = own.world().organization.may(&secret, scope, own.now());
        if !may {
            // Below /snapshots the scope comes before the rate is counted.
            let headers = if route.is_of_snapshots() { Reply::new(200) } else { announce(Reply::new(200)) };
            return Err((Refusal::forbidden("Access denied"), headers));
        }
    }
    let call = Call { core: &own, request, body, key: secret, stale };
    match routes::answer(&call, route).await {
        Ok(reply) => Ok(announce(reply)),
        Err(refusal) => Err((refusal, announce(Reply::new(200)))),
    }
}
