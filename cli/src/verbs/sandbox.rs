//! Commands on one sandbox: a look, parking it, letting it live longer, ending it.

use sandbox_host::{Context, Function, Handle, Provider, Termination};
use serde_json::json;

use crate::Done;
use crate::args::{Global, OnHandle, Status};
use crate::component::{Network, provider};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{self, Pool};
use crate::out;
use crate::output::{print_json, state};
use crate::style::Style;

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
        out::print(state(Style::stdout(), &seen))?;
    }
    Ok(seen.status.into())
}

/// What the interface `lifecycle` does with a sandbox.
#[derive(Clone, Copy)]
pub enum Goal {
    Stop,
    Start,
    Archive,
    KeepAlive,
    /// Seconds from now.
    Extend(u32),
}

impl Goal {
    fn function(self) -> Function {
        match self {
            Self::Stop => Function::Stop,
            Self::Start => Function::Start,
            Self::Archive => Function::Archive,
            Self::KeepAlive => Function::KeepAlive,
            Self::Extend(_) => Function::Extend,
        }
    }
}

pub async fn lifecycle(global: &Global, on: &OnHandle, goal: Goal) -> Done {
    let Sandbox { provider, context, handle } = Sandbox::open(global, on)?;
    if !provider.offers(goal.function()) {
        return Err(Failure::component("The component does not offer to park sandboxes, or to let them live longer.")
            .remedy("Use a component that exports the interface `lifecycle`, or terminate the sandbox."));
    }
    let seen = match goal {
        Goal::Stop => provider.stop(&context, &handle).await?,
        Goal::Start => provider.start(&context, &handle).await?,
        Goal::Archive => provider.archive(&context, &handle).await?,
        Goal::KeepAlive => provider.keep_alive(&context, &handle).await?,
        Goal::Extend(seconds) => provider.extend(&context, &handle, seconds).await?,
    };
    if global.json {
        print_json(&seen)?;
    } else {
        out::print(state(Style::stdout(), &seen))?;
    }
    // Whoever keeps a session alive wants to know whether it is.
    Ok(if matches!(goal, Goal::KeepAlive) { seen.status.into() } else { Exit::Ok })
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
        out::line(format!("{}  {meaning}", style.good(style.bold(word))))?;
    }
    Ok(Exit::Ok)
}
