//! The component: built, looked at, and put where the other crates take it from.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::artifact::{Artifact, grouped};
use crate::contract;
use crate::size::{self, Size};
use crate::tools::{self, HOSTILE, PACKAGE, TINY, WASM, put};

/// Where the command line's crate takes the component from. Git ignores it.
const BUNDLED: &str = "cli/component/provider.wasm";

/// File name that cargo gives a package's component.
pub fn built(package: &str) -> String {
    format!("{}.wasm", package.replace('-', "_"))
}

/// Builds the component, prints what it is, holds its size to what is written down, and returns where it lies.
pub fn build() -> Result<PathBuf, Failure> {
    let (artifact, path) = component()?;
    let (size, recorded) = (Size::of(&artifact), Size::recorded()?);
    show(&artifact, &path, |last| format!(", at most {}", grouped(size::most(last(&recorded)))));
    size.compare(recorded)?;
    Ok(tools::root().join(path))
}

/// Builds the component, prints what it is, and writes its size down.
pub fn build_accepting_size() -> Result<(), Failure> {
    let (artifact, path) = component()?;
    show(&artifact, &path, |_| String::new());
    Size::of(&artifact).record()
}

/// Builds the component, and gives the crates that need a copy of it or of the contract one of their own: a package is built
/// from its own files.
fn component() -> Result<(Artifact, PathBuf), Failure> {
    contract::copy()?;
    let (artifact, path) = compile(PACKAGE, PACKAGE, &[])?;
    put(&artifact.bytes, &tools::root().join(BUNDLED))?;
    Ok((artifact, path))
}

/// Prints a component; `bound` says behind each size what that may be.
fn show(artifact: &Artifact, path: &Path, bound: impl Fn(fn(&Size) -> usize) -> String) {
    println!("{}", path.display());
    println!("  size     {:>7} bytes{}", grouped(artifact.size), bound(|size| size.bytes));
    println!("  gzipped  {:>7} bytes{}", grouped(artifact.gzipped), bound(|size| size.gzipped));
    println!("  imports");
    for import in &artifact.imports {
        println!("    {import}");
    }
}

/// Builds the components that only tests load.
pub fn guests() -> Result<(), Failure> {
    for (package, name, more) in
        [(HOSTILE, "hostile", &[][..]), (TINY, "tiny", &[]), (TINY, "tiny-faulty", &["--features", "faulty"])]
    {
        let (_, path) = compile(package, name, more)?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Builds a package as a component, with more arguments for cargo, and puts it where the other crates take it from, under a
/// name. Returns that path in the repository.
pub fn compile(package: &str, name: &str, more: &[&str]) -> Result<(Artifact, PathBuf), Failure> {
    tools::ensure_wasm_target()?;
    let remaps = remaps()?;
    let mut cargo = tools::cargo()?;
    cargo.args(["build", "--release", "--target", WASM, "-p", package]).args(more);
    tools::run(cargo.env("CARGO_ENCODED_RUSTFLAGS", rustflags(&remaps)))?;
    let built = tools::target_dir()?.join(WASM).join("release").join(built(package));
    let artifact = Artifact::read(&built)?;
    no_local_path(&artifact.bytes, &remaps)?;
    // Always below the repository, whatever cargo's target directory is: the other crates look for it there.
    let path = Path::new("target").join("component").join(name).with_extension("wasm");
    put(&artifact.bytes, &tools::root().join(&path))?;
    Ok((artifact, path))
}

/// The flags of every build of the component: those of the caller, and what keeps the builder's paths out of it.
///
/// Panic locations carry the paths of source files; as they are, the same sources would give every builder other bytes.
pub fn rustflags(remaps: &[(PathBuf, String)]) -> String {
    const SEPARATOR: &str = "\u{1f}";
    let variable = |name: &str| std::env::var(name).ok().filter(|flags| !flags.is_empty());
    let given = match variable("CARGO_ENCODED_RUSTFLAGS") {
        Some(flags) => flags,
        None => {
            let flags = variable("RUSTFLAGS").unwrap_or_default();
            flags.split_whitespace().collect::<Vec<_>>().join(SEPARATOR)
        }
    };
    let ours = remaps.iter().map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
    let all = std::iter::once(given).filter(|flags| !flags.is_empty()).chain(ours);
    all.collect::<Vec<_>>().join(SEPARATOR)
}

/// Directories of this machine, and what stands for them in the component. The compiler lets the last match win, so the
/// inner directory comes after the outer one.
pub fn remaps() -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut remaps = vec![(tools::root(), "/source".to_owned())];
    remaps.push((tools::target_dir()?, "/target".to_owned()));
    remaps.extend(tools::cargo_home().map(|home| (home, "/cargo".to_owned())));
    let sysroot = tools::rustc(&["--print", "sysroot"])?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
    let version = tools::rustc(&["--version", "--verbose"])?;
    // Where the sources of the standard library are installed, the compiler names them instead of its own spelling.
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    remaps.push((library, format!("/rustc/{commit}")));
    Ok(remaps)
}

fn no_local_path(bytes: &[u8], remaps: &[(PathBuf, String)]) -> Result<(), Failure> {
    for (path, _) in remaps {
        let text = path.as_os_str().as_encoded_bytes();
        // A path of one letter would be found in any file.
        if text.len() > 2 && bytes.windows(text.len()).any(|window| window == text) {
            return Err(format!("the component contains the path {} of this machine", path.display()).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_builder_in_the_component_fails_the_build() {
        let remaps = [(PathBuf::from("/elsewhere/somebody"), "/source".to_owned())];
        assert!(no_local_path(b"..../source/lib.rs", &remaps).is_ok());
        assert!(no_local_path(b"..../elsewhere/somebody/lib.rs", &remaps).is_err());
    }

    #[test]
    fn every_directory_of_the_builder_is_renamed() -> Result<(), Failure> {
        let remaps = remaps()?;
        let flags = rustflags(&remaps);
        let root = format!("--remap-path-prefix={}=/source", tools::root().display());
        assert!(flags.split('\u{1f}').any(|flag| flag == root), "{flags}");
        assert_eq!(flags.matches("--remap-path-prefix=").count(), remaps.len());
        Ok(())
    }
}
