//! `sandbox-host demo`: a session's life that a newcomer can watch, without an account.
//!
//! The component, the host and the HTTP client are the real ones; only the Daytona that they talk to is a fake, served
//! on a loopback socket of this process.

mod reporter;
mod scenes;
mod stage;
mod wire;
mod work;

use fake_daytona::Generation;

use super::Done;
use super::args::{Demo, Global};
use super::exit::Exit;
use super::failure::Failure;
use reporter::Reporter;
use stage::{Pace, Stage};

/// Shows both dialects, what a session can do, then what it looks like when something is wrong.
pub async fn run(global: &Global, own: &Demo) -> Done {
    let about_pools = global.pool.is_some() || global.pool_id.is_some() || global.credential_file.is_some();
    let about_hosts = global.policy.is_some() || !global.ca_file.is_empty() || !global.pass_env.is_empty();
    if about_pools || about_hosts || global.deadline.is_some() {
        return Err(Failure::usage("The demo has a pool, a key, a policy and a Daytona of its own.")
            .remedy("Leave --pool and its like out: all that the demo takes is --quick, --json and --component."));
    }
    let pace = if own.quick { Pace::QUICK } else { Pace::VISIBLE };
    let mut reporter = Reporter::new(global.json);

    let today = Stage::open(global, Generation::V0_205, pace).await?;
    reporter.opening(&today).await?;
    reporter.scene("sandbox", "today's Daytona, version 0.205", &today);
    scenes::whole_life(&today, &mut reporter, "fix-login-bug").await?;
    reporter.ground_truth(&today);

    let described = Stage::open(global, Generation::Documented, pace).await?;
    reporter.scene("workspace", "the API of the provider description", &described);
    scenes::short_life(&described, &mut reporter, "write-the-docs").await?;
    reporter.ground_truth(&described);

    let busy = Stage::open(global, Generation::V0_205, pace).await?;
    reporter.scene("processes", "programs in a session, and what sessions begin from", &busy);
    work::programs_and_snapshots(&busy, &mut reporter).await?;
    reporter.ground_truth(&busy);

    reporter.scene("failures", "when something is wrong, it says what to do", &today);
    scenes::failures(&today, &mut reporter).await?;

    let leaked = today.alive() + described.alive() + busy.alive();
    reporter.closing()?;
    match leaked {
        0 => Ok(Exit::Ok),
        _ => Err(Failure::host(format!("The demo left {leaked} sandboxes behind, which is a defect."))),
    }
}
