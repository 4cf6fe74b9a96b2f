//! Bytes to provider: what is checked, in which order, before any of it may run.

use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre, Linker};

use crate::error::LoadError;
use crate::exports::Exports;
use crate::imports::allowed;
use crate::store::StoreData;

/// A component that passed every check.
pub(crate) struct Loaded {
    pub(crate) pre: InstancePre<StoreData>,
    pub(crate) exports: Exports,
    pub(crate) imports: Vec<String>,
}

const MAGIC: &[u8; 4] = b"\0asm";
/// The two halves of the word after the magic bytes: version and layer.
const COMPONENT_LAYER: [u8; 2] = [1, 0];

/// Looks at the first eight bytes: what comes out of a wrong build line is told apart before the compiler sees it.
pub(crate) fn check_header(bytes: &[u8]) -> Result<(), LoadError> {
    let not_wasm = |what: &str| Err(LoadError::NotWasm(what.to_owned()));
    if bytes.is_empty() {
        return not_wasm("it is empty");
    }
    let Some((header, _)) = bytes.split_first_chunk::<8>() else {
        return not_wasm("it is shorter than a header");
    };
    if !header.starts_with(MAGIC) {
        return not_wasm(&match std::str::from_utf8(&header[..4]) {
            Ok(text) if !text.contains(char::is_control) => format!("it starts with `{text}`"),
            _ => format!(
                "it starts with the bytes {:02x} {:02x} {:02x} {:02x}",
                header[0], header[1], header[2], header[3]
            ),
        });
    }
    if header[6..8] != COMPONENT_LAYER {
        return Err(LoadError::CoreModule);
    }
    Ok(())
}

/// Compiles a component; the expensive part.
pub(crate) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
    Component::from_binary(engine, bytes)
        .map_err(|error| LoadError::Invalid { message: format!("{error:#}"), source: error.into_boxed_dyn_error() })
}

/// Checks what a compiled component exports and imports, by name first and then by type.
pub(crate) fn link(linker: &Linker<StoreData>, component: &Component) -> Result<Loaded, LoadError> {
    let engine = component.engine();
    let imports: Vec<String> = component.component_type().imports(engine).map(|(name, _)| name.to_owned()).collect();
    let forbidden: Vec<String> = imports.iter().filter(|name| !allowed(name)).cloned().collect();
    if !forbidden.is_empty() {
        return Err(LoadError::ForbiddenImports { imports: forbidden });
    }
    let pre = linker.instantiate_pre(component).map_err(|error| LoadError::mismatch("imports".to_owned(), error))?;
    let exports = Exports::find(&pre)?;
    Ok(Loaded { pre, exports, imports })
}
