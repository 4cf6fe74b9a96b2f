//! Instances that wait for a call take the room of calls that are to run: all that wait on one host can be given up.

use std::sync::{Mutex, PoisonError, Weak};

/// Something that keeps instances.
pub(crate) trait Keeper: Send + Sync {
    /// Gives up every instance that waits; whether there were any.
    fn give_up(&self) -> bool;
}

/// Everything on one host that keeps instances.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Vec<Weak<dyn Keeper>>>);

impl Waiting {
    pub(crate) fn add(&self, keeper: Weak<dyn Keeper>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.strong_count() > 0);
        all.push(keeper);
    }

    /// Gives up every instance that waits; whether there were any.
    pub(crate) fn give_up(&self) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).fold(false, |any, keeper| keeper.give_up() | any)
    }
}
