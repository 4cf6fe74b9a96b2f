//! What others built against the fake Daytona: the official SDKs, and the component in other hosts than ours.

use std::process::Command;

use crate::Failure;
use crate::build::build;
use crate::fake_server::{Server, server_binary};
use crate::packages::{Node, Python};
use crate::{engines, npm};

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
