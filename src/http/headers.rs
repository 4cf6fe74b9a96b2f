//! Reply headers, read tolerantly: a repeated one may arrive separately or comma-joined, and bytes may be anything.

use crate::digits::digits;
use crate::moment::Moment;

/// Longest wait that is told apart from a longer one, in seconds: what 32 bits hold in milliseconds.
const MAX_WAIT_SEC: u64 = 4_294_968;

/// The headers of a reply, names in lower case, values with replacement characters where they are not UTF-8.
#[derive(Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Takes names and values as a transport gives them.
    pub fn new(entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let lower = |(mut name, value): (String, Vec<u8>)| {
            name.make_ascii_lowercase();
            (name, lossy(value))
        };
        Self(entries.into_iter().map(lower).collect())
    }

    /// The first value under a lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim_ascii())
    }

    /// The length that the server announced, in bytes.
    pub fn content_length(&self) -> Option<usize> {
        let first = self.get(super::CONTENT_LENGTH)?.split(',').next()?.trim_ascii();
        digits(first).and_then(|length| usize::try_from(length).ok())
    }

    /// The longest wait that any spelling of `retry-after` asks for, in milliseconds.
    ///
    /// Servers send the plain header or one with the name of a limit behind it (`retry-after-sandbox-create`), with
    /// seconds, fractions of a second or a date, which counts from the reply's own `date`.
    pub fn retry_after_ms(&self) -> Option<u32> {
        let spellings = self.0.iter().filter(|(name, _)| is_retry_after(name));
        spellings.filter_map(|(_, value)| self.wait_ms(value)).max()
    }

    /// The name of the limit in a `retry-after-<name>` header.
    pub fn retry_after_bucket(&self) -> Option<&str> {
        self.0.iter().find_map(|(name, _)| name.strip_prefix("retry-after-"))
    }

    /// When the server answered, on its own clock.
    pub fn date(&self) -> Option<Moment> {
        Moment::parse_http(self.get("date")?)
    }

    fn wait_ms(&self, value: &str) -> Option<u32> {
        if let Some(then) = Moment::parse_http(value.trim_ascii()) {
            return Some(to_u32(then.since(self.date()?) * 1_000));
        }
        value.split(',').filter_map(|part| seconds_to_ms(part.trim_ascii())).max()
    }
}

fn is_retry_after(name: &str) -> bool {
    name.strip_prefix("retry-after").is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Milliseconds of a decimal number of seconds; none for anything else.
fn seconds_to_ms(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let only_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !only_digits(whole) || !only_digits(fraction) {
        return None;
    }
    let whole = digits(whole).unwrap_or(u64::MAX).min(MAX_WAIT_SEC);
    let thousandths = format!("{fraction:0<3}").get(..3).and_then(digits)?;
    Some(u32::try_from(whole * 1_000 + thousandths).unwrap_or(u32::MAX))
}

fn to_u32(ms: i64) -> u32 {
    u32::try_from(ms.max(0)).unwrap_or(u32::MAX)
}

/// A text; where the bytes are none, each that is not ASCII is replaced.
fn lossy(bytes: Vec<u8>) -> String {
    let replaced = |byte: u8| if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER };
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(replaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(entries: &[(&str, &str)]) -> Headers {
        Headers::new(entries.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())))
    }

    #[test]
    fn every_spelling_of_retry_after_is_read() {
        let date = ("date", "Mon, 23 Nov 2026 12:00:00 GMT");
        for (name, value, ms) in [
            ("Retry-After", "7", 7_000),
            ("retry-after-sandbox-create", "23", 23_000),
            ("Retry-After-Sandbox-Lifecycle", "2", 2_000),
            ("retry-after-authenticated", "60", 60_000),
            ("retry-after-failed-auth", "5", 5_000),
            ("retry-after", "1.5", 1_500),
            ("retry-after", "0", 0),
            ("retry-after", "3, 9", 9_000),
            ("retry-after", "Mon, 23 Nov 2026 12:00:42 GMT", 42_000),
            ("retry-after", "Mon, 23 Nov 2026 11:00:00 GMT", 0),
            ("retry-after", "99999999999999999999", u32::MAX),
        ] {
            assert_eq!(headers(&[date, (name, value)]).retry_after_ms(), Some(ms), "{name}: {value}");
        }
    }

    #[test]
    fn a_retry_after_that_says_nothing_is_none() {
        for value in ["", "soon", "-5", "1e3", "Mon, 23 Nov 2026 12:00:42 GMT"] {
            assert_eq!(headers(&[("retry-after", value)]).retry_after_ms(), None, "{value}");
        }
        assert_eq!(headers(&[("retry-afterwards", "5")]).retry_after_ms(), None);
    }

    #[test]
    fn the_longest_of_several_waits_counts() {
        let both = headers(&[("retry-after", "2"), ("retry-after-sandbox-create", "30")]);
        assert_eq!(both.retry_after_ms(), Some(30_000));
        assert_eq!(both.retry_after_bucket(), Some("sandbox-create"));
    }

    #[test]
    fn bytes_that_are_not_utf8_do_no_harm() {
        let odd = Headers::new([("X-Odd".to_owned(), vec![0xff, b'a'])]);
        assert_eq!(odd.get("x-odd"), Some("\u{fffd}a"));
    }
}
