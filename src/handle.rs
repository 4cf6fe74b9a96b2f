//! How a handle is made from what the server says.

use crate::context::{Call, metadata};
use crate::contract::Handle;
use crate::daytona::{Dialect, Sandbox};
use crate::http::Transport;
use crate::http::url::Origin;
use crate::prelude::*;
use crate::profile;

/// The handle of a sandbox. Facts only: it has to be readable by older and newer versions.
pub fn of<T: Transport>(call: &Call<'_, T>, dialect: Dialect, sandbox: Sandbox) -> Handle {
    let api = call.client.base().origin();
    let toolbox = sandbox.toolbox_proxy_url.and_then(|url| Origin::parse(&url).ok());
    let toolbox = toolbox.filter(|origin| origin.is_acceptable_toolbox(api, call.pool.toolbox_url.as_ref()));
    let facts = [
        (metadata::DIALECT, Some(dialect.name().to_owned())),
        (metadata::API_ORIGIN, Some(api.to_string())),
        (metadata::ORGANIZATION, sandbox.organization_id.or_else(|| call.organization.clone())),
        (metadata::TENANT, call.tenant.clone()),
        (metadata::NAME, sandbox.name),
        (metadata::TOOLBOX_ORIGIN, toolbox.map(|origin| origin.to_string())),
    ];
    let facts = facts.into_iter().filter_map(|(key, value)| value.map(|value| (key.to_owned(), value)));
    Handle { provider_id: profile::ID.to_owned(), external_id: sandbox.id, metadata: facts.collect() }
}
