//! From the body of a create to an order: types are checked here, in the order of the fields.

use serde_json::Value;

use crate::http::validation::{Fields, check_domains, check_networks, is_plain_name};
use crate::refusal::Refusal;
use crate::world::{Build, Order};

/// The body of `POST /sandbox`. Unknown keys are not looked at.
pub(crate) fn of_sandbox(body: &Value) -> Result<Order, Refusal> {
    let mut fields = Fields::of(body);
    let name = fields.text("name");
    if name.as_deref().is_some_and(|name| !is_plain_name(name)) {
        fields.problem("name must not contain HTML tags, URLs, or control characters");
    }
    let order = Order {
        name,
        snapshot: fields.text("snapshot"),
        user: fields.text("user"),
        env: fields.object("env").cloned().unwrap_or_default(),
        labels: fields.object("labels").cloned().unwrap_or_default(),
        public: fields.flag("public").unwrap_or(false),
        network_block_all: fields.flag("networkBlockAll").unwrap_or(false),
        network_allow_list: fields.text("networkAllowList").filter(|list| !list.is_empty()),
        domain_allow_list: fields.text("domainAllowList").filter(|list| !list.is_empty()),
        target: fields.text("target"),
        cpu: fields.amount("cpu"),
        gpu: fields.amount("gpu"),
        memory: fields.amount("memory"),
        disk: fields.amount("disk"),
        auto_stop: fields.number("autoStopInterval"),
        auto_archive: fields.number("autoArchiveInterval"),
        auto_delete: fields.number("autoDeleteInterval"),
        ttl: fields.amount("ttlMinutes"),
        volumes: fields.list("volumes").map(<[Value]>::to_vec).unwrap_or_default(),
        build: build(&mut fields),
        command: None,
    };
    fields.finish()?;
    order.network_allow_list.as_deref().map_or(Ok(()), check_networks)?;
    order.domain_allow_list.as_deref().map_or(Ok(()), check_domains)?;
    Ok(order)
}

/// The body of `POST /workspace`; `command` is what only the documented server looks at.
pub(crate) fn of_workspace(body: &Value) -> Result<Order, Refusal> {
    let mut fields = Fields::of(body);
    let order = Order {
        snapshot: fields.text("image"),
        user: fields.text("user"),
        env: fields.object("env").cloned().unwrap_or_default(),
        labels: fields.object("labels").cloned().unwrap_or_default(),
        public: fields.flag("public").unwrap_or(false),
        target: fields.text("target"),
        cpu: fields.amount("cpu"),
        gpu: fields.amount("gpu"),
        memory: fields.amount("memory"),
        disk: fields.amount("disk"),
        auto_stop: fields.number("autoStopInterval"),
        auto_archive: fields.number("autoArchiveInterval"),
        volumes: fields.list("volumes").map(<[Value]>::to_vec).unwrap_or_default(),
        build: build(&mut fields),
        ..Order::default()
    };
    fields.finish()?;
    Ok(order)
}

/// The body of `POST /workspace` in the provider description: image and command are what runs.
pub(crate) fn of_documented(body: &Value) -> Result<Order, Refusal> {
    let mut fields = Fields::of(body);
    let command = fields.texts("command");
    fields.finish()?;
    Ok(Order { command, build: None, ..of_workspace(body)? })
}

fn build(fields: &mut Fields<'_>) -> Option<Build> {
    let info = fields.object("buildInfo")?;
    let hashes = info.get("contextHashes").and_then(Value::as_array);
    Some(Build {
        dockerfile: info.get("dockerfileContent").and_then(Value::as_str).map(str::to_owned),
        context_hashes: hashes.map(|hashes| hashes.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
    })
}
