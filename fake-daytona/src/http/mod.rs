//! HTTP: from a request to a reply, through everything that happens before a route.

mod exchange;
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
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::core::Core;
use crate::inspect::RecordedRequest;
use crate::refusal::Refusal;
use crate::routes;
use crate::server::Peer;
use exchange::Exchange;
use reply::Reply;
use route::{Access, Route};
use throttle::Bucket;

pub use exchange::ConnectionReset;

/// The most that the fake reads of a request.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// Answers one request, unless the script has other plans.
pub(crate) async fn serve(core: Arc<Core>, request: Request) -> Response {
    let peer = Peer::of(request.extensions());
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return exchange::dated(&core, Reply::new(413)).into_response();
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
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    let reply = match words.as_slice() {
        ["toolbox", id, rest @ ..] => routes::toolbox::answer(core, request, id, &rest.join("/")),
        _ => api(core, request, peer, stale).await,
    };
    // A read brings nothing about that somebody could wait for.
    if request.method != "GET" {
        core.announce();
    }
    reply
}

fn decoded(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

/// The main API: version header, body, maintenance, route, key, rate, scope, and only then the route itself.
async fn api(core: &Arc<Core>, request: &RecordedRequest, peer: &Peer, stale: Option<Duration>) -> Reply {
    let Some(body) = parsed_body(request) else {
        let body = json!({"message": "Invalid JSON in request body", "error": "Bad Request", "statusCode": 400});
        return Reply::json(400, &body);
    };
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
    let route = Route::find(core.generation, &method, &decoded(&request.route));
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
    let method: Method = request.method.parse().map_err(|_| no_route())?;
    if !request.path.starts_with(&format!("{}/", core.api_path)) {
        return Err(no_route());
    }
    let route = Route::find(core.generation, &method, &decoded(&request.route)).ok_or_else(no_route)?;
    let maintenance = core.world().maintenance;
    if maintenance && !matches!(route, Route::Health | Route::Config) {
        let text = "Service is currently under maintenance. Please try again later.";
        return Err(plain(Refusal::new(503, text)));
    }
    let key = match route.access() {
        Access::Public => String::new(),
        access => authenticate(core, request, peer, access)?,
    };
    if route == Route::HealthReady {
        return Err(plain(Refusal::forbidden("Invalid authentication context")));
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
    if let Some(scope) = route.scope() {
        let may = core.world().organization.may(&key, scope);
        if !may {
            return Err((Refusal::forbidden("Access denied"), announce(Reply::new(200))));
        }
    }
    let call = Call { core, request, body, key, stale };
    match routes::answer(&call, route).await {
        Ok(reply) => Ok(announce(reply)),
        Err(refusal) => Err((refusal, announce(Reply::new(200)))),
    }
}

/// The key of the request, when it is good; a bad one counts against the client's address.
fn authenticate(core: &Core, request: &RecordedRequest, peer: &Peer, access: Access) -> Result<String, Refused> {
    let now = core.now();
    let client = peer.address.map_or_else(String::new, |address| address.to_string());
    let client = client.as_str();
    let free = core.throttle().check(Bucket::FailedAuth, client, now);
    free.map_err(|wait| throttled(core, Bucket::FailedAuth, wait))?;
    let secret = bearer(request);
    if let Some(secret) = secret
        && access == Access::Key
    {
        let mut world = core.world();
        if let Some(key) = world.organization.key(secret, now) {
            key.last_used_at = Some(now);
            return Ok(secret.to_owned());
        }
    }
    let tally = core.throttle().count(Bucket::FailedAuth, client, now);
    let headers = match tally {
        Ok(tally) if core.generation.tells_rate_limits() => tally.announce(Bucket::FailedAuth, Reply::new(200)),
        _ => Reply::new(200),
    };
    Err((Refusal::new(401, "Invalid credentials"), headers))
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

/// The body as the server's parser reads it: JSON when it says so, else nothing. The outer `None`: not parsable.
fn parsed_body(request: &RecordedRequest) -> Option<Value> {
    let is_json = request.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    if !is_json || request.body.is_empty() {
        return Some(json!({}));
    }
    serde_json::from_slice::<Value>(&request.body).ok().filter(|value| value.is_object() || value.is_array())
}

/// The error envelope.
fn envelope(core: &Core, request: &RecordedRequest, refusal: &Refusal) -> Reply {
    let reason = StatusCode::from_u16(refusal.status).ok().and_then(|status| status.canonical_reason());
    let mut body = object::Object::with_nulls();
    body.set("path", request.path_and_query());
    body.set("timestamp", core.now().rfc3339());
    body.set("statusCode", refusal.status);
    body.set("error", reason.unwrap_or("Error"));
    body.set("message", refusal.message.as_str());
    versioned(core, Reply::json(refusal.status, &body))
}
