//! A key in each place of an input, one after the other.

use serde_json::{Value, json};

/// Not the program's own key, so that nothing covers it that knows it.
pub const PLANTED: &str = "dtn_planted_0123456789abcdef0123456789abcd";

/// A record with the key in each of its places, one after the other, and texts that are no records.
pub fn planted(record: &Value) -> Vec<String> {
    let mut texts = vec![
        PLANTED.to_owned(),
        format!("\"{PLANTED}\""),
        format!("[\"{PLANTED}\"]"),
        format!("{{\"{PLANTED}\": 1}}"),
        format!("{{\"{PLANTED}\": \"{PLANTED}\"}}"),
        format!("{{\"a\": \"{PLANTED}"),
        format!("{{\"a\": {PLANTED}}}"),
        format!("{{\"a\": \"\\q{PLANTED}\"}}"),
    ];
    texts.extend(in_each_place(record, &|_, _| true));
    texts
}

/// The same without those in which a text stands where a text belongs: nobody can know that it is a key, and an id that looks
/// like one is an id.
pub fn misplaced(record: &Value) -> Vec<String> {
    let is_text = Value::is_string;
    let fits = |old: &Value, new: &Value| match (old, new) {
        (Value::Array(old), Value::Array(new)) => old.iter().chain(new).all(is_text),
        (Value::Object(old), Value::Object(new)) => old.values().chain(new.values()).all(is_text),
        _ => is_text(old) && is_text(new),
    };
    let mut texts = planted(&Value::Null);
    texts.extend(in_each_place(record, &|old, new| !fits(old, new)));
    texts
}

/// The record with each of several values in each of its places, where `counts` says so of what was there and what is there
/// instead.
fn in_each_place(record: &Value, counts: &dyn Fn(&Value, &Value) -> bool) -> Vec<String> {
    let mut texts = Vec::new();
    for instead in [json!(PLANTED), json!([PLANTED]), json!({ PLANTED: PLANTED }), json!([[PLANTED]])] {
        replaced(record, &instead, counts, &mut |changed| texts.push(changed.to_string()));
    }
    texts
}

/// Every value that differs from this one in one place.
fn replaced(value: &Value, instead: &Value, counts: &dyn Fn(&Value, &Value) -> bool, found: &mut dyn FnMut(Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                replaced(member, instead, counts, &mut |changed| {
                    let mut whole = value.clone();
                    whole[name] = changed;
                    found(whole);
                });
            }
            let mut more = value.clone();
            more[PLANTED] = instead.clone();
            if counts(value, &more) {
                found(more);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                replaced(item, instead, counts, &mut |changed| {
                    let mut whole = value.clone();
                    whole[index] = changed;
                    found(whole);
                });
            }
        }
        _ => {}
    }
    if counts(value, instead) {
        found(instead.clone());
    }
}
