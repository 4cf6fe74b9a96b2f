//! Whom a call will contact, from configuration, environment and handle alone.

use super::call::credentials::{self, Environment};
use super::call::pool_of;
use super::target::{check_origin, toolbox_origin};
use crate::contract::{Context, Handle};
use crate::error::Error;

/// The API's origin first, then the toolbox's where the handle names one that qualifies.
pub fn origins(
    context: &Context,
    handle: Option<&Handle>,
    environment: &impl Environment,
) -> Result<Vec<String>, Error> {
    found(context, handle, environment).map_err(|error| match credentials::key(context, environment) {
        Ok(secret) => error.without(&secret),
        Err(_) => error,
    })
}

fn found(context: &Context, handle: Option<&Handle>, environment: &impl Environment) -> Result<Vec<String>, Error> {
    let pool = pool_of(context)?;
    let base = credentials::base_url(context, &pool, environment)?;
    let mut origins = vec![base.origin().to_string()];
    if let Some(handle) = handle {
        check_origin(handle, &base)?;
        let toolbox = toolbox_origin(handle, &pool, base.origin()).map(|origin| origin.to_string());
        origins.extend(toolbox.filter(|toolbox| !origins.contains(toolbox)));
    }
    Ok(origins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verbs::call::credentials::tests::{Variables, context};

    fn handle(metadata: &[(&str, &str)]) -> Handle {
        let metadata = metadata.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Handle { provider_id: "daytona".to_owned(), external_id: "id-1".to_owned(), metadata }
    }

    fn of(config: &str, handle: Option<Handle>) -> Result<Vec<String>, Error> {
        let context = Context { config: config.to_owned(), ..context(None, None) };
        origins(&context, handle.as_ref(), &Variables(Vec::new()))
    }

    #[test]
    fn the_api_alone_without_a_handle_and_without_a_key() {
        let outcome = of("", None);
        assert!(outcome.as_ref().is_ok_and(|origins| *origins == ["https://app.daytona.io"]), "{outcome:?}");
        let own = r#"{"daytonaApiUrl":"http://localhost:3000/api"}"#;
        let outcome = of(own, None);
        assert!(outcome.as_ref().is_ok_and(|origins| *origins == ["http://localhost:3000"]), "{outcome:?}");
    }

    #[test]
    fn the_toolbox_of_the_same_domain_is_named_and_any_other_is_not() {
        let own = handle(&[("toolbox-origin", "https://proxy.app.daytona.io")]);
        let outcome = of("", Some(own));
        assert!(
            outcome
                .as_ref()
                .is_ok_and(|origins| *origins == ["https://app.daytona.io", "https://proxy.app.daytona.io"]),
            "{outcome:?}"
        );
        for foreign in ["https://evil.example", "http://proxy.app.daytona.io", "https://169.254.169.254", "garbage"] {
            let handle = handle(&[("toolbox-origin", foreign)]);
            assert!(of("", Some(handle)).is_ok_and(|origins| origins.len() == 1), "{foreign}");
        }
    }

    #[test]
    fn a_toolbox_that_the_pool_names_is_accepted() {
        let handle = handle(&[("toolbox-origin", "https://boxes.example")]);
        let origins = of(r#"{"toolboxUrl":"https://boxes.example/toolbox"}"#, Some(handle));
        assert!(origins.as_ref().is_ok_and(|origins| origins.len() == 2), "{origins:?}");
    }

    #[test]
    fn a_handle_with_the_key_in_it_is_told_without_it() {
        const KEY: &str = "dtn_0123456789abcdef";
        let context = context(Some(KEY), None);
        let foreign = Handle { provider_id: KEY.to_owned(), ..handle(&[]) };
        for handle in [handle(&[("api-origin", KEY)]), foreign] {
            let Err(error) = origins(&context, Some(&handle), &Variables(Vec::new())) else { panic!("accepted") };
            assert!(error.message.contains("[redacted]") && !format!("{error:?}").contains(KEY), "{error:?}");
        }
    }

    #[test]
    fn a_wrong_configuration_and_a_foreign_handle_are_errors_here_too() {
        let outcome = of(r#"{"daytonaApiUrl":7}"#, None);
        assert!(outcome.is_err(), "{outcome:?}");
        let foreign = handle(&[("api-origin", "https://other.example")]);
        let outcome = of("", Some(foreign));
        assert!(outcome.as_ref().is_err_and(|error| error.message.contains("https://other.example")), "{outcome:?}");
    }
}
