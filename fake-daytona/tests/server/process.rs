//! The server binary as a child process, and a client that shows the bytes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Nothing here takes long; what does hangs.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A running server; it ends with this.
pub struct Server {
    child: Child,
    pub url: String,
    pub key: String,
}

/// One answer, as far as it came.
#[derive(Debug)]
pub struct Answer {
    /// 0 when not even a status line came.
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// The connection ended before the promised length.
    pub broken: bool,
    /// It ended with a reset.
    pub reset: bool,
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fake-daytona")).args(arguments).output().expect("the program starts")
}

impl Server {
    /// Starts the program on a free port.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fake-daytona"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut value = |name: &str| {
            let line = lines.next().expect("two lines").expect("text");
            line.strip_prefix(name).expect("the expected line").trim().to_owned()
        };
        let (url, key) = (value("url"), value("key"));
        Self { child, url, key }
    }

    /// `host:port`.
    pub fn address(&self) -> &str {
        let rest = self.url.strip_prefix("http://").expect("plain HTTP");
        rest.split('/').next().unwrap_or(rest)
    }

    /// A request; `path` begins at the root of the server.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address()).expect("the server listens");
        stream.set_read_timeout(Some(TIME_LIMIT)).expect("a time limit");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address(),
            self.key,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("the server reads");
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, _) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
        let head = head.to_owned();
        let body = bytes.get(head.len() + 4..).unwrap_or_default().to_vec();
        let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let reset = end.as_ref().is_err_and(|problem| problem.kind() == std::io::ErrorKind::ConnectionReset);
        Answer {
            reset,
            status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0),
            broken: end.is_err() || head.is_empty() || promised.is_some_and(|promised| promised > body.len()),
            head,
            body,
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, body)
    }

    /// Sends the signal of Ctrl-C and waits for the end.
    #[cfg(unix)]
    pub fn interrupt(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        let signal = |name: &str| Command::new("kill").args([name, &id]).status().is_ok_and(|status| status.success());
        assert!(signal("-INT"));
        let (ended, end) = std::sync::mpsc::channel();
        std::thread::spawn(move || ended.send(self.child.wait()));
        let Ok(status) = end.recv_timeout(TIME_LIMIT) else {
            signal("-KILL");
            panic!("an interrupt did not end it");
        };
        status.expect("a status")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}
