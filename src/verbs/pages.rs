//! Going through a list page by page, and never for ever.

use crate::contract::ErrorCode;
use crate::error::Error;

/// The cursors that a list was asked for so far.
#[derive(Default, Debug)]
pub struct Cursors(Vec<String>);

impl Cursors {
    /// The cursor of the page to ask for; none for the first.
    pub fn current(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// Goes on to the next page; false after the last one. An error where the server names a page that was there already.
    pub fn advance(&mut self, next: Option<String>) -> Result<bool, Error> {
        match next {
            None => Ok(false),
            Some(next) if self.0.contains(&next) => Err(repeats()),
            Some(next) => {
                self.0.push(next);
                Ok(true)
            }
        }
    }
}

/// The list does not end.
pub fn repeats() -> Error {
    Error::new(ErrorCode::Protocol, "Daytona's list does not end: it names a page that was there already.")
        .rule("repeating-cursor")
        .remedy("Try again; if it goes on, look at the server and at what caches before it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_repeats_or_alternates_ends_in_an_error() {
        for given in [&["a", "a"][..], &["a", "b", "a"], &["a", "b", "c", "b"]] {
            let mut cursors = Cursors::default();
            let outcomes: Vec<_> = given.iter().map(|next| cursors.advance(Some((*next).to_owned())).is_ok()).collect();
            assert!(!outcomes.contains(&false) || outcomes.last() == Some(&false), "{given:?} {outcomes:?}");
            assert_eq!(outcomes.last(), Some(&false), "{given:?}");
        }
        let mut cursors = Cursors::default();
        assert!(cursors.current().is_none() && cursors.advance(Some("a".to_owned())).is_ok_and(|more| more));
        assert_eq!(cursors.current(), Some("a"));
        assert!(cursors.advance(None).is_ok_and(|more| !more));
    }
}
