//! `wasi:cli/environment`: what the embedder gives, and nothing of the host's own process.

use std::sync::Arc;

use wasmtime_wasi::p2::bindings::cli::environment::Host;

use crate::http::Placeholders;
use crate::policy::Policy;
use crate::types::Secret;

/// Environment variables for guests. Values are secrets, because keys are what they are for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(Arc<Vec<Variable>>);

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    value: Secret,
    /// A key, which a guest need not see.
    is_key: bool,
}

impl Environment {
    /// Sets a variable; a later value replaces an earlier one.
    pub(crate) fn set(&mut self, name: String, value: Secret, is_key: bool) {
        let variables = Arc::make_mut(&mut self.0);
        variables.retain(|known| known.name != name);
        variables.push(Variable { name, value, is_key });
    }

    /// Its keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().filter(|variable| variable.is_key).map(|variable| &variable.value)
    }

    /// Leaves out what the policy does not show.
    pub(crate) fn retain(&mut self, policy: &Policy) {
        Arc::make_mut(&mut self.0).retain(|variable| policy.shows(&variable.name));
    }

    /// The same with placeholders for keys. One that fits no header is left out and remembered: a call that would need it
    /// is told that it cannot be used, and not that there is none.
    pub(crate) fn hidden(&self, placeholders: &mut Placeholders) -> Self {
        let hidden = self.0.iter().filter_map(|variable| {
            let value = match variable.is_key {
                true => match placeholders.hide(&variable.value, None) {
                    Ok(placeholder) => placeholder.into(),
                    Err(_) => {
                        placeholders.set_unusable();
                        return None;
                    }
                },
                false => variable.value.clone(),
            };
            Some(Variable { value, ..variable.clone() })
        });
        Self(Arc::new(hidden.collect()))
    }
}

impl Host for Environment {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.0.iter().map(|variable| (variable.name.clone(), variable.value.expose().to_owned())).collect())
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(None)
    }
}
