//! The package as it is published: TypeScript compiled for both kinds of modules, the component beside it, packed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::core_module::{check_sound, core_module, with_stack_pointer};
use crate::build::build;
use crate::packages::{NPM, install_once};
use crate::{Failure, tools};

/// The package, ready to be installed.
pub struct Packed {
    /// The archive.
    pub tarball: PathBuf,
    /// Where the TypeScript compiler and other programs of the pinned packages are.
    pub tools: PathBuf,
}

/// Builds the component and the package around it.
pub fn pack() -> Result<Packed, Failure> {
    let component = build()?;
    super::generate::generate()?;
    pack_around(&component)
}

/// Builds the package around a component that is there.
fn pack_around(component: &Path) -> Result<Packed, Failure> {
    let home = tools::target_dir()?.join("npm");
    let source = tools::root().join("packages/npm");
    let toolbox = home.join("tools");
    install_once(&source.join("tools/package.json"), &toolbox)?;
    let directory = home.join("package");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    copy(&source.join("src"), &directory.join("src"))?;
    for name in ["package.json", "tsconfig.json", "tsconfig.cjs.json", "wasm.d.ts", "README.md"] {
        fs::copy(source.join(name), directory.join(name))
            .map_err(|problem| format!("packages/npm/{name}: {problem}"))?;
    }
    fs::copy(tools::root().join("LICENSE"), directory.join("LICENSE"))?;
    let bytes = fs::read(component)?;
    let core = core_module(&bytes)?;
    check_sound(core)?;
    let core = with_stack_pointer(core)?;
    fs::write(directory.join("component.wasm"), &bytes)?;
    fs::write(directory.join("core.wasm"), &core)?;
    let inline = format!("export const core: string | WebAssembly.Module =\n  '{}';\n", BASE64_STANDARD.encode(core));
    fs::write(directory.join("src/core/inline.ts"), inline)?;
    let compiler = toolbox.join("node_modules/typescript/bin/tsc");
    for project in ["tsconfig.json", "tsconfig.cjs.json"] {
        tools::run(Command::new("node").current_dir(&directory).arg(&compiler).args(["-p", project]))?;
    }
    bundle(&directory, &toolbox)?;
    // Whoever needs the component as a module gets the other kind of modules: CommonJS cannot import one.
    for name in ["workerd.js", "workerd.d.ts", "edge-light.js", "edge-light.d.ts"] {
        fs::remove_file(directory.join("dist/cjs/core").join(name))?;
    }
    // A directory of the other kind of modules is a scope of its own, which the names of the package do not reach.
    let scope = "{ \"type\": \"commonjs\", \"imports\": { \"#core\": \"./core/inline.js\" } }\n";
    fs::write(directory.join("dist/cjs/package.json"), scope)?;
    let mut npm = Command::new(NPM);
    npm.current_dir(&directory).args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&home);
    let name = tools::output(&mut npm)?;
    let tarball = home.join(name.trim());
    println!("{}", tarball.display());
    Ok(Packed { tarball, tools: toolbox })
}

/// Puts the compiled modules together, for each kind of modules. A process reads and links a file in about a millisecond, and
/// there are forty. The core module stays beside, because which file it is depends on the engine; the types stay as they are.
fn bundle(directory: &Path, toolbox: &Path) -> Result<(), Failure> {
    let together = directory.join("together");
    let kinds: [(&str, &[&str]); 2] =
        [("esm", &["--format=esm", "--splitting", "--chunk-names=shared"]), ("cjs", &["--format=cjs"])];
    // What is for Node alone is a file of its own, complete.
    let files: [&[&str]; 2] = [&["index.js", "raw.js", "--external:#core"], &["node.js", "--external:node:*"]];
    for (kind, how) in kinds {
        for entries in files {
            let mut esbuild = Command::new(toolbox.join("node_modules/.bin/esbuild"));
            esbuild.current_dir(directory.join("dist/esm")).arg("--bundle").args(entries).args(how);
            esbuild.args(["--target=es2022", "--log-level=warning"]);
            tools::run(esbuild.arg(format!("--outdir={}", together.join(kind).display())))?;
        }
    }
    for (kind, _) in kinds {
        let compiled = directory.join("dist").join(kind);
        remove_modules(&compiled)?;
        copy(&together.join(kind), &compiled)?;
    }
    Ok(())
}

/// Removes the modules of a directory and of those below it, but for those of the core.
fn remove_modules(directory: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "core" {
                remove_modules(&path)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "js") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Copies a directory with what is in it.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
