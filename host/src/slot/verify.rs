//! The checks that stand between bytes and serving.

use super::candidate::{Candidate, Read};
use super::error::SwapError;
use super::generation::Generation;
use super::rules::Rules;
use crate::host::Host;
use crate::provider::Provider;
use crate::types::{Descriptor, Finding, Severity};

/// A component that passed everything that can be asked of it alone.
pub(super) async fn load(
    host: &Host,
    rules: &Rules,
    candidate: Candidate,
) -> Result<(Provider, Descriptor), SwapError> {
    let provider = compile(host, read(host, candidate).await?.verified(&rules.trusted_keys)?).await?;
    let descriptor = describe(&provider).await?;
    Ok((provider, descriptor))
}

/// A component that may follow the one that serves; none when it is the same.
pub(super) async fn replacement(
    host: &Host,
    rules: &Rules,
    candidate: Read,
    old: &Generation,
) -> Result<Option<(Provider, Descriptor)>, SwapError> {
    let same = candidate.digest() == old.provider().info().digest_hex();
    let bytes = candidate.verified(&rules.trusted_keys)?;
    if same {
        return Ok(None);
    }
    let provider = compile(host, bytes).await?;
    let descriptor = describe(&provider).await?;
    if descriptor.id != old.descriptor().id {
        return Err(SwapError::OtherProvider { serving: old.descriptor().id.clone(), found: descriptor.id });
    }
    if let Some(pools) = &rules.live_pools {
        for (pool, config) in pools() {
            check_pool(&provider, old.provider(), pool, &config).await?;
        }
    }
    Ok(Some((provider, descriptor)))
}

/// Reads a candidate's file, off the threads that serve.
pub(super) async fn read(host: &Host, candidate: Candidate) -> Result<Read, SwapError> {
    let limit = host.limits().component_bytes;
    let read = tokio::task::spawn_blocking(move || candidate.read(limit)).await;
    read.map_err(|_| SwapError::ShuttingDown)?
}

async fn compile(host: &Host, bytes: Vec<u8>) -> Result<Provider, SwapError> {
    let host = host.clone();
    let compiled = tokio::task::spawn_blocking(move || host.compile(&bytes)).await;
    Ok(compiled.map_err(|_| SwapError::ShuttingDown)??)
}

/// Runs it for the first time.
pub(super) async fn describe(provider: &Provider) -> Result<Descriptor, SwapError> {
    provider.describe().await.map_err(|error| SwapError::Probe { function: "describe", source: Box::new(error) })
}

/// A pool that is wrong for both is its admin's business; one that would become wrong keeps the old version.
async fn check_pool(new: &Provider, old: &Provider, pool: String, config: &str) -> Result<(), SwapError> {
    let Some(finding) = first_error(new, config).await? else { return Ok(()) };
    match first_error(old, config).await {
        Ok(None) => Err(SwapError::Pool { pool, finding: Box::new(finding) }),
        _ => Ok(()),
    }
}

async fn first_error(provider: &Provider, config: &str) -> Result<Option<Finding>, SwapError> {
    let findings = provider
        .check_config(config)
        .await
        .map_err(|error| SwapError::Probe { function: "check-config", source: Box::new(error) })?;
    Ok(findings.into_iter().find(|finding| finding.severity == Severity::Error))
}

/// Names of the capabilities that two versions declare differently.
pub(super) fn changed(old: &Descriptor, new: &Descriptor) -> Vec<String> {
    let flags = |descriptor: &Descriptor| match serde_json::to_value(&descriptor.capabilities) {
        Ok(serde_json::Value::Object(flags)) => flags,
        _ => serde_json::Map::new(),
    };
    let (old, new) = (flags(old), flags(new));
    let mut names: Vec<String> =
        old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
    names.sort();
    names.dedup();
    names
}
