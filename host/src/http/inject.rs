//! Keys that guests never hold: a placeholder goes in, and the key takes its place on the way out.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use ring::rand::{SecureRandom, SystemRandom};

use crate::hex::hex;
use crate::types::Secret;

/// What stands before the random part, so that an operator who meets one knows what it is.
const PREFIX: &str = "host-placeholder-";

/// The placeholders of one store, each with its key. They are random, so that one which a guest keeps is of no use in
/// another call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    all: Vec<(String, Secret)>,
    /// How many belong to the store and not to one call.
    lasting: usize,
}

/// A key cannot be put into a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

impl Placeholders {
    /// A placeholder for a key. An empty key is its own: there is nothing to hide, and the provider has words for it.
    pub(crate) fn hide(&mut self, key: &Secret) -> Result<String, Unusable> {
        if key.expose().is_empty() {
            return Ok(String::new());
        }
        HeaderValue::try_from(key.expose()).map_err(|_| Unusable)?;
        let mut random = [0; 16];
        SystemRandom::new().fill(&mut random).map_err(|_| Unusable)?;
        let placeholder = format!("{PREFIX}{}", hex(&random));
        self.all.push((placeholder.clone(), key.clone()));
        Ok(placeholder)
    }

    /// Those so far are the store's own: the guest may have read them for good.
    pub(crate) fn last(&mut self) {
        self.lasting = self.all.len();
    }

    /// Forgets those of a call that has ended.
    pub(crate) fn end_call(&mut self) {
        self.all.truncate(self.lasting);
    }

    /// The keys that guests must not see, in no reply either.
    pub(crate) fn keys(&self) -> Vec<Secret> {
        self.all.iter().map(|(_, key)| key.clone()).collect()
    }

    /// Puts keys where their placeholders stand in `authorization`, and nowhere else.
    pub(crate) fn reveal(&self, headers: &mut HeaderMap) {
        if self.all.is_empty() {
            return;
        }
        let Some(value) = headers.get_mut(AUTHORIZATION) else { return };
        let Ok(text) = value.to_str() else { return };
        let Some((placeholder, key)) = self.all.iter().find(|(placeholder, _)| text.contains(placeholder)) else {
            return;
        };
        // Both parts are what a header can hold, so their sum is.
        if let Ok(mut revealed) = HeaderValue::try_from(text.replace(placeholder, key.expose())) {
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

    #[test]
    fn a_key_appears_in_authorization_alone() {
        let mut placeholders = Placeholders::default();
        let hidden = placeholders.hide(&"dtn_key".into()).unwrap();
        assert!(!hidden.contains("dtn_key"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {hidden}").parse().unwrap());
        headers.insert("x-other", hidden.parse().unwrap());
        placeholders.reveal(&mut headers);
        assert_eq!(headers[AUTHORIZATION], "Bearer dtn_key");
        assert_eq!(headers["x-other"], hidden);
    }

    #[test]
    fn a_placeholder_of_an_earlier_call_is_worth_nothing() {
        let mut placeholders = Placeholders::default();
        let (lasting, call) = {
            let lasting = placeholders.hide(&"store".into()).unwrap();
            placeholders.last();
            (lasting, placeholders.hide(&"call".into()).unwrap())
        };
        placeholders.end_call();
        let sent = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, text.parse().unwrap());
            placeholders.reveal(&mut headers);
            headers[AUTHORIZATION].to_str().unwrap().to_owned()
        };
        assert_eq!((sent(&lasting), sent(&call)), ("store".to_owned(), call.clone()));
    }

    #[test]
    fn placeholders_are_never_the_same_and_a_key_that_fits_no_header_gets_none() {
        let mut placeholders = Placeholders::default();
        let (one, two) = (placeholders.hide(&"k".into()).unwrap(), placeholders.hide(&"k".into()).unwrap());
        assert_ne!(one, two);
        assert_eq!(placeholders.hide(&"a\nb".into()), Err(Unusable));
        assert_eq!(placeholders.hide(&"".into()).unwrap(), "");
    }
}
