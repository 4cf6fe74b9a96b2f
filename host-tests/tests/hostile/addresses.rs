//! Names that lead where nobody may go. These go through the host's own client and a loopback socket, because it is the
//! client that looks at addresses when it connects.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{Response, header};
use axum::routing::get;
use bytes::Bytes;
use host_tests::load_hostile;
use http_body::Frame;
use sandbox_host::http::{Addresses, PooledClient, Resolve};
use sandbox_host::policy::PrivateAddresses;
use sandbox_host::{Host, Policy, Provider};
use tokio::sync::mpsc;

use crate::victim::{call, policy};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Answers for each name with the first of its lists of addresses, and goes on to the next one where there is one.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>);

impl Names {
    fn lead(self, name: &str, answers: &[&[&str]]) -> Self {
        let parse = |text: &&str| text.parse().expect("an address");
        let answers = answers.iter().map(|answer| answer.iter().map(parse).collect()).collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), answers);
        self
    }
}

impl Resolve for Names {
    fn resolve(&self, name: &str) -> Addresses {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = names.get_mut(name).map(|answers| match answers.len() {
            0 | 1 => answers.first().cloned().unwrap_or_default(),
            _ => answers.remove(0),
        });
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("there is no such name")) })
    }
}

/// A server on this machine, and what it has seen.
struct Server {
    port: u16,
    requests: mpsc::UnboundedReceiver<&'static str>,
}

type Seen = mpsc::UnboundedSender<&'static str>;

async fn server() -> Server {
    let listener = tokio::net::TcpListener::bind((HERE, 0)).await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    let (seen, requests) = mpsc::unbounded_channel();
    let redirect = |State(seen): State<Seen>, RawQuery(to): RawQuery| async move {
        let _ = seen.send("redirect");
        // Without the connection, the next request has to look up the name again.
        let response = Response::builder().status(302).header(header::LOCATION, to.unwrap_or_default());
        response.header(header::CONNECTION, "close").body(Body::empty()).expect("a response")
    };
    let endless = |State(seen): State<Seen>| async move {
        let _ = seen.send("endless");
        Body::new(Endless(seen))
    };
    let plain = |State(seen): State<Seen>| async move {
        let _ = seen.send("plain");
    };
    let routes = Router::new().route("/redirect", get(redirect)).route("/endless", get(endless));
    let router = routes.route("/", get(plain)).with_state(seen);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server { port, requests }
}

/// A body without end, which tells when it is dropped: when its connection is gone.
struct Endless(Seen);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16 << 10])))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.send("closed");
    }
}

/// The hostile provider in a host with the usual client, to which these names lead.
fn hostile(names: Names, policy: Policy) -> Provider {
    let client = PooledClient::builder().resolver(names).build().expect("a client");
    load_hostile(&Host::builder().http(Arc::new(client)).policy(policy).build().expect("a host"))
}

fn orders(deed: &str, url: &str, origins: &[&str]) -> String {
    let origins: Vec<String> = origins.iter().map(|origin| format!("origin {origin}")).collect();
    format!("in status\ndo {deed}\nwith {url}\n{}", origins.join("\n"))
}

const PROHIBITED: &str = "ErrorCode::DestinationIpProhibited";

#[tokio::test]
async fn a_name_that_leads_to_a_metadata_service_is_not_followed_even_where_private_addresses_are_allowed() {
    for address in [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "0.0.0.0",
    ] {
        let mut allow = policy();
        allow.private_addresses = PrivateAddresses::Allow;
        let provider = hostile(Names::default().lead("innocent.example", &[&[address]]), allow);
        let by_name = orders("fetch", "http://innocent.example/latest", &["http://innocent.example"]);
        assert_eq!(call(&provider, "status", &by_name).await.expect("it goes on"), PROHIBITED, "{address}");
        let host = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        let written = orders("fetch", &format!("http://{host}/latest"), &[&format!("http://{host}")]);
        assert_eq!(call(&provider, "status", &written).await.expect("it goes on"), PROHIBITED, "{address}");
    }
}

#[tokio::test]
async fn a_private_address_is_for_whose_own_api_is_at_one() {
    let mut server = server().await;
    let names = Names::default().lead("inside.example", &[&["127.0.0.1"]]).lead("public.example", &[&["192.0.2.1"]]);
    let provider = hostile(names, policy());
    let inside = format!("http://inside.example:{}", server.port);
    let own = orders("fetch", &inside, &[&inside]);
    assert_eq!(call(&provider, "status", &own).await.expect("it goes on"), "200");
    assert_eq!(server.requests.try_recv(), Ok("plain"));
    let not_own = orders("fetch", &inside, &["http://public.example", &inside]);
    assert_eq!(call(&provider, "status", &not_own).await.expect("it goes on"), PROHIBITED);
    assert!(server.requests.try_recv().is_err(), "it was called");
}

#[tokio::test]
async fn a_redirect_to_a_name_that_leads_to_a_metadata_service_ends_there() {
    let mut server = server().await;
    let names =
        Names::default().lead("api.example", &[&["127.0.0.1"]]).lead("innocent.example", &[&["169.254.169.254"]]);
    let provider = hostile(names, policy());
    let api = format!("http://api.example:{}", server.port);
    let url = format!("{api}/redirect?http://innocent.example/latest");
    let reported = orders("follow", &url, &[&api, "http://innocent.example"]);
    assert_eq!(call(&provider, "status", &reported).await.expect("it goes on"), format!("302 {PROHIBITED}"));
    assert_eq!(server.requests.try_recv(), Ok("redirect"));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_looked_at_the_second_time() {
    let mut server = server().await;
    let provider = hostile(Names::default().lead("api.example", &[&["127.0.0.1"], &["169.254.169.254"]]), policy());
    let api = format!("http://api.example:{}", server.port);
    let reported = orders("follow", &format!("{api}/redirect?{api}/"), &[&api]);
    assert_eq!(call(&provider, "status", &reported).await.expect("it goes on"), format!("302 {PROHIBITED}"));
    assert_eq!((server.requests.try_recv(), server.requests.try_recv().is_err()), (Ok("redirect"), true));
}

#[tokio::test]
async fn of_several_addresses_of_a_name_only_those_that_are_allowed_are_tried() {
    let mut server = server().await;
    let provider = hostile(Names::default().lead("api.example", &[&["169.254.169.254", "127.0.0.1"]]), policy());
    let api = format!("http://api.example:{}", server.port);
    assert_eq!(call(&provider, "status", &orders("fetch", &api, &[&api])).await.expect("it goes on"), "200");
    assert_eq!(server.requests.try_recv(), Ok("plain"));
}

#[tokio::test]
async fn the_connections_of_bodies_that_nobody_reads_are_closed_with_the_call() {
    let mut server = server().await;
    let provider = hostile(Names::default().lead("api.example", &[&["127.0.0.1"]]), policy());
    let api = format!("http://api.example:{}", server.port);
    let reported = orders("never-read", &format!("{api}/endless"), &[&api]);
    let running = tokio::spawn({
        let provider = provider.clone();
        async move { call(&provider, "status", &reported).await }
    });
    // The second one is asked for when the first has been answered.
    assert_eq!(server.requests.recv().await, Some("endless"));
    assert_eq!(server.requests.recv().await, Some("endless"));
    running.abort();
    assert_eq!(server.requests.recv().await, Some("closed"));
    assert_eq!(server.requests.recv().await, Some("closed"));
    assert!(running.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(call(&provider, "status", &orders("fetch", &api, &[&api])).await.expect("it goes on"), "200");
}
