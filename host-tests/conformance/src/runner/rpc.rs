//! `sandbox-host serve`: the cases over JSON-RPC, with servers on loopback sockets and in real time, many at once.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, oneshot};

use super::hosted::function;
use super::{arguments, broken, neutral, surroundings};
use crate::data::{Case, Egress};
use crate::play::{Socket, at};
use crate::transcript::{Answer, Seen, Transcript};

/// Cases at the same time: most of them wait.
const AT_ONCE: usize = 16;

/// Longer than any call of the contract takes.
const LONGEST: Duration = Duration::from_secs(90);

/// The number of the provider's own errors.
const PROVIDER_ERROR: i64 = -32_000;

/// What the server adds to the contract's record of an error.
const NOT_OF_THE_CONTRACT: [&str; 1] = ["remedy"];

/// Plays the cases against one server for each environment and egress that they need.
pub fn run(program: &Path, component: &Path, cases: &[Case]) -> Vec<Transcript> {
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime.block_on(played(program, component, cases)),
        Err(error) => cases.iter().map(|case| broken(case, error.to_string())).collect(),
    }
}

async fn played(program: &Path, component: &Path, cases: &[Case]) -> Vec<Transcript> {
    let mut servers: BTreeMap<String, Result<Arc<Server>, String>> = BTreeMap::new();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = Vec::new();
    for case in cases {
        let started = || Server::start(program, component, case);
        let server = servers.entry(surroundings(case)).or_insert_with(started).clone();
        let (case, room) = (case.clone(), Arc::clone(&room));
        running.push(tokio::spawn(async move {
            let _turn = room.acquire().await;
            match server {
                Ok(server) => play(&server, &case).await,
                Err(why) => broken(&case, why),
            }
        }));
    }
    let mut transcripts = Vec::new();
    for (task, case) in running.into_iter().zip(cases) {
        transcripts.push(task.await.unwrap_or_else(|error| broken(case, error.to_string())));
    }
    transcripts
}

async fn play(server: &Server, case: &Case) -> Transcript {
    let socket = match Socket::listen().await {
        Ok(socket) => socket,
        Err(error) => return broken(case, error.to_string()),
    };
    let authority = &socket.authority;
    let mut saved = Map::new();
    let mut steps = Vec::new();
    for step in &case.steps {
        let replies = step.replies.iter().map(|reply| at(reply, authority)).collect();
        socket.stage.set(replies, step.otherwise.as_ref().map(|reply| at(reply, authority)));
        let arguments = arguments(step, authority, &saved);
        let begun = Instant::now();
        let answer = match server.call(&step.call, arguments).await {
            Ok(answer) => answer,
            Err(why) => return broken(case, why),
        };
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let (Some(name), Answer::Result(value)) = (&step.save, &answer) {
            saved.insert(name.clone(), value.clone());
        }
        steps.push(Seen { answer, requests: socket.stage.take(), took_ms });
    }
    let transcript = Transcript { case: case.name.clone(), virtual_time: false, broken: None, steps };
    neutral(transcript, authority)
}

/// Who waits for which answer.
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// A `sandbox-host serve`. It ends with this.
struct Server {
    child: Child,
    input: Mutex<ChildStdin>,
    waiting: Waiting,
    next: AtomicU64,
    /// It is read while the program starts, so it stays as long as the program.
    _policy: Option<PolicyFile>,
}

/// A policy as a file, which is removed with this.
struct PolicyFile(PathBuf);

impl PolicyFile {
    fn write(egress: Egress) -> Result<Self, String> {
        let text = match egress {
            Egress::Denied => "[egress]\nallow = []\n",
        };
        let path = std::env::temp_dir().join(format!("sandbox-conformance-{}.toml", std::process::id()));
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for PolicyFile {
    fn drop(&mut self) {
        // What cannot be removed does no harm.
        drop(std::fs::remove_file(&self.0));
    }
}

impl Server {
    fn start(program: &Path, component: &Path, case: &Case) -> Result<Arc<Self>, String> {
        let mut command = Command::new(program);
        command.arg("--component").arg(component);
        let policy = case.egress.map(PolicyFile::write).transpose()?;
        if let Some(policy) = &policy {
            command.arg("--policy").arg(&policy.0);
        }
        command.arg("serve").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        for (name, value) in &case.environment {
            command.env(name, value.as_str().unwrap_or_default());
        }
        let started = |error| format!("`{}` could not be started: {error}", program.display());
        let mut child = command.spawn().map_err(started)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the server has no standard input or output".to_owned());
        };
        let waiting = Waiting::default();
        let shared = Arc::clone(&waiting);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
                let Some(id) = message["id"].as_u64() else { continue };
                let waits = shared.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                if let Some(waits) = waits {
                    // Who has given up does not need it.
                    drop(waits.send(message));
                }
            }
            // Without a server nobody gets an answer any more.
            shared.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        let server = Self { child, input: Mutex::new(input), waiting, next: AtomicU64::new(1), _policy: policy };
        Ok(Arc::new(server))
    }

    fn say(&self, line: &str) -> std::io::Result<()> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        input.write_all(line.as_bytes())?;
        input.flush()
    }

    /// Calls a function of the contract.
    async fn call(&self, call: &str, arguments: Map<String, Value>) -> Result<Answer, String> {
        let method = function(call)?.rpc_name();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, sender);
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": arguments });
        self.say(&format!("{message}\n")).map_err(|error| format!("the server does not read any more: {error}"))?;
        let message = tokio::time::timeout(LONGEST, receiver).await;
        let message = message.map_err(|_| format!("the server did not answer within {LONGEST:?}"))?;
        Ok(answer(message.map_err(|_| "the server ended without an answer".to_owned())?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It holds nothing that it would have to put away.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn answer(mut message: Value) -> Answer {
    let Some(error) = message.get_mut("error") else { return Answer::Result(message["result"].take()) };
    if error["code"].as_i64() != Some(PROVIDER_ERROR) {
        return Answer::Failed(error.to_string());
    }
    let mut data = error["data"].take();
    if let Some(members) = data.as_object_mut() {
        members.retain(|name, _| !NOT_OF_THE_CONTRACT.contains(&name.as_str()));
    }
    Answer::Error(data)
}
