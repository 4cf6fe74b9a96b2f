//! What real servers were recorded to do, and few expect: faults that most plans have.

use std::time::Duration;

use fake_daytona::EntrypointBehavior;

use super::rng::{Rng, minutes};
use super::session::Session;

/// All of it. The default is none of it.
#[derive(Clone, Debug, Default)]
pub struct Oddities {
    /// They were asked for, even where chance brings none of them.
    pub drawn: bool,
    /// What a look-up by name has found is kept for ten seconds, and so is that it found nothing.
    pub kept_lookups: bool,
    /// Odd replies of a thousand exchanges: pages, cursors that lead nowhere, compressed bodies, lost races.
    pub odd_replies: u64,
    /// Milliseconds by which the header `Date` is ahead.
    pub date_ahead: i64,
    /// Minutes east of Greenwich in which moments are written.
    pub offset: Option<i32>,
    /// Every request takes this long.
    pub delay: Duration,
    /// The key of another organization is good at the same server.
    pub foreign_key: bool,
    /// That organization has a sandbox, whose reply tells which organization the key is of. Where it has none, and the server
    /// does not tell it of the key itself, nobody can know that the key is a wrong one.
    pub foreign_sandbox: bool,
    /// Somebody comes with a URL that leads to the dashboard.
    pub dashboard: bool,
    /// When somebody copies a sandbox of the platform, labels and all.
    pub copies: Vec<Duration>,
    /// Stops kill, and leave the exit code of what had ended.
    pub hard_stops: bool,
    /// When the address of the platform is locked out for a minute, because somebody else there had wrong keys.
    pub lockouts: Vec<Duration>,
    /// When the organization is suspended, and for how long.
    pub suspension: Option<(Duration, Duration)>,
    /// When the server is under maintenance, and for how long.
    pub maintenance: Option<(Duration, Duration)>,
    /// Sessions whose environment is longer than the server reads.
    pub too_large: Vec<usize>,
    /// Sessions that are ended and provisioned again within seconds.
    pub again: Vec<Again>,
    /// Sessions that are parked when their agent has just ended, where stops are hard.
    pub parked_late: Vec<usize>,
}

/// The words by which each of them is left out.
pub const WORDS: [&str; 14] = [
    "lookups",
    "odd-replies",
    "dates",
    "offsets",
    "delay",
    "foreign-key",
    "dashboard",
    "copies",
    "hard-stops",
    "lockouts",
    "suspension",
    "maintenance",
    "too-large",
    "again",
];

impl Oddities {
    /// Drawn from a sequence of their own, so that nothing else of a plan depends on them.
    pub fn draw(rng: &mut Rng, sessions: &[Session]) -> Self {
        let some = |rng: &mut Rng, chance, most: u64| -> Vec<Duration> {
            let count = if rng.percent(chance) { rng.between(1, most) } else { 0 };
            (0..count).map(|_| rng.time(Duration::ZERO, minutes(120))).collect()
        };
        let period = |rng: &mut Rng, chance, longest| {
            let at = rng.time(Duration::ZERO, minutes(180));
            let lasts = rng.time(minutes(1), longest);
            rng.percent(chance).then_some((at, lasts))
        };
        let hours = 3_600_000;
        Self {
            drawn: true,
            kept_lookups: rng.percent(60),
            odd_replies: rng.pick(&[0, 0, 10, 50]),
            date_ahead: rng.pick(&[0, 0, 0, -hours, hours, -26 * hours, 26 * hours, -90_000, 90_000]),
            offset: rng.pick(&[None, None, Some(120), Some(-330)]),
            delay: Duration::from_millis(rng.pick(&[0, 0, 0, 300, 2_000, 6_000])),
            foreign_key: rng.percent(30),
            dashboard: rng.percent(30),
            copies: some(rng, 30, 3),
            hard_stops: rng.percent(40),
            lockouts: some(rng, 20, 2),
            suspension: period(rng, 15, minutes(30 * 60)),
            maintenance: period(rng, 20, minutes(40)),
            too_large: sessions.iter().filter(|_| rng.percent(4)).map(|session| session.number).collect(),
            again: sessions.iter().filter_map(|session| Again::draw(rng, session)).collect(),
            parked_late: sessions.iter().filter(|_| rng.percent(50)).map(|session| session.number).collect(),
            foreign_sandbox: rng.percent(60),
        }
    }

    /// It is parked when its agent has just ended, not at a time.
    pub fn parks_late(&self, session: &Session) -> bool {
        self.hard_stops
            && self.parked_late.contains(&session.number)
            && matches!(session.behavior, EntrypointBehavior::Exits { .. })
    }

    /// The same without what this word stands for.
    pub fn without(&mut self, word: &str) {
        match word {
            "lookups" => self.kept_lookups = false,
            "odd-replies" => self.odd_replies = 0,
            "dates" => self.date_ahead = 0,
            "offsets" => self.offset = None,
            "delay" => self.delay = Duration::ZERO,
            "foreign-key" => (self.foreign_key, self.foreign_sandbox) = (false, false),
            "dashboard" => self.dashboard = false,
            "copies" => self.copies.clear(),
            "hard-stops" => {
                self.hard_stops = false;
                self.parked_late.clear();
            }
            "lockouts" => self.lockouts.clear(),
            "suspension" => self.suspension = None,
            "maintenance" => self.maintenance = None,
            "too-large" => self.too_large.clear(),
            "again" => self.again.clear(),
            _ => {}
        }
    }

    /// None of it makes anything go wrong that goes right elsewhere.
    pub fn are_calm(&self) -> bool {
        let none =
            self.copies.is_empty() && self.lockouts.is_empty() && self.too_large.is_empty() && self.again.is_empty();
        let always = self.suspension.is_none() && self.maintenance.is_none() && self.odd_replies == 0;
        none && always && !self.kept_lookups && !self.hard_stops && self.delay.is_zero()
    }
}

/// A session that is ended and provisioned again: when that happens, and what goes wrong with the second sandbox.
#[derive(Clone, Copy, Debug)]
pub struct Again {
    pub session: usize,
    /// Counted from the session's beginning.
    pub at: Duration,
    pub trouble: Trouble,
}

/// What goes wrong with the second sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// The reply to the create is lost.
    LostReply,
    /// Its build fails, and it is provisioned once more.
    FailedBuild,
}

impl Again {
    /// For some sessions, early enough that most are still wanted.
    pub fn draw(rng: &mut Rng, session: &Session) -> Option<Self> {
        let at = rng.time(minutes(1), minutes(10).max(session.lasts / 2));
        let trouble = rng.pick(&[Trouble::None, Trouble::LostReply, Trouble::FailedBuild]);
        rng.percent(40).then_some(Self { session: session.number, at, trouble })
    }
}
