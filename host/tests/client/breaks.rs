//! Connections that break: nothing is sent twice, and the next request that changes something gets a fresh one.

use std::sync::{Arc, Mutex};

use http::Request;
use http_body_util::{BodyExt, Full};
use sandbox_host::http::{HttpClient, HttpError, PooledClient, RequestOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A load balancer that answers the first request of each connection and drops the second. Returns its URL, and which
/// connection each request came on.
async fn dropping() -> (String, Arc<Mutex<Vec<(usize, String)>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        let mut connection = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            connection += 1;
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for request in 0..2 {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else { return };
                        head.push(byte);
                    }
                    let method = String::from_utf8(head).unwrap().split(' ').next().unwrap().to_owned();
                    log.lock().unwrap().push((connection, method));
                    if request == 0 {
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                    }
                }
            });
        }
    });
    (url, seen)
}

async fn send(client: &PooledClient, method: &str, url: &str) -> Result<(), HttpError> {
    let body = Full::default().map_err(|never| match never {}).boxed_unsync();
    let request = Request::builder().method(method).uri(url).header("content-length", "0").body(body).unwrap();
    let response = client.send(request, RequestOptions::default()).await?;
    response.into_body().collect().await?;
    Ok(())
}

#[tokio::test]
async fn after_a_break_a_post_gets_a_fresh_connection_and_none_is_sent_twice() {
    let (url, seen) = dropping().await;
    let client = PooledClient::builder().build().unwrap();
    send(&client, "GET", &url).await.unwrap();
    // On the connection that was kept, where it is dropped.
    let error = send(&client, "POST", &url).await.unwrap_err();
    assert!(matches!(error, HttpError::HttpResponseIncomplete | HttpError::ConnectionTerminated), "{error:?}");
    // A look opens a connection that is kept as well; the next post must not be the second one on it.
    send(&client, "GET", &url).await.unwrap();
    send(&client, "POST", &url).await.unwrap();
    send(&client, "POST", &url).await.unwrap();
    let seen = seen.lock().unwrap().clone();
    let expected = [(1, "GET"), (1, "POST"), (2, "GET"), (3, "POST"), (4, "POST")];
    assert_eq!(seen, expected.map(|(connection, method)| (connection, method.to_owned())));
}
