//! The contract's own files: everything in them is documented, and gated by the version that brought it; what was released
//! stays.

mod details;
mod released;

use std::path::Path;

use wit_parser::{Docs, Resolve, Stability, TypeDefKind, WorldItem};

const WIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit");

/// Every item of the package with its documentation and its gate. Fields and cases have no gate of their own.
fn items() -> Vec<(String, Docs, Option<Stability>)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(Path::new(WIT)).expect("the contract can be parsed");
    let package = &resolve.packages[package];
    let mut items = Vec::new();
    for (name, id) in &package.interfaces {
        let interface = &resolve.interfaces[*id];
        items.push((name.clone(), interface.docs.clone(), Some(interface.stability.clone())));
        for (function, item) in &interface.functions {
            items.push((format!("{name}.{function}"), item.docs.clone(), Some(item.stability.clone())));
        }
        for (word, id) in &interface.types {
            let item = &resolve.types[*id];
            let path = format!("{name}.{word}");
            // A `use` brings a name in; the documentation stands where it is defined.
            if let TypeDefKind::Type(wit_parser::Type::Id(_)) = item.kind {
                items.push((path, Docs { contents: Some("used".to_owned()) }, Some(item.stability.clone())));
                continue;
            }
            items.push((path.clone(), item.docs.clone(), Some(item.stability.clone())));
            match &item.kind {
                TypeDefKind::Record(record) => {
                    items.extend(record.fields.iter().map(|f| (format!("{path}.{}", f.name), f.docs.clone(), None)));
                }
                TypeDefKind::Enum(cases) => {
                    items.extend(cases.cases.iter().map(|c| (format!("{path}.{}", c.name), c.docs.clone(), None)));
                }
                TypeDefKind::Variant(cases) => {
                    items.extend(cases.cases.iter().map(|c| (format!("{path}.{}", c.name), c.docs.clone(), None)));
                }
                _ => {}
            }
        }
    }
    for (name, id) in &package.worlds {
        let world = &resolve.worlds[*id];
        items.push((name.clone(), world.docs.clone(), Some(world.stability.clone())));
        for (key, item) in world.exports.iter() {
            if let WorldItem::Interface { stability, .. } = item {
                let path = format!("{name} exports {key:?}");
                items.push((
                    path,
                    Docs { contents: Some("documented where it is".to_owned()) },
                    Some(stability.clone()),
                ));
            }
        }
    }
    items
}

#[test]
fn every_item_of_the_contract_is_documented() {
    let bare: Vec<_> = items().into_iter().filter(|(_, docs, _)| docs.contents.is_none()).map(|item| item.0).collect();
    assert_eq!(bare, [""; 0]);
}

#[test]
fn every_item_of_the_contract_says_since_when_it_is_there() {
    let ungated = items().into_iter().filter(|(_, _, gate)| matches!(gate, Some(Stability::Unknown)));
    assert_eq!(ungated.map(|item| item.0).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_contract_is_read_as_a_whole() {
    let paths: Vec<_> = items().into_iter().map(|item| item.0).collect();
    for path in ["provider.provision", "types.spec.session-id", "types.error-code.quota-exceeded", "sandbox-provider"] {
        assert!(paths.iter().any(|known| known == path), "{path} is missing in {paths:?}");
    }
}

#[test]
fn nothing_in_the_contract_names_a_vendor_and_no_number_is_too_large_for_javascript() {
    for file in std::fs::read_dir(WIT).expect("the contract's folder") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "wit") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a file of the contract");
        let core = path.file_name().is_some_and(|name| name != "worlds.wit");
        assert!(!core || !text.to_lowercase().contains("daytona"), "{}", path.display());
        assert!(!text.contains("u64") && !text.contains("s64"), "{}", path.display());
    }
}

#[test]
fn the_host_has_the_contract_as_it_is_without_the_worlds() {
    let files = |directory: &str| {
        let mut files: Vec<(String, String)> = Vec::new();
        for file in std::fs::read_dir(directory).expect("the contract's folder") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "wit") {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).expect("a file of the contract")));
            }
        }
        files.retain(|(name, _)| name != "worlds.wit");
        files.sort();
        files
    };
    let (original, copy) = (files(WIT), files(concat!(env!("CARGO_MANIFEST_DIR"), "/../host/wit")));
    assert!(!original.is_empty());
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&copy), names(&original), "run `cargo xtask build`");
    for ((name, copied), (_, text)) in copy.iter().zip(&original) {
        assert!(copied == text, "host/wit/{name} is not current: run `cargo xtask build`");
    }
}
