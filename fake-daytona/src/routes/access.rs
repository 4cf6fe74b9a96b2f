//! `/sandbox`: addresses and tokens that lead into a sandbox.

use std::time::Duration;

use serde_json::json;

use crate::generation::Generation;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::refusal::Refusal;

pub(super) fn toolbox_proxy_url(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let world = call.core.world();
    world.live_by_id(id).map_err(|_| world.unknown(id))?;
    Ok(Reply::json(200, &json!({"url": call.core.toolbox_url()})))
}

pub(super) fn preview_url(call: &Call<'_>, id: &str, port: &str) -> Result<Reply, Refusal> {
    let world = call.core.world();
    // Not through the kept look-ups of names: it finds what they deny.
    let key = world.live(id)?;
    let port = match port.parse::<f64>() {
        Ok(number) if (1.0..=65_535.0).contains(&number) => port.to_owned(),
        Ok(_) => return Err(Refusal::bad_request("Invalid port")),
        // What is no number passes every comparison.
        Err(_) => "NaN".to_owned(),
    };
    let id = &world.sandbox(key).id;
    let mut body = json!({"url": preview(call, &port, id), "token": preview_token(id)});
    if !call.request.route.starts_with("/workspace") || call.core.generation == Generation::V0_100 {
        body = json!({"sandboxId": id, "url": body["url"], "token": body["token"]});
    }
    Ok(Reply::json(200, &body))
}

/// Whether a key may look at previews of a sandbox.
pub(super) fn preview_access(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    call.core.world().live(id)?;
    Ok(Reply::html(200, "true"))
}

/// The address of a port: below the proxy's host, told apart by a prefix.
fn preview(call: &Call<'_>, port: &str, prefix: &str) -> String {
    let toolbox = call.core.toolbox_url();
    let proxy = toolbox.trim_end_matches("/toolbox");
    let (scheme, host) = proxy.split_once("://").unwrap_or(("http", proxy));
    format!("{scheme}://{port}-{prefix}.{host}")
}

/// An address that needs no token, for a minute unless told otherwise. The parameter is read in camel case only.
pub(super) fn signed_preview_url(call: &Call<'_>, id: &str, port: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    let Some(port) = port.parse::<u16>().ok().filter(|port| *port > 0) else {
        return Err(Refusal::bad_request("Invalid port"));
    };
    let seconds = call.query("expiresInSeconds").map_or(Some(60), |text| text.parse::<u64>().ok());
    if !seconds.is_some_and(|seconds| (1..=86_400).contains(&seconds)) {
        return Err(Refusal::bad_request("expiresInSeconds must be between 1 second and 24 hours"));
    }
    let token = world.mint_id().replace('-', "");
    let id = &world.sandbox(key).id;
    let url = preview(call, &port.to_string(), &token);
    Ok(Reply::json(200, &json!({"sandboxId": id, "port": port, "token": token, "url": url})))
}

/// A token for the SSH gateway, for an hour unless told otherwise.
pub(super) fn ssh(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let now = call.core.now();
    let minutes: u64 = call.query("expiresInMinutes").and_then(|text| text.parse().ok()).unwrap_or(60);
    let mut world = call.core.world();
    let key = world.look_up(id, now)?;
    let (access, token) = (world.mint_id(), world.mint_id().replace('-', ""));
    let body = json!({
        "id": access,
        "sandboxId": world.sandbox(key).id,
        "token": token,
        "expiresAt": (now + Duration::from_secs(minutes.saturating_mul(60))).rfc3339(),
        "createdAt": now.rfc3339(),
        "updatedAt": now.rfc3339(),
        "sshCommand": format!("ssh -p 2222 {token}@localhost"),
    });
    Ok(Reply::json(200, &body))
}

/// The token that opens previews and the toolbox of one sandbox.
pub(super) fn preview_token(id: &str) -> String {
    id.replace('-', "").chars().rev().collect()
}

pub(super) fn build_logs_url(call: &Call<'_>, id: &str) -> Result<Reply, Refusal> {
    let mut world = call.core.world();
    let key = world.look_up(id, call.core.now())?;
    let row = world.sandbox(key);
    let id = &row.id;
    if row.build.is_none() {
        return Err(Refusal::not_found(format!("Sandbox {id} has no build info")));
    }
    let toolbox = call.core.toolbox_url();
    let proxy = toolbox.trim_end_matches("/toolbox");
    Ok(Reply::json(200, &json!({"url": format!("{proxy}/sandboxes/{id}/build-logs")})))
}
