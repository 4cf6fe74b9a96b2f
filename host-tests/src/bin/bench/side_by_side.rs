//! Create, get and delete by the host and by what platforms use now, in one run against the same server.
//!
//! Server and clients share one processor, so that nothing of what is compared depends on where the system runs it. Rounds
//! take turns and ratios are of one round, because a machine is not as fast in one minute as in the next.

use std::process::Command;
use std::thread;

use crate::Failure;
use crate::artefacts::Artefacts;
use crate::clients::{Client, Cycle, Gate};
use crate::report::{Section, figure, grouped, micros, millis};
use crate::sdk::Sdks;
use crate::server::{Counts, Server, beside};
use crate::stats::{Sample, ratios};

/// Rounds that count.
const ROUNDS: usize = 21;

/// Cycles before, as rounds: compilers that work at run time are through with it by then.
const WARMING_UP: u32 = 10;

/// How often a client is started until its first request.
const STARTS: usize = 11;

const MIB: f64 = (1 << 20) as f64;

/// The clients, in the order of the columns.
const NAMES: [&str; 5] = ["host, warm", "host, fresh", "plain Rust", "TypeScript", "Python"];
const WARM: usize = 0;
const FRESH: usize = 1;
const PLAIN: usize = 2;
const TYPESCRIPT: usize = 3;
const PYTHON: usize = 4;

/// Cycles of a round: a few hundredths of a second of work for the SDKs, more for the others.
const CYCLES: [u32; 5] = [200, 200, 200, 10, 10];

/// The row below one of medians.
const SPREAD: &str = "  half of the rounds lie within";

/// What was measured of one client.
struct Measured {
    cycles: Vec<Cycle>,
    /// Its requests in the rounds that count, and all of its connections.
    seen: Counts,
    first_request: Sample,
    /// Bytes.
    peak_memory: u64,
}

impl Measured {
    fn wall(&self) -> Vec<f64> {
        self.cycles.iter().map(|cycle| cycle.wall).collect()
    }

    fn cpu(&self) -> Vec<f64> {
        self.cycles.iter().map(|cycle| cycle.cpu).collect()
    }
}

/// Measures in a thread that is tied to one processor, and so are the processes that it starts.
pub fn side_by_side(artefacts: &Artefacts, sdks: &Sdks) -> Result<Section, Failure> {
    let gate = Gate::open()?;
    let processors = core_affinity::get_core_ids().unwrap_or_default();
    let last = *processors.last().ok_or("the system does not say which processors there are")?;
    let measured = thread::scope(|scope| {
        let work = scope.spawn(move || {
            if !core_affinity::set_for_current(last) {
                return Err("this process cannot be tied to one processor".into());
            }
            measure(artefacts, sdks, &gate)
        });
        work.join().unwrap_or_else(|_| Err("the measuring thread has panicked".into()))
    })?;
    table(&measured)
}

fn programs(artefacts: &Artefacts, sdks: &Sdks) -> Result<[Command; 5], Failure> {
    let host = |kind: &str| -> Result<Command, Failure> {
        let mut command = Command::new(beside("client-host")?);
        command.arg(&artefacts.precompiled).arg(kind);
        Ok(command)
    };
    Ok([host("warm")?, host("fresh")?, Command::new(beside("client-plain")?), sdks.typescript(), sdks.python()])
}

fn measure(artefacts: &Artefacts, sdks: &Sdks, gate: &Gate) -> Result<Vec<Measured>, Failure> {
    let mut server = Server::start()?;
    let mut starts = NAMES.map(|_| Vec::with_capacity(STARTS));
    for _ in 0..STARTS {
        for (index, program) in programs(artefacts, sdks)?.into_iter().enumerate() {
            let first = gate.first_request(program, &server.key);
            starts[index].push(first.map_err(|failure| format!("{}: {failure}", NAMES[index]))?);
        }
    }

    let mut clients = Vec::with_capacity(NAMES.len());
    for mut program in programs(artefacts, sdks)? {
        server.known_to(&mut program);
        clients.push(Client::start(program)?);
    }
    let mut cycles = NAMES.map(|_| Vec::with_capacity(ROUNDS));
    let mut seen = [Counts::default(); NAMES.len()];
    for round in 0..=ROUNDS {
        for (index, client) in clients.iter_mut().enumerate() {
            let before = server.counts()?;
            let count = if round == 0 { CYCLES[index] * WARMING_UP } else { CYCLES[index] };
            let cycle = client.round(count).map_err(|failure| format!("{}: {failure}", NAMES[index]))?;
            let after = server.counts()?.since(before);
            seen[index].connections += after.connections;
            if round > 0 {
                seen[index].requests += after.requests;
                cycles[index].push(cycle);
            }
        }
    }
    let measured = clients.iter().zip(starts).zip(cycles).zip(seen).map(|(((client, starts), cycles), seen)| {
        Ok(Measured { cycles, seen, first_request: Sample::of(starts)?, peak_memory: client.peak_memory()? })
    });
    measured.collect()
}

fn table(measured: &[Measured]) -> Result<Section, Failure> {
    let of = |what: fn(&Measured) -> Vec<f64>| measured.iter().map(what).collect::<Vec<_>>();
    let (walls, cpus) = (of(Measured::wall), of(Measured::cpu));
    // The rounds of every client, compared with those of one.
    let compared = |rounds: &[Vec<f64>], with: usize| -> Result<Vec<Sample>, Failure> {
        rounds.iter().map(|ours| ratios(ours, &rounds[with])).collect()
    };
    let medians = |samples: &[Sample]| samples.iter().map(|sample| figure(sample.median())).collect::<Vec<_>>();
    let spreads = |samples: &[Sample]| {
        let spread = |sample: &Sample| format!("{:.2}–{:.2}", sample.quantile(0.25), sample.quantile(0.75));
        samples.iter().map(spread).collect::<Vec<_>>()
    };
    let each = |rounds: &[Vec<f64>]| -> Result<Vec<String>, Failure> {
        rounds.iter().map(|times| Ok(micros(Sample::of(times.clone())?.median()))).collect()
    };

    let mut section = Section::new("Create, get, delete, side by side", &NAMES);
    section.row("wall time of a cycle, µs", each(&walls)?);
    let wall = compared(&walls, PLAIN)?;
    section.row("wall time ÷ plain Rust's", medians(&wall)).at_most("warm", wall[WARM].median(), 1.3, "");
    section.row(SPREAD, spreads(&wall));
    section.row("processor time of a cycle, µs", each(&cpus)?);
    let cpu = compared(&cpus, PLAIN)?;
    let row = section.row("processor time ÷ plain Rust's", medians(&cpu));
    row.at_most("warm", cpu[WARM].median(), 1.5, "");
    row.at_most("fresh", cpu[FRESH].median(), 3.0, "");
    section.row(SPREAD, spreads(&cpu));
    for (name, ours) in [("processor time ÷ the warm host's", WARM), ("processor time ÷ the fresh host's", FRESH)] {
        let cpu = compared(&cpus, ours)?;
        let row = section.row(name, medians(&cpu));
        row.at_least("TypeScript", cpu[TYPESCRIPT].median(), 10.0, "");
        row.at_least("Python", cpu[PYTHON].median(), 10.0, "");
    }
    let requests = |(one, cycles): (&Measured, u32)| {
        figure(one.seen.requests as f64 / (one.cycles.len() as f64 * f64::from(cycles)))
    };
    section.row("requests of a cycle", measured.iter().zip(CYCLES).map(requests));
    section.row("connections, of all cycles", measured.iter().map(|one| grouped(one.seen.connections)));
    let first = |client: usize| measured[client].first_request.median();
    section
        .row("from the start to the first request, ms", (0..NAMES.len()).map(|client| millis(first(client))))
        .at_most("host", first(FRESH).max(first(WARM)) * 1e3, 6.0, " ms");
    section.row("peak memory, MiB", measured.iter().map(|one| figure(one.peak_memory as f64 / MIB)));
    Ok(section)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that takes so many microseconds in one round and ten times as long in the next.
    fn client(wall: f64, cpu: f64, cycles: u32) -> Measured {
        let cycle = |scale: f64| Cycle { wall: wall * scale * 1e-6, cpu: cpu * scale * 1e-6 };
        Measured {
            cycles: vec![cycle(1.0), cycle(10.0)],
            seen: Counts { connections: 1, requests: u64::from(cycles) * 6 },
            first_request: Sample::of(vec![0.005]).expect("a start"),
            peak_memory: 3 << 20,
        }
    }

    #[test]
    fn a_client_is_compared_with_another_s_same_round_and_held_to_its_goals() {
        let [warm, fresh, plain, typescript, python] = CYCLES;
        let section = table(&[
            client(120.0, 100.0, warm),
            client(300.0, 250.0, fresh),
            client(100.0, 80.0, plain),
            client(9_000.0, 2_000.0, typescript),
            client(9_000.0, 900.0, python),
        ])
        .expect("a table");
        let goals: Vec<(String, bool)> = section.goals().collect();
        let goals: Vec<(&str, bool)> = goals.iter().map(|(goal, met)| (goal.as_str(), *met)).collect();
        assert_eq!(
            goals,
            [
                ("wall time ÷ plain Rust's: warm ≤ 1.3", true),
                ("processor time ÷ plain Rust's: warm ≤ 1.5", true),
                ("processor time ÷ plain Rust's: fresh ≤ 3", false),
                ("processor time ÷ the warm host's: TypeScript ≥ 10", true),
                ("processor time ÷ the warm host's: Python ≥ 10", false),
                ("processor time ÷ the fresh host's: TypeScript ≥ 10", false),
                ("processor time ÷ the fresh host's: Python ≥ 10", false),
                ("from the start to the first request, ms: host ≤ 6 ms", true),
            ]
        );
        let text = section.to_string();
        let figures = |row: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(row)).expect("the row is there");
            line.split_whitespace().take(5).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(figures("wall time ÷ plain Rust's"), ["1.20", "3.00", "1.00", "90.0", "90.0"]);
        assert_eq!(figures("half of the rounds lie within")[0], "1.20–1.20");
        assert_eq!(figures("requests of a cycle"), ["3.00"; 5]);
        assert_eq!(figures("from the start to the first request, ms"), ["5.00"; 5]);
        assert_eq!(figures("peak memory, MiB"), ["3.00"; 5]);
    }
}
