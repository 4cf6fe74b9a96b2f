//! What happens in one simulated organization: drawn from a number, and cut down when a failure is made smaller.

use std::fmt;
use std::time::Duration;

use fake_daytona::{EntrypointBehavior, Generation};

use super::oddities::{self, Oddities};
use super::rng::{Rng, minutes};
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

/// One session of the platform.
#[derive(Clone, Debug)]
pub struct Session {
    pub number: usize,
    pub id: String,
    pub timeout_sec: Option<u32>,
    pub max_duration_sec: Option<u32>,
    /// What becomes of its agent.
    pub behavior: EntrypointBehavior,
    /// How often each host looks.
    pub poll: Duration,
    /// Two hosts believe that the session is theirs.
    pub twin: Option<Duration>,
    pub begins: Duration,
    /// How long the platform wants it, counted from its beginning.
    pub lasts: Duration,
    pub end: End,
    pub crashes: Vec<Crash>,
    /// Deadline of every call, where the platform sets one.
    pub deadline: Option<Duration>,
    /// When the platform loads the next version of the provider.
    pub swap: Option<Duration>,
    /// After a crash without a handle it asks where the sandbox is, instead of provisioning again.
    pub locates: bool,
    /// When somebody calls with the handle and another organization's key, or another server's URL.
    pub confusion: Vec<Duration>,
    /// A sandbox of somebody else has the name already.
    pub taken: bool,
    /// Who comes later asks for another image.
    pub drifts: bool,
    /// When the session is given more time, and how many seconds.
    pub extends: Option<(Duration, u32)>,
    /// When the platform parks it for a while, and whether in cheap storage.
    pub parks: Option<(Duration, bool)>,
}

/// How the platform's interest ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It terminates the session.
    Terminate,
    /// It forgets the session, as after the loss of its database.
    Forget,
}

/// A host dies, whatever it was doing, and comes back.
#[derive(Clone, Debug)]
pub struct Crash {
    /// Counted from the session's beginning.
    pub at: Duration,
    pub down: Duration,
    /// The handle was not saved, or is lost.
    pub loses_handle: bool,
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

impl Session {
    pub(super) fn draw(seed: u64, number: usize, mut rng: Rng) -> Self {
        let timeout_sec = rng.pick(&[None, Some(300), Some(600), Some(1_800), Some(7_199)]);
        let lasts = match rng.between(0, 9) {
            // Wanted no more before it has come up.
            0 => rng.time(Duration::from_secs(1), minutes(2)),
            1..=5 => rng.time(minutes(5), minutes(90)),
            6..=8 => rng.time(minutes(90), minutes(480)),
            _ => rng.time(minutes(24 * 60), minutes(72 * 60)),
        };
        // Who wants a session for days gives it time to be idle, and looks less often.
        let timeout_sec = if lasts > minutes(720) { Some(7_199) } else { timeout_sec };
        let interval = interval(timeout_sec);
        let poll = (lasts / 60).clamp(Duration::from_secs(15), interval / 3);
        let work = rng.time(minutes(1), lasts.max(minutes(2)));
        let behavior = match rng.between(0, 19) {
            0..=9 => EntrypointBehavior::Exits { after: work, code: rng.pick(&[0, 0, 0, 1, 137]) },
            10..=15 => EntrypointBehavior::Runs,
            16 => EntrypointBehavior::NeverStarts,
            17 => EntrypointBehavior::DaemonDead,
            _ => EntrypointBehavior::LosesNetwork { after: work },
        };
        let crashes = (0..rng.pick(&[0, 0, 0, 1, 1, 2, 4]))
            .map(|_| Crash {
                // Most of what can go wrong goes wrong at the beginning.
                at: if rng.percent(60) {
                    rng.time(Duration::ZERO, Duration::from_secs(20))
                } else {
                    rng.time(Duration::ZERO, lasts)
                },
                down: rng.pick(&[
                    Duration::from_secs(1),
                    Duration::from_secs(15),
                    minutes(3),
                    minutes(45),
                    minutes(300),
                ]),
                loses_handle: rng.percent(50),
            })
            .collect();
        let sometimes = |rng: &mut Rng, chance| rng.percent(chance).then(|| rng.time(Duration::ZERO, lasts));
        Self {
            number,
            id: rng.pick(&[
                format!("sess-{seed}-{number}"),
                format!("Sess {seed}/{number}"),
                format!("会話-{seed}-{number}"),
            ]),
            timeout_sec,
            max_duration_sec: rng.pick(&[None, None, Some(1_200), Some(7_200), Some(86_400)]),
            behavior,
            poll,
            twin: rng.percent(20).then(|| rng.time(Duration::from_millis(1), Duration::from_secs(3))),
            begins: rng.time(Duration::ZERO, minutes(30)),
            lasts,
            end: if rng.percent(85) { End::Terminate } else { End::Forget },
            crashes,
            deadline: rng.pick(&[None, None, Some(Duration::from_secs(5)), Some(Duration::from_secs(45))]),
            swap: sometimes(&mut rng, 30),
            locates: rng.percent(30),
            confusion: sometimes(&mut rng, 30).into_iter().collect(),
            taken: rng.percent(3),
            drifts: rng.percent(15),
            extends: sometimes(&mut rng, 20).map(|at| (at, rng.pick(&[60, 1_800, 14_400]))),
            parks: sometimes(&mut rng, 15).map(|at| (at, rng.percent(50))),
        }
    }

    /// How long its sandbox may be idle.
    pub fn interval(&self) -> Duration {
        interval(self.timeout_sec)
    }

    /// When the platform's interest ends, counted from the beginning of all.
    pub fn ends(&self) -> Duration {
        self.begins + self.lasts
    }
}

fn interval(timeout_sec: Option<u32>) -> Duration {
    minutes(timeout_sec.map_or(30, |seconds| u64::from(seconds.div_ceil(60))))
}
