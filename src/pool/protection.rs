//! The keys that bound what a session's agent may know and reach.

use super::config::{Dialect, Pool, Protection};
use super::finding::quoted;
use super::reader::Reader;

const SECRETS: &str = "secrets";
const NETWORKS: &str = "networkAllowList";
const DOMAINS: &str = "domainAllowList";

/// Most networks and most domains that Daytona takes.
const MAX_ENTRIES: usize = 10;

/// Longest domain and longest label of one, in bytes.
const MAX_DOMAIN: usize = 253;
const MAX_DOMAIN_LABEL: usize = 63;

/// Longest prefix of an IPv4 network, in bits.
const MAX_PREFIX: u64 = 32;

/// Reads the three keys.
pub fn read(reader: &mut Reader<'_>) -> Protection {
    let secrets = reader.pairs(SECRETS, |findings, path, name| {
        let refused = !is_variable(name);
        if refused {
            let message = format!("{} is no name of a variable.", quoted(name));
            findings.error("variable-name", path, message, "Write letters, digits and _, and no digit first.");
        }
        refused
    });
    // Whoever takes the value for the secret itself must not find it in a message.
    if secrets.iter().any(|(_, secret)| !is_secret_name(secret)) {
        let says = "has a value that is no name of a secret, which has letters, digits, - and _ alone.";
        reader.error(
            "secret-name",
            SECRETS,
            says,
            "Write the names under which Daytona keeps the secrets, never their values.",
        );
    }
    Protection {
        secrets,
        networks: joined(
            reader,
            NETWORKS,
            "10.0.0.0/8",
            is_network,
            "an IPv4 network such as 10.0.0.0/8 or 192.0.2.7/32",
        ),
        domains: joined(reader, DOMAINS, "*.example.com", is_domain, "a domain such as example.com or *.example.com"),
    }
}

/// No server that has `/workspace` keeps any of them.
pub fn check(pool: &Pool, reader: &mut Reader<'_>) {
    if pool.dialect == Dialect::Workspace {
        for kind in pool.protection.kinds() {
            let says = "is not known to /workspace, so every provision is refused.";
            reader.warning("workspace-protection", kind, says, "Set dialect to auto or sandbox, or leave the key out.");
        }
    }
}

fn joined(reader: &mut Reader<'_>, key: &str, example: &str, is_one: fn(&str) -> bool, what: &str) -> Option<String> {
    let entries = reader.entries(key, example);
    if entries.len() > MAX_ENTRIES {
        let says = format!("has {} entries, more than {MAX_ENTRIES}.", entries.len());
        reader.error("too-many", key, &says, "Write fewer, larger ones.");
    }
    if let Some(other) = entries.iter().find(|entry| !entry.is_empty() && !is_one(entry)) {
        let says = format!("has {}, which is not {what}.", quoted(other));
        reader.error("allow-list", key, &says, "Correct the entry, or remove it.");
    }
    (!entries.is_empty()).then(|| entries.join(","))
}

/// What every shell takes for the name of a variable.
pub fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && is_made_of(name, b"_")
}

fn is_secret_name(name: &str) -> bool {
    is_made_of(name, b"-_")
}

fn is_made_of(text: &str, more: &[u8]) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
}

fn is_network(text: &str) -> bool {
    let at_most = |digits: &str, most: u64| {
        !digits.is_empty() && digits.len() <= 3 && crate::digits::digits(digits).is_some_and(|number| number <= most)
    };
    text.split_once('/').is_some_and(|(address, prefix)| {
        let mut parts = address.split('.');
        parts.by_ref().take(4).filter(|part| at_most(part, 255)).count() == 4
            && parts.next().is_none()
            && at_most(prefix, MAX_PREFIX)
    })
}

fn is_domain(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_label = |label: &str| {
        label.len() <= MAX_DOMAIN_LABEL && is_made_of(label, b"-") && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= MAX_DOMAIN && name.contains('.') && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::super::{check, load};
    use super::*;

    fn rules(config: &str) -> String {
        check(config).iter().map(|finding| format!("{} {}", finding.rule, finding.path)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_three_keys_are_read_in_both_spellings_of_a_list() {
        for config in [
            r#"{"secrets":{"API_KEY":"anthropic-prod"},"networkAllowList":["10.0.0.0/8","1.1.1.1/32"],"domainAllowList":["*.example.com"]}"#,
            r#"{"secrets":{"API_KEY":"anthropic-prod"},"networkAllowList":"10.0.0.0/8, 1.1.1.1/32","domainAllowList":"*.example.com"}"#,
        ] {
            let Ok(pool) = load(config) else { panic!("{config}: {}", rules(config)) };
            let Protection { secrets, networks, domains } = &pool.protection;
            assert_eq!(*secrets, [("API_KEY".to_owned(), "anthropic-prod".to_owned())]);
            assert_eq!(
                (networks.as_deref(), domains.as_deref()),
                (Some("10.0.0.0/8,1.1.1.1/32"), Some("*.example.com"))
            );
            assert_eq!(pool.protection.kinds().collect::<Vec<_>>(), [SECRETS, NETWORKS, DOMAINS]);
        }
        assert!(load("").is_ok_and(|pool| pool.protection.is_empty()));
    }

    #[test]
    fn what_daytona_would_refuse_or_misread_is_an_error_with_its_path() {
        for (config, expected) in [
            (r#"{"networkAllowList":[]}"#, "empty $.networkAllowList"),
            (r#"{"domainAllowList":""}"#, "empty $.domainAllowList"),
            (r#"{"networkAllowList":["10.0.0.1"]}"#, "allow-list $.networkAllowList"),
            (r#"{"networkAllowList":["10.0.0.0/33"]}"#, "allow-list $.networkAllowList"),
            (r#"{"networkAllowList":["10.0.0.0/+8"]}"#, "allow-list $.networkAllowList"),
            (r#"{"networkAllowList":["fe80::/10"]}"#, "allow-list $.networkAllowList"),
            (r#"{"networkAllowList":["example.com"]}"#, "allow-list $.networkAllowList"),
            (r#"{"domainAllowList":["https://example.com"]}"#, "allow-list $.domainAllowList"),
            (r#"{"domainAllowList":["localhost"]}"#, "allow-list $.domainAllowList"),
            (r#"{"domainAllowList":["a.*.com"]}"#, "allow-list $.domainAllowList"),
            (r#"{"domainAllowList":[1]}"#, "wrong-type $.domainAllowList"),
            (r#"{"domainAllowList":{}}"#, "wrong-type $.domainAllowList"),
            (r#"{"domainAllowList":"a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b,a.b"}"#, "too-many $.domainAllowList"),
            (r#"{"secrets":{"2X":"a"}}"#, "variable-name $.secrets[\"2X\"]"),
            (r#"{"secrets":{"A-B":"a"}}"#, "variable-name $.secrets[\"A-B\"]"),
            (r#"{"secrets":{"A":""}}"#, "secret-name $.secrets"),
            (r#"{"secrets":{"A":"sk ant+1"}}"#, "secret-name $.secrets"),
            (r#"{"secrets":["A"]}"#, "wrong-type $.secrets"),
            (r#"{"dialect":"workspace","secrets":{"A":"a"}}"#, "workspace-protection $.secrets"),
            (r#"{"dialect":"workspace","domainAllowList":"a.b"}"#, "workspace-protection $.domainAllowList"),
        ] {
            assert_eq!(rules(config), expected, "{config}");
        }
    }

    #[test]
    fn the_value_of_a_secret_in_the_wrong_place_is_not_repeated() {
        let findings = check(r#"{"secrets":{"A":"sk-ant.0123456789"}}"#);
        assert!(!findings.is_empty() && !format!("{findings:?}").contains("0123456789"), "{findings:?}");
    }
}
