//! `cargo xtask`: everything that is built, tried and checked in this repository.
#![forbid(unsafe_code)]

mod artifact;
mod bench;
mod build;
mod ci;
mod component;
mod conformance;
mod contract;
mod engines;
mod fake_server;
mod gateway;
mod interop;
mod links;
mod lint;
mod npm;
mod packages;
mod shells;
mod size;
mod test;
mod tools;
mod tree;

use std::process::ExitCode;

/// Why a command failed, for people.
type Failure = Box<dyn std::error::Error>;

/// The commands: name, what it does, how long the first run takes on a small machine (2 cores).
const COMMANDS: [(&str, &str, &str); 19] = [
    (
        "demo",
        "Build, then show a session's life on Daytona, without an account",
        "about 5 minutes, because wasmtime is built",
    ),
    (
        "build",
        "Build the component to target/component/ and print its size and imports; --accept-size writes the size down",
        "less than a minute",
    ),
    ("guests", "Build the components that only tests load, to target/component/", "less than a minute"),
    (
        "gateway",
        "Build, then compose the gateway with the component to target/component/daytona-gateway.wasm",
        "about a minute",
    ),
    (
        "gateway-interop",
        "The part of interop about the gateway: in the wasmtime command line, with the commands of docs/gateway.md",
        "about 5 minutes, because wasmtime is built",
    ),
    (
        "gateway-bench",
        "Build, then measure two engines over one Daytona: the number of sessions may follow",
        "about 10 minutes, because wasmtime is built",
    ),
    ("generate", "Write what the npm package has in common with the contract, from wit/", "a few seconds"),
    (
        "npm",
        "Build the npm package to target/npm/, ready to be installed",
        "about 2 minutes, because its compiler is installed",
    ),
    ("test", "Build, then run every test", "about 7 minutes, because wasmtime is built"),
    (
        "bench",
        "Build, then measure all that costs something, beside what platforms use now; --only PART for some of it; \
         --accept-counts writes down what calls cost",
        "about 10 minutes, because wasmtime is built and the SDKs are installed",
    ),
    ("sim", "Build, then simulate sessions: --sessions N --seed S", "about 5 minutes, because wasmtime is built"),
    (
        "component",
        "Build with cargo-component as well and compare the two components",
        "about a minute, and 8 more where cargo-component has to be installed",
    ),
    (
        "interop",
        "Drive the fake Daytona with the official SDKs, and the component in Python's wasmtime and in Node",
        "about 4 minutes, because the SDKs are installed",
    ),
    (
        "npm-interop",
        "The part of interop about the npm package: in every engine and mode, against the fake Daytona",
        "about 5 minutes, because the engines are installed",
    ),
    (
        "conformance",
        "Build, then run the conformance suite in every host; what follows is passed on to it, see docs/conformance.md",
        "about 7 minutes, because wasmtime is built",
    ),
    (
        "lint",
        "Check paths, format, spelling, dependencies, warnings, documentation and features, without running a test",
        "about 5 minutes, because what wasmtime needs is checked",
    ),
    ("advisories", "Compare the dependencies with the database of known vulnerabilities, which is fetched", "a minute"),
    (
        "npm-bench",
        "Measure what the npm package costs, beside plain fetch, jco and the official SDK",
        "about 5 minutes, because the SDK and the engines are installed",
    ),
    (
        "ci",
        "Everything that has to hold: lint, test, conformance, interop, component",
        "about 15 minutes, and 8 more where cargo-component has to be installed",
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        None => ("help", &[][..]),
        Some((command, rest)) => (command.as_str(), rest),
    };
    if matches!(command, "help" | "-h" | "--help") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some((_, what, first_run)) = COMMANDS.iter().find(|(name, ..)| *name == command) else {
        return misused(&format!("`{command}` is not a command."));
    };
    let accepts_size = command == "build" && rest == [size::ACCEPT];
    if !rest.is_empty()
        && !accepts_size
        && !matches!(command, "bench" | "conformance" | "demo" | "gateway-bench" | "sim")
    {
        return misused(&format!("`{command}` does not take `{}`.", rest.join(" ")));
    }
    eprintln!("{what}. The first run takes {first_run}.");
    let outcome = match command {
        "build" if accepts_size => build::build_accepting_size(),
        "build" => build::build().map(drop),
        "guests" => build::guests(),
        "gateway" => gateway::gateway(),
        "gateway-bench" => engines::bench(rest),
        "gateway-interop" => engines::engines(),
        "generate" => npm::generate::generate(),
        "npm" => npm::pack::pack().map(drop),
        "test" => test::test(),
        "bench" => bench::bench(rest),
        "demo" => test::demo(rest),
        "sim" => test::sim(rest),
        "component" => component::compare(),
        "conformance" => conformance::conformance(rest),
        "interop" => interop::interop(),
        "lint" => lint::lint(),
        "advisories" => lint::advisories(),
        "npm-interop" => npm::interop::interop(),
        "npm-bench" => npm::bench::bench(),
        _ => ci::ci(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut usage = String::from("Usage: cargo xtask <command>\n\n");
    for (name, what, _) in COMMANDS {
        usage.push_str(&format!("  {name:<15}  {what}\n"));
    }
    usage.push_str("\nWhat follows `demo`, `bench`, `conformance`, `gateway-bench` and `sim` is passed on to them.\n");
    usage
}

fn misused(why: &str) -> ExitCode {
    eprint!("{why}\n\n{}", usage());
    ExitCode::from(2)
}
