//! Names of the contract in the spelling of JavaScript and of the platform.

/// Names that the platform spells otherwise than the mechanical conversion would.
const PLATFORM: [(&str, &str); 3] = [("vcpu", "vCpu"), ("max-vcpu", "maxVCpu"), ("is-a2a-remote", "isA2ARemote")];

/// `session-id` as `sessionId`.
pub fn camel(name: &str) -> String {
    if let Some((_, known)) = PLATFORM.iter().find(|(kebab, _)| *kebab == name) {
        return (*known).to_owned();
    }
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    words.fold(first, |done, word| done + &capitalized(word))
}

/// `error-code` as `ErrorCode`.
pub fn pascal(name: &str) -> String {
    name.split('-').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_platform_spells_them() {
        for (kebab, expected) in [
            ("session-id", "sessionId"),
            ("keep-alive", "keepAlive"),
            ("vcpu", "vCpu"),
            ("max-vcpu", "maxVCpu"),
            ("memory-mb", "memoryMb"),
            ("is-a2a-remote", "isA2ARemote"),
            ("env", "env"),
        ] {
            assert_eq!(camel(kebab), expected);
        }
        assert_eq!(pascal("error-code"), "ErrorCode");
    }
}
