//! The fake Daytona as a server of its own, for programs that are not written in Rust.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Failure;
use crate::test::NATIVE;
use crate::tools;

/// Builds the server as the tests build it, so that it is built once.
pub fn server_binary() -> Result<PathBuf, Failure> {
    let mut cargo = tools::cargo()?;
    tools::run(cargo.args(["build", "--profile", "host", "--bins"]).args(NATIVE))?;
    let name = format!("fake-daytona{}", std::env::consts::EXE_SUFFIX);
    Ok(tools::target_dir()?.join("host").join(name))
}

/// A server of one program; it ends with this.
pub struct Server {
    child: Child,
    url: String,
    key: String,
}

impl Server {
    /// Starts one with these arguments.
    pub fn start(program: &Path, arguments: &[&str]) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|problem| format!("the server could not be started: {problem}"))?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut server = Self { child, url: String::new(), key: String::new() };
        let mut lines = BufReader::new(output).lines();
        for (name, value) in [("url ", &mut server.url), ("key ", &mut server.key)] {
            let line = lines.next().ok_or("the server ended before it said where it is")??;
            *value = line.strip_prefix(name).ok_or_else(|| format!("the server said {line:?}"))?.to_owned();
        }
        Ok(server)
    }

    /// Base URL of the API.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that it takes.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Runs a program that is told where the server is.
    pub fn run(self, program: &mut Command) -> Result<(), Failure> {
        // What the caller has set for a real Daytona is not for these.
        for name in ["DAYTONA_API_KEY", "DAYTONA_API_URL", "DAYTONA_TARGET", "DAYTONA_JWT_TOKEN"] {
            program.env_remove(name);
        }
        tools::run(program.env("FAKE_DAYTONA_URL", &self.url).env("FAKE_DAYTONA_KEY", &self.key))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
