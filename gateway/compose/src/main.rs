//! Composes the gateway with a provider. A program of its own, and no part of `xtask`, because what it needs takes longer to
//! compile than all of `xtask`, which a first look would wait for.
#![forbid(unsafe_code)]

use std::path::Path;

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wit_parser::Resolve;

/// Why it failed, for people.
type Failure = Box<dyn std::error::Error>;

/// `gateway-compose GATEWAY PROVIDER COMPOSED WIT WORLD`: files of two components, the file to write, a folder of WIT, and the
/// world of providers in it. Prints what that world imports, a name per line: what is composed may import nothing else.
fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gateway, provider, composed, wit, world] = &arguments[..] else {
        return Err("usage: gateway-compose GATEWAY PROVIDER COMPOSED WIT WORLD".into());
    };
    std::fs::write(composed, plugged(read(gateway)?, read(provider)?)?)?;
    for import in imports(Path::new(wit), world)? {
        println!("{import}");
    }
    Ok(())
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|problem| format!("{path}: {problem}").into())
}

/// Gives the provider's exports to the gateway's imports.
fn plugged(gateway: Vec<u8>, provider: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let failed = |problem: &dyn std::fmt::Display| -> Failure {
        format!("gateway and provider cannot be composed: {problem}").into()
    };
    let mut graph = CompositionGraph::new();
    let mut register = |name: &str, bytes: Vec<u8>| -> Result<_, Failure> {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut()).map_err(|error| failed(&error))?;
        graph.register_package(package).map_err(|error| failed(&error))
    };
    let socket = register("sandbox:gateway", gateway)?;
    let provider = register("sandbox:provider", provider)?;
    plug(&mut graph, vec![provider], socket).map_err(|error| failed(&error))?;
    graph.encode(EncodeOptions::default()).map_err(|error| failed(&error))
}

/// What a world imports, from a folder of WIT.
fn imports(wit: &Path, world: &str) -> Result<Vec<String>, Failure> {
    let mut resolve = Resolve::new();
    let (package, _) = resolve.push_dir(wit).map_err(|problem| format!("{problem:#}"))?;
    let world = resolve.select_world(&[package], Some(world)).map_err(|problem| format!("{problem:#}"))?;
    let world = resolve.worlds.get(world).ok_or("the world is not there")?;
    Ok(world.imports.keys().map(|key| resolve.name_world_key(key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_may_import_seven_interfaces_of_wasi() -> Result<(), Failure> {
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let allowed = imports(&wit, "daytona-provider")?;
        assert_eq!(allowed.len(), 7, "{allowed:?}");
        assert!(allowed.iter().all(|name| name.starts_with("wasi:") && name.ends_with("@0.2.0")), "{allowed:?}");
        Ok(())
    }

    #[test]
    fn what_is_no_component_is_refused_with_a_reason() {
        let refused = plugged(b"<html>".to_vec(), b"<html>".to_vec()).map(drop).map_err(|failure| failure.to_string());
        assert!(refused.as_ref().is_err_and(|told| told.contains("cannot be composed: ")), "{refused:?}");
    }
}
