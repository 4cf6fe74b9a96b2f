//! What the component can do already, so that a promise is held to only once it is given.

use sandbox_host::{Function, Provider, Severity};

/// Promises that came with later versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `provision` adopts what is there.
    pub adoption: bool,
    /// `status` keeps a working session alive.
    pub keep_alive: bool,
    /// What was left behind can be found and ended.
    pub inventory: bool,
}

impl Features {
    /// Asks the component itself.
    pub async fn of(provider: &Provider) -> Self {
        let findings = provider.check_config(r#"{"keepAlive":"agent"}"#).await.unwrap_or_default();
        let keep_alive = findings.iter().all(|finding| finding.severity != Severity::Error);
        // Both come with the same version: what is adopted has to be kept.
        Self { adoption: keep_alive, keep_alive, inventory: provider.offers(Function::Reconcile) }
    }
}
