//! Keys as people store them.

/// A key without what is copied along with it: quotes, blanks, `Bearer `, an assignment, a mark at the beginning. A server
/// that repeats a key repeats this part of it.
pub fn bare_key(key: &str) -> &str {
    let edge = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let key = key.trim_matches(edge);
    let key = key.split_once('=').map_or(key, |(name, value)| if is_variable(name) { value } else { key });
    let key = key.trim_matches(edge);
    let scheme = key.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    scheme.and_then(|scheme| key.get(scheme.len()..)).unwrap_or(key).trim_matches(edge)
}

/// What is odd about a key, as the second half of a sentence that does not repeat it; none where it looks like one.
pub fn oddity(key: &str) -> Option<&'static str> {
    let bare = bare_key(key);
    if bare.is_empty() {
        Some("consists of nothing but blanks")
    } else if key.contains(['"', '\'', '`']) {
        Some("stands in quotation marks")
    } else if ["${", "{{", "://"].iter().any(|mark| key.contains(mark)) {
        Some("is a placeholder that was not filled in")
    } else if key.contains('*') {
        Some("is masked with asterisks")
    } else if ["undefined", "null", "none"].contains(&key) {
        Some("is a program's word for nothing")
    } else if key.contains('=') && bare != key {
        Some("has the name of a variable before it")
    } else if key.len() > bare.len() && key.to_ascii_lowercase().contains("bearer ") {
        Some("begins with Bearer, which is added on the way")
    } else {
        (bare != key).then_some("has blanks or invisible characters around it")
    }
}

fn is_variable(name: &str) -> bool {
    let name = name.trim_start_matches("export ").trim();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::{bare_key, oddity};

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

    #[test]
    fn what_is_odd_about_a_key_is_told_without_repeating_it() {
        for (key, odd) in [
            ("key_0123456789", None),
            ("Bearer key_0123456789", Some("begins with Bearer, which is added on the way")),
            ("\"key_0123456789\"", Some("stands in quotation marks")),
            ("VENDOR_API_KEY=key_0123456789", Some("has the name of a variable before it")),
            ("${VENDOR_API_KEY}", Some("is a placeholder that was not filled in")),
            ("{{ secrets.KEY }}", Some("is a placeholder that was not filled in")),
            ("vault://vendor", Some("is a placeholder that was not filled in")),
            ("undefined", Some("is a program's word for nothing")),
            ("   ", Some("consists of nothing but blanks")),
            (" key_0123456789", Some("has blanks or invisible characters around it")),
            ("\u{200e}key_0123456789", Some("has blanks or invisible characters around it")),
            ("key_****************cdef", Some("is masked with asterisks")),
        ] {
            assert_eq!(oddity(key), odd, "{key:?}");
        }
    }
}
