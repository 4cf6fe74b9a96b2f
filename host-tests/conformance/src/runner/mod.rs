//! Those who play cases: the Rust host in three ways, `sandbox-host serve`, and programs in other languages.

mod external;
mod hosted;
mod rpc;
mod rust;

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::data::{Case, Step, whole};
use crate::judge::saved_text;
use crate::transcript::Transcript;

/// Who plays the cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The Rust host, in virtual time.
    Rust(Mode),
    /// `sandbox-host serve`, a program, over its standard input and output.
    Rpc(PathBuf),
    /// Another program: its name for reports, and its words.
    External(String, Vec<String>),
}

/// How the Rust host runs calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each in an instance of its own.
    Fresh,
    /// In instances that stay.
    Warm,
    /// In a slot whose provider is replaced before each call.
    Slot,
}

impl Runner {
    /// For reports.
    pub fn name(&self) -> &str {
        match self {
            Self::Rust(Mode::Fresh) => "fresh",
            Self::Rust(Mode::Warm) => "warm",
            Self::Rust(Mode::Slot) => "slot",
            Self::Rpc(_) => "rpc",
            Self::External(name, _) => name,
        }
    }

    /// Plays all cases, and returns one transcript for each, in their order.
    pub fn run(&self, component: &std::path::Path, cases: &[Case]) -> Vec<Transcript> {
        match self {
            Self::Rust(mode) => rust::run(*mode, component, cases),
            Self::Rpc(program) => rpc::run(program, component, cases),
            Self::External(_, words) => external::run(words, component, cases),
        }
    }
}

/// What cases have to have in common to share a host.
fn surroundings(case: &Case) -> String {
    serde_json::json!([case.environment, case.egress]).to_string()
}

/// A transcript of a case that could not be run.
fn broken(case: &Case, why: impl Into<String>) -> Transcript {
    Transcript { case: case.name.clone(), virtual_time: false, broken: Some(why.into()), steps: Vec::new() }
}

/// The arguments of a step, with the server's address and the results of earlier steps in them.
fn arguments(step: &Step, authority: &str, saved: &Map<String, Value>) -> Map<String, Value> {
    step.arguments.iter().map(|(name, value)| (name.clone(), late(value, authority, saved))).collect()
}

fn late(value: &Value, authority: &str, saved: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) if whole(text).is_some_and(|name| name.starts_with("saved.")) => saved_text(text, saved),
        Value::String(text) => {
            let text = text.replace("${origin}", &format!("http://{authority}")).replace("${authority}", authority);
            saved_text(&text, saved)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| late(item, authority, saved)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), late(value, authority, saved))).collect())
        }
        other => other.clone(),
    }
}

/// A transcript in which the server's address is a variable again: it differs from run to run.
fn neutral(transcript: Transcript, authority: &str) -> Transcript {
    let text = serde_json::to_string(&transcript).unwrap_or_default();
    let text = text.replace(&format!("http://{authority}"), "${origin}").replace(authority, "${authority}");
    serde_json::from_str(&text).unwrap_or(transcript)
}
