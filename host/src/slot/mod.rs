//! Replacing a provider while it is being used.
//!
//! A [`Slot`] holds the provider that serves. [`Slot::swap`] brings in another component, and until that has passed
//! every check nothing changes for anybody:
//!
//! | step | refused when |
//! |---|---|
//! | digest | the bytes are not those that were announced |
//! | signature | keys are trusted, and none of them made it |
//! | load | it does not compile, imports more than it may, or does not export exactly this version of the contract |
//! | probe | `describe` fails, or it is another provider than the one that serves: its handles would be foreign |
//! | pools | a live pool's configuration is an error for it, and was none for the one that serves |
//!
//! Then one pointer changes. Calls that began before finish on the old version; calls that begin after reach the new
//! one. The old version is gone when its last call has ended, or is ended when the drain limit has passed. Handles do not
//! notice: the contract makes them readable by every version of their provider.
//!
//! The version rule: a host speaks one version of the contract, and a component has to export exactly that one. Two
//! components of different contract versions need two hosts.

mod candidate;
mod drain;
mod error;
mod event;
mod generation;
mod lease;
mod verify;
mod watch;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::broadcast;

pub use candidate::Candidate;
pub use error::SwapError;
pub use event::{Event, Version};
use generation::Generation;
pub use lease::Lease;
pub use watch::Watch;

use crate::host::Host;
use crate::limits::WarmLimits;
use crate::log::{info_line, warn_line};
use crate::provider::Provider;
use crate::types::Descriptor;

/// Events that a subscriber may fall behind by before it loses the oldest.
const EVENTS_KEPT: usize = 256;

/// The configurations of the pools that are live, asked for at every swap: id and configuration.
type LivePools = Arc<dyn Fn() -> Vec<(String, String)> + Send + Sync>;

/// Holds the provider that serves, and replaces it. Cheap to clone; clones are the same slot.
#[derive(Clone)]
pub struct Slot {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    host: Host,
    rules: Rules,
    active: RwLock<Arc<Generation>>,
    /// Held through a swap, so that two at once come one after the other.
    swapping: tokio::sync::Mutex<History>,
    /// Whether there is a version to go back to: known without waiting for a swap.
    can_roll_back: AtomicBool,
    retired: Mutex<Vec<std::sync::Weak<Generation>>>,
    events: broadcast::Sender<Event>,
}

/// What rolling back needs.
struct History {
    previous: Option<(Provider, Descriptor)>,
    last_number: u64,
}

/// What a slot asks of a component.
#[derive(Clone)]
struct Rules {
    drain_limit: Duration,
    trusted_keys: Vec<[u8; 32]>,
    live_pools: Option<LivePools>,
    warm: Option<WarmLimits>,
}

/// Makes a [`Slot`].
#[must_use = "nothing is loaded until `open`"]
pub struct SlotBuilder {
    name: String,
    rules: Rules,
}

impl SlotBuilder {
    /// How long calls on a replaced version may go on before they are ended. Default 90 s: longer than the contract's
    /// longest usual deadline.
    pub fn drain_limit(mut self, limit: Duration) -> Self {
        self.rules.drain_limit = limit;
        self
    }

    /// Demands an Ed25519 signature by this public key, 32 bytes; repeated, by any of several, and by any of the host's
    /// policy ([`Policy::trusted_keys`](crate::Policy::trusted_keys)). Default: none is needed.
    pub fn trust_key(mut self, public_key: [u8; 32]) -> Self {
        self.rules.trusted_keys.push(public_key);
        self
    }

    /// Whom to ask for the pools that are live, as id and configuration. A component for which one of them is wrong, and
    /// was right before, is refused. Default: none.
    pub fn live_pools(mut self, pools: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static) -> Self {
        self.rules.live_pools = Some(Arc::new(pools));
        self
    }

    /// Keeps instances between calls of the same pool, as [`Provider::warm`] does. A swap gives up those of the version
    /// that it replaces. Default: what the host's policy says ([`Policy::warm`](crate::Policy::warm)).
    pub fn warm(mut self, limits: WarmLimits) -> Self {
        self.rules.warm = Some(limits);
        self
    }

    /// Loads the first component, with the same checks as a swap.
    ///
    /// # Errors
    /// See [`SwapError`].
    pub async fn open(mut self, host: &Host, candidate: Candidate) -> Result<Slot, SwapError> {
        self.rules.trusted_keys.extend_from_slice(&host.policy().trusted_keys);
        self.rules.warm = self.rules.warm.or(host.policy().warm);
        let (provider, descriptor) = verify::load(host, &self.rules, candidate).await?;
        let generation = Arc::new(Generation::new(1, provider, descriptor, self.rules.warm));
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let slot = Slot {
            inner: Arc::new(Inner {
                name: self.name,
                host: host.clone(),
                rules: self.rules,
                active: RwLock::new(generation),
                swapping: tokio::sync::Mutex::new(History { previous: None, last_number: 1 }),
                can_roll_back: AtomicBool::new(false),
                retired: Mutex::new(Vec::new()),
                events,
            }),
        };
        slot.tell(Event::Loaded { version: slot.active().version() });
        Ok(slot)
    }
}

/// What a swap did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swapped {
    /// What served before.
    pub from: Version,
    /// What serves now; the same as `from` when the bytes were the same, and then nothing happened.
    pub to: Version,
    /// Names of capabilities, in their spelling as JSON, that the two declare differently: which sessions are routed here
    /// may change.
    pub changed_capabilities: Vec<String>,
}

/// A slot at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SlotStatus {
    /// What serves.
    pub active: Version,
    /// Calls that are running on it.
    pub in_flight: usize,
    /// Replaced versions that still have calls, and how many.
    pub draining: Vec<(Version, usize)>,
    /// Instances that wait for a call, of all versions together; none where each call runs in a fresh one.
    pub waiting_instances: usize,
    /// Whether [`Slot::rollback`] has something to go back to.
    pub can_roll_back: bool,
}

impl Slot {
    /// Starts making a slot. The name is for events and logs.
    pub fn builder(name: impl Into<String>) -> SlotBuilder {
        let rules =
            Rules { drain_limit: Duration::from_secs(90), trusted_keys: Vec::new(), live_pools: None, warm: None };
        SlotBuilder { name: name.into(), rules }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The version that serves, for one call: take it, call, drop it. While it is held, that version is not gone.
    pub fn lease(&self) -> Lease {
        // The count goes up while the pointer cannot change: a version that is seen without calls afterwards has none.
        let active = self.inner.active.read().unwrap_or_else(PoisonError::into_inner);
        Lease::new(&active, &self.inner.events)
    }

    /// What is going on. Does not wait, for a swap neither.
    pub async fn status(&self) -> SlotStatus {
        let active = self.active();
        let retired: Vec<Arc<Generation>> = {
            let retired = self.inner.retired.lock().unwrap_or_else(PoisonError::into_inner);
            retired.iter().filter_map(std::sync::Weak::upgrade).collect()
        };
        SlotStatus {
            active: active.version(),
            in_flight: active.in_flight(),
            draining: retired.iter().map(|old| (old.version(), old.in_flight())).collect(),
            waiting_instances: active.waiting() + retired.iter().map(|old| old.waiting()).sum::<usize>(),
            can_roll_back: self.inner.can_roll_back.load(Ordering::Acquire),
        }
    }

    /// Everything that happens from now on. A subscriber that is slower than 256 events loses the oldest of them.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Brings in another component; see the table above. Swaps at the same time come one after the other. The same bytes
    /// as those that serve are no change.
    ///
    /// Compiling runs on a thread of the runtime's blocking pool and uses all cores; with a cache
    /// ([`HostBuilder::cache`](crate::HostBuilder::cache)) it is done once per component.
    ///
    /// # Errors
    /// [`SwapError`] says which check failed. The old version serves on.
    pub async fn swap(&self, candidate: Candidate) -> Result<Swapped, SwapError> {
        let mut history = self.inner.swapping.lock().await;
        let old = self.active();
        let (digest, outcome) = match verify::read(&self.inner.host, candidate).await {
            Ok(candidate) => {
                let digest = candidate.digest();
                (Some(digest), verify::replacement(&self.inner.host, &self.inner.rules, candidate, &old).await)
            }
            Err(error) => (None, Err(error)),
        };
        match outcome {
            Ok(Some((provider, descriptor))) => Ok(self.switch(&mut history, &old, provider, descriptor)),
            Ok(None) => Ok(Swapped { from: old.version(), to: old.version(), changed_capabilities: Vec::new() }),
            Err(error) => {
                self.tell(Event::Refused { sha256: digest, reason: error.to_string(), serving: old.version() });
                Err(error)
            }
        }
    }

    /// Goes back to the version before the last swap, which then is the one to go forward to. It was checked when it came
    /// in; it has to answer `describe` once more.
    ///
    /// # Errors
    /// [`SwapError::NothingBefore`] before the first swap, [`SwapError::Probe`] when it does not answer.
    pub async fn rollback(&self) -> Result<Swapped, SwapError> {
        let mut history = self.inner.swapping.lock().await;
        let (provider, _) = history.previous.clone().ok_or(SwapError::NothingBefore)?;
        let old = self.active();
        match verify::describe(&provider).await {
            Ok(descriptor) => Ok(self.switch(&mut history, &old, provider, descriptor)),
            Err(error) => {
                let sha256 = Some(provider.info().digest_hex());
                self.tell(Event::Refused { sha256, reason: error.to_string(), serving: old.version() });
                Err(error)
            }
        }
    }

    /// Follows a directory: see [`Watch`].
    pub fn watch(&self, directory: impl Into<std::path::PathBuf>, interval: Duration) -> Watch {
        Watch::start(self.clone(), directory.into(), interval)
    }

    fn active(&self) -> Arc<Generation> {
        Arc::clone(&self.inner.active.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The one moment in which the new version takes over.
    fn switch(
        &self,
        history: &mut History,
        old: &Arc<Generation>,
        provider: Provider,
        descriptor: Descriptor,
    ) -> Swapped {
        history.last_number += 1;
        let new = Arc::new(Generation::new(history.last_number, provider, descriptor, self.inner.rules.warm));
        let swapped = Swapped {
            from: old.version(),
            to: new.version(),
            changed_capabilities: verify::changed(old.descriptor(), new.descriptor()),
        };
        *self.inner.active.write().unwrap_or_else(PoisonError::into_inner) = new;
        old.retire();
        history.previous = Some((old.provider().clone(), old.descriptor().clone()));
        self.inner.can_roll_back.store(true, Ordering::Release);
        self.tell(Event::Swapped {
            from: swapped.from.clone(),
            to: swapped.to.clone(),
            changed_capabilities: swapped.changed_capabilities.clone(),
        });
        drain::start(self, old);
        swapped
    }

    /// Tells subscribers and the log.
    fn tell(&self, event: Event) {
        let slot = &self.inner.name;
        match &event {
            Event::Refused { .. } | Event::Trapped { .. } => {
                warn_line!(target: "sandbox_host::slot", slot, "{event}");
            }
            _ => {
                info_line!(target: "sandbox_host::slot", slot, "{event}");
            }
        }
        let _ = slot;
        // Without a subscriber there is nobody to tell.
        let _ = self.inner.events.send(event);
    }
}
