//! What the scripts write, read back.
//!
//! A reply is `mark`, the one stream, `mark`, the other stream, and a last line of ours with numbers, in which a line of ours is a
//! line that begins with the mark. What comes before the first mark is a shell's own remarks. The daemon replaces bytes that are no
//! UTF-8, each by a character of three, so the numbers count bytes of the process and not of the reply.

use crate::http::secret::REDACTED;

/// The character in place of a byte that is no UTF-8.
const REPLACEMENT: char = '\u{fffd}';

/// How a process stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Running,
    /// It ended by itself, or by a signal as 128 and the signal's number.
    Ended(i32),
    /// Its time was up, and it was ended.
    TimedOut,
    /// It is gone, and nothing wrote its code.
    Lost,
}

/// A part of what a process wrote to one stream.
#[derive(PartialEq, Eq, Debug)]
pub struct Part {
    pub text: String,
    /// How many bytes of the process it is.
    pub bytes: u64,
    /// How many bytes of the stream there are, kept or shown.
    pub size: u64,
}

/// What is known of a process.
#[derive(PartialEq, Eq, Debug)]
pub struct Told {
    pub standing: Standing,
    pub stdout: Part,
    pub stderr: Part,
    /// Bytes that are kept of each stream.
    pub limit: u64,
    /// The run of the sandbox that it is of: a number that another run does not have.
    pub run: u64,
}

/// The words of the last line of ours; none where the reply has no such line.
pub fn verdict<'r>(reply: &'r str, mark: &str) -> Option<Vec<&'r str>> {
    let (_, last) = reply.rsplit_once(mark)?;
    Some(last.split_ascii_whitespace().collect())
}

/// Reads what the script tells of a process; none where it is not complete.
pub fn told(reply: &str, mark: &str) -> Option<Told> {
    let words = verdict(reply, mark)?;
    let ["end", standing, code, how, out, out_size, err, err_size, limit, run] = words.as_slice() else { return None };
    let number = |text: &str| text.parse::<u64>().ok();
    let standing = standing_of(standing, code, how)?;
    let line = format!("\n{mark}\n");
    let (_, rest) = reply.split_once(&line)?;
    let out = number(out)?;
    // Behind as many bytes as the stream has: exactly there where every byte is as it was. Where a key was taken out of it, it
    // is shorter than that, and what stands between the streams is the last line of ours but one.
    let at = rest.ceil_char_boundary(usize::try_from(out).ok()?);
    let at = rest
        .get(at..)
        .and_then(|after| after.find(&line))
        .map(|more| at + more)
        .or_else(|| rest.rfind(&line).filter(|_| rest.contains(REDACTED)))?;
    let (stdout, rest) = (rest.get(..at)?, rest.get(at + line.len()..)?);
    let stderr = rest.rsplit_once(&format!("\n{mark} end ")).map(|(stderr, _)| stderr)?;
    Some(Told {
        standing,
        stdout: Part { text: stdout.to_owned(), bytes: out, size: number(out_size)? },
        stderr: Part { text: stderr.to_owned(), bytes: number(err)?, size: number(err_size)? },
        limit: number(limit)?,
        run: number(run)?,
    })
}

/// How a process stands, from the script's words.
pub fn standing_of(standing: &str, code: &str, how: &str) -> Option<Standing> {
    Some(match (standing, how) {
        ("running", _) => Standing::Running,
        ("lost", _) => Standing::Lost,
        ("ended", "timeout") => Standing::TimedOut,
        ("ended", _) => Standing::Ended(code.parse().ok()?),
        _ => return None,
    })
}

impl Part {
    /// Gives up bytes at the end that are the beginning of a character of which the rest is not there yet. Where the stream
    /// cannot go on, they stay as they are.
    pub fn complete_characters(&mut self) {
        // Each replaced byte makes the text two bytes longer. A replacement character that the process itself wrote cannot be
        // told from a replaced byte, so where there are both, nothing is given up.
        let longer = (self.text.len() as u64).saturating_sub(self.bytes);
        let replaced = self.text.chars().filter(|character| *character == REPLACEMENT).count() as u64;
        if longer == 0 || longer != replaced * 2 {
            return;
        }
        let kept = self.text.trim_end_matches(REPLACEMENT).len();
        let given_up = ((self.text.len() - kept) / REPLACEMENT.len_utf8()) as u64;
        // No character has more than three bytes before its last.
        if given_up <= 3 {
            self.text.truncate(kept);
            self.bytes -= given_up;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, bytes: u64, size: u64) -> Part {
        Part { text: text.to_owned(), bytes, size }
    }

    #[test]
    fn a_reply_is_read_whatever_the_program_wrote() {
        for (out, err) in [("", ""), ("a\n", "b"), ("\nm-1\n", "\nm-1 end\n"), ("m-1", "\n\n"), ("日本", "x\n")] {
            let reply = format!(
                "a remark\n\nm-1\n{out}\nm-1\n{err}\nm-1 end ended 3 exit {} 9 {} 8 64 5\n",
                out.len(),
                err.len()
            );
            let read = told(&reply, "m-1");
            let expected = Told {
                standing: Standing::Ended(3),
                stdout: part(out, out.len() as u64, 9),
                stderr: part(err, err.len() as u64, 8),
                limit: 64,
                run: 5,
            };
            assert_eq!(read, Some(expected), "{reply}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_do_not_move_what_comes_after_them() {
        let read = told("\nm\na\u{fffd}\u{fffd}\nm\n\u{fffd}b\nm end running - - 3 3 2 2 64 5", "m");
        let Some(read) = read else { panic!("not read") };
        assert_eq!((read.stdout.text.as_str(), read.stderr.text.as_str()), ("a\u{fffd}\u{fffd}", "\u{fffd}b"));
        assert_eq!(read.standing, Standing::Running);
    }

    #[test]
    fn a_key_that_was_taken_out_of_a_stream_leaves_the_rest_of_it() {
        let read = told("\nm\na [redacted] b\nm\nc\nm end ended 0 exit 40 40 1 1 100 5", "m");
        let Some(read) = read else { panic!("not read") };
        assert_eq!((read.stdout, read.stderr), (part("a [redacted] b", 40, 40), part("c", 1, 1)));
    }

    #[test]
    fn what_is_not_complete_is_not_read() {
        for reply in [
            "",
            "sh: not found",
            "\nm\n",
            "\nm\nx\nm\n",
            "\nm\nx\nm\ny\nm end",
            "\nm\nx\nm\ny\nm end ended x exit 1 1 1 1 1 1",
            "\nm\nx\nm\ny\nm end running - - 9999 1 1 1 1 1",
        ] {
            assert_eq!(told(reply, "m"), None, "{reply}");
        }
        assert_eq!(verdict("\nm new\n", "m"), Some(vec!["new"]));
    }

    #[test]
    fn a_character_that_is_not_all_there_is_left_for_the_next_read() {
        let cut = |text: &str, bytes| {
            let mut part = part(text, bytes, 99);
            part.complete_characters();
            (part.text, part.bytes)
        };
        let some = |text: &str, bytes| (text.to_owned(), bytes);
        assert_eq!(cut("ab", 2), some("ab", 2));
        assert_eq!(cut("a\u{fffd}\u{fffd}", 3), some("a", 1));
        assert_eq!(cut("\u{fffd}a\u{fffd}", 3), some("\u{fffd}a", 2));
        // One that the process wrote, and more than a character can lack.
        assert_eq!(cut("a\u{fffd}", 4), some("a\u{fffd}", 4));
        assert_eq!(cut("\u{fffd}\u{fffd}", 4), some("\u{fffd}\u{fffd}", 4));
        assert_eq!(cut(&"\u{fffd}".repeat(4), 4), (("\u{fffd}".repeat(4)), 4));
    }
}
