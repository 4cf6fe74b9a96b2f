//! The core module inside the component, which JavaScript engines run.

use wasmparser::{Parser, Payload, TypeRef};

use crate::Failure;

/// The component's code: of the core modules in it the one that has a memory. The others only connect it.
pub fn core_module(component: &[u8]) -> Result<&[u8], Failure> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { unchecked_range, .. } => {
                depth += 1;
                let range = usize::try_from(unchecked_range.start)?..usize::try_from(unchecked_range.end)?;
                let module = component.get(range).ok_or("a core module is cut short")?;
                if depth == 1 && has_memory(module)? {
                    found.push(module);
                }
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    match found.as_slice() {
        [module] => Ok(module),
        others => Err(format!("one core module with a memory was expected, there are {}", others.len()).into()),
    }
}

/// The name under which the stack pointer is exported.
const STACK_POINTER: &str = "__stack_pointer";

/// The same module with its one mutable global, the stack pointer, among its exports.
///
/// Where JavaScript cannot suspend a call, it leaves it by an exception. With memory and stack pointer put back, the instance
/// is as good as a fresh one, which costs a millisecond.
pub fn with_stack_pointer(module: &[u8]) -> Result<Vec<u8>, Failure> {
    let (mut mutable, mut globals) = (Vec::new(), 0_u32);
    let mut exports = None;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(import?.ty, TypeRef::Global(_)) {
                        globals += 1;
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    if global?.ty.mutable {
                        mutable.push(globals);
                    }
                    globals += 1;
                }
            }
            Payload::ExportSection(section) => exports = Some((section.range(), section.count())),
            _ => {}
        }
    }
    let [pointer] = mutable[..] else {
        return Err(format!("one mutable global was expected, there are {}", mutable.len()).into());
    };
    let (range, count) = exports.ok_or("the core module exports nothing")?;
    let (start, end) = (usize::try_from(range.start)?, usize::try_from(range.end)?);
    let body = module.get(start..end).ok_or("the exports are cut short")?;
    let entries = body.get(leb(count).len()..).ok_or("the exports are cut short")?;
    let name = STACK_POINTER.as_bytes();
    let added = [&leb(u32::try_from(name.len())?), name, &[3], &leb(pointer)].concat();
    let body = [&leb(count + 1), entries, &added].concat();
    // Before a section's body are its number and its length.
    let header = start - leb(u32::try_from(end - start)?).len();
    let before = module.get(..header).ok_or("the exports have no length")?;
    let after = module.get(end..).unwrap_or_default();
    let changed = [before, &leb(u32::try_from(body.len())?), &body, after].concat();
    if Parser::new(0).parse_all(&changed).any(|payload| payload.is_err()) {
        return Err("the core module's sections have lengths in another spelling than the shortest".into());
    }
    Ok(changed)
}

/// A number as WebAssembly writes it, in the shortest spelling.
fn leb(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// What a core module imports, as `module#name`.
fn imports(module: &[u8]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                names.push(format!("{}#{}", import.module, import.name));
            }
        }
    }
    Ok(names)
}

/// Fails unless JavaScript can run the module in the two ways that it has.
///
/// Where the engine can, a call that waits is suspended in `poll`; where it cannot, it is run again with the recorded results
/// of its imports. A second import that waits would block the engine, and a source of randomness or of wall time would make
/// the second run another one.
pub fn check_sound(module: &[u8]) -> Result<(), Failure> {
    match unsound(&imports(module)?) {
        None => Ok(()),
        Some(name) => Err(format!("JavaScript cannot run the component because of its imports: {name}").into()),
    }
}

/// The first import because of which it cannot.
fn unsound(imports: &[String]) -> Option<String> {
    let blocks = |name: &str| name.contains("blocking-") || name.ends_with("pollable.block");
    let varies = |name: &str| name.starts_with("wasi:random/") || name.contains("wall-clock");
    if !imports.iter().any(|name| name == "wasi:io/poll@0.2.0#poll") {
        return Some("no poll".to_owned());
    }
    imports.iter().find(|name| blocks(name) || varies(name)).cloned()
}

fn has_memory(module: &[u8]) -> Result<bool, Failure> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::MemorySection(section) = payload? {
            return Ok(section.count() > 0);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools;

    /// A core module without anything but these sections.
    fn module(sections: &[u8]) -> Vec<u8> {
        [b"\0asm\x01\0\0\0", sections].concat()
    }

    fn component(modules: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for module in modules {
            bytes.extend([1, module.len() as u8]);
            bytes.extend(module);
        }
        bytes
    }

    #[test]
    fn the_module_with_the_memory_is_taken_out() -> Result<(), Failure> {
        let code = module(&[5, 3, 1, 0, 1]);
        assert_eq!(core_module(&component(&[module(&[]), code.clone(), module(&[])]))?, code);
        assert!(core_module(&component(&[module(&[])])).is_err());
        assert!(core_module(&component(&[code.clone(), code])).is_err());
        Ok(())
    }

    #[test]
    fn the_stack_pointer_is_exported_and_nothing_else_changes() -> Result<(), Failure> {
        // A memory; a mutable and a constant global; an export of the memory.
        let sections =
            [5, 3, 1, 0, 1, 6, 11, 2, 0x7f, 1, 0x41, 8, 0x0b, 0x7f, 0, 0x41, 9, 0x0b, 7, 5, 1, 1, b'm', 2, 0];
        let changed = with_stack_pointer(&module(&sections))?;
        let end = [7, 23, 2, 1, b'm', 2, 0, 15].into_iter().chain(*b"__stack_pointer").chain([3, 0]);
        let expected: Vec<u8> = module(&sections[..18]).into_iter().chain(end).collect();
        assert_eq!(changed, expected);
        // Two mutable globals: which one it is would be a guess.
        let two = [6, 11, 2, 0x7f, 1, 0x41, 8, 0x0b, 0x7f, 1, 0x41, 9, 0x0b, 7, 1, 0];
        assert!(with_stack_pointer(&module(&two)).is_err());
        Ok(())
    }

    #[test]
    fn imports_are_named_with_their_module() -> Result<(), Failure> {
        // A type `() -> ()`, and `a#b` of it.
        let code = module(&[1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, b'a', 1, b'b', 0, 0]);
        assert_eq!(imports(&code)?, ["a#b"]);
        Ok(())
    }

    #[test]
    fn poll_is_the_only_import_that_waits_and_nothing_is_random() -> Result<(), Failure> {
        let place = tools::root().join("target/component/daytona-sandbox-provider.wasm");
        let bytes = std::fs::read(&place)
            .map_err(|problem| format!("{}: {problem}; `cargo xtask build` makes it", place.display()))?;
        check_sound(core_module(&bytes)?)
    }

    #[test]
    fn what_waits_or_varies_is_found() {
        let poll = "wasi:io/poll@0.2.0#poll";
        let problem = |names: &[&str]| unsound(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(problem(&[poll, "wasi:clocks/monotonic-clock@0.2.0#now"]), None);
        for name in [
            "wasi:io/poll@0.2.0#[method]pollable.block",
            "wasi:io/streams@0.2.0#[method]input-stream.blocking-read",
            "wasi:random/random@0.2.0#get-random-u64",
            "wasi:clocks/wall-clock@0.2.0#now",
        ] {
            assert_eq!(problem(&[poll, name]).as_deref(), Some(name));
        }
        assert_eq!(problem(&[]).as_deref(), Some("no poll"));
    }
}
