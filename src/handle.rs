//! How a handle is made from what the server says.

use crate::context::{Call, metadata as keys};
use crate::contract::Handle;
use crate::daytona::{Dialect, Sandbox};
use crate::http::Transport;
use crate::http::url::Origin;
use crate::prelude::*;
use crate::profile;

/// The handle of a sandbox. Facts only: it has to be readable by older and newer versions.
pub fn of<T: Transport>(call: &Call<'_, T>, dialect: Dialect, sandbox: &Sandbox) -> Handle {
    let api = call.client.base().origin();
    let toolbox = sandbox.toolbox_proxy_url.as_deref().and_then(|url| Origin::parse(url).ok());
    let toolbox = toolbox.filter(|origin| origin.is_acceptable_toolbox(api, call.pool.toolbox_url.as_ref()));
    let mut metadata = Vec::new();
    let mut know = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            metadata.push((key.to_owned(), value.to_owned()));
        }
    };
    know(keys::DIALECT, Some(dialect.name()));
    know(keys::API_ORIGIN, Some(&api.text()));
    know(keys::ORGANIZATION, sandbox.organization_id.as_deref().or(call.organization.as_deref()));
    know(keys::TENANT, call.tenant.as_deref());
    know(keys::NAME, sandbox.name.as_deref());
    know(keys::TOOLBOX_ORIGIN, toolbox.map(|origin| origin.text()).as_deref());
    Handle { provider_id: profile::ID.to_owned(), external_id: sandbox.id.clone(), metadata }
}
