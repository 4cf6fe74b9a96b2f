//! Reading what a process wrote, from where the last read ended.

use super::command::check_id;
use super::launch_command;
use super::line_call::{
    BACKSTOP_SEC, Running, execute, incomplete, malformed_cursor, new_mark, running, unknown, verdict,
};
use crate::contract::process::Output;
use crate::daytona::Execution;
use crate::digits::digits;
use crate::error::Error;
use crate::http::{MAX_REPLY, Repeat, Transport};
use crate::pairs;
use crate::sandbox::shell::reply::{Standing, told};
use crate::sandbox::shell::{self, Line, Script};
use crate::verbs::call::Call;
use crate::verbs::target::Target;

/// Bytes that are told when nobody says, at least, and at most. A character has up to four.
const DEFAULT_BYTES: u32 = 256 * 1024;
const MIN_BYTES: u32 = 4;
const MAX_BYTES: u32 = 1024 * 1024;

const JSON_FACTOR: usize = 6;

/// Reads a process, or the launch command where no id is given. Two requests in the good case, three for the launch command.
pub fn read<T: Transport>(
    call: &Call<'_, T>,
    target: &Target,
    process_id: Option<&str>,
    cursor: Option<&str>,
    max_bytes: Option<u32>,
) -> Result<Output, Error> {
    let max_bytes = max_bytes.unwrap_or(DEFAULT_BYTES);
    if !(MIN_BYTES..=MAX_BYTES).contains(&max_bytes) {
        return Err(Error::spec(format!("max-bytes is {max_bytes}; it has to be {MIN_BYTES} to {MAX_BYTES}."))
            .rule("out-of-range")
            .detail("path", "max-bytes"));
    }
    let Some(process_id) = process_id else {
        return launch_command::read(call, target, cursor, max_bytes);
    };
    check_id("process-id", process_id, call.client.secret())?;
    let known = match cursor {
        None => None,
        Some(cursor) => Some(Cursor::parse(cursor).ok_or_else(malformed_cursor)?),
    };
    let Running { toolbox, .. } = running(call, target)?;
    let mark = new_mark(call, process_id);
    let mut line = Line::new(Script::Read, "");
    let Cursor { mut out, mut err, run } = known.unwrap_or(Cursor { out: 0, err: 0, run: 0 });
    let numbers = [out, err, u64::from(max_bytes), run].map(|number| number.to_string());
    line.words([mark.as_str(), &shell::directory(process_id)]);
    line.words(numbers.iter().map(String::as_str));
    let execution = Execution {
        line: &line.finish(),
        timeout_sec: BACKSTOP_SEC,
        is_activity: false,
        repeat: Repeat::Broken,
        until: call.client.deadline(),
        max_reply: max_bytes as usize * JSON_FACTOR + MAX_REPLY,
    };
    let answered = execute(call, &toolbox, mark, &execution).map_err(|error| error.maybe_applied(false))?;
    let said = verdict(&answered).map_err(|error| error.maybe_applied(false))?;
    if said == ["unknown"] {
        return Err(unknown(process_id));
    }
    let Some(mut told) = told(&answered.executed.output, &answered.mark) else {
        return Err(incomplete().retryable(true));
    };
    let limit = told.limit;
    let mut details = Vec::new();
    if known.is_some_and(|known| known.run != told.run) {
        // The sandbox was started again, and so was the process under its id.
        pairs::set(&mut details, "restarted", "true".to_owned());
        (out, err) = (0, 0);
    }
    for (part, from) in [(&mut told.stdout, out), (&mut told.stderr, err)] {
        if told.standing == Standing::Running || from + part.bytes < part.size {
            part.complete_characters();
        }
    }
    let next = (out + told.stdout.bytes, err + told.stderr.bytes);
    let is_read = next.0 >= told.stdout.size.min(limit) && next.1 >= told.stderr.size.min(limit);
    if is_read && told.stdout.size.max(told.stderr.size) > limit {
        pairs::set(&mut details, "truncated", "true".to_owned());
    }
    let exit_code = match told.standing {
        Standing::Ended(code) => Some(code),
        Standing::Running => None,
        Standing::TimedOut => {
            pairs::set(&mut details, "ended-by", "timeout".to_owned());
            None
        }
        Standing::Lost => {
            pairs::set(&mut details, "ended-by", "unknown".to_owned());
            None
        }
    };
    let ended = told.standing != Standing::Running;
    Ok(Output {
        stdout: told.stdout.text,
        stderr: told.stderr.text,
        next_cursor: if ended && is_read { None } else { Some(format!("{}-{}-{}", next.0, next.1, told.run)) },
        ended,
        exit_code,
        details,
    })
}

/// Where a read ended: an offset in each stream, and the run of the sandbox that they are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cursor {
    out: u64,
    err: u64,
    run: u64,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        /// More bytes than any stream is kept of, and few enough for the arithmetic of every shell.
        const MAX_OFFSET: u64 = 1 << 40;
        let (out, rest) = text.split_once('-')?;
        let (err, run) = rest.split_once('-')?;
        let offset = |text| digits(text).filter(|offset| *offset <= MAX_OFFSET);
        Some(Self { out: offset(out)?, err: offset(err)?, run: digits(run)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_two_offsets_and_a_run() {
        assert_eq!(Cursor::parse("0-17-5"), Some(Cursor { out: 0, err: 17, run: 5 }));
        for text in [
            "",
            "1",
            "-",
            "1-",
            "1-2",
            "a-1-1",
            "1-2-",
            "1-2-3-4",
            "+1-2-3",
            "1099511627777-0-0",
            "99999999999999999999-0-0",
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
