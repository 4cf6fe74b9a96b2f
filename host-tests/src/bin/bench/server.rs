//! The fake Daytona as a process of its own, and what it says it has seen.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// Ends with this.
pub struct Server {
    child: Child,
    /// Base URL of the API.
    pub url: String,
    pub key: String,
    /// One connection for all questions, so that they open none while others are counted.
    control: BufReader<TcpStream>,
}

/// What the server has seen since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub connections: u64,
    pub requests: u64,
}

impl Counts {
    pub fn since(self, before: Self) -> Self {
        Self { connections: self.connections - before.connections, requests: self.requests - before.requests }
    }
}

/// A program that lies beside this one.
pub fn beside(name: &str) -> Result<PathBuf, Failure> {
    let path = std::env::current_exe()?.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION);
    if path.exists() {
        Ok(path)
    } else {
        Err(format!("{} is missing: cargo xtask bench builds it", path.display()).into())
    }
}

impl Server {
    /// Starts a server of the generation that the SDKs belong to, on which nothing takes time and nothing is refused.
    pub fn start() -> Result<Self, Failure> {
        let mut child = Command::new(beside("fake-daytona")?)
            .args(["--listen", "127.0.0.1:0", "--api-version", "0.190", "--instant", "--unlimited", "--counts-only"])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(output).lines();
        let mut value = |name: &str| -> Result<String, Failure> {
            let line = lines.next().ok_or("the server ended before it said where it is")??;
            Ok(line.strip_prefix(name).ok_or_else(|| format!("the server said {line:?}"))?.to_owned())
        };
        let (url, key) = (value("url ")?, value("key ")?);
        let address = url.strip_prefix("http://").and_then(|rest| rest.split('/').next()).ok_or("a URL is needed")?;
        let control = BufReader::new(TcpStream::connect(address)?);
        Ok(Self { child, url, key, control })
    }

    /// What it has seen so far.
    pub fn counts(&mut self) -> Result<Counts, Failure> {
        self.control.get_mut().write_all(b"GET /__fake/summary HTTP/1.1\r\nhost: bench\r\n\r\n")?;
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            if self.control.read_line(&mut line)? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.control.read_exact(&mut body)?;
        counts(&body)
    }

    /// Tells a program where the server is.
    pub fn known_to(&self, command: &mut Command) {
        name(command, &self.url, &self.key);
    }
}

/// Tells a program where a server is; what the caller has set for a real Daytona is not for it.
pub fn name(command: &mut Command, url: &str, key: &str) {
    for variable in ["DAYTONA_API_KEY", "DAYTONA_API_URL", "DAYTONA_TARGET", "DAYTONA_JWT_TOKEN"] {
        command.env_remove(variable);
    }
    command.env("FAKE_DAYTONA_URL", url).env("FAKE_DAYTONA_KEY", key);
}

fn counts(summary: &[u8]) -> Result<Counts, Failure> {
    let summary: Value = serde_json::from_slice(summary)?;
    let number = |name: &str| summary[name].as_u64().ok_or_else(|| format!("the server's summary has no {name}"));
    Ok(Counts { connections: number("connections")?, requests: number("requests")? })
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_without_a_count_is_an_error_and_not_zero() {
        let both = counts(br#"{"connections": 3, "requests": 9, "alive": 1}"#).expect("two counts");
        let before = Counts { connections: 1, requests: 4 };
        assert_eq!(both.since(before), Counts { connections: 2, requests: 5 });
        let Err(failure) = counts(br#"{"requests": 9}"#) else { panic!("accepted") };
        assert_eq!(failure.to_string(), "the server's summary has no connections");
    }
}
