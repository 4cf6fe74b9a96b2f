//! A stand-in for a sandbox and its daemon, on this machine.

use std::cell::Cell;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use super::super::line::{Line, Script};
use super::super::reply::{self, Told};
use super::super::{Program, directory};

/// What takes the line first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// Cuts it into words, as daemons before 0.156 do.
    Splitter,
    /// This shell gets it as its script, as with daemons since then.
    Shell(&'static [&'static str]),
}

pub const READERS: [Reader; 6] = [
    Reader::Splitter,
    Reader::Shell(&["dash"]),
    Reader::Shell(&["bash"]),
    Reader::Shell(&["zsh"]),
    Reader::Shell(&["busybox", "sh"]),
    Reader::Shell(&["mksh"]),
];

/// What `sh` is in the image.
pub const SHELLS: [&str; 3] = ["dash", "bash", "busybox"];

pub const MARK: &str = "rensei-0123456789abcdef";

/// One sandbox: a directory of its own for what is kept, and another for its programs.
pub struct Machine {
    root: PathBuf,
    reader: Reader,
    /// How often it was started.
    starts: Cell<u32>,
}

impl Machine {
    pub fn new(reader: Reader, sh: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = env::temp_dir().join(format!("shell-{}-{count}", process::id()));
        let bin = root.join("bin");
        fs::create_dir_all(&bin).expect("a directory for temporary files");
        let paths = env::var_os("PATH").unwrap_or_default();
        let shell = env::split_paths(&paths).map(|path| path.join(sh)).find(|path| path.exists());
        symlink(shell.unwrap_or_else(|| panic!("{sh} is not installed")), bin.join("sh")).expect("a link");
        Self { root, reader, starts: Cell::new(0) }
    }

    /// One whose `sh` runs nothing, and writes the words that it was given, each with a NUL after it.
    pub fn recording(reader: Reader) -> Self {
        let machine = Self::new(reader, "dash");
        let sh = machine.root.join("bin").join("sh");
        fs::remove_file(&sh).expect("a link");
        fs::write(&sh, "#!/usr/bin/env dash\nprintf '%s\\0' \"$@\"\n").expect("a script");
        fs::set_permissions(&sh, fs::Permissions::from_mode(0o755)).expect("permissions");
        machine
    }

    /// Starts it again: what ran is taken for gone.
    pub fn restart(&self) {
        self.starts.set(self.starts.get() + 1);
    }

    pub fn all() -> impl Iterator<Item = Self> {
        let by_reader = READERS.into_iter().map(|reader| Self::new(reader, "dash"));
        by_reader.chain(SHELLS.into_iter().skip(1).map(|sh| Self::new(Reader::Shell(&["bash"]), sh)))
    }

    pub fn root(&self) -> &str {
        self.root.to_str().expect("a path in UTF-8")
    }

    /// What a daemon answers: both streams of what the line started.
    pub fn execute(&self, line: &str) -> Vec<u8> {
        self.executor(line)()
    }

    /// The same for later, and from any thread.
    pub fn executor(&self, line: &str) -> impl Fn() -> Vec<u8> + Clone + Send + use<> {
        let start = format!("\nstarted={}\n", self.starts.get());
        let line = line
            .replace(concat!("/tmp", "/.rensei"), &format!("{}/kept", self.root()))
            .replace("\ninspect 1\n", &start);
        let (reader, root) = (self.reader, self.root().to_owned());
        move || execute(reader, &root, &line)
    }

    pub fn start(&self, id: &str, mode: &str, limit: u32, timeout: &str, program: &Program<'_>) -> Vec<u8> {
        assert_eq!(program.flaws(), []);
        let limit = limit.to_string();
        let digest = directory(&format!("{program:?}"));
        self.execute(&program.line([MARK, &directory(id), &digest, mode, &limit, timeout, "20"]))
    }

    /// Runs a program to its end.
    pub fn exec(&self, id: &str, program: &Program<'_>) -> Told {
        told(&self.start(id, "exec", 1 << 20, "20", program))
    }

    pub fn read(&self, id: &str, from: (u64, u64), most: u64) -> Told {
        told(&self.read_raw(id, from, most))
    }

    pub fn read_raw(&self, id: &str, from: (u64, u64), most: u64) -> Vec<u8> {
        let reply = self.read_of_run(id, (0, 0), most, "0");
        let run = verdict(&reply).rsplit(' ').next().unwrap_or_default().to_owned();
        self.read_of_run(id, from, most, &run)
    }

    /// Reads with offsets of a run of the sandbox, which need not be the present one.
    pub fn read_of_run(&self, id: &str, (out, err): (u64, u64), most: u64, run: &str) -> Vec<u8> {
        let mut line = Line::new(Script::Read, "");
        line.words([MARK, &directory(id), &out.to_string(), &err.to_string(), &most.to_string(), run]);
        self.execute(&line.finish())
    }

    pub fn kill(&self, id: &str) -> String {
        self.verdict(&kill_line(&directory(id)))
    }

    pub fn look(&self) -> String {
        let mut line = Line::new(Script::Look, "");
        line.words([MARK, "-"]);
        self.verdict(&line.finish())
    }

    fn verdict(&self, line: &str) -> String {
        verdict(&self.execute(line))
    }
}

fn execute(reader: Reader, root: &str, line: &str) -> Vec<u8> {
    let (words, script) = match reader {
        Reader::Splitter => (split(line), None),
        Reader::Shell(shell) => (shell.iter().map(|word| (*word).to_owned()).collect(), Some(line)),
    };
    let (program, rest) = words.split_first().expect("a word");
    let path = format!("{root}/bin:{}", env::var("PATH").unwrap_or_default());
    let program = if program == "sh" { format!("{root}/bin/sh") } else { program.clone() };
    let mut child = Command::new(program)
        .args(rest)
        .env("PATH", path)
        .stdin(if script.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|problem| panic!("{reader:?}: {problem}"));
    if let Some(script) = script {
        let mut stdin = child.stdin.take().expect("an input");
        stdin.write_all(script.as_bytes()).expect("a shell that reads");
    }
    let output = child.wait_with_output().expect("an end");
    let remarks = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(remarks, "", "{reader:?}");
    output.stdout
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

pub fn kill_line(directory: &str) -> String {
    let mut line = Line::new(Script::Kill, "");
    line.words([MARK, directory, "5", "30"]);
    line.finish()
}

pub fn verdict(reply: &[u8]) -> String {
    let reply = String::from_utf8_lossy(reply);
    reply::verdict(&reply, MARK).unwrap_or_else(|| panic!("{reply}")).join(" ")
}

/// Reads a reply as the provider gets it: each byte that is no text replaced.
pub fn told(reply: &[u8]) -> Told {
    let mut text = String::new();
    for chunk in reply.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|_| text.push('\u{fffd}'));
    }
    reply::told(&text, MARK).unwrap_or_else(|| panic!("{text}"))
}

/// Cuts a line into words as the daemons before 0.156 do: only a blank outside of quotes separates, each kind of quotes takes
/// the other one literally, pieces that touch are one word, and empty words vanish.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
