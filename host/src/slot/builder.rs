use std::sync::Arc;
use std::time::Duration;

use super::candidate::Candidate;
use super::error::SwapError;
use super::rules::Rules;
use super::switching::Slot;
use super::verify;
use crate::host::Host;
use crate::limits::WarmLimits;

impl Slot {
    /// Starts making a slot. The name is for events and logs.
    pub fn builder(name: impl Into<String>) -> SlotBuilder {
        let rules =
            Rules { drain_limit: Duration::from_secs(90), trusted_keys: Vec::new(), live_pools: None, warm: None };
        SlotBuilder { name: name.into(), rules }
    }
}

/// Makes a [`Slot`].
#[must_use = "nothing is loaded until `open`"]
pub struct SlotBuilder {
    name: String,
    rules: Rules,
}

impl SlotBuilder {
    /// How long calls on a replaced version may go on before they are ended. Default 90 s: longer than the contract's
    /// longest usual deadline.
    pub fn drain_limit(mut self, limit: Duration) -> Self {
        self.rules.drain_limit = limit;
        self
    }

    /// Demands an Ed25519 signature by this public key, 32 bytes; repeated, by any of several, and by any of the host's
    /// policy ([`Policy::trusted_keys`](crate::Policy::trusted_keys)). Default: none is needed.
    pub fn trust_key(mut self, public_key: [u8; 32]) -> Self {
        self.rules.trusted_keys.push(public_key);
        self
    }

    /// Whom to ask for the pools that are live, as id and configuration. A component for which one of them is wrong, and
    /// was right before, is refused. Default: none.
    pub fn live_pools(mut self, pools: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static) -> Self {
        self.rules.live_pools = Some(Arc::new(pools));
        self
    }

    /// Keeps instances between calls of the same pool, as [`Provider::warm`](crate::Provider::warm) does. A swap gives up those of the version
    /// that it replaces. Default: what the host's policy says ([`Policy::warm`](crate::Policy::warm)).
    pub fn warm(mut self, limits: WarmLimits) -> Self {
        self.rules.warm = Some(limits);
        self
    }

    /// Loads the first component, with the same checks as a swap.
    ///
    /// # Errors
    /// See [`SwapError`].
    pub async fn open(mut self, host: &Host, candidate: Candidate) -> Result<Slot, SwapError> {
        self.rules.trusted_keys.extend_from_slice(&host.policy().trusted_keys);
        self.rules.warm = self.rules.warm.or(host.policy().warm);
        let (provider, descriptor) = verify::load(host, &self.rules, candidate).await?;
        Ok(Slot::new(self.name, host.clone(), self.rules, provider, descriptor))
    }
}
