//! What the operator allows, from the environment: whose tokens are let in, and which pools there are.
//!
//! | variable | |
//! |---|---|
//! | `GATEWAY_TOKENS` | JSON: a list of SHA-256 of tokens in hex, or of `{"sha256": …, "pools": [ids]}` for a token of some pools |
//! | `GATEWAY_POOLS` | JSON: an object of pools by id, each `{"config": {…}, "credential": {…}, "organizationId": …}`; all is optional |
//! | `DAYTONA_API_KEY` | the key of pools without a credential; it goes to `DAYTONA_API_URL`, or Daytona's cloud, and nowhere else |
//!
//! A credential has `secret`, or `secretFrom` with the name of the variable that holds it, and `apiUrl` and `organizationId` where
//! they are known.

use std::collections::BTreeMap;

use sandbox_contract::input::{from_str, plain_name};
use sandbox_contract::types::{Credential, Secret};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::token::Token;

/// The variable with the hashes of tokens.
const TOKENS: &str = "GATEWAY_TOKENS";
/// The variable with the pools.
const POOLS: &str = "GATEWAY_POOLS";
/// The variable with the environment's key, which the provider reads as well.
const KEY: &str = "DAYTONA_API_KEY";
/// The variable with the URL that the environment's key goes to.
const URL: &str = "DAYTONA_API_URL";

/// Everything that the operator allows.
#[derive(Debug)]
pub struct Settings {
    /// Who may call.
    pub tokens: Vec<Token>,
    /// By id. One that cannot be used says why.
    pub pools: BTreeMap<String, Result<Pool, String>>,
}

/// A pool that can be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its configuration, JSON text.
    pub config: String,
    /// The key of its calls. There is always one, so that the provider never looks for another.
    pub credential: Credential,
    /// The platform's organization that it belongs to, where the operator says so.
    pub organization_id: Option<String>,
}

/// A token as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenToken {
    Hash(String),
    OfPools(OfPools),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfPools {
    sha256: String,
    pools: Vec<String>,
}

/// A pool as it is written.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct WrittenPool {
    config: Map<String, Value>,
    credential: Option<WrittenCredential>,
    organization_id: Option<String>,
}

/// A key as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenCredential {
    #[serde(default)]
    secret: Option<Secret>,
    #[serde(default)]
    secret_from: Option<String>,
    #[serde(default)]
    api_url: Option<String>,
    #[serde(default)]
    organization_id: Option<String>,
}

impl Settings {
    /// Reads the environment. Without tokens or without pools nothing is served, and the text says which is missing; it never
    /// repeats what a variable holds.
    pub fn read(variables: &[(String, String)]) -> Result<Self, String> {
        let (tokens, pools) = (tokens(variables), pools(variables));
        match (tokens, pools) {
            (Ok(tokens), Ok(pools)) => Ok(Self { tokens, pools }),
            (tokens, pools) => {
                let problems: Vec<String> = tokens.err().into_iter().chain(pools.err()).collect();
                Err(problems.join("; "))
            }
        }
    }
}

/// The value of a variable that says something.
fn variable<'v>(variables: &'v [(String, String)], name: &str) -> Option<&'v str> {
    let found = variables.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
}

fn tokens(variables: &[(String, String)]) -> Result<Vec<Token>, String> {
    let text = variable(variables, TOKENS)
        .ok_or_else(|| format!("{TOKENS} is missing: a list of the SHA-256 of each token in hex"))?;
    let written: Vec<Value> = from_str(text).map_err(|mistake| format!("{TOKENS}: {mistake}"))?;
    if written.is_empty() {
        return Err(format!("{TOKENS} has no token"));
    }
    let mut tokens = Vec::new();
    for (index, value) in written.into_iter().enumerate() {
        let token = match serde_json::from_value(value) {
            Ok(WrittenToken::Hash(hash)) => Token::of_hash(&hash, None),
            Ok(WrittenToken::OfPools(written)) => {
                Token::of_hash(&written.sha256, Some(written.pools.into_iter().collect()))
            }
            Err(_) => None,
        };
        tokens.push(token.ok_or_else(|| {
            format!("{TOKENS}: [{index}] is neither a SHA-256 in hex nor an object with `sha256` and `pools`")
        })?);
    }
    Ok(tokens)
}

fn pools(variables: &[(String, String)]) -> Result<BTreeMap<String, Result<Pool, String>>, String> {
    let text =
        variable(variables, POOLS).ok_or_else(|| format!("{POOLS} is missing: an object of pools by their ids"))?;
    let written: BTreeMap<String, WrittenPool> = from_str(text).map_err(|mistake| format!("{POOLS}: {mistake}"))?;
    if written.is_empty() {
        return Err(format!("{POOLS} has no pool"));
    }
    Ok(written.into_iter().map(|(id, pool)| (id, resolve(pool, variables))).collect())
}

/// Finds the key of a pool, and holds the environment's key to the environment's URL.
fn resolve(written: WrittenPool, variables: &[(String, String)]) -> Result<Pool, String> {
    let WrittenPool { config, credential, organization_id } = written;
    let credential = match credential {
        Some(credential) => own_key(credential, variables)?,
        None => environment_key(&config, variables)?,
    };
    let config = if config.is_empty() { String::new() } else { Value::Object(config).to_string() };
    Ok(Pool { config, credential, organization_id })
}

fn own_key(written: WrittenCredential, variables: &[(String, String)]) -> Result<Credential, String> {
    let WrittenCredential { secret, secret_from, api_url, organization_id } = written;
    let secret = match (secret, secret_from) {
        (Some(secret), None) => secret,
        (None, Some(name)) => Secret::new(
            variable(variables, &name)
                .ok_or_else(|| format!("the variable {} of its credential is missing", plain_name(&name)))?,
        ),
        _ => return Err("its credential has to have either `secret` or `secretFrom`".to_owned()),
    };
    if variable(variables, KEY).is_some_and(|key| key == secret.expose()) {
        return Err(format!(
            "its credential is the key in {KEY}, which goes to {URL} only: leave `credential` out, or give the pool a key of its own"
        ));
    }
    Ok(Credential { secret, api_url, organization_id })
}

/// The environment's key. A pool that uses it may not name an address: the key would go there.
fn environment_key(config: &Map<String, Value>, variables: &[(String, String)]) -> Result<Credential, String> {
    let key = variable(variables, KEY).ok_or_else(|| format!("it has no `credential`, and {KEY} is missing"))?;
    if let Some(name) = config.keys().find(|name| name.to_ascii_lowercase().ends_with("url")) {
        return Err(format!(
            "its `config` has `{}`, but no `credential`: the key in {KEY} goes to {URL} only. Leave it out, or give the pool a key of its own",
            plain_name(name)
        ));
    }
    // None: the provider takes its default, because the configuration names no URL.
    let api_url = variable(variables, URL).map(str::to_owned);
    Ok(Credential { secret: Secret::new(key), api_url, organization_id: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "dtn_TOPSECRET12345";

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let owned: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = Settings::read(&owned);
        let shown = format!("{settings:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        settings
    }

    fn tokens() -> String {
        format!(r#"["{}"]"#, "0".repeat(64))
    }

    fn pool(pool: &str, more: &[(&str, &str)]) -> Result<Pool, String> {
        let (tokens, pools) = (tokens(), format!(r#"{{"p":{pool}}}"#));
        let variables = [&[(TOKENS, tokens.as_str()), (POOLS, pools.as_str())], more].concat();
        read(&variables)?.pools.remove("p").unwrap()
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = read(&[]).unwrap_err();
        assert!(error.contains("GATEWAY_TOKENS is missing") && error.contains("GATEWAY_POOLS is missing"), "{error}");
        let error = read(&[(TOKENS, &tokens()), (POOLS, " ")]).unwrap_err();
        assert!(error.starts_with("GATEWAY_POOLS is missing"), "{error}");
        for (tokens, pools, told) in [
            ("[]", r#"{"p":{}}"#, "GATEWAY_TOKENS has no token"),
            (SECRET, r#"{"p":{}}"#, "GATEWAY_TOKENS: it is not JSON"),
            (r#"["dtn_TOPSECRET12345"]"#, r#"{"p":{}}"#, "GATEWAY_TOKENS: [0] is neither"),
            (r#"[{"sha256":"0"}]"#, r#"{"p":{}}"#, "GATEWAY_TOKENS: [0] is neither"),
            (&tokens(), "{}", "GATEWAY_POOLS has no pool"),
            (&tokens(), r#"{"p":{"key":"dtn_TOPSECRET12345"}}"#, "GATEWAY_POOLS: `p` has a member `key`"),
            (&tokens(), r#"{"p":{"credential":"dtn_TOPSECRET12345"}}"#, "GATEWAY_POOLS: `p.credential` is a text"),
        ] {
            let error = read(&[(TOKENS, tokens), (POOLS, pools)]).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn a_pool_has_its_own_key_or_the_one_of_the_environment() {
        let own =
            pool(r#"{"credential":{"secret":"dtn_TOPSECRET12345","apiUrl":"https://a.example/api"}}"#, &[]).unwrap();
        assert_eq!(own.credential.secret.expose(), SECRET);
        assert_eq!(own.credential.api_url.as_deref(), Some("https://a.example/api"));
        let named = pool(r#"{"credential":{"secretFrom":"POOL_KEY"}}"#, &[("POOL_KEY", SECRET)]).unwrap();
        assert_eq!(named.credential.secret.expose(), SECRET);
        let shared = pool(r#"{"config":{"cpu":2}}"#, &[(KEY, SECRET), (URL, "https://b.example/api")]).unwrap();
        assert_eq!(shared.credential.secret.expose(), SECRET);
        assert_eq!(shared.credential.api_url.as_deref(), Some("https://b.example/api"));
        assert_eq!(shared.config, r#"{"cpu":2}"#);
        for (written, told) in [
            ("{}", "it has no `credential`, and DAYTONA_API_KEY is missing"),
            (r#"{"credential":{}}"#, "its credential has to have either"),
            (r#"{"credential":{"secret":"a","secretFrom":"B"}}"#, "its credential has to have either"),
            (r#"{"credential":{"secretFrom":"POOL_KEY"}}"#, "the variable POOL_KEY of its credential is missing"),
        ] {
            let error = pool(written, &[]).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn the_key_of_the_environment_goes_to_no_address_that_a_pool_names() {
        for config in ["daytonaApiUrl", "toolboxUrl", "anyURL"] {
            for environment in [&[(KEY, SECRET)][..], &[(KEY, SECRET), (URL, "https://b.example/api")]] {
                let written = format!(r#"{{"config":{{"{config}":"https://evil.example"}}}}"#);
                let error = pool(&written, environment).unwrap_err();
                assert!(error.contains(config) && error.contains("a key of its own"), "{error}");
            }
            let own = format!(r#"{{"config":{{"{config}":"https://a.example"}},"credential":{{"secret":"other"}}}}"#);
            assert!(pool(&own, &[(KEY, SECRET)]).is_ok());
        }
        for credential in [r#"{"secretFrom":"DAYTONA_API_KEY""#, r#"{"secret":"dtn_TOPSECRET12345""#] {
            let written = format!(r#"{{"credential":{credential},"apiUrl":"https://evil.example"}}}}"#);
            let error = pool(&written, &[(KEY, SECRET)]).unwrap_err();
            assert!(error.starts_with("its credential is the key in DAYTONA_API_KEY"), "{error}");
        }
    }
}
