//! One host does what its session has to do, and holds every answer against what really ran.

use std::time::Duration;

use fake_daytona::{ProgramRun, Timestamp};
use sandbox_host::{
    CallError, Command, Completion, ErrorCode, Function, Handle, Output, ProviderError, SnapshotPhase, Spec,
};
use tokio::time::{Instant, sleep};

use super::agenda::Followed;
use super::host::Host;
use super::identity::vendor_name;
use super::journal::{Expected, Outcome, Violation};
use super::organization::create_snapshot;
use super::performed::current_run;
use super::tasks::{Exec, Origin, Task, What, snapshot_name};

/// How often a command is asked for before a host gives it up.
const TRIES: usize = 6;

/// How often a worker is read at one look, so that small parts come to something.
const READS: usize = 8;

type Refusal = Option<ProviderError>;

impl Host {
    /// When it looks next: at its time, or earlier where something is to be done.
    pub fn next_look(&self, usual: Instant) -> Instant {
        let due = self.agenda.due.first().map(|task| self.organization.begun + self.session.begins + task.at);
        due.filter(|due| *due > Instant::now()).map_or(usual, |due| due.min(usual))
    }

    /// Looks once for the snapshot that its session begins from; without one it begins from its image.
    pub async fn choose_base(&mut self) {
        let Some(name) = self.organization.plan.tasks.inherited(self.session.number) else { return };
        if self.agenda.base.is_some() {
            return;
        }
        let context = self.context();
        let begun = self.organization.now();
        let result = self.organization.newest().get_snapshot(&context, &name).await;
        self.note("get-snapshot", begun, &result);
        let ready = result.ok().flatten().filter(|snapshot| snapshot.phase == SnapshotPhase::Ready);
        self.agenda.base = Some(ready.map(|snapshot| snapshot.vendor_name));
    }

    /// Puts what its session begins from into what it asks for.
    pub fn begin_from_base(&self, spec: &mut Spec) {
        if let Some(Some(base)) = &self.agenda.base {
            spec.image = None;
            spec.extensions.push("snapshot", base.clone());
        }
    }

    /// What the sandbox has to be made of.
    pub fn made_of(&self, spec: &Spec) -> Option<String> {
        spec.image.clone().or_else(|| self.agenda.base.clone().flatten())
    }

    /// Does everything that is due, and reads what runs.
    pub async fn perform(&mut self, handle: &Handle) {
        if !self.organization.plan.tasks.drawn || !self.organization.provider(&self.session).offers(Function::Exec) {
            return;
        }
        let begins = self.organization.begun + self.session.begins;
        while self.agenda.due.first().is_some_and(|task| begins + task.at <= Instant::now()) {
            let task = self.agenda.due.remove(0);
            match task.what.clone() {
                What::Exec(exec) => self.execute(handle, &task, &exec).await,
                What::Worker(worker) => self.agenda.followed.push(Followed {
                    task,
                    worker,
                    launched: None,
                    cursor: None,
                    stdout: String::new(),
                    stderr: String::new(),
                    kill_at: None,
                }),
                What::Snapshot(Origin::Prepared) => self.prepare(&task).await,
                What::Snapshot(origin) => self.capture(handle, &task, origin).await,
            }
        }
        let followed = std::mem::take(&mut self.agenda.followed);
        // A host that dies here has lost what it knew of its workers, but its session's plan still has them.
        let count = followed.len();
        self.agenda.due.splice(0..0, followed.iter().map(|one| one.task.clone()));
        let mut kept = Vec::new();
        for mut one in followed {
            let goes_on = self.follow(handle, &mut one).await;
            kept.extend(goes_on.then_some(one));
        }
        self.agenda.due.drain(..count);
        self.agenda.followed = kept;
    }

    async fn execute(&mut self, handle: &Handle, task: &Task, exec: &Exec) {
        for _ in 0..if exec.named { TRIES } else { 1 } {
            self.agenda.calls += 1;
            let call = format!("call-{}-{}", self.number, self.agenda.calls);
            let argv = task.argv((!exec.named).then_some(call));
            let mut command = Command::new(argv.clone());
            command.env.push("TOKEN", "a'b\n$c");
            command.timeout_ms = exec.timeout.map(|timeout| timeout.as_millis() as u32);
            if exec.named {
                command.extensions.push("exec-id", task.program_name());
            }
            let context = self.context();
            let begun = self.organization.now();
            let result = self.organization.provider(&self.session).exec(&context, handle, &command).await;
            match self.noted("exec", begun, result) {
                Ok(done) => {
                    self.check_completion(handle, &argv, &done);
                    return;
                }
                Err(refusal) => {
                    if !exec.named && refusal.as_ref().is_some_and(|error| !error.maybe_applied) {
                        let (sandbox, at) = (handle.external_id.clone(), self.organization.now());
                        self.organization.expect(Expected::NotRun { sandbox, argv: argv.clone(), at });
                    }
                    self.read_in_doubt(handle, &argv, refusal.as_ref()).await;
                    if !refusal.is_some_and(|error| error.retryable || error.maybe_applied) {
                        return;
                    }
                }
            }
            self.pause(20).await;
        }
    }

    /// A command of which nobody knows whether it ran is read by the id that the error tells.
    async fn read_in_doubt(&mut self, handle: &Handle, argv: &[String], refusal: Option<&ProviderError>) {
        let Some(id) = refusal.and_then(|error| error.details.get("process-id")) else { return };
        self.pause(5).await;
        let run = || current_run(&self.organization, &handle.external_id, argv);
        let before = run();
        let context = self.context();
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).read(&context, handle, Some(id), None, None).await;
        let answer = self.noted("read", begun, result);
        let Some(after) = run().filter(|after| before.as_ref().is_some_and(|before| before.boot == after.boot)) else {
            return;
        };
        match answer {
            Ok(output) => self.check_output(&after, begun, &output.stdout, &output.stderr, &output),
            Err(Some(error)) if error.details.get("rule") == Some("process-not-found") => {
                self.wrong("read", format!("{argv:?} ran, and is said not to be known: {error}"));
            }
            Err(_) => {}
        }
    }

    fn check_completion(&self, handle: &Handle, argv: &[String], done: &Completion) {
        let Some(run) = current_run(&self.organization, &handle.external_id, argv) else {
            // Its sandbox may have been stopped since; then it has run in an earlier boot.
            let runs = self.organization.fake.program_runs();
            if !runs.iter().any(|run| run.argv == argv && run.sandbox_id == handle.external_id) {
                self.wrong(
                    "result",
                    format!("{argv:?} is said to have ended with {:?}, and never ran", done.exit_code),
                );
            }
            return;
        };
        let same = done.stdout.as_bytes() == run.stdout && done.stderr.as_bytes() == run.stderr;
        // One that was ended may have been so in the middle of a character.
        let cut = |told: &str, written: &[u8]| written.starts_with(told.trim_end_matches('\u{fffd}').as_bytes());
        let same = same || run.exit_code.is_none() && cut(&done.stdout, &run.stdout) && cut(&done.stderr, &run.stderr);
        if done.exit_code != run.exit_code || run.ended_at.is_none() || !same {
            self.wrong("result", format!("{argv:?} was told as {done:?}, and was {run:?}"));
        }
    }

    /// Launches a worker, reads what it wrote, kills it. False once there is nothing more to do.
    async fn follow(&mut self, handle: &Handle, one: &mut Followed) -> bool {
        let argv = one.task.argv(None);
        let sandbox = handle.external_id.clone();
        if one.launched.as_ref().is_some_and(|(launched_in, _)| *launched_in != sandbox) {
            one.forget();
        }
        if one.launched.is_none()
            && let Err(refusal) = self.launch(handle, one, &argv).await
        {
            // Where nothing can be launched at all, nobody tries again.
            return refusal.is_none_or(|error| error.code != ErrorCode::Unsupported);
        }
        if one.kill_at.is_some_and(|at| at <= Instant::now()) && self.number == 0 && self.kill(handle, one, &argv).await
        {
            one.kill_at = None;
        }
        for _ in 0..READS {
            let run = || current_run(&self.organization, &sandbox, &argv);
            let before = run();
            let (context, id, most) = (self.context(), one.task.program_name(), one.worker.most);
            let begun = self.organization.now();
            let provider = self.organization.provider(&self.session);
            let result = provider.read(&context, handle, Some(&id), one.cursor.as_deref(), Some(most)).await;
            let answer = self.noted("read", begun, result);
            let after = run();
            let steady = match (&before, &after) {
                (Some(before), Some(after)) if before.boot == after.boot => Some(after.clone()),
                _ => None,
            };
            let output = match answer {
                Ok(output) => output,
                Err(Some(error)) if error.details.get("rule") == Some("process-not-found") => {
                    if steady.is_some() {
                        self.wrong("read", format!("{argv:?} was launched, and is said not to be known: {error}"));
                    }
                    // The sandbox was stopped since: the platform launches it again.
                    one.forget();
                    return true;
                }
                Err(_) => return true,
            };
            let Some(run) = steady else {
                one.forget();
                return true;
            };
            if output.details.get("restarted").is_some() {
                one.stdout.clear();
                one.stderr.clear();
            }
            one.launched = Some((sandbox.clone(), run.boot));
            one.stdout.push_str(&output.stdout);
            one.stderr.push_str(&output.stderr);
            self.check_output(&run, begun, &one.stdout, &one.stderr, &output);
            let is_silent = output.stdout.is_empty() && output.stderr.is_empty();
            let Some(next) = output.next_cursor else { return false };
            one.cursor = Some(next);
            if is_silent {
                break;
            }
        }
        true
    }

    async fn launch(&mut self, handle: &Handle, one: &mut Followed, argv: &[String]) -> Result<(), Refusal> {
        let mut command = Command::new(argv.to_vec());
        command.env.push("TOKEN", format!("token-{}", self.rng.next()));
        let (context, id) = (self.context(), one.task.program_name());
        let begun = self.organization.now();
        let provider = self.organization.provider(&self.session);
        let result = provider.launch(&context, handle, &command, Some(&id)).await;
        let runs = self.organization.fake.program_runs();
        let ran = runs.iter().any(|run| run.argv == argv && run.sandbox_id == handle.external_id);
        let told = self.noted("launch", begun, result)?;
        if told != id || !ran {
            self.wrong("launched", format!("{argv:?} is said to be launched as {told}, and never ran"));
        }
        let boot = current_run(&self.organization, &handle.external_id, argv).and_then(|run| run.boot);
        one.launched = Some((handle.external_id.clone(), boot));
        one.kill_at = one.worker.killed.map(|after| Instant::now() + after);
        Ok(())
    }

    async fn kill(&mut self, handle: &Handle, one: &Followed, argv: &[String]) -> bool {
        let (context, id) = (self.context(), one.task.program_name());
        let run = || current_run(&self.organization, &handle.external_id, argv);
        let before = run();
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).kill(&context, handle, &id).await;
        let answer = self.noted("kill", begun, result);
        let Some(after) = run().filter(|after| before.as_ref().is_some_and(|before| before.boot == after.boot)) else {
            return true;
        };
        match answer {
            Ok(()) if after.ended_at.is_none() => {
                self.wrong("kill", format!("{argv:?} is said to be ended, and runs"));
                true
            }
            Err(Some(error)) if error.details.get("rule") == Some("process-not-found") => {
                self.wrong("kill", format!("{argv:?} was launched, and is said not to be known: {error}"));
                true
            }
            answer => answer.is_ok(),
        }
    }

    /// What was read so far is what it wrote, from the beginning, and `output` says the truth about its end.
    fn check_output(&self, run: &ProgramRun, begun: Timestamp, stdout: &str, stderr: &str, output: &Output) {
        let name = &run.argv;
        for (told, written) in [(stdout, &run.stdout), (stderr, &run.stderr)] {
            // Of one that was ended the last character may not be all there.
            let told = if output.ended { told.trim_end_matches('\u{fffd}') } else { told };
            if !written.starts_with(told.as_bytes()) {
                let same = told.bytes().zip(written).take_while(|(told, written)| told == *written).count();
                self.wrong("bytes", format!("{name:?}: what was read is not what it wrote, from byte {same} on"));
            }
            if output.next_cursor.is_none() && told.len() + 3 < written.len() {
                self.wrong("bytes", format!("{name:?}: {} of {} bytes were read in all", told.len(), written.len()));
            }
        }
        let has_ended = run.ended_at.is_some();
        let had_ended = run.ended_at.is_some_and(|at| at < begun);
        if (output.ended && !has_ended) || (!output.ended && had_ended) {
            self.wrong("read", format!("{name:?} is said to have ended: {}, and had: {has_ended}", output.ended));
        }
        if output.ended && output.exit_code != run.exit_code {
            self.wrong(
                "read",
                format!("{name:?} ended with {:?}, and is said to with {:?}", run.exit_code, output.exit_code),
            );
        }
    }

    async fn capture(&mut self, handle: &Handle, task: &Task, origin: Origin) {
        let name = snapshot_name(task.session, task.number);
        let vendor_name = vendor_name(&name);
        if origin == Origin::CapturedTooLate {
            let organization = self.organization.clone();
            let (name, delay) = (vendor_name.clone(), self.rng.time(Duration::from_millis(1), Duration::from_secs(2)));
            tokio::spawn(async move {
                sleep(delay).await;
                create_snapshot(&organization.fake, &name).await;
            });
        }
        let context = self.context();
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).capture(&context, handle, &name).await;
        let answer = self.noted("capture", begun, result);
        let known = self.organization.fake.snapshots();
        let made = known.iter().find(|view| view.name == vendor_name);
        match answer {
            Ok(snapshot) => {
                let is_there = made.is_some_and(|view| {
                    view.state == "active" && view.source_sandbox_id.as_deref() == Some(handle.external_id.as_str())
                });
                if !is_there || snapshot.phase != SnapshotPhase::Ready || snapshot.vendor_name != vendor_name {
                    self.wrong(
                        "capture",
                        format!("{} is said to be captured as {snapshot:?}, and is {made:?}", handle.external_id),
                    );
                }
            }
            Err(Some(error)) if !error.maybe_applied => {
                let (source, at) = (handle.external_id.clone(), self.organization.now());
                self.organization.expect(Expected::NotCaptured { name: vendor_name, source, at });
            }
            Err(_) => {}
        }
    }

    async fn prepare(&mut self, task: &Task) {
        let name = snapshot_name(task.session, task.number);
        let mut spec = Spec::new(name.clone());
        spec.image = Some("ghcr.io/acme/agent:1".to_owned());
        spec.command = Some(vec!["agent".to_owned()]);
        let context = self.context();
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).prepare(&context, &name, &spec).await;
        if let Ok(snapshot) = self.noted("prepare", begun, result)
            && !self.organization.fake.snapshots().iter().any(|view| view.name == snapshot.vendor_name)
        {
            self.wrong("capture", format!("{} is said to be registered, and is not there", snapshot.vendor_name));
        }
    }

    /// Notes what came of a call, and hands it on.
    fn noted<T: std::fmt::Debug>(
        &self,
        verb: &'static str,
        begun: Timestamp,
        result: Result<T, CallError>,
    ) -> Result<T, Refusal> {
        self.note(verb, begun, &result);
        result.map_err(|error| match error {
            CallError::Provider(error) => Some(error),
            _ => None,
        })
    }

    fn note<T: std::fmt::Debug>(&self, verb: &'static str, begun: Timestamp, result: &Result<T, CallError>) {
        let outcome = match result {
            Ok(value) => Outcome::Done(format!("{value:?}")),
            Err(CallError::Provider(error)) => Outcome::Refused(Box::new(error.clone())),
            Err(other) => Outcome::Broken(format!("{other:?}")),
        };
        self.witness(verb, begun, None, outcome);
    }

    fn wrong(&self, promise: &'static str, what: String) {
        let (session, at) = (Some(self.session.number), self.organization.now());
        self.organization.journal.caught(Violation { promise, session, at, what });
    }
}
