//! One session of the platform: what it is, how long it is wanted, and what happens to it.

use std::time::Duration;

use fake_daytona::EntrypointBehavior;

use super::rng::{Rng, minutes};

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

/// How long a parked session is left alone at most.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(600);

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
