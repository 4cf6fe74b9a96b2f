//! The handle: scripts a fake, and inspects it.

mod daemon;
mod organization;
mod outcomes;
mod requests;
mod sandboxes;
mod server;
mod snapshots;
mod truth;

use crate::FakeDaytona;
use crate::clock::Timestamp;
use crate::world::{Key, World};

impl FakeDaytona {
    fn change<T>(&self, act: impl FnOnce(&mut World, Timestamp) -> T) -> T {
        let now = self.core.now();
        let result = act(&mut self.core.world(), now);
        self.core.announce();
        result
    }

    fn with<T>(&self, id_or_name: &str, act: impl FnOnce(&mut World, Key, Timestamp) -> T) -> bool {
        self.change(|world, now| {
            let found = world.find_ever(id_or_name);
            found.map(|key| act(world, key, now)).is_some()
        })
    }
}
