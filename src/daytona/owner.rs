//! Which organization a key is of, from what it is shown.

use crate::json::{Members, objects};

/// The organization of a key that was answered so: with itself, or with sandboxes or snapshots. The outer nothing: that is no
/// answer, as an empty page is none that has others behind it.
pub fn of_key(reply: &str) -> Option<Option<String>> {
    let items = objects(reply).or_else(|| {
        let reply = Members::of(reply)?;
        let goes_on = reply.scalar::<String>("nextCursor").is_some_and(|next| !next.is_empty());
        match reply.objects("items") {
            Some(items) if items.is_empty() && goes_on => None,
            Some(items) => Some(items),
            None => Some(vec![reply]),
        }
    });
    // A general snapshot belongs to the server, whoever made it.
    let own = |owned: Members<'_>| owned.scalar("organizationId").filter(|_| owned.scalar("general") != Some(true));
    Some(items?.into_iter().find_map(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sandboxes_and_own_snapshots_tell_whose_they_are() {
        for (reply, expected) in [
            (r#"{"name":"k","organizationId":"org-a"}"#, Some("org-a")),
            (r#"{"name":"k","permissions":[]}"#, None),
            (r#"{"items":[{"id":"a","organizationId":"org-a"}],"nextCursor":null}"#, Some("org-a")),
            (r#"[{"id":"a","organizationId":"org-a"}]"#, Some("org-a")),
            (
                r#"{"items":[{"organizationId":"org-g","general":true},{"organizationId":"org-a","general":false}]}"#,
                Some("org-a"),
            ),
            (r#"{"items":[]}"#, None),
        ] {
            assert_eq!(of_key(reply), Some(expected.map(str::to_owned)), "{reply}");
        }
        for reply in ["<html>", "7", r#"{"items":["#, r#"{"items":[],"nextCursor":"more"}"#] {
            assert_eq!(of_key(reply), None, "{reply}");
        }
    }
}
