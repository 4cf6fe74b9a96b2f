//! A policy as a file: TOML, every key optional, an unknown one refused, so that a misspelt rule is noticed.

use std::path::{Path, PathBuf};

use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use super::egress::Egress;
use super::pattern::{OriginPattern, PatternError};
use super::proxy::{Proxy, ProxyError};
use super::rules::{Policy, PrivateAddresses};
use crate::hex::unhex;
use crate::input::{Mistake, TextError, from_value, plain_name, read_text};
use crate::limits::{Limits, WarmLimits};

/// A policy cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file is not there, or not readable as text.
    #[error("{} {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: TextError,
    },
    /// It is no TOML. Of the text nothing is told: a value in it may be a secret.
    #[error("this is not a policy: line {line}, column {column} is not TOML")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// It has a key that does not exist, or a value of another type.
    #[error("this is not a policy: {0}")]
    Key(#[from] Mistake),
    /// An entry of `egress.allow`.
    #[error("egress.allow: entry {entry} is no origin: {}. {}", error.reason(), PatternError::FORMS)]
    Allow {
        /// Which one, from 1. The entry itself is not told: a URL may have a password in it.
        entry: usize,
        /// What is wrong with it.
        #[source]
        error: PatternError,
    },
    /// A header that is none.
    #[error("headers.add: `{0}` is not a name, or its value is not one, that a header can have")]
    Header(String),
    /// A public key that is none.
    #[error("components.trusted-keys: entry {0} is no Ed25519 public key. Write its 32 bytes as 64 hexadecimal digits")]
    TrustedKey(usize),
    /// The proxy.
    #[error("egress.proxy: {0}")]
    Proxy(#[from] ProxyError),
    /// A limit of nothing.
    #[error("{0} is 0, which would let nothing happen. Write at least 1, or leave the key out")]
    Zero(&'static str),
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    egress: FileEgress,
    headers: Headers,
    environment: Environment,
    credentials: Credentials,
    components: Components,
    instances: WarmLimits,
    pools: Pools,
    limits: Limits,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct FileEgress {
    allow: Option<Vec<String>>,
    proxy: Option<String>,
    private_addresses: Private,
    response_bytes: Option<u64>,
}

/// Of a policy's file.
const MOST_BYTES: u64 = 1 << 20;

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum Private {
    Deny,
    #[default]
    OwnApi,
    Allow,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Headers {
    deny: Vec<String>,
    add: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Environment {
    allow: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Credentials {
    inject: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Components {
    trusted_keys: Vec<String>,
    bytes: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Pools {
    calls_per_second: Option<u32>,
    calls_in_flight: Option<u32>,
}

/// The key of the section `instances` that is no limit.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Reuse {
    instances: ReuseOfInstances,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ReuseOfInstances {
    warm: bool,
}

impl Policy {
    /// Reads a policy from TOML text.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let table: toml::Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let mut table = serde_json::to_value(table).unwrap_or_default();
        let Reuse { instances: ReuseOfInstances { warm } } = from_value(&table)?;
        if let Some(section) = table.get_mut("instances").and_then(Value::as_object_mut) {
            section.remove("warm");
        }
        let file: File = from_value(&table)?;
        let allow = file.egress.allow.map(|entries| {
            let patterns = entries.iter().enumerate().map(|(index, entry)| {
                OriginPattern::parse(entry).map_err(|error| PolicyError::Allow { entry: index + 1, error })
            });
            patterns.collect::<Result<Vec<_>, _>>()
        });
        let limits = match at_least_1("components.bytes", file.components.bytes)? {
            Some(bytes) => file.limits.with_component_bytes(bytes),
            None => file.limits,
        };
        // A value that is given has to make sense also where it is not in use.
        if let Some(key) = limits.zero().or_else(|| file.instances.zero()) {
            return Err(PolicyError::Zero(key));
        }
        let default = Self::default();
        Ok(Self {
            egress: allow.transpose()?.map_or(Egress::WhateverTheProviderNames, Egress::Only),
            proxy: file.egress.proxy.as_deref().map(Proxy::parse).transpose()?,
            private_addresses: match file.egress.private_addresses {
                Private::Deny => PrivateAddresses::Deny,
                Private::OwnApi => PrivateAddresses::OwnApi,
                Private::Allow => PrivateAddresses::Allow,
            },
            deny_headers: file.headers.deny.into_iter().map(|name| name.to_ascii_lowercase()).collect(),
            add_headers: file.headers.add.into_iter().map(header).collect::<Result<_, _>>()?,
            environment: file.environment.allow,
            inject_credentials: file.credentials.inject,
            response_bytes: at_least_1("egress.response-bytes", file.egress.response_bytes)?
                .unwrap_or(default.response_bytes),
            pool_calls_per_second: at_least_1("pools.calls-per-second", file.pools.calls_per_second)?,
            pool_calls_in_flight: at_least_1("pools.calls-in-flight", file.pools.calls_in_flight)?,
            trusted_keys: file
                .components
                .trusted_keys
                .into_iter()
                .enumerate()
                .map(|(index, key)| unhex(&key).ok_or(PolicyError::TrustedKey(index + 1)))
                .collect::<Result<_, _>>()?,
            warm: warm.then_some(file.instances),
            limits,
        })
    }

    /// [`Policy::parse`] for a file.
    ///
    /// # Errors
    /// As there, and when the file cannot be read.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref();
        let text = read_text(path, MOST_BYTES).map_err(|source| PolicyError::Read { path: path.to_owned(), source })?;
        Self::parse(&text)
    }
}

/// Where it is no TOML. The parser's own words repeat the line.
fn syntax(text: &str, error: &toml::de::Error) -> PolicyError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    PolicyError::Syntax { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

fn header((name, value): (String, String)) -> Result<(String, String), PolicyError> {
    match (HeaderName::try_from(&name), HeaderValue::try_from(&value)) {
        (Ok(name), Ok(_)) => Ok((name.as_str().to_owned(), value)),
        _ => Err(PolicyError::Header(plain_name(&name).to_owned())),
    }
}

fn at_least_1<T: PartialEq + Default>(key: &'static str, value: Option<T>) -> Result<Option<T>, PolicyError> {
    if value.as_ref().is_some_and(|value| *value == T::default()) { Err(PolicyError::Zero(key)) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Egress, Policy, PrivateAddresses};
    use crate::limits::WarmLimits;

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(Policy::parse("").unwrap(), Policy::default());
    }

    #[test]
    fn every_key_is_read() {
        let policy = Policy::parse(
            r#"
            [egress]
            allow = ["api.example.com", "*.example.net", "http://localhost:3986"]
            proxy = "http://user:word@proxy.example.com:3128"
            private-addresses = "deny"
            response-bytes = 1000
            [headers]
            deny = ["X-Internal"]
            add = { "X-Platform" = "acme" }
            [environment]
            allow = ["VENDOR_API_URL"]
            [credentials]
            inject = true
            [components]
            trusted-keys = ["000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"]
            bytes = 1001
            [instances]
            warm = true
            idle = 9
            calls = 10
            age-ms = 11
            [pools]
            calls-per-second = 20
            calls-in-flight = 5
            [limits]
            memory-bytes = 1
            table-elements = 2
            stack-bytes = 3
            items-per-component = 4
            concurrent-calls = 5
            compute-ms = 6
            call-timeout-margin-ms = 7
            transfer-bytes = 8
            resource-handles = 9
            open-requests = 10
            tick-ms = 11
            "#,
        )
        .unwrap();
        assert_eq!(policy.egress, Egress::only(["api.example.com", "*.example.net", "http://localhost:3986"]).unwrap());
        assert_eq!(policy.proxy.as_ref().unwrap().to_string(), "http://proxy.example.com:3128");
        assert_eq!(
            (policy.private_addresses, policy.response_bytes, policy.inject_credentials),
            (PrivateAddresses::Deny, 1000, true)
        );
        assert_eq!(policy.deny_headers, ["x-internal"]);
        assert_eq!(policy.add_headers, [("x-platform".to_owned(), "acme".to_owned())]);
        assert!(policy.shows("VENDOR_API_URL") && !policy.shows("VENDOR_API_KEY"));
        assert_eq!((policy.pool_calls_per_second, policy.pool_calls_in_flight), (Some(20), Some(5)));
        assert_eq!(policy.trusted_keys[0][31], 31);
        let warm = policy.warm.unwrap();
        assert_eq!((warm.idle, warm.calls, warm.age), (9, 10, Duration::from_millis(11)));
        let limits = policy.limits;
        assert_eq!((limits.memory_bytes, limits.table_elements, limits.stack_bytes), (1, 2, 3));
        assert_eq!((limits.items_per_component, limits.concurrent_calls, limits.component_bytes), (4, 5, 1001));
        assert_eq!((limits.transfer_bytes, limits.resource_handles, limits.open_requests), (8, 9, 10));
        assert_eq!(limits.tick, Duration::from_millis(11));
        assert_eq!((limits.compute, limits.call_timeout_margin), (Duration::from_millis(6), Duration::from_millis(7)));
    }

    #[test]
    fn instances_are_fresh_unless_they_are_said_to_be_warm() {
        assert_eq!(Policy::parse("[instances]\ncalls = 5").unwrap().warm, None);
        let warm = Policy::parse("[instances]\nwarm = true\ncalls = 5").unwrap().warm.unwrap();
        assert_eq!((warm.calls, warm.idle), (5, WarmLimits::default().idle));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        for (text, told) in [
            ("[egres]", "egres"),
            ("[egress]\nalow = []", "alow"),
            ("[egress]\nallow = [\"a/b\"]", "entry 1 is no origin"),
            ("[egress]\nproxy = \"socks5://a\"", "egress.proxy"),
            ("[egress]\nprivate-addresses = \"maybe\"", "`egress.private-addresses` has to be one of `deny`"),
            ("[headers]\nadd = { \"a b\" = \"x\" }", "headers.add: `…`"),
            ("[components]\ntrusted-keys = [\"12\"]", "entry 1 is no Ed25519 public key"),
            ("[pools]\ncalls-in-flight = 0", "pools.calls-in-flight is 0"),
            ("[instances]\nidle = 0", "instances.idle is 0"),
            ("[instances]\nwarm = 1", "`instances.warm`"),
            ("[instances]\nage = 1", "age"),
            ("[limits]\ntick-ms = 0", "limits.tick-ms is 0"),
            ("[limits]\ncompute-ms = -1", "compute-ms"),
        ] {
            let error = Policy::parse(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn no_value_of_a_policy_is_in_an_error() {
        const SECRET: &str = "sk-live-TOPSECRET12345";
        for text in [
            format!("[headers]\nadd = \"{SECRET}\""),
            format!("[headers]\nadd = {{ x = \"{SECRET}\\n\" }}"),
            format!("[headers]\nadd = {{ {SECRET} = 1 }}"),
            format!("[headers]\nadd = {{ x = {SECRET} }}"),
            format!("[headers]\nadd = {{ x = \"{SECRET} }}"),
            SECRET.to_owned(),
            format!("{SECRET} = 1"),
            format!("[{SECRET}]"),
            format!("[egress]\nprivate-addresses = \"{SECRET}\""),
            format!("[egress]\nallow = [\"{SECRET}/{SECRET}\"]"),
            format!("[egress]\nproxy = \"http://user:{SECRET}@\""),
            format!("[egress]\nproxy = \"{SECRET}\""),
            format!("[components]\ntrusted-keys = [\"{SECRET}\"]"),
            format!("[limits]\ncompute-ms = \"{SECRET}\""),
        ] {
            let error = Policy::parse(&text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains(SECRET), "{text}: {error:?}");
        }
        assert_eq!(
            Policy::parse("[egress]\n[headers\n").unwrap_err().to_string(),
            "this is not a policy: line 2, column 9 is not TOML"
        );
    }
}
