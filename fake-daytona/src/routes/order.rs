//! From the body of a create to an order: types are checked here, in the order of the fields.

use serde_json::Value;

use crate::generation::Generation;
use crate::http::validation::{Fields, check_domains, check_networks};
use crate::refusal::Refusal;
use crate::world::{Build, Order};

/// The body of `POST /sandbox`. Unknown keys are not looked at.
pub(crate) fn of_sandbox(generation: Generation, body: &Value) -> Result<Order, Refusal> {
    let modern = generation.has_sandbox_class();
    let mut fields = Fields::of(body);
    let name = fields.name();
    if modern {
        fields.words("gpuType", &["H100", "RTX-PRO-6000"]);
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
        volumes: volumes(&mut fields, modern),
        secrets: secrets(&mut fields, generation),
        build: build(&mut fields),
        linked_sandbox: fields.text("linkedSandbox"),
        command: None,
    };
    fields.finish()?;
    order.network_allow_list.as_deref().map_or(Ok(()), check_networks)?;
    if modern {
        order.domain_allow_list.as_deref().map_or(Ok(()), check_domains)?;
    }
    if body.get("volumes").is_some_and(Value::is_null) {
        // Nobody foresaw nothing in place of a list.
        return Err(if modern { Refusal::unexpected() } else { Refusal::bad_request("volumes is not iterable") });
    }
    Ok(order)
}

/// The body of `POST /workspace`; `command` is what only the documented server looks at.
pub(crate) fn of_workspace(generation: Generation, body: &Value) -> Result<Order, Refusal> {
    let mut fields = Fields::of(body);
    let name = if generation.has_names() { fields.name() } else { None };
    if generation.has_sandbox() {
        fields.one_of("class", &["small", "medium", "large"]);
        fields.one_of("target", &["eu", "us", "asia"]);
    }
    let order = Order {
        name,
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
    Ok(Order { command, build: None, ..of_workspace(Generation::Documented, body)? })
}

fn volumes(fields: &mut Fields<'_>, modern: bool) -> Vec<Value> {
    let list = if modern {
        fields.objects("volumes", &[("volumeId", true), ("mountPath", true), ("subpath", false)])
    } else {
        fields.list("volumes")
    };
    list.map(<[Value]>::to_vec).unwrap_or_default()
}

fn secrets(fields: &mut Fields<'_>, generation: Generation) -> Vec<Value> {
    let list = if generation.has_secrets() { fields.list("secrets") } else { None };
    list.map(<[Value]>::to_vec).unwrap_or_default()
}

fn build(fields: &mut Fields<'_>) -> Option<Build> {
    fields.object("buildInfo").map(build_of)
}

/// Nothing of a build's own fields is checked.
pub(super) fn build_of(info: &serde_json::Map<String, Value>) -> Build {
    let field = |name: &str| info.get(name).cloned().unwrap_or(Value::Null);
    let (content, hashes) = (field("dockerfileContent"), field("contextHashes"));
    Build { dockerfile: content.as_str().map(str::to_owned), content, hashes }
}
