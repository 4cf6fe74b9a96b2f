//! Configurations of the pools that are served, so that a new version can be asked about them before it is let in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// As many are remembered; of more, whichever.
const KEPT: usize = 1_000;

#[derive(Clone, Debug, Default)]
pub struct Pools(Arc<Mutex<HashMap<String, String>>>);

impl Pools {
    /// A call was made for a pool.
    pub fn seen(&self, id: &str, config: &str) {
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = pools.len() < KEPT;
        match pools.get_mut(id) {
            Some(known) if known == config => {}
            Some(known) => config.clone_into(known),
            None if room => {
                pools.insert(id.to_owned(), config.to_owned());
            }
            None => {}
        }
    }

    /// All of them: id and configuration.
    pub fn all(&self) -> Vec<(String, String)> {
        let pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pools.iter().map(|(id, config)| (id.clone(), config.clone())).collect()
    }
}
