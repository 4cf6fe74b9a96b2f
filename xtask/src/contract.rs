//! The host's copy of the contract. A package is built from its own files, and the host knows no vendor, so it has the
//! interfaces without the worlds.

use std::fs;
use std::path::Path;

use crate::Failure;
use crate::tools::{self, put};

/// Where the contract lies, and where the host's copy does.
const ORIGINAL: &str = "wit";
const COPY: &str = "host/wit";

/// The file of worlds: they name vendors, and what a component imports.
const WORLDS: &str = "worlds.wit";

/// Brings the copy up to date. A test of the contract holds it to be current.
pub fn copy() -> Result<(), Failure> {
    let root = tools::root();
    let (from, to) = (root.join(ORIGINAL), root.join(COPY));
    let wanted = interfaces(&from)?;
    for name in &wanted {
        put(&fs::read(from.join(name))?, &to.join(name))?;
    }
    for name in interfaces(&to)?.iter().filter(|name| !wanted.contains(name)) {
        fs::remove_file(to.join(name))?;
    }
    Ok(())
}

/// Names of the files of a directory that define interfaces, sorted.
fn interfaces(directory: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(|problem| format!("{}: {problem}", directory.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".wit") && name != WORLDS {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
