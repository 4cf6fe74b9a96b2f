//! Programs in a sandbox: what a session can run once it exists, on every daemon.

use std::path::PathBuf;
use std::time::Duration;

use fake_daytona::{DEFAULT_KEY, Daemon, FakeDaytona, Generation, Matcher, Program, RequestAction};
use host_tests::over;
use sandbox_host::{CallError, Command, Context, Credential, ErrorCode, Handle, Provider, ProviderError, Spec};

const DAEMONS: [Daemon; 4] = [Daemon::V0_110, Daemon::V0_138, Daemon::V0_155, Daemon::V0_190];

struct Stage {
    fake: FakeDaytona,
    provider: Provider,
    context: Context,
    handle: Handle,
}

impl Stage {
    async fn new() -> Self {
        let fake =
            FakeDaytona::builder(Generation::V0_190).toolbox_url("https://proxy.daytona.example/toolbox").build();
        let provider = over(&fake);
        let context = Context::new("pool-1")
            .with_config(r#"{"daytonaApiUrl":"https://daytona.example/api","diskGB":3}"#)
            .with_credential(Credential::new(DEFAULT_KEY));
        let handle = provider.provision(&context, &Spec::new("sess-42")).await.expect("a handle");
        tokio::time::sleep(Duration::from_secs(60)).await;
        fake.clear_requests();
        Self { fake, provider, context, handle }
    }

    /// Method and the end of the route of each request since the last look.
    fn spent(&self) -> Vec<String> {
        let last = |route: &str| route.rsplit('/').next().unwrap_or_default().to_owned();
        let requests = self.fake.requests();
        self.fake.clear_requests();
        requests
            .iter()
            .map(|request| {
                let route = request.route.replace(&self.handle.external_id, "id");
                format!("{} {}", request.method, last(&route))
            })
            .collect()
    }

    async fn look(&self) -> (String, String) {
        let state = self.provider.status(&self.context, &self.handle).await.expect("a state");
        let told = |key| state.details.get(key).unwrap_or_default().to_owned();
        (told("agent"), told("agent-exit-code"))
    }
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> ProviderError {
    match outcome {
        Err(CallError::Provider(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// A directory of its own for the machine's shells.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("processes-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test(start_paused = true)]
async fn each_call_costs_what_it_has_to() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    fake.has_program("worker", Program { takes: None, stdout: "ready\n".to_owned(), ..Program::default() });
    provider.exec(context, handle, &Command::new(["true"])).await.expect("an end");
    assert_eq!(stage.spent(), ["GET id", "POST execute"]);
    provider.launch(context, handle, &Command::new(["worker"]), Some("w")).await.expect("an id");
    assert_eq!(stage.spent(), ["GET id", "PUT labels", "POST execute"]);
    provider.launch(context, handle, &Command::new(["worker"]), Some("w")).await.expect("an id");
    assert_eq!(stage.spent(), ["GET id", "POST execute"]);
    provider.read(context, handle, Some("w"), None, None).await.expect("an output");
    assert_eq!(stage.spent(), ["GET id", "POST execute"]);
    provider.read(context, handle, None, None, None).await.expect("an output");
    assert_eq!(stage.spent(), ["GET id", "GET entrypoint", "GET logs"]);
    provider.kill(context, handle, "w").await.expect("an end");
    assert_eq!(stage.spent(), ["GET id", "POST execute"]);
}

#[tokio::test(start_paused = true)]
async fn words_variables_directory_streams_and_code_are_exact_on_every_daemon_with_real_shells() {
    let directory = Directory::new("exact");
    for daemon in DAEMONS {
        let stage = Stage::new().await;
        stage.fake.set_daemon(daemon);
        stage.fake.run_commands_in(&directory.0);
        let script = "printf '%s|' \"$@\"; printf '%s' \"$VALUE\" >&2; pwd; exit 7";
        let mut command = Command::new(["sh", "-c", script, "sh", "it's", "", "$HOME \\ \"x\"", "日本\n", "-n", "*"]);
        command.env.push("VALUE", "a'b\n$c");
        command.working_directory = Some("/".to_owned());
        let done = stage.provider.exec(&stage.context, &stage.handle, &command).await.expect("an end");
        assert_eq!(done.stdout, "it's||$HOME \\ \"x\"|日本\n|-n|*|/\n", "{daemon:?}");
        assert_eq!((done.stderr.as_str(), done.exit_code, done.truncated), ("a'b\n$c", Some(7), false), "{daemon:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn output_is_bounded_a_timeout_told_and_a_missing_directory_refused_with_real_shells() {
    let directory = Directory::new("bounds");
    let stage = Stage::new().await;
    stage.fake.run_commands_in(&directory.0);
    let run = async |command: &Command| stage.provider.exec(&stage.context, &stage.handle, command).await;
    let mut command = Command::new(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 4"]);
    command.max_output_bytes = Some(1_000);
    let done = run(&command).await.expect("an end");
    assert_eq!((done.stdout.len(), done.exit_code, done.truncated), (1_000, Some(4), true));
    let mut command = Command::new(["sleep", "60"]);
    command.timeout_ms = Some(300);
    let done = run(&command).await.expect("an end");
    assert_eq!((done.exit_code, done.details.get("ended-by")), (None, Some("timeout")));
    let mut command = Command::new(["true"]);
    command.working_directory = Some("no/such/directory".to_owned());
    let error = refusal(run(&command).await);
    assert_eq!((error.code, error.details.get("rule")), (ErrorCode::InvalidSpec, Some("no-such-directory")));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_the_proxy_sends_twice_runs_once() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    fake.once(Matcher::path("/toolbox/**"), RequestAction::ApplyTwice);
    let done = provider.exec(context, handle, &Command::new(["sleep", "3"])).await.expect("an end");
    assert_eq!((done.exit_code, fake.program_runs().len()), (Some(0), 1));
    // The connection breaks after it has begun: the error says so, and the result can be read.
    fake.once(Matcher::path("/toolbox/**"), RequestAction::ApplyThenReset);
    let error = refusal(provider.exec(context, handle, &Command::new(["echo", "hi"])).await);
    assert!(error.maybe_applied, "{error:?}");
    let id = error.details.get("process-id").expect("an id");
    let output = provider.read(context, handle, Some(id), None, None).await.expect("an output");
    assert_eq!((output.stdout.as_str(), output.ended, output.next_cursor), ("hi\n", true, None));
    assert_eq!(fake.program_runs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_execution_with_an_id_of_the_callers_is_not_repeated() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    let mut command = Command::new(["echo", "hi"]);
    command.extensions.push("exec-id", "once");
    for _ in 0..2 {
        let done = provider.exec(context, handle, &command).await.expect("an end");
        assert_eq!(done.stdout, "hi\n");
    }
    assert_eq!(fake.program_runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_hosts_that_launch_one_id_at_one_moment_start_one() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    fake.has_program("worker", Program { takes: None, ..Program::default() });
    let command = Command::new(["worker"]);
    let (first, second) = tokio::join!(
        provider.launch(context, handle, &command, Some("w")),
        provider.launch(context, handle, &command, Some("w")),
    );
    assert_eq!((first.expect("an id"), second.expect("an id")), ("w".to_owned(), "w".to_owned()));
    assert_eq!(fake.program_runs().len(), 1);
    let error = refusal(provider.launch(context, handle, &Command::new(["other"]), Some("w")).await);
    assert_eq!(error.code, ErrorCode::Conflict);
}

#[tokio::test(start_paused = true)]
async fn a_launched_worker_keeps_the_sandbox_alive_and_a_finished_one_does_not_though_it_is_watched() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    let hours = |hours: u64| Program { takes: Some(Duration::from_secs(hours * 3600)), code: 5, ..Program::default() };
    fake.has_program("worker", hours(2));
    fake.entrypoint_exits(&handle.external_id, 0);
    provider.launch(context, handle, &Command::new(["worker"]), Some("w")).await.expect("an id");
    let minutes = |minutes: u64| tokio::time::sleep(Duration::from_secs(minutes * 60));
    for _ in 0..11 {
        minutes(10).await;
        let (agent, _) = stage.look().await;
        assert!(agent.is_empty() || agent == "running", "{agent}");
    }
    assert_eq!(fake.sandboxes()[0].state, "started");
    // It has ended; reading what it wrote keeps nothing alive.
    for _ in 0..12 {
        minutes(10).await;
        let _ = provider.status(context, handle).await;
        let _ = provider.read(context, handle, Some("w"), None, None).await;
    }
    assert_ne!(fake.sandboxes()[0].state, "started");
}

#[tokio::test(start_paused = true)]
async fn the_launch_commands_log_is_read_with_its_streams_and_on_from_a_cursor() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    fake.set_entrypoint_logs(&handle.external_id, "\u{1}\u{1}\u{1}ready\n\u{2}\u{2}\u{2}oops\n");
    let first = provider.read(context, handle, None, None, None).await.expect("an output");
    assert_eq!((first.stdout.as_str(), first.stderr.as_str(), first.ended), ("ready\n", "oops\n", false));
    fake.set_entrypoint_logs(&handle.external_id, "\u{1}\u{1}\u{1}ready\n\u{2}\u{2}\u{2}oops\n\u{1}\u{1}\u{1}done\n");
    fake.entrypoint_exits(&handle.external_id, 3);
    let next = provider.read(context, handle, None, first.next_cursor.as_deref(), None).await.expect("an output");
    assert_eq!((next.stdout.as_str(), next.stderr.as_str()), ("done\n", ""));
    assert_eq!((next.ended, next.exit_code, next.next_cursor), (true, Some(3), None));
    fake.set_daemon(Daemon::V0_138);
    let error = refusal(provider.read(context, handle, None, None, None).await);
    assert_eq!((error.code, error.details.get("rule")), (ErrorCode::Unsupported, Some("no-session")));
}

#[tokio::test(start_paused = true)]
async fn images_without_a_shell_and_sandboxes_that_do_not_run_are_told() {
    let stage = Stage::new().await;
    let Stage { provider, context, handle, fake } = &stage;
    fake.has_no_shell();
    let error = refusal(provider.exec(context, handle, &Command::new(["true"])).await);
    assert_eq!((error.code, error.details.get("rule")), (ErrorCode::Unsupported, Some("no-shell")));
    fake.set_state(&handle.external_id, "stopped", None, None);
    let error = refusal(provider.exec(context, handle, &Command::new(["true"])).await);
    assert_eq!((error.code, error.details.get("rule")), (ErrorCode::Conflict, Some("not-running")));
}
