//! One host of the platform: it provisions a session, watches it, ends it, dies in between and comes back.

use std::sync::Arc;
use std::time::Duration;

use sandbox_host::{
    CallError, Context, Credential, Function, Handle, Phase, ProviderError, Spec, State, Status, Termination,
};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::agenda::Agenda;
use super::identity::FOREIGN_KEY;
use super::journal::{Entry, Outcome};
use super::oddities::Again;
use super::organization::Organization;
use super::rng::Rng;
use super::session::{End, LONGEST_PAUSE, Session};
use super::witness::Told;

/// How often a host tries to end a session before it leaves it to others.
const PATIENCE: usize = 60;

/// What a host knows, and what it keeps when it dies.
#[derive(Clone, Debug, Default)]
struct Memory {
    handle: Option<Handle>,
    /// It has begun, so after a crash a sandbox may be there.
    begun: bool,
    /// It was told not to try again.
    given_up: bool,
    /// It was told that the session is not what it takes it for.
    misled: bool,
    /// It has been here before.
    lives: u32,
}

/// One process that believes that a session is its own.
pub struct Host {
    pub organization: Arc<Organization>,
    pub session: Session,
    /// 0, or 1 for the second of two.
    pub number: usize,
    pub rng: Rng,
    /// What it is asking for just now.
    pub image: Option<String>,
    /// It will end the session and provision it again.
    pub again: Option<Again>,
    /// What it has to do in the session's sandbox.
    pub agenda: Agenda,
}

/// Why watching ended.
enum Watched {
    /// The platform's interest has ended.
    Over,
    /// There is nothing to watch any more.
    Gone,
    /// It runs no more, and the platform wants it again.
    Parked,
    /// It was ended and provisioned again; with what came of that.
    Replaced(Option<Handle>),
}

impl Host {
    /// Everything that this host does, from the session's beginning to the end of the platform's interest.
    pub async fn live(mut self) {
        let offset = if self.number == 0 { Duration::ZERO } else { self.session.twin.unwrap_or_default() };
        let begins = self.organization.begun + self.session.begins + offset;
        // Never at the same moment as the other one: which of two comes first at one moment is nobody's promise.
        let ends = self.organization.begun + self.session.ends() + offset;
        sleep_until(begins).await;
        let mut crashes = self.session.crashes.clone();
        crashes.sort_by_key(|crash| crash.at);
        let mut memory = Memory::default();
        self.organization.learn(&self.session);
        for crash in crashes {
            let dies = begins + crash.at;
            if dies <= Instant::now() {
                continue;
            }
            // Dropping the work drops whatever was under way, as the death of a process does.
            if timeout_at(dies, self.work(&mut memory, ends)).await.is_ok() {
                return self.leave();
            }
            memory.lives += 1;
            self.event("crashes");
            if crash.loses_handle {
                memory.handle = None;
            }
            sleep(crash.down).await;
        }
        self.work(&mut memory, ends).await;
        self.leave();
    }

    /// Has nothing more to do with the session; where nobody else has, the platform forgets it.
    fn leave(&self) {
        if self.organization.done(&self.session) {
            self.event("forgets");
        }
    }

    /// The work of one life, until all is done.
    async fn work(&mut self, memory: &mut Memory, ends: Instant) {
        while Instant::now() < ends && !memory.given_up && !memory.misled {
            if memory.handle.is_none() && !self.obtain(memory, ends).await {
                break;
            }
            let Some(handle) = memory.handle.clone() else { break };
            match self.watch(&handle, memory.lives, ends).await {
                Watched::Over => break,
                Watched::Gone => {
                    memory.handle = None;
                    break;
                }
                // The platform provisions the same session again: that brings it back.
                Watched::Parked => memory.handle = None,
                Watched::Replaced(second) => memory.handle = second,
            }
        }
        match self.session.end {
            End::Forget => {
                self.event("forgets");
                self.organization.forget(&self.session);
            }
            // Whoever was misled leaves the session to those whose it is.
            End::Terminate if memory.misled => {}
            End::Terminate => self.end(memory).await,
        }
    }

    /// Gets a handle, one way or the other. False when there is none to be had.
    async fn obtain(&mut self, memory: &mut Memory, ends: Instant) -> bool {
        self.choose_base().await;
        let mut tries = 0;
        while Instant::now() < ends {
            if memory.begun
                && (self.session.locates || tries > 0)
                && let Ok(Some(handle)) = self.locate().await
            {
                memory.handle = Some(handle);
                return true;
            }
            memory.begun = true;
            let wait = match self.provision(memory.lives).await {
                Ok(handle) => {
                    memory.handle = Some(handle);
                    return true;
                }
                Err(Some(error)) if error.details.get("rule") == Some("session-differs") => {
                    memory.misled = true;
                    return false;
                }
                Err(Some(error)) if error.retryable || error.maybe_applied => error.retry_after().unwrap_or_default(),
                Err(_) => {
                    memory.given_up = true;
                    return false;
                }
            };
            tries += 1;
            let pause = self.rng.time(Duration::from_secs(2), Duration::from_secs(40));
            sleep(wait.min(Duration::from_secs(120)) + pause).await;
        }
        false
    }

    /// Looks again and again.
    async fn watch(&mut self, handle: &Handle, lives: u32, ends: Instant) -> Watched {
        loop {
            let next = self.next_look(Instant::now() + self.session.poll);
            if next >= ends {
                sleep_until(ends).await;
                return Watched::Over;
            }
            sleep_until(next).await;
            if let Some(second) = self.begin_again(handle, lives).await {
                return Watched::Replaced(second);
            }
            self.perform(handle).await;
            self.confuse(handle).await;
            self.extend(handle).await;
            self.park(handle).await;
            let Ok(state) = self.status(handle).await else { continue };
            match (state.status, state.phase) {
                (Status::Provisioning | Status::Running, _) if !exited(&state) => {}
                (_, Phase::Destroyed) => return Watched::Gone,
                (_, Phase::Stopped | Phase::Archived)
                    if self.session.behavior == fake_daytona::EntrypointBehavior::Runs =>
                {
                    return Watched::Parked;
                }
                _ => return Watched::Over,
            }
        }
    }

    /// Ends it, and goes on until there is proof, for as long as a platform can be expected to.
    async fn end(&mut self, memory: &mut Memory) {
        for attempt in 0..PATIENCE {
            if memory.handle.is_none() {
                match self.locate().await {
                    Ok(Some(handle)) => memory.handle = Some(handle),
                    Ok(None) => break,
                    Err(_) => {}
                }
            }
            if let Some(handle) = memory.handle.clone()
                && self.terminate(&handle).await.is_ok_and(|end| end == Termination::Gone)
            {
                // Where somebody else made another one meanwhile, it is found on the next round.
                memory.handle = None;
                if attempt > 0 {
                    break;
                }
            }
            sleep(self.rng.time(Duration::from_secs(3), Duration::from_secs(60))).await;
        }
        self.event("has ended it");
    }

    /// Gives the session more time, when that is planned.
    async fn extend(&mut self, handle: &Handle) {
        let Some((at, seconds)) = self.session.extends else { return };
        if self.organization.begun + self.session.begins + at > Instant::now() {
            return;
        }
        self.session.extends = None;
        let provider = self.organization.provider(&self.session);
        if !provider.offers(Function::Extend) {
            return;
        }
        let context = self.context();
        let begun = self.organization.now();
        let result = provider.extend(&context, handle, seconds).await;
        let _ = self.told("extend", begun, Some(handle), result);
    }

    /// Parks the session for a while and brings it back, when that is planned.
    async fn park(&mut self, handle: &Handle) {
        let Some((at, cheaply)) = self.session.parks else { return };
        let late = self.organization.plan.oddities.parks_late(&self.session);
        let due = self.organization.begun + self.session.begins + at <= Instant::now();
        if !due || (late && !self.has_exited(handle)) {
            return;
        }
        self.session.parks = None;
        let provider = self.organization.provider(&self.session);
        if !provider.offers(Function::Archive) {
            return;
        }
        let context = self.context();
        self.event("parks");
        let begun = self.organization.now();
        let _ = if cheaply {
            let result = provider.archive(&context, handle).await;
            self.told("archive", begun, Some(handle), result)
        } else {
            let result = provider.stop(&context, handle).await;
            self.told("stop", begun, Some(handle), result)
        };
        sleep(self.rng.time(Duration::from_secs(1), LONGEST_PAUSE)).await;
        let begun = self.organization.now();
        let result = provider.start(&context, handle).await;
        let _ = self.told("start", begun, Some(handle), result);
    }

    /// Its agent has ended in truth, whether or not anybody has seen it.
    fn has_exited(&self, handle: &Handle) -> bool {
        let view = self.organization.fake.sandbox(&handle.external_id);
        view.is_some_and(|view| view.runs.last().is_some_and(|run| run.exit_code.is_some()))
    }

    /// Somebody asks with this handle at another server, or with another organization's key.
    async fn confuse(&mut self, handle: &Handle) {
        let due = |at: &Duration| self.organization.begun + self.session.begins + *at <= Instant::now();
        if !self.session.confusion.first().is_some_and(due) {
            return;
        }
        self.session.confusion.remove(0);
        let own = self.organization.context(None);
        let elsewhere = Context { config: self.organization.elsewhere.clone(), ..own.clone() };
        let mut credential = Credential::new(FOREIGN_KEY);
        // A key belongs to an organization whether or not it is named.
        if !self.organization.plan.oddities.foreign_key {
            credential.organization_id = Some("another-organization".to_owned());
        }
        let outside = Context { config: self.organization.outside.clone(), ..own.clone() };
        let outside = self.organization.plan.oddities.dashboard.then_some(outside);
        let another = own.with_credential(credential);
        let provider = self.organization.provider(&self.session);
        for context in [elsewhere, another].into_iter().chain(outside) {
            let begun = self.organization.now();
            let outcome = provider.status(&context, handle).await.into();
            self.witness("status elsewhere", begun, Some(handle), outcome);
            let outcome = provider.terminate(&context, handle).await.into();
            self.witness("terminate elsewhere", begun, Some(handle), outcome);
        }
    }

    /// What the platform asks for in this session; its token is another one each time.
    fn spec(&mut self, lives: u32) -> Spec {
        let mut spec = Spec::new(self.session.id.clone());
        let drifted = self.session.drifts && (self.number > 0 || lives > 0);
        spec.image = Some(format!("ghcr.io/acme/agent:{}", if drifted { 2 } else { 1 }));
        self.begin_from_base(&mut spec);
        spec.resources.timeout_sec = self.session.timeout_sec;
        spec.max_duration_sec = self.session.max_duration_sec;
        if self.is_too_large() {
            spec.env.push("TASK", "x".repeat(110_000));
        }
        spec.env.push("REGISTRATION_TOKEN", format!("token-{}", self.rng.next()));
        spec
    }

    fn is_too_large(&self) -> bool {
        self.organization.plan.oddities.too_large.contains(&self.session.number)
    }

    pub(super) async fn provision(&mut self, lives: u32) -> Result<Handle, Option<ProviderError>> {
        let (context, spec) = (self.context(), self.spec(lives));
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).provision(&context, &spec).await;
        self.image = self.made_of(&spec);
        let told = self.told("provision", begun, None, result);
        self.image = None;
        told
    }

    pub(super) async fn locate(&mut self) -> Result<Option<Handle>, Option<ProviderError>> {
        let context = self.context();
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).locate(&context, &self.session.id).await;
        self.told("locate", begun, None, result)
    }

    async fn status(&mut self, handle: &Handle) -> Result<State, Option<ProviderError>> {
        let context = self.context();
        let begun = self.organization.now();
        let result = self.organization.provider(&self.session).status(&context, handle).await;
        self.told("status", begun, Some(handle), result)
    }

    pub(super) async fn terminate(&mut self, handle: &Handle) -> Result<Termination, Option<ProviderError>> {
        let context = self.context();
        let begun = self.organization.now();
        self.event("asks for the end");
        let result = self.organization.provider(&self.session).terminate(&context, handle).await;
        self.told("terminate", begun, Some(handle), result)
    }

    pub(super) fn context(&self) -> Context {
        self.organization.context(self.session.deadline)
    }

    /// Notes what came of a call, and hands it on.
    fn told<T: Clone + Into<Outcome>>(
        &self,
        verb: &'static str,
        begun: fake_daytona::Timestamp,
        handle: Option<&Handle>,
        result: Result<T, CallError>,
    ) -> Result<T, Option<ProviderError>> {
        let (outcome, told) = match result {
            Ok(value) => (value.clone().into(), Ok(value)),
            Err(CallError::Provider(error)) => (Outcome::Refused(Box::new(error.clone())), Err(Some(error))),
            Err(other) => (Outcome::Broken(format!("{other:?}")), Err(None)),
        };
        self.witness(verb, begun, handle, outcome);
        told
    }

    pub(super) fn witness(
        &self,
        verb: &'static str,
        begun: fake_daytona::Timestamp,
        handle: Option<&Handle>,
        outcome: Outcome,
    ) {
        let ended = self.organization.now();
        let entry = Entry { session: self.session.number, host: self.number, verb, begun, ended, outcome };
        let told =
            Told { session: &self.session, handle, image: self.image.as_deref(), too_large: self.is_too_large() };
        self.organization.witness(entry, &told);
    }

    fn event(&self, what: &'static str) {
        let now = self.organization.now();
        let outcome = Outcome::Event(what);
        self.organization.journal.note(Entry {
            session: self.session.number,
            host: self.number,
            verb: "-",
            begun: now,
            ended: now,
            outcome,
        });
    }
}

/// The agent has ended, as far as the provider can tell.
fn exited(state: &State) -> bool {
    state.details.get("agent") == Some("exited")
}
