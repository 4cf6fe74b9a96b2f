//! `sandbox-host`: the command line of the host. Arguments in, one call of the library, text or JSON out.

#![forbid(unsafe_code)]

mod args;
mod component;
#[cfg(feature = "demo")]
mod demo;
mod env_file;
mod exit;
mod failure;
mod files;
mod hint;
mod input;
mod known;
mod layout;
mod log;
mod out;
mod output;
mod paths;
mod report;
mod serve;
mod style;
mod table;
mod usage;
mod variable;
mod verbs;

use std::process::ExitCode;

use exit::Exit;
use failure::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reads the arguments, runs the verb and returns its exit code.
fn main() -> ExitCode {
    let arguments = match usage::arguments() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    // Before anything is said.
    component::keep_keys_secret(&arguments.global);
    let json = arguments.global.json;
    log::start(&arguments.verb);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::host(format!("the runtime cannot be started: {error}")).report(json);
        }
    };
    let done = runtime.block_on(async {
        if matches!(arguments.verb, args::Verb::Serve(_) | args::Verb::Exec(_)) {
            // They have ways to end of their own.
            return verbs::run(&arguments).await;
        }
        tokio::select! {
            done = verbs::run(&arguments) => done,
            _ = tokio::signal::ctrl_c() => Err(Failure::interrupted(&arguments)),
        }
    });
    // A request that is still under way, or a name that is still being looked up, is not worth waiting for.
    runtime.shutdown_background();
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(json),
    }
}

/// What a verb returns: its exit code, or what went wrong.
type Done = Result<Exit, Failure>;
