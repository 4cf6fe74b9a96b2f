//! Programs in other languages and the packages that they need, installed below the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::tools;

pub const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Where the programs lie.
fn sources(language: &str) -> PathBuf {
    tools::root().join("interop").join(language)
}

/// Where their packages are installed.
fn installed(language: &str) -> Result<PathBuf, Failure> {
    Ok(tools::target_dir()?.join("interop").join(language))
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

/// Installs the npm packages that a file pins into a directory, unless they are there.
pub fn install_once(pins: &Path, home: &Path) -> Result<(), Failure> {
    install_npm(pins, home, &["--ignore-scripts"])
}

/// The same for packages that fetch their programs when they are installed.
pub fn install_with_scripts(pins: &Path, home: &Path) -> Result<(), Failure> {
    install_npm(pins, home, &[])
}

fn install_npm(pins: &Path, home: &Path, more: &[&str]) -> Result<(), Failure> {
    fs::create_dir_all(home)?;
    once(pins, &home.join("installed"), || {
        fs::copy(pins, home.join("package.json"))?;
        let install = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"];
        tools::run(Command::new(NPM).current_dir(home).args(install).args(more))
            .map_err(|failure| format!("{failure}. Node 20 or later with npm is needed").into())
    })
}

/// Puts the programs of a directory below `interop/`, and what they have in common, to where their packages are: a module is
/// looked for beside the program that wants it.
pub fn copy_programs(language: &str, home: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(sources(language))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), home.join(entry.file_name()))?;
        }
    }
    fs::copy(sources("").join("fake.mjs"), home.join("fake.mjs"))?;
    Ok(())
}

/// A virtual environment with the pinned packages.
pub struct Python {
    /// Runs programs with them.
    pub interpreter: PathBuf,
}

impl Python {
    /// Installs what a file below `interop/python` names into a directory of its own.
    pub fn install(name: &str, pins: &str) -> Result<Self, Failure> {
        Self::install_pins(name, &sources("python").join(pins))
    }

    /// Installs what a file names into a directory of its own.
    pub fn install_pins(name: &str, pins: &Path) -> Result<Self, Failure> {
        let home = installed(name)?;
        let scripts = home.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let interpreter = scripts.join(format!("python{}", std::env::consts::EXE_SUFFIX));
        once(pins, &home.join("installed"), || {
            let system = if cfg!(windows) { "python" } else { "python3" };
            tools::run(tools::command(system).args(["-m", "venv", "--clear"]).arg(&home))
                .map_err(|failure| format!("{failure}. Python 3.9 or later with venv is needed"))?;
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
            tools::run(Command::new(&interpreter).args(pip).arg(pins))
        })?;
        Ok(Self { interpreter })
    }

    /// A program that one of the packages brings.
    pub fn tool(&self, name: &str) -> Command {
        let mut command =
            Command::new(self.interpreter.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION));
        command.current_dir(tools::root());
        command
    }

    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(&self.interpreter);
        command.current_dir(tools::root()).env("PYTHONDONTWRITEBYTECODE", "1").arg(sources("python").join(name));
        command
    }
}

/// A directory with the pinned packages and the programs.
pub struct Node {
    /// Where programs are run.
    pub home: PathBuf,
}

impl Node {
    pub fn install() -> Result<Self, Failure> {
        let home = installed("node")?;
        fs::create_dir_all(&home)?;
        copy_programs("node", &home)?;
        install_once(&sources("node").join("package.json"), &home)?;
        Ok(Self { home })
    }

    /// Puts the component there, as JavaScript.
    pub fn transpile(&self, component: &Path) -> Result<(), Failure> {
        let transpile = ["jco", "transpile", "--quiet", "--name", "provider", "--out-dir", "component"];
        let mut command = Command::new(NPM);
        command.current_dir(&self.home).args(["exec", "--offline", "--"]).args(transpile);
        tools::run(command.arg(component))
    }

    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new("node");
        command.current_dir(&self.home).arg(name);
        command
    }
}
