//! A handle, checked against the call.

use super::call::Call;
use crate::contract::{ErrorCode, Handle};
use crate::daytona::{Dialect, Sandbox};
use crate::error::Error;
use crate::http::Transport;
use crate::http::url::{BaseUrl, Origin, Segment};
use crate::pairs;
use crate::pool::{self, Pool};
use crate::sandbox::handle::{PROVIDER_ID, keys};
use crate::sandbox::toolbox;

/// A handle that belongs to this provider, server and organization.
#[derive(Debug)]
pub struct Target {
    /// Daytona's id, as a path segment.
    pub id: Segment,
    /// Daytona's id, as it is.
    pub external_id: String,
    /// The dialect that the handle names; today's where an older version named none.
    pub dialect: Dialect,
    /// The toolbox's URL or origin as the handle or a reply names it, which is no proof that it may be called.
    toolbox_url: Option<String>,
    /// The Daytona organization that it was made in, where that is known.
    pub organization: Option<String>,
}

impl Target {
    /// Checks a handle against the call. A handle of another server or organization is refused: there the sandbox would
    /// not be found, and a sandbox that is not found counts as gone.
    pub fn new<T: Transport>(call: &Call<'_, T>, handle: Handle) -> Result<Self, Error> {
        check_origin(&handle, call.client.base())?;
        let same = |key, ours: &Option<String>, whose: &str| match (pairs::get(&handle.metadata, key), ours) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                Err(Error::config(format!("The handle belongs to {whose} {theirs}, this call to {ours}."))
                    .rule("foreign-organization")
                    .remedy("Call with the context of the organization that the session was provisioned for."))
            }
            _ => Ok(()),
        };
        same(keys::ORGANIZATION, &call.organization, "the Daytona organization")?;
        same(keys::TENANT, &call.tenant, "the platform's organization")?;
        // What could lead to another path, whatever stands between here and Daytona makes of it, is no id.
        let is_odd = |id: &str| id.contains(['/', '\\', '%']) || id.bytes().all(|byte| byte == b'.');
        let id = Segment::new(&handle.external_id).filter(|_| !is_odd(&handle.external_id));
        let Some(id) = id else {
            return Err(Error::spec("The handle's external id is not one that Daytona gives.")
                .rule("malformed-handle")
                .detail("path", "handle.external-id")
                .remedy("Use the handle as it was made; locate makes it anew."));
        };
        let dialect =
            pairs::get(&handle.metadata, keys::DIALECT).and_then(Dialect::named).unwrap_or(match call.pool.dialect {
                pool::Dialect::Workspace => Dialect::Workspace,
                pool::Dialect::Auto | pool::Dialect::Sandbox => Dialect::Sandbox,
            });
        let organization = pairs::get(&handle.metadata, keys::ORGANIZATION).map(str::to_owned);
        let toolbox_url = pairs::get(&handle.metadata, keys::TOOLBOX_ORIGIN).map(str::to_owned);
        Ok(Self { id, external_id: handle.external_id, dialect, toolbox_url, organization })
    }

    /// A sandbox that was just seen.
    pub fn of(dialect: Dialect, sandbox: &Sandbox) -> Result<Self, Error> {
        let Some(id) = Segment::new(&sandbox.id) else {
            return Err(Error::new(ErrorCode::Protocol, "Daytona named a sandbox by an id that cannot be used.")
                .rule("bad-reply"));
        };
        let toolbox_url = sandbox.toolbox_proxy_url.clone();
        let organization = sandbox.organization_id.clone();
        Ok(Self { id, external_id: sandbox.id.clone(), dialect, toolbox_url, organization })
    }

    /// Where the toolbox may be called. Few calls need it, so it is found out when it is asked for.
    pub fn toolbox<T: Transport>(&self, call: &Call<'_, T>) -> Option<Origin> {
        let url = self.toolbox_url.as_deref()?;
        toolbox::trusted_origin(url, call.client.base().origin(), call.pool.toolbox_url.as_ref())
    }
}

/// Refuses a handle that another provider made or that was minted against another server.
pub fn check_origin(handle: &Handle, base: &BaseUrl) -> Result<(), Error> {
    if handle.provider_id != PROVIDER_ID {
        return Err(Error::spec(format!(
            "The handle is of the provider {}, not of {}.",
            handle.provider_id, PROVIDER_ID
        ))
        .rule("foreign-handle")
        .detail("path", "handle.provider-id")
        .remedy("Call the provider that made it."));
    }
    let ours = base.origin().to_string();
    match pairs::get(&handle.metadata, keys::API_ORIGIN) {
        Some(theirs) if theirs != ours => {
            Err(Error::config(format!("The handle was made at {theirs}, but this call goes to {ours}."))
                .rule("foreign-origin")
                .remedy("Use the URL and the key that the session was provisioned with; the sandbox lives there."))
        }
        _ => Ok(()),
    }
}

/// The toolbox's origin in a handle, where it may be called.
pub fn toolbox_origin(handle: &Handle, pool: &Pool, api: &Origin) -> Option<Origin> {
    toolbox::trusted_origin(pairs::get(&handle.metadata, keys::TOOLBOX_ORIGIN)?, api, pool.toolbox_url.as_ref())
}
