//! Paths as they may be shown.

use std::path::Path;

use sandbox_host::input::is_plain_name;

/// A path as it may be shown. What is no path, but a key or a whole record that was typed in the place of one, is not.
pub fn told(path: &Path) -> String {
    match path {
        _ if path == Path::new("-") => "Standard input".to_owned(),
        _ if is_content(path) => "What was named".to_owned(),
        _ => path.display().to_string(),
    }
}

/// Whether a path looks like what should be in the file.
pub fn is_content(path: &Path) -> bool {
    const LONG: usize = 16;
    let text = path.to_string_lossy();
    let extension = path.extension().map(|extension| extension.to_string_lossy());
    let has_extension = extension.is_some_and(|extension| extension.len() <= 8 && is_plain_name(&extension));
    let is_record = text.contains(['{', '"', '\n']);
    is_record || (text.len() >= LONG && !text.contains(['/', '\\']) && !has_extension && !is_plain_name(&text))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::told;

    #[test]
    fn what_was_typed_in_the_place_of_a_path_is_not_shown() {
        for path in ["pool.json", "handles/session-20261126120000", "h", "/run/secrets/daytona", "session-2026.json"] {
            assert_eq!(told(Path::new(path)), path);
        }
        for content in
            ["dtn_0123456789abcdef", r#"{"secret": "x"}"#, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"]
        {
            assert_eq!(told(Path::new(content)), "What was named", "{content}");
        }
    }
}
