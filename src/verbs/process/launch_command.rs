//! The log of the session's launch command, which the daemon keeps whole and tells whole.
//!
//! Each of its lines begins with three bytes that tell the stream.

use super::line_call::{Running, malformed_cursor, running};
use crate::contract::process::Output;
use crate::contract::{ErrorCode, types};
use crate::digits::digits;
use crate::error::Error;
use crate::http::Transport;
use crate::pairs;
use crate::sandbox::shell;
use crate::verbs::call::Call;
use crate::verbs::keep_alive::agent::{self, Agent};
use crate::verbs::target::Target;

const STDOUT: &str = "\u{1}\u{1}\u{1}";
const STDERR: &str = "\u{2}\u{2}\u{2}";

/// Reads on in the log. Three requests.
pub fn read<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    cursor: Option<&str>,
    max_bytes: u32,
) -> Result<Output, Error> {
    let cursor = match cursor {
        None => None,
        Some(cursor) => Some(Cursor::parse(cursor).ok_or_else(malformed_cursor)?),
    };
    let Running { sandbox, toolbox, .. } = running(call, target)?;
    let Some(answer) = call.client.launch_command(&toolbox, call.client.deadline())? else {
        return Err(Error::new(ErrorCode::Unsupported, "The sandbox has no session of a launch command, so it has no log.")
            .rule("no-session")
            .remedy("Nothing was launched with it, or its daemon is older than 0.153: begin the worker by launch, and read that."));
    };
    let agent = match agent::marked_exit(&sandbox) {
        Some(code) => Agent::Exited(code),
        None => agent::judge(&sandbox, Some(answer)),
    };
    let log = call.client.entrypoint_log(&toolbox)?;
    Ok(output(&log, agent, cursor.as_ref(), max_bytes))
}

fn output(log: &str, agent: Agent, cursor: Option<&Cursor>, max_bytes: u32) -> Output {
    let ended = matches!(agent, Agent::Exited(_));
    // What is not all there yet may be the beginning of a mark or of a character.
    let written = if ended { log } else { whole(log) };
    let mut details = types::Pairs::new();
    let from = match cursor {
        Some(cursor) if cursor.fits(written) => cursor.offset,
        Some(_) => {
            pairs::set(&mut details, "restarted", "true".to_owned());
            0
        }
        None => 0,
    };
    let to = written.floor_char_boundary(from.saturating_add(max_bytes as usize).min(written.len()));
    let (mut stdout, mut stderr, mut marked) = (String::new(), String::new(), false);
    let mut at = 0;
    for line in written.split_inclusive('\n') {
        let (is_err, text) = match (line.strip_prefix(STDOUT), line.strip_prefix(STDERR)) {
            (Some(text), _) => (false, text),
            (None, Some(text)) => (true, text),
            (None, None) => (false, line),
        };
        marked |= text.len() < line.len();
        // The part of the line that lies between the offsets, without its mark.
        let begin = (at + line.len() - text.len()).max(from);
        let end = (at + line.len()).min(to);
        if begin < end {
            let stream = if is_err { &mut stderr } else { &mut stdout };
            stream.push_str(written.get(begin..end).unwrap_or_default());
        }
        at += line.len();
    }
    if !marked && !written.is_empty() {
        pairs::set(&mut details, "streams", "merged".to_owned());
    }
    let exit_code = match agent {
        Agent::Exited(code) => i32::try_from(code).ok(),
        _ => None,
    };
    let is_read = ended && to == written.len();
    let next_cursor = if is_read { None } else { Some(Cursor::at(written, to).to_string()) };
    Output { stdout, stderr, next_cursor, ended, exit_code, details }
}

/// A log without what may be the beginning of something at its end.
fn whole(log: &str) -> &str {
    let log = log.trim_end_matches('\u{fffd}');
    match log.rsplit_once('\n').map_or(log, |(_, last)| last) {
        last if last.len() < STDOUT.len() => log.strip_suffix(last).unwrap_or(log),
        _ => log,
    }
}

/// Where a read ended: an offset in the log, and a hash of what lies before it, by which another run's log is seen.
struct Cursor {
    offset: usize,
    hash: String,
}

impl Cursor {
    fn at(log: &str, offset: usize) -> Self {
        let hash = shell::directory(log.get(..offset).unwrap_or_default());
        Self { offset, hash: hash.get(..16).unwrap_or_default().to_owned() }
    }

    fn parse(text: &str) -> Option<Self> {
        let (offset, hash) = text.strip_prefix("log-")?.split_once('-')?;
        let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self { offset: usize::try_from(digits(offset)?).ok()?, hash: hash.to_owned() }).filter(|_| is_hash)
    }

    fn fits(&self, log: &str) -> bool {
        log.is_char_boundary(self.offset) && Self::at(log, self.offset).hash == self.hash
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "log-{}-{}", self.offset, self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\u{1}\u{1}\u{1}ready 日本\n\u{2}\u{2}\u{2}oops\n\u{1}\u{1}\u{1}done\n";

    #[test]
    fn streams_are_told_apart_by_the_marks_of_their_lines() {
        let all = output(LOG, Agent::Exited(3), None, 1000);
        assert_eq!((all.stdout.as_str(), all.stderr.as_str()), ("ready 日本\ndone\n", "oops\n"));
        assert_eq!((all.ended, all.exit_code, all.next_cursor, all.details), (true, Some(3), None, vec![]));
        let bare = output("ready\n", Agent::Running, None, 1000);
        assert_eq!((bare.stdout.as_str(), pairs::get(&bare.details, "streams")), ("ready\n", Some("merged")));
    }

    #[test]
    fn reads_of_every_size_come_to_the_same() {
        for max_bytes in 4..40 {
            let (mut stdout, mut stderr, mut cursor) = (String::new(), String::new(), None);
            for _ in 0..100 {
                let part = output(LOG, Agent::Exited(0), cursor.as_ref(), max_bytes);
                assert!(part.stdout.len() + part.stderr.len() <= max_bytes as usize);
                stdout.push_str(&part.stdout);
                stderr.push_str(&part.stderr);
                let Some(next) = part.next_cursor else { break };
                cursor = Cursor::parse(&next);
                assert!(cursor.is_some(), "{next}");
            }
            assert_eq!((stdout.as_str(), stderr.as_str()), ("ready 日本\ndone\n", "oops\n"), "{max_bytes}");
        }
    }

    #[test]
    fn a_log_that_began_again_is_told_and_read_from_its_beginning() {
        let first = output(LOG, Agent::Running, None, 1000);
        let cursor = first.next_cursor.as_deref().and_then(Cursor::parse);
        for (log, restarted) in [(LOG, None), ("\u{1}\u{1}\u{1}new\n", Some("true"))] {
            let next = output(log, Agent::Running, cursor.as_ref(), 1000);
            assert_eq!(pairs::get(&next.details, "restarted"), restarted);
            assert_eq!(next.stdout.as_str(), if restarted.is_some() { "new\n" } else { "" });
        }
    }

    #[test]
    fn what_is_not_all_written_is_left_for_later() {
        for (log, told) in [
            ("\u{1}\u{1}", ""),
            ("\u{1}\u{1}\u{1}a", "a"),
            ("\u{1}\u{1}\u{1}a\u{fffd}", "a"),
            ("\u{1}\u{1}\u{1}a\n\u{2}", "a\n"),
        ] {
            assert_eq!(output(log, Agent::Running, None, 1000).stdout, told, "{log:?}");
        }
    }
}
