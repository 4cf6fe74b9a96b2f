//! The clock that stops an idle sandbox.

use super::super::call::Call;
use super::super::relabel;
use super::super::target::Target;
use crate::daytona::{Dialect, Reaction, Rejection, Sandbox};
use crate::digits::digits;
use crate::http::Transport;
use crate::moment::Moment;
use crate::sandbox::expiry;
use crate::sandbox::labels::IDLE_MINUTES;

/// The idle clock is renewed once this part of its interval has passed: late enough to cost little, early enough for
/// two more tries.
const DUE_PART: i64 = 3;

const SECONDS_PER_MINUTE: i64 = 60;

/// The clock that stops an idle sandbox, in seconds.
pub struct IdleClock {
    /// What it counts from; none where the server does not say.
    last: Option<Moment>,
    /// How long it runs.
    pub interval: i64,
    /// How long the session asked it to run.
    asked: i64,
}

impl IdleClock {
    /// The clock of a sandbox; none when it never stops or the server does not say when.
    pub fn of(sandbox: &Sandbox) -> Option<Self> {
        let minutes = i64::from(sandbox.auto_stop_minutes.filter(|minutes| *minutes > 0)?);
        let asked = asked_minutes(sandbox).map(i64::from);
        let seconds = |minutes: i64| minutes * SECONDS_PER_MINUTE;
        Some(Self {
            last: expiry::last_activity(sandbox),
            interval: seconds(minutes),
            asked: seconds(asked.unwrap_or(minutes)),
        })
    }

    pub fn stops_at(&self) -> Option<Moment> {
        self.last.map(|last| last.plus(self.interval))
    }

    /// Whether enough of the time that was asked for has passed. What cannot be measured is due.
    pub fn is_due(&self, now: Option<Moment>) -> bool {
        self.is_near(now, self.interval)
    }

    /// Whether that would be so if the interval were what was asked for.
    pub fn would_be_due(&self, now: Option<Moment>) -> bool {
        self.is_near(now, self.asked)
    }

    fn is_near(&self, now: Option<Moment>, interval: i64) -> bool {
        match now.zip(self.last) {
            Some((now, last)) => last.plus(interval).since(now) * DUE_PART <= self.asked * (DUE_PART - 1),
            None => true,
        }
    }

    /// Resets the idle clock without looking into the sandbox, and says when it stops then. A server that cannot do that
    /// gets a longer interval instead, no longer than to the session's end.
    pub fn refresh<T: Transport>(
        &self,
        call: &Call<'_, T>,
        target: &Target,
        dialect: Dialect,
        sandbox: &Sandbox,
        expires_at: Option<Moment>,
    ) -> Result<Option<Moment>, Rejection> {
        let done = call.client.touch(&target.id, &target.external_id);
        // Both are of the same clock, unless the server sends wrong dates; then the later one is nearer to the truth.
        let now = call.client.server_time().and_then(|date| expiry::now(Some(date), sandbox));
        match done {
            Err(refused) if refused.reaction == Reaction::NoSuchRoute => {}
            done => return done.map(|()| now.map(|now| now.plus(self.interval))),
        }
        let Some((now, last)) = now.zip(self.last) else {
            return Ok(None);
        };
        // The interval that was asked for is written down before it is lost.
        if sandbox.label(IDLE_MINUTES).is_none() {
            let minutes = (self.asked / SECONDS_PER_MINUTE).to_string();
            if let Some(fresh) = relabel::reread(call, target, dialect)? {
                relabel::relabel(call, target, dialect, &fresh, &[], &[(IDLE_MINUTES, &minutes)])?;
            }
        }
        // Minutes from the beginning of the clock until it has run for what was asked for, or the session ends.
        let wanted = |now: Moment| {
            let end = now.plus(self.asked);
            let end = expires_at.map_or(end, |expires_at| end.min(expires_at));
            (end.since(last).div_euclid(SECONDS_PER_MINUTE) + 1).max(1)
        };
        let set = |minutes: i64| {
            let minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
            call.client.set_auto_stop(dialect, &target.id, &target.external_id, minutes)
        };
        let mut minutes = wanted(now);
        let mut in_force = self.interval / SECONDS_PER_MINUTE;
        let is_behind = expiry::is_behind(call.client.server_time(), sandbox);
        // What reaches the session's end has nothing to be renewed.
        let reaches_end = expires_at.is_some_and(|expires_at| last.plus(self.interval) > expires_at);
        if minutes > in_force || (is_behind && !reaches_end) {
            // By a date that is ahead it would be too long, and stay so if the call ended here. So where the server says when
            // something was written, it is first made a minute longer, which also has something to write where the date is
            // behind, and then as long as is right by the clock that counts. Where it does not say, each look in doubt adds
            // a minute.
            let least = in_force + 1;
            in_force = if sandbox.updated_at().is_some() { least } else { minutes.max(least) };
            let written = set(in_force)?;
            // A server that says it, and this time did not, leaves it at the minute: the next look sees when that was.
            let otherwise = if sandbox.updated_at().is_some() { least } else { minutes };
            minutes = written.map_or(otherwise, wanted);
            if minutes > in_force || (minutes < in_force && written.is_some()) {
                set(minutes)?;
                in_force = minutes;
            }
        }
        Ok(Some(last.plus(in_force * SECONDS_PER_MINUTE)))
    }
}

/// The idle time of the session, where it differs from what the server was told last.
pub fn asked_minutes(sandbox: &Sandbox) -> Option<u32> {
    digits(sandbox.label(IDLE_MINUTES)?).and_then(|minutes| u32::try_from(minutes).ok())
}
