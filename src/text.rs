//! Finding texts in texts.
//!
//! The searcher of the standard library prepares itself for each text that it looks for, which pays off in books. Here
//! one line is searched, and that searcher would be a hundredth of the component.

use crate::prelude::*;

/// Where a text begins in another one, in bytes. The empty text is nowhere.
pub fn find(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let (first, rest) = wanted.split_first()?;
    let starts = text.len().checked_sub(rest.len())?;
    let here = |at: usize| text.get(at + 1..).is_some_and(|after| after.starts_with(rest));
    text.iter().take(starts).enumerate().find_map(|(at, byte)| (byte == first && here(at)).then_some(at))
}

pub fn contains(text: &str, wanted: &str) -> bool {
    find(text, wanted).is_some()
}

/// What stands before a text and what stands after it.
pub fn split_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, separator)?;
    text.get(..at).zip(text.get(at + separator.len()..))
}

/// A text with another one in all places where a third one stood.
pub fn replace(text: &str, wanted: &str, with: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, wanted) {
        replaced.push_str(before);
        replaced.push_str(with);
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_counts() {
        for (text, wanted) in [
            ("abcabc", "bc"),
            ("abc", "abc"),
            ("abc", "abcd"),
            ("aab", "ab"),
            ("", "a"),
            ("日本日", "本"),
            ("x", "日"),
            ("abc", "c"),
            ("abcab", "ca"),
        ] {
            assert_eq!(find(text, wanted), text.find(wanted), "{wanted} in {text}");
            assert_eq!(contains(text, wanted), text.contains(wanted), "{wanted} in {text}");
            assert_eq!(split_once(text, wanted), text.split_once(wanted), "{wanted} in {text}");
        }
        assert_eq!(find("abc", ""), None);
    }

    #[test]
    fn every_place_is_replaced_once() {
        for (text, wanted, with) in [("a-b-c", "-", "--"), ("aaa", "aa", "a"), ("日本", "本", ""), ("abc", "x", "y")]
        {
            assert_eq!(replace(text, wanted, with), text.replace(wanted, with));
        }
    }
}
