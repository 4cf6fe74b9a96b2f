//! The shells that commands for sandboxes are tried in.

use crate::Failure;
use crate::tools;

/// Their programs, which are also the names of Debian's packages.
const SHELLS: [&str; 5] = ["bash", "busybox", "dash", "mksh", "zsh"];

/// Installs those that are missing, where that is possible.
pub fn ensure() -> Result<(), Failure> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let install = || {
        tools::run(tools::command("apt-get").args(["update", "--quiet"]))?;
        let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
        tools::run(tools::command("apt-get").args(install).args(&missing).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    install().map_err(|failure: Failure| {
        let names = missing.join(", ");
        format!("the tests need {names}, and installing them failed: {failure}. Install them as this system does it")
            .into()
    })
}

fn missing() -> Vec<&'static str> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |shell: &&str| std::env::split_paths(&paths).any(|path| path.join(shell).is_file());
    SHELLS.into_iter().filter(|shell| !is_there(shell)).collect()
}
