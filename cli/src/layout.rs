//! How text for people is laid out.

use std::fmt::Write as _;
use std::time::Duration;

use super::style::Style;

/// Names and values below each other, indented by two.
pub fn columns(style: Style, rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        let name = format!("{name:<width$}");
        // Writing into a string does not fail.
        let _ = writeln!(text, "  {}  {value}", style.dim(name));
        text
    })
}

/// Breaks a long text between words, into lines that are easy to read.
pub fn fold(text: &str) -> Vec<String> {
    const WIDTH: usize = 68;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A time as people say it.
pub fn seconds(time: Duration) -> String {
    let secs = time.as_secs();
    match secs {
        0 => format!("{} ms", time.as_millis()),
        1..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=119 => format!("{secs} s"),
        _ => format!("{} min {:02} s", secs / 60, secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{fold, seconds};

    #[test]
    fn a_long_text_is_broken_between_words_and_nothing_is_lost() {
        assert_eq!(fold("short"), ["short"]);
        let text = "word ".repeat(40);
        let lines = fold(text.trim());
        assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= 68), "{lines:?}");
        assert_eq!(lines.join(" "), text.trim());
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        for (millis, text) in [(12, "12 ms"), (2_340, "2.3 s"), (42_900, "42 s"), (125_000, "2 min 05 s")] {
            assert_eq!(seconds(Duration::from_millis(millis)), text);
        }
    }
}
