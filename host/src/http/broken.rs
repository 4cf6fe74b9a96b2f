//! Where connections broke of late. Whoever is there, or stands between, may break the next one that is kept as well; and a
//! request that changes something leaves a doubt each time. So the next such request goes out on a fresh connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a break is remembered: as long as connections are kept by default.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Servers that are remembered; of more, all are forgotten, which costs a doubt and nothing else.
const MOST: usize = 1_024;

/// Servers, as scheme and authority, and when a connection to them broke.
#[derive(Clone, Default)]
pub(crate) struct Broken(Arc<Mutex<HashMap<String, Instant>>>);

impl Broken {
    /// A connection broke after it had come about.
    pub(crate) fn mark(&self, server: &str) {
        let mut servers = self.servers();
        if servers.len() >= MOST {
            servers.clear();
        }
        servers.insert(server.to_owned(), Instant::now());
    }

    pub(crate) fn is_recent(&self, server: &str) -> bool {
        self.servers().get(server).is_some_and(|at| at.elapsed() < REMEMBERED)
    }

    fn servers(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
