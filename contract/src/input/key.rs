//! Keys as people store them.

/// A key without what is copied along with it: quotes, blanks, `Bearer `, an assignment, a mark at the beginning. A server
/// that repeats a key repeats this part of it.
pub fn bare_key(key: &str) -> &str {
    let edge = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{feff}' | '\u{200b}');
    let key = key.trim_matches(edge);
    let key = key.split_once('=').map_or(key, |(name, value)| if is_variable(name) { value } else { key });
    let key = key.trim_matches(edge);
    let scheme = key.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    scheme.and_then(|scheme| key.get(scheme.len()..)).unwrap_or(key).trim_matches(edge)
}

fn is_variable(name: &str) -> bool {
    let name = name.trim_start_matches("export ").trim();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::bare_key;

    #[test]
    fn what_is_copied_along_with_a_key_is_taken_off() {
        const KEY: &str = "key_0123456789abcdef";
        for odd in [
            format!("\"{KEY}\""),
            format!("Bearer {KEY}"),
            format!("bearer  {KEY}"),
            format!("{KEY}\t"),
            format!("\u{feff}{KEY}"),
            format!("VENDOR_API_KEY={KEY}"),
            format!("export VENDOR_API_KEY='{KEY}'"),
            KEY.to_owned(),
        ] {
            assert_eq!(bare_key(&odd), KEY, "{odd:?}");
        }
        assert_eq!([bare_key("a=b"), bare_key(""), bare_key("Bearer é")], ["a=b", "", "é"]);
    }
}
