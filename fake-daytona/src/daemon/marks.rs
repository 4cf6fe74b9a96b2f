//! The bytes by which a log of the daemon tells its two streams apart: each line begins with three of them.

const STDOUT: &str = "\u{1}\u{1}\u{1}";
const STDERR: &str = "\u{2}\u{2}\u{2}";

/// The lines of both streams with their marks; what was written to the one comes before what was written to the other.
pub(crate) fn marked(stdout: &str, stderr: &str) -> String {
    let lines = |mark: &'static str, text: &'_ str| -> String {
        text.split_inclusive('\n').map(|line| format!("{mark}{line}")).collect()
    };
    lines(STDOUT, stdout) + &lines(STDERR, stderr)
}

/// The streams of a log, without marks. What has none counts as standard output.
pub(crate) fn streams(log: &str) -> (String, String) {
    let (mut stdout, mut stderr) = (String::new(), String::new());
    for line in log.split_inclusive('\n') {
        match line.strip_prefix(STDERR) {
            Some(line) => stderr.push_str(line),
            None => stdout.push_str(line.strip_prefix(STDOUT).unwrap_or(line)),
        }
    }
    (stdout, stderr)
}

/// A log without its marks.
pub(crate) fn unmarked(log: &str) -> String {
    log.replace(STDOUT, "").replace(STDERR, "")
}

#[cfg(test)]
mod tests {
    use super::{marked, streams, unmarked};

    #[test]
    fn every_line_begins_with_the_mark_of_its_stream() {
        let log = marked("a\nb", "c\n");
        assert_eq!(log, "\u{1}\u{1}\u{1}a\n\u{1}\u{1}\u{1}b\u{2}\u{2}\u{2}c\n");
        assert_eq!(unmarked(&log), "a\nbc\n");
        assert_eq!(streams(&marked("a\nb\n", "c\n")), ("a\nb\n".to_owned(), "c\n".to_owned()));
        assert_eq!(streams("bare\n"), ("bare\n".to_owned(), String::new()));
    }
}
