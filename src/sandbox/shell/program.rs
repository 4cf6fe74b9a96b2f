//! A program to be run, checked against what a Linux kernel and a shell can start at all.

use super::line::{Line, Script};

/// Longest word that a Linux kernel hands to a program, in bytes, without the NUL that ends it.
const MAX_WORD: usize = 131_071;

/// Most that a program may be given in all, in bytes: words and variables with eight bytes for each. The kernel takes a
/// quarter of the stack's limit, which is 2 MiB as systems come, and the sandbox has variables of its own.
const MAX_TOTAL: usize = 1_800_000;
const BYTES_PER_WORD: usize = 9;

/// Largest part of the script that lists the words one by one, in bytes.
const MAX_LISTING: usize = 100_000;

/// Where the program runs when nobody says.
const HERE: &str = ".";

/// What is wrong with a command.
#[derive(PartialEq, Eq, Debug)]
pub struct Flaw {
    pub rule: &'static str,
    /// Below the command, such as `argv[0]`.
    pub path: String,
    /// What it is, after the path.
    pub problem: String,
}

impl Flaw {
    fn new(rule: &'static str, path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { rule, path: path.into(), problem: problem.into() }
    }
}

/// What is run: words, further variables, a directory.
#[derive(Clone, Copy, Debug)]
pub struct Program<'a> {
    pub argv: &'a [String],
    pub env: &'a [(String, String)],
    pub directory: Option<&'a str>,
}

impl Program<'_> {
    /// Everything about it that cannot work.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        match self.argv.first().map(String::as_str) {
            None => flaws.push(Flaw::new("empty-command", "argv", "has no words, so there is nothing to run")),
            Some("") => flaws.push(Flaw::new("empty-command", "argv[0]", "is empty, so there is nothing to run")),
            Some(name) if name.starts_with('-') => {
                flaws.push(Flaw::new("program-name", "argv[0]", "begins with -; write a path to it, such as ./-x"));
            }
            Some(_) => {}
        }
        for (index, word) in self.argv.iter().enumerate() {
            check(&mut flaws, || format!("argv[{index}]"), word, word.len());
        }
        for (index, (name, value)) in self.env.iter().enumerate() {
            if !is_variable(name) {
                let problem = "is no name of a variable: letters, digits and _, and no digit first";
                flaws.push(Flaw::new("env-name", format!("env[{index}]"), problem));
            }
            check(&mut flaws, || format!("env[{index}]"), value, name.len() + "=".len() + value.len());
        }
        if let Some(directory) = self.directory {
            if directory.is_empty() {
                flaws.push(Flaw::new("empty-value", "working-directory", "is empty; leave it out for the image's own"));
            }
            check(&mut flaws, || "working-directory".to_owned(), directory, directory.len() + "./".len());
        }
        let total: usize = self.argv.iter().map(|word| word.len() + BYTES_PER_WORD).sum::<usize>()
            + self.env.iter().map(|(name, value)| name.len() + value.len() + 1 + BYTES_PER_WORD).sum::<usize>();
        if total > MAX_TOTAL {
            let problem = format!("is {total} bytes with its variables, more than the {MAX_TOTAL} that Linux starts");
            flaws.push(Flaw::new("too-large", "argv", problem));
        } else if self.listing().len() > MAX_LISTING {
            flaws.push(Flaw::new("too-large", "argv", "has too many words to have empty ones among them"));
        }
        flaws
    }

    /// The variables as they are set: of a name that occurs twice the last value counts.
    fn variables(&self) -> Vec<String> {
        let is_last = |index: usize, name: &str| !self.env.iter().skip(index + 1).any(|(later, _)| later == name);
        let kept = self.env.iter().enumerate().filter(|(index, (name, _))| is_last(*index, name));
        kept.map(|(_, (name, value))| format!("{name}={value}")).collect()
    }

    /// How the script runs it. Its words are the script's own, which the splitter would rob of the empty ones; so where there
    /// are any, the words are listed one by one.
    ///
    /// `env` sets the variables, because a shell has variables of its own that it does not let anybody set. It would take a
    /// program whose name has a `=` for one more of them, so a second shell starts that.
    fn listing(&self) -> String {
        let variables = self.variables().len();
        let setting = if variables > 0 { "env " } else { "" };
        let is_like_variable = variables > 0 && self.argv.first().is_some_and(|name| name.contains('='));
        if !is_like_variable && self.argv.iter().all(|word| !word.is_empty()) {
            return format!("{setting}\"$@\"");
        }
        let mut next = 0;
        let mut list = String::from(setting);
        let mut positional = |list: &mut String| {
            next += 1;
            list.push_str(&format!("\"${{{next}}}\" "));
        };
        (0..variables).for_each(|_| positional(&mut list));
        if is_like_variable {
            list.push_str("sh -c \"exec \\\"\\$0\\\" \\\"\\$@\\\"\" ");
        }
        for word in self.argv {
            if word.is_empty() { list.push_str("\"\" ") } else { positional(&mut list) }
        }
        list
    }

    /// The line that starts it: `settings` are what the script takes before the directory.
    pub fn line<'s>(&self, settings: impl IntoIterator<Item = &'s str>) -> String {
        let mut line = Line::new(Script::Start, &self.listing());
        line.words(settings);
        // With a slash in it, no variable of the sandbox's leads elsewhere.
        match self.directory {
            Some(directory) if !directory.starts_with('/') => line.word(&format!("./{directory}")),
            directory => line.word(directory.unwrap_or(HERE)),
        }
        line.words(self.variables().iter().map(String::as_str));
        line.words(self.argv.iter().map(String::as_str).filter(|word| !word.is_empty()));
        line.finish()
    }
}

fn check(flaws: &mut Vec<Flaw>, path: impl Fn() -> String, text: &str, bytes: usize) {
    if text.contains('\0') {
        flaws.push(Flaw::new("nul-byte", path(), "contains a NUL byte"));
    }
    if bytes > MAX_WORD {
        let problem = format!("is {bytes} bytes, more than the {MAX_WORD} that Linux hands to a program");
        flaws.push(Flaw::new("too-large", path(), problem));
    }
}

fn is_variable(name: &str) -> bool {
    name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
