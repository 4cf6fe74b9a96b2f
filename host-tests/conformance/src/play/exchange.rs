//! One connection, with one exchange: over a socket or in memory, the same bytes.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{Stage, echoed, is};
use crate::data::{Fault, Piece, Reply};
use crate::transcript::Arrived;

/// Bytes that the head of a request may have.
const MOST_HEAD: usize = 1 << 20;

/// What a server says to a peer that speaks no HTTP, such as one that begins with TLS.
const NO_HTTP: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n";

/// Does what the stage says with the request of a connection.
///
/// # Errors
/// When the peer hangs up, which is for the peer's own call to report.
pub async fn play<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, stage: &Stage) -> io::Result<()> {
    let reply = stage.next();
    if is(&reply, Fault::CloseBeforeRequest) {
        return Ok(());
    }
    let Some(mut request) = read(&mut stream).await? else {
        stream.write_all(NO_HTTP).await?;
        return stream.shutdown().await;
    };
    let reply = echoed(reply, &mut request);
    stage.arrived(request);
    pause(reply.delay_ms).await;
    match reply.fault {
        // Until the peer has had enough: it hangs up at its deadline.
        Some(Fault::Silence) => {
            let mut rest = [0; 64];
            while stream.read(&mut rest).await? > 0 {}
            return Ok(());
        }
        Some(_) => return Ok(()),
        None => {}
    }
    match &reply.raw {
        Some(raw) => stream.write_all(raw.as_bytes()).await?,
        None => write(&mut stream, &reply).await?,
    }
    stream.shutdown().await
}

async fn pause(millis: u64) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, reply: &Reply) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} -\r\n", reply.status.unwrap_or(500));
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let named = |name: &str| reply.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if !reply.length_unknown && !named("content-length") && !named("transfer-encoding") {
        let length: usize = reply.pieces.iter().map(|piece| bytes(piece).len() * piece.times.unwrap_or(1)).sum();
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    for piece in &reply.pieces {
        let bytes = bytes(piece);
        for _ in 0..piece.times.unwrap_or(1) {
            stream.flush().await?;
            pause(piece.delay_ms).await;
            if piece.close {
                return Ok(());
            }
            stream.write_all(&bytes).await?;
        }
    }
    stream.flush().await
}

fn bytes(piece: &Piece) -> Vec<u8> {
    match (&piece.text, &piece.base64) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(base64)) => BASE64.decode(base64).unwrap_or_default(),
        (None, None) => Vec::new(),
    }
}

/// Reads one request, whose body has a length or comes in chunks. None where what comes does not begin as a method does.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Option<Arrived>> {
    let mut buffer = Vec::new();
    let end = loop {
        if let Some(end) = position(&buffer, b"\r\n\r\n") {
            break end;
        }
        if buffer.len() > MOST_HEAD {
            return Err(io::Error::other("the head of the request does not end"));
        }
        more(stream, &mut buffer).await?;
        if !buffer.first().is_some_and(u8::is_ascii_uppercase) {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut rest = buffer.split_off(end + 4);
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: BTreeMap<String, String> = lines.filter_map(header).collect();
    let body = if headers.get("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        chunks(stream, &mut rest).await?
    } else {
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while rest.len() < length {
            more(stream, &mut rest).await?;
        }
        rest
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(Arrived { method: method.to_owned(), target: target.to_owned(), headers, body }))
}

async fn chunks<S: AsyncRead + Unpin>(stream: &mut S, rest: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = loop {
            match position(rest, b"\r\n") {
                Some(end) => break end,
                None => more(stream, rest).await?,
            }
        };
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        while rest.len() < end + 2 + length + 2 {
            more(stream, rest).await?;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest.drain(..end + 2 + length + 2);
        if length == 0 {
            return Ok(body);
        }
    }
}

fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

async fn more<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(buffer).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}
