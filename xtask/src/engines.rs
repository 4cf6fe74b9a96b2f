//! The gateway and the provider in the wasmtime command line, as the documents show it: what is written there is what is run.

use std::ffi::OsString;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::build::build;
use crate::fake_server::{Server, server_binary};
use crate::gateway::compose;
use crate::packages::Python;
use crate::{Failure, tools};

/// The page whose commands are run.
const PAGE: &str = "docs/gateway.md";

/// What stands in the page for a key, for the port, and for the build that has happened already.
const KEY: &str = "dtn_…";
const PORT: &str = "8080";
const BUILD: &str = "cargo xtask gateway\n";

/// The server's generation.
const API_VERSION: &str = "0.205";

/// A block of the page: how it begins, and what its output has to contain.
const BLOCKS: [(&str, &[&str]); 2] = [
    (BUILD, &[r#"{"status":"serving"}"#, r#""phase":"#, r#""result":"requested""#]),
    ("export DAYTONA_API_KEY", &["ok({provider-id: \"daytona\"", "ok(some({provider-id: \"daytona\""]),
];

/// Everything that is installed and built for it.
struct Stage {
    wasmtime: PathBuf,
    gateway: PathBuf,
    server: PathBuf,
    python: Python,
}

impl Stage {
    fn prepare() -> Result<Self, Failure> {
        let gateway = compose(&build()?)?;
        let pins = tools::root().join("interop").join("gateway").join("requirements.txt");
        let python = Python::install_pins("gateway", &pins)?;
        Ok(Self { wasmtime: wasmtime(&python)?, gateway, server: server_binary()?, python })
    }

    fn run(&self, arguments: &[&str], program: &str, more: &[&str]) -> Result<(), Failure> {
        let server = Server::start(&self.server, arguments)?;
        server.run(self.python.program(program).arg(&self.wasmtime).arg(&self.gateway).args(more))
    }
}

/// Serves the gateway as `deploy/` says, runs what the page shows, and checks the files of `deploy/`.
pub fn engines() -> Result<(), Failure> {
    let stage = Stage::prepare()?;
    stage.run(&["--quick", "--unlimited", "--api-version", API_VERSION], "gateway.py", &[])?;
    for (begins, wanted) in BLOCKS {
        let server = Server::start(&stage.server, &["--quick", "--api-version", API_VERSION])?;
        shown(&stage.wasmtime, server, begins, wanted)?;
    }
    kubernetes()
}

/// Measures two engines over one Daytona.
pub fn bench(arguments: &[String]) -> Result<(), Failure> {
    let sessions = arguments.first().map_or("10000", String::as_str);
    Stage::prepare()?.run(&["--instant", "--unlimited", "--api-version", API_VERSION], "gateway_bench.py", &[sessions])
}

/// The program of the package, which forgets to make it executable.
fn wasmtime(python: &Python) -> Result<PathBuf, Failure> {
    let find = "import pathlib, wasmtime_cli; print(pathlib.Path(wasmtime_cli.__file__).parent)";
    let directory = tools::output(Command::new(&python.interpreter).args(["-c", find]))?;
    let program = Path::new(directory.trim()).join("wasmtime").with_extension(std::env::consts::EXE_EXTENSION);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    }
    Ok(program)
}

/// Runs a block of the page against a server, and holds its output to what it has to contain.
fn shown(wasmtime: &Path, server: Server, begins: &str, wanted: &[&str]) -> Result<(), Failure> {
    let page = fs::read_to_string(tools::root().join(PAGE))?;
    let block = block(&page, begins).ok_or_else(|| format!("{PAGE} has no block of sh that begins with `{begins}`"))?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
    let script = block.replace(BUILD, "").replace(KEY, server.key()).replace(PORT, &port);
    // What it leaves running ends with it.
    let script = format!("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}");
    let mut bash = tools::command("bash");
    bash.args(["-c", &script])
        .env("PATH", path_with(wasmtime)?)
        .env("DAYTONA_API_URL", server.url())
        .stderr(Stdio::inherit());
    let output = bash.output()?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let missing: Vec<&&str> = wanted.iter().filter(|wanted| !printed.contains(**wanted)).collect();
    if !output.status.success() || !missing.is_empty() {
        return Err(
            format!("the block of {PAGE} that begins with `{begins}` printed no {missing:?}, but\n{printed}").into()
        );
    }
    println!("ok the commands of {PAGE} from `{}` on", begins.trim());
    Ok(())
}

/// The directories in which programs are looked for, with the one of a program before all others.
fn path_with(program: &Path) -> Result<OsString, Failure> {
    let own = program.parent().map(Path::to_owned);
    let given = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(own.into_iter().chain(std::env::split_paths(&given)))?)
}

/// The block of commands that begins so.
fn block<'p>(page: &'p str, begins: &str) -> Option<&'p str> {
    page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).find(|block| block.starts_with(begins))
}

/// Holds the files for Kubernetes to its schemas.
fn kubernetes() -> Result<(), Failure> {
    let deploy = tools::root().join("deploy");
    let python = Python::install_pins("kubernetes", &deploy.join("requirements.txt"))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(deploy.join("kubernetes"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    tools::run(python.tool("kubernetes-validate").arg("--strict").args(files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_by_how_it_begins() {
        let page = "```console\n$ a\n```\ntext\n```sh\nfirst\n```\n```sh\nsecond\nmore\n```\n";
        assert_eq!(block(page, "second"), Some("second\nmore\n"));
        assert_eq!(block(page, "$ a"), None);
    }

    #[test]
    fn the_page_has_every_block_and_the_longer_one_has_ten_lines() -> Result<(), Failure> {
        let page = fs::read_to_string(tools::root().join(PAGE))?;
        for (begins, _) in BLOCKS {
            assert!(block(&page, begins).is_some(), "{begins}");
        }
        assert_eq!(block(&page, BUILD).map(|block| block.lines().count()), Some(10));
        Ok(())
    }
}
