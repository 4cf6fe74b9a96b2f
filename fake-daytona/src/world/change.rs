//! Changing rows, with every index, the quota and the agenda in step.

use std::time::Duration;

use super::entrypoint::Entrypoint;
use super::sandbox::{Cause, Moment, Sandbox};
use super::state::{Desired, State};
use super::{Key, World, label_text, quota};
use crate::clock::Timestamp;

impl World {
    pub(super) fn insert(&mut self, sandbox: Sandbox) -> Key {
        let key = self.sandboxes.len();
        self.ids.insert(sandbox.id.clone(), key);
        self.names.insert(sandbox.name.clone(), key);
        self.usage.add(quota::held_by(&sandbox));
        self.by_activity.insert((sandbox.last_activity_at, key));
        for (name, value) in &sandbox.labels {
            self.by_label.entry((name.clone(), label_text(value))).or_default().insert(key);
        }
        self.sandboxes.push(sandbox);
        self.remember(key);
        self.reschedule(key);
        key
    }

    /// One more sandbox that is like another one in everything but its identifier and its name.
    pub(crate) fn copy(&mut self, key: Key, name: &str, at: Timestamp) -> Key {
        let id = self.mint_id();
        let mut row = self.sandboxes[key].clone();
        row.created_name = name.to_owned();
        row.name = name.to_owned();
        (row.created_at, row.updated_at, row.last_activity_at) = (at, at, at);
        (row.activity_written_at, row.activity_pending, row.scheduled) = (None, None, None);
        row.history.clear();
        row.plan.clear();
        row.old_labels.clear();
        row.billed = Duration::ZERO;
        row.started_at = None;
        (row.hidden, row.forced, row.destroyed_at) = (false, false, None);
        row.entrypoint =
            Entrypoint { command: row.entrypoint.command, behavior: row.entrypoint.behavior, ..Default::default() };
        (row.state, row.desired, row.cause) = (State::Stopped, Desired::Started, Cause::Script);
        row.id = id;
        let copy = self.insert(row);
        self.enter(copy, State::Started, None, at);
        copy
    }

    /// Changes a row and keeps every index, the quota and the agenda in step with it.
    pub(crate) fn change<T>(&mut self, key: Key, at: Timestamp, edit: impl FnOnce(&mut Sandbox) -> T) -> T {
        let sandbox = &mut self.sandboxes[key];
        let (held, name, activity) = (quota::held_by(sandbox), sandbox.name.clone(), sandbox.last_activity_at);
        let result = edit(sandbox);
        sandbox.updated_at = at;
        self.usage.remove(held);
        self.usage.add(quota::held_by(sandbox));
        if sandbox.name != name {
            self.names.remove(&name);
            self.names.insert(sandbox.name.clone(), key);
        }
        if !self.lookups.fresh {
            self.lookups.changed(&self.sandboxes[key].name, at);
        }
        let sandbox = &mut self.sandboxes[key];
        self.by_activity.remove(&(activity, key));
        // A list that runs behind still shows what was destroyed a moment ago.
        let listed = !sandbox.is_gone() || sandbox.hidden || self.lag.is_on();
        if listed {
            self.by_activity.insert((sandbox.last_activity_at, key));
        }
        self.remember(key);
        self.reschedule(key);
        result
    }

    /// Changes what is not part of the row: `updatedAt` stays.
    pub(crate) fn change_quietly<T>(&mut self, key: Key, _: Timestamp, edit: impl FnOnce(&mut Sandbox) -> T) -> T {
        let updated_at = self.sandboxes[key].updated_at;
        self.change(key, updated_at, edit)
    }

    pub(crate) fn set_labels(&mut self, key: Key, at: Timestamp, labels: serde_json::Map<String, serde_json::Value>) {
        for (name, value) in &self.sandboxes[key].labels {
            if let Some(set) = self.by_label.get_mut(&(name.clone(), label_text(value))) {
                set.remove(&key);
            }
        }
        for (name, value) in &labels {
            self.by_label.entry((name.clone(), label_text(value))).or_default().insert(key);
        }
        self.change(key, at, |sandbox| {
            let old = std::mem::replace(&mut sandbox.labels, labels);
            sandbox.old_labels.push((at, old));
        });
    }

    /// Adds to the history what a read would show now, when it is something new.
    fn remember(&mut self, key: Key) {
        let sandbox = &mut self.sandboxes[key];
        let moment =
            Moment { at: sandbox.updated_at, state: sandbox.shown(), desired: sandbox.desired, cause: sandbox.cause };
        let same =
            sandbox.history.last().is_some_and(|last| last.state == moment.state && last.desired == moment.desired);
        if !same {
            sandbox.history.push(moment);
        }
    }

    /// Puts a sandbox into a state that nothing changes any more but an operation: what a script asks for.
    ///
    /// Without a desired state, the one that fits the state is stored.
    pub(crate) fn force_state(
        &mut self,
        key: Key,
        at: Timestamp,
        state: State,
        desired: Option<Desired>,
        reason: Option<String>,
    ) {
        let renames = self.generation.has_names();
        let desired = desired.or_else(|| state.settled_desired_state());
        self.change(key, at, |sandbox| {
            sandbox.plan.clear();
            sandbox.cause = Cause::Script;
            sandbox.desired = desired.unwrap_or(sandbox.desired);
            if renames && state == State::Destroyed && sandbox.name == sandbox.created_name {
                sandbox.name = format!("DESTROYED_{}_{}", sandbox.name, at.as_millis());
            }
        });
        if self.sandboxes[key].state == state {
            self.change(key, at, |sandbox| sandbox.error_reason = reason);
        } else {
            self.enter(key, state, reason, at);
        }
        self.change(key, at, |sandbox| sandbox.forced = true);
    }
}
