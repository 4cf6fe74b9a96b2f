//! The texts in which Daytona refuses for a limit, from 0.100 to today.

/// A limit that was exceeded.
#[derive(Debug)]
pub struct Limit {
    /// `cpu`, `memory`, `disk`, `gpu` or `sandboxes`.
    pub name: &'static str,
    /// Of one sandbox; otherwise of the whole organization.
    pub per_sandbox: bool,
    /// With the unit that Daytona writes, for example `10GB`.
    pub maximum: Option<String>,
    pub requested: Option<String>,
}

/// Reads the first line of a refusal; none when it is not about a limit.
pub fn parse(line: &str) -> Option<Limit> {
    per_sandbox(line).or_else(|| total(line)).or_else(|| sandboxes(line))
}

/// `Disk request 20GB exceeds maximum allowed per sandbox (10GB).`, in 0.100 `per workspace`.
fn per_sandbox(line: &str) -> Option<Limit> {
    let (asked, limit) = line.split_once(" exceeds maximum allowed per ")?;
    let words: Vec<&str> = asked.split(' ').collect();
    let [.., name, _, requested] = words.as_slice() else { return None };
    let name = resource(name)?;
    Some(Limit { name, per_sandbox: true, maximum: in_brackets(limit), requested: Some((*requested).to_owned()) })
}

/// `Total disk limit exceeded. Maximum allowed: 30GiB.`, before `quota exceeded`, in 0.100 `quota exceeded (40GB > 30GB)`.
fn total(line: &str) -> Option<Limit> {
    let (name, rest) = line.strip_prefix("Total ")?.split_once(' ')?;
    let name = resource(name)?;
    let rest = rest.strip_prefix("limit exceeded").or_else(|| rest.strip_prefix("quota exceeded"))?;
    let (requested, maximum) = match rest.split_once("Maximum allowed: ") {
        Some((_, maximum)) => (None, Some(maximum.trim_end_matches('.').to_owned())),
        None => match in_brackets(rest).as_deref().and_then(|both| both.split_once(" > ")) {
            Some((requested, maximum)) => (Some(requested.to_owned()), Some(maximum.to_owned())),
            None => (None, None),
        },
    };
    Some(Limit { name, per_sandbox: false, maximum, requested })
}

/// `Maximum number of concurrent workspaces (5) reached`, `Workspace quota limit (5) reached`, of the earliest builds.
fn sandboxes(line: &str) -> Option<Limit> {
    let known = line.starts_with("Maximum number of concurrent ") || line.starts_with("Workspace quota limit ");
    (known && line.contains("reached")).then(|| Limit {
        name: "sandboxes",
        per_sandbox: false,
        maximum: in_brackets(line),
        requested: None,
    })
}

fn resource(word: &str) -> Option<&'static str> {
    ["cpu", "memory", "disk", "gpu"].into_iter().find(|name| word.eq_ignore_ascii_case(name))
}

fn in_brackets(text: &str) -> Option<String> {
    let (_, inner) = text.split_once('(')?;
    inner.split_once(')').map(|(inner, _)| inner.to_owned())
}

/// The leading whole number of a quantity such as `10GB`.
pub fn whole_number(quantity: &str) -> Option<u32> {
    let digits = quantity.bytes().take_while(u8::is_ascii_digit).count();
    quantity.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_all_eras_are_understood() {
        for (line, name, per_sandbox, maximum, requested) in [
            ("CPU request 5 exceeds maximum allowed per sandbox (4).", "cpu", true, Some("4"), Some("5")),
            ("Memory request 9GB exceeds maximum allowed per sandbox (8GB).", "memory", true, Some("8GB"), Some("9GB")),
            ("Disk request 20GB exceeds maximum allowed per sandbox (10GB)", "disk", true, Some("10GB"), Some("20GB")),
            (
                "Disk request 20GB exceeds maximum allowed per workspace (10GB)",
                "disk",
                true,
                Some("10GB"),
                Some("20GB"),
            ),
            ("Total CPU limit exceeded. Maximum allowed: 10.", "cpu", false, Some("10"), None),
            ("Total memory limit exceeded. Maximum allowed: 20GiB.", "memory", false, Some("20GiB"), None),
            ("Total disk quota exceeded. Maximum allowed: 30GiB", "disk", false, Some("30GiB"), None),
            ("Total GPU limit exceeded. Maximum allowed: 0.", "gpu", false, Some("0"), None),
            ("Total CPU quota exceeded (12 > 10)", "cpu", false, Some("10"), Some("12")),
            ("Total disk quota exceeded (40GB > 30GB)", "disk", false, Some("30GB"), Some("40GB")),
            ("Maximum number of concurrent workspaces (5) reached", "sandboxes", false, Some("5"), None),
            ("Workspace quota limit (7) reached", "sandboxes", false, Some("7"), None),
        ] {
            let Some(limit) = parse(line) else { panic!("not understood: {line}") };
            assert_eq!((limit.name, limit.per_sandbox), (name, per_sandbox), "{line}");
            assert_eq!((limit.maximum.as_deref(), limit.requested.as_deref()), (maximum, requested), "{line}");
        }
    }

    #[test]
    fn other_texts_are_no_limits() {
        for line in [
            "",
            "Total",
            "Total x limit exceeded",
            "Region not found",
            "exceeds maximum allowed per sandbox",
            "X exceeds maximum allowed per sandbox (",
        ] {
            assert!(parse(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_quantity_begins_with_a_whole_number() {
        assert_eq!(whole_number("10GB"), Some(10));
        assert_eq!(whole_number("GB"), None);
        assert_eq!(whole_number("99999999999"), None);
    }
}
