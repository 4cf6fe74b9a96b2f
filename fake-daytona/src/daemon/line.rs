//! A command as one line, and the words of it.

/// The words of a line, as the daemons before 0.156 cut it, and as a shell would read one that has nothing but quoted words.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut open) = (String::new(), None);
    for character in line.chars() {
        if open == Some(character) {
            open = None;
        } else if open.is_none() && (character == '"' || character == '\'') {
            open = Some(character);
        } else if open.is_none() && character == ' ' {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(character);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn blanks_outside_of_quotes_separate_and_nothing_is_escaped() {
        assert_eq!(words(r#"a 'b c'"d" '' e\ f	g"#), ["a", "b cd", "e\\", "f\tg"]);
        assert_eq!(words(r#"'it'"'"'s' "$x" 'open"#), ["it's", "$x", "open"]);
    }
}
