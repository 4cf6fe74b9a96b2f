//! The bench: built, given what it needs, and run.

use crate::Failure;
use crate::build::build;
use crate::packages::{Node, Python};
use crate::test::run_native;

/// The part that runs Daytona's SDKs.
const SIDE_BY_SIDE: &str = "side-by-side";

/// Prints the table of what everything costs, or some parts of it, and what the fake holds.
pub fn bench(arguments: &[String]) -> Result<(), Failure> {
    build()?;
    let mut all = arguments.to_vec();
    if needs_sdks(arguments) {
        let (python, node) = (Python::install("python", "requirements.txt")?, Node::install()?);
        for (option, place) in [("--python", &python.interpreter), ("--node", &node.home)] {
            all.extend([option.to_owned(), place.display().to_string()]);
        }
    }
    run_native("bench", &all)?;
    if names_parts(arguments) { Ok(()) } else { run_native("throughput", &[]) }
}

fn names_parts(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--only")
}

/// Whether they have to be installed, which takes minutes and a network the first time.
fn needs_sdks(arguments: &[String]) -> bool {
    !names_parts(arguments) || arguments.iter().any(|argument| argument == SIDE_BY_SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sdks_are_installed_for_the_whole_table_and_for_their_own_part() {
        let needs = |words: &[&str]| needs_sdks(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert!(needs(&[]));
        assert!(needs(&["--only", "sizes", "--only", SIDE_BY_SIDE]));
        assert!(!needs(&["--only", "sizes"]));
    }
}
