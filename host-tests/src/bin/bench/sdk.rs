//! Where Daytona's official SDKs are installed.

use std::path::PathBuf;
use std::process::Command;

/// What `cargo xtask bench` has installed.
pub struct Sdks {
    /// The interpreter of an environment that has the Python SDK.
    pub python: PathBuf,
    /// A directory that has the TypeScript SDK and the program that uses it.
    pub node: PathBuf,
}

/// The client that uses the Python SDK.
const PYTHON_CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../interop/python/cycle.py");

impl Sdks {
    pub fn typescript(&self) -> Command {
        let mut command = Command::new("node");
        command.current_dir(&self.node).arg("cycle.mjs");
        command
    }

    pub fn python(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.env("PYTHONDONTWRITEBYTECODE", "1").arg(PYTHON_CLIENT);
        command
    }
}
