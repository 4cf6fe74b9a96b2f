//! One module per command.

mod budget;
mod check;
mod describe;
mod doctor;
mod explain;
mod health;
mod inventory;
mod locate;
mod pages;
mod process;
mod provision;
mod sandbox;
mod snapshots;
mod watch;

use super::Done;
use super::args::{Arguments, Verb};
use sandbox::Goal;

/// Runs the command.
pub async fn run(arguments: &Arguments) -> Done {
    let global = &arguments.global;
    match &arguments.verb {
        #[cfg(feature = "demo")]
        Verb::Demo(own) => super::demo::run(global, own).await,
        Verb::Describe(own) => describe::run(global, own).await,
        Verb::Check => check::run(global).await,
        Verb::Doctor(own) => doctor::run(global, own).await,
        Verb::Health => health::health(global).await,
        Verb::Capacity => health::capacity(global).await,
        Verb::Explain(own) => explain::run(global, own).await,
        Verb::Provision(own) => provision::run(global, own).await,
        Verb::Locate(own) => locate::run(global, own).await,
        Verb::Status(own) => sandbox::status(global, own).await,
        Verb::Watch(own) => watch::run(global, own).await,
        Verb::Stop(own) => sandbox::lifecycle(global, own, Goal::Stop).await,
        Verb::Start(own) => sandbox::lifecycle(global, own, Goal::Start).await,
        Verb::Archive(own) => sandbox::lifecycle(global, own, Goal::Archive).await,
        Verb::KeepAlive(own) => sandbox::lifecycle(global, own, Goal::KeepAlive).await,
        Verb::Extend(own) => sandbox::lifecycle(global, &own.on, Goal::Extend(own.seconds)).await,
        Verb::List => inventory::list(global).await,
        Verb::Reconcile(own) => inventory::reconcile(global, own).await,
        Verb::Exec(own) => process::exec(global, own).await,
        Verb::Launch(own) => process::launch(global, own).await,
        Verb::Logs(own) => process::logs(global, own).await,
        Verb::Kill(own) => process::kill(global, own).await,
        Verb::Snapshot(own) => snapshots::run(global, own).await,
        Verb::Serve(own) => super::serve::run(global, own).await,
        Verb::Terminate(own) => sandbox::terminate(global, own).await,
    }
}
