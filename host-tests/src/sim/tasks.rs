//! What sessions do beside living: commands, workers in the background, snapshots, and sessions that begin from those.

use std::time::Duration;

use fake_daytona::{Daemon, EntrypointBehavior, FakeDaytona, Program};

use super::rng::{Rng, minutes};
use super::session::{End, Session};

/// All of it. The default is none of it.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    /// They were asked for, even where chance brings none of them.
    pub drawn: bool,
    pub all: Vec<Task>,
    /// Sessions that begin from what another one has captured or prepared.
    pub heirs: Vec<Heir>,
    /// Captures of a hundred that come to nothing, which the server does not tell.
    pub failing_captures: u64,
    /// The daemon in all sandboxes, where it is not the server's own.
    pub daemon: Option<Daemon>,
}

/// Something that one session does once.
#[derive(Clone, Debug)]
pub struct Task {
    pub session: usize,
    pub number: usize,
    /// Counted from the session's beginning.
    pub at: Duration,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Exec(Exec),
    Worker(Worker),
    /// Its sandbox's file system is captured, or what it began from is prepared once more.
    Snapshot(Origin),
}

/// A command that is waited for.
#[derive(Clone, Debug)]
pub struct Exec {
    program: Program,
    /// It has an id of the caller's: both hosts ask for it, and again until there is an answer.
    pub named: bool,
    pub timeout: Option<Duration>,
}

/// A worker with an id of the caller's, which both hosts launch at the same moment.
#[derive(Clone, Debug)]
pub struct Worker {
    program: Program,
    /// Most bytes that are read at once.
    pub most: u32,
    /// When it is killed, counted from its launch.
    pub killed: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Captured,
    /// Captured, and somebody else takes the name at the same moment.
    CapturedTooLate,
    Prepared,
}

/// A session that begins from a snapshot, where there is one by then.
#[derive(Clone, Copy, Debug)]
pub struct Heir {
    pub session: usize,
    /// The session that makes the snapshot.
    of: usize,
    task: usize,
}

/// The words by which each of them is left out.
pub const WORDS: [&str; 4] = ["commands", "workers", "snapshots", "old-daemons"];

/// Numbers of sessions that are added come after all others.
const FIRST_HEIR: usize = 100;

impl Tasks {
    /// Drawn from a sequence of their own, so that nothing else of a plan depends on them.
    pub fn draw(rng: &mut Rng, sessions: &mut Vec<Session>, seed: u64) -> Self {
        let mut tasks = Self {
            drawn: true,
            failing_captures: rng.pick(&[0, 20, 50]),
            daemon: rng.pick(&[None, None, Some(Daemon::V0_190), Some(Daemon::V0_155), Some(Daemon::V0_138)]),
            ..Self::default()
        };
        let mut heirs = Vec::new();
        for session in sessions.iter().filter(|session| session.lasts > minutes(5)) {
            let mut rng = rng.part(session.number as u64);
            if rng.percent(25) {
                continue;
            }
            let mut add = |at, what| {
                let number = tasks.all.len();
                tasks.all.push(Task { session: session.number, number, at, what });
                number
            };
            let within = |rng: &mut Rng| rng.time(minutes(1), session.lasts.min(minutes(240)));
            for _ in 0..rng.between(0, 4) {
                let exec = Exec::draw(&mut rng);
                add(within(&mut rng), What::Exec(exec));
            }
            if rng.percent(50) {
                let worker = Worker::draw(&mut rng, session);
                add(within(&mut rng) / 4, What::Worker(worker));
            }
            if rng.percent(30) {
                let origin = rng.pick(&[Origin::Captured, Origin::Captured, Origin::CapturedTooLate, Origin::Prepared]);
                let at = within(&mut rng) / 2;
                let task = add(at, What::Snapshot(origin));
                let begins = session.begins + at + rng.time(minutes(1), minutes(10));
                heirs.push((session.number, task, begins, rng));
            }
        }
        for (index, (of, task, begins, mut rng)) in heirs.into_iter().enumerate() {
            let number = FIRST_HEIR + index;
            let heir = heir(seed, number, begins, &rng);
            let worker = Worker::draw(&mut rng, &heir);
            let (at, number_of_task) = (rng.time(minutes(1), minutes(3)), tasks.all.len());
            let what = What::Worker(worker);
            tasks.all.push(Task { session: number, number: number_of_task, at, what });
            tasks.heirs.push(Heir { session: number, of, task });
            sessions.push(heir);
        }
        tasks
    }

    /// The same without what this word stands for.
    pub fn without(&mut self, word: &str) {
        match word {
            "commands" => self.all.retain(|task| !matches!(task.what, What::Exec(_))),
            "workers" => self.all.retain(|task| !matches!(task.what, What::Worker(_))),
            "snapshots" => self.all.retain(|task| !matches!(task.what, What::Snapshot(_))),
            "old-daemons" => self.daemon = None,
            _ => {}
        }
    }

    /// What one of a session's two hosts does, in the order of time.
    pub fn of(&self, session: usize, host: usize) -> Vec<Task> {
        let is_shared = |task: &Task| match &task.what {
            What::Exec(exec) => exec.named,
            What::Worker(_) => true,
            What::Snapshot(_) => false,
        };
        let own = self.all.iter().filter(|task| task.session == session && (host == 0 || is_shared(task)));
        let mut own: Vec<Task> = own.cloned().collect();
        own.sort_by_key(|task| (task.at, task.number));
        own
    }

    /// The name of the snapshot that a session begins from, where it is one that does.
    pub fn inherited(&self, session: usize) -> Option<String> {
        let heir = self.heirs.iter().find(|heir| heir.session == session)?;
        Some(snapshot_name(heir.of, heir.task))
    }

    /// Whether the daemon tells in its own session that a launch command has ended.
    pub fn daemon_tells_ends(&self) -> bool {
        self.daemon.is_none_or(|daemon| daemon >= Daemon::V0_155)
    }

    /// Puts the programs into all sandboxes.
    pub fn install(&self, fake: &FakeDaytona, seed: u64) {
        if let Some(daemon) = self.daemon {
            fake.set_daemon(daemon);
        }
        if self.failing_captures > 0 {
            fake.snapshots_fail_by_chance(self.failing_captures as f64 / 100.0, "no space left on device", seed);
        }
        for task in &self.all {
            let program = match &task.what {
                What::Exec(exec) => &exec.program,
                What::Worker(worker) => &worker.program,
                What::Snapshot(_) => continue,
            };
            fake.has_program(&task.program_name(), program.clone());
        }
    }

    /// The program of these words, and for a worker that it is one.
    pub fn program(&self, argv: &[String]) -> Option<&Program> {
        let task = self.all.iter().find(|task| argv.first() == Some(&task.program_name()))?;
        match &task.what {
            What::Exec(exec) => Some(&exec.program),
            What::Worker(worker) => Some(&worker.program),
            What::Snapshot(_) => None,
        }
    }
}

impl Task {
    /// A name that no other task's program has.
    pub fn program_name(&self) -> String {
        format!("task-{}", self.number)
    }

    /// The words of its program. A call that is one of its own has a word of its own.
    pub fn argv(&self, call: Option<String>) -> Vec<String> {
        let mut argv = vec![self.program_name(), "it's".to_owned(), String::new(), "$HOME\n".to_owned()];
        argv.extend(call);
        argv
    }
}

/// The short name of the snapshot that a task makes.
pub fn snapshot_name(session: usize, task: usize) -> String {
    format!("of-{session}-{task}")
}

/// Text in which every byte tells where it stands, with characters of one to four bytes.
fn text(rng: &mut Rng, most: u64) -> String {
    let bytes = rng.between(0, most);
    let mut text = String::new();
    for line in 0.. {
        if text.len() as u64 >= bytes {
            break;
        }
        text.push_str(&format!("{line} é 会話 🦀 {:x}\n", rng.next() & 0xffff));
    }
    text
}

impl Exec {
    fn draw(rng: &mut Rng) -> Self {
        let takes =
            rng.pick(&[Duration::ZERO, Duration::from_millis(700), Duration::from_secs(3), Duration::from_secs(20)]);
        let program = Program {
            takes: Some(takes),
            code: rng.pick(&[0, 0, 0, 1, 2, 126, 143, 255]),
            stdout: text(rng, 2_000),
            stderr: text(rng, 200),
            paced: rng.percent(50),
        };
        Self { program, named: rng.percent(50), timeout: rng.pick(&[None, None, Some(Duration::from_secs(2))]) }
    }
}

impl Worker {
    fn draw(rng: &mut Rng, session: &Session) -> Self {
        let takes = rng.time(Duration::from_secs(30), (session.lasts * 3 / 2).min(minutes(600)));
        let program = Program {
            takes: rng.percent(85).then_some(takes),
            code: rng.pick(&[0, 0, 3]),
            stdout: text(rng, 4_000),
            stderr: text(rng, 1_000),
            paced: rng.percent(80),
        };
        let most = rng.pick(&[4, 100, 1_000, 262_144]).max(if session.lasts > minutes(60) { 50 } else { 4 });
        Self { program, most, killed: rng.percent(40).then(|| rng.time(Duration::ZERO, takes)) }
    }
}

/// A session that begins from a snapshot: it has no launch command, so nothing happens to that.
fn heir(seed: u64, number: usize, begins: Duration, rng: &Rng) -> Session {
    let mut session = Session::draw(seed, number, rng.part(number as u64));
    session.begins = begins;
    session.behavior = EntrypointBehavior::Runs;
    session.end = End::Terminate;
    (session.twin, session.swap, session.taken, session.drifts) = (None, None, false, false);
    session.parks = None;
    session.confusion.clear();
    session
}
