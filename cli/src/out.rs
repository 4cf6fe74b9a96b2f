//! What is written to standard output and standard error. Neither may be there any more, or may be full: that is no reason to
//! break, and a result that could not be written is told. No key that this process was given is ever written.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use sandbox_host::input::bare_key;

use super::failure::Failure;

/// The keys of this process. Whatever is written is searched for them: the last line of defence, behind many.
static KEYS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Shorter ones are words that an output has for other reasons.
const SHORTEST: usize = 8;

/// Keeps a key out of everything that is written from now on, also without what was copied along with it.
pub fn keep_secret(key: &str) {
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    for key in [key, bare_key(key)] {
        if key.len() >= SHORTEST && !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    // Of two that begin alike, all of the longer one is covered.
    keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
}

/// A text without the keys of this process.
pub fn redacted(text: &str) -> Cow<'_, str> {
    let keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    keys.iter().fold(Cow::Borrowed(text), |text, key| match text.contains(key.as_str()) {
        true => Cow::Owned(text.replace(key.as_str(), "***")),
        false => text,
    })
}

/// Writes to standard output, where results go.
pub fn print(text: impl AsRef<str>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(redacted(text.as_ref()).as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

/// Writes a line to standard output.
pub fn line(text: impl fmt::Display) -> Result<(), Failure> {
    print(format!("{text}\n"))
}

/// Writes to standard error. Where nobody reads that either, there is nobody to tell.
pub fn note(text: impl AsRef<str>) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(redacted(text.as_ref()).as_bytes()).and_then(|()| err.flush());
}

/// Whether what is written to standard output is lost: it leads to the null device, which is also where it leads when the
/// process was started without one.
pub fn is_lost() -> bool {
    std::fs::read_link("/proc/self/fd/1").is_ok_and(|target| target == std::path::Path::new("/dev/null"))
}

/// Standard error for log lines: never fails, and holds no key.
pub struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        note(String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{keep_secret, redacted};

    #[test]
    fn a_key_is_covered_as_it_stands_and_without_what_is_around_it() {
        keep_secret("Bearer out-test-key-1");
        keep_secret("out-test-key-1-and-more");
        keep_secret("short");
        assert_eq!(redacted("a out-test-key-1 b out-test-key-1-and-more short"), "a *** b *** short");
        assert_eq!(redacted("nothing"), "nothing");
    }
}
