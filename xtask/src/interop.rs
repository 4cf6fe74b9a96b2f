//! What others built against the fake Daytona: the official SDKs, and the component in other hosts than ours.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Failure;
use crate::build::build;
use crate::packages::{Node, Python};
use crate::test::NATIVE;
use crate::{engines, npm, tools};

/// The server's generation, which the pinned clients belong to.
const API_VERSION: &str = "0.190";

/// The generation of the newest client.
const NEWEST_API_VERSION: &str = "0.231";

/// Installs, builds and runs everything. The first program that fails ends it.
pub fn interop() -> Result<(), Failure> {
    let component = build()?;
    let server = server_binary()?;
    let python = Python::install("python", "requirements.txt")?;
    let newest = Python::install("python-newest", "newest.txt")?;
    let node = Node::install()?;
    node.transpile(&component)?;
    let run = |version: &str, program: &mut Command| {
        Server::start(&server, &["--quick", "--api-version", version])?.run(program)
    };
    run(API_VERSION, &mut python.program("sdk.py"))?;
    run(API_VERSION, &mut node.program("sdk.mjs"))?;
    run(NEWEST_API_VERSION, &mut newest.program("sdk.py"))?;
    run(API_VERSION, &mut newest.program("refusal.py"))?;
    run(API_VERSION, python.program("component.py").arg(&component))?;
    run(API_VERSION, &mut node.program("component.mjs"))?;
    engines::engines()?;
    npm::interop::interop()
}

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
