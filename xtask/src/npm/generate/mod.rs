//! What the npm package has to have in common with the contract, written from `wit/`: types for TypeScript, and the table
//! by which values are converted. A test holds the written files to be current.

mod contract;
mod names;
mod table;
mod types;

use std::path::PathBuf;

use self::contract::Contract;
use crate::{Failure, tools};

/// The first line of each file.
const HEADER: &str = "// Generated from wit/ by `cargo xtask generate`. Do not edit.\n\n";

/// Writes the files that differ, and says which.
pub fn generate() -> Result<(), Failure> {
    for (path, text) in files()? {
        if std::fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        std::fs::create_dir_all(path.parent().ok_or("a file has a directory")?)?;
        std::fs::write(&path, text)?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Where each file lies, and what it has to contain.
fn files() -> Result<Vec<(PathBuf, String)>, Failure> {
    let contract = Contract::read()?;
    let directory = tools::root().join("packages/npm/src/generated");
    let texts = [
        ("contract.ts", table::contract(&contract)?),
        ("functions.ts", types::functions(&contract)?),
        ("types.ts", types::types(&contract)?),
        ("wasi.ts", table::wasi(&contract)?),
    ];
    Ok(texts.map(|(name, text)| (directory.join(name), text)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_generated_for_the_npm_package_is_current() -> Result<(), Failure> {
        for (path, text) in files()? {
            let present = std::fs::read_to_string(&path)?;
            assert!(present == text, "{} is not what wit/ says: run `cargo xtask generate`", path.display());
        }
        Ok(())
    }
}
