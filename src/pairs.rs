//! Names with values, as the contract and Daytona's labels have them.

/// The value of a name. Where one occurs twice the last one counts, as in JSON.
pub fn get<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The pairs as they are lent.
pub fn borrowed(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Adds a name, or gives it another value however often it occurs.
pub fn set(pairs: &mut Vec<(String, String)>, name: &str, value: String) {
    pairs.retain(|(known, _)| known != name);
    pairs.push((name.to_owned(), value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_that_occurs_twice_the_last_value_counts_and_both_are_replaced() {
        let mut pairs = vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
        pairs.push(("a".to_owned(), "3".to_owned()));
        assert_eq!((get(&pairs, "a"), get(&pairs, "c")), (Some("3"), None));
        set(&mut pairs, "a", "4".to_owned());
        assert_eq!(pairs, [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "4".to_owned())]);
    }
}
