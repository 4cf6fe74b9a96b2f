//! Who may call: bearer tokens, of which the gateway knows the hashes only.

use std::collections::BTreeSet;

use hmac_sha256::Hash;

/// Bytes of a SHA-256.
const BYTES: usize = 32;

/// A token that is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    hash: [u8; BYTES],
    /// The pools that it may name; none: every pool.
    pools: Option<BTreeSet<String>>,
}

impl Token {
    /// A token by its SHA-256 in hex; none where that is no such number.
    pub fn of_hash(hex: &str, pools: Option<BTreeSet<String>>) -> Option<Self> {
        let mut hash = [0; BYTES];
        let digits = hex.as_bytes();
        if digits.len() != 2 * BYTES {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        // `from_str_radix` takes a sign as well.
        digits.iter().all(u8::is_ascii_hexdigit).then_some(Self { hash, pools })
    }

    /// Whether it may name a pool.
    pub fn may_name(&self, pool: &str) -> bool {
        self.pools.as_ref().is_none_or(|pools| pools.contains(pool))
    }
}

/// The token in a header `authorization`.
pub fn bearer(header: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(header).ok()?.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The token that was presented, among those that are let in. It takes as long for one that is wrong as for one that is right,
/// so that nobody learns a hash from the time that it takes.
pub fn find<'t>(tokens: &'t [Token], presented: &str) -> Option<&'t Token> {
    let hash = Hash::hash(presented.as_bytes());
    let mut found = None;
    for token in tokens {
        let differs = token.hash.iter().zip(hash).fold(0, |differs, (one, other)| differs | (one ^ other));
        if std::hint::black_box(differs) == 0 {
            found = Some(token);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of `one`.
    const ONE: &str = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";

    #[test]
    fn a_token_is_found_by_its_hash_and_no_other() {
        let tokens = [Token::of_hash(&"0".repeat(64), None).unwrap(), Token::of_hash(ONE, None).unwrap()];
        assert_eq!(find(&tokens, "one"), Some(&tokens[1]));
        for wrong in ["", "One", "one ", ONE, &"0".repeat(64)] {
            assert_eq!(find(&tokens, wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_sha_256_in_hex_is_no_hash() {
        assert!(Token::of_hash(&ONE.to_ascii_uppercase(), None).is_some());
        for wrong in ["", "one", &ONE[1..], &format!("+{}", &ONE[1..]), &"é".repeat(32), &ONE.replace('7', "g")] {
            assert_eq!(Token::of_hash(wrong, None), None, "{wrong}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_in_any_case_of_its_scheme_and_nothing_else_is() {
        for header in ["Bearer t", "bearer  t ", "BEARER t"] {
            assert_eq!(bearer(header.as_bytes()), Some("t"), "{header}");
        }
        for header in ["", "t", "Bearer", "Bearer ", "Basic dDp0"] {
            assert_eq!(bearer(header.as_bytes()), None, "{header}");
        }
        assert_eq!(bearer(b"Bearer \xff"), None);
    }

    #[test]
    fn a_token_of_some_pools_may_name_no_other() {
        let all = Token::of_hash(ONE, None).unwrap();
        let some = Token::of_hash(ONE, Some(["a".to_owned()].into())).unwrap();
        assert!(all.may_name("a") && all.may_name("b") && some.may_name("a") && !some.may_name("b"));
    }
}
