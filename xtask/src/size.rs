//! What the component weighs, held to what was written down last.
//!
//! A platform downloads, verifies and compiles the component at every upgrade, so growth is decided on and does not just
//! happen. The comparison is with the last figure and not with a limit near it, so that a new compiler, which changes some
//! hundred bytes, does not break the build.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::artifact::{Artifact, grouped};
use crate::tools;

/// Where the last measured size is written down, in the repository.
const FILE: &str = "xtask/component-size.json";

/// Most bytes that the component may have, whatever is written down.
const CEILING: usize = 480_000;

/// How much more than what is written down is let pass, in percent.
const TOLERANCE: usize = 5;

/// The option of `cargo xtask build` that writes the size down.
pub const ACCEPT: &str = "--accept-size";

/// A component's size, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    pub bytes: usize,
    /// At gzip's best level.
    pub gzipped: usize,
}

impl Size {
    pub fn of(artifact: &Artifact) -> Self {
        Self { bytes: artifact.size, gzipped: artifact.gzipped }
    }

    /// What is written down.
    pub fn recorded() -> Result<Self, Failure> {
        Self::read(&path())
    }

    /// Writes it down as what the next builds are compared with.
    pub fn record(self) -> Result<(), Failure> {
        self.below_ceiling()?;
        self.write(&path())?;
        println!("{FILE} says so now.");
        Ok(())
    }

    /// Fails where it is above the ceiling, or grew too much over what is written down. Says where it shrank as much: what is
    /// written down would let it grow back unnoticed.
    pub fn compare(self, recorded: Self) -> Result<(), Failure> {
        self.below_ceiling()?;
        let mut shrank = false;
        for (what, bytes, last) in
            [("has", self.bytes, recorded.bytes), ("has, gzipped,", self.gzipped, recorded.gzipped)]
        {
            if bytes > most(last) {
                let (bytes, last) = (grouped(bytes), grouped(last));
                return Err(format!(
                    "the component {what} {bytes} bytes, over {TOLERANCE} % more than the {last} in {FILE}. Make it smaller, or \
                     run `cargo xtask build {ACCEPT}` and commit the file with what it is spent on"
                )
                .into());
            }
            shrank |= last > most(bytes);
        }
        if shrank {
            println!("It is over {TOLERANCE} % smaller than {FILE} says; `cargo xtask build {ACCEPT}` writes it down.");
        }
        Ok(())
    }

    fn below_ceiling(self) -> Result<(), Failure> {
        if self.bytes > CEILING {
            let (bytes, ceiling) = (grouped(self.bytes), grouped(CEILING));
            return Err(
                format!("the component has {bytes} bytes, more than the {ceiling} that it may have at all").into()
            );
        }
        Ok(())
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |problem: &dyn std::fmt::Display| -> Failure {
            format!("{}: {problem}. `cargo xtask build {ACCEPT}` writes it", path.display()).into()
        };
        let text = std::fs::read(path).map_err(|problem| failed(&problem))?;
        serde_json::from_slice(&text).map_err(|problem| failed(&problem))
    }

    fn write(self, path: &Path) -> Result<(), Failure> {
        Ok(std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&self)?))?)
    }
}

/// Most bytes that are let pass where so many are written down.
pub fn most(recorded: usize) -> usize {
    recorded + recorded * TOLERANCE / 100
}

fn path() -> PathBuf {
    tools::root().join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: Size = Size { bytes: 200_000, gzipped: 80_000 };

    fn refused(size: Size) -> Option<String> {
        size.compare(RECORDED).err().map(|failure| failure.to_string())
    }

    #[test]
    fn five_percent_more_than_what_is_written_down_is_let_pass_and_no_byte_beyond() {
        assert_eq!(refused(Size { bytes: 210_000, gzipped: 84_000 }), None);
        assert_eq!(refused(Size { bytes: 1, gzipped: 1 }), None);
        let larger = refused(Size { bytes: 210_001, ..RECORDED }).unwrap_or_default();
        assert!(larger.starts_with("the component has 210,001 bytes, over 5 % more than the 200,000 in"), "{larger}");
        let larger = refused(Size { gzipped: 84_001, ..RECORDED }).unwrap_or_default();
        assert!(larger.starts_with("the component has, gzipped, 84,001 bytes"), "{larger}");
    }

    #[test]
    fn the_refusal_says_which_command_writes_the_new_size_down() {
        let larger = refused(Size { bytes: 299_999, ..RECORDED }).unwrap_or_default();
        assert!(larger.contains("cargo xtask build --accept-size"), "{larger}");
    }

    #[test]
    fn above_the_ceiling_nothing_is_let_pass_and_nothing_is_written_down() {
        let size = Size { bytes: CEILING + 1, gzipped: 1 };
        let above = "the component has 480,001 bytes, more than the 480,000 that it may have at all";
        for outcome in [size.compare(size), size.record()] {
            assert_eq!(outcome.err().map(|failure| failure.to_string()).as_deref(), Some(above));
        }
        assert!(Size { bytes: CEILING, gzipped: 1 }.compare(size).is_ok());
    }

    #[test]
    fn what_was_written_down_is_read_again_and_anything_else_is_an_error_with_the_remedy() -> Result<(), Failure> {
        let directory = tools::target_dir()?.join(format!("xtask-size-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let path = directory.join("size.json");
        RECORDED.write(&path)?;
        assert_eq!(Size::read(&path)?, RECORDED);
        for text in ["", "{}", r#"{"bytes":1}"#, r#"{"bytes":1,"gzipped":-1}"#, r#"{"bytes":1,"gzipped":1,"x":1}"#] {
            std::fs::write(&path, text)?;
            let failure = Size::read(&path).err().map(|failure| failure.to_string()).unwrap_or_default();
            assert!(failure.ends_with("`cargo xtask build --accept-size` writes it"), "{text}: {failure}");
        }
        Ok(std::fs::remove_dir_all(&directory)?)
    }

    #[test]
    fn the_repository_has_a_size_written_down_that_is_below_the_ceiling() -> Result<(), Failure> {
        let recorded = Size::recorded()?;
        assert!(recorded.bytes <= CEILING && recorded.gzipped < recorded.bytes, "{recorded:?}");
        Ok(())
    }
}
