//! Text for people. Every value that a vendor may have written goes through `clean`.

use std::fmt::Write as _;

use sandbox_host::{Declaration, Descriptor, Finding, Function, Handle, ProviderInfo, Severity, State};
use serde::Serialize;

use super::failure::Failure;
use super::layout::{columns, fold};
use super::out::line;
use super::style::{Style, clean};

/// One JSON value on standard output.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::host(format!("the result cannot be written: {error}")))?;
    line(text)
}

/// A sandbox's state: its words on one line, the rest below.
pub fn state(style: Style, state: &State) -> String {
    let mut text = style.status(state.status, style.bold(state.status));
    if state.phase.as_str() != state.status.as_str() {
        let _ = write!(text, "  {}", state.phase);
    }
    text.push('\n');
    let mut rows: Vec<(&str, String)> = Vec::new();
    if !state.provider_state.is_empty() {
        rows.push(("vendor says", clean(&state.provider_state)));
    }
    if let Some(reason) = &state.reason {
        rows.push(("reason", clean(reason)));
    }
    if state.recoverable {
        rows.push(("recoverable", "yes, the vendor says".to_owned()));
    }
    rows.extend(state.details.iter().map(|(name, value)| (name, clean(value))));
    text.push_str(&columns(style, &rows));
    text
}

/// A handle as rows.
pub fn handle(handle: &Handle) -> Vec<(&str, String)> {
    let mut rows = vec![("provider", clean(&handle.provider_id)), ("id", clean(&handle.external_id))];
    rows.extend(handle.metadata.iter().map(|(name, value)| (name, clean(value))));
    rows
}

/// Remarks on a configuration, or that there are none.
pub fn findings(style: Style, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return format!("{}  no remarks\n", style.good("ok"));
    }
    findings.iter().fold(String::new(), |mut text, finding| {
        let severity = match finding.severity {
            Severity::Error => style.bad("error  "),
            Severity::Warning => style.warning("warning"),
            Severity::Note => style.dim("note   "),
        };
        let _ = writeln!(text, "{severity}  {}  {}", style.bold(clean(&finding.path)), style.dim(clean(&finding.rule)));
        for line in fold(&clean(&finding.message)) {
            let _ = writeln!(text, "         {line}");
        }
        if let Some(remedy) = &finding.remedy {
            for (line, name) in
                fold(&clean(remedy)).iter().zip(["remedy"].into_iter().chain(std::iter::repeat("      ")))
            {
                let _ = writeln!(text, "         {} {line}", style.dim(name));
            }
        }
        text
    })
}

/// A declaration as rows.
pub fn declaration(declaration: &Declaration) -> Vec<(&'static str, String)> {
    vec![
        ("runtime kinds", words(&declaration.runtime_kinds)),
        ("requirement kinds", words(&declaration.requirement_kinds)),
    ]
}

fn words(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { clean(&words.join(", ")) }
}

/// What a provider is, with every flag by the name that it has in JSON.
pub fn descriptor(style: Style, descriptor: &Descriptor, info: &ProviderInfo) -> String {
    let mut text = format!(
        "{}  {} {}\n",
        style.bold(clean(&descriptor.display_name)),
        clean(&descriptor.id),
        clean(&descriptor.version)
    );
    let mut section = |title: &str, rows: &[(&str, String)]| {
        let _ = write!(text, "\n{}\n{}", style.bold(title), columns(style, rows));
    };
    let flags = serde_json::to_value(&descriptor.capabilities).unwrap_or_default();
    let flags: Vec<(&str, String)> = flags
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.as_object().is_some_and(serde_json::Map::is_empty))
        .map(|(name, value)| (name.as_str(), flag(value)))
        .collect();
    section("Capabilities", &flags);
    section("Provides by default", &declaration(&descriptor.provides));
    section(
        "Component",
        &[
            ("sha256", info.digest_hex()),
            ("size", format!("{} bytes", info.size)),
            ("imports", info.imports.join(", ")),
        ],
    );
    let offered: Vec<_> = interfaces().into_iter().map(|interface| (interface, functions(info, interface))).collect();
    section("Functions", &offered);
    text
}

/// The contract's interfaces, in its order.
fn interfaces() -> Vec<&'static str> {
    let mut interfaces: Vec<_> = Function::ALL.iter().map(|function| function.interface()).collect();
    interfaces.dedup();
    interfaces
}

/// What a component has of an interface.
fn functions(info: &ProviderInfo, interface: &str) -> String {
    let of_it = info.functions.iter().filter(|function| function.interface() == interface);
    let names: Vec<_> = of_it.map(|function| function.name()).collect();
    if names.is_empty() { "not offered".to_owned() } else { names.join(", ") }
}

fn flag(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => "not known".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => clean(text),
        Value::Array(items) => items.iter().map(flag).collect::<Vec<_>>().join(", "),
        other => clean(&other.to_string()),
    }
}
