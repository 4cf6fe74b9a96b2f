//! One room per command.

mod check;
mod describe;
mod locate;
mod provision;
mod sandbox;
mod watch;

use super::Done;
use super::args::{Arguments, Verb};

/// Runs the command.
pub async fn run(arguments: &Arguments) -> Done {
    let global = &arguments.global;
    match &arguments.verb {
        #[cfg(feature = "demo")]
        Verb::Demo(own) => super::demo::run(global, own).await,
        Verb::Describe(own) => describe::run(global, own).await,
        Verb::Check => check::run(global).await,
        Verb::Provision(own) => provision::run(global, own).await,
        Verb::Locate(own) => locate::run(global, own).await,
        Verb::Status(own) => sandbox::status(global, own).await,
        Verb::Watch(own) => watch::run(global, own).await,
        Verb::Stop(own) => sandbox::park(global, own, sandbox::Park::Stop).await,
        Verb::Start(own) => sandbox::park(global, own, sandbox::Park::Start).await,
        Verb::Archive(own) => sandbox::park(global, own, sandbox::Park::Archive).await,
        Verb::Serve(own) => super::serve::run(global, own).await,
        Verb::Terminate(own) => sandbox::terminate(global, own).await,
    }
}
