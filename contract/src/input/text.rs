//! Files as text: bounded, in UTF-8, with or without a byte order mark.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file is no text.
#[derive(Debug)]
#[non_exhaustive]
pub enum TextError {
    /// It cannot be read.
    Io(io::Error),
    /// It has more bytes than this.
    TooLarge(u64),
    /// It is in another encoding, whose name this is.
    Encoding(&'static str),
    /// It is not UTF-8, from this line on.
    NotUtf8(usize),
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::TooLarge(limit) => write!(f, "has more than {limit} bytes, which is more than such a file may have"),
            Self::Encoding(name) => {
                write!(f, "is in {name}, as some editors and the `>` of PowerShell write it. Store it as UTF-8")
            }
            Self::NotUtf8(line) => write!(f, "is not UTF-8 in line {line}. Store it as UTF-8"),
        }
    }
}

impl std::error::Error for TextError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for TextError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The text of these bytes, without the byte order mark that some editors begin a file with: it would make the first name
/// another one, and a record something else.
///
/// # Errors
/// When they are in another encoding.
pub fn decode(bytes: &[u8]) -> Result<&str, TextError> {
    const UTF_8: &[u8] = b"\xef\xbb\xbf";
    // Of two marks that begin alike, the longer one comes first.
    const OTHERS: [(&[u8], &str); 4] =
        [(b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")];
    if let Some((_, name)) = OTHERS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(TextError::Encoding(name));
    }
    let bytes = bytes.strip_prefix(UTF_8).unwrap_or(bytes);
    // Without a mark: every second byte of plain text is zero, and a text file has none.
    if let [first, second, ..] = bytes
        && (*first == 0) != (*second == 0)
    {
        return Err(TextError::Encoding("UTF-16"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        TextError::NotUtf8(good.iter().filter(|byte| **byte == b'\n').count() + 1)
    })
}

/// Reads no more than a limit, whatever the source says of its size: a device may never end.
///
/// # Errors
/// When it cannot be read, or has more.
pub fn read(source: impl Read, limit: u64) -> Result<Vec<u8>, TextError> {
    let mut content = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        return Err(TextError::TooLarge(limit));
    }
    Ok(content)
}

/// The text of a file of at most so many bytes.
///
/// # Errors
/// When it cannot be read, has more, or is no UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, TextError> {
    let content = read(File::open(path)?, limit)?;
    decode(&content).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{TextError, decode, read};

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn a_mark_of_utf_8_is_skipped_and_only_at_the_beginning() {
        assert_eq!(decode(b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(decode("a\u{feff}".as_bytes()).unwrap(), "a\u{feff}");
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn other_encodings_are_told_by_name() {
        let marked = |big| utf_16("\u{feff}{\"a\":1}", big);
        for bytes in [marked(false), marked(true), utf_16("{}", false), utf_16("{}", true)] {
            let error = decode(&bytes).unwrap_err().to_string();
            assert!(error.contains("UTF-16") && error.contains("Store it as UTF-8"), "{error}");
        }
        assert!(decode(b"\xff\xfe\0\0a\0\0\0").unwrap_err().to_string().contains("UTF-32"));
        assert!(matches!(decode(b"a\nb\n\xe9").unwrap_err(), TextError::NotUtf8(3)));
    }

    #[test]
    fn what_never_ends_is_refused() {
        assert!(matches!(read(std::io::repeat(0), 1_000).unwrap_err(), TextError::TooLarge(1_000)));
        assert_eq!(read(&b"1234"[..], 4).unwrap(), b"1234");
    }
}
