//! How a session's sandbox is called, and the digest of what a specification asks for.
//!
//! Both are frozen: later versions find and compare earlier ones' sandboxes by them. The golden vectors below must never
//! change.

use std::collections::BinaryHeap;

use hmac_sha256::Hash;

use crate::contract::Spec;
use crate::pairs;

/// What digests of this definition begin with.
pub const DIGEST_VERSION: &str = "1:";

/// Longest readable part of a name, in characters.
const MAX_SLUG: usize = 32;

/// How many hex digits of the hash stand in a name.
const NAME_DIGITS: usize = 16;

/// How many hex digits of the hash stand in a digest.
const DIGEST_DIGITS: usize = 32;

/// The extension of a spec that names a snapshot to begin from.
pub const SNAPSHOT: &str = "snapshot";

/// The beginning of the names of a pool's snapshots: Daytona's snapshots have no labels.
pub fn snapshot_prefix(pool_id: &str) -> String {
    format!("rensei-{}-", hex(&Hash::hash(pool_id.as_bytes()), 8))
}

/// The name of a session's sandbox in a pool.
pub fn name(pool_id: &str, session_id: &str) -> String {
    let mut hash = Hash::new();
    hash.update(pool_id);
    hash.update([0]);
    hash.update(session_id);
    let hash = hex(&hash.finalize(), NAME_DIGITS);
    let slug = slug(session_id);
    if slug.is_empty() { format!("rensei-{hash}") } else { format!("rensei-{slug}-{hash}") }
}

/// The session's id as far as it can be read in a name.
fn slug(session_id: &str) -> String {
    let mut slug = String::new();
    // Each byte of a character outside ASCII counts as one that cannot be read, and a run of those is one dash.
    for byte in session_id.bytes() {
        if byte.is_ascii_alphanumeric() {
            slug.push(char::from(byte.to_ascii_lowercase()));
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(MAX_SLUG);
    slug.trim_end_matches('-').to_owned()
}

/// What a spec itself asks for, as a comparable text: `1:` and a hash over image, command, sizes, region and the names
/// of its environment in any order.
///
/// Values of the environment are left out because tokens rotate, the pool's values because admins edit them.
pub fn digest(spec: &Spec) -> String {
    let mut fields = Vec::with_capacity(256);
    let mut field = |tag: u8, value: Option<&[u8]>| {
        fields.extend_from_slice(&[tag, u8::from(value.is_some())]);
        let value = value.unwrap_or_default();
        fields.extend_from_slice(&u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
        fields.extend_from_slice(value);
    };
    field(b'i', spec.image.as_deref().map(str::as_bytes));
    field(b'n', spec.command.as_ref().map(|words| words.len().to_string()).as_deref().map(str::as_bytes));
    for word in spec.command.iter().flatten() {
        field(b'c', Some(word.as_bytes()));
    }
    let sizes = &spec.resources;
    for (tag, size) in
        [(b'v', sizes.vcpu), (b'm', sizes.memory_mb), (b'd', sizes.disk_mb), (b'g', sizes.gpu.filter(|gpu| *gpu > 0))]
    {
        field(tag, size.map(u32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
    }
    field(b'r', spec.region.as_deref().map(str::as_bytes));
    let names: BinaryHeap<&str> = spec.env.iter().map(|(name, _)| name.as_str()).collect();
    let mut names = names.into_sorted_vec();
    names.dedup();
    for name in names {
        field(b'e', Some(name.as_bytes()));
    }
    // Only where it is asked for, so that digests of before stay what they were.
    if let Some(snapshot) = pairs::get(&spec.extensions, SNAPSHOT) {
        field(b's', Some(snapshot.as_bytes()));
    }
    format!("{DIGEST_VERSION}{}", hex(&Hash::hash(&fields), DIGEST_DIGITS))
}

/// The first digits of a hash in lower-case hexadecimal.
pub fn hex(bytes: &[u8], digits: usize) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.take(digits).filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::contract::Resources;

    pub fn spec(session_id: &str) -> Spec {
        let resources = Resources { vcpu: None, memory_mb: None, disk_mb: None, gpu: None, timeout_sec: None };
        Spec {
            session_id: session_id.to_owned(),
            image: None,
            command: None,
            env: Vec::new(),
            labels: Vec::new(),
            resources,
            max_duration_sec: None,
            region: None,
            extensions: Vec::new(),
        }
    }

    #[test]
    fn names_never_change() {
        for (pool, session, expected) in
            [("pool-1", "sess-42", "rensei-sess-42-899de6a060c37588"), ("p", "日本", "rensei-fbbfc69f17417483")]
        {
            assert_eq!(name(pool, session), expected);
        }
    }

    #[test]
    fn prefixes_of_snapshots_never_change() {
        for (pool, expected) in [("pool-1", "rensei-4ec6ff55-"), ("日本", "rensei-cf2abf0c-")] {
            assert_eq!(snapshot_prefix(pool), expected);
        }
    }

    #[test]
    fn the_readable_part_is_short_and_plain() {
        assert_eq!(slug("Sess__42!"), "sess-42");
        assert_eq!(slug("--a--"), "a");
        assert_eq!(slug(&"x".repeat(40)), "x".repeat(32));
        assert_eq!(slug(&format!("{}-yyy", "x".repeat(31))), "x".repeat(31));
    }

    #[test]
    fn the_same_session_in_another_pool_is_another_sandbox() {
        assert_ne!(name("pool-1", "sess-42"), name("pool-2", "sess-42"));
        assert_ne!(name("a", "b\0c"), name("a\0b", "cc"));
    }

    #[test]
    fn digests_never_change() {
        assert_eq!(digest(&spec("s")), EMPTY_DIGEST);
        let full = Spec {
            image: Some("ghcr.io/a/b:1".to_owned()),
            command: Some(vec!["donmai".to_owned(), "agent".to_owned()]),
            env: vec![("B".to_owned(), "1".to_owned()), ("A".to_owned(), "2".to_owned())],
            region: Some("eu".to_owned()),
            resources: Resources {
                vcpu: Some(2),
                memory_mb: Some(4096),
                disk_mb: None,
                gpu: Some(0),
                timeout_sec: Some(60),
            },
            ..spec("s")
        };
        assert_eq!(digest(&full), FULL_DIGEST);
    }

    #[test]
    fn a_digest_covers_what_is_asked_for_and_not_what_rotates() {
        let base =
            || Spec { env: vec![("TOKEN".to_owned(), "1".to_owned()), ("A".to_owned(), String::new())], ..spec("s") };
        let rotated =
            Spec { env: vec![("A".to_owned(), "x".to_owned()), ("TOKEN".to_owned(), "2".to_owned())], ..spec("s") };
        assert_eq!(digest(&base()), digest(&rotated));
        let other_session = Spec { session_id: "t".to_owned(), ..base() };
        assert_eq!(digest(&base()), digest(&other_session));
        for other in [
            Spec { image: Some("a:1".to_owned()), ..base() },
            Spec { command: Some(vec!["a".to_owned()]), ..base() },
            Spec { region: Some("eu".to_owned()), ..base() },
            Spec { extensions: vec![("snapshot".to_owned(), String::new())], ..base() },
            Spec { env: Vec::new(), ..spec("s") },
            Spec { resources: Resources { disk_mb: Some(1), ..base().resources }, ..base() },
        ] {
            assert_ne!(digest(&base()), digest(&other));
        }
        let words = |words: &[&str]| {
            digest(&Spec { command: Some(words.iter().map(|word| (*word).to_owned()).collect()), ..spec("s") })
        };
        assert_ne!(words(&["a", "b"]), words(&["ab"]));
    }

    // Computed once by another implementation of the same definition.
    const EMPTY_DIGEST: &str = "1:48d3db09da9de95794e4b716cb97fe4c";
    const FULL_DIGEST: &str = "1:719aa4035c3418fd38ff23ad4d0d79be";
}
