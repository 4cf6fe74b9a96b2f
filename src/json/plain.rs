//! JSON texts in their plainest spelling, so that whatever is searched for in them can be found.

/// Replaces every escape that need not be one by the character itself, and each lone surrogate, which no text can hold, by
/// U+FFFD. The text means the same afterwards, and never becomes longer.
///
/// What stays escaped: quotation marks, backslashes and control characters.
pub fn plain(mut json: String) -> String {
    let Some(first) = first_needless(&json) else {
        return json;
    };
    let escaped = json.split_off(first);
    let mut rest = escaped.as_str();
    json.reserve(rest.len());
    while let Some((before, escape)) = rest.find('\\').map(|at| rest.split_at(at)) {
        json.push_str(before);
        rest = push_plain(escape, &mut json);
    }
    json.push_str(rest);
    json
}

/// Where the first escape begins that may be needless. Quotation marks and line breaks have to be escaped, and a Dockerfile that
/// a server repeats has many of them.
fn first_needless(json: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += json.get(at..)?.find('\\')?;
        match json.get(at + 1..)?.chars().next() {
            None | Some('u' | '/') => return Some(at),
            Some(escaped) => at += 1 + escaped.len_utf8(),
        }
    }
}

/// Appends what the escape at the beginning of a text stands for, and returns what comes after it.
fn push_plain<'a>(text: &'a str, json: &mut String) -> &'a str {
    if let Some(rest) = text.strip_prefix("\\/") {
        json.push('/');
        return rest;
    }
    match text.strip_prefix("\\u").and_then(unit) {
        Some((unit, rest)) => push_unit(unit, rest, json),
        // What is no JSON is left to its reader.
        None => keep(text, json),
    }
}

/// Leaves an escape of two characters as it is.
fn keep<'a>(text: &'a str, json: &mut String) -> &'a str {
    let mut chars = text.chars();
    json.extend(chars.by_ref().take(2));
    chars.as_str()
}

fn push_unit<'a>(first: u16, rest: &'a str, json: &mut String) -> &'a str {
    let second = rest.strip_prefix("\\u").and_then(unit);
    let pair = second.and_then(|(second, after)| Some((surrogate_pair(first, second)?, after)));
    let (c, rest) = match pair {
        Some((c, after)) => (c, after),
        None => (char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER), rest),
    };
    match c {
        '"' => json.push_str("\\\""),
        '\\' => json.push_str("\\\\"),
        '\t' => json.push_str("\\t"),
        '\0'..='\u{1f}' => json.push_str(&format!("\\u{first:04x}")),
        _ => json.push(c),
    }
    rest
}

/// The character that two halves stand for, if they are halves of one.
fn surrogate_pair(first: u16, second: u16) -> Option<char> {
    let mut units = char::decode_utf16([first, second]);
    let c = units.next()?.ok()?;
    (c.len_utf16() == 2).then_some(c)
}

/// The number of four hexadecimal digits, and what comes after them.
fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plained(json: &str) -> String {
        plain(json.to_owned())
    }

    #[test]
    fn characters_that_need_no_escape_lose_it() {
        for (json, expected) in [
            (r#""dtn_\u00301\u0041""#, r#""dtn_01A""#),
            (r#""a\/b""#, r#""a/b""#),
            (r#""\u00e9 \u65e5 \ud83e\udd80""#, "\"é 日 🦀\""),
            (r#""none""#, r#""none""#),
        ] {
            assert_eq!(plained(json), expected, "{json}");
        }
    }

    #[test]
    fn what_has_to_be_escaped_stays_so() {
        for json in [r#""\" \\ \n \t \b""#, r#""\u0000 \u001f""#, r#""\\u0041""#, r#""\\\\/""#] {
            assert_eq!(plained(json), json);
        }
        assert_eq!(plained(r#""\u0022 \u005c \u0009""#), r#""\" \\ \t""#);
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        for (json, expected) in [
            (r#""\ud800""#, "\"\u{fffd}\""),
            (r#""\udc00x""#, "\"\u{fffd}x\""),
            (r#""\ud800\u0041""#, "\"\u{fffd}A\""),
            (r#""\ud800\ud83e\udd80""#, "\"\u{fffd}🦀\""),
            (r#""\ud800\\udc00""#, "\"\u{fffd}\\\\udc00\""),
        ] {
            assert_eq!(plained(json), expected, "{json}");
        }
    }

    #[test]
    fn what_is_no_escape_at_all_is_left_to_the_reader() {
        for json in ["\\", "\"\\u12", r#""\uzzzz""#, r#""\u+123""#, "\\u"] {
            assert_eq!(plained(json), json);
        }
    }
}
