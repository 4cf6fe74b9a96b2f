//! What others built against the fake Daytona: the official SDKs, and the component in other hosts than ours.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Failure;
use crate::build::build;
use crate::test::NATIVE;
use crate::tools;

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
    let node = Node::install(&component)?;
    let run = |version: &str, program: &mut Command| Server::start(&server, version)?.run(program);
    run(API_VERSION, &mut python.program("sdk.py"))?;
    run(API_VERSION, &mut node.program("sdk.mjs"))?;
    run(NEWEST_API_VERSION, &mut newest.program("sdk.py"))?;
    run(API_VERSION, &mut newest.program("refusal.py"))?;
    run(API_VERSION, python.program("component.py").arg(&component))?;
    run(API_VERSION, &mut node.program("component.mjs"))
}

/// Where the programs lie.
fn sources(language: &str) -> PathBuf {
    tools::root().join("interop").join(language)
}

/// Where their packages are installed.
fn installed(language: &str) -> Result<PathBuf, Failure> {
    Ok(tools::target_dir()?.join("interop").join(language))
}

/// Builds the server as the tests build it, so that it is built once.
fn server_binary() -> Result<PathBuf, Failure> {
    let mut cargo = tools::cargo()?;
    tools::run(cargo.args(["build", "--profile", "host", "--bins"]).args(NATIVE))?;
    let name = format!("fake-daytona{}", std::env::consts::EXE_SUFFIX);
    Ok(tools::target_dir()?.join("host").join(name))
}

/// Does something once for each content of a file: what was done for is written down beside the result.
fn once(pins: &Path, stamp: &Path, act: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let wanted = fs::read_to_string(pins).map_err(|problem| format!("{}: {problem}", pins.display()))?;
    if fs::read_to_string(stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    act()?;
    Ok(fs::write(stamp, wanted)?)
}

/// A virtual environment with the pinned packages.
struct Python {
    interpreter: PathBuf,
}

impl Python {
    /// Installs what `pins` names into a directory of its own.
    fn install(name: &str, pins: &str) -> Result<Self, Failure> {
        let home = installed(name)?;
        let scripts = home.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let interpreter = scripts.join(format!("python{}", std::env::consts::EXE_SUFFIX));
        let pins = sources("python").join(pins);
        once(&pins, &home.join("installed"), || {
            let system = if cfg!(windows) { "python" } else { "python3" };
            tools::run(tools::command(system).args(["-m", "venv", "--clear"]).arg(&home))
                .map_err(|failure| format!("{failure}. Python 3.9 or later with venv is needed"))?;
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
            tools::run(Command::new(&interpreter).args(pip).arg(&pins))
        })?;
        Ok(Self { interpreter })
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.current_dir(tools::root()).env("PYTHONDONTWRITEBYTECODE", "1").arg(sources("python").join(name));
        command
    }
}

/// A directory with the pinned packages, the programs, and the component as JavaScript.
struct Node {
    home: PathBuf,
}

impl Node {
    fn install(component: &Path) -> Result<Self, Failure> {
        let home = installed("node")?;
        fs::create_dir_all(&home)?;
        // A module is looked for beside the program that wants it, so the programs go to where the modules are.
        for entry in fs::read_dir(sources("node"))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), home.join(entry.file_name()))?;
            }
        }
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        once(&sources("node").join("package.json"), &home.join("installed"), || {
            let install = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"];
            tools::run(Command::new(npm).current_dir(&home).args(install))
                .map_err(|failure| format!("{failure}. Node 20 or later with npm is needed").into())
        })?;
        let transpile = ["jco", "transpile", "--quiet", "--name", "provider", "--out-dir", "component"];
        tools::run(
            Command::new(npm).current_dir(&home).args(["exec", "--offline", "--"]).args(transpile).arg(component),
        )?;
        Ok(Self { home })
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("node");
        command.current_dir(&self.home).arg(name);
        command
    }
}

/// A server of one program; it ends with this.
struct Server {
    child: Child,
    url: String,
    key: String,
}

impl Server {
    fn start(program: &Path, version: &str) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--quick", "--api-version", version])
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

    fn run(self, program: &mut Command) -> Result<(), Failure> {
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
