//! What was released of the contract stays as it was: types and functions, their names, parameters, fields and cases and the
//! order of these. Every compiled host and provider has them built in, so a change breaks linking, or is read as another
//! case. Documentation may differ; interfaces, worlds and what says that it is newer may be added.
//!
//! `wit/released/` has a folder for each version with the contract's own files; the interfaces of WASI that its worlds
//! import are those of `wit/deps`.

use std::collections::BTreeMap;
use std::path::Path;

use host_tests::component;
use sha2::{Digest as _, Sha256};
use wit_parser::{
    Function, InterfaceId, PackageId, Resolve, SourceMap, Stability, Type, TypeDef, TypeDefKind, TypeId, TypeOwner,
    UnresolvedPackageGroup, WorldItem, WorldKey,
};

use super::WIT;

/// Every release with the SHA-256 of its files, so that nobody changes both sides of the comparison at once.
const RELEASES: [(&str, &str); 2] = [
    ("0.1.0", "3924591ae7348372fe92b8fb3b579733e76f0c3f2f0a227975c57e60fc2fe76f"),
    ("0.1.1", "808bf1a4d575f8358093a8d7c72bd194aa89a97a8b9c78484496abe03d2405b6"),
];

/// The world that every provider has to fit, so nothing may be added to it.
const CORE_WORLD: &str = "sandbox-provider";

/// Files of WIT by their names.
type Files = BTreeMap<String, String>;

fn released(version: &str) -> Files {
    files(&Path::new(WIT).join("released").join(version))
}

fn files(folder: &Path) -> Files {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a file").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "wit"));
    let file = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).expect("a file of WIT"))
    };
    paths.map(file).collect()
}

/// What others can tell of one item.
#[derive(Debug)]
struct Item {
    shape: String,
    since: Option<String>,
}

/// A version of the contract, parsed.
struct Contract {
    resolve: Resolve,
    package: PackageId,
}

impl Contract {
    fn of(files: &Files) -> Self {
        let mut sources = SourceMap::default();
        for (name, text) in files {
            sources.push_str(name, text.as_str());
        }
        let own = sources.parse().unwrap_or_else(|(sources, problem)| panic!("{}", problem.render(&sources)));
        let folders = std::fs::read_dir(Path::new(WIT).join("deps")).expect("what the contract depends on");
        let folders = folders.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
        let deps = folders.map(|folder| UnresolvedPackageGroup::parse_dir(folder).expect("a package of WASI"));
        let mut resolve = Resolve::default();
        let package = resolve.push_groups(own, deps.collect()).expect("the contract can be resolved");
        Self { resolve, package }
    }

    /// Every item by its path.
    fn items(&self) -> BTreeMap<String, Item> {
        let mut items = BTreeMap::new();
        let mut add = |path: String, shape: String, stability: &Stability| {
            items.insert(path, Item { shape, since: since(stability) });
        };
        let package = &self.resolve.packages[self.package];
        for (name, id) in &package.interfaces {
            let interface = &self.resolve.interfaces[*id];
            add(name.clone(), "an interface".to_owned(), &interface.stability);
            for (word, id) in &interface.types {
                let item = &self.resolve.types[*id];
                add(format!("{name}.{word}"), self.shape(item), &item.stability);
            }
            for (word, function) in &interface.functions {
                add(format!("{name}.{word}"), self.function(function), &function.stability);
            }
        }
        for (name, id) in &package.worlds {
            let world = &self.resolve.worlds[*id];
            add(format!("world {name}"), "a world".to_owned(), &world.stability);
            for (verb, all) in [("imports", &world.imports), ("exports", &world.exports)] {
                for (key, item) in all {
                    let stability = match item {
                        WorldItem::Interface { stability, .. } => stability,
                        WorldItem::Function(function) => &function.stability,
                        WorldItem::Type { id, .. } => &self.resolve.types[*id].stability,
                    };
                    add(format!("world {name} {verb} {}", self.key(key)), "there".to_owned(), stability);
                }
            }
        }
        items
    }

    /// The name of an interface; one of another package with that package, one of ours without its version.
    fn interface(&self, id: InterfaceId) -> String {
        let interface = &self.resolve.interfaces[id];
        match &interface.name {
            Some(name) if interface.package == Some(self.package) => name.clone(),
            _ => self.resolve.id_of(id).expect("an interface with a name"),
        }
    }

    fn key(&self, key: &WorldKey) -> String {
        match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(id) => self.interface(*id),
        }
    }

    fn function(&self, function: &Function) -> String {
        let parameters =
            function.params.iter().map(|parameter| format!("{}: {}", parameter.name, self.name(&parameter.ty)));
        let result = function.result.as_ref().map(|result| format!(" -> {}", self.name(result))).unwrap_or_default();
        let kind = format!("{:?}", function.kind).to_lowercase();
        format!("{kind} func({}){result}", parameters.collect::<Vec<_>>().join(", "))
    }

    /// A type as it is written where it is used.
    fn name(&self, name: &Type) -> String {
        match name {
            Type::Id(id) => self.defined(*id),
            simple => format!("{simple:?}").to_lowercase(),
        }
    }

    /// The name of a definition, followed to where it is made; the shape of one without a name.
    fn defined(&self, id: TypeId) -> String {
        let item = &self.resolve.types[id];
        match (&item.kind, &item.name, item.owner) {
            (TypeDefKind::Type(Type::Id(other)), ..) => self.defined(*other),
            (_, Some(name), TypeOwner::Interface(owner)) => format!("{}.{name}", self.interface(owner)),
            _ => self.shape(item),
        }
    }

    fn shape(&self, item: &TypeDef) -> String {
        let optional = |payload: &Option<Type>| payload.as_ref().map_or("_".to_owned(), |payload| self.name(payload));
        let list = |word: &str, members: Vec<String>| format!("{word} {{ {} }}", members.join(", "));
        match &item.kind {
            TypeDefKind::Record(record) => {
                let field = |field: &wit_parser::Field| format!("{}: {}", field.name, self.name(&field.ty));
                list("record", record.fields.iter().map(field).collect())
            }
            TypeDefKind::Enum(cases) => list("enum", cases.cases.iter().map(|case| case.name.clone()).collect()),
            TypeDefKind::Flags(flags) => list("flags", flags.flags.iter().map(|flag| flag.name.clone()).collect()),
            TypeDefKind::Variant(variant) => {
                let case = |case: &wit_parser::Case| format!("{}({})", case.name, optional(&case.ty));
                list("variant", variant.cases.iter().map(case).collect())
            }
            TypeDefKind::Tuple(tuple) => {
                format!("tuple<{}>", tuple.types.iter().map(|part| self.name(part)).collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::List(item) => format!("list<{}>", self.name(item)),
            TypeDefKind::Option(some) => format!("option<{}>", self.name(some)),
            TypeDefKind::Result(result) => format!("result<{}, {}>", optional(&result.ok), optional(&result.err)),
            TypeDefKind::Type(other) => self.name(other),
            other => panic!("the contract has no {other:?} so far: teach this test what may change of one"),
        }
    }
}

fn since(stability: &Stability) -> Option<String> {
    match stability {
        Stability::Stable { since, .. } => Some(since.to_string()),
        Stability::Unknown | Stability::Unstable { .. } => None,
    }
}

/// Everything in which a contract breaks with a release before it.
fn differences(released: &Files, today: &Files) -> Vec<String> {
    let (released, today) = (Contract::of(released).items(), Contract::of(today).items());
    let mut differences = Vec::new();
    for (path, was) in &released {
        match today.get(path) {
            None => differences.push(format!("{path} is missing")),
            Some(is) if is.shape != was.shape => {
                differences.push(format!("{path} was {}, and is {}", was.shape, is.shape))
            }
            Some(is) if is.since != was.since => {
                differences.push(format!("{path} was there since {:?}, and says {:?}", was.since, is.since));
            }
            Some(_) => {}
        }
    }
    let known: Vec<_> = released.values().map(|item| &item.since).collect();
    for (path, is) in today.iter().filter(|(path, _)| !released.contains_key(*path)) {
        let owner =
            path.split(['.', ' ']).take(if path.starts_with("world ") { 2 } else { 1 }).collect::<Vec<_>>().join(" ");
        if !released.contains_key(&owner) {
            continue;
        }
        if path.contains(" imports ") || path.starts_with(&format!("world {CORE_WORLD} ")) {
            differences.push(format!("{path} was not asked for"));
        } else if known.contains(&&is.since) {
            differences.push(format!("{path} is new, and says that it was there since {:?}", is.since));
        }
    }
    differences
}

#[test]
fn todays_contract_has_every_released_type_and_function_unchanged() {
    for (version, _) in RELEASES {
        assert_eq!(differences(&released(version), &files(Path::new(WIT))), [""; 0], "since {version}");
    }
}

/// A host that was built with a release looks functions up by the release's names, and the engine finds today's under them.
#[test]
fn todays_component_has_every_released_function_under_its_released_name() {
    let engine = wasmtime::Engine::default();
    let component = wasmtime::component::Component::new(&engine, component()).expect("it is a component");
    for (version, _) in RELEASES {
        let Contract { resolve, package } = Contract::of(&released(version));
        for (name, id) in &resolve.packages[package].interfaces {
            let interface = format!("rensei:sandbox/{name}@{version}");
            let index = component.get_export_index(None, &interface).unwrap_or_else(|| panic!("no {interface}"));
            for function in resolve.interfaces[*id].functions.keys() {
                let found = component.get_export_index(Some(&index), function);
                assert!(found.is_some(), "no {interface}.{function}");
            }
        }
    }
    // Of another track nothing is found, so the look-up can fail.
    assert!(component.get_export_index(None, "rensei:sandbox/provider@0.2.0").is_none());
}

#[test]
fn the_files_of_a_release_never_change() {
    for (version, digest) in RELEASES {
        let mut hash = Sha256::new();
        for (name, text) in released(version) {
            hash.update(format!("{name}\0{text}\0"));
        }
        let found = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(found, digest, "{version}");
    }
    let folders = std::fs::read_dir(Path::new(WIT).join("released")).expect("the releases");
    let folders = folders.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let unknown: Vec<_> = folders.filter(|folder| !RELEASES.iter().any(|(version, _)| version == folder)).collect();
    assert_eq!(unknown, [""; 0], "releases that nothing is compared with");
}

/// The contract of 0.1.0 with one change.
fn changed(file: &str, from: &str, to: &str) -> Files {
    let mut files = released("0.1.0");
    let text = files.get_mut(file).unwrap_or_else(|| panic!("there is no {file}"));
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
    *text = text.replace(from, to);
    files
}

#[test]
fn every_change_that_breaks_a_compiled_peer_is_named() {
    for (file, from, to, named) in [
        ("types.wit", "gpu: option<u32>", "gpu: option<u64>", "types.resources was"),
        ("types.wit", "retryable: bool,", "retryable: option<bool>,", "types.error was"),
        ("types.wit", "        gpu: option<u32>,", "gpu: option<u32>, more: bool,", "types.resources was"),
        ("types.wit", "        gpu: option<u32>,", "", "types.resources was"),
        ("types.wit", "        gpu: option<u32>,", "cores: option<u32>,", "types.resources was"),
        ("inventory.wit", "        look,", "look, other,", "inventory.mode was"),
        ("inventory.wit", "        look,", "", "inventory.mode was"),
        (
            "types.wit",
            "type pairs = list<tuple<string, string>>",
            "type pairs = list<tuple<string, u32>>",
            "types.pairs was",
        ),
        (
            "lifecycle.wit",
            "    stop: func(context: context, handle: handle) -> result<state, error>;",
            "    park: func();",
            "lifecycle.stop is missing",
        ),
        (
            "lifecycle.wit",
            "stop: func(context: context, handle: handle)",
            "stop: func(context: context, which: handle)",
            "lifecycle.stop was",
        ),
        (
            "lifecycle.wit",
            "stop: func(context: context, handle: handle)",
            "stop: func(handle: handle, context: context)",
            "lifecycle.stop was",
        ),
        (
            "lifecycle.wit",
            "extend: func(context: context, handle: handle, seconds: u32)",
            "extend: func(context: context, handle: handle)",
            "lifecycle.extend was",
        ),
        (
            "provider.wit",
            "describe: func() -> descriptor;",
            "describe: func() -> result<descriptor>;",
            "provider.describe was",
        ),
        (
            "provider.wit",
            "describe: func() -> descriptor;",
            "describe: func() -> descriptor; @since(version = 0.1.0) more: func();",
            "provider.more is new",
        ),
        (
            "lifecycle.wit",
            "use types.{context, error, handle, state};",
            "use types.{context, error, handle, termination as state};",
            "lifecycle.state was",
        ),
        (
            "worlds.wit",
            "    @since(version = 0.1.0)\n    export provider;",
            "",
            "world sandbox-provider exports provider is missing",
        ),
        (
            "worlds.wit",
            "    export provider;",
            "export provider; @since(version = 0.1.0) export lifecycle;",
            "world sandbox-provider exports lifecycle was not",
        ),
        (
            "worlds.wit",
            "    @since(version = 0.1.0)\n    export inventory;",
            "",
            "world daytona-provider exports inventory is missing",
        ),
        (
            "worlds.wit",
            "    export inventory;",
            "export inventory; @since(version = 0.1.0) import lifecycle;",
            "world daytona-provider imports lifecycle was not",
        ),
    ] {
        let found = differences(&released("0.1.0"), &changed(file, from, to));
        assert!(found.iter().any(|difference| difference.starts_with(named)), "{from} → {to}: {found:?}");
    }
}

#[test]
fn fields_and_cases_have_an_order_that_stays() {
    let swapped = [
        ("types.wit", "    enum status {", "types.status"),
        ("types.wit", "    record handle {", "types.handle"),
        ("inventory.wit", "    enum action {", "inventory.action"),
    ];
    for (file, begins, path) in swapped {
        let text = &released("0.1.0")[file];
        let (_, rest) = text.split_once(begins).expect("the definition");
        let (body, _) = rest.split_once("\n    }").expect("its end");
        let lines: Vec<&str> =
            body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///")).collect();
        let reversed = lines.iter().rev().copied().collect::<Vec<_>>().join(" ");
        let found = differences(&released("0.1.0"), &changed(file, body, &reversed));
        assert!(found.iter().any(|difference| difference.starts_with(&format!("{path} was"))), "{path}: {found:?}");
    }
}

#[test]
fn documentation_and_what_is_newer_may_change() {
    for (file, from, to) in [
        ("lifecycle.wit", "/// Stops it and keeps its disk.", "/// Other words."),
        (
            "worlds.wit",
            "/// This repository's component",
            "@since(version = 0.1.1) interface more { @since(version = 0.1.1) f: func(); } /// This repository's component",
        ),
        ("worlds.wit", "    export inventory;", "export inventory; @since(version = 0.1.1) export more: interface {}"),
        (
            "lifecycle.wit",
            "    /// Stops it and keeps its disk.",
            "    @since(version = 0.1.1) more: func();\n    /// Stops it and keeps its disk.",
        ),
    ] {
        let mut today = changed(file, from, to);
        for text in today.values_mut() {
            *text = text.replace("package rensei:sandbox@0.1.0;", "package rensei:sandbox@0.1.1;");
        }
        assert_eq!(differences(&released("0.1.0"), &today), [""; 0], "{from} → {to}");
    }
}
