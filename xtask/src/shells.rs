//! The shells that commands for sandboxes are tried in.

use std::path::PathBuf;

use crate::Failure;
use crate::tools;

/// Their programs, which are also the names of Debian's packages.
const SHELLS: [&str; 5] = ["bash", "busybox", "dash", "mksh", "zsh"];

/// Installs those that are missing, where that is possible, and says which there are. Without one of them nothing is tested.
pub fn ensure() -> Result<(), Failure> {
    if !missing().is_empty() {
        install()?;
    }
    let found: Vec<String> =
        SHELLS.iter().filter_map(|shell| path(shell)).map(|path| path.display().to_string()).collect();
    println!("Commands for sandboxes are tried in a bare splitter and in {}", found.join(", "));
    let missing = missing();
    if missing.is_empty() { Ok(()) } else { Err(format!("{} cannot be found", missing.join(", ")).into()) }
}

fn install() -> Result<(), Failure> {
    let missing = missing();
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
    SHELLS.into_iter().filter(|shell| path(shell).is_none()).collect()
}

fn path(shell: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).map(|path| path.join(shell)).find(|path| path.is_file())
}
