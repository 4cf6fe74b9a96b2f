//! Following a directory: a file that appears there is swapped in.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::candidate::Candidate;
use super::switching::Slot;

/// Swaps the newest component of a directory into a slot, until it is dropped.
///
/// The newest is the file ending in `.wasm` that was changed last. It is taken once it has not changed between two looks,
/// so that half a copy is not mistaken for a component; a copy under another name and a rename is safer still. What the
/// slot refuses is not tried again until the file changes. A signature lies beside it, with `.sig` at the end.
pub struct Watch {
    task: JoinHandle<()>,
}

/// Enough of a file to see that it has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    path: PathBuf,
    changed: SystemTime,
    bytes: u64,
}

impl Slot {
    /// Follows a directory: see [`Watch`].
    pub fn watch(&self, directory: impl Into<PathBuf>, interval: Duration) -> Watch {
        Watch::start(self.clone(), directory.into(), interval)
    }
}

impl Watch {
    fn start(slot: Slot, directory: PathBuf, every: Duration) -> Self {
        let task = tokio::spawn(async move {
            let mut looks = interval(every);
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let (mut last, mut tried) = (None, None);
            loop {
                looks.tick().await;
                let seen = newest(&directory);
                if let Some(seen) = &seen
                    && last.as_ref() == Some(seen)
                    && tried.as_ref() != Some(seen)
                {
                    tried = Some(seen.clone());
                    // Refusals are events of the slot.
                    let _ = slot.swap(Candidate::file(&seen.path)).await;
                }
                last = seen;
            }
        });
        Self { task }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A directory that cannot be read has no newest file; it may come back.
fn newest(directory: &Path) -> Option<Seen> {
    fs::read_dir(directory)
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let wasm = path.extension().is_some_and(|extension| extension == "wasm");
            let metadata = fs::metadata(&path).ok().filter(|metadata| wasm && metadata.is_file())?;
            Some(Seen { changed: metadata.modified().ok()?, bytes: metadata.len(), path })
        })
        .max_by(|a, b| (a.changed, &a.path).cmp(&(b.changed, &b.path)))
}
