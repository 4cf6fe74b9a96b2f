//! The pages of a list, which may have no end.

use std::collections::HashSet;

use crate::failure::Failure;

/// Pages that a list may have; of the vendors' sizes, more than any pool has.
const MOST: usize = 10_000;

/// The ways to the pages that were there so far.
#[derive(Default)]
pub struct Pages(HashSet<String>);

impl Pages {
    /// Takes the way to the next page, unless it leads nowhere or back.
    pub fn next(&mut self, cursor: Option<String>) -> Result<Option<String>, Failure> {
        let endless = |what: &str| {
            Failure::protocol(format!("The list has no end: {what}.")).remedy(
                "The vendor's API, or what stands before it, is at fault: ask again later, or tell its operator.",
            )
        };
        let Some(cursor) = cursor else { return Ok(None) };
        if cursor.is_empty() {
            return Err(endless("the way to its next page is empty"));
        }
        if !self.0.insert(cursor.clone()) {
            return Err(endless("the way to its next page leads to one that was there before"));
        }
        if self.0.len() >= MOST {
            return Err(endless(&format!("it has more than {MOST} pages")));
        }
        Ok(Some(cursor))
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Pages};

    #[test]
    fn a_list_that_leads_nowhere_or_back_or_on_for_ever_has_an_end() {
        let mut pages = Pages::default();
        assert_eq!(pages.next(Some("a".to_owned())).unwrap().as_deref(), Some("a"));
        assert_eq!(pages.next(None).unwrap(), None);
        assert!(pages.next(Some("a".to_owned())).is_err() && pages.next(Some(String::new())).is_err());
        let end = (0..2 * MOST).position(|page| pages.next(Some(page.to_string())).is_err());
        assert_eq!(end, Some(MOST - 2));
    }
}
