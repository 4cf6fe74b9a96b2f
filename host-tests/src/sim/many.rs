//! Many plans, one after the other on each thread, and what they came to together.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Cuts, Plan, Report, Sabotage, run, shrink};

/// Most seeds that are named for a broken promise, beside the first.
const MOST_SEEDS: usize = 40;

/// What many organizations together came to.
#[derive(Debug, Default)]
pub struct Sum {
    pub organizations: usize,
    pub sessions: usize,
    pub sandboxes: usize,
    pub programs: usize,
    pub calls: usize,
    pub requests: usize,
    pub faults: usize,
    pub crashes: usize,
    /// Virtual time.
    pub lasted: Duration,
    /// Real time.
    pub took: Duration,
    /// Sessions by generation of their server.
    pub generations: BTreeMap<String, usize>,
    /// By promise, the seeds that broke it, each with the first violation.
    pub broken: BTreeMap<&'static str, BTreeMap<u64, String>>,
    /// Whether the first failure of each promise is made smaller, which runs its plan many times.
    pub shrinks: bool,
    sabotage: Sabotage,
    draw: Option<fn(u64) -> Plan>,
}

/// Runs as many plans from this seed on as make so many sessions.
pub fn many(draw: fn(u64) -> Plan, seed: u64, sessions: usize, threads: usize, cuts: &Cuts, sabotage: Sabotage) -> Sum {
    let begun = Instant::now();
    let sum = Mutex::new(Sum { shrinks: true, sabotage, draw: Some(draw), ..Sum::default() });
    let next = AtomicU64::new(seed);
    let planned = AtomicUsize::new(0);
    let work = || {
        while planned.load(Ordering::SeqCst) < sessions {
            let plan = draw(next.fetch_add(1, Ordering::SeqCst)).cut(cuts);
            planned.fetch_add(plan.sessions.len().max(1), Ordering::SeqCst);
            let report = run(plan, sabotage);
            sum.lock().unwrap_or_else(PoisonError::into_inner).add(&report);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    Sum { took: begun.elapsed(), ..sum }
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.organizations += 1;
        self.sessions += report.plan.sessions.len();
        self.sandboxes += report.sandboxes;
        self.programs += report.programs;
        self.calls += report.journal.iter().filter(|entry| !entry.is_event()).count();
        self.crashes += report.journal.iter().filter(|entry| entry.is_crash()).count();
        self.requests += report.requests.len();
        self.faults += report.faults;
        self.lasted += report.lasted;
        *self.generations.entry(report.plan.generation.to_string()).or_default() += report.plan.sessions.len();
        for violation in &report.violations {
            let seeds = self.broken.entry(violation.promise).or_default();
            seeds.entry(report.plan.seed).or_insert_with(|| violation.to_string());
        }
    }
}

impl fmt::Display for Sum {
    /// The numbers, and for each broken promise the command that replays the smallest form of its first failure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} sessions in {} organizations, {} sandboxes, {} programs in them",
            self.sessions, self.organizations, self.sandboxes, self.programs
        )?;
        writeln!(
            f,
            "{} calls, {} requests, {} faults, {} crashes",
            self.calls, self.requests, self.faults, self.crashes
        )?;
        writeln!(f, "{} days in {:.1} s", self.lasted.as_secs() / 86_400, self.took.as_secs_f64())?;
        let generations: Vec<_> = self.generations.iter().map(|(name, count)| format!("{name}: {count}")).collect();
        writeln!(f, "sessions by server: {}", generations.join(", "))?;
        for (promise, seeds) in &self.broken {
            let Some((seed, violation)) = seeds.first_key_value() else { continue };
            writeln!(
                f,
                "\nbroken: {promise}, in {} organizations, first with seed {seed}\n  {violation}",
                seeds.len()
            )?;
            let others: Vec<_> = seeds.keys().skip(1).take(MOST_SEEDS).map(u64::to_string).collect();
            if !others.is_empty() {
                writeln!(f, "  and with seeds {}", others.join(", "))?;
            }
            let draw = self.draw.unwrap_or(Plan::draw);
            let cuts = if self.shrinks { shrink(draw, *seed, promise, self.sabotage) } else { Cuts::default() };
            let (plan, usual) = (draw(*seed), Plan::draw(*seed));
            let odd = match (plan.oddities.drawn, usual.oddities.drawn) {
                (true, false) => " --new-faults",
                (false, true) => " --no-new-faults",
                _ => "",
            };
            let busy = match (plan.tasks.drawn, usual.tasks.drawn) {
                (true, false) => " --tasks",
                (false, true) => " --no-tasks",
                _ => "",
            };
            let word = Sabotage::WORDS.into_iter().find(|(_, known)| *known == self.sabotage);
            let sabotage = word.map_or_else(String::new, |(word, _)| format!(" --sabotage {word}"));
            writeln!(f, "  replay: cargo xtask sim --seed {seed} --replay --journal{odd}{busy}{cuts}{sabotage}")?;
        }
        if self.broken.is_empty() {
            writeln!(f, "every promise was kept")?;
        }
        Ok(())
    }
}
