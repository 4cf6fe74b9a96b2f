//! Where things lie, and how other programs are run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

/// What the component is built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The component's package.
pub const PACKAGE: &str = "daytona-sandbox-provider";

/// The package of the hostile provider, which tests load.
pub const HOSTILE: &str = "hostile-guest";

/// The package of another vendor's provider, which tests load.
pub const TINY: &str = "tiny-guest";

/// The package of the gateway.
pub const GATEWAY: &str = "sandbox-gateway";

/// The program that composes the two.
pub const COMPOSE: &str = "gateway-compose";

/// The version of cargo-component that is installed where there is none.
const CARGO_COMPONENT: &str = "0.21.1";

/// The repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo builds: `target`, unless the caller's environment says otherwise.
pub fn target_dir() -> Result<PathBuf, Failure> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => Ok(std::path::absolute(dir)?),
        _ => Ok(root().join("target")),
    }
}

/// Where cargo keeps the sources of dependencies.
pub fn cargo_home() -> Option<PathBuf> {
    match std::env::var_os("CARGO_HOME") {
        Some(home) if !home.is_empty() => Some(home.into()),
        _ => std::env::home_dir().map(|home| home.join(".cargo")),
    }
}

/// The cargo that runs this program, in the repository and with its target directory.
pub fn cargo() -> Result<Command, Failure> {
    let mut cargo = Command::new(program("CARGO", "cargo"));
    cargo.current_dir(root()).env("CARGO_TARGET_DIR", target_dir()?);
    Ok(cargo)
}

/// Runs a command with its output on the terminal.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    eprintln!("$ {shown}");
    let status = command.status().map_err(|problem| format!("`{shown}` could not be started: {problem}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})").into()) }
}

/// Runs a command and returns what it prints.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let shown = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|problem| format!("`{shown}` could not be started: {problem}"))?;
    if !output.status.success() {
        return Err(format!("`{shown}` failed ({})", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// What is asked of the compiler.
pub fn rustc(arguments: &[&str]) -> Result<String, Failure> {
    output(Command::new(program("RUSTC", "rustc")).current_dir(root()).args(arguments))
}

/// A program of the machine, run in the repository.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// Installs the standard library for [`WASM`] where it is missing, also where rustup does not install by itself.
pub fn ensure_wasm_target() -> Result<(), Failure> {
    let directory = rustc(&["--print", "target-libdir", "--target", WASM])?;
    if Path::new(directory.trim()).is_dir() {
        return Ok(());
    }
    rustup(&["target", "add", WASM])
}

/// Installs a component of the toolchain where the subcommand that it brings is missing.
pub fn ensure_rustup_component(component: &str, subcommand: &str) -> Result<(), Failure> {
    let mut probe = cargo()?;
    probe.args([subcommand, "--version"]);
    let present = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if present.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    rustup(&["component", "add", component])
}

/// Adds something to the toolchain.
fn rustup(arguments: &[&str]) -> Result<(), Failure> {
    run(command("rustup").args(arguments)).map_err(|failure| {
        let what = arguments.last().copied().unwrap_or_default();
        let remedy = "Add it the way this toolchain was installed; with rustup (https://rustup.rs) it comes by itself.";
        format!("the Rust toolchain has no {what}, and adding it failed: {failure}. {remedy}").into()
    })
}

/// Installs cargo-component where it is missing; this takes some minutes. Returns what it says of its version.
pub fn ensure_cargo_component() -> Result<String, Failure> {
    let version = || -> Result<Option<String>, Failure> {
        let output = cargo()?.args(["component", "--version"]).stderr(Stdio::null()).output()?;
        Ok(if output.status.success() { Some(String::from_utf8(output.stdout)?.trim().to_owned()) } else { None })
    };
    if let Some(version) = version()? {
        return Ok(version);
    }
    let mut install = cargo()?;
    install.args(["install", "cargo-component", "--locked"]);
    install.args(["--version", CARGO_COMPONENT]);
    // What it is built from is not part of this repository: neither its flags nor its directory are.
    for variable in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        install.env_remove(variable);
    }
    run(&mut install)?;
    version()?.ok_or_else(|| {
        "cargo-component was installed, but cargo does not find it: is cargo's bin directory on PATH?".into()
    })
}

/// Writes a file unless it is there already, so that nothing is built anew because of its date.
pub fn put(bytes: &[u8], place: &Path) -> Result<(), Failure> {
    if std::fs::read(place).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(directory) = place.parent() {
        std::fs::create_dir_all(directory)?;
    }
    // Whoever reads it meanwhile gets the old one or the new one.
    let mut draft = place.as_os_str().to_owned();
    draft.push(".new");
    std::fs::write(&draft, bytes)?;
    Ok(std::fs::rename(&draft, place)?)
}

fn program(variable: &str, default: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| default.into())
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_where_the_component_is() -> Result<(), Failure> {
        let manifest = std::fs::read_to_string(root().join("Cargo.toml"))?;
        assert!(manifest.contains(&format!("name = \"{PACKAGE}\"")));
        Ok(())
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        assert_eq!(shown(Command::new("/a/b/cargo").args(["test", "-p", "xtask"])), "cargo test -p xtask");
    }

    #[test]
    fn a_failing_command_is_named_with_its_exit_code() {
        let Err(failure) = run(Command::new("sh").args(["-c", "exit 3"])) else { panic!("succeeded") };
        assert_eq!(failure.to_string(), "`sh -c exit 3` failed (exit status: 3)");
        let Err(failure) = output(&mut Command::new("no-such-program-here")) else { panic!("succeeded") };
        assert!(failure.to_string().starts_with("`no-such-program-here` could not be started"), "{failure}");
    }

    #[test]
    fn an_unchanged_component_keeps_its_date() -> Result<(), Failure> {
        let directory = target_dir()?.join(format!("xtask-test-{}", std::process::id()));
        let place = directory.join("a.wasm");
        put(b"one", &place)?;
        let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        std::fs::File::options().write(true).open(&place)?.set_modified(long_ago)?;
        put(b"one", &place)?;
        assert_eq!(std::fs::metadata(&place)?.modified()?, long_ago);
        put(b"two", &place)?;
        assert_ne!(std::fs::metadata(&place)?.modified()?, long_ago);
        assert_eq!(std::fs::read(&place)?, b"two");
        Ok(std::fs::remove_dir_all(&directory)?)
    }
}
