//! HTTP: from a request to a reply, through everything that happens before a route.

mod exchange;
mod front;
mod intake;
pub(crate) mod object;
mod pieces;
pub(crate) mod reply;
pub(crate) mod route;
pub(crate) mod throttle;
pub(crate) mod validation;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::refusal::Refusal;
use crate::routes;
use crate::server::Peer;
use exchange::Exchange;
use intake::Intake;
use reply::Reply;
use route::{Access, Route};
use throttle::Bucket;

pub use exchange::ConnectionReset;
pub use front::Dashboard;

/// The most that the fake keeps of a request's body: far more than the server reads.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// The body, without what is beyond the most that is kept. Nothing: the client broke off.
async fn received(mut body: axum::body::Body) -> Option<Bytes> {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.ok()?.into_data() {
            kept.extend_from_slice(&data[..data.len().min(MAX_BODY - kept.len())]);
        }
    }
    Some(kept.freeze())
}

/// Answers one request, unless the script has other plans.
pub(crate) async fn serve(core: Arc<Core>, request: Request) -> Response {
    let peer = Peer::of(request.extensions());
    let (parts, body) = request.into_parts();
    let Some(body) = received(body).await else {
        return exchange::dated(&core, Reply::new(400)).into_response();
    };
    let path = parts.uri.path().to_owned();
    let mut request = RecordedRequest {
        number: 0,
        at: core.now(),
        method: parts.method.as_str().to_owned(),
        route: path.strip_prefix(core.api_path.as_str()).unwrap_or(&path).to_owned(),
        path,
        query: parts.uri.query().map(str::to_owned),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body,
        fault: None,
        status: None,
    };
    // Looking in is no part of what is looked at.
    if request.path.starts_with("/__fake") {
        return exchange::dated(&core, routes::fake::answer(&core, &request)).into_response();
    }
    let (request, verdict) = {
        let mut log = core.log();
        request.number = log.received();
        let verdict = core.script().judge(&request);
        request.fault = verdict.name();
        let request = Arc::new(request);
        log.record(&request);
        (request, verdict)
    };
    Exchange { core, request, peer }.carry_out(verdict).await
}

/// What a route gets: the request, taken apart.
pub(crate) struct Call<'a> {
    pub(crate) core: &'a Arc<Core>,
    pub(crate) request: &'a RecordedRequest,
    /// The JSON body; an empty object when there is none.
    pub(crate) body: Value,
    /// The API key.
    pub(crate) key: String,
    /// A read shows what was true this long ago.
    pub(crate) stale: Option<Duration>,
}

impl Call<'_> {
    /// The moment that a stale read shows.
    pub(crate) fn then(&self) -> Option<Timestamp> {
        let age = self.stale?;
        Some(Timestamp::from_millis(self.core.now().as_millis().saturating_sub(age.as_millis() as u64)))
    }

    /// The last value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.request.query_values(name).pop()
    }
}

/// What the server makes of a request. `stale` makes a read one of the past.
async fn answer(core: &Arc<Core>, request: &RecordedRequest, peer: &Peer, stale: Option<Duration>) -> Reply {
    let segments = decoded(&request.path);
    let words: Vec<&str> = segments.iter().flatten().map(String::as_str).collect();
    let reply = match words.as_slice() {
        ["toolbox", id, rest @ ..] => routes::toolbox::answer(core, request, id, &rest.join("/")),
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

/// The segments of a path. Nothing where one of them is empty or not encoded as it should be; one slash at the end does
/// no harm.
fn decoded(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.split('/').map(decoded_segment).collect()
}

fn decoded_segment(segment: &str) -> Option<String> {
    if segment.is_empty() || !is_well_encoded(segment) {
        return None;
    }
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned())
}

fn is_well_encoded(segment: &str) -> bool {
    segment.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes();
        digits.len() >= 2 && digits[0].is_ascii_hexdigit() && digits[1].is_ascii_hexdigit()
    })
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

fn versioned(core: &Core, reply: Reply) -> Reply {
    let reply = match core.generation.version() {
        Some(version) => reply.header("X-Daytona-Api-Version", version),
        None => reply,
    };
    if core.generation.allows_credentials() {
        return reply.header("Access-Control-Allow-Credentials", "true");
    }
    reply
}

fn refusal(core: &Core, request: &RecordedRequest, (refusal, headers): Refused) -> Reply {
    let mut reply = envelope(core, request, &refusal);
    reply.headers.extend(headers.headers);
    reply
}

/// The 429 of a route whose bucket is exhausted for so many seconds.
fn throttle_refusal(core: &Core, request: &RecordedRequest, seconds: u64) -> Reply {
    let method: Method = request.method.parse().unwrap_or_default();
    let route = Route::find(core.generation, &method, &decoded(&request.route).unwrap_or_default());
    let bucket = route.map_or(Bucket::Authenticated, |route| bucket_of(core, &route));
    refusal(core, request, throttled(core, bucket, seconds))
}

/// Before there was `/sandbox` there was one bucket for all.
fn bucket_of(core: &Core, route: &Route) -> Bucket {
    if core.generation.has_sandbox() { route.bucket() } else { Bucket::Authenticated }
}

/// A refusal with the headers that go with it.
type Refused = (Refusal, Reply);

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
        Route::OthersOnly => return Err(plain(Refusal::forbidden("Invalid authentication context"))),
        _ => {}
    }
    let bucket = bucket_of(core, &route);
    let tally = if route.access() == Access::Public {
        None
    } else {
        let counted = core.throttle().count(bucket, "", core.now());
        Some(counted.map_err(|wait| throttled(core, bucket, wait))?)
    };
    let announce = |reply: Reply| match tally {
        Some(tally) if core.generation.tells_rate_limits() => tally.announce(bucket, reply),
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

/// Whoever may go on: a key, and the organization that it belongs to.
struct Admitted {
    core: Arc<Core>,
    secret: String,
}

/// The key of the request, when it is good; a bad one counts against the client's address.
fn authenticate(core: &Arc<Core>, request: &RecordedRequest, peer: &Peer, access: Access) -> Result<Admitted, Refused> {
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
        Ok(tally) if core.generation.tells_rate_limits() => {
            Err((Refusal::new(401, "Invalid credentials"), tally.announce(Bucket::FailedAuth, Reply::new(200))))
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

fn throttled(core: &Core, bucket: Bucket, wait: u64) -> Refused {
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
fn envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    versioned(core, bare_envelope(core, request, refusal))
}

/// The envelope of what fails before there is a route: it does not tell the version.
fn plain_envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    let reply = bare_envelope(core, request, refusal);
    if core.generation.allows_credentials() {
        return reply.header("Access-Control-Allow-Credentials", "true");
    }
    reply
}

fn bare_envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    let reason = StatusCode::from_u16(refusal.status).ok().and_then(|status| status.canonical_reason());
    let mut body = object::Object::with_nulls();
    body.set("path", request.path_and_query());
    body.set("timestamp", core.now().rfc3339());
    body.set("statusCode", refusal.status);
    body.set("error", reason.unwrap_or("Error"));
    body.set("message", refusal.message.as_str());
    Reply::json(refusal.status, &body)
}
