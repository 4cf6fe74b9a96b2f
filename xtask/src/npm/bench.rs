//! What the package costs beside plain `fetch`, jco and the official SDK.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::engines::Engines;
use super::interop::install;
use super::pack::pack;
use crate::fake_server::{Server, server_binary};
use crate::packages::Node;
use crate::{Failure, tools};

/// Nothing takes time, nothing is refused, and no request is kept.
const SERVER: [&str; 6] = ["--instant", "--unlimited", "--counts-only", "--fresh-lookups", "--api-version", "0.190"];

/// Installs everything and prints the table.
pub fn bench() -> Result<(), Failure> {
    let packed = pack()?;
    let home = install(&packed)?;
    let others = Node::install()?;
    others.transpile(&tools::root().join("target/component/daytona-sandbox-provider.wasm"))?;
    for place in [&home, &others.home] {
        let directory = place.join("bench");
        fs::create_dir_all(&directory)?;
        for entry in fs::read_dir(tools::root().join("interop/npm/bench"))? {
            let entry = entry?;
            fs::copy(entry.path(), directory.join(entry.file_name()))?;
        }
    }
    let bundle = home.join("bundle.mjs");
    let mut esbuild = Command::new(packed.tools.join("node_modules/.bin/esbuild"));
    esbuild.current_dir(&home).args(["bench/class.mjs", "--bundle", "--minify", "--format=esm", "--platform=node"]);
    tools::run(esbuild.arg("--log-level=warning").arg(format!("--outfile={}", bundle.display())))?;
    let engines = Engines::install()?;
    let mut command = engines.newest().command(&home, Path::new("bench/main.mjs"));
    command.env("OTHERS", &others.home).env("TARBALL", &packed.tarball).env("BUNDLE", &bundle);
    Server::start(&server_binary()?, &SERVER)?.run(&mut command)
}
