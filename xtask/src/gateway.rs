//! The gateway, composed with the provider: one component that any engine of `wasi:http` serves.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::artifact::{Artifact, grouped};
use crate::build::{build, compile};
use crate::tools::{self, COMPOSE, GATEWAY, put};

/// The composed component, in the repository.
const COMPOSED: &str = "target/component/daytona-gateway.wasm";

/// What it exports.
const HANDLER: &str = "wasi:http/incoming-handler@0.2.0";

/// The world of providers in `wit/`.
const WORLD: &str = "daytona-provider";

/// Most bytes that the gateway may have without a provider.
const CEILING: usize = 420_000;

/// Builds the component and the gateway, composes them, and says how to serve what came of it.
pub fn gateway() -> Result<(), Failure> {
    let provider = build()?;
    let path = compose(&provider)?;
    let shown = path.strip_prefix(tools::root()).unwrap_or(&path).display();
    println!("Serve it with any engine of wasi:http, for example");
    println!(
        "  wasmtime serve -S cli --env GATEWAY_TOKENS --env GATEWAY_POOLS --env DAYTONA_API_KEY --addr 127.0.0.1:8080 {shown}"
    );
    println!("docs/gateway.md says what the variables have to hold.");
    Ok(())
}

/// Builds the gateway and composes it with a provider. Returns where the result lies.
pub fn compose(provider: &Path) -> Result<PathBuf, Failure> {
    let (gateway, _) = compile(GATEWAY, "gateway", &[])?;
    if gateway.size > CEILING {
        let (size, ceiling) = (grouped(gateway.size), grouped(CEILING));
        return Err(format!("the gateway has {size} bytes, more than the {ceiling} that it may have").into());
    }
    let path = tools::root().join(COMPOSED);
    // Where the test programs look is written at last, in one step.
    let parts = ["gateway.wasm", "gateway-composed.tmp"].map(|name| path.with_file_name(name));
    let [gateway_file, written] = &parts;
    let mut compose = tools::cargo()?;
    compose.args(["run", "--quiet", "-p", COMPOSE, "--"]).args([gateway_file, provider, written]);
    let allowed = tools::output(compose.arg(tools::root().join("wit")).arg(WORLD))?;
    let composed = Artifact::read(written)?;
    std::fs::remove_file(written)?;
    surface(&composed, &allowed.lines().map(str::to_owned).collect::<Vec<_>>())?;
    put(&composed.bytes, &path)?;
    println!("{COMPOSED}");
    println!("  size     {:>7} bytes, {} of them the gateway's", grouped(composed.size), grouped(gateway.size));
    println!("  gzipped  {:>7} bytes", grouped(composed.gzipped));
    println!("  imports");
    for import in &composed.imports {
        println!("    {import}");
    }
    Ok(path)
}

/// Fails unless the component imports what the provider may, nothing else, and exports the handler alone.
fn surface(composed: &Artifact, allowed: &[String]) -> Result<(), Failure> {
    let foreign: Vec<&str> =
        composed.imports.iter().filter(|import| !allowed.contains(import)).map(String::as_str).collect();
    if !foreign.is_empty() {
        return Err(format!("the composed gateway imports {}, which wit/ does not name", foreign.join(", ")).into());
    }
    if composed.exports != [HANDLER] {
        return Err(format!("the composed gateway exports {}, not {HANDLER} alone", composed.exports.join(", ")).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::tests::component;

    #[test]
    fn an_import_that_is_not_named_and_another_export_are_refused() -> Result<(), Failure> {
        let allowed = ["wasi:io/poll@0.2.0".to_owned()];
        let refused = |imports: &[&str], exports: &[&str]| -> Result<Option<String>, Failure> {
            let artifact = Artifact::of(&component(imports, exports))?;
            Ok(surface(&artifact, &allowed).err().map(|failure| failure.to_string()))
        };
        assert_eq!(refused(&["wasi:io/poll@0.2.0"], &[HANDLER])?, None);
        let told = refused(&["wasi:io/poll@0.2.0", "rensei:sandbox/provider@0.1.1"], &[HANDLER])?.unwrap_or_default();
        assert!(told.contains("imports rensei:sandbox/provider@0.1.1, which"), "{told}");
        let told = refused(&[], &[HANDLER, "a:b/c"])?.unwrap_or_default();
        assert!(told.contains("exports a:b/c, wasi:http"), "{told}");
        Ok(())
    }
}
