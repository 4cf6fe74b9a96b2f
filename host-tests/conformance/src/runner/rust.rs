//! The Rust host, in this process and in virtual time: no case waits, and what a call takes is exact.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Map;
use tokio::time::Instant;

use super::hosted::{Hosted, host};
use super::{Mode, arguments, broken, neutral, surroundings};
use crate::data::Case;
use crate::play::{Memory, Stage, at};
use crate::transcript::{Answer, Seen, Transcript};

/// The port of the first case; nobody listens there, because the servers are in memory.
const FIRST_PORT: usize = 20_000;

/// Plays the cases one after the other. Those with one environment and egress share a host, and so its instances.
pub fn run(mode: Mode, component: &Path, cases: &[Case]) -> Vec<Transcript> {
    let all = |why: String| cases.iter().map(|case| broken(case, why.clone())).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let cache = Cache::new();
    match (runtime, cache) {
        (Ok(runtime), Ok(cache)) => runtime.block_on(played(mode, component, cases, &cache.0)),
        (Err(error), _) | (_, Err(error)) => all(error.to_string()),
    }
}

/// A directory in which compiled components are kept for one run: hosts with different environments share them.
struct Cache(PathBuf);

impl Cache {
    fn new() -> std::io::Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sandbox-conformance-{}-{number}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // What cannot be removed is of no use and does no harm.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn played(mode: Mode, component: &Path, cases: &[Case], cache: &Path) -> Vec<Transcript> {
    let network = Memory::default();
    let mut hosts: BTreeMap<String, Result<Hosted, String>> = BTreeMap::new();
    let mut transcripts = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let key = surroundings(case);
        if !hosts.contains_key(&key) {
            let opened = match host(Arc::new(network.clone()), case, cache) {
                Ok(host) => Hosted::open(&host, component, mode).await,
                Err(why) => Err(why),
            };
            hosts.insert(key.clone(), opened);
        }
        let authority = format!("127.0.0.1:{}", FIRST_PORT + number);
        transcripts.push(match &hosts[&key] {
            Ok(hosted) => neutral(play(hosted, case, &authority, &network.serve(&authority)).await, &authority),
            Err(why) => broken(case, why.clone()),
        });
    }
    transcripts
}

async fn play(hosted: &Hosted, case: &Case, authority: &str, stage: &Stage) -> Transcript {
    let mut saved = Map::new();
    let mut steps = Vec::new();
    for step in &case.steps {
        let replies = step.replies.iter().map(|reply| at(reply, authority)).collect();
        stage.set(replies, step.otherwise.as_ref().map(|reply| at(reply, authority)));
        let arguments = arguments(step, authority, &saved);
        let begun = Instant::now();
        let answer = hosted.call(&step.call, &arguments).await;
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let (Some(name), Answer::Result(value)) = (&step.save, &answer) {
            saved.insert(name.clone(), value.clone());
        }
        steps.push(Seen { answer, requests: stage.take(), took_ms });
    }
    Transcript { case: case.name.clone(), virtual_time: true, broken: None, steps }
}
