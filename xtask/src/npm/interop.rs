//! The packed package, installed where nothing else is, against the fake Daytona: in every engine and mode.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::conformance;
use super::engines::{Engine, Engines};
use super::pack::{Packed, pack};
use crate::fake_server::{Server, server_binary};
use crate::packages::{NPM, copy_programs};
use crate::{Failure, tools};

/// Every generation of servers, and an image that it runs.
const GENERATIONS: [(&str, &str); 7] = [
    ("documented", "ghcr.io/acme/worker:1"),
    ("0.100", "ubuntu:22.04"),
    ("0.105", "ghcr.io/acme/worker:1"),
    ("0.179", "ghcr.io/acme/worker:1"),
    ("0.190", "ghcr.io/acme/worker:1"),
    ("0.205", "ghcr.io/acme/worker:1"),
    ("0.231", "ghcr.io/acme/worker:1"),
];

/// The generation for programs that are not about generations.
const USUAL: &str = "0.190";

/// Calls by which replay is held to suspension.
const RANDOM_CALLS: &str = "10000";

/// Packs, installs and runs everything. The first program that fails ends it.
pub fn interop() -> Result<(), Failure> {
    let packed = pack()?;
    let home = install(&packed)?;
    let trial = Trial { server: server_binary()?, home, engines: Engines::install()?, tools: packed.tools };
    for engine in trial.engines.all() {
        for mode in engine.modes() {
            trial.run(USUAL, engine, mode, "session.mjs")?;
            trial.over_node_http(engine, mode, "session.mjs")?;
            trial.over_node_http(engine, mode, "node-fetch.mjs")?;
        }
    }
    let both = [(trial.engines.newest(), "jspi"), (trial.engines.oldest(), "replay")];
    for (engine, mode) in both {
        for (version, image) in GENERATIONS {
            trial.session_on(version, image, engine, mode)?;
        }
        for program in ["mistakes.mjs", "transport.mjs", "life.mjs", "forms.mjs"] {
            trial.run(USUAL, engine, mode, program)?;
        }
        trial.at_once(engine, mode)?;
        trial.over_node_http(engine, mode, "transport.mjs")?;
        trial.run(USUAL, engine, mode, "commonjs.cjs")?;
        trial.bundled(engine, mode, "session.mjs", "esm")?;
        trial.bundled(engine, mode, "commonjs.cjs", "cjs")?;
    }
    for program in ["worker.mjs", "worker-require.mjs"] {
        trial.workerd(program)?;
    }
    for (engine, _) in both {
        trial.edge_light(engine)?;
    }
    trial.readme()?;
    trial.equal()?;
    conformance::conformance(&trial.home, both)
}

/// What programs are run with.
struct Trial {
    server: PathBuf,
    home: PathBuf,
    engines: Engines,
    tools: PathBuf,
}

impl Trial {
    fn run(&self, version: &str, engine: &Engine, mode: &str, program: &str) -> Result<(), Failure> {
        let mut command = engine.command(&self.home, Path::new(program));
        Server::start(&self.server, &["--quick", "--api-version", version])?.run(command.env("MODE", mode))
    }

    /// The same where requests are sent by `node:http` in place of the engine's `fetch`.
    fn over_node_http(&self, engine: &Engine, mode: &str, program: &str) -> Result<(), Failure> {
        let mut command = engine.command(&self.home, Path::new(program));
        command.env("MODE", mode).env("SENDS", "node");
        Server::start(&self.server, &["--quick", "--api-version", USUAL])?.run(&mut command)
    }

    /// Many provisions at once, of a server without quotas.
    fn at_once(&self, engine: &Engine, mode: &str) -> Result<(), Failure> {
        let mut command = engine.command(&self.home, Path::new("concurrent.mjs"));
        let arguments = ["--quick", "--unlimited", "--api-version", USUAL];
        Server::start(&self.server, &arguments)?.run(command.env("MODE", mode))
    }

    /// The README's code and what else a TypeScript program may write.
    fn readme(&self) -> Result<(), Failure> {
        let mut command = self.engines.newest().command(&self.home, Path::new("readme.mjs"));
        tools::run(command.arg(self.tools.join("node_modules/typescript/bin/tsc")))
    }

    /// Both modes in one engine, each against a server that the program starts.
    fn equal(&self) -> Result<(), Failure> {
        let mut command = self.engines.newest().command(&self.home, Path::new("equal.mjs"));
        tools::run(command.env("FAKE_DAYTONA", &self.server).env("CALLS", RANDOM_CALLS))
    }

    /// A program in one file, alone in a directory.
    fn bundled(&self, engine: &Engine, mode: &str, program: &str, format: &str) -> Result<(), Failure> {
        let alone = self.empty("alone")?;
        let file = if format == "cjs" { "bundle.cjs" } else { "bundle.mjs" };
        let arguments = ["--platform=node", "--log-level=warning"];
        self.esbuild(program, format, &alone.join(file), &arguments)?;
        let mut command = engine.command(&alone, Path::new(file));
        command.env("MODE", mode).env("ALONE", "1");
        Server::start(&self.server, &["--quick", "--api-version", USUAL])?.run(&mut command)
    }

    /// Cloudflare's engine, which takes WebAssembly as a module and compiles nothing at run time. `program` imports the package,
    /// or requires it.
    fn workerd(&self, program: &str) -> Result<(), Failure> {
        let alone = self.empty("worker")?;
        let arguments = ["--conditions=workerd", "--loader:.wasm=copy", "--asset-names=[name]", "--log-level=warning"];
        self.esbuild(program, "esm", &alone.join("worker.js"), &arguments)?;
        fs::copy(self.home.join("worker.capnp"), alone.join("worker.capnp"))?;
        let mut command = Command::new(self.engines.workerd());
        command.current_dir(&alone).args(["test", "worker.capnp"]);
        Server::start(&self.server, &["--quick", "--api-version", USUAL])?.run(&mut command)
    }

    /// Vercel's engine, in a Node: it is a virtual machine of whichever runs it.
    fn edge_light(&self, engine: &Engine) -> Result<(), Failure> {
        let bundle = self.empty("edge-light")?.join("worker.js");
        let arguments =
            ["--conditions=edge-light", "--global-name=worker", "--external:*.wasm?module", "--log-level=warning"];
        self.esbuild("worker.mjs", "iife", &bundle, &arguments)?;
        // Modules are looked for beside the program that wants them.
        let program = self.engines.home().join("edge-light.mjs");
        fs::copy(self.home.join("edge-light.mjs"), &program)?;
        let mut command = engine.command(self.engines.home(), &program);
        command.arg(&bundle).arg(self.home.join("node_modules/daytona-sandbox-provider/core.wasm"));
        let modes: Vec<&str> = ["auto"].iter().chain(engine.modes()).copied().collect();
        command.env("MODES", modes.join(" "));
        Server::start(&self.server, &["--quick", "--api-version", USUAL])?.run(&mut command)
    }

    fn esbuild(&self, program: &str, format: &str, to: &Path, more: &[&str]) -> Result<(), Failure> {
        let mut esbuild = Command::new(self.tools.join("node_modules/.bin/esbuild"));
        esbuild.current_dir(&self.home).args([program, "--bundle", &format!("--format={format}")]).args(more);
        tools::run(esbuild.arg(format!("--outfile={}", to.display())))
    }

    /// An empty directory in which nothing is installed, nor in those above it.
    fn empty(&self, name: &str) -> Result<PathBuf, Failure> {
        let directory = tools::target_dir()?.join("npm").join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    fn session_on(&self, version: &str, image: &str, engine: &Engine, mode: &str) -> Result<(), Failure> {
        let mut command = engine.command(&self.home, Path::new("session.mjs"));
        command.env("MODE", mode).env("IMAGE", image);
        Server::start(&self.server, &["--quick", "--api-version", version])?.run(&mut command)
    }
}

/// Installs the archive in an empty directory and puts the programs there.
pub fn install(packed: &Packed) -> Result<PathBuf, Failure> {
    let home = tools::target_dir()?.join("npm/installed");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    fs::write(home.join("package.json"), "{ \"private\": true }\n")?;
    let mut npm = Command::new(NPM);
    npm.current_dir(&home).args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]);
    tools::run(npm.arg(&packed.tarball))?;
    copy_programs("npm", &home)?;
    Ok(home)
}
