//! What happens in one simulated organization: drawn from a number, and cut down when a failure is made smaller.

use std::fmt;
use std::time::Duration;

use fake_daytona::{EntrypointBehavior, Generation};

use super::oddities::{self, Oddities};
use super::rng::{Rng, minutes};
use super::session::{LONGEST_PAUSE, Session};
use super::tasks::{self, Tasks};

/// One organization on one server, with everything that will befall it.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub generation: Generation,
    /// Faults of a thousand exchanges.
    pub weather: u64,
    /// How many faults there are at most.
    pub faults: usize,
    /// Answers of a proxy that is no Daytona, of a thousand reads and deletes.
    pub liars: u64,
    /// How far the list runs behind.
    pub lag: Duration,
    /// Starts and builds that fail, by the time at which the next one is chosen.
    pub failures: Vec<Duration>,
    /// How long starting takes.
    pub start: Duration,
    /// Sandboxes of others in the same organization.
    pub strangers: bool,
    /// How often the platform looks for what was left behind, and how old that has to be.
    pub reconciles: Duration,
    pub min_age_sec: u32,
    pub sessions: Vec<Session>,
    pub oddities: Oddities,
    pub tasks: Tasks,
}

/// What is left out of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Only these sessions.
    pub keep: Option<Vec<usize>>,
    /// No more faults than these.
    pub faults: Option<usize>,
    /// Each of these by its word in [`Cuts::words`].
    pub without: Vec<&'static str>,
}

impl Cuts {
    /// Every word, those of oddities last.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Self::WORDS.into_iter().chain(oddities::WORDS).chain(tasks::WORDS)
    }

    /// The words of what only a plan with oddities has.
    pub fn odd_words() -> impl Iterator<Item = &'static str> {
        oddities::WORDS.into_iter()
    }

    /// What can be left out of every plan as a whole.
    pub const WORDS: [&'static str; 11] = [
        "crashes",
        "twins",
        "failures",
        "liars",
        "lag",
        "swaps",
        "confusion",
        "strangers",
        "drift",
        "extensions",
        "parking",
    ];
}

impl fmt::Display for Cuts {
    /// As arguments of the program that replays it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(keep) = &self.keep {
            let numbers: Vec<_> = keep.iter().map(usize::to_string).collect();
            write!(f, " --keep {}", numbers.join(","))?;
        }
        if let Some(faults) = self.faults {
            write!(f, " --faults {faults}")?;
        }
        if !self.without.is_empty() {
            write!(f, " --without {}", self.without.join(","))?;
        }
        Ok(())
    }
}

impl Plan {
    /// The plan of this number without oddities.
    pub fn plain(seed: u64) -> Self {
        let root = Rng::new(seed);
        let mut rng = root.part(0);
        let generation = rng.pick(&Generation::ALL);
        let weather = rng.pick(&[0, 0, 10, 30, 100, 250]);
        let count = rng.between(3, 9) as usize;
        let failures = (0..rng.pick(&[0, 0, 1, 3])).map(|_| rng.time(Duration::ZERO, minutes(60))).collect();
        Self {
            seed,
            generation,
            weather,
            faults: usize::MAX,
            liars: rng.pick(&[0, 0, 0, 20]),
            lag: Duration::from_secs(rng.pick(&[0, 0, 3, 20])),
            failures,
            start: Duration::from_millis(rng.pick(&[400, 5_000, 40_000])),
            strangers: rng.percent(60),
            reconciles: minutes(rng.pick(&[10, 30, 90])),
            min_age_sec: rng.pick(&[60, 600, 1_800]),
            sessions: (0..count).map(|number| Session::draw(seed, number, root.part(1 + number as u64))).collect(),
            oddities: Oddities::default(),
            tasks: Tasks::default(),
        }
    }

    /// The same with less in it.
    pub fn cut(mut self, cuts: &Cuts) -> Self {
        if let Some(keep) = &cuts.keep {
            self.sessions.retain(|session| keep.contains(&session.number));
        }
        self.faults = cuts.faults.unwrap_or(self.faults);
        for word in &cuts.without {
            match *word {
                "crashes" => self.sessions.iter_mut().for_each(|session| session.crashes.clear()),
                "twins" => self.sessions.iter_mut().for_each(|session| session.twin = None),
                "swaps" => self.sessions.iter_mut().for_each(|session| session.swap = None),
                "confusion" => self.sessions.iter_mut().for_each(|session| session.confusion.clear()),
                "drift" => self.sessions.iter_mut().for_each(|session| session.drifts = false),
                "extensions" => self.sessions.iter_mut().for_each(|session| session.extends = None),
                "parking" => self.sessions.iter_mut().for_each(|session| session.parks = None),
                "failures" => self.failures.clear(),
                "liars" => self.liars = 0,
                "lag" => self.lag = Duration::ZERO,
                "strangers" => {
                    self.strangers = false;
                    self.sessions.iter_mut().for_each(|session| session.taken = false);
                }
                word if tasks::WORDS.contains(&word) => self.tasks.without(word),
                odd => self.oddities.without(odd),
            }
        }
        self
    }

    /// Nothing of the server or the way to it ever goes wrong.
    pub fn is_calm(&self) -> bool {
        (self.weather == 0 || self.faults == 0)
            && self.liars == 0
            && self.failures.is_empty()
            && self.oddities.are_calm()
            && self.tasks.failing_captures == 0
    }
}

impl Plan {
    /// The plan of this number. One in four is without oddities, and in those the platform begins with the first release,
    /// which knew none of them: what it has made has to end under today's version.
    pub fn draw(seed: u64) -> Self {
        let plan = if Rng::new(seed).part(5_001).percent(75) { Self::odd(seed) } else { Self::plain(seed) };
        plan.with_tasks_by_chance()
    }

    /// The plan of this number with oddities.
    pub fn odd(seed: u64) -> Self {
        let mut plan = Self::plain(seed);
        plan.oddities = Oddities::draw(&mut Rng::new(seed).part(5_000), &plan.sessions);
        plan
    }

    /// With agents that end while nobody looks and are stopped hard before anybody has: so their exit code is what the next
    /// start finds, while they work.
    pub fn settled(mut self) -> Self {
        if self.oddities.hard_stops {
            for session in &mut self.sessions {
                // After the start, a look at the agent is due before the agent ends again.
                let run = session.interval() * 3 / 4;
                if self.oddities.parked_late.contains(&session.number) && session.lasts > run * 2 + LONGEST_PAUSE {
                    session.behavior = EntrypointBehavior::Exits { after: run, code: 3 };
                    session.parks = Some((run, false));
                }
            }
        }
        self
    }
}

impl Plan {
    /// The same plan, in which sessions have something to do.
    pub fn with_tasks(mut self) -> Self {
        let mut rng = Rng::new(self.seed).part(6_000);
        // On older servers nobody is told where a sandbox's toolbox is, so nothing can be done there.
        if !self.generation.has_activity() && rng.percent(90) {
            let able: Vec<_> = Generation::ALL.into_iter().filter(|generation| generation.has_activity()).collect();
            self.generation = rng.pick(&able);
        }
        self.tasks = Tasks::draw(&mut rng, &mut self.sessions, self.seed);
        self
    }

    /// The same for one plan in two.
    pub fn with_tasks_by_chance(self) -> Self {
        if Rng::new(self.seed).part(6_001).percent(50) { self.with_tasks() } else { self }
    }

    /// How plans are drawn that have oddities, and in which sessions have something to do: always, never, or by chance.
    pub fn drawing(oddities: Option<bool>, tasks: Option<bool>) -> fn(u64) -> Self {
        match (oddities, tasks) {
            (None, None) => Self::draw,
            (Some(true), Some(true)) => |seed| Self::odd(seed).with_tasks(),
            (Some(true), Some(false)) => Self::odd,
            (Some(true), None) => |seed| Self::odd(seed).with_tasks_by_chance(),
            (Some(false), Some(true)) => |seed| Self::plain(seed).with_tasks(),
            (Some(false), Some(false)) => Self::plain,
            (Some(false), None) => |seed| Self::plain(seed).with_tasks_by_chance(),
            (None, Some(true)) => |seed| {
                if Self::draw(seed).oddities.drawn {
                    Self::odd(seed).with_tasks()
                } else {
                    Self::plain(seed).with_tasks()
                }
            },
            (None, Some(false)) => {
                |seed| if Self::draw(seed).oddities.drawn { Self::odd(seed) } else { Self::plain(seed) }
            }
        }
    }
}
