//! JavaScript engines from npm, each of a pinned version.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::install_with_scripts;
use crate::{Failure, tools};

/// One engine.
pub struct Engine {
    /// What it is called where it is installed.
    name: &'static str,
    program: PathBuf,
    /// What stands before the program that it runs.
    arguments: &'static [&'static str],
    /// Whether it suspends WebAssembly.
    suspends: bool,
}

impl Engine {
    /// In which modes the package runs on it.
    pub fn modes(&self) -> &'static [&'static str] {
        if self.suspends { &["jspi", "replay"] } else { &["replay"] }
    }

    /// The engine itself.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A program, run in a directory.
    pub fn command(&self, directory: &Path, program: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(directory).args(self.arguments).arg(program);
        command
    }
}

/// All of them.
pub struct Engines {
    engines: Vec<Engine>,
    home: PathBuf,
}

impl Engines {
    /// Installs them, once.
    pub fn install() -> Result<Self, Failure> {
        let home = tools::target_dir()?.join("npm/engines");
        install_with_scripts(&tools::root().join("interop/npm/engines/package.json"), &home)?;
        let modules = home.join("node_modules");
        let node = |name: &'static str, suspends| Engine {
            name,
            program: modules.join(name).join("bin/node"),
            arguments: &[],
            suspends,
        };
        let bin = modules.join(".bin");
        let deno: &[&str] = &["run", "--allow-all", "--no-prompt", "--node-modules-dir=manual"];
        let engines = vec![
            node("node22", false),
            node("node24", true),
            node("node26", true),
            Engine { name: "bun", program: bin.join("bun"), arguments: &[], suspends: true },
            Engine { name: "deno", program: bin.join("deno"), arguments: deno, suspends: true },
        ];
        for engine in &engines {
            let version = tools::output(Command::new(&engine.program).arg("--version"))?;
            println!("{}: {}", engine.name, version.lines().next().unwrap_or_default());
        }
        Ok(Self { engines, home })
    }

    pub fn all(&self) -> &[Engine] {
        &self.engines
    }

    /// The oldest Node that the package is for.
    pub fn oldest(&self) -> &Engine {
        &self.engines[0]
    }

    /// The newest Node.
    pub fn newest(&self) -> &Engine {
        &self.engines[2]
    }

    /// Where they are installed.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Cloudflare's engine, which runs no files but what its configuration names.
    pub fn workerd(&self) -> PathBuf {
        self.home.join("node_modules/.bin/workerd")
    }
}
