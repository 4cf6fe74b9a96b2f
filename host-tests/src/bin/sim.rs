//! Runs the simulation: `sim --sessions 2000 --seed 1`. A failure ends in the command that replays the smallest form of it.

use std::io::Write as _;
use std::process::ExitCode;

use fake_daytona::Timestamp;
use host_tests::sim::{Cuts, Plan, Report, Sabotage, many, run};

const USAGE: &str = "sim [--sessions N] [--seed S] [--threads T]    as many organizations from S on as make N sessions
sim --seed S --replay [--keep 0,2] [--faults N] [--without crashes,…] [--journal]    one organization
with either: [--new-faults|--no-new-faults]    every plan, or none, has what real servers do and few expect: look-ups that
                                    are kept, dates that are off, copies, odd replies; without, three plans of four have it
with either: [--tasks|--no-tasks]    sessions of every plan, or of none, run commands and workers and make snapshots;
                                    without, those of one plan in two do
with many:   [--no-shrink]         failures are told as they are, which is quicker than making them smaller
with either: [--sabotage WORD]    something broken on purpose, which has to be noticed";

/// What the command line asks for.
struct Options {
    sessions: usize,
    seed: u64,
    threads: usize,
    replay: bool,
    journal: bool,
    shrinks: bool,
    cuts: Cuts,
    sabotage: Sabotage,
    draw: fn(u64) -> Plan,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("{why}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let passed = if options.replay { replay(&options) } else { simulate(&options) };
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        sessions: 2_000,
        seed: 1,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        replay: false,
        journal: false,
        shrinks: true,
        cuts: Cuts::default(),
        sabotage: Sabotage::Nothing,
        draw: Plan::draw,
    };
    let (mut oddities, mut tasks) = (None, None);
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--replay" => options.replay = true,
            "--journal" => options.journal = true,
            "--no-shrink" => options.shrinks = false,
            "--new-faults" => oddities = Some(true),
            "--no-new-faults" => oddities = Some(false),
            "--tasks" => tasks = Some(true),
            "--no-tasks" => tasks = Some(false),
            _ => {
                let value = arguments.next().ok_or(format!("{name} needs a value"))?;
                let number = || value.parse::<usize>().map_err(|error| format!("{name} {value}: {error}"));
                match name.as_str() {
                    "--sessions" => options.sessions = number()?,
                    "--seed" => options.seed = value.parse().map_err(|error| format!("--seed {value}: {error}"))?,
                    "--threads" => options.threads = number()?.max(1),
                    "--faults" => options.cuts.faults = Some(number()?),
                    "--keep" => {
                        let numbers = value.split(',').map(str::parse).collect::<Result<_, _>>();
                        options.cuts.keep = Some(numbers.map_err(|error| format!("--keep {value}: {error}"))?);
                    }
                    "--without" => {
                        for word in value.split(',') {
                            let known = Cuts::words().find(|known| *known == word);
                            options.cuts.without.push(known.ok_or_else(|| {
                                format!("--without {word}: one of {:?}", Cuts::words().collect::<Vec<_>>())
                            })?);
                        }
                    }
                    "--sabotage" => {
                        let known = Sabotage::WORDS.into_iter().find(|(word, _)| *word == value);
                        options.sabotage = known.ok_or(format!("--sabotage {value}: not known"))?.1;
                    }
                    _ => return Err(format!("{name} is not known")),
                }
            }
        }
    }
    options.draw = Plan::drawing(oddities, tasks);
    Ok(options)
}

fn simulate(options: &Options) -> bool {
    let mut sum = many(options.draw, options.seed, options.sessions, options.threads, &options.cuts, options.sabotage);
    sum.shrinks = options.shrinks;
    print!("{sum}");
    sum.broken.is_empty()
}

fn replay(options: &Options) -> bool {
    let report = run((options.draw)(options.seed).cut(&options.cuts), options.sabotage);
    let mut text = format!("{:#?}\n", report.plan);
    if options.journal {
        timeline(&report).into_iter().for_each(|line| text.extend([line, "\n".to_owned()]));
    }
    text += &format!("{} requests, {} faults, {} sandboxes\n", report.requests.len(), report.faults, report.sandboxes);
    report.violations.iter().for_each(|violation| text += &format!("{violation}\n"));
    // Whoever looks at the beginning only may close the pipe.
    let _ = std::io::stdout().write_all(text.as_bytes());
    report.violations.is_empty()
}

/// What hosts got as results and what reached the server, in order of time.
fn timeline(report: &Report) -> Vec<String> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    for request in &report.requests {
        let status = request.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let fault = request.fault.unwrap_or_default();
        lines.push((request.at.as_millis(), format!("    {} {} {status} {fault}", request.method, request.route)));
    }
    for entry in &report.journal {
        let line = format!("{} {:<10} {}", entry.who(), entry.verb, entry.outcome);
        lines.push((entry.ended.as_millis(), line));
    }
    // Stable: what happened at the same moment stays in its order.
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, line)| format!("{} {line}", Timestamp::from_millis(at).rfc3339())).collect()
}
