//! `cargo xtask`: everything that is built, tried and checked in this repository.
#![forbid(unsafe_code)]

mod artifact;
mod build;
mod ci;
mod component;
mod test;
mod tools;

use std::process::ExitCode;

/// Why a command failed, for people.
type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "\
Usage: cargo xtask <command>

  build       Build the component to target/component/ and print its size and imports
  demo        Build, then show a session's life against the embedded fake Daytona
  test        Build, then run every test
  bench       Build, then measure loading and calls against the in-process fake
  component   Build with cargo-component as well and compare the two components
  ci          Everything that has to hold: format, clippy, test, component

What follows `demo` and `bench` is passed on to them.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        None => ("", &[][..]),
        Some((command, rest)) => (command.as_str(), rest),
    };
    let takes_arguments = matches!(command, "demo" | "bench");
    if !rest.is_empty() && !takes_arguments {
        return misused(&format!("`{command}` takes no arguments."));
    }
    let outcome = match command {
        "build" => build::build().map(drop),
        "demo" => test::demo(rest),
        "test" => test::test(),
        "bench" => test::bench(rest),
        "component" => component::compare(),
        "ci" => ci::ci(),
        "help" | "-h" | "--help" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        "" => return misused("Which command?"),
        unknown => return misused(&format!("`{unknown}` is not a command.")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn misused(why: &str) -> ExitCode {
    eprintln!("{why}\n\n{USAGE}");
    ExitCode::from(2)
}
