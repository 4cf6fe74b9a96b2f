//! Whom a provider said that it will contact, for each question once.
//!
//! By contract the answer depends on configuration, environment and handle alone. The environment of a host does not
//! change, so a question that was answered needs no second call of the guest before every verb.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::bindings::types as wit;
use crate::egress::Egress;

/// Answers that are kept; each takes about a hundred bytes. All are forgotten when one more comes.
const MOST: usize = 65_536;

/// A context, without its key and its deadline, and a handle. Hashed, so that no configuration is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Question([u8; 32]);

impl Question {
    pub(crate) fn new(context: &wit::Context, handle: Option<&wit::Handle>) -> Self {
        // Everything is spelt out, so that a field that the contract gains is not forgotten here.
        let wit::Context { organization_id, pool_id, config, credential, deadline_ms: _, extensions } = context;
        let mut asked = Asked(Sha256::new());
        asked.option(organization_id.as_deref());
        asked.text(pool_id);
        asked.text(config);
        asked.option(credential.as_ref().map(|_| ""));
        if let Some(wit::Credential { secret: _, api_url, organization_id }) = credential {
            asked.option(api_url.as_deref());
            asked.option(organization_id.as_deref());
        }
        asked.pairs(extensions);
        asked.option(handle.map(|_| ""));
        if let Some(wit::Handle { provider_id, external_id, metadata }) = handle {
            asked.text(provider_id);
            asked.text(external_id);
            asked.pairs(metadata);
        }
        Self(asked.0.finalize().into())
    }
}

/// A hash over values of which each says where it ends.
struct Asked(Sha256);

impl Asked {
    fn text(&mut self, text: &str) {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
    }

    fn option(&mut self, text: Option<&str>) {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    fn pairs(&mut self, pairs: &[(String, String)]) {
        self.0.update(pairs.len().to_le_bytes());
        for (name, value) in pairs {
            self.text(name);
            self.text(value);
        }
    }
}

/// The answers of one provider.
#[derive(Default)]
pub(crate) struct Admissions(Mutex<HashMap<Question, Egress>>);

impl Admissions {
    pub(crate) fn get(&self, question: Question) -> Option<Egress> {
        self.answers().get(&question).cloned()
    }

    pub(crate) fn keep(&self, question: Question, answer: Egress) {
        let mut answers = self.answers();
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(question, answer);
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<Question, Egress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> wit::Context {
        wit::Context {
            organization_id: None,
            pool_id: "pool".to_owned(),
            config: "{}".to_owned(),
            credential: Some(wit::Credential { secret: "key".to_owned(), api_url: None, organization_id: None }),
            deadline_ms: None,
            extensions: Vec::new(),
        }
    }

    fn handle(metadata: &[(&str, &str)]) -> wit::Handle {
        let metadata = metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        wit::Handle { provider_id: "p".to_owned(), external_id: "x".to_owned(), metadata }
    }

    #[test]
    fn another_key_or_deadline_is_the_same_question() {
        let mut other = context();
        other.deadline_ms = Some(1);
        other.credential.as_mut().unwrap().secret = "another".to_owned();
        assert!(Question::new(&context(), None) == Question::new(&other, None));
    }

    #[test]
    fn everything_else_makes_another_question() {
        let changed = |change: fn(&mut wit::Context)| {
            let mut other = context();
            change(&mut other);
            Question::new(&other, None)
        };
        let questions = [
            Question::new(&context(), None),
            changed(|other| other.organization_id = Some(String::new())),
            changed(|other| other.pool_id.push('2')),
            changed(|other| other.config.push(' ')),
            changed(|other| (other.pool_id, other.config) = ("pool{".to_owned(), "}".to_owned())),
            changed(|other| other.credential = None),
            changed(|other| other.credential.as_mut().unwrap().api_url = Some("https://a.example".to_owned())),
            changed(|other| other.credential.as_mut().unwrap().organization_id = Some("https://a.example".to_owned())),
            changed(|other| other.extensions.push((String::new(), String::new()))),
            Question::new(&context(), Some(&handle(&[]))),
            Question::new(&context(), Some(&handle(&[("a", "b")]))),
            Question::new(&context(), Some(&handle(&[("ab", "")]))),
            Question::new(&context(), Some(&wit::Handle { external_id: "y".to_owned(), ..handle(&[]) })),
        ];
        for (index, question) in questions.iter().enumerate() {
            assert!(questions.iter().skip(index + 1).all(|other| other != question), "{index}");
        }
    }

    #[test]
    fn no_more_answers_are_kept_than_fit() {
        let admissions = Admissions::default();
        for number in 0..=MOST {
            let mut question = [0; 32];
            question[..8].copy_from_slice(&number.to_le_bytes());
            admissions.keep(Question(question), Egress::default());
        }
        assert_eq!(admissions.answers().len(), 1);
    }
}
