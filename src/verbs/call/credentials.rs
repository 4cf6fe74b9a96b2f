//! Which key and which server a call uses, and where they come from.
//!
//! Key: the context's credential, then `DAYTONA_API_KEY`. Server: the credential's URL, then `DAYTONA_API_URL`, then the
//! pool's `daytonaApiUrl`, then Daytona's cloud. The first source that says anything wins, also when it is wrong: falling
//! through to another organization's key would be worse than an error.

use crate::contract::{Context, ErrorCode};
use crate::error::Error;
use crate::http::secret::Secret;
use crate::http::url::BaseUrl;
use crate::pool::{self, Pool};

/// The environment variable with the key.
pub const KEY_VARIABLE: &str = "DAYTONA_API_KEY";
/// The environment variable with the base URL.
pub const URL_VARIABLE: &str = "DAYTONA_API_URL";

/// The environment that the host gives to the component.
pub trait Environment {
    /// The value of a variable; none when it is not set.
    fn var(&self, name: &str) -> Option<String>;
}

/// The key of a call.
pub fn key(context: &Context, environment: &impl Environment) -> Result<Secret, Error> {
    let (text, source) = match &context.credential {
        Some(credential) => (credential.secret.clone(), "the org's daytona credential"),
        None => match environment.var(KEY_VARIABLE).filter(|value| !value.is_empty()) {
            Some(value) => (value, KEY_VARIABLE),
            None => return Err(no_key()),
        },
    };
    Secret::new(text).map_err(|problem| {
        Error::new(ErrorCode::Unauthenticated, format!("The API key from {source} {}.", problem.message()))
            .rule("unusable-key")
            .remedy("Store the key again, exactly as Daytona's dashboard shows it.")
    })
}

fn no_key() -> Error {
    Error::new(
        ErrorCode::Unauthenticated,
        "There is no Daytona API key: neither the org's daytona credential nor DAYTONA_API_KEY is set.",
    )
    .rule("no-key")
    .remedy("Add the org's daytona credential, or set DAYTONA_API_KEY for the plugin. Keys are made in Daytona's dashboard.")
}

/// The base URL of a call.
pub fn base_url(context: &Context, pool: &Pool, environment: &impl Environment) -> Result<BaseUrl, Error> {
    let of_credential = context.credential.as_ref().and_then(|credential| credential.api_url.as_deref());
    if let Some(url) = of_credential.filter(|url| !url.is_empty()) {
        return parse(url, "the org's daytona credential")
            .map_err(|error| error.detail("path", "context.credential.api-url"));
    }
    if let Some(url) = environment.var(URL_VARIABLE).filter(|url| !url.is_empty()) {
        return parse(&url, URL_VARIABLE);
    }
    match &pool.api_url {
        Some(url) => Ok(url.clone()),
        None => parse(pool::DEFAULT_API_URL, "the default"),
    }
}

fn parse(url: &str, source: &str) -> Result<BaseUrl, Error> {
    let url = BaseUrl::parse(url).map_err(|problem| {
        Error::config(format!("The API URL from {source} cannot be used: {}", problem.message()))
            .rule(problem.rule())
            .remedy(&problem.remedy(pool::DEFAULT_API_URL))
    })?;
    if pool::is_daytona_v2(url.origin()) {
        return Err(Error::new(
            ErrorCode::Unsupported,
            format!("The API URL from {source} is Daytona v2, another platform with another API."),
        )
        .rule("daytona-v2")
        .remedy("Use https://app.daytona.io/api, or the URL of a self-hosted Daytona; the key stays the same."));
    }
    Ok(url)
}

/// The component's environment.
#[cfg(target_arch = "wasm32")]
pub struct WasiEnvironment;

#[cfg(target_arch = "wasm32")]
impl Environment for WasiEnvironment {
    fn var(&self, name: &str) -> Option<String> {
        let all = crate::contract::wasi::cli::environment::get_environment();
        all.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::contract::Credential;

    /// An environment for tests.
    pub struct Variables(pub Vec<(&'static str, &'static str)>);

    impl Environment for Variables {
        fn var(&self, name: &str) -> Option<String> {
            self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        }
    }

    pub fn context(secret: Option<&str>, api_url: Option<&str>) -> Context {
        let api_url = api_url.map(str::to_owned);
        Context {
            organization_id: Some("org-1".to_owned()),
            pool_id: "pool-1".to_owned(),
            config: String::new(),
            credential: secret.map(|secret| Credential { secret: secret.to_owned(), api_url, organization_id: None }),
            deadline_ms: None,
            extensions: Vec::new(),
        }
    }

    fn resolved(context: &Context, config: &str, variables: &[(&'static str, &'static str)]) -> (String, String) {
        let environment = Variables(variables.to_vec());
        let Ok(pool) = pool::load(config) else { panic!("{config}") };
        let key = key(context, &environment).map_or_else(|error| error.message.clone(), |key| key.bearer());
        let url =
            base_url(context, &pool, &environment).map_or_else(|error| error.message.clone(), |url| url.to_string());
        (key, url)
    }

    const ENVIRONMENT: [(&str, &str); 2] = [(KEY_VARIABLE, "env-key-123"), (URL_VARIABLE, "https://env.example/api")];
    const POOL: &str = r#"{"daytonaApiUrl":"https://pool.example/api"}"#;

    #[test]
    fn the_credential_comes_first() {
        let context = context(Some("org-key-123"), Some("https://org.example/api"));
        let (key, url) = resolved(&context, POOL, &ENVIRONMENT);
        assert_eq!((key.as_str(), url.as_str()), ("Bearer org-key-123", "https://org.example/api"));
    }

    #[test]
    fn the_environment_comes_second_for_key_and_url_each() {
        let (key, url) = resolved(&context(None, None), POOL, &ENVIRONMENT);
        assert_eq!((key.as_str(), url.as_str()), ("Bearer env-key-123", "https://env.example/api"));
        let (key, url) = resolved(&context(Some("org-key-123"), None), POOL, &ENVIRONMENT);
        assert_eq!((key.as_str(), url.as_str()), ("Bearer org-key-123", "https://env.example/api"));
    }

    #[test]
    fn the_pools_url_comes_third_and_the_cloud_last() {
        assert_eq!(resolved(&context(None, None), POOL, &[]).1, "https://pool.example/api");
        assert_eq!(resolved(&context(None, None), "", &[]).1, "https://app.daytona.io/api");
    }

    #[test]
    fn without_a_key_both_places_are_named() {
        for variables in [&[][..], &[(KEY_VARIABLE, "")]] {
            let (message, _) = resolved(&context(None, None), "", variables);
            assert!(message.contains("daytona credential") && message.contains(KEY_VARIABLE), "{message}");
        }
    }

    #[test]
    fn an_unusable_credential_does_not_fall_through_to_the_environment() {
        for secret in ["", "org-key\n"] {
            let (message, _) = resolved(&context(Some(secret), None), "", &ENVIRONMENT);
            assert!(message.contains("the org's daytona credential"), "{message}");
            assert!(!message.contains("org-key"), "{message}");
        }
    }

    #[test]
    fn a_bad_url_names_its_source_and_never_its_user_info() {
        let (_, message) =
            resolved(&context(Some("org-key-123"), Some("https://me:pass@org.example/api")), POOL, &ENVIRONMENT);
        assert!(message.contains("the org's daytona credential") && !message.contains("pass"), "{message}");
        let (_, message) = resolved(&context(None, None), POOL, &[(URL_VARIABLE, "https://api.daytona.com/v2")]);
        assert!(message.contains(URL_VARIABLE) && message.contains("v2"), "{message}");
    }
}
