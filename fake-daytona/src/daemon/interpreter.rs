//! A small interpreter of the lines that start `sh` with words: which word means what is all that it knows of them.

use std::fmt::Write as _;
use std::time::Duration;

use super::Program;
use super::process::{Process, Standing};
use crate::clock::Timestamp;
use crate::world::{Key, World};

/// What comes of a line now.
pub(crate) enum Outcome {
    /// Code and output.
    Done(i32, String),
    /// It goes on until then at least: ask again.
    Waits(Timestamp),
}

/// A line that is being carried out.
#[derive(Default)]
pub(crate) struct Progress {
    started: bool,
}

/// Carries a line out as far as that is possible now. None where it is not a line of this kind.
pub(crate) fn run(
    world: &mut World,
    key: Key,
    words: &[String],
    now: Timestamp,
    progress: &mut Progress,
) -> Option<Outcome> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ["sh", "-c", script, "sh", rest @ ..] = words.as_slice() else { return None };
    world.forget_processes_of_earlier_runs(key);
    match rest {
        ["start", mark, directory, digest, mode, limit, timeout, _grace, place, words @ ..] => {
            let line = Start { script, mark, directory, digest, mode, limit, timeout, place, words };
            Some(start(world, key, &line, now, progress))
        }
        ["read", mark, directory, out, err, most, run] => {
            let mut numbers = [out, err, most].map(|number| number.parse::<usize>().unwrap_or_default());
            // Offsets of another run of the sandbox mean nothing.
            if *run != run_of(world, key).to_string() {
                numbers[..2].fill(0);
            }
            Some(Outcome::Done(0, read(world, key, mark, directory, numbers, now)))
        }
        ["kill", mark, directory, ..] => Some(Outcome::Done(0, kill(world, key, mark, directory, now))),
        ["look", mark, ..] => Some(Outcome::Done(0, look(world, key, mark, now))),
        _ => None,
    }
}

struct Start<'a> {
    script: &'a str,
    mark: &'a str,
    directory: &'a str,
    digest: &'a str,
    mode: &'a str,
    limit: &'a str,
    timeout: &'a str,
    place: &'a str,
    words: &'a [&'a str],
}

fn start(world: &mut World, key: Key, line: &Start<'_>, now: Timestamp, progress: &mut Progress) -> Outcome {
    let tell = |what: &str| Outcome::Done(0, format!("\n{} {what}\n", line.mark));
    if line.place.contains("nowhere") {
        return tell("no-directory");
    }
    let is_forgotten = world.forgets_directories && !progress.started;
    let known = world.process(key, line.directory).filter(|_| !is_forgotten).cloned();
    if let Some(known) = &known
        && known.digest != line.digest
    {
        return tell("other");
    }
    let is_new = known.is_none();
    if is_new {
        let (env, argv) = words_of(line.script, line.words);
        let seconds: f64 = line.timeout.parse().unwrap_or_default();
        let process = Process {
            directory: line.directory.to_owned(),
            digest: line.digest.to_owned(),
            launched: line.mode == "launch",
            limit: line.limit.parse().unwrap_or_default(),
            program: world.program(&argv),
            started_at: now,
            timeout: (seconds > 0.0).then(|| Duration::from_secs_f64(seconds)),
            killed_at: None,
        };
        world.add_process(key, argv, env, process);
        progress.started = true;
    }
    if line.mode == "launch" {
        return tell(if progress.started { "new" } else { "again" });
    }
    let Some(process) = world.process(key, line.directory) else { return tell("no-place") };
    if process.standing(now) == Standing::Running {
        return match process.ends_at() {
            Some(end) => Outcome::Waits(end),
            None => Outcome::Waits(now + Duration::from_secs(3600)),
        };
    }
    let most = usize::try_from(process.limit).unwrap_or(usize::MAX);
    Outcome::Done(0, report(process, line.mark, [0, 0], [most, most], run_of(world, key), now))
}

/// Variables and words of the program, as the script runs it.
fn words_of(script: &str, words: &[&str]) -> (Vec<(String, String)>, Vec<String>) {
    let program = script.split_once("exec $session ").and_then(|(_, rest)| rest.split_once(") 2>&4"));
    let program = program.map_or("", |(program, _)| program);
    let has_variables = program.starts_with("env ");
    let env = words.iter().map_while(|word| word.split_once('=')).filter(|_| has_variables);
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let env: Vec<(String, String)> =
        env.take_while(|(name, _)| is_name(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut rest = words.iter().skip(env.len()).map(|word| (*word).to_owned());
    if program.contains("\"$@\"") && !program.contains("\"${") {
        return (env, rest.collect());
    }
    // Listed one by one: empty ones stand in the script itself.
    let mut skipped = env.len();
    let mut argv = Vec::new();
    for token in program.split(' ') {
        if token == "\"\"" {
            argv.push(String::new());
        } else if token.starts_with("\"${") {
            if skipped > 0 {
                skipped -= 1;
            } else {
                argv.extend(rest.next());
            }
        }
    }
    (env, argv)
}

fn read(world: &World, key: Key, mark: &str, directory: &str, [out, err, most]: [usize; 3], now: Timestamp) -> String {
    match world.process(key, directory) {
        None => format!("\n{mark} unknown\n"),
        Some(process) => {
            let rest = most.saturating_sub(process.written(now)[0].len().saturating_sub(out).min(most));
            report(process, mark, [out, err], [most, rest], run_of(world, key), now)
        }
    }
}

/// A number that no other run of the sandbox has.
fn run_of(world: &World, key: Key) -> u64 {
    world.sandbox(key).entrypoint.started_at.map_or(0, crate::clock::Timestamp::as_millis)
}

fn kill(world: &mut World, key: Key, mark: &str, directory: &str, now: Timestamp) -> String {
    match world.process_mut(key, directory) {
        None => format!("\n{mark} unknown\n"),
        Some(process) => {
            if process.standing(now) == Standing::Running {
                process.killed_at = Some(now);
            }
            format!("\n{mark} end ended\n")
        }
    }
}

fn look(world: &World, key: Key, mark: &str, now: Timestamp) -> String {
    let launched = || world.processes_of(key).filter(|process| process.launched);
    let running = launched().filter(|process| process.standing(now) == Standing::Running).count();
    let mut ended: Vec<&Process> = launched().filter(|process| process.standing(now) != Standing::Running).collect();
    ended.sort_by_key(|process| process.ends_at());
    let code = ended.last().map(|process| match process.standing(now) {
        Standing::Ended(code) => code.to_string(),
        _ => "143".to_owned(),
    });
    format!("\n{mark} end {running} {} {}\n", ended.len(), code.as_deref().unwrap_or("-"))
}

fn report(process: &Process, mark: &str, from: [usize; 2], most: [usize; 2], run: u64, now: Timestamp) -> String {
    let (standing, code, how) = match process.standing(now) {
        Standing::Running => ("running", "-".to_owned(), "-"),
        Standing::Ended(code) => ("ended", code.to_string(), "exit"),
        Standing::TimedOut => ("ended", "143".to_owned(), "timeout"),
    };
    let streams = process.written(now);
    let limit = usize::try_from(process.limit).unwrap_or(usize::MAX);
    let part = |index: usize| {
        let kept = &streams[index][..limit.min(streams[index].len())];
        let rest = &kept[from[index].min(kept.len())..];
        rest[..most[index].min(rest.len())].to_vec()
    };
    let (out, err) = (part(0), part(1));
    let mut text = String::new();
    let _ = write!(text, "\n{mark}\n{}\n{mark}\n{}", replaced(&out), replaced(&err));
    let (out_size, err_size) = (streams[0].len(), streams[1].len());
    let _ = writeln!(
        text,
        "\n{mark} end {standing} {code} {how} {} {out_size} {} {err_size} {limit} {run}",
        out.len(),
        err.len()
    );
    text
}

/// Each byte that is no text as a character of its own, as the daemons' JSON has it.
pub(crate) fn replaced(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

impl World {
    /// The program of these words: scripted by all of them or by the first, else one of a few that every image has.
    pub(crate) fn program(&self, argv: &[String]) -> Program {
        if let Some(known) = self.programs.get(&argv.join(" ")).or_else(|| self.programs.get(argv.first()?)) {
            return known.clone();
        }
        let ends = |code, stdout: String| Program { takes: Some(Duration::ZERO), code, stdout, ..Program::default() };
        let words: Vec<&str> = argv.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["true"] => ends(0, String::new()),
            ["false"] => ends(1, String::new()),
            ["echo", rest @ ..] => ends(0, format!("{}\n", rest.join(" "))),
            ["sleep", seconds] => {
                Program { takes: seconds.parse().ok().map(Duration::from_secs_f64), ..Program::default() }
            }
            _ => Program {
                takes: Some(Duration::ZERO),
                code: 127,
                stderr: format!("{}: not found\n", words.first().unwrap_or(&"")),
                ..Program::default()
            },
        }
    }
}
