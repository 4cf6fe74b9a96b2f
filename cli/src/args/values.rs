//! Values that are written in a form of their own.

use std::time::Duration;

use crate::variable::is_name;

/// `NAME=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("the name before = is empty".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `NAME=VALUE` with a name that a variable can have.
pub fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    if !is_name(&name) {
        return Err("the name before = is none that a variable can have: write letters, digits and _".to_owned());
    }
    Ok((name, value))
}

/// The name of a variable, without a value.
pub fn name(text: &str) -> Result<String, String> {
    match text.is_empty() || text.contains(['=', '\0']) {
        true => Err("write the variable's name alone; its value is taken from this environment".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// A whole number.
pub fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| match text.is_empty() || text.contains(|c: char| !c.is_ascii_digit()) {
        true => "write a whole number, for example 2".to_owned(),
        false => format!("it is more than {}", u32::MAX),
    })
}

/// A time with its unit.
pub fn duration(text: &str) -> Result<Duration, String> {
    const HOW: &str = "write a whole number with ms, s, m or h, for example 45s";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| HOW.to_owned())?;
    let millis = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(HOW.to_owned()),
    };
    match number.checked_mul(millis) {
        Some(0) => Err("it has to be longer than nothing".to_owned()),
        Some(millis) => Ok(Duration::from_millis(millis)),
        None => Err("it is too long".to_owned()),
    }
}

/// A time in whole seconds, rounded up.
pub fn seconds(text: &str) -> Result<u32, String> {
    u32::try_from(duration(text)?.as_millis().div_ceil(1_000)).map_err(|_| "it is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{duration, pair, seconds, variable};

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("45s"), Ok(Duration::from_secs(45)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "45", "s", "-1s", "1.5s", "0s", "5d", "99999999999999999999s", "9999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seconds_are_whole_and_never_fewer_than_were_meant() {
        assert_eq!([seconds("2h"), seconds("1ms"), seconds("1001ms")], [Ok(7_200), Ok(1), Ok(2)]);
        assert_eq!(seconds("4294967295s"), Ok(u32::MAX));
        assert!(seconds("4294967296s").is_err() && seconds("0s").is_err());
    }

    #[test]
    fn a_pair_may_have_equal_signs_in_its_value_and_needs_a_name() {
        assert_eq!(pair("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(pair("A="), Ok(("A".into(), String::new())));
        assert!(pair("=b").is_err());
        assert!(pair("A").is_err());
        assert_eq!(variable("A_1=b c"), Ok(("A_1".into(), "b c".into())));
        for wrong in ["A B=c", "export A=1", "$env:A=1", "1A=x", "A-B=x", "A"] {
            assert!(variable(wrong).is_err(), "{wrong}");
        }
    }
}
