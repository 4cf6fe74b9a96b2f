//! A client that knows JSON and lines, and nothing of this crate.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use fake_daytona::{FakeDaytona, Generation, Latencies};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The component that is in the program.
pub fn component() -> &'static [u8] {
    const BUNDLED: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
    BUNDLED.expect("run `cargo xtask build` first")
}

/// A Daytona on a loopback socket, and a directory.
pub struct Stage {
    pub fake: FakeDaytona,
    pub url: String,
    pub files: tempfile::TempDir,
    _runtime: Runtime,
}

impl Stage {
    pub fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).expect("a socket");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let fake = {
            let _in = runtime.enter();
            FakeDaytona::builder(Generation::V0_205)
                .latencies(Latencies::quick())
                .toolbox_url(&format!("{origin}/toolbox"))
                .build()
        };
        let router = fake.router();
        runtime.spawn(async move { axum::serve(listener, router).await });
        let url = format!("{origin}{}", fake.api_path());
        Self { fake, url, files: tempfile::tempdir().expect("a directory"), _runtime: runtime }
    }

    /// A context of a pool of this Daytona.
    pub fn context(&self) -> Value {
        json!({
            "poolId": "pool-1",
            "config": { "daytonaApiUrl": self.url, "diskGB": 10, "image": "ubuntu:24.04" },
            "credential": { "secret": self.fake.key() },
        })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// The real component with a section more in it: other bytes, the same provider.
    pub fn another_component(&self, name: &str) -> PathBuf {
        let mut bytes = component().to_vec();
        bytes.extend_from_slice(b"\0\x05\x04test");
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("it can be written");
        path
    }

    /// The program.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox-host"));
        command.args(arguments).env_clear().env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command
    }

    /// The program, serving.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.program(&[&["serve"], arguments].concat())
    }

    /// The program on its standard input and output.
    pub fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the program starts");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("it has an output"));
        // What is logged must not block it.
        let mut log = process.stderr.take().expect("it has a log");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).map(|_| text).expect("UTF-8")
        });
        Served {
            log,
            talk: Talk {
                input: Some(input.expect("it has an input")),
                output,
                notifications: Vec::new(),
                heard: String::new(),
            },
            process,
            secrets: vec![self.fake.key().to_owned()],
        }
    }
}

/// One conversation.
pub struct Talk<W, R> {
    input: Option<W>,
    output: R,
    pub notifications: Vec<Value>,
    heard: String,
}

impl<W: Write, R: BufRead> Talk<W, R> {
    pub fn new(input: W, output: R) -> Self {
        Self { input: Some(input), output, notifications: Vec::new(), heard: String::new() }
    }

    pub fn say(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it was hung up");
        input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush()).expect("it listens");
    }

    pub fn send(&mut self, id: u32, method: &str, params: Value) {
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
    }

    /// The next line.
    pub fn hear(&mut self) -> Value {
        serde_json::from_str(&self.hear_line()).expect("a line is JSON")
    }

    /// The next line as it was written.
    pub fn hear_line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).expect("it can be read") > 0, "it hung up");
        self.heard.push_str(&line);
        line
    }

    /// The next answer; notifications before it are kept.
    pub fn answer(&mut self) -> Value {
        loop {
            let message = self.hear();
            if message.get("method").is_none() {
                return message;
            }
            self.notifications.push(message["params"].clone());
        }
    }

    /// A request and its answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(7, method, params);
        let answer = self.answer();
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&"2.0".into(), &7.into()), "{answer}");
        answer
    }

    /// The result of a request.
    pub fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    /// The error of a request.
    pub fn error(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("result").is_none(), "{answer}");
        answer["error"].clone()
    }

    /// The next event of this name.
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(found) = self.notifications.iter().position(|event| event["event"] == name) {
                return self.notifications.remove(found);
            }
            let message = self.hear();
            assert_eq!(message["method"], "event", "{message}");
            self.notifications.push(message["params"].clone());
        }
    }

    pub fn hang_up(&mut self) {
        self.input = None;
    }
}

/// The program, and the conversation with it.
pub struct Served {
    pub talk: Talk<ChildStdin, BufReader<std::process::ChildStdout>>,
    process: Child,
    log: std::thread::JoinHandle<String>,
    secrets: Vec<String>,
}

impl Served {
    /// One more text that must never be told.
    pub fn secret(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// Hangs up, reads to the end, and returns exit code and what was still said. No key was ever told.
    pub fn end(mut self) -> (Option<i32>, Vec<Value>) {
        self.talk.hang_up();
        let mut rest = Vec::new();
        let mut line = String::new();
        while self.talk.output.read_line(&mut line).expect("it can be read") > 0 {
            self.talk.heard.push_str(&line);
            rest.push(serde_json::from_str(&line).expect("a line is JSON"));
            line.clear();
        }
        let status = self.process.wait().expect("it ends");
        let log = self.log.join().expect("the log is read");
        for secret in &self.secrets {
            let line = self.talk.heard.lines().chain(log.lines()).find(|line| line.contains(secret.as_str()));
            assert_eq!(line, None, "the key was told");
        }
        assert!(!log.contains("panicked"), "{log}");
        (status.code(), rest)
    }
}

/// Whether a path is there.
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
