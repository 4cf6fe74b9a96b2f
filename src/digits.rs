//! Numbers as servers and labels write them.

/// A number of decimal digits and nothing else: std also takes a sign.
pub fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
