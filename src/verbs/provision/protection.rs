//! What a pool asks for to protect its sessions: nothing is created without it.
//!
//! Servers that do not know one of the fields ignore it in silence, so the server's version is asked first, the reply is
//! compared with what was asked for, and a label remembers it for those who find the sandbox later.

use crate::contract::ErrorCode;
use crate::daytona::{Dialect, NewSandbox, Rejection, Sandbox, Version};
use crate::error::Error;
use crate::http::Transport;
use crate::pool::{self, Protection};
use crate::sandbox::labels::PROTECTION;
use crate::verbs::call::Call;
use crate::verbs::lookup::in_chosen_dialect;
use crate::verbs::target::Target;
use crate::verbs::terminate;

/// The first versions that know each of the keys.
const FIRST: [(&str, Version); 3] =
    [("secrets", Version(0, 192)), ("networkAllowList", Version(0, 179)), ("domainAllowList", Version(0, 190))];

/// The key that a server does not know, and the version that it would need; none where it knows all that are asked for.
pub fn unknown_to(version: Version, asked: &Protection) -> Option<(&'static str, Version)> {
    asked.kinds().find_map(|kind| FIRST.into_iter().find(|(known, first)| *known == kind && *first > version))
}

/// Makes sure that the server knows what is asked for. Costs a request, and only where something is.
pub fn demand<T: Transport>(call: &Call<'_, T>) -> Result<(), Error> {
    let asked = &call.pool.protection;
    let Some(first) = asked.kinds().next() else { return Ok(()) };
    if let Some(refused) = refusal(call) {
        return Err(refused);
    }
    match call.client.ask_version()? {
        None => Err(unsupported(first, "and the server does not say whether its version knows it")),
        Some(version) => match unknown_to(version, asked) {
            None => Ok(()),
            Some((kind, first)) => {
                Err(unsupported(kind, &format!("which Daytona knows from {first} on; this server is {version}")))
            }
        },
    }
}

/// What is refused without a look at the server.
pub fn refusal<T: Transport>(call: &Call<'_, T>) -> Option<Error> {
    let first = call.pool.protection.kinds().next().filter(|_| call.pool.dialect == pool::Dialect::Workspace);
    first.map(|first| unsupported(first, "which /workspace does not know"))
}

fn unsupported(kind: &str, why: &str) -> Error {
    Error::new(ErrorCode::Unsupported, format!("The pool's configuration has {kind}, {why}. Nothing was created."))
        .rule("protection-unknown")
        .detail("path", &format!("$.{kind}"))
        .remedy("Use a Daytona that knows it, or remove the key if sessions may run without this protection.")
}

/// Does something in the dialect of the pool; in today's only, where something is asked for.
pub fn in_dialect<T: Transport, R>(
    call: &Call<'_, T>,
    action: impl Fn(Dialect) -> Result<R, Rejection>,
) -> Result<(Dialect, R), Rejection> {
    if call.pool.protection.is_empty() {
        in_chosen_dialect(call, action)
    } else {
        action(Dialect::Sandbox).map(|done| (Dialect::Sandbox, done))
    }
}

/// The label of a sandbox that is created so.
pub fn label(asked: &Protection) -> Option<String> {
    (!asked.is_empty()).then(|| asked.kinds().collect::<Vec<_>>().join(" "))
}

/// Refuses a sandbox that was created without something that is asked for now.
pub fn carried(asked: &Protection, sandbox: &Sandbox) -> Result<(), Error> {
    let carried =
        |kind: &&str| sandbox.label(PROTECTION).is_some_and(|label| label.split(' ').any(|known| known == *kind));
    let missing: Vec<&str> = asked.kinds().filter(|kind| !carried(kind)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    let message = format!("The session has a sandbox already, {}, that was created without {missing}.", sandbox.id);
    Err(Error::new(ErrorCode::Conflict, message)
        .maybe_applied(true)
        .rule("session-differs")
        .detail("sandbox-id", &sandbox.id)
        .detail("differs", &missing)
        .remedy("Terminate the sandbox that locate finds and provision again, or use another session id."))
}

/// Ends a sandbox that was created without the lists that were asked for.
pub fn kept<T: Transport>(
    call: &Call<'_, T>,
    new: &NewSandbox<'_>,
    dialect: Dialect,
    created: &Sandbox,
) -> Result<(), Error> {
    if new.networks.is_none() && new.domains.is_none() {
        return Ok(());
    }
    let wanted = [("networkAllowList", new.networks), ("domainAllowList", new.domains)];
    let lost =
        wanted.into_iter().zip(created.allow_lists()).find(|((_, wanted), kept)| !same(*wanted, kept.as_deref()));
    let Some(((kind, _), _)) = lost else { return Ok(()) };
    let target = Target::of(dialect, created)?;
    terminate::terminate(call, &target).map_err(|error| error.maybe_applied(true).detail("sandbox-id", &created.id))?;
    let message = format!("Daytona created the sandbox without {kind}, so it was deleted again.");
    Err(Error::new(ErrorCode::Unsupported, message)
        .rule("protection-lost")
        .detail("path", &format!("$.{kind}"))
        .remedy("Use a Daytona that keeps it, or remove the key if sessions may run without this protection."))
}

/// Whether two lists have the same entries, whatever their order. What was not asked for may be anything.
fn same(wanted: Option<&str>, kept: Option<&str>) -> bool {
    let Some(wanted) = wanted else { return true };
    let kept = kept.unwrap_or_default();
    let has = |list: &str, entry: &str| {
        list.split(',').any(|known| known.trim_ascii().eq_ignore_ascii_case(entry.trim_ascii()))
    };
    wanted.split(',').all(|entry| has(kept, entry)) && kept.split(',').all(|entry| has(wanted, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(config: &str) -> Protection {
        match pool::load(config) {
            Ok(pool) => pool.protection,
            Err(findings) => panic!("{config}: {findings:?}"),
        }
    }

    const ALL: &str = r#"{"secrets":{"A":"a"},"networkAllowList":["10.0.0.0/8"],"domainAllowList":["a.example"]}"#;

    #[test]
    fn each_key_needs_the_version_that_brought_it() {
        for (config, version, expected) in [
            (ALL, Version(0, 192), None),
            (ALL, Version(1, 0), None),
            (ALL, Version(0, 191), Some("secrets")),
            (r#"{"secrets":{"A":"a"}}"#, Version(0, 190), Some("secrets")),
            (r#"{"domainAllowList":"a.example"}"#, Version(0, 190), None),
            (r#"{"domainAllowList":"a.example"}"#, Version(0, 189), Some("domainAllowList")),
            (r#"{"networkAllowList":"10.0.0.0/8"}"#, Version(0, 179), None),
            (r#"{"networkAllowList":"10.0.0.0/8"}"#, Version(0, 105), Some("networkAllowList")),
            ("", Version(0, 1), None),
        ] {
            assert_eq!(unknown_to(version, &asked(config)).map(|(kind, _)| kind), expected, "{config} {version}");
        }
    }

    #[test]
    fn a_sandbox_is_taken_only_with_all_that_is_asked_for_now() {
        let sandbox = |label: &str| {
            let labels = vec![(PROTECTION.to_owned(), label.to_owned())];
            Sandbox { id: "id".to_owned(), labels, ..Sandbox::default() }
        };
        let refused = |config: &str, label: &str| {
            carried(&asked(config), &sandbox(label)).err().and_then(|error| error.get("differs").map(str::to_owned))
        };
        assert_eq!(label(&asked(ALL)).as_deref(), Some("secrets networkAllowList domainAllowList"));
        assert_eq!(refused(ALL, "secrets networkAllowList domainAllowList"), None);
        assert_eq!(refused(ALL, "secrets"), Some("networkAllowList, domainAllowList".to_owned()));
        assert_eq!(refused(r#"{"secrets":{"A":"a"}}"#, ""), Some("secrets".to_owned()));
        // More than is asked for is no harm.
        assert_eq!(refused("", "secrets"), None);
    }

    #[test]
    fn lists_are_the_same_in_any_order_and_with_blanks() {
        assert!(same(Some("a.b,c.d"), Some("c.d, A.b")) && same(None, Some("x")) && same(None, None));
        for kept in [None, Some(""), Some("a.b"), Some("a.b,c.d,e.f")] {
            assert!(!same(Some("a.b,c.d"), kept), "{kept:?}");
        }
    }
}
