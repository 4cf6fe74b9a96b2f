//! The text of files, and of standard input.

use std::path::Path;

use sandbox_host::input::{TextError, decode, read, read_text};

use super::failure::Failure;
use super::paths::{is_content, told};

/// Bytes of a file. The largest that makes sense is a list of sessions.
const MOST_BYTES: u64 = 64 << 20;

/// The text of a file, or standard input for `-`.
pub fn text_or_stdin(path: &Path) -> Result<String, Failure> {
    if path != Path::new("-") {
        return text(path, Failure::spec);
    }
    read(std::io::stdin(), MOST_BYTES)
        .and_then(|content| decode(&content).map(str::to_owned))
        .map_err(|error| Failure::spec(format!("Standard input {error}.")).remedy("Pipe UTF-8 into it."))
}

/// The text of a file.
pub fn text(path: &Path, failure: fn(String) -> Failure) -> Result<String, Failure> {
    read_text(path, MOST_BYTES).map_err(|error| {
        let failed = failure(format!("{} {error}.", told(path)));
        match error {
            _ if is_content(path) => failed.remedy("Name a file here, and not what would be in it."),
            TextError::Io(_) => failed.remedy("Name a file that is there and that this user may read."),
            TextError::TooLarge(_) => failed.remedy("Name the file that was meant."),
            _ => failed.remedy("Store it as UTF-8."),
        }
    })
}
