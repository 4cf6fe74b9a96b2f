//! A command as one line that a bare splitter and every shell read as the same words.
//!
//! The splitter knows blanks and both kinds of quotes, and neither escapes nor variables; it drops empty words. Between single
//! quotes it and every shell of the Bourne family take everything literally, line ends included. A single quote itself stands
//! between double quotes, and pieces that touch are one word to all of them.

/// What the line has `sh` do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Script {
    Start,
    Read,
    Kill,
    Look,
}

impl Script {
    /// The name that the sandbox is told first.
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Read => "read",
            Self::Kill => "kill",
            Self::Look => "look",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Start => include_str!(concat!(env!("OUT_DIR"), "/start.sh")),
            Self::Read => include_str!(concat!(env!("OUT_DIR"), "/read.sh")),
            Self::Kill => include_str!(concat!(env!("OUT_DIR"), "/kill.sh")),
            Self::Look => include_str!(concat!(env!("OUT_DIR"), "/look.sh")),
        }
    }
}

/// What all scripts begin with.
const COMMON: &str = include_str!(concat!(env!("OUT_DIR"), "/common.sh"));

/// Where the program stands in the script that starts one.
const PROGRAM: &str = "@PROGRAM@";

/// A line while it is written.
#[derive(Debug)]
pub struct Line(String);

impl Line {
    /// Begins a line that runs a script. `program` is how the script runs its program, in the script's own words.
    pub fn new(script: Script, program: &str) -> Self {
        let mut line = Self("sh -c".to_owned());
        let (before, after) = script.text().split_once(PROGRAM).unwrap_or((script.text(), ""));
        line.word(&[COMMON, before, program, after].concat());
        line.word("sh");
        line.word(script.name());
        line
    }

    /// Adds a word, which must not be empty.
    pub fn word(&mut self, word: &str) {
        self.0.push_str(" '");
        let mut pieces = word.split('\'');
        self.0.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.0.push_str(r#"'"'"'"#);
            self.0.push_str(piece);
        }
        self.0.push('\'');
    }

    /// Adds several words.
    pub fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        for word in words {
            self.word(word);
        }
    }

    /// The line.
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_sent_without_their_comments_and_fit_into_one_word_with_any_program() {
        for script in [Script::Start, Script::Read, Script::Kill, Script::Look] {
            let line = Line::new(script, "\"$@\"").finish();
            let comments: Vec<_> = line.lines().filter(|line| line.trim_start().starts_with('#')).collect();
            assert!(comments.is_empty(), "{comments:?}");
            assert!(!line.contains(PROGRAM) && !line.contains('\\'), "{line}");
            assert!(line.len() < 8_192, "{} bytes", line.len());
        }
    }

    #[test]
    fn a_word_stands_between_quotes_and_a_quote_between_the_other_ones() {
        let mut line = Line(String::new());
        line.words(["a b", "it's", "$HOME\n"]);
        assert_eq!(line.finish(), " 'a b' 'it'\"'\"'s' '$HOME\n'");
    }
}
