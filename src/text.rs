//! Finding texts in texts, and filling them in.
//!
//! The standard library prepares itself for each text that it looks for, which pays off in books, and is compiled for each
//! kind of pattern. Here one line is searched, and all of that would be a fiftieth of the component.

use alloc::borrow::Cow;

use crate::prelude::*;

/// Where a text begins in another one, in bytes. The empty text is nowhere.
pub fn find(text: &str, wanted: &str) -> Option<usize> {
    let (first, rest) = wanted.as_bytes().split_first()?;
    let mut left = text.as_bytes();
    // What is shorter than the rest cannot begin with it.
    while left.len() > rest.len() {
        let at = left.iter().position(|byte| byte == first)?;
        left = left.get(at + 1..)?;
        if left.starts_with(rest) {
            return Some(text.len() - left.len() - 1);
        }
    }
    None
}

pub fn contains(text: &str, wanted: &str) -> bool {
    find(text, wanted).is_some()
}

/// What stands before a text and what stands after it.
pub fn split_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, separator)?;
    text.get(..at).zip(text.get(at + separator.len()..))
}

/// The part before a text, or all where it does not occur; then what stands after it.
pub fn head<'a>(text: &'a str, separator: &str) -> (&'a str, Option<&'a str>) {
    match split_once(text, separator) {
        Some((head, rest)) => (head, Some(rest)),
        None => (text, None),
    }
}

/// The parts between a text.
pub fn split<'a>(text: &'a str, separator: &'a str) -> Split<'a> {
    Split { rest: Some(text), separator }
}

/// The parts that are left.
pub struct Split<'a> {
    rest: Option<&'a str>,
    separator: &'a str,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (part, rest) = head(self.rest?, self.separator);
        self.rest = rest;
        Some(part)
    }
}

/// A text with another one in all places where a third one stood.
pub fn replace<'t>(text: Cow<'t, str>, wanted: &str, with: &str) -> Cow<'t, str> {
    if !contains(&text, wanted) {
        return text;
    }
    let mut replaced = String::new();
    for (index, part) in split(&text, wanted).enumerate() {
        if index > 0 {
            replaced.push_str(with);
        }
        replaced.push_str(part);
    }
    replaced.into()
}

/// A sentence with each `{}` replaced by the next of the values.
pub fn fill(sentence: &str, values: &[&str]) -> String {
    let size = values.iter().fold(sentence.len(), |size, value| size + value.len());
    let mut filled = String::with_capacity(size);
    let mut rest = sentence;
    for value in values {
        let Some((before, after)) = split_once(rest, "{}") else { break };
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Texts one after the other, with another one between them.
pub fn join(parts: &[&str], between: &str) -> String {
    let mut joined = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            joined.push_str(between);
        }
        joined.push_str(part);
    }
    joined
}

/// A text without another one at its end, however often it stands there.
pub fn trim_end<'a>(text: &'a str, unwanted: &str) -> &'a str {
    let mut rest = text;
    while let Some(shorter) = rest.strip_suffix(unwanted).filter(|shorter| shorter.len() < rest.len()) {
        rest = shorter;
    }
    rest
}

/// A number in decimal digits.
///
/// Written in one width: the standard library compiles the digits of each width for itself.
pub fn decimal(number: impl TryInto<u64>) -> String {
    fn digits(number: u64) -> String {
        number.to_string()
    }
    digits(number.try_into().unwrap_or(u64::MAX))
}

/// A number of decimal digits and nothing else.
pub fn number(text: &str) -> Option<u64> {
    let mut number = 0_u64;
    for byte in text.bytes() {
        if number > u64::MAX / 10 || !byte.is_ascii_digit() {
            return None;
        }
        number = (number * 10).checked_add(u64::from(byte - b'0'))?;
    }
    if text.is_empty() { None } else { Some(number) }
}

/// What the digits behind a point are worth in thousandths, those after the third left out; nothing is worth 0.
pub fn thousandths(digits: &str) -> Option<u32> {
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = |sum: u32, digit: u8| sum * 10 + u32::from(digit & 15);
    only_digits.then(|| digits.bytes().chain(*b"000").take(3).fold(0, value))
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
    fn parts_are_those_of_std() {
        for (text, separator) in
            [("a.b.c", "."), ("", "."), (".", "."), ("a", "."), ("a//b", "/"), ("日-本", "-"), ("a--b-", "--")]
        {
            assert_eq!(split(text, separator).collect::<Vec<_>>(), text.split(separator).collect::<Vec<_>>(), "{text}");
            assert_eq!(head(text, separator).0, text.split(separator).next().unwrap_or_default(), "{text}");
        }
    }

    #[test]
    fn what_stands_at_the_end_is_taken_off_as_often_as_it_does() {
        for (text, unwanted) in
            [("a//", "/"), ("a", "/"), ("//", "/"), ("", "/"), ("a--b-", "-"), ("abab", "ab"), ("a", "")]
        {
            assert_eq!(trim_end(text, unwanted), text.trim_end_matches(unwanted), "{text}");
        }
    }

    #[test]
    fn parts_are_joined_as_std_joins_them() {
        for parts in [&[][..], &["a"], &["a", "", "b"]] {
            assert_eq!(join(parts, ", "), parts.join(", "));
        }
    }

    #[test]
    fn a_sentence_takes_its_values_in_order() {
        assert_eq!(fill("{} is {}.", &["a", "{}"]), "a is {}.");
        assert_eq!(fill("nothing", &["a"]), "nothing");
        assert_eq!(fill("{}{}", &["a"]), "a{}");
        assert_eq!(fill("", &[]), "");
    }

    #[test]
    fn numbers_are_digits_alone() {
        assert_eq!((number("0"), number("007")), (Some(0), Some(7)));
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        for text in ["", "+1", "-1", "1.0", " 1", "18446744073709551616", "99999999999999999999", "１"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn three_digits_behind_a_point_count() {
        for (digits, worth) in [("", 0), ("5", 500), ("05", 50), ("123", 123), ("9999", 999)] {
            assert_eq!(thousandths(digits), Some(worth), "{digits}");
        }
        assert_eq!((thousandths("1e3"), thousandths("-1"), thousandths("1 ")), (None, None, None));
    }

    #[test]
    fn every_place_is_replaced_once() {
        for (text, wanted, with) in [("a-b-c", "-", "--"), ("aaa", "aa", "a"), ("日本", "本", ""), ("abc", "x", "y")]
        {
            assert_eq!(replace(text.into(), wanted, with), text.replace(wanted, with));
        }
    }
}
