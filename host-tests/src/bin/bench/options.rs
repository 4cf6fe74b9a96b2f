//! The command line.

use std::path::PathBuf;

use crate::Failure;
use crate::sdk::Sdks;

const USAGE: &str = "bench [--only PART]… [--accept-counts] [--record-replies] [--python INTERPRETER --node DIRECTORY]
counts fails where a call costs more than is written down, unless --accept-counts writes down what it costs now;
--record-replies asks the fake anew for the replies that are counted over
side-by-side needs both of the latter, with Daytona's SDKs installed; `cargo xtask bench` passes them";

/// What is to be measured.
pub struct Options {
    only: Vec<String>,
    /// What calls cost now is written down instead of being compared.
    pub accept_counts: bool,
    /// The replies that calls are counted over are recorded anew.
    pub record_replies: bool,
    pub sdks: Option<Sdks>,
}

impl Options {
    /// Reads arguments; `parts` are the names that `--only` may have.
    ///
    /// # Errors
    /// With the usage, when there is something else among them.
    pub fn of(arguments: impl IntoIterator<Item = String>, parts: &[&str]) -> Result<Self, Failure> {
        let (mut only, mut python, mut node) = (Vec::new(), None, None);
        let (mut accept_counts, mut record_replies) = (false, false);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--only" => only.push(value()?),
                "--accept-counts" => accept_counts = true,
                "--record-replies" => record_replies = true,
                "--python" => python = Some(PathBuf::from(value()?)),
                "--node" => node = Some(PathBuf::from(value()?)),
                other => return Err(format!("{other:?} is not known\n{USAGE}").into()),
            }
        }
        if let Some(unknown) = only.iter().find(|part| !parts.contains(&part.as_str())) {
            return Err(format!("{unknown:?} is no part; there are {}", parts.join(", ")).into());
        }
        Ok(Self {
            only,
            accept_counts,
            record_replies,
            sdks: python.zip(node).map(|(python, node)| Sdks { python, node }),
        })
    }

    /// Whether a part is to be measured: all are where none is named.
    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[&str]) -> Result<Options, String> {
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        Options::of(arguments, &["sizes", "calls"]).map_err(|failure| failure.to_string())
    }

    #[test]
    fn all_parts_are_measured_unless_some_are_named() {
        let all = of(&[]).expect("options");
        assert!(all.wants("sizes") && all.wants("calls") && all.sdks.is_none());
        assert!(!all.accept_counts && !all.record_replies);
        let one = of(&["--only", "calls", "--python", "p", "--node", "n"]).expect("options");
        assert!(!one.wants("sizes") && one.wants("calls") && one.sdks.is_some());
    }

    #[test]
    fn what_was_counted_is_written_down_only_where_that_is_asked_for() {
        let accepting = of(&["--only", "calls", "--accept-counts"]).expect("options");
        assert!(accepting.accept_counts && !accepting.record_replies);
    }

    #[test]
    fn a_part_that_does_not_exist_is_refused_with_those_that_do() {
        assert_eq!(of(&["--only", "call"]).err().as_deref(), Some("\"call\" is no part; there are sizes, calls"));
        assert!(of(&["--only"]).is_err_and(|why| why.starts_with("--only needs a value")));
        assert!(of(&["--all"]).is_err_and(|why| why.starts_with("\"--all\" is not known")));
    }
}
