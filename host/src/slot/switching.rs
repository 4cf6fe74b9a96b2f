//! The slot itself: what serves, and how it is replaced.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use tokio::sync::broadcast;

use super::candidate::Candidate;
use super::error::SwapError;
use super::event::{Event, Version};
use super::generation::Generation;
use super::lease::Lease;
use super::rules::Rules;
use super::{drain, verify};
use crate::host::Host;
use crate::log::{info_line, warn_line};
use crate::provider::Provider;
use crate::types::Descriptor;

/// Events that a subscriber may fall behind by before it loses the oldest.
const EVENTS_KEPT: usize = 256;

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
    retired: Mutex<Vec<Weak<Generation>>>,
    events: broadcast::Sender<Event>,
}

/// What rolling back needs.
struct History {
    previous: Option<(Provider, Descriptor)>,
    last_number: u64,
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
    pub(super) fn new(name: String, host: Host, rules: Rules, provider: Provider, descriptor: Descriptor) -> Self {
        let generation = Arc::new(Generation::new(1, provider, descriptor, rules.warm));
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let slot = Self {
            inner: Arc::new(Inner {
                name,
                host,
                rules,
                active: RwLock::new(generation),
                swapping: tokio::sync::Mutex::new(History { previous: None, last_number: 1 }),
                can_roll_back: AtomicBool::new(false),
                retired: Mutex::new(Vec::new()),
                events,
            }),
        };
        slot.tell(Event::Loaded { version: slot.active().version() });
        slot
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
        let retired: Vec<Arc<Generation>> = self.retired().iter().filter_map(Weak::upgrade).collect();
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

    /// Brings in another component; see the table of the [module](crate::slot). Swaps at the same time come one after the other. The same bytes
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
        self.drain(old);
        swapped
    }

    /// Lets the calls of a version that was replaced end, and tells when the last one has.
    fn drain(&self, old: &Arc<Generation>) {
        self.retired().push(Arc::downgrade(old));
        let (slot, old) = (self.clone(), Arc::clone(old));
        tokio::spawn(async move {
            let (interrupted, after) = drain::finished(&old, slot.inner.rules.drain_limit).await;
            slot.tell(Event::Drained { version: old.version(), interrupted, after });
            slot.retired().retain(|known| !std::ptr::eq(known.as_ptr(), Arc::as_ptr(&old)));
        });
    }

    /// Versions that were replaced and are not gone yet.
    fn retired(&self) -> MutexGuard<'_, Vec<Weak<Generation>>> {
        let mut retired = self.inner.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.retain(|known| known.strong_count() > 0);
        retired
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
