//! OCI image references. The grammar is the gate to the Dockerfile: what passes is one word of harmless ASCII.
//!
//! The grammar is that of the distribution project, which registries and Docker share:
//! `[host[:port]/]path[/path...][:tag][@algorithm:hex]`.
#![forbid(unsafe_code)]

/// Longest name (everything before tag and digest), in bytes.
const MAX_NAME: usize = 255;

/// Longest tag, in bytes.
const MAX_TAG: usize = 128;

/// Shortest digest of an unknown algorithm, in hexadecimal digits.
const MIN_DIGEST: usize = 32;

/// Digests of these algorithms have exactly so many hexadecimal digits, in lower case.
const ALGORITHMS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Whether a text is an image reference.
pub fn is_reference(text: &str) -> bool {
    let parts = Parts::of(text);
    parts.name.len() <= MAX_NAME
        && is_name(parts.name)
        && parts.tag.is_none_or(is_tag)
        && parts.digest.is_none_or(is_digest)
}

/// Whether a reference names whatever is newest: tag `latest`, or neither tag nor digest.
pub fn tag_is_latest(text: &str) -> bool {
    let parts = Parts::of(text);
    parts.digest.is_none() && parts.tag.is_none_or(|tag| tag == "latest")
}

/// A reference, taken apart but not checked.
struct Parts<'a> {
    name: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        // A colon before the last slash belongs to a port.
        match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => Self { name, tag: Some(tag), digest },
            _ => Self { name: rest, tag: None, digest },
        }
    }
}

fn is_name(name: &str) -> bool {
    match name.split_once('/') {
        Some((first, rest)) => (is_domain(first) || is_path_component(first)) && rest.split('/').all(is_path_component),
        None => is_path_component(name),
    }
}

/// A host with an optional port; names may be in upper case, addresses of IPv6 stand in brackets.
fn is_domain(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else {
                return false;
            };
            let address_is_fine = all(address, |byte| byte.is_ascii_hexdigit() || byte == b':');
            if port.is_empty() {
                return address_is_fine;
            }
            let Some(port) = port.strip_prefix(':') else {
                return false;
            };
            return address_is_fine && all(port, |byte| byte.is_ascii_digit());
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let label = |label: &str| {
        all(label, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label) && port.is_none_or(|port| all(port, |byte| byte.is_ascii_digit()))
}

/// Lower-case letters and digits, joined by one `.`, one or two `_`, or any number of `-`.
fn is_path_component(text: &str) -> bool {
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = text.bytes().next().zip(text.bytes().last());
    ends.is_some_and(|(first, last)| is_alphanumeric(&first) && is_alphanumeric(&last))
        && text
            .as_bytes()
            .split(is_alphanumeric)
            .all(|between| matches!(between, b"" | b"." | b"_" | b"__") || between.iter().all(|byte| *byte == b'-'))
}

fn is_tag(text: &str) -> bool {
    text.len() <= MAX_TAG
        && !text.starts_with(['.', '-'])
        && all(text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, digits)) = text.split_once(':') else {
        return false;
    };
    if let Some((_, length)) = ALGORITHMS.iter().find(|(name, _)| *name == algorithm) {
        return digits.len() == *length && all(digits, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    }
    let component =
        |text: &[u8]| text.first().is_some_and(u8::is_ascii_alphabetic) && text.iter().all(u8::is_ascii_alphanumeric);
    let separator = |byte: &u8| matches!(byte, b'+' | b'.' | b'-' | b'_');
    algorithm.as_bytes().split(separator).all(component)
        && (MIN_DIGEST..=MAX_NAME).contains(&digits.len())
        && all(digits, |byte| byte.is_ascii_hexdigit())
}

/// Not empty, and every byte is of the kind.
fn all(text: &str, kind: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn references_of_every_shape_pass() {
        for text in [
            "debian",
            "debian:12",
            "debian:12-slim",
            "library/debian",
            "ghcr.io/renseiai/donmai-worker:latest",
            "ghcr.io/renseiai/donmai-worker:v1.2.3",
            "localhost:5000/a",
            "localhost/a",
            "registry.example:5000/a/b/c:tag",
            "10.0.0.5:5000/a",
            "[fe80::1]:5000/a:tag",
            "[::1]/a",
            "Registry.Example/a",
            "a.b_c__d-e--f",
            "a:5000",
            "a:_x.y-Z",
            "a1/b2:c3",
        ] {
            assert!(is_reference(text), "{text}");
        }
        assert!(is_reference(&format!("a@sha256:{SHA256}")));
        assert!(is_reference(&format!("host:5000/a:tag@sha256:{SHA256}")));
        assert!(is_reference(&format!("a@sha512:{SHA256}{SHA256}")));
        assert!(is_reference("a@sha256+b64u.x-y_z:0123456789ABCDEFabcdef0123456789"));
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "",
            " ",
            "/",
            ":",
            "@",
            "a/",
            "/a",
            "a//b",
            "a:",
            "a@",
            ":tag",
            "@sha256",
            "A",
            "a/B",
            "a/b/C:tag",
            "a:5000/",
            "-a",
            "a-",
            ".a",
            "a.",
            "_a",
            "a..b",
            "a___b",
            "a._b",
            "a-_b",
            "a:-x",
            "a:.x",
            "a:b:c",
            "host:port/a",
            "host:/a",
            "-h/a",
            "h-./a",
            "h..x/a",
            "[::1/a",
            "[]/a",
            "[::1]x/a",
            "[::1]:/a",
            "[::1]",
            "[g::]/a",
            "a@sha256:",
            "a@sha256:0123",
            "a@x:0123456789abcdef0123456789abcde",
            "a@:0123456789abcdef0123456789abcdef",
            "a@sha256",
            "a@b@c",
            "https://ghcr.io/a/b",
            "a@1x:0123456789abcdef0123456789abcdef",
            "a@x+:0123456789abcdef0123456789abcdef",
        ] {
            assert!(!is_reference(text), "{text}");
        }
        assert!(!is_reference(&format!("a@sha256:{}", SHA256.to_uppercase())));
        assert!(!is_reference(&format!("a@sha256:{SHA256}0")));
    }

    #[test]
    fn nothing_can_be_smuggled_into_a_dockerfile() {
        for text in [
            "a\n",
            "\na",
            "a\nRUN x",
            "a\r",
            "a b",
            " a",
            "a ",
            "a\tb",
            "a AS b",
            "a#b",
            "#a",
            "$IMAGE",
            "a$b",
            "${a}",
            "a\"b",
            "'a'",
            "a\\",
            "a`b",
            "a;b",
            "a|b",
            "a\0",
            "--platform=x",
            "é",
            "a/é",
            "a:é",
            "a:b\u{2028}c",
            "a\u{a0}",
            "a:b\n",
            "a@b\n",
        ] {
            assert!(!is_reference(text), "{text:?}");
        }
        assert!(!is_reference(&format!("a@sha256:{SHA256}\nRUN x")));
        assert!(!is_reference(&format!("a@sha257:{SHA256}\n")));
    }

    #[test]
    fn only_characters_of_the_grammar_occur_in_what_passes() {
        for code in 0..=0x2100_u32 {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            let allowed = c.is_ascii_alphanumeric() || "._-:/@[]+".contains(c);
            for text in [format!("a{c}b"), format!("a/b{c}c:d"), format!("{c}x/b"), format!("a:b{c}")] {
                assert!(allowed || !is_reference(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn names_and_tags_have_a_greatest_length() {
        assert!(is_reference(&"a".repeat(255)));
        assert!(!is_reference(&"a".repeat(256)));
        assert!(is_reference(&format!("a:{}", "t".repeat(128))));
        assert!(!is_reference(&format!("a:{}", "t".repeat(129))));
        assert!(!is_reference(&format!("a@x:{}", "0".repeat(256))));
    }

    #[test]
    fn a_reference_without_a_fixed_version_is_recognised() {
        for text in ["a", "a:latest", "host:5000/a", "host:5000/a:latest"] {
            assert!(tag_is_latest(text), "{text}");
        }
        for text in ["a:1", "a@sha256:00", "a:latest@sha256:00", "host:5000/a:1", "a:latest-1"] {
            assert!(!tag_is_latest(text), "{text}");
        }
    }
}
