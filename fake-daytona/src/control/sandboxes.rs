//! Single sandboxes and their launch commands.

use std::time::Duration;

use crate::FakeDaytona;
use crate::world::entrypoint::EntrypointBehavior;
use crate::world::state::{Desired, State};

/// Sandboxes and the behaviors of their launch commands.
impl FakeDaytona {
    /// Puts a sandbox into a state, whatever it was doing; any word is taken. Returns whether there is such a sandbox.
    ///
    /// What was under way is dropped, and the server's own time limits do not end a forced state. The idle clock
    /// starts anew. Without `desired`, the desired state that fits the state is stored (`stopped` for `stopped`).
    pub fn set_state(&self, id_or_name: &str, state: &str, desired: Option<Desired>, reason: Option<&str>) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.force_state(key, now, State::parse(state), desired, reason.map(str::to_owned));
        })
    }

    /// Says whether an errored sandbox can be recovered.
    pub fn set_recoverable(&self, id_or_name: &str, recoverable: bool) -> bool {
        self.with(id_or_name, |world, key, now| world.change(key, now, |row| row.recoverable = recoverable))
    }

    /// A started sandbox stops at once and hard, as when its runner ends it: its daemon cannot clean up, so that the exit
    /// code of an ended launch command is shown again after the next start. Returns whether there is such a sandbox.
    pub fn kill(&self, id_or_name: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change(key, now, |row| row.entrypoint.will_be_killed = true);
            world.force_state(key, now, State::Stopped, Some(Desired::Stopped), None);
            world.change(key, now, |row| row.forced = false);
        })
    }

    /// Somebody copies a sandbox with everything in it, labels too, under another name. Returns the identifier of the copy,
    /// which runs at once.
    pub fn copy(&self, id_or_name: &str, name: &str) -> Option<String> {
        self.change(|world, now| {
            let key = world.find_ever(id_or_name)?;
            let copy = world.copy(key, name, now);
            Some(world.sandbox(copy).id.clone())
        })
    }

    /// A backup of a sandbox is there already, as the server makes one of what is stopped for a while.
    pub fn back_up(&self, id_or_name: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| {
                row.backup_state = "Completed";
                row.backup_created_at = Some(now);
            });
        })
    }

    /// The behavior of a sandbox's launch command, from its current run on.
    pub fn set_entrypoint(&self, id_or_name: &str, behavior: EntrypointBehavior) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| row.entrypoint.behavior = behavior)
        })
    }

    /// The launch command of a sandbox exits with this code, now.
    pub fn entrypoint_exits(&self, id_or_name: &str, code: i32) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| {
                let after = row.entrypoint.started_at.map_or(Duration::ZERO, |since| now - since);
                row.entrypoint.behavior = EntrypointBehavior::Exits { after, code };
            });
        })
    }

    /// The launch command of a sandbox writes to both streams: the daemon marks each line.
    pub fn entrypoint_writes(&self, id_or_name: &str, stdout: &str, stderr: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            let lines = crate::daemon::marks::marked(stdout, stderr);
            world.change_quietly(key, now, |row| row.entrypoint.logs.push_str(&lines));
        })
    }

    /// What the launch command of a sandbox has printed, as it stands in the daemon's log.
    pub fn set_entrypoint_logs(&self, id_or_name: &str, logs: &str) -> bool {
        self.with(id_or_name, |world, key, now| {
            world.change_quietly(key, now, |row| row.entrypoint.logs = logs.to_owned());
        })
    }

    /// The behavior of launch commands of sandboxes created from now on, unless a rule for a name or a label applies.
    pub fn entrypoints_of_new(&self, behavior: EntrypointBehavior) {
        self.change(|world, _| world.entrypoint_rules.standard(behavior));
    }

    /// The behavior of launch commands of sandboxes that will be created under this name. The newest rule wins.
    pub fn entrypoints_named(&self, name: &str, behavior: EntrypointBehavior) {
        self.change(|world, _| world.entrypoint_rules.named(name, behavior));
    }

    /// The behavior of launch commands of sandboxes that will be created with this label. The newest rule wins; a rule
    /// for the name comes before any for a label.
    pub fn entrypoints_labelled(&self, key: &str, value: &str, behavior: EntrypointBehavior) {
        self.change(|world, _| world.entrypoint_rules.labelled(key, value, behavior));
    }

    /// What the toolbox answers to `process/execute` of exactly this command. Default: nothing, and success.
    pub fn execute_answers(&self, command: &str, exit_code: i32, output: &str) {
        let answer = (exit_code, output.to_owned());
        self.change(|world, _| world.executions.insert(command.to_owned(), answer));
    }
}
