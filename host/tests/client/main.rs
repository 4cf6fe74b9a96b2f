//! The client that is behind `wasi:http` by default, against servers on loopback sockets.

mod breaks;
mod proxy;
mod server;
mod trust;

use std::time::Duration;

use http::header::{CONTENT_ENCODING, LOCATION};
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Empty};
use sandbox_host::http::{ClientError, HttpClient, HttpError, PooledClient, Reach, RequestOptions, WasiBody};
use server::Server;

fn client() -> PooledClient {
    PooledClient::builder().build().unwrap()
}

fn request(url: &str) -> Request<WasiBody> {
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    Request::get(url).header("host", "from-the-guest.example").body(body).unwrap()
}

async fn get(client: &PooledClient, url: &str) -> Result<Response<WasiBody>, HttpError> {
    client.send(request(url), RequestOptions::default()).await
}

async fn text(response: Response<WasiBody>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn requests_one_after_the_other_share_one_connection() {
    let server = Server::plain().await;
    let client = client();
    for _ in 0..100 {
        let response = get(&client, &server.url("/hello")).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_11);
        assert_eq!(text(response).await, "hello");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn clones_of_a_client_share_its_connections() {
    let server = Server::plain().await;
    let client = client();
    for _ in 0..3 {
        text(get(&client.clone(), &server.url("/hello")).await.unwrap()).await;
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_certificate_of_a_ca_of_ones_own_is_trusted_where_its_file_is_named() {
    let server = Server::tls().await;
    let client = PooledClient::builder().ca_file(server.ca_file()).build().unwrap();
    let response = get(&client, &server.url("/hello")).await.unwrap();
    assert_eq!(text(response).await, "hello");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_ca_is_refused_by_name() {
    let server = Server::tls().await;
    let error = get(&client(), &server.url("/hello")).await.unwrap_err();
    assert!(matches!(error, HttpError::TlsCertificateError), "{error:?}");
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it_and_many_requests_share_a_connection() {
    let server = Server::tls().await;
    let client = PooledClient::builder().ca_file(server.ca_file()).build().unwrap();
    let first = get(&client, &server.url("/hello")).await.unwrap();
    assert_eq!(first.version(), Version::HTTP_2);
    text(first).await;
    let many: Vec<_> = (0..20)
        .map(|_| {
            let (client, url) = (client.clone(), server.url("/hello"));
            tokio::spawn(async move { text(get(&client, &url).await.unwrap()).await })
        })
        .collect();
    for one in many {
        assert_eq!(one.await.unwrap(), "hello");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn the_host_header_is_the_hosts_and_says_whom_is_called() {
    let server = Server::plain().await;
    let response = get(&client(), &server.url("/host")).await.unwrap();
    assert_eq!(text(response).await, server.authority());
}

#[tokio::test]
async fn a_redirect_and_a_compressed_body_arrive_as_they_are() {
    let server = Server::plain().await;
    let client = client();
    let redirect = get(&client, &server.url("/redirect")).await.unwrap();
    assert_eq!((redirect.status().as_u16(), redirect.headers()[LOCATION].to_str().unwrap()), (302, "/hello"));
    let zipped = get(&client, &server.url("/gzip")).await.unwrap();
    assert_eq!(zipped.headers()[CONTENT_ENCODING], "gzip");
    assert_eq!(zipped.into_body().collect().await.unwrap().to_bytes(), &[0x1f, 0x8b, 0x08][..]);
}

#[tokio::test]
async fn the_guests_time_limit_for_the_first_byte_holds_and_the_hosts_cap_where_it_is_shorter() {
    let server = Server::plain().await;
    let client = PooledClient::builder().timeout_cap(Duration::from_secs(40)).build().unwrap();
    // A connection first, in real time; from then on only the clock of the runtime moves.
    text(get(&client, &server.url("/hello")).await.unwrap()).await;
    tokio::time::pause();
    for (guest, expected) in [(Some(7), 7), (Some(600), 40), (None, 40)] {
        let options =
            RequestOptions { first_byte_timeout: guest.map(Duration::from_secs), ..RequestOptions::default() };
        let start = tokio::time::Instant::now();
        let error = client.send(request(&server.url("/never")), options).await.unwrap_err();
        assert!(matches!(error, HttpError::ConnectionReadTimeout | HttpError::ConnectionTimeout), "{error:?}");
        assert_eq!(start.elapsed().as_secs(), expected, "{guest:?}");
    }
}

#[tokio::test]
async fn a_body_that_stops_coming_is_an_error_and_not_a_short_body() {
    let server = Server::plain().await;
    let options = RequestOptions { between_bytes_timeout: Some(Duration::from_secs(3)), ..RequestOptions::default() };
    let response = client().send(request(&server.url("/stalls")), options).await.unwrap();
    let mut body = response.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "half");
    tokio::time::pause();
    let error = body.frame().await.unwrap().unwrap_err();
    assert!(matches!(error, HttpError::ConnectionReadTimeout), "{error:?}");
}

#[tokio::test]
async fn nobody_listens_is_a_refused_connection() {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let error = get(&client(), &format!("http://{free}/")).await.unwrap_err();
    assert!(matches!(error, HttpError::ConnectionRefused), "{error:?}");
}

#[tokio::test]
async fn a_request_for_public_addresses_borrows_no_connection_to_a_private_one() {
    let server = Server::plain().await;
    let client = client();
    let send = |reach: Reach| {
        let mut request = request(&server.url("/hello"));
        request.extensions_mut().insert(reach);
        client.send(request, RequestOptions::default())
    };
    text(send(Reach::PrivateAddresses).await.unwrap()).await;
    let error = send(Reach::Public).await.unwrap_err();
    assert!(matches!(error, HttpError::DestinationIpProhibited), "{error:?}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_file_of_certificates_that_is_none_is_refused_with_its_name() {
    for path in ["no-such-file.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        let error = PooledClient::builder().ca_file(path).build().err().unwrap();
        assert!(matches!(&error, ClientError::CaFile { .. }), "{error:?}");
        assert!(error.to_string().contains(path), "{error}");
    }
}
