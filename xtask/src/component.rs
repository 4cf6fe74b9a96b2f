//! The same component from cargo-component, and whether it really is the same.

use crate::Failure;
use crate::artifact::{Artifact, grouped};
use crate::build::{self, built};
use crate::tools::{self, PACKAGE, WASM};

/// Most that the sizes may differ, in percent of the plain build's.
const MAX_DIFFERENCE: usize = 5;

/// Builds both ways, prints both side by side, and fails where they differ.
pub fn compare() -> Result<(), Failure> {
    let plain = Artifact::read(&build::build()?)?;
    let version = tools::ensure_cargo_component()?;
    // A directory of its own: cargo-component takes what cargo built and writes over it.
    let target = tools::target_dir()?.join("cargo-component");
    let mut cargo = tools::cargo()?;
    cargo.args(["component", "build", "--release", "--target", WASM]).env("CARGO_TARGET_DIR", &target);
    tools::run(cargo.env("CARGO_ENCODED_RUSTFLAGS", build::rustflags(&build::remaps()?)))?;
    let other = Artifact::read(&target.join(WASM).join("release").join(built(PACKAGE)))?;

    println!("{:<10} {:>15} {:>15}", "", "cargo", "cargo-component");
    for (what, a, b) in [
        ("size", plain.size, other.size),
        ("gzipped", plain.gzipped, other.gzipped),
        ("imports", plain.imports.len(), other.imports.len()),
        ("exports", plain.exports.len(), other.exports.len()),
    ] {
        println!("{what:<10} {:>15} {:>15}", grouped(a), grouped(b));
    }
    println!("({version})");

    let differences = differences(&plain, &other);
    if differences.is_empty() {
        println!("Both have the same imports and exports, and sizes within {MAX_DIFFERENCE} %.");
        return Ok(());
    }
    Err(format!("the two components differ:\n  {}", differences.join("\n  ")).into())
}

/// Every difference that matters, in words.
fn differences(plain: &Artifact, other: &Artifact) -> Vec<String> {
    let mut differences = Vec::new();
    for (verb, a, b) in [("imports", &plain.imports, &other.imports), ("exports", &plain.exports, &other.exports)] {
        let only = |these: &[String], those: &[String], who: &str| -> Vec<String> {
            let missing = these.iter().filter(|name| !those.contains(name));
            missing.map(|name| format!("only {who} {verb} {name}")).collect()
        };
        differences.extend(only(a, b, "the plain build"));
        differences.extend(only(b, a, "the build of cargo-component"));
    }
    for (what, a, b) in [("size", plain.size, other.size), ("gzipped size", plain.gzipped, other.gzipped)] {
        if a.abs_diff(b) * 100 > a * MAX_DIFFERENCE {
            differences.push(format!("the {what} is {} against {}", grouped(a), grouped(b)));
        }
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(size: usize, imports: &[&str], exports: &[&str]) -> Artifact {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Artifact { bytes: Vec::new(), size, gzipped: size, imports: owned(imports), exports: owned(exports) }
    }

    #[test]
    fn equal_surfaces_and_similar_sizes_are_the_same() {
        for size in [950, 1000, 1050] {
            assert!(differences(&artifact(1000, &["a"], &["b"]), &artifact(size, &["a"], &["b"])).is_empty(), "{size}");
        }
    }

    #[test]
    fn every_import_and_export_of_one_side_only_is_named() {
        let plain = artifact(1000, &["a", "io@0.2.0"], &["x"]);
        let other = artifact(1000, &["a", "io@0.2.3"], &["x", "y"]);
        assert_eq!(
            differences(&plain, &other),
            [
                "only the plain build imports io@0.2.0",
                "only the build of cargo-component imports io@0.2.3",
                "only the build of cargo-component exports y",
            ]
        );
    }

    #[test]
    fn sizes_more_than_five_percent_apart_are_named() {
        for size in [949, 1051] {
            let found = differences(&artifact(1000, &[], &[]), &artifact(size, &[], &[]));
            assert_eq!(found.len(), 2, "{size}");
            assert!(found.iter().all(|text| text.contains("1,000 against")), "{found:?}");
        }
    }
}
