//! What can be said of a component from its bytes alone.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use wasmparser::{Parser, Payload};

use crate::Failure;

/// A component's size and surface.
pub struct Artifact {
    /// All of it, without the linker's names.
    pub bytes: Vec<u8>,
    /// In bytes.
    pub size: usize,
    /// In bytes, at gzip's best level.
    pub gzipped: usize,
    /// What it needs, sorted.
    pub imports: Vec<String>,
    /// What it offers, sorted.
    pub exports: Vec<String>,
}

impl Artifact {
    /// Reads a file; one that is no component is an error.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        Self::of(&bytes).map_err(|failure| format!("{}: {failure}", path.display()).into())
    }

    /// Looks at bytes.
    pub fn of(bytes: &[u8]) -> Result<Self, Failure> {
        if !Parser::is_component(bytes) {
            return Err("this is not a WebAssembly component".into());
        }
        let bytes = without_names(bytes)?;
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        // Modules and components nested in it have surfaces of their own.
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(&bytes) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        imports.sort();
        exports.sort();

        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&bytes)?;
        Ok(Self { size: bytes.len(), gzipped: gzip.finish()?.len(), imports, exports, bytes })
    }
}

/// The same component without the names that the linker gives its parts for debuggers, 3 % of its bytes. Cargo's `strip`
/// reaches the core module only.
fn without_names(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut kept = Vec::with_capacity(bytes.len());
    // Up to here everything is decided; a section begins where the one before it ended.
    let mut decided = 0;
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if depth == 0
            && let Some((_, range)) = payload.as_section()
        {
            let end = usize::try_from(range.end)?;
            let names = matches!(&payload, Payload::CustomSection(custom) if custom.name() == "component-name");
            if !names {
                kept.extend(bytes.get(decided..end).unwrap_or_default());
            }
            decided = end;
        }
        match payload {
            Payload::Version { range, .. } if depth == 0 => {
                decided = usize::try_from(range.end)?;
                kept.extend(bytes.get(..decided).unwrap_or_default());
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(kept)
}

/// A number with its thousands apart.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A component that imports and exports instances of empty interfaces under these names.
    pub fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
        const INSTANCE: u8 = 0x05;
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        let section = |bytes: &mut Vec<u8>, id: u8, body: &[u8]| {
            bytes.extend([id, body.len() as u8]);
            bytes.extend(body);
        };
        section(&mut bytes, 7, &[1, 0x42, 0]);
        for name in imports {
            let body = [&[1, 0, name.len() as u8], name.as_bytes(), &[INSTANCE, 0]].concat();
            section(&mut bytes, 10, &body);
        }
        for name in exports {
            let body = [&[1, 0, name.len() as u8], name.as_bytes(), &[INSTANCE, 0, 0]].concat();
            section(&mut bytes, 11, &body);
        }
        bytes
    }

    #[test]
    fn imports_and_exports_are_read_sorted() -> Result<(), Failure> {
        let artifact = Artifact::of(&component(&["b:c/d@0.2.0", "a:b/c@0.2.0"], &["x:y/z", "e:f/g"]))?;
        assert_eq!(artifact.imports, ["a:b/c@0.2.0", "b:c/d@0.2.0"]);
        assert_eq!(artifact.exports, ["e:f/g", "x:y/z"]);
        Ok(())
    }

    #[test]
    fn what_a_nested_component_imports_is_its_own_affair() -> Result<(), Failure> {
        let inner = component(&["inner:a/b"], &[]);
        let mut outer = component(&["outer:a/b"], &[]);
        outer.extend([4, inner.len() as u8]);
        outer.extend(&inner);
        outer.extend([11, 9, 1, 0, 3]);
        outer.extend(b"end");
        outer.extend([5, 0, 0]);
        let artifact = Artifact::of(&outer)?;
        assert_eq!(artifact.imports, ["outer:a/b"]);
        assert_eq!(artifact.exports, ["end"]);
        Ok(())
    }

    #[test]
    fn sizes_are_of_all_bytes() -> Result<(), Failure> {
        let mut bytes = component(&[], &[]);
        // A custom section of zeros, which gzip makes small.
        bytes.extend([0, 102, 1, b'z']);
        bytes.extend([0; 100]);
        let artifact = Artifact::of(&bytes)?;
        assert_eq!(artifact.size, bytes.len());
        assert!(artifact.gzipped < artifact.size, "{}", artifact.gzipped);
        Ok(())
    }

    #[test]
    fn only_the_linker_s_names_are_removed() -> Result<(), Failure> {
        let custom = |name: &str| {
            let mut section = vec![0, name.len() as u8 + 3, name.len() as u8];
            section.extend(name.as_bytes());
            section.extend([1, 2]);
            section
        };
        let inner = [component(&["in:n/er"], &[]), custom("component-name")].concat();
        let nested = [&[4, inner.len() as u8][..], &inner].concat();
        let plain = [component(&["a:b/c"], &["x:y/z"]), custom("producers"), nested].concat();
        let head = component(&["a:b/c"], &["x:y/z"]).len();
        let (before, after) = plain.split_at(head);
        let names = custom("component-name");
        let named = [before, &names, after, &names].concat();
        assert_eq!(without_names(&named)?, plain);
        assert_eq!(without_names(&plain)?, plain);
        Ok(())
    }

    #[test]
    fn a_core_module_is_refused() {
        let Err(failure) = Artifact::of(b"\0asm\x01\0\0\0") else { panic!("accepted") };
        assert_eq!(failure.to_string(), "this is not a WebAssembly component");
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (200_000, "200,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), text);
        }
    }
}
