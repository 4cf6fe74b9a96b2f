//! Tiny providers for tests: the types come from `wit/`, the code is a few lines of text.
//!
//! Every function returns the address of zeroed memory, which by the canonical ABI reads as the first case of everything:
//! `ok`, an empty list, an empty string, `provisioning`. A test replaces single functions.

#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The contract as it is; [`CONTRACT`] stands for its version.
pub const CORE: &str = "include rensei:sandbox/sandbox-provider@CONTRACT;";

/// Stands for the version of the contract that the guest is built for.
const CONTRACT: &str = "CONTRACT";

/// Where a function finds zeroed memory.
pub const ZEROES: &str = "(i32.const 1024)";
pub const TRAP: &str = "unreachable";
pub const SPIN: &str = "(loop $again (br $again)) unreachable";
pub const HOARD: &str = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
/// Waits for a thousand seconds on the runtime's clock.
pub const WAIT: &str = "(call $block (call $after (i64.const 1000000000000))) (i32.const 1024)";

const FUNCTIONS: [(&str, &str, &str); 14] = [
    ("provider", "describe", ""),
    ("provider", "check-config", "i32 i32"),
    ("provider", "provides", "i32 i32 i32 i32 i32"),
    ("provider", "unmet", "i32 i32 i32 i32 i32 i32 i32 i32 i32"),
    ("provider", "origins", "i32"),
    ("provider", "provision", "i32"),
    ("provider", "locate", "i32"),
    ("provider", "status", "i32"),
    ("provider", "terminate", "i32"),
    ("lifecycle", "stop", "i32"),
    ("lifecycle", "start", "i32"),
    ("lifecycle", "archive", "i32"),
    ("lifecycle", "keep-alive", "i32"),
    ("lifecycle", "extend", "i32"),
];

/// A guest under construction.
#[derive(Default)]
pub struct Guest {
    world: Vec<String>,
    imports: String,
    functions: Vec<(&'static str, String)>,
    data: String,
    lifecycle: bool,
    missing: Option<&'static str>,
    contract: Option<&'static str>,
    edits: Vec<(&'static str, &'static str, &'static str)>,
}

impl Guest {
    /// Exports the core and returns zeroes everywhere.
    pub fn new() -> Self {
        Self { world: vec![CORE.to_owned()], ..Self::default() }
    }

    /// Replaces the code of a function.
    pub fn code(mut self, function: &'static str, code: impl Into<String>) -> Self {
        self.functions.push((function, code.into()));
        self
    }

    /// Says that it is this version, one digit, in `describe` and as the id of each sandbox that it provisions.
    pub fn version(self, version: char) -> Self {
        let text = format!("(i32.store8 (i32.const 1400) (i32.const {}))", u32::from(version));
        let at = |field: u32| {
            format!(
                "(i32.store (i32.const {field}) (i32.const 1400)) (i32.store (i32.const {}) (i32.const 1))",
                field + 4
            )
        };
        // A descriptor's third text; in a result, the second text of a handle.
        self.code("describe", format!("{text} {} (i32.const 1024)", at(1024 + 16)))
            .code("provision", format!("{text} {} (i32.const 1024)", at(1024 + 4 + 8)))
    }

    /// Exports `lifecycle`, too.
    pub fn lifecycle(mut self) -> Self {
        self.lifecycle = true;
        self.world.push(format!("export rensei:sandbox/lifecycle@{CONTRACT};"));
        self
    }

    /// Imports an interface and one function of it, as text of the core module.
    pub fn import(mut self, interface: &str, function: &str, core: &str) -> Self {
        let line = format!("import {interface};");
        if !self.world.contains(&line) {
            self.world.push(line);
        }
        // The interface of the guest's own package has a short name in WIT and its full one in the module.
        let own = if interface.contains(':') { "" } else { "test:guest/" };
        self.imports.push_str(&format!("(import \"{own}{interface}\" \"{function}\" {core})\n"));
        self
    }

    /// Has an empty table of functions by this name, with no limit of its own.
    pub fn table(mut self, name: &str) -> Self {
        self.data.push_str(&format!("(table {name} 0 funcref)\n"));
        self
    }

    /// Puts a text into memory.
    pub fn text(mut self, address: u32, text: &str) -> Self {
        self.data.push_str(&format!("(data (i32.const {address}) \"{text}\")\n"));
        self
    }

    /// Imports what sending a request needs, as `$fields`, `$request`, `$authority`, `$path`, `$scheme` and `$handle`.
    pub fn with_http(self) -> Self {
        const TYPES: &str = "wasi:http/types@0.2.0";
        self.import(TYPES, "[constructor]fields", "(func $fields (result i32))")
            .import(TYPES, "[constructor]outgoing-request", "(func $request (param i32) (result i32))")
            .import(
                TYPES,
                "[method]outgoing-request.set-authority",
                "(func $authority (param i32 i32 i32 i32) (result i32))",
            )
            .import(
                TYPES,
                "[method]outgoing-request.set-path-with-query",
                "(func $path (param i32 i32 i32 i32) (result i32))",
            )
            .import(
                TYPES,
                "[method]outgoing-request.set-scheme",
                "(func $scheme (param i32 i32 i32 i32 i32) (result i32))",
            )
            .import("wasi:http/outgoing-handler@0.2.0", "handle", "(func $handle (param i32 i32 i32 i32))")
    }

    /// Imports what [`WAIT`] needs.
    pub fn with_timer(self) -> Self {
        self.import("wasi:clocks/monotonic-clock@0.2.0", "subscribe-duration", "(func $after (param i64) (result i32))")
            .import("wasi:io/poll@0.2.0", "[method]pollable.block", "(func $block (param i32))")
    }

    /// Changes the contract that the guest is built from: a file of it, what is replaced, and by what.
    pub fn edit_contract(mut self, file: &'static str, from: &'static str, to: &'static str) -> Self {
        self.edits.push((file, from, to));
        self
    }

    /// Is built for another version of the contract, with the same content.
    pub fn contract(mut self, version: &'static str) -> Self {
        self.contract = Some(version);
        self
    }

    /// Lacks a function, whose line in a file of the contract this is.
    pub fn without(mut self, function: &'static str, file: &'static str, line: &'static str) -> Self {
        self.missing = Some(function);
        self.edit_contract(file, line, "")
    }

    /// The component's bytes.
    pub fn build(self) -> Vec<u8> {
        let directory = self.files();
        let version = version(directory.path());
        let mut resolve = Resolve::default();
        resolve.push_dir(directory.path()).expect("the contract is valid");
        let world = self.world.join("\n").replace(CONTRACT, &version);
        let world = format!("package test:guest;\n{EXTRA}\nworld guest {{\n{world}\n}}");
        let package = resolve.push_str("guest.wit", &world).expect("the world is valid");
        let world = resolve.select_world(&[package], None).expect("there is one world");
        let mut module = wat::parse_str(self.module(&version)).expect("the code is valid");
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, true)
            .expect("it can be described");
        ComponentEncoder::default()
            .module(&module)
            .expect("the module fits the world")
            .validate(true)
            .encode()
            .expect("it is a component")
    }

    fn module(&self, version: &str) -> String {
        let mut module = format!("(module\n{}{PRELUDE}", self.imports);
        for (interface, name, parameters) in FUNCTIONS {
            if interface == "lifecycle" && !self.lifecycle || self.missing == Some(name) {
                continue;
            }
            let code = self.functions.iter().find(|(function, _)| *function == name);
            let code = code.map_or(ZEROES, |(_, code)| code);
            module.push_str(&format!(
                "(func ${name} (export \"rensei:sandbox/{interface}@{version}#{name}\") (param {parameters}) (result i32) {code})\n"
            ));
        }
        module + &self.data + ")"
    }

    /// A copy of `wit/` with the edits.
    fn files(&self) -> tempfile::TempDir {
        let directory = tempfile::tempdir().expect("a temporary directory");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit"), directory.path());
        for (file, from, to) in &self.edits {
            edit(&directory.path().join(file), from, to);
        }
        if let Some(wanted) = self.contract {
            let package = |version: &str| format!("package rensei:sandbox@{version};");
            let now = package(&version(directory.path()));
            for file in fs::read_dir(directory.path()).expect("it was copied") {
                let path = file.expect("it can be listed").path();
                if path.extension().is_some_and(|extension| extension == "wit") {
                    edit(&path, &now, &package(wanted));
                }
            }
        }
        directory
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("it was copied");
    assert!(text.contains(from), "{} does not contain {from}", path.display());
    fs::write(path, text.replace(from, to)).expect("it is writable");
}

/// The version of the contract in a directory.
fn version(directory: &Path) -> String {
    let types = fs::read_to_string(directory.join("types.wit")).expect("the contract has types");
    let version = types.split_once("package rensei:sandbox@").and_then(|(_, rest)| rest.split_once(';'));
    version.expect("the contract has a version").0.to_owned()
}

/// An interface that no host offers.
const EXTRA: &str = "interface secrets { read: func() -> u32; }";

const PRELUDE: &str = r#"
(memory (export "memory") 1)
(global $next (mut i32) (i32.const 4096))
(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
  (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
  (global.get $next)
  (global.set $next (i32.add (global.get $next) (local.get 3)))
  (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
    (then (drop (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1)))))))
"#;

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the contract is there") {
        let entry = entry.expect("it can be listed");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            fs::create_dir(&target).expect("it is new");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("it can be copied");
        }
    }
}
