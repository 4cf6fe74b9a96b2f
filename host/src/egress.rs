//! Whom a call may contact: the origins that the provider named for it, and nobody else.

use std::sync::Arc;

use http::Uri;

use crate::http::Reach;
use crate::origin::Origin;
use crate::policy::{Policy, PrivateAddresses};

/// What one call may contact. Empty until the provider has named its origins.
#[derive(Clone, Debug, Default)]
pub(crate) struct AdmittedOrigins(Arc<[Origin]>);

impl AdmittedOrigins {
    pub(crate) fn new(origins: Vec<Origin>) -> Self {
        Self(origins.into())
    }

    /// Lets a request leave and says whereto and to which addresses, or says why it may not.
    pub(crate) fn admit(&self, uri: &Uri, policy: &Policy) -> Result<(Origin, Reach), String> {
        let origin = Origin::of(uri).map_err(|error| format!("the address of a request is not acceptable: {error}"))?;
        if !self.0.contains(&origin) {
            let known: Vec<String> = self.0.iter().map(Origin::to_string).collect();
            return Err(if known.is_empty() {
                format!("{origin} was called, but this call may contact nobody")
            } else {
                format!("{origin} was called, but this call may contact {} only", known.join(", "))
            });
        }
        if !policy.allows(&origin) {
            return Err(format!(
                "{origin} was called, but the policy does not allow it. This would: [egress] allow = [\"{origin}\"]"
            ));
        }
        let reach = match (policy.private_addresses, self.0.first()) {
            (PrivateAddresses::Allow, _) => Reach::PrivateAddresses,
            (PrivateAddresses::OwnApi, Some(api)) if *api == origin => Reach::PrivateAddresses,
            (PrivateAddresses::OwnApi, Some(api)) => Reach::same_as(api),
            _ => Reach::Public,
        };
        Ok((origin, reach))
    }
}

#[cfg(test)]
mod tests {
    use super::{AdmittedOrigins, Origin, Policy, PrivateAddresses, Reach};

    fn origin(text: &str) -> Origin {
        Origin::parse(text).unwrap()
    }

    fn admit(egress: &AdmittedOrigins, policy: &Policy, text: &str) -> Result<Reach, String> {
        egress.admit(&text.parse().unwrap(), policy).map(|(_, reach)| reach)
    }

    #[test]
    fn a_request_leaves_only_to_a_named_origin() {
        let policy = Policy::default();
        let egress = AdmittedOrigins::new(vec![origin("https://api.example.com")]);
        assert_eq!(admit(&egress, &policy, "https://api.example.com/api/sandbox?x=1"), Ok(Reach::PrivateAddresses));
        assert_eq!(
            admit(&egress, &policy, "http://169.254.169.254/latest").unwrap_err(),
            "http://169.254.169.254 was called, but this call may contact https://api.example.com only"
        );
        assert!(admit(&egress, &policy, "https://user@api.example.com/").is_err());
        assert_eq!(
            admit(&AdmittedOrigins::default(), &policy, "https://api.example.com").unwrap_err(),
            "https://api.example.com was called, but this call may contact nobody"
        );
    }

    #[test]
    fn a_named_origin_needs_the_policy_where_it_has_a_list() {
        let egress = AdmittedOrigins::new(vec![origin("https://api.example.com"), origin("https://proxy.example.com")]);
        let policy = Policy::default().with_allowed(["api.example.com"]).unwrap();
        assert!(admit(&egress, &policy, "https://api.example.com/x").is_ok());
        assert_eq!(
            admit(&egress, &policy, "https://proxy.example.com/x").unwrap_err(),
            "https://proxy.example.com was called, but the policy does not allow it. This would: [egress] allow = \
             [\"https://proxy.example.com\"]"
        );
        let nobody = Policy::default().with_allowed([]).unwrap();
        assert!(admit(&egress, &nobody, "https://api.example.com/x").is_err());
    }

    #[test]
    fn private_addresses_are_for_the_pools_own_api_and_what_lies_as_far_inside() {
        let egress = AdmittedOrigins::new(vec![origin("https://api.example.com"), origin("https://proxy.example.com")]);
        let reach = |private_addresses, text: &str| {
            let policy = Policy::new().with_private_addresses(private_addresses);
            admit(&egress, &policy, text).unwrap()
        };
        let (api, proxy) = ("https://api.example.com", "https://proxy.example.com");
        assert_eq!(reach(PrivateAddresses::OwnApi, api), Reach::PrivateAddresses);
        assert_eq!(reach(PrivateAddresses::OwnApi, proxy), Reach::same_as(&origin(api)));
        assert_eq!(
            (reach(PrivateAddresses::Deny, api), reach(PrivateAddresses::Deny, proxy)),
            (Reach::Public, Reach::Public)
        );
        assert_eq!(reach(PrivateAddresses::Allow, proxy), Reach::PrivateAddresses);
    }
}
