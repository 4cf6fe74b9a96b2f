//! `wasi:cli/environment`: what the embedder gives, and nothing of the host's own process.

use std::sync::Arc;

use wasmtime_wasi::p2::bindings::cli::environment::Host;

use crate::types::Secret;

/// Environment variables for guests. Values are secrets, because keys are what they are for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(Arc<Vec<(String, Secret)>>);

impl Environment {
    /// Sets a variable; a later value replaces an earlier one.
    pub(crate) fn set(&mut self, name: String, value: Secret) {
        let variables = Arc::make_mut(&mut self.0);
        variables.retain(|(known, _)| *known != name);
        variables.push((name, value));
    }
}

impl Host for Environment {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.0.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect())
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(None)
    }
}
