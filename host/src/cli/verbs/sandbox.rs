//! Commands on one sandbox: a look, parking it, ending it.

use sandbox_host::{Context, Handle, Provider, Termination};
use serde_json::json;

use crate::cli::Done;
use crate::cli::args::{Global, OnHandle, Status};
use crate::cli::component::{Network, provider};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::input::{self, Pool};
use crate::cli::output::{print_json, state};
use crate::cli::style::Style;

/// What a command on a sandbox needs. Files are read first: a wrong one is told before anything is compiled.
pub struct Sandbox {
    pub provider: Provider,
    pub context: Context,
    pub handle: Handle,
}

impl Sandbox {
    pub fn open(global: &Global, on: &OnHandle) -> Result<Self, Failure> {
        let handle = input::handle(&on.handle)?;
        let context = Pool::read(global)?.context(global)?;
        Ok(Self { provider: provider(global, Network::Needed)?, context, handle })
    }

    /// Asks the provider to keep nothing alive while it looks.
    pub fn observe(mut self) -> Self {
        self.context.extensions.push("observe", "true");
        self
    }
}

pub async fn status(global: &Global, own: &Status) -> Done {
    let mut sandbox = Sandbox::open(global, &own.on)?;
    if own.observe {
        sandbox = sandbox.observe();
    }
    let seen = sandbox.provider.status(&sandbox.context, &sandbox.handle).await?;
    if global.json {
        print_json(&seen)?;
    } else {
        print!("{}", state(Style::stdout(), &seen));
    }
    Ok(seen.status.into())
}

#[derive(Clone, Copy)]
pub enum Park {
    Stop,
    Start,
    Archive,
}

pub async fn park(global: &Global, own: &OnHandle, goal: Park) -> Done {
    let Sandbox { provider, context, handle } = Sandbox::open(global, own)?;
    let Some(lifecycle) = provider.lifecycle() else {
        return Err(Failure::component("The component does not offer to stop, start or archive sandboxes.")
            .remedy("Use a component that exports the interface `lifecycle`, or terminate the sandbox."));
    };
    let seen = match goal {
        Park::Stop => lifecycle.stop(&context, &handle).await?,
        Park::Start => lifecycle.start(&context, &handle).await?,
        Park::Archive => lifecycle.archive(&context, &handle).await?,
    };
    if global.json {
        print_json(&seen)?;
    } else {
        print!("{}", state(Style::stdout(), &seen));
    }
    Ok(Exit::Ok)
}

pub async fn terminate(global: &Global, own: &OnHandle) -> Done {
    let sandbox = Sandbox::open(global, own)?;
    let ended = sandbox.provider.terminate(&sandbox.context, &sandbox.handle).await?;
    if global.json {
        print_json(&json!({ "termination": ended }))?;
    } else {
        let style = Style::stdout();
        let (word, meaning) = match ended {
            Termination::Requested => ("requested", "the vendor deletes it; `status` tells when it is gone"),
            Termination::Gone => ("gone", "it does not exist any more"),
        };
        println!("{}  {meaning}", style.good(style.bold(word)));
    }
    Ok(Exit::Ok)
}
