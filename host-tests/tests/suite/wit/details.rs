//! The keys of `details` in errors and states: what the component emits is documented in the contract, and what is documented is
//! emitted.

use std::collections::BTreeSet;
use std::path::Path;

use wit_parser::{Resolve, TypeDefKind};

use super::WIT;

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../src");

/// Calls of `Error::detail` whose key is a variable, in the spelling of the code, with the keys that they emit.
const VARIABLE_KEYS: [(&str, &[&str]); 3] = [
    ("key", &["maximum", "requested"]),
    (r#"&format!("path-{number}")"#, &["path-1"]),
    (r#"&format!("problem-{number}")"#, &["problem-1"]),
];

/// The keys that the documentation of a record's field lists: the words in backticks before the colon of each line that begins
/// with a dash.
fn documented(interface: &str, record: &str, field: &str) -> BTreeSet<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(Path::new(WIT)).expect("the contract can be parsed");
    let types = &resolve.interfaces[resolve.packages[package].interfaces[interface]];
    let TypeDefKind::Record(record) = &resolve.types[types.types[record]].kind else { panic!("{record} is a record") };
    let details = record.fields.iter().find(|known| known.name == field).expect("it has the field");
    let docs = details.docs.contents.as_deref().unwrap_or_default();
    docs.lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'))
        .flat_map(|(keys, _)| quoted(keys))
        .collect()
}

/// The words in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The component's code without its unit tests, file by file. Blanks and line breaks after `(` are left out, so that a call that
/// is written over several lines reads like any other.
fn code() -> String {
    let mut folders = vec![Path::new(SOURCES).to_path_buf()];
    let mut code = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the component") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.extend((name != "scenarios").then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") && !name.ends_with("tests") {
                let text = std::fs::read_to_string(&path).expect("a file of the component");
                let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                let mut open = false;
                code.extend(text.chars().filter(|c| {
                    let left_out = open && c.is_whitespace();
                    open = *c == '(' || left_out;
                    !left_out
                }));
            }
        }
    }
    code
}

/// The first arguments of all calls that begin with this text, up to the comma after them.
fn first_arguments<'a>(code: &'a str, call: &str) -> Vec<&'a str> {
    code.split(call).skip(1).filter_map(|rest| rest.split(',').next()).collect()
}

/// Text literals as their content; anything else as it is.
fn literal(argument: &str) -> Result<String, String> {
    let content = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    content.map(str::to_owned).ok_or_else(|| argument.to_owned())
}

#[test]
fn the_details_of_errors_are_the_documented_ones() {
    let code = code();
    let mut emitted = BTreeSet::new();
    for argument in first_arguments(&code, ".detail(") {
        match literal(argument) {
            Ok(key) => drop(emitted.insert(key)),
            Err(variable) => {
                let known = VARIABLE_KEYS.iter().find(|(name, _)| *name == variable);
                let (_, keys) = known.unwrap_or_else(|| panic!("which keys does .detail({variable}, …) emit?"));
                emitted.extend(keys.iter().map(|key| (*key).to_owned()));
            }
        }
    }
    assert!(emitted.contains("remedy") && emitted.contains("sandbox-id"), "the code was not read: {emitted:?}");
    assert_eq!(emitted, documented("types", "error", "details"));
}

#[test]
fn the_details_of_states_and_reports_are_documented() {
    let code = code();
    let mut documented = documented("types", "state", "details");
    for (record, field) in [("health-report", "extensions"), ("explanation", "details"), ("capacity-report", "details")]
    {
        documented.extend(self::documented("diagnostics", record, field));
    }
    let calls = ["tell(", "details.push(("];
    let emitted = calls
        .iter()
        .flat_map(|call| first_arguments(&code, call))
        .filter_map(|argument| literal(argument.strip_suffix(".to_owned()").unwrap_or(argument)).ok());
    let emitted: BTreeSet<String> = emitted.collect();
    assert!(emitted.contains("agent") && emitted.contains("organization"), "the code was not read: {emitted:?}");
    assert_eq!(emitted.difference(&documented).collect::<Vec<_>>(), [""; 0], "emitted, but not documented");
    // The code composes these of a resource and what of it.
    let composed = |key: &str| ["-limit", "-used"].iter().any(|what| key.ends_with(what));
    let unknown = documented.iter().filter(|key| !composed(key) && !code.contains(&format!("\"{key}\"")));
    assert_eq!(unknown.collect::<Vec<_>>(), [""; 0], "documented, but not in the code");
}
