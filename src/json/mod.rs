//! JSON as servers and admins write it: read leniently with serde, written in printable ASCII.

mod lenient;
mod plain;
mod raw;
mod write;

pub use lenient::{FromScalar, Object, Pairs, Scalar, check_depth, lenient, lenient_object, whole};
pub use plain::plain;
pub use raw::{Members, objects};
pub use write::{LastWins, to_ascii};

use serde::de::DeserializeOwned;

/// Longest text that is read again where an object has a name twice, in bytes. The second reading lists all that is in it,
/// which takes up to twenty times the room of the text.
const MAX_DOUBLED: usize = 256 * 1024;

/// Reads a whole text. Of a name that an object has twice, the last one counts, as in every JSON reader.
///
/// An error says where the text stops being JSON, and never repeats any of it.
pub fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    let problem = match serde_json::from_str(json) {
        Ok(read) => return Ok(read),
        Err(problem) => problem,
    };
    // serde's derived readers refuse doubled names.
    match without_doubled_names(json, &problem).map(|single| serde_json::from_str(&single)) {
        Some(Ok(read)) => Ok(read),
        _ => Err(explain(&problem)),
    }
}

/// The text with every name once in its object, where it may be that which made it unreadable.
#[cold]
fn without_doubled_names(json: &str, problem: &serde_json::Error) -> Option<String> {
    let may_be = problem.is_data() && json.len() <= MAX_DOUBLED;
    may_be.then(|| serde_json::from_str(json).map(raw::without_doubled_names).ok()).flatten()
}

/// Reads a whole text that has to be an object.
pub fn read_object<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    read(json).map(|Object(fields)| fields)
}

/// What is wrong with a text, as the second half of a sentence about it.
#[cold]
pub fn explain(problem: &serde_json::Error) -> String {
    let place = format!("line {} column {}", problem.line(), problem.column());
    match problem.classify() {
        serde_json::error::Category::Data => format!("it has an unexpected value or too many of them at {place}"),
        _ => format!("it is not JSON from {place} on"),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Named {
        #[serde(default, deserialize_with = "lenient")]
        name: Option<String>,
        #[serde(default, deserialize_with = "lenient_object")]
        inner: Option<Object<Inner>>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Inner {
        #[serde(default, deserialize_with = "lenient")]
        size: Option<u32>,
    }

    #[test]
    fn of_a_name_that_occurs_twice_the_last_one_counts_at_every_depth() {
        for json in [
            r#"{"name":"first","name":"last","inner":{"size":1,"size":2}}"#,
            r#"{"name":"last","inner":{"size":1,"size":2}}"#,
            r#"{"inner":{"size":7},"name":"last","inner":{"size":2}}"#,
        ] {
            let expected = Named { name: Some("last".to_owned()), inner: Some(Object(Inner { size: Some(2) })) };
            assert_eq!(read_object::<Named>(json), Ok(expected), "{json}");
        }
    }

    #[test]
    fn an_error_says_where_it_is_and_repeats_nothing() {
        for (json, place) in [("{\"name\":\"dtn_key\",}", "line 1 column 19"), ("{}\n x", "line 2 column 2")] {
            let Err(problem) = read_object::<Named>(json) else { panic!("{json} was read") };
            assert!(problem.contains(place) && !problem.contains("dtn_key"), "{problem}");
        }
    }
}
