//! Whom a provider said that it will contact, asked once for each context and handle.
//!
//! By contract the answer depends on configuration, environment and handle alone. The environment of a host does not
//! change, so what was answered once needs no second call of the guest before every verb.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::egress::AdmittedOrigins;
use crate::types::{Context, Credential, Handle, Pairs};

/// Answers that are kept; each takes about a hundred bytes. All are forgotten when one more comes.
const MOST: usize = 65_536;

/// A context, without its key and its deadline, and a handle. Hashed, so that no configuration is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OriginsKey([u8; 32]);

impl OriginsKey {
    pub(crate) fn new(context: &Context, handle: Option<&Handle>) -> Self {
        // Everything is spelt out, so that a field that the contract gains is not forgotten here.
        let Context { organization_id, pool_id, config, credential, deadline_ms: _, extensions } = context;
        let mut hash = KeyHash(Sha256::new());
        hash.option(organization_id.as_deref());
        hash.text(pool_id);
        hash.text(config);
        hash.option(credential.as_ref().map(|_| ""));
        if let Some(Credential { secret: _, api_url, organization_id }) = credential {
            hash.option(api_url.as_deref());
            hash.option(organization_id.as_deref());
        }
        hash.pairs(extensions);
        hash.option(handle.map(|_| ""));
        if let Some(Handle { provider_id, external_id, metadata }) = handle {
            hash.text(provider_id);
            hash.text(external_id);
            hash.pairs(metadata);
        }
        Self(hash.0.finalize().into())
    }
}

/// A hash over values of which each says where it ends.
struct KeyHash(Sha256);

impl KeyHash {
    fn text(&mut self, text: &str) {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
    }

    fn option(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    fn pairs(&mut self, pairs: &Pairs) {
        self.0.update(pairs.len().to_le_bytes());
        for (name, value) in pairs.iter() {
            self.text(name);
            self.text(value);
        }
    }
}

/// The answers of one provider.
#[derive(Default)]
pub(crate) struct Admissions(Mutex<HashMap<OriginsKey, AdmittedOrigins>>);

impl Admissions {
    pub(crate) fn get(&self, key: OriginsKey) -> Option<AdmittedOrigins> {
        self.answers().get(&key).cloned()
    }

    pub(crate) fn keep(&self, key: OriginsKey, answer: AdmittedOrigins) {
        let mut answers = self.answers();
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(key, answer);
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<OriginsKey, AdmittedOrigins>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context {
            organization_id: None,
            pool_id: "pool".to_owned(),
            config: "{}".to_owned(),
            credential: Some(Credential { secret: "key".into(), api_url: None, organization_id: None }),
            deadline_ms: None,
            extensions: Pairs::new(),
        }
    }

    fn handle(metadata: &[(&str, &str)]) -> Handle {
        let metadata = metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Handle { provider_id: "p".to_owned(), external_id: "x".to_owned(), metadata }
    }

    #[test]
    fn another_credential_or_deadline_makes_the_same_key() {
        let mut other = context();
        other.deadline_ms = Some(1);
        other.credential.as_mut().unwrap().secret = "another".into();
        assert!(OriginsKey::new(&context(), None) == OriginsKey::new(&other, None));
    }

    #[test]
    fn everything_else_makes_another_key() {
        let changed = |change: fn(&mut Context)| {
            let mut other = context();
            change(&mut other);
            OriginsKey::new(&other, None)
        };
        let keys = [
            OriginsKey::new(&context(), None),
            changed(|other| other.organization_id = Some(String::new())),
            changed(|other| other.pool_id.push('2')),
            changed(|other| other.config.push(' ')),
            changed(|other| (other.pool_id, other.config) = ("pool{".to_owned(), "}".to_owned())),
            changed(|other| other.credential = None),
            changed(|other| other.credential.as_mut().unwrap().api_url = Some("https://a.example".to_owned())),
            changed(|other| other.credential.as_mut().unwrap().organization_id = Some("https://a.example".to_owned())),
            changed(|other| other.extensions.push("", "")),
            OriginsKey::new(&context(), Some(&handle(&[]))),
            OriginsKey::new(&context(), Some(&handle(&[("a", "b")]))),
            OriginsKey::new(&context(), Some(&handle(&[("ab", "")]))),
            OriginsKey::new(&context(), Some(&Handle { external_id: "y".to_owned(), ..handle(&[]) })),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(index + 1).all(|other| other != key), "{index}");
        }
    }

    #[test]
    fn no_more_answers_are_kept_than_fit() {
        let admissions = Admissions::default();
        for number in 0..=MOST {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_le_bytes());
            admissions.keep(OriginsKey(key), AdmittedOrigins::default());
        }
        assert_eq!(admissions.answers().len(), 1);
    }
}
