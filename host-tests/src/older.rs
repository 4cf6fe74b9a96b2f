//! A host that was built when the contract was at 0.1.0: its bindings are made from what was released then, and from nothing
//! else. It knows no interface, function or version that came later, and runs whatever component it is given.

use std::sync::Arc;

use fake_daytona::FakeDaytona;
use wasmtime::Store;

use crate::clients::Failure;
use crate::counts::{Counter, Data};
use crate::fake::FakeNetwork;

/// The contract of 0.1.0 as wasmtime's macro makes it from `wit/released/0.1.0`.
#[allow(clippy::all, reason = "generated code")]
mod bindings {
    wasmtime::component::bindgen!({
        path: ["../wit/deps/io", "../wit/deps/clocks", "../wit/deps/cli", "../wit/deps/http", "../wit/released/0.1.0"],
        inline: "
            package host:older;

            world contract {
                include rensei:sandbox/sandbox-provider@0.1.0;
                export rensei:sandbox/lifecycle@0.1.0;
                export rensei:sandbox/inventory@0.1.0;
            }
        ",
        world: "host:older/contract",
        exports: { default: async },
    });
}

pub use bindings::exports::rensei::sandbox::{inventory, types};

/// A component in that host, in front of a fake. Each call has an instance of its own.
pub struct OlderHost {
    component: Counter,
    fake: FakeDaytona,
}

/// An instance of it for one call.
pub struct Instance {
    /// What the functions are called with.
    pub store: Store<Data>,
    /// The functions.
    pub contract: bindings::Contract,
}

impl OlderHost {
    /// Loads a component.
    ///
    /// # Errors
    /// When it is no component, or wants what the host does not give.
    pub fn load(component: &[u8], fake: &FakeDaytona) -> Result<Self, Failure> {
        Ok(Self { component: Counter::new(component)?, fake: fake.clone() })
    }

    /// A fresh instance.
    ///
    /// # Errors
    /// When the component lacks a function of 0.1.0, or has it with another type.
    pub async fn instance(&self) -> Result<Instance, Failure> {
        let (mut store, instance) = self.component.start(Arc::new(FakeNetwork(self.fake.clone()))).await?;
        let contract = bindings::Contract::new(&mut store, &instance)?;
        Ok(Instance { store, contract })
    }
}
