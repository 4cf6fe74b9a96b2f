//! How much the server holds and how fast it answers: 10,000 sandboxes, then five seconds of requests over loopback, and
//! two seconds of them to the router in the same process.
//!
//! `cargo xtask bench` runs it; `throughput SANDBOXES SECONDS CONNECTIONS` for other
//! numbers. Clients and server share the machine.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use fake_daytona::{DEFAULT_KEY, FakeDaytona, Generation, Latencies, Limits};
use http::Request;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tower::Service as _;

/// What has to be reached on a machine with two cores.
const GOAL: f64 = 5_000.0;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut number = |standard: usize| numbers.next().unwrap_or(Ok(standard));
    let (sandboxes, seconds, connections) = (number(10_000)?, number(5)?, number(16)?);

    let fake = FakeDaytona::builder(Generation::V0_205)
        .limits(Limits::none())
        .latencies(Latencies::quick())
        .counts_only()
        .build();
    fake.lift_rate_limits();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = fake.clone();
    tokio::spawn(async move { server.serve(listener, std::future::pending()).await });

    let begun = Instant::now();
    let creating = (0..connections).map(|part| {
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut ids = Vec::new();
            for index in (part..sandboxes).step_by(connections) {
                let body = format!(
                    r#"{{"name":"bench-{index}","autoStopInterval":0,"labels":{{"pool":"p{}","n":"{index}"}}}}"#,
                    index % 10
                );
                let answer = connection.send("POST", "/api/sandbox", &body).await?;
                ids.push(field(&answer, "id").ok_or("a create without an id")?);
            }
            Ok::<_, Failure>(ids)
        })
    });
    let mut ids = Vec::new();
    for part in creating.collect::<Vec<_>>() {
        ids.extend(part.await??);
    }
    let took = begun.elapsed().as_secs_f64();
    println!("sandboxes   {:>8} created in {took:.1} s, {:.0} a second", ids.len(), ids.len() as f64 / took);

    let ids = Arc::new(ids);
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds as u64);
    let asking = (0..connections).map(|part| {
        let ids = ids.clone();
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut waits = Vec::new();
            let mut turn = part;
            while Instant::now() < end {
                turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let id = &ids[(turn >> 20) % ids.len()];
                let asked = Instant::now();
                // As a platform asks: mostly for a state, sometimes to keep one alive, now and then for a list.
                match turn >> 12 & 0x3f {
                    0..=1 => {
                        let list = format!("/api/sandbox?limit=20&labels=%7B%22n%22%3A%22{}%22%7D", turn >> 20 & 0xfff);
                        connection.send("GET", &list, "").await?
                    }
                    2..=8 => connection.send("POST", &format!("/api/sandbox/{id}/last-activity"), "").await?,
                    9..=12 => {
                        let body = format!(r#"{{"labels":{{"n":"{}"}}}}"#, turn >> 20 & 0xfff);
                        connection.send("PUT", &format!("/api/sandbox/{id}/labels"), &body).await?
                    }
                    _ => connection.send("GET", &format!("/api/sandbox/{id}"), "").await?,
                };
                waits.push(asked.elapsed());
            }
            Ok::<_, Failure>(waits)
        })
    });
    let mut waits = Vec::new();
    for part in asking.collect::<Vec<_>>() {
        waits.extend(part.await??);
    }
    let rate = waits.len() as f64 / begun.elapsed().as_secs_f64();
    waits.sort_unstable();
    let share = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("requests    {:>8} answered, {rate:.0} a second (goal {GOAL:.0})", waits.len());
    println!("waits       {:>8.2} ms in the middle, {:.2} ms for the slowest of a hundred", share(50), share(99));
    let within = in_process(&fake, &ids).await?;
    println!("in process  {:>8} requests a second by one caller", within);
    println!("alive       {:>8}", fake.alive().len());
    if rate < GOAL {
        return Err(format!("{rate:.0} requests a second are fewer than {GOAL:.0}").into());
    }
    Ok(())
}

/// Reads of the router without a socket between; how many in a second.
async fn in_process(fake: &FakeDaytona, ids: &[String]) -> Result<u64, Failure> {
    let mut router = fake.router();
    let begun = Instant::now();
    let mut answered = 0_u64;
    while begun.elapsed() < Duration::from_secs(2) {
        let id = &ids[answered as usize % ids.len()];
        let request =
            Request::get(format!("/api/sandbox/{id}")).header("authorization", format!("Bearer {DEFAULT_KEY}"));
        let response = router.call(request.body(Body::empty())?).await?;
        response.into_body().collect().await?;
        answered += 1;
    }
    Ok(answered / 2)
}

/// A connection that is kept.
struct Connection(BufStream<TcpStream>);

impl Connection {
    async fn open(address: std::net::SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufStream::new(stream)))
    }

    /// Sends a request and reads the whole answer; anything but success is an error.
    async fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>, Failure> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {DEFAULT_KEY}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.write_all(head.as_bytes()).await?;
        self.0.flush().await?;
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let status: u16 = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status line")?;
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse()?;
            }
        }
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await?;
        if !(200..300).contains(&status) {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)).into());
        }
        Ok(bytes)
    }
}

/// A field of a JSON object.
fn field(bytes: &[u8], name: &str) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(bytes).ok()?.get(name)?.as_str().map(str::to_owned)
}
