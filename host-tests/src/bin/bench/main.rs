//! What the provider and its host cost, in one table.
//!
//! Figures are of one run on this machine; ratios between them carry over, microseconds do not. `cargo xtask bench` builds
//! and installs what it needs and runs it.
#![forbid(unsafe_code)]

mod artefacts;
mod calls;
mod clients;
mod counts;
mod lab;
mod loading;
mod options;
mod report;
mod runtime;
mod sdk;
mod server;
mod sessions;
mod side_by_side;
mod stats;
mod swaps;
mod traffic;

use std::process::ExitCode;

use artefacts::Artefacts;
use options::Options;
use report::Section;

use host_tests::clients::Allocator;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Measures a part of the table.
type Measure = fn(&Artefacts, &Options) -> Result<Section, Failure>;

/// The parts in the order of the table.
const PARTS: [(&str, Measure); 9] = [
    ("counts", counts::counts),
    ("sizes", |artefacts, _| loading::sizes(artefacts)),
    ("loading", |artefacts, _| loading::loading(artefacts)),
    ("calls", |artefacts, _| calls::calls(artefacts)),
    ("rates", |artefacts, _| traffic::rates(artefacts)),
    ("sessions", |artefacts, _| sessions::sessions(artefacts)),
    ("connections", |artefacts, _| traffic::connections(artefacts)),
    ("swaps", |artefacts, _| swaps::swaps(artefacts)),
    ("side-by-side", |artefacts, options| {
        let sdks = options.sdks.as_ref();
        let sdks = sdks.ok_or("the SDKs are needed: `cargo xtask bench` installs them, `--only` leaves them out")?;
        side_by_side::side_by_side(artefacts, sdks)
    }),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A goal that is missed is shown, a figure that could not be measured ends it.
fn run() -> Result<(), Failure> {
    let options = Options::of(std::env::args().skip(1), &PARTS.map(|(name, _)| name))?;
    println!("{}\n", machine()?);
    let artefacts = Artefacts::make()?;
    let mut goals = Vec::new();
    for (name, measure) in PARTS.into_iter().filter(|(name, _)| options.wants(name)) {
        let section = measure(&artefacts, &options).map_err(|failure| format!("{name}: {failure}"))?;
        println!("{section}");
        goals.extend(section.goals());
    }
    print!("{}", report::verdict(&goals));
    Ok(())
}

/// What the figures are of. Whatever else computes makes them worse, so the load before is printed where the system has it.
fn machine() -> Result<String, Failure> {
    let processors = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg").ok();
    let load = load.as_deref().and_then(|load| load.split(' ').next());
    let load = load.map(|load| format!(", load {load} in the minute before")).unwrap_or_default();
    Ok(format!("{processors} processors{load}"))
}
