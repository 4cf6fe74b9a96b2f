//! Messages as lines, with an upper limit: a peer must not be able to fill the memory with one that never ends.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Bytes of one message.
pub const LIMIT: usize = 8 << 20;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    Message(Vec<u8>),
    /// It was longer than the limit, and was skipped.
    TooLong,
    End,
}

/// Reads the next line that is not empty. Dropping the future in the middle loses a part of a line.
pub async fn next<R: AsyncBufRead + Unpin>(reader: &mut R, limit: usize) -> Line {
    loop {
        let (mut line, mut too_long) = (Vec::new(), false);
        let ended = loop {
            let Ok(buffer) = reader.fill_buf().await else { break true };
            if buffer.is_empty() {
                break true;
            }
            let (part, used, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (&buffer[..end], end + 1, true),
                None => (buffer, buffer.len(), false),
            };
            if line.len() + part.len() > limit {
                too_long = true;
                line.clear();
            } else if !too_long {
                line.extend_from_slice(part);
            }
            reader.consume(used);
            if ended {
                break false;
            }
        };
        match (too_long, line.iter().all(u8::is_ascii_whitespace), ended) {
            (true, ..) => return Line::TooLong,
            (_, false, _) => return Line::Message(line),
            (_, true, true) => return Line::End,
            (_, true, false) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, next};

    #[tokio::test]
    async fn lines_are_read_one_by_one_and_one_that_is_too_long_is_skipped() {
        let mut reader = &b"one\n\n  \ntoo long a line\ntwo\r\nlast"[..];
        let mut lines = Vec::new();
        loop {
            match next(&mut reader, 8).await {
                Line::End => break,
                Line::TooLong => lines.push("!".to_owned()),
                Line::Message(line) => lines.push(String::from_utf8(line).unwrap()),
            }
        }
        assert_eq!(lines, ["one", "!", "two\r", "last"]);
    }
}
