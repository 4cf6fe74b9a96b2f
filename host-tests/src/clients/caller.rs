//! The host as a client uses it.

use std::path::Path;

use sandbox_host::{Context, Handle, Host, Limits, Provider, Spec, State, Termination, Warm, WarmLimits};

use super::Failure;

/// A provider whose calls run in fresh instances, or in warm ones.
#[derive(Clone)]
pub enum Caller {
    Fresh(Provider),
    Warm(Warm),
}

impl Caller {
    /// From a precompiled file; `kind` is `fresh` or `warm`, `calls` how many there may be at the same time.
    ///
    /// # Errors
    /// When the file cannot be loaded, and for another kind.
    pub fn load(file: impl AsRef<Path>, kind: &str, calls: u32) -> Result<Self, Failure> {
        let host = Host::builder().limits(Limits::new().with_concurrent_calls(calls)).build()?;
        let provider = crate::load_signed(&host, file.as_ref())?;
        match kind {
            "fresh" => Ok(Self::Fresh(provider)),
            "warm" => Ok(Self::Warm(provider.warm(WarmLimits::default()))),
            other => Err(format!("{other:?} is neither `fresh` nor `warm`").into()),
        }
    }

    pub async fn provision(&self, context: &Context, spec: &Spec) -> Result<Handle, Failure> {
        Ok(match self {
            Self::Fresh(provider) => provider.provision(context, spec).await?,
            Self::Warm(warm) => warm.provision(context, spec).await?,
        })
    }

    pub async fn status(&self, context: &Context, handle: &Handle) -> Result<State, Failure> {
        Ok(match self {
            Self::Fresh(provider) => provider.status(context, handle).await?,
            Self::Warm(warm) => warm.status(context, handle).await?,
        })
    }

    pub async fn terminate(&self, context: &Context, handle: &Handle) -> Result<Termination, Failure> {
        Ok(match self {
            Self::Fresh(provider) => provider.terminate(context, handle).await?,
            Self::Warm(warm) => warm.terminate(context, handle).await?,
        })
    }
}
