//! Lists of sandboxes.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::sandbox::{Sandbox, SandboxFields};
use crate::json::{self, FromScalar, Object, Scalar, lenient_object};

/// Most sandboxes and most labels of one page, so that no list fills the memory that a host gives. A server of today sends
/// 200 sandboxes at once; older ones send all of them.
const MAX_ITEMS: usize = 16_000;
const MAX_LABELS: usize = 150_000;

/// One page of a list.
#[derive(Debug, Default)]
pub struct Page {
    pub items: Vec<Sandbox>,
    /// What asks for the next page; none on the last one, and on servers that do not page.
    pub next: Option<String>,
}

impl Page {
    /// Reads a list: an array up to 0.179, a page with `items` after. Entries without an id are left out.
    pub fn from_json(body: &str) -> Result<Self, String> {
        if body.trim_ascii_start().starts_with('[') {
            let Items(items) = json::read(body)?;
            return Ok(Self { items, next: None });
        }
        json::read(body)
    }
}

/// Today's shape.
impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Paged)
    }
}

struct Paged;

impl<'de> Visitor<'de> for Paged {
    type Value = Page;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page with items")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut page: A) -> Result<Page, A::Error> {
        let (mut items, mut next) = (None, None);
        while let Some(name) = page.next_key::<Scalar<'_>>()? {
            match String::from_scalar(name).as_deref() {
                Some("items") => items = Some(page.next_value::<Items>()?.0),
                Some("nextCursor") => next = String::from_scalar(page.next_value()?),
                _ => drop(page.next_value::<IgnoredAny>()?),
            }
        }
        let items = items.ok_or_else(|| A::Error::custom("no items"))?;
        Ok(Page { items, next: next.filter(|cursor| !cursor.is_empty()) })
    }
}

struct Items(Vec<Sandbox>);

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Items;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of sandboxes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
        let (mut items, mut labels) = (Vec::new(), 0);
        while let Some(Item(fields)) = list.next_element()? {
            let Some(sandbox) = fields.and_then(|fields| fields.into_sandbox(String::new())) else { continue };
            labels += sandbox.labels.len();
            items.push(sandbox);
            if items.len() > MAX_ITEMS || labels > MAX_LABELS {
                return Err(A::Error::custom("more sandboxes or labels than one list may have"));
            }
        }
        Ok(Items(items))
    }
}

/// An entry of a list; none where it is no object.
struct Item(Option<SandboxFields>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(lenient_object::<D, Object<SandboxFields>>(deserializer)?.map(|fields| fields.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_of_a_list_are_read() {
        for json in [
            r#"[{"id":"a"},{"id":"b"},{},7,null]"#,
            r#"{"nextCursor":null,"items":[{"id":"a"},{"id":"b"},{"id":null}],"total":2}"#,
        ] {
            let read = Page::from_json(json);
            assert!(read.as_ref().is_ok_and(|page| page.items.len() == 2), "{json}: {read:?}");
        }
        for json in ["{}", r#"{"items":7}"#, "7", r#""items""#] {
            assert!(Page::from_json(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_page_names_the_next_one() {
        let next = |json: &str| Page::from_json(json).map(|page| page.next);
        assert_eq!(next(r#"{"items":[],"nextCursor":"abc"}"#), Ok(Some("abc".to_owned())));
        for last in [r#"{"items":[],"nextCursor":null}"#, r#"{"items":[],"nextCursor":""}"#, r#"{"items":[]}"#, "[]"] {
            assert_eq!(next(last), Ok(None), "{last}");
        }
    }

    #[test]
    fn a_list_without_end_is_refused() {
        let items = format!("[{}{{\"id\":\"a\"}}]", "{\"id\":\"a\"},".repeat(MAX_ITEMS));
        assert!(Page::from_json(&items).is_err());
        let labels = format!(r#"{{"id":"a","labels":{{{}"z":""}}}}"#, "\"a\":\"\",".repeat(9_000));
        let labels = format!("[{}{{}}]", format!("{labels},").repeat(20));
        assert!(Page::from_json(&labels).is_err());
    }
}
