//! Files of environment variables, as shells and tools write them. A line is read as what it says or refused by its number:
//! a variable under another name would be one that nobody set.

use std::path::Path;

use super::failure::Failure;
use super::files::text;
use super::paths::told;
use super::variable::is_name;

/// Reads the variables of a file.
pub fn read(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let text = text(path, Failure::spec)?;
    parse(&text).map_err(|(line, wrong)| {
        Failure::spec(format!("{}: line {line} {}.", told(path), wrong.words())).remedy(wrong.remedy())
    })
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    NoPair,
    Name,
    SeveralLines,
    LineEnd,
}

impl Wrong {
    fn words(self) -> &'static str {
        match self {
            Self::NoPair => "is not NAME=VALUE",
            Self::Name => "has a name before `=` that no variable can have",
            Self::SeveralLines => "begins a value of several lines, which such a file cannot hold",
            Self::LineEnd => "has a line end, or a byte 0, in the middle",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::NoPair | Self::Name => {
                "Write NAME=VALUE or `export NAME=VALUE`, with a name of letters, digits and _. Values are taken as they stand."
            }
            Self::SeveralLines => {
                "Put such a value into a specification (--spec), as JSON with \\n in it, or encode it."
            }
            Self::LineEnd => "Store the file with the line ends of Unix or Windows.",
        }
    }
}

/// Values are taken as they stand, quotes and all. On a mistake the number of the line: its content may be a secret.
fn parse(text: &str) -> Result<Vec<(String, String)>, (usize, Wrong)> {
    let mut variables = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let wrong = |wrong| Err((index + 1, wrong));
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if line.contains(['\r', '\0']) {
            return wrong(Wrong::LineEnd);
        }
        let Some((name, value)) = line.split_once('=') else { return wrong(Wrong::NoPair) };
        let name = name.trim();
        let name =
            name.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(name).trim();
        if !is_name(name) {
            return wrong(Wrong::Name);
        }
        if is_begun(value) {
            return wrong(Wrong::SeveralLines);
        }
        variables.push((name.to_owned(), value.to_owned()));
    }
    Ok(variables)
}

/// Whether a value seems to go on in the next line: a quote that is not closed, a block of PEM without its end, a backslash.
fn is_begun(value: &str) -> bool {
    let value = value.trim();
    let opened = |quote: char| {
        value.strip_prefix(quote).is_some_and(|rest| !rest.ends_with(quote) && !rest.contains(&format!("{quote} #")))
    };
    let pem = value.contains("-----BEGIN ") && !value.contains("-----END ");
    opened('"') || opened('\'') || pem || value.ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::{Wrong, parse};

    #[test]
    fn values_are_kept_as_they_stand() {
        let read = parse("# comment\n\nA=1\r\n B = \"x y\" \nexport C=z=1\n\texport\tD='q'\n_E2=\n").unwrap();
        let read: Vec<(&str, &str)> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, [("A", "1"), ("B", " \"x y\" "), ("C", "z=1"), ("D", "'q'"), ("_E2", "")]);
    }

    #[test]
    fn a_line_that_would_become_a_variable_of_another_name_is_refused_by_its_number() {
        for line in [
            "set A=1",
            "$env:A=\"1\"",
            "setx A=1",
            "export A B=1",
            "declare -x A=1",
            "=1",
            "1A=1",
            "A-B=1",
            "A.B=1",
            "\"A\"=1",
            "MIIDdzCCAl+gAwIBAgIEAgAAuTANBg==",
            "exportA B=1",
            "{\"a\":\"b=c\"}",
            "Ä=1",
        ] {
            assert_eq!(parse(&format!("A=1\n{line}\n")), Err((2, Wrong::Name)), "{line}");
        }
        for line in ["SECRET", "export A", "-----END CERTIFICATE-----"] {
            assert_eq!(parse(line), Err((1, Wrong::NoPair)), "{line}");
        }
    }

    #[test]
    fn a_value_of_several_lines_is_refused_where_it_begins() {
        for text in [
            "CERT=-----BEGIN CERTIFICATE-----\nMIIDdzCCAlgAwIBAgIEAgAAuTANBg==\n-----END CERTIFICATE-----",
            "A=\"first\nB=2\"",
            "A='first\nB=2'",
            "A=first\\\nB=2",
            "A=\"-----BEGIN KEY-----\nAAAA==\n",
        ] {
            assert_eq!(parse(text), Err((1, Wrong::SeveralLines)), "{text}");
        }
        assert_eq!(parse("A=1\rB=2"), Err((1, Wrong::LineEnd)));
        assert_eq!(parse("A=1\0"), Err((1, Wrong::LineEnd)));
    }
}
