//! What a session does once it exists: programs, and the snapshots that sessions begin from.

use std::time::Duration;

use fake_daytona::Program;
use sandbox_host::{Command, Handle, Phase, Snapshot, SnapshotPhase, Spec};
use tokio::time::sleep;

use super::reporter::Reporter;
use super::scenes::{LOOKS, Scene, end, watch};
use super::stage::Stage;
use crate::failure::Failure;

const WORKER: [&str; 3] = ["donmai", "agent", "run"];

/// A pool whose first session begins from what was built ahead; what that session has set up becomes the beginning of the
/// next one, whose worker is launched.
pub async fn programs_and_snapshots(stage: &Stage, reporter: &mut Reporter) -> Scene {
    let second = Duration::from_secs(1);
    let prints = |text: &str| Program { takes: Some(second / 5), stdout: text.to_owned(), ..Program::default() };
    stage.fake.has_program("git", prints("Cloning into 'app'...\n"));
    stage.fake.has_program(&WORKER.join(" "), Program { takes: None, ..prints("registered, waiting for work\n") });

    let mut wanted = Spec::new("any");
    wanted.image = Some("ghcr.io/acme/worker:1".to_owned());
    wanted.command = Some(WORKER.map(str::to_owned).to_vec());
    reporter.call("snapshot prepare worker-1 --image ghcr.io/acme/worker:1 -- donmai agent run", "");
    let made = stage.provider.prepare(&stage.context(), "worker-1", &wanted).await?;
    reporter.wire(stage);
    reporter.say(&format!("{}, built ahead of the pool's first session", made.phase));
    let base = until_ready(stage, reporter, "worker-1").await?;

    let first = provision(stage, reporter, "first", &base).await?;
    exec(stage, reporter, &first, &["git", "clone", "https://github.com/acme/app"]).await?;
    reporter.call("snapshot capture after-setup", "the file system, without the launch command");
    let captured = stage.provider.capture(&stage.context(), &first, "after-setup").await?;
    reporter.wire(stage);
    reporter.say(&format!("{}, as {}", captured.phase, captured.vendor_name));
    end(stage, reporter, &first).await?;

    let second = provision(stage, reporter, "second", &captured).await?;
    reporter.call("launch --id worker -- donmai agent run", "nothing else begins it there");
    let worker = stage.provider.launch(&stage.context(), &second, &Command::new(WORKER), Some("worker")).await?;
    reporter.wire(stage);
    reporter.say(&format!("{worker} runs, and counts as the agent"));
    reporter.call("logs --id worker", "");
    let read = stage.provider.read(&stage.context(), &second, Some(&worker), None, None).await?;
    reporter.wire(stage);
    reporter.output(&read.stdout);
    reporter.call("kill --id worker", "");
    stage.provider.kill(&stage.context(), &second, &worker).await?;
    reporter.wire(stage);
    reporter.say("ended");
    end(stage, reporter, &second).await
}

async fn provision(stage: &Stage, reporter: &mut Reporter, session: &str, base: &Snapshot) -> Result<Handle, Failure> {
    reporter.call(&format!("provision --session {session}"), &format!("\"snapshot\": \"{}\"", base.vendor_name));
    let context = stage.context_with_snapshot(&base.vendor_name);
    let handle = stage.provider.provision(&context, &Spec::new(session)).await?;
    reporter.wire(stage);
    reporter.made(stage, &handle);
    watch(stage, reporter, &handle, "until it runs", Phase::Running).await?;
    Ok(handle)
}

async fn exec(stage: &Stage, reporter: &mut Reporter, handle: &Handle, argv: &[&str]) -> Scene {
    reporter.call(&format!("exec -- {}", argv.join(" ")), "");
    let done = stage.provider.exec(&stage.context(), handle, &Command::new(argv.iter().copied())).await?;
    reporter.wire(stage);
    reporter.output(&done.stdout);
    match done.exit_code {
        Some(0) => Ok(()),
        code => Err(Failure::host(format!("The demo's program ended with {code:?}, which is a defect."))),
    }
}

async fn until_ready(stage: &Stage, reporter: &mut Reporter, name: &str) -> Result<Snapshot, Failure> {
    reporter.call(&format!("snapshot get {name}"), "until it is ready");
    let mut last = None;
    for _ in 0..LOOKS {
        let Some(seen) = stage.provider.get_snapshot(&stage.context(), name).await? else { break };
        reporter.snapshot(stage, last.replace(seen.phase) != Some(seen.phase), seen.phase.as_str());
        if seen.phase == SnapshotPhase::Ready {
            // Daytona copies what was built to its machines before sandboxes can begin from it.
            sleep(stage.pace.look * 20).await;
            return Ok(seen);
        }
        sleep(stage.pace.look).await;
    }
    Err(Failure::host("The demo's snapshot did not become ready, which is a defect."))
}
