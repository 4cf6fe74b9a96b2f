//! The key of a call, where something else belongs: it is in no error, no finding and no name.

use super::{KEY, Server, context, handle, refusal};
use crate::contract::{Context, Credential, Handle};
use crate::error::Error;
use crate::sandbox::name::tests::spec;

fn told(error: &Error) -> String {
    let error = format!("{error:?}");
    assert!(!error.contains(&KEY[..12]), "{error}");
    error
}

#[test]
fn a_handle_with_the_key_in_it_is_told_without_it() {
    let with = |id: &str, name: &str, value: &str| {
        let mut with = Handle { external_id: id.to_owned(), ..handle("sandbox") };
        crate::pairs::set(&mut with.metadata, name, value.to_owned());
        with
    };
    let id = format!("x{KEY}");
    let origin = format!("https://{KEY}.example");
    let of_another = Handle { provider_id: KEY.to_owned(), ..handle("sandbox") };
    for (handle, shown) in [
        (with(&id, "name", "x"), "GET https://daytona.example/api/sandbox/x[redacted]"),
        (with(&format!("{KEY} "), "name", "x"), "/sandbox/[redacted]%20"),
        (with("x", "api-origin", &origin), "https://[redacted].example"),
        (with("x", "organization-id", KEY), "organization [redacted]"),
        (with("x", "platform-organization-id", KEY), "organization [redacted]"),
        (of_another, "provider [redacted]"),
    ] {
        let server = Server::new([refusal(403, "Forbidden")]);
        let mut context = server.context();
        context.credential =
            context.credential.map(|known| Credential { organization_id: Some("org-d".to_owned()), ..known });
        let looked = server
            .call_with(context.clone(), |call| super::look::status(call, &super::Target::new(call, handle.clone())?));
        let Err(error) = looked else { panic!("{shown}") };
        assert!(told(&error).contains(shown), "{shown}: {error:?}");
        let Err(error) = Server::new([]).explain("s", Some(handle)) else { panic!("{shown}") };
        told(&error);
    }
}

#[test]
fn a_key_where_an_id_belongs_is_refused_before_anything_is_sent() {
    let within = Some(format!("a {KEY}"));
    let credential =
        |context: Context| context.credential.map(|known| Credential { organization_id: within.clone(), ..known });
    let server = Server::new([]);
    for (context, path) in [
        (Context { pool_id: KEY.to_owned(), ..server.context() }, "context.pool-id"),
        (Context { organization_id: within.clone(), ..server.context() }, "context.organization-id"),
        (
            Context { credential: credential(server.context()), ..server.context() },
            "context.credential.organization-id",
        ),
        (server.context(), "session-id"),
    ] {
        let found = server.call_with(context, |call| super::find::locate(call, KEY));
        let Err(error) = found else { panic!("{path}") };
        assert_eq!((error.get("rule"), error.get("path")), (Some("key-in-id"), Some(path)), "{error:?}");
        told(&error);
    }
    assert_eq!(server.sent(), [""; 0]);
}

#[test]
fn a_configuration_with_the_key_in_it_is_told_without_it() {
    // Nothing but the call says that this is a key.
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    let server = Server::new([]);
    for config in [
        format!(r#"{{"dialect":"{KEY}"}}"#),
        format!(r#"{{"{KEY}":1,"cpu":"x"}}"#),
        format!(r#"{{"daytonaApiUrl":"ftp://{KEY}"}}"#),
        format!(r#"{{"daytonaApiUrl":"{KEY}"}}"#),
        KEY.to_owned(),
    ] {
        let context = Context { config: config.clone(), ..context(Some(KEY), None) };
        let found = server.call_with(context, |call| super::find::locate(call, "s"));
        let Err(error) = found else { panic!("{config}") };
        let error = format!("{error:?}");
        assert!(!error.contains(&KEY[..12]), "{config}: {error}");
    }
}

#[test]
fn findings_about_what_has_the_key_in_it_are_without_it() {
    let mut wrong = spec("s");
    // One that is cut, after which only a part of the key is left.
    wrong.env = vec![(format!("A-{}-{KEY}", "x".repeat(20)), "x".to_owned())];
    wrong.image = Some(format!("ghcr.io/{KEY}"));
    let server = Server::new([]);
    let findings = format!("{:?}", server.check_spec(&wrong));
    assert!(findings.contains("variable-name") && findings.contains("image-not-pinned"), "{findings}");
    assert!(!findings.contains(&KEY[..12]), "{findings}");
    let server = Server::new([refusal(500, "broken")]);
    let findings = format!("{:?}", server.preflight(Some(wrong)));
    assert!(findings.contains("key-in-spec") && !findings.contains(&KEY[..12]), "{findings}");
}
