//! Through an HTTP proxy: whom it is asked for, what it may answer, and what is checked all the same.

use std::sync::{Arc, Mutex};

use http_body_util::BodyExt as _;
use sandbox_host::http::{HttpClient, HttpError, PooledClient, Reach, Reason, RequestOptions};
use sandbox_host::policy::Proxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::request;
use crate::server::Server;

/// A proxy that answers with this line and leads to this port. Returns its address and what it was asked for.
async fn proxy(answer: &'static str, to: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let asked = Arc::clone(&asked);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                asked.lock().unwrap().push(String::from_utf8(head).unwrap());
                stream.write_all(format!("{answer}\r\n\r\n").as_bytes()).await.unwrap();
                if answer.contains(" 200") {
                    let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut server).await;
                }
            });
        }
    });
    (address.to_string(), heads)
}

async fn send(client: &PooledClient, url: &str, reach: Reach) -> Result<String, (HttpError, String)> {
    let reason = Reason::default();
    let mut request = request(url);
    request.extensions_mut().insert(reach);
    request.extensions_mut().insert(reason.clone());
    let response = client.send(request, RequestOptions::default()).await;
    match response {
        Ok(response) => {
            Ok(String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
        }
        Err(error) => Err((error, reason.get().unwrap_or_default())),
    }
}

fn through(address: &str) -> PooledClient {
    PooledClient::builder().proxy(Some(Proxy::parse(&format!("http://ann:pa55@{address}")).unwrap())).build().unwrap()
}

#[tokio::test]
async fn everything_goes_through_a_tunnel_and_no_name_is_looked_up_here() {
    let server = Server::plain().await;
    let port: u16 = server.authority().rsplit(':').next().unwrap().parse().unwrap();
    let (address, asked) = proxy("HTTP/1.1 200 OK", port).await;
    // No resolver knows this name.
    let body = send(&through(&address), "http://api.internal.invalid/hello", Reach::Public).await.unwrap();
    assert_eq!(body, "hello");
    let head = asked.lock().unwrap()[0].clone();
    assert!(head.starts_with("CONNECT api.internal.invalid:80 HTTP/1.1\r\n"), "{head}");
    // base64 of `ann:pa55`.
    assert!(head.contains("proxy-authorization: Basic YW5uOnBhNTU=\r\n"), "{head}");

    let server = Server::tls().await;
    let port: u16 = server.authority().rsplit(':').next().unwrap().parse().unwrap();
    let (address, asked) = proxy("HTTP/1.1 200 Connection established", port).await;
    let proxy = Proxy::parse(&format!("http://{address}")).unwrap();
    let client = PooledClient::builder().ca_file(server.ca_file()).proxy(Some(proxy)).build().unwrap();
    assert_eq!(send(&client, &server.url("/hello"), Reach::Public).await.unwrap(), "hello");
    assert!(asked.lock().unwrap()[0].starts_with("CONNECT localhost:"), "{asked:?}");
}

#[tokio::test]
async fn addresses_that_are_written_out_are_checked_in_every_spelling() {
    let (address, asked) = proxy("HTTP/1.1 200 OK", 1).await;
    let client = through(&address);
    for host in
        ["169.254.169.254", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:10.0.0.1]", "10.0.0.300"]
    {
        let (error, _) = send(&client, &format!("http://{host}/"), Reach::Public).await.unwrap_err();
        assert!(matches!(error, HttpError::DestinationIpProhibited), "{host}: {error:?}");
    }
    let (error, _) = send(&client, "http://169.254.169.254/", Reach::PrivateAddresses).await.unwrap_err();
    assert!(matches!(error, HttpError::DestinationIpProhibited), "{error:?}");
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_proxy_refuses_is_told_and_only_what_may_pass_is_worth_repeating() {
    for (answer, told) in [
        ("HTTP/1.1 407 Proxy Authentication Required", "407"),
        ("HTTP/1.1 403 Forbidden", "does not let the host connect"),
        ("SSH-2.0-OpenSSH", "no HTTP proxy"),
    ] {
        let (address, _) = proxy(answer, 1).await;
        let (error, words) = send(&through(&address), "https://api.example.com/", Reach::Public).await.unwrap_err();
        assert!(matches!(error, HttpError::HttpRequestDenied), "{answer}: {error:?}");
        assert!(words.contains(told) && !words.contains("pa55"), "{answer}: {words}");
    }
    let (address, _) = proxy("HTTP/1.1 502 Bad Gateway", 1).await;
    let (error, _) = send(&through(&address), "https://api.example.com/", Reach::Public).await.unwrap_err();
    assert!(matches!(error, HttpError::DestinationUnavailable), "{error:?}");
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().to_string();
    let (error, words) = send(&through(&free), "https://api.example.com/", Reach::Public).await.unwrap_err();
    assert!(matches!(error, HttpError::ConnectionRefused) && words.contains("cannot be reached"), "{error:?} {words}");
}
