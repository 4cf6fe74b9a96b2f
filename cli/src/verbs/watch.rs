//! Looks again and again until the sandbox runs, has failed or is over.

use std::time::Duration;

use sandbox_host::{CallError, State, Status};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::sandbox::Sandbox;
use crate::Done;
use crate::args::{Global, Watch};
use crate::failure::Failure;
use crate::layout::seconds;
use crate::out;
use crate::output::{print_json, state};
use crate::style::{Style, clean};

pub async fn run(global: &Global, own: &Watch) -> Done {
    let sandbox = Sandbox::open(global, &own.on)?.observe();
    let mut progress = Progress::new(global.json);
    let last = loop {
        let look = sandbox.provider.status(&sandbox.context, &sandbox.handle);
        match progress.during(look).await {
            Ok(seen) if seen.status != Status::Provisioning => break seen,
            Ok(seen) => {
                progress.say(line(&seen));
                progress.during(sleep(own.interval)).await;
            }
            Err(CallError::Provider(error)) if error.retryable => {
                progress.say(format!("{}: {}", error.code, clean(&error.message)));
                let wait = error.retry_after().unwrap_or_default().max(own.interval);
                progress.during(sleep(wait)).await;
            }
            Err(error) => {
                progress.end();
                return Err(Failure::from(error));
            }
        }
    };
    progress.end();
    if global.json {
        print_json(&last)?;
    } else {
        let style = Style::stdout();
        out::print(state(style, &last))?;
        out::line(format!("  {}", style.dim(format!("after {}", seconds(progress.start.elapsed())))))?;
    }
    Ok(last.status.into())
}

fn line(state: &State) -> String {
    let mut line = format!("{}  {}", state.status, state.phase);
    if !state.provider_state.is_empty() {
        line.push_str(&format!("  ({})", clean(&state.provider_state)));
    }
    line
}

/// Says how it is going: one line that is rewritten on a terminal, one line per change elsewhere, nothing for machines.
struct Progress {
    start: Instant,
    style: Style,
    silent: bool,
    last: String,
    drawn: bool,
}

impl Progress {
    fn new(silent: bool) -> Self {
        Self { start: Instant::now(), style: Style::stderr(), silent, last: "looking".to_owned(), drawn: false }
    }

    fn is_live(&self) -> bool {
        !self.silent && self.style.is_live()
    }

    /// Has something new to tell.
    fn say(&mut self, line: String) {
        if line == self.last {
            return;
        }
        self.last = line;
        if !self.silent && !self.style.is_live() {
            out::note(format!("{:>8}  {}\n", seconds(self.start.elapsed()), self.last));
        }
    }

    /// Waits for something and keeps the live line moving.
    async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        if !self.is_live() {
            return work.await;
        }
        let mut tick = interval(Duration::from_millis(100));
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = tick.tick() => self.draw(),
            }
        }
    }

    fn draw(&mut self) {
        const TURNS: [&str; 4] = ["-", "\\", "|", "/"];
        let time = self.start.elapsed();
        let turn = TURNS[usize::try_from(time.as_millis() / 100).unwrap_or_default() % TURNS.len()];
        // Cut to one line of a narrow terminal: a line that wraps cannot be rewritten.
        let text: String = format!("{turn} {:>8}  {}", seconds(time), self.last).chars().take(78).collect();
        // Progress that cannot be shown is no reason to stop watching.
        out::note(format!("\r\x1b[2K{}", self.style.busy(text)));
        self.drawn = true;
    }

    /// Leaves the line clean for what comes.
    fn end(&mut self) {
        if self.drawn {
            out::note("\r\x1b[2K");
            self.drawn = false;
        }
    }
}
