//! Which toolbox may be called and given the key.
//!
//! Daytona's replies name the URL of a sandbox's toolbox. A reply is not proof enough to send the key there.

use crate::http::url::{Origin, Scheme};

/// Whether a toolbox that a reply of the API names may be called and given the key.
///
/// It has to be https, unless the API itself is not; and has to lie in the API's parent domain, or be exactly the one that
/// the pool's configuration names. An IP address that the API is not on is accepted only when the pool names it.
pub fn is_trusted(toolbox: &Origin, api: &Origin, named_by_pool: Option<&Origin>) -> bool {
    let protected = toolbox.scheme() == Scheme::Https || api.scheme() == Scheme::Http;
    protected && (named_by_pool == Some(toolbox) || share_parent_domain(toolbox, api))
}

/// Where the toolbox that a reply names may be called; none where it may not.
///
/// The one that the pool names takes the place of one that may not be called, and of one below `localhost`: a server that
/// was set up so names it to everybody, but for everybody else that is their own machine (RFC 6761).
pub fn trusted<'o>(toolbox: &'o Origin, api: &Origin, named_by_pool: Option<&'o Origin>) -> Option<&'o Origin> {
    let accepted = is_trusted(toolbox, api, named_by_pool);
    let replaceable = !accepted || toolbox.host().ends_with(".localhost");
    let named = named_by_pool.filter(|named| replaceable && is_trusted(named, api, named_by_pool));
    named.or(Some(toolbox).filter(|_| accepted))
}

/// The origin at which the toolbox of a URL may be called.
pub fn trusted_origin(url: &str, api: &Origin, named_by_pool: Option<&Origin>) -> Option<Origin> {
    trusted(&Origin::parse(url).ok()?, api, named_by_pool).cloned()
}

/// Whether a host lies in the parent domain of the API's host.
///
/// The parent of a host with three or more labels is the host without its first label, unless that looks like a
/// country's registry suffix such as `co.uk`. Every other host is its own parent.
fn share_parent_domain(toolbox: &Origin, api: &Origin) -> bool {
    match toolbox.host().strip_suffix(parent_domain(api)) {
        Some("") => true,
        Some(below) => below.ends_with('.'),
        None => false,
    }
}

/// The domain whose hosts count as the API's own.
fn parent_domain(api: &Origin) -> &str {
    match api.host().split_once('.') {
        Some((_, parent)) if !api.is_ip() && parent.contains('.') && !is_registry_suffix(parent) => parent,
        _ => api.host(),
    }
}

/// Whether a domain looks like one under which a country registers names of different owners: `co.uk`, `com.au`.
fn is_registry_suffix(domain: &str) -> bool {
    domain.split_once('.').is_some_and(|(first, last)| first.len() <= 3 && last.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        match Origin::parse(text) {
            Ok(origin) => origin,
            Err(problem) => panic!("{text} {}", problem.message()),
        }
    }

    #[test]
    fn hosts_of_the_same_parent_domain_are_recognised() {
        for (toolbox, api, shared) in [
            ("https://proxy.app.daytona.io", "https://app.daytona.io", true),
            ("https://app.daytona.io", "https://app.daytona.io", true),
            ("https://proxy.daytona.io", "https://app.daytona.io", true),
            ("https://daytona.io", "https://app.daytona.io", true),
            ("https://evildaytona.io", "https://app.daytona.io", false),
            ("https://daytona.io.evil.example", "https://app.daytona.io", false),
            ("https://proxy.other.io", "https://app.daytona.io", false),
            // Two labels: the host is its own parent.
            ("https://proxy.daytona.io", "https://daytona.io", true),
            ("https://other.io", "https://daytona.io", false),
            // One label.
            ("http://proxy.localhost:4000", "http://localhost:3000", true),
            ("http://localhost:4000", "http://localhost:3000", true),
            ("http://proxy", "http://api", false),
            // A country's registry is nobody's domain.
            ("https://evil.co.uk", "https://daytona.co.uk", false),
            ("https://proxy.daytona.co.uk", "https://daytona.co.uk", true),
            ("https://proxy.example.co.uk", "https://api.example.co.uk", true),
            ("https://evil.com.au", "https://daytona.com.au", false),
            ("https://proxy.abc.example", "https://api.abc.example", true),
            // An address has no parent.
            ("http://10.0.0.5:4000", "http://10.0.0.5:3000", true),
            ("http://11.0.0.5:4000", "http://10.0.0.5:3000", false),
        ] {
            assert_eq!(share_parent_domain(&origin(toolbox), &origin(api)), shared, "{toolbox} and {api}");
        }
    }

    #[test]
    fn a_toolbox_gets_the_key_only_where_the_rule_allows_it() {
        for (toolbox, api, named, acceptable) in [
            ("https://proxy.app.daytona.io", "https://app.daytona.io", None, true),
            ("http://proxy.app.daytona.io", "https://app.daytona.io", None, false),
            ("http://proxy.daytona.lan", "http://api.daytona.lan", None, true),
            ("https://proxy.daytona.lan", "http://api.daytona.lan", None, true),
            ("https://evil.example", "https://app.daytona.io", None, false),
            ("https://toolbox.example", "https://app.daytona.io", Some("https://toolbox.example"), true),
            ("https://toolbox.example:8443", "https://app.daytona.io", Some("https://toolbox.example"), false),
            ("http://toolbox.example", "https://app.daytona.io", Some("http://toolbox.example"), false),
            ("https://10.0.0.9", "https://app.daytona.io", None, false),
            ("https://10.0.0.9", "https://app.daytona.io", Some("https://10.0.0.9"), true),
            ("https://10.0.0.9:4000", "https://app.daytona.io", Some("https://10.0.0.9"), false),
            ("http://10.0.0.9:4000", "http://10.0.0.5:3000", Some("http://10.0.0.9:4000"), true),
            ("http://10.0.0.9:4000", "https://app.daytona.io", Some("http://10.0.0.9:4000"), false),
            ("http://10.0.0.5:4000", "http://10.0.0.5:3000", None, true),
            ("http://169.254.169.254", "http://10.0.0.5:3000", None, false),
        ] {
            let named = named.map(origin);
            let verdict = is_trusted(&origin(toolbox), &origin(api), named.as_ref());
            assert_eq!(verdict, acceptable, "{toolbox} for {api}");
        }
    }

    #[test]
    fn the_toolbox_that_the_pool_names_takes_the_place_of_one_that_is_of_no_use() {
        for (toolbox, api, named, called) in [
            // A self-hosted install as it comes.
            ("http://proxy.localhost:4000", "http://10.0.0.5:3000", None, None),
            (
                "http://proxy.localhost:4000",
                "http://10.0.0.5:3000",
                Some("http://10.0.0.5:4000"),
                Some("http://10.0.0.5:4000"),
            ),
            (
                "http://proxy.localhost:4000",
                "http://localhost:3000",
                Some("http://127.0.0.1:4000"),
                Some("http://127.0.0.1:4000"),
            ),
            ("http://proxy.localhost:4000", "http://localhost:3000", None, Some("http://proxy.localhost:4000")),
            (
                "https://proxy.other.example",
                "https://app.daytona.io",
                Some("https://boxes.example"),
                Some("https://boxes.example"),
            ),
            // The key does not cross the network unencrypted because somebody says so.
            ("https://proxy.other.example", "https://app.daytona.io", Some("http://boxes.example"), None),
            // One of several regions.
            (
                "https://proxy.app.daytona.io",
                "https://app.daytona.io",
                Some("https://boxes.example"),
                Some("https://proxy.app.daytona.io"),
            ),
        ] {
            let named = named.map(origin);
            let origin = trusted_origin(toolbox, &origin(api), named.as_ref()).map(|origin| origin.to_string());
            assert_eq!(origin.as_deref(), called, "{toolbox} for {api}");
        }
    }
}
