//! Numbers that were not written as whole ones: what they are, told from their digits, without a float.

use super::Value;
use crate::prelude::*;
use crate::text;

/// Whether a text has nothing in it but what numbers are written with.
pub fn is(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
}

/// The value of a number, from its text.
pub fn of(text: &str) -> Value<'static> {
    match whole(text) {
        Ok(number) => Value::Whole(number),
        Err(Other::Large) => Value::Large(text.to_owned()),
        Err(Other::Fraction) => Value::Fraction(text.to_owned()),
    }
}

/// More places than any text that is read has digits.
const FAR: i64 = 1 << 40;

/// Why a number has no place among the whole ones.
enum Other {
    Large,
    Fraction,
}

fn whole(text: &str) -> Result<i64, Other> {
    let text = text.to_ascii_lowercase();
    let (mantissa, exponent) = text::head(&text, "e");
    let exponent = exponent.unwrap_or("0");
    let (whole, fraction) = text::head(mantissa, ".");
    let fraction = text::trim_end(fraction.unwrap_or_default(), "0");
    // One that does not fit is as good as one that is far away.
    let exponent: i64 = exponent.parse().unwrap_or(if exponent.starts_with('-') { -FAR } else { FAR });

    // The number is its digits, this many places to the left.
    let mut places = exponent - i64::try_from(fraction.len()).unwrap_or(FAR);
    let digits = text::fill("{}{}", &[whole, fraction]).parse();
    let mut number: i64 = digits.map_err(|_| if places < 0 { Other::Fraction } else { Other::Large })?;
    while number != 0 && places > 0 {
        number = number.checked_mul(10).ok_or(Other::Large)?;
        places -= 1;
    }
    while number != 0 && places < 0 {
        if number % 10 != 0 {
            return Err(Other::Fraction);
        }
        number /= 10;
        places += 1;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> String {
        match of(text) {
            Value::Whole(number) => number.to_string(),
            Value::Large(text) => ["large ", &text].concat(),
            Value::Fraction(text) => ["fraction ", &text].concat(),
            _ => panic!("{text} is no number"),
        }
    }

    #[test]
    fn a_whole_number_is_one_in_every_spelling() {
        for (text, number) in [
            ("30.0", "30"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0e99999999999999999999", "0"),
            ("3e1", "30"),
            ("3E+1", "30"),
            ("-1.50e1", "-15"),
            ("1200e-2", "12"),
            ("0.00012e5", "12"),
            ("1.00000000000000000000000000000000", "1"),
            ("9223372036854775807.0", "9223372036854775807"),
            ("-9223372036854775808e0", "-9223372036854775808"),
        ] {
            assert_eq!(kind(text), number, "{text}");
        }
    }

    #[test]
    fn what_is_not_whole_is_told_from_what_is_too_large() {
        for text in ["1.5", "-0.5", "1e-1", "12e-99999999999999999999", "0.1234567890123456789012345", "1.23456e4"] {
            assert_eq!(kind(text), ["fraction ", text].concat());
        }
        for text in ["9223372036854775808.0", "-1e300", "1e99999999999999999999", "1.2345678901234567890123e30"] {
            assert_eq!(kind(text), ["large ", text].concat());
        }
    }

    #[test]
    fn what_is_no_number_at_all_harms_nothing() {
        for text in ["", "-", ".", "e", "1e", "x", "1.e5", "--1", "日本"] {
            kind(text);
        }
    }
}
