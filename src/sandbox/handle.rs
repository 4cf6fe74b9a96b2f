//! How a handle is made from what the server says, and the keys of its metadata.
#![forbid(unsafe_code)]

use super::toolbox;
use crate::contract::Handle;
use crate::daytona::{Dialect, Sandbox};
use crate::http::url::Origin;

/// The provider's id: that of its handles, and `providerId` of its pools.
pub const PROVIDER_ID: &str = "daytona";

/// Keys of a handle's metadata. Older and newer versions read them.
pub mod keys {
    pub const DIALECT: &str = "dialect";
    pub const API_ORIGIN: &str = "api-origin";
    /// Daytona's organization.
    pub const ORGANIZATION: &str = "organization-id";
    pub const NAME: &str = "name";
    pub const TOOLBOX_ORIGIN: &str = "toolbox-origin";
    /// The platform's organization, where the platform named one.
    pub const TENANT: &str = "platform-organization-id";
}

/// Where a sandbox lives and whose it is, as far as the call tells.
pub struct Place<'a> {
    pub dialect: Dialect,
    pub api: &'a Origin,
    /// Daytona's organization, where the credential names it.
    pub organization: Option<&'a str>,
    /// The platform's organization, where the platform named one.
    pub tenant: Option<&'a str>,
    /// The toolbox that the pool's configuration names.
    pub toolbox: Option<&'a Origin>,
}

/// The handle of a sandbox. Facts only: it has to be readable by older and newer versions.
pub fn of(place: &Place<'_>, sandbox: &Sandbox) -> Handle {
    let api = place.api.to_string();
    let toolbox = sandbox.toolbox_proxy_url.as_deref();
    let toolbox = toolbox.and_then(|url| toolbox::trusted_origin(url, place.api, place.toolbox));
    let toolbox = toolbox.map(|origin| origin.to_string());
    let facts = [
        (keys::DIALECT, Some(place.dialect.name())),
        (keys::API_ORIGIN, Some(api.as_str())),
        (keys::ORGANIZATION, sandbox.organization_id.as_deref().or(place.organization)),
        (keys::TENANT, place.tenant),
        (keys::NAME, sandbox.name.as_deref()),
        (keys::TOOLBOX_ORIGIN, toolbox.as_deref()),
    ];
    let known = facts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
    Handle { provider_id: PROVIDER_ID.to_owned(), external_id: sandbox.id.clone(), metadata: known.collect() }
}
