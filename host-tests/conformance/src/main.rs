//! `sandbox-conformance`: holds a provider to the contract, in several hosts.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use sandbox_conformance::data::{Case, Suite};
use sandbox_conformance::judge::{compare, judge};
use sandbox_conformance::report::{Verdict, junit, table};
use sandbox_conformance::runner::{Mode, Runner};
use sandbox_conformance::transcript::Transcript;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Holds a provider of the contract rensei:sandbox to its conformance suite.
///
/// Exit code 0: every case passed in every host, and all hosts gave the same answers. 1: something did not. 2: the
/// command line or the cases are wrong.
#[derive(Parser)]
struct Arguments {
    /// The provider, a WebAssembly component [default: the one that was built here, with all cases]
    #[arg(long, requires = "vendor")]
    component: Option<PathBuf>,
    /// How its vendor's server is played; with it, only the neutral cases run
    #[arg(long)]
    vendor: Option<PathBuf>,
    /// A directory of cases; repeated, of several [default: the neutral ones, and without --vendor Daytona's]
    #[arg(long)]
    cases: Vec<PathBuf>,
    /// Hosts: fresh, warm, slot, rpc
    #[arg(long, value_delimiter = ',', default_value = "fresh,warm,slot")]
    host: Vec<String>,
    /// The program whose `serve` is the host rpc [default: `sandbox-host` beside this program]
    #[arg(long)]
    serve: Option<PathBuf>,
    /// Another runner, as NAME=PROGRAM with its arguments; repeated, several
    #[arg(long)]
    runner: Vec<String>,
    /// Only cases whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Writes the report as JUnit XML to this file as well
    #[arg(long)]
    junit: Option<PathBuf>,
    /// Prints the cases as runners get them, one JSON object, and runs nothing
    #[arg(long)]
    expand: bool,
    /// Prints what the first host saw, one JSON object per case, and judges nothing: to write new cases
    #[arg(long)]
    transcripts: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("sandbox-conformance: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Whether everything passed.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let here = Path::new(HERE);
    let vendor = arguments.vendor.clone().unwrap_or_else(|| here.join("daytona.json"));
    let mut directories = arguments.cases.clone();
    if directories.is_empty() {
        directories.push(here.join("cases/neutral"));
        if arguments.vendor.is_none() {
            directories.push(here.join("cases/daytona"));
        }
    }
    let Suite { mut cases } = Suite::read(&directories, &vendor).map_err(|error| error.to_string())?;
    if let Some(part) = &arguments.only {
        cases.retain(|case| case.name.contains(part));
    }
    if cases.is_empty() {
        return Err("no case has such a name".to_owned());
    }
    let built = here.join("../../target/component/daytona-sandbox-provider.wasm");
    let component = arguments.component.clone().unwrap_or(built);
    let component = std::path::absolute(&component).map_err(|error| error.to_string())?;
    if arguments.expand {
        println!("{}", serde_json::json!({ "component": component, "cases": cases }));
        return Ok(true);
    }
    let runners = runners(arguments)?;
    let mut seen: Vec<(&Runner, Vec<Transcript>)> = Vec::new();
    for runner in &runners {
        let begun = std::time::Instant::now();
        let transcripts = runner.run(&component, &cases);
        eprintln!("{}: {} cases in {:.1} s", runner.name(), transcripts.len(), begun.elapsed().as_secs_f64());
        if arguments.transcripts {
            for transcript in &transcripts {
                println!("{}", serde_json::to_string(transcript).map_err(|error| error.to_string())?);
            }
            return Ok(true);
        }
        seen.push((runner, transcripts));
    }
    let verdicts = verdicts(&cases, &seen);
    print!("{}", table(&verdicts));
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit(&verdicts)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(verdicts.iter().all(|verdict| verdict.problems.is_empty()))
}

fn runners(arguments: &Arguments) -> Result<Vec<Runner>, String> {
    let beside = || {
        let program = std::env::current_exe().unwrap_or_default();
        program.with_file_name("sandbox-host").with_extension(std::env::consts::EXE_EXTENSION)
    };
    let mut runners = Vec::new();
    for host in &arguments.host {
        runners.push(match host.as_str() {
            "fresh" => Runner::Rust(Mode::Fresh),
            "warm" => Runner::Rust(Mode::Warm),
            "slot" => Runner::Rust(Mode::Slot),
            "rpc" => Runner::Rpc(arguments.serve.clone().unwrap_or_else(beside)),
            "none" => continue,
            other => {
                return Err(format!(
                    "`{other}` is no host; there are fresh, warm, slot and rpc, and none for --runner alone"
                ));
            }
        });
    }
    for runner in &arguments.runner {
        let (name, command) = runner.split_once('=').ok_or("--runner takes NAME=PROGRAM")?;
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        runners.push(Runner::External(name.to_owned(), words));
    }
    if runners.is_empty() { Err("there is no host to run the cases in".to_owned()) } else { Ok(runners) }
}

/// One verdict for each case and host, and one for each case and each host that is compared with the first.
fn verdicts(cases: &[Case], seen: &[(&Runner, Vec<Transcript>)]) -> Vec<Verdict> {
    let verdict = |case: &Case, host: String, took_ms: u64, problems: Vec<String>| Verdict {
        host,
        case: case.name.clone(),
        group: case.group.clone(),
        took_ms,
        problems,
    };
    let mut verdicts = Vec::new();
    for (runner, transcripts) in seen {
        for (case, transcript) in cases.iter().zip(transcripts) {
            let took_ms = transcript.steps.iter().map(|step| step.took_ms).sum();
            verdicts.push(verdict(case, runner.name().to_owned(), took_ms, judge(case, transcript)));
        }
    }
    let Some(((first, reference), others)) = seen.split_first() else { return verdicts };
    for (other, transcripts) in others {
        for ((case, one), two) in cases.iter().zip(reference).zip(transcripts) {
            let host = format!("{} = {}", first.name(), other.name());
            verdicts.push(verdict(case, host, 0, compare(one, two)));
        }
    }
    verdicts
}
