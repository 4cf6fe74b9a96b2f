//! Commands run by the machine's own shells, for tests that ask for it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Daemon;
use super::interpreter::replaced;
use super::line::words;

/// Runs a line as the daemon does: cut into words, or as the script of a shell. What lines keep below `/tmp` lies in the
/// directory instead, and `run` stands for the start of the sandbox's first process.
pub(crate) fn execute(daemon: Daemon, directory: &Path, run: u64, line: &str) -> (i32, String) {
    let kept = directory.join("kept");
    let line = line.replace("/tmp/.rensei", &kept.to_string_lossy());
    let line = line.replace("\ninspect 1\n", &format!("\nstarted={run}\n"));
    let words = if daemon.splits() { words(&line) } else { vec!["bash".to_owned()] };
    let Some((program, rest)) = words.split_first() else { return (-1, String::new()) };
    let mut command = Command::new(program);
    command.args(rest).current_dir(directory).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if daemon.splits() { Stdio::null() } else { Stdio::piped() });
    let Ok(mut child) = command.spawn() else { return (-1, String::new()) };
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(line.as_bytes());
    }
    let Ok(output) = child.wait_with_output() else { return (-1, String::new()) };
    let both = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), replaced(&both))
}
