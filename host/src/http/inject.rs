//! Keys that guests never hold: a placeholder goes in, and the key takes its place on the way out.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use ring::rand::{SecureRandom, SystemRandom};

use crate::hex::hex;
use crate::input::bare_key;
use crate::origin::Origin;
use crate::policy::Policy;
use crate::types::Secret;

/// What stands before the random part, so that an operator who meets one knows what it is.
const PREFIX: &str = "host-placeholder-";

/// The placeholders of one store, each with its key. They are random, so that one which a guest keeps is of no use in
/// another call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    all: Vec<Hidden>,
    /// How many belong to the store and not to one call: those of the environment.
    lasting: usize,
    /// Whether the environment has a key that fits no header.
    unusable: bool,
}

/// A key, what stands for it, and where it may go.
#[derive(Clone, Debug)]
struct Hidden {
    placeholder: String,
    key: Secret,
    /// The origin of the credential that the key came with, where that names one.
    own: Option<Origin>,
}

/// A key cannot be put into a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

impl Placeholders {
    /// A placeholder for a key, which came with an origin of its own or without one. An empty key is its own placeholder:
    /// there is nothing to hide, and the provider has words for it.
    pub(crate) fn hide(&mut self, key: &Secret, own: Option<Origin>) -> Result<String, Unusable> {
        if key.expose().is_empty() {
            return Ok(String::new());
        }
        HeaderValue::try_from(key.expose()).map_err(|_| Unusable)?;
        let mut random = [0; 16];
        SystemRandom::new().fill(&mut random).map_err(|_| Unusable)?;
        let placeholder = format!("{PREFIX}{}", hex(&random));
        self.all.push(Hidden { placeholder: placeholder.clone(), key: key.clone(), own });
        Ok(placeholder)
    }

    /// The environment has a key that cannot be used.
    pub(crate) fn set_unusable(&mut self) {
        self.unusable = true;
    }

    /// Whether a call without a credential of its own would find a key that cannot be used.
    pub(crate) fn is_unusable(&self) -> bool {
        self.unusable && self.all.is_empty()
    }

    /// Those so far are the store's own: the guest may have read them for good.
    pub(crate) fn last(&mut self) {
        self.lasting = self.all.len();
    }

    /// Forgets those of a call that has ended.
    pub(crate) fn end_call(&mut self) {
        self.all.truncate(self.lasting);
    }

    /// The keys that guests must not see, in no reply either, and what is left of each without what was copied along with it.
    pub(crate) fn keys(&self) -> Vec<Secret> {
        self.all.iter().flat_map(|hidden| [hidden.key.clone(), bare_key(hidden.key.expose()).into()]).collect()
    }

    /// The keys that the current call may use. One that came with the call counts alone: by contract it wins over the
    /// environment's.
    fn current(&self) -> &[Hidden] {
        let own = self.all.get(self.lasting..).unwrap_or_default();
        if own.is_empty() { &self.all } else { own }
    }

    /// Puts keys where their placeholders stand in `authorization`, and nowhere else; and only for origins that somebody
    /// other than the guest vouches for: the policy's list, or the credential that the key came with.
    pub(crate) fn reveal(&self, headers: &mut HeaderMap, origin: &Origin, policy: &Policy) {
        let Some(value) = headers.get_mut(AUTHORIZATION) else { return };
        let Ok(text) = value.to_str() else { return };
        let Some(hidden) = self.current().iter().find(|hidden| text.contains(&hidden.placeholder)) else { return };
        if !policy.vouches_for(origin) && hidden.own.as_ref() != Some(origin) {
            return;
        }
        // Both parts are what a header can hold, so their sum is.
        if let Ok(mut revealed) = HeaderValue::try_from(text.replace(&hidden.placeholder, hidden.key.expose())) {
            revealed.set_sensitive(true);
            *value = revealed;
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::AUTHORIZATION;

    use super::{Placeholders, Unusable};
    use crate::origin::Origin;
    use crate::policy::Policy;

    fn origin(text: &str) -> Origin {
        Origin::parse(text).unwrap()
    }

    /// What leaves as `authorization` to an origin.
    fn sent(placeholders: &Placeholders, text: &str, to: &str) -> String {
        let policy = Policy::default().with_allowed(["api.example.com"]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, text.parse().unwrap());
        placeholders.reveal(&mut headers, &origin(to), &policy);
        headers[AUTHORIZATION].to_str().unwrap().to_owned()
    }

    const LISTED: &str = "https://api.example.com";

    #[test]
    fn a_key_appears_in_authorization_alone() {
        let mut placeholders = Placeholders::default();
        let hidden = placeholders.hide(&"key_key".into(), None).unwrap();
        assert!(!hidden.contains("key_key"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {hidden}").parse().unwrap());
        headers.insert("x-other", hidden.parse().unwrap());
        let policy = Policy::default().with_allowed(["api.example.com"]).unwrap();
        placeholders.reveal(&mut headers, &origin(LISTED), &policy);
        assert_eq!(headers[AUTHORIZATION], "Bearer key_key");
        assert_eq!(headers["x-other"], hidden);
    }

    #[test]
    fn a_key_goes_to_listed_origins_and_to_that_of_its_own_credential() {
        let mut placeholders = Placeholders::default();
        let own = placeholders.hide(&"own".into(), Some(origin("https://own.example.com"))).unwrap();
        assert_eq!(sent(&placeholders, &own, LISTED), "own");
        assert_eq!(sent(&placeholders, &own, "https://own.example.com"), "own");
        for other in ["https://evil.example.com", "http://own.example.com", "https://own.example.com:8443"] {
            assert_eq!(sent(&placeholders, &own, other), own, "{other}");
        }
    }

    #[test]
    fn a_placeholder_of_an_earlier_call_is_worth_nothing() {
        let mut placeholders = Placeholders::default();
        let lasting = placeholders.hide(&"store".into(), None).unwrap();
        placeholders.last();
        let call = placeholders.hide(&"call".into(), None).unwrap();
        placeholders.end_call();
        assert_eq!(sent(&placeholders, &lasting, LISTED), "store");
        assert_eq!(sent(&placeholders, &call, LISTED), call);
    }

    #[test]
    fn the_environments_key_goes_nowhere_in_a_call_with_a_key_of_its_own() {
        let mut placeholders = Placeholders::default();
        let lasting = placeholders.hide(&"store".into(), None).unwrap();
        placeholders.last();
        let call = placeholders.hide(&"call".into(), None).unwrap();
        assert_eq!(sent(&placeholders, &lasting, LISTED), lasting);
        assert_eq!(sent(&placeholders, &call, LISTED), "call");
        assert_eq!(placeholders.keys().len(), 4, "a reply must repeat neither");
    }

    #[test]
    fn placeholders_are_never_the_same_and_a_key_that_fits_no_header_gets_none() {
        let mut placeholders = Placeholders::default();
        let mut hide = |key: &str| placeholders.hide(&key.into(), None);
        let (one, two) = (hide("k").unwrap(), hide("k").unwrap());
        assert_ne!(one, two);
        assert_eq!(hide("a\nb"), Err(Unusable));
        assert_eq!(hide("").unwrap(), "");
    }
}
