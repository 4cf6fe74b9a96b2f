//! A Daytona on a loopback socket, a directory for files, and the program run with both.

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fake_daytona::{FakeDaytona, Generation, Latencies};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A key that belongs to nobody.
pub const WRONG_KEY: &str = "dtn_wrong_key_0123456789abcdef0123456789abcdef";

/// The component that is in the program.
pub fn component() -> &'static [u8] {
    const BUNDLED: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));
    BUNDLED.expect("run `cargo xtask build` first")
}

pub struct Stage {
    pub fake: FakeDaytona,
    /// Base URL of the API.
    pub url: String,
    files: tempfile::TempDir,
    /// What must never be seen.
    secrets: RefCell<Vec<String>>,
    _runtime: Runtime,
}

impl Stage {
    /// Today's Daytona, with changes of state that take a millisecond.
    pub fn new() -> Self {
        Self::of(Generation::V0_205)
    }

    pub fn of(generation: Generation) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).expect("a socket");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let fake = {
            let _in = runtime.enter();
            FakeDaytona::builder(generation)
                .latencies(Latencies::quick())
                .toolbox_url(&format!("{origin}/toolbox"))
                .build()
        };
        let router = fake.router();
        runtime.spawn(async move { axum::serve(listener, router).await });
        let url = format!("{origin}{}", fake.api_path());
        let secrets = RefCell::new(vec![fake.key().to_owned(), WRONG_KEY.to_owned()]);
        Self { fake, url, files: tempfile::tempdir().expect("a directory"), secrets, _runtime: runtime }
    }

    /// How many sandboxes there are once those that are being deleted are gone, which takes a millisecond.
    pub fn left(&self) -> usize {
        loop {
            let alive = self.fake.alive();
            if !alive.iter().any(|sandbox| sandbox.desired_state == "destroyed") {
                return alive.len();
            }
            std::thread::yield_now();
        }
    }

    /// A path for a file of this name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("it can be written");
        path
    }

    /// A pool of this Daytona, with more keys.
    pub fn pool(&self, more: Value) -> PathBuf {
        let mut config = json!({ "daytonaApiUrl": self.url, "diskGB": 10, "image": "ubuntu:24.04" });
        for (name, value) in more.as_object().expect("an object") {
            config[name] = value.clone();
        }
        self.write("pool.json", config.to_string())
    }

    /// One more text that must never be seen.
    pub fn secret(&self, secret: &str) {
        self.secrets.borrow_mut().push(secret.to_owned());
    }

    /// The program with these arguments, the key in its environment and nothing else there.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox-host"));
        command.args(arguments).env_clear().env("DAYTONA_API_KEY", self.fake.key()).current_dir(self.files.path());
        // One compilation for all runs.
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command
    }

    /// Runs it with the pool of this Daytona.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.pool(json!({}));
        // First, because what follows `--` is the launch command.
        self.finish(self.command(&[&["--pool", "pool.json"], arguments].concat()))
    }

    /// Runs it with the pool and `--json`, and reads what it prints.
    pub fn json(&self, arguments: &[&str]) -> Run {
        self.run(&[&["--json"], arguments].concat())
    }

    /// Runs a prepared command.
    pub fn finish(&self, mut command: Command) -> Run {
        let output = command.output().expect("the program starts");
        self.check(output)
    }

    /// Runs a prepared command with this on its standard input.
    pub fn finish_with_input(&self, mut command: Command, input: &[u8]) -> Run {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("it has an input").write_all(input).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        self.check(output)
    }

    /// What every run has to hold to: it ends by itself, and tells no secret.
    pub fn check(&self, output: std::process::Output) -> Run {
        let run = Run {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        };
        for secret in self.secrets.borrow().iter() {
            assert!(!run.out.contains(secret.as_str()) && !run.err.contains(secret.as_str()), "a secret: {run:?}");
        }
        assert!(!run.err.contains("panicked"), "{run:?}");
        run
    }

    /// Provisions a session into `handle.json`.
    pub fn provisioned(&self, session: &str) -> PathBuf {
        let run = self.run(&["provision", "--session", session, "--handle-out", "handle.json"]);
        assert_eq!(run.code, 0, "{run:?}");
        self.path("handle.json")
    }
}

/// How the program ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The one JSON value that it printed.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error that it printed as JSON, after a check that its exit code is the one that it tells.
    pub fn error(&self) -> Error {
        let error = self.value()["error"].clone();
        assert_eq!(error["exitCode"], self.code, "{self:?}");
        Error(error)
    }

    /// The state that it printed as JSON.
    pub fn state(&self) -> (String, String) {
        let value = self.value();
        let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        (word("status"), word("phase"))
    }
}

/// An error as printed.
#[derive(Debug)]
pub struct Error(Value);

impl Error {
    pub fn code(&self) -> &str {
        self.0["code"].as_str().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.0["message"].as_str().unwrap_or_default()
    }

    pub fn remedy(&self) -> &str {
        self.0["remedy"].as_str().unwrap_or_default()
    }

    pub fn detail(&self, name: &str) -> &str {
        self.0["details"][name].as_str().unwrap_or_default()
    }

    pub fn member(&self, name: &str) -> &Value {
        &self.0[name]
    }
}

/// A handle as it lies in a file.
pub fn handle(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("it is there")).expect("it is JSON")
}
