//! The way from the component to the fakes of one simulation: by address and key, and where it is asked to, with lies.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use fake_daytona::DEFAULT_KEY;
use http::response::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use sandbox_host::http::{HttpClient, HttpError, RequestOptions, ResponseFuture, WasiBody};
use serde_json::{Value, json};

use super::identity::{self, COPY, FOREIGN_KEY};
use super::sabotage::Sabotage;
use super::tamper;
use crate::fake::FakeNetwork;

/// Servers by host and key.
#[derive(Default)]
pub struct Switchboard {
    servers: HashMap<(String, String), FakeNetwork>,
    sabotage: Sabotage,
    /// The labels that were sent last under each name.
    labels: Mutex<HashMap<String, Value>>,
    /// Sandboxes of which the end was refused because they were busy.
    busy: Mutex<HashSet<String>>,
    /// The platform's organization.
    organization: Mutex<String>,
    /// Names under which something was to be captured.
    captured: Mutex<HashSet<String>>,
}

impl Switchboard {
    pub fn new(sabotage: Sabotage) -> Self {
        Self { sabotage, ..Self::default() }
    }

    /// One more server, for those who come to this host with this key.
    pub fn server(mut self, host: &str, key: &str, network: FakeNetwork) -> Self {
        self.servers.insert((host.to_owned(), format!("Bearer {key}")), network);
        self
    }

    fn find(&self, request: &Request<WasiBody>) -> Option<FakeNetwork> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let key = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.servers.get(&(host, key.to_owned())).map(|network| FakeNetwork(network.0.clone()))
    }

    /// What the request becomes.
    fn distort_request(&self, body: &mut Value) {
        tamper::request(self.sabotage, body);
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        if self.sabotage == Sabotage::CapturesAreThere && body["labels"].is_null() {
            self.captured.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
            return;
        }
        self.labels.lock().unwrap_or_else(PoisonError::into_inner).insert(name, body["labels"].clone());
        match self.sabotage {
            Sabotage::NamesAreLost => {
                body.as_object_mut().map(|body| body.remove("name"));
            }
            Sabotage::NeverIdle => body["autoStopInterval"] = json!(0),
            Sabotage::KeyLeaks => body["env"]["DAYTONA"] = json!(DEFAULT_KEY),
            _ => {}
        }
    }

    /// What the reply becomes.
    fn distort_reply(&self, method: &str, path: &str, status: u16, body: Bytes) -> (u16, Bytes) {
        let subject = path.rsplit('/').next().unwrap_or_default();
        match self.sabotage {
            Sabotage::CapturesAreThere if method == "GET" => {
                let captured = self.captured.lock().unwrap_or_else(PoisonError::into_inner);
                tamper::snapshot(path, status, body, captured.contains(subject))
            }
            Sabotage::BusyIsAccepted if method == "DELETE" && status == 409 => {
                self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(subject.to_owned());
                (200, Bytes::new())
            }
            Sabotage::BusyIsAccepted if method == "GET" && status == 200 => (status, self.with_accepted_end(body)),
            Sabotage::TroubleIsGone if method != "POST" && status >= 404 && !path.starts_with("/toolbox") => {
                let message = format!("Sandbox with ID or name {subject} not found");
                (404, json!({"statusCode": 404, "message": message}).to_string().into())
            }
            Sabotage::DoneButRefused if creates(method, path) && status == 200 => {
                (403, json!({"statusCode": 403, "message": "Access denied"}).to_string().into())
            }
            Sabotage::DoneButRefused if method == "GET" && subject.starts_with("rensei-") => {
                let message = format!("Sandbox with ID or name {subject} not found");
                (404, json!({"statusCode": 404, "message": message}).to_string().into())
            }
            Sabotage::DigestsAgree | Sabotage::EverythingIsOurs if method == "GET" && status == 200 => {
                (status, self.relabelled(body))
            }
            Sabotage::ListsAreEmpty if method == "GET" && matches!(subject, "sandbox" | "workspace") => {
                (status, emptied(body))
            }
            Sabotage::AgentsHaveEnded | Sabotage::AgentsNeverEnd
                if path.starts_with("/toolbox") && subject == "entrypoint" && status == 200 =>
            {
                (status, self.with_exit_codes(body))
            }
            Sabotage::CopiesAreOurs if method == "GET" && status == 200 => (status, rewritten_items(body, renamed)),
            Sabotage::StartsAreForgotten if method == "GET" && status == 200 => (
                status,
                rewritten_items(body, |item| {
                    item["labels"].as_object_mut().map(|labels| labels.remove("rensei.dev/started-again"));
                }),
            ),
            _ => (status, body),
        }
    }

    /// What a reply becomes by what its head or the request's key says.
    fn distort_exchange(&self, key: &str, path: &str, method: &str, head: &mut Parts, body: Bytes) -> Bytes {
        let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match self.sabotage {
            Sabotage::PagesAreAnswers
                if method == "DELETE" && head.status == 200 && text("content-type").starts_with("text/html") =>
            {
                head.headers.insert("content-type", http::HeaderValue::from_static("application/json"));
                let id = path.rsplit('/').next().unwrap_or_default();
                json!({"id": id, "state": "destroying", "desiredState": "destroyed"}).to_string().into()
            }
            Sabotage::DatesAgree if method == "GET" && head.status == 200 => {
                let Ok(date) = httpdate::parse_http_date(text("date")) else { return body };
                rewritten_items(body, |item| {
                    let activity = item["lastActivityAt"].as_str().and_then(|at| humantime::parse_rfc3339(at).ok());
                    if activity.is_some_and(|activity| activity > date) {
                        item["lastActivityAt"] = json!(humantime::format_rfc3339_seconds(date).to_string());
                    }
                })
            }
            Sabotage::OrganizationsAgree if head.status == 200 => {
                let mut ours = self.organization.lock().unwrap_or_else(PoisonError::into_inner);
                let foreign = key.ends_with(FOREIGN_KEY);
                rewritten_items(body, |item| match (foreign, item["organizationId"].as_str()) {
                    (true, Some(_)) => item["organizationId"] = json!(*ours),
                    (false, Some(id)) => *ours = id.to_owned(),
                    (_, None) => {}
                })
            }
            _ => body,
        }
    }

    /// A toolbox's session of which every command has ended, or none.
    fn with_exit_codes(&self, body: Bytes) -> Bytes {
        let Ok(mut reply) = serde_json::from_slice::<Value>(&body) else { return body };
        let commands = reply["commands"].as_array_mut().into_iter().flatten();
        for command in commands.filter_map(Value::as_object_mut) {
            match self.sabotage {
                Sabotage::AgentsHaveEnded => drop(command.insert("exitCode".to_owned(), json!(0))),
                _ => drop(command.remove("exitCode")),
            }
        }
        reply.to_string().into()
    }

    /// A sandbox that reads as on its way out, if its end was refused.
    fn with_accepted_end(&self, body: Bytes) -> Bytes {
        let parsed = serde_json::from_slice::<Value>(&body).ok().filter(Value::is_object);
        let Some(mut reply) = parsed else { return body };
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !reply["id"].as_str().is_some_and(|id| busy.contains(id)) {
            return body;
        }
        reply["state"] = json!("destroying");
        reply["desiredState"] = json!("destroyed");
        reply.to_string().into()
    }

    /// A sandbox with the labels, or the digest alone, that were sent last under its name.
    fn relabelled(&self, body: Bytes) -> Bytes {
        let parsed = serde_json::from_slice::<Value>(&body).ok().filter(Value::is_object);
        let Some(mut reply) = parsed else { return body };
        let labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sent) = labels.get(reply["name"].as_str().unwrap_or_default()) else { return body };
        match self.sabotage {
            Sabotage::EverythingIsOurs => reply["labels"] = sent.clone(),
            _ => reply["labels"]["rensei.dev/digest"] = sent["rensei.dev/digest"].clone(),
        }
        reply.to_string().into()
    }
}

/// A reply with each sandbox in it changed, whether it is one or a list.
fn rewritten_items(body: Bytes, mut change: impl FnMut(&mut Value)) -> Bytes {
    let Ok(mut reply) = serde_json::from_slice::<Value>(&body) else { return body };
    match &mut reply {
        Value::Array(items) => items.iter_mut().for_each(&mut change),
        Value::Object(page) if page.contains_key("items") => {
            page["items"].as_array_mut().into_iter().flatten().for_each(&mut change);
        }
        Value::Object(_) => change(&mut reply),
        _ => return body,
    }
    reply.to_string().into()
}

/// Gives a copy the name of the session whose labels it has.
fn renamed(item: &mut Value) {
    let is_copy = item["name"].as_str().is_some_and(|name| name.starts_with(COPY));
    if let Some(session) = item["labels"]["rensei.dev/session"].as_str().filter(|_| is_copy) {
        item["name"] = json!(identity::name(session));
    }
}

/// A list, as a page or as an array, without its items.
fn emptied(body: Bytes) -> Bytes {
    match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Array(_)) => json!([]).to_string().into(),
        Ok(Value::Object(mut page)) if page.contains_key("items") => {
            page.insert("items".to_owned(), json!([]));
            page.insert("nextCursor".to_owned(), Value::Null);
            Value::Object(page).to_string().into()
        }
        _ => body,
    }
}

/// Whether a request creates a sandbox.
fn creates(method: &str, path: &str) -> bool {
    method == "POST" && (path.ends_with("/sandbox") || path.ends_with("/workspace"))
}

impl HttpClient for Switchboard {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        match self.find(&request) {
            Some(network) => network.send(request, options),
            // Another organization's key is not known here.
            None => Box::pin(async { Ok(refused()) }),
        }
    }
}

fn refused() -> Response<WasiBody> {
    let body = json!({"statusCode": 401, "message": "Invalid credentials"}).to_string();
    let mut response = Response::new(whole(body.into()));
    *response.status_mut() = http::StatusCode::UNAUTHORIZED;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}

fn whole(body: Bytes) -> WasiBody {
    Full::new(body).map_err(|never| match never {}).boxed_unsync()
}

/// A way on which sabotage changes requests and replies.
pub struct Distorted(pub Arc<Switchboard>);

impl HttpClient for Distorted {
    fn send(&self, request: Request<WasiBody>, options: RequestOptions) -> ResponseFuture {
        let board = self.0.clone();
        Box::pin(async move {
            let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
            let key = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            let key = key.unwrap_or_default().to_owned();
            let changes = creates(&method, &path) || tamper::changes(board.sabotage, &path);
            let changes = changes || board.sabotage == Sabotage::CapturesAreThere && path.ends_with("/snapshot");
            let mut request = if changes { rewritten(&board, request).await? } else { request };
            tamper::headers(board.sabotage, request.headers_mut());
            let response = board.send(request, options).await?;
            if board.sabotage == Sabotage::Nothing {
                return Ok(response);
            }
            let (mut head, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            let body = board.distort_exchange(&key, &path, &method, &mut head, body);
            let (status, body) = board.distort_reply(&method, &path, head.status.as_u16(), body);
            head.status = http::StatusCode::from_u16(status).unwrap_or(head.status);
            head.headers.insert("content-length", body.len().into());
            Ok(Response::from_parts(head, whole(body)))
        })
    }
}

async fn rewritten(board: &Switchboard, request: Request<WasiBody>) -> Result<Request<WasiBody>, HttpError> {
    let (mut head, body) = request.into_parts();
    let bytes = body.collect().await?.to_bytes();
    let Ok(mut body) = serde_json::from_slice::<Value>(&bytes) else {
        return Ok(Request::from_parts(head, whole(bytes)));
    };
    board.distort_request(&mut body);
    let bytes = Bytes::from(body.to_string());
    head.headers.insert("content-length", bytes.len().into());
    Ok(Request::from_parts(head, whole(bytes)))
}
