//! What happens in each scene.

use sandbox_host::{CallError, Function, Handle, Phase, Spec, State};
use tokio::time::sleep;

use super::reporter::Reporter;
use super::stage::Stage;
use crate::failure::Failure;

/// After as many looks the scene has gone wrong.
pub const LOOKS: usize = 200;

pub type Scene = Result<(), Failure>;

/// From the first request to the last: created, watched, lost and found, parked, brought back, ended.
pub async fn whole_life(stage: &Stage, reporter: &mut Reporter, session: &str) -> Scene {
    let handle = provision(stage, reporter, session).await?;
    watch(stage, reporter, &handle, "until it runs", Phase::Running).await?;

    reporter.call(&format!("locate --session {session}"), "the platform crashed and lost the handle");
    let found = stage.provider.locate(&stage.context(), session).await?;
    reporter.wire(stage);
    if found.as_ref() != Some(&handle) {
        return Err(Failure::host("The demo found another handle than it had, which is a defect."));
    }
    reporter.say("found, and the same handle");

    if !stage.provider.offers(Function::Archive) {
        reporter.say("this component does not park sandboxes");
        return end(stage, reporter, &handle).await;
    }
    let context = stage.context();
    reporter.call("archive", "the agent waits for a person: stop, then cheap storage");
    let state = stage.provider.archive(&context, &handle).await?;
    reporter.state(stage, &state);
    watch(stage, reporter, &handle, "until it is archived", Phase::Archived).await?;

    reporter.call("start", "the person has answered");
    let state = stage.provider.start(&context, &handle).await?;
    reporter.state(stage, &state);
    watch(stage, reporter, &handle, "until it runs again", Phase::Running).await?;
    end(stage, reporter, &handle).await
}

/// Created on a server of the other dialect, watched, ended.
pub async fn short_life(stage: &Stage, reporter: &mut Reporter, session: &str) -> Scene {
    let handle = provision(stage, reporter, session).await?;
    reporter.say("this Daytona has no /sandbox; the handle remembers, so nothing asks again");
    watch(stage, reporter, &handle, "until it runs", Phase::Running).await?;
    end(stage, reporter, &handle).await
}

/// A wrong key, and a session that asks for too much.
pub async fn failures(stage: &Stage, reporter: &mut Reporter) -> Scene {
    let spec = Spec::new("no-key");
    reporter.call("provision --session no-key", "with a key that Daytona does not know");
    let refused = stage.provider.provision(&stage.context_with_key("dtn_not_the_key"), &spec).await;
    reporter.refusal(stage, refused.err())?;

    let mut spec = Spec::new("too-big");
    spec.resources.memory_mb = Some(64 << 10);
    reporter.call("provision --session too-big --memory-mb 65536", "more than one sandbox may have");
    let refused = stage.provider.provision(&stage.context(), &spec).await;
    reporter.refusal(stage, refused.err())
}

async fn provision(stage: &Stage, reporter: &mut Reporter, session: &str) -> Result<Handle, Failure> {
    reporter.call(&format!("provision --session {session}"), "");
    let handle = stage.provider.provision(&stage.context(), &Spec::new(session)).await?;
    reporter.wire(stage);
    reporter.made(stage, &handle);
    Ok(handle)
}

pub async fn end(stage: &Stage, reporter: &mut Reporter, handle: &Handle) -> Scene {
    reporter.call("terminate", "");
    let ended = stage.provider.terminate(&stage.context(), handle).await?;
    reporter.wire(stage);
    reporter.say(&format!("{ended}"));
    watch(stage, reporter, handle, "until it is gone", Phase::Destroyed).await
}

/// Looks until the sandbox has come that far.
pub async fn watch(stage: &Stage, reporter: &mut Reporter, handle: &Handle, until: &str, goal: Phase) -> Scene {
    reporter.call("watch", until);
    for _ in 0..LOOKS {
        let state = look(stage, handle).await?;
        reporter.state(stage, &state);
        if state.phase == goal {
            reporter.looks();
            return Ok(());
        }
        if state.phase == Phase::Failed {
            break;
        }
        sleep(stage.pace.look).await;
    }
    Err(Failure::host("The demo's sandbox did not get where it should, which is a defect."))
}

async fn look(stage: &Stage, handle: &Handle) -> Result<State, CallError> {
    let mut context = stage.context();
    context.extensions.push("observe", "true");
    stage.provider.status(&context, handle).await
}
