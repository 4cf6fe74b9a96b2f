//! Bytes as hexadecimal digits.

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly `N` bytes from hex.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |index: usize| pair.get(index).and_then(|digit| char::from(*digit).to_digit(16));
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{hex, unhex};

    #[test]
    fn hex_goes_there_and_back_and_nothing_else_does() {
        assert_eq!(unhex::<3>(&hex(&[0, 255, 16])), Some([0, 255, 16]));
        assert_eq!(unhex::<1>("fF"), Some([255]));
        for wrong in ["", "f", "fff", "zz", "+1"] {
            assert_eq!(unhex::<1>(wrong), None, "{wrong}");
        }
    }
}
