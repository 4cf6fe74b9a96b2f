//! Files of cases and of vendors.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::expand::{ExpandError, Scope, expand};
use super::reply::of_written;
use super::{Arrival, Case, Egress, Expect, Fault, Reply, Step};

/// Why there are no cases.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no JSON of this format.
    #[error("{}: {source}", path.display())]
    Json {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A case is wrong.
    #[error("{}: the case `{case}`: {problem}", path.display())]
    Case {
        /// Where.
        path: PathBuf,
        /// Which.
        case: String,
        /// Why.
        problem: String,
    },
    /// There is nothing to run.
    #[error("{}: there is no case", path.display())]
    None {
        /// Where they were looked for.
        path: PathBuf,
    },
}

/// A file of cases.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "$schema")]
    _schema: String,
    #[serde(rename = "about")]
    _about: String,
    #[serde(default)]
    variables: Map<String, Value>,
    cases: Vec<WrittenCase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenCase {
    name: String,
    about: String,
    #[serde(default)]
    variables: Map<String, Value>,
    #[serde(default)]
    rows: Vec<Map<String, Value>>,
    #[serde(default)]
    environment: Map<String, Value>,
    egress: Option<Egress>,
    steps: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenStep {
    call: String,
    #[serde(default)]
    arguments: Map<String, Value>,
    #[serde(default)]
    exchanges: Vec<Exchange>,
    save: Option<String>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Exchange {
    #[serde(default)]
    request: Arrival,
    reply: Value,
    #[serde(default)]
    times: Times,
}

/// How often an exchange takes place.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Times {
    Exactly(usize),
    Open(AtLeast),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AtLeast {
    at_least: usize,
}

impl Default for Times {
    fn default() -> Self {
        Self::Exactly(1)
    }
}

/// A file of a vendor: how its server is played, in variables that the neutral cases name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vendor {
    #[serde(rename = "$schema")]
    _schema: String,
    #[serde(rename = "about")]
    _about: String,
    variables: Map<String, Value>,
}

/// Cases that are ready to be run.
#[derive(Clone, Debug)]
pub struct Suite {
    /// In the order of files and of what is in them.
    pub cases: Vec<Case>,
}

impl Suite {
    /// Reads the cases of directories, with the variables of a vendor.
    ///
    /// # Errors
    /// [`DataError`] names file and case.
    pub fn read(directories: &[PathBuf], vendor: &Path) -> Result<Self, DataError> {
        let vendor: Vendor = json(vendor)?;
        let mut cases = Vec::new();
        let mut names = HashSet::new();
        for directory in directories {
            for path in files(directory)? {
                for case in read(&path, &vendor.variables)? {
                    if !names.insert(case.name.clone()) {
                        return Err(wrong(&path, &case.name, "another case has this name".to_owned()));
                    }
                    cases.push(case);
                }
            }
        }
        match directories.first().filter(|_| cases.is_empty()) {
            Some(path) => Err(DataError::None { path: path.clone() }),
            None => Ok(Self { cases }),
        }
    }
}

fn wrong(path: &Path, case: &str, problem: String) -> DataError {
    DataError::Case { path: path.to_owned(), case: case.to_owned(), problem }
}

/// The files with cases in a directory, by name.
fn files(directory: &Path) -> Result<Vec<PathBuf>, DataError> {
    let unreadable = |source| DataError::Read { path: directory.to_owned(), source };
    let entries = std::fs::read_dir(directory).map_err(unreadable)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    Ok(paths)
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, DataError> {
    let text = std::fs::read_to_string(path).map_err(|source| DataError::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| DataError::Json { path: path.to_owned(), source })
}

/// All cases of a file; one with rows is as many.
fn read(path: &Path, vendor: &Map<String, Value>) -> Result<Vec<Case>, DataError> {
    let file: CaseFile = json(path)?;
    let group = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let alone = [Map::new()];
    let mut cases = Vec::new();
    for written in &file.cases {
        let rows = if written.rows.is_empty() { &alone[..] } else { &written.rows };
        for row in rows {
            let layers = [row, &written.variables, &file.variables, vendor];
            let made = case(written, &group, Scope::new(&layers)).map_err(|error| wrong(path, &written.name, error))?;
            cases.push(made);
        }
    }
    Ok(cases)
}

fn told(error: ExpandError) -> String {
    error.to_string()
}

fn text(value: &str, scope: Scope<'_>) -> Result<String, String> {
    let expanded = expand(&Value::String(value.to_owned()), scope).map_err(told)?;
    super::plain(&expanded).ok_or_else(|| format!("`{value}` is no text"))
}

fn case(written: &WrittenCase, group: &str, scope: Scope<'_>) -> Result<Case, String> {
    let name = text(&written.name, scope)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(fits) {
        return Err(format!("the name `{name}` has other characters than a-z, 0-9, `-`, `_` and `.`"));
    }
    let environment = expand(&Value::Object(written.environment.clone()), scope).map_err(told)?;
    let secret = match expand(&Value::String("${key}".to_owned()), scope) {
        Ok(Value::String(key)) => Some(key),
        Ok(_) => return Err("the variable `key` is no text".to_owned()),
        Err(ExpandError::Unknown(_)) => None,
        Err(error) => return Err(told(error)),
    };
    if written.steps.is_empty() {
        return Err("it has no step".to_owned());
    }
    Ok(Case {
        name,
        about: text(&written.about, scope)?,
        group: group.to_owned(),
        environment: environment.as_object().cloned().unwrap_or_default(),
        egress: written.egress,
        secret,
        steps: written.steps.iter().map(|written| step(written, scope)).collect::<Result<_, _>>()?,
    })
}

fn step(written: &Value, scope: Scope<'_>) -> Result<Step, String> {
    let expanded = expand(written, scope).map_err(told)?;
    let written: WrittenStep = serde_json::from_value(expanded).map_err(|error| format!("a step: {error}"))?;
    if !written.call.contains('.') {
        return Err(format!("`{}` has no interface; write it as in `provider.status`", written.call));
    }
    let expected = [written.expect.result.is_some(), written.expect.error.is_some(), written.expect.answer];
    if expected.iter().filter(|is| **is).count() != 1 {
        return Err("`expect` has one of `result`, `error` and `answer`".to_owned());
    }
    let mut replies = Vec::new();
    let mut otherwise: Option<Reply> = None;
    let mut requests = Vec::new();
    for exchange in written.exchanges {
        let reply = of_written(exchange.reply)?;
        // What ends before it is read does not arrive.
        let arrives = reply.fault != Some(Fault::CloseBeforeRequest);
        if otherwise.is_some() {
            return Err("only the last exchange may take place any number of times".to_owned());
        }
        match exchange.times {
            Times::Exactly(times) => {
                replies.extend(std::iter::repeat_n(reply, times));
                requests.extend(std::iter::repeat_n(exchange.request, if arrives { times } else { 0 }));
            }
            Times::Open(AtLeast { at_least }) => {
                otherwise = Some(reply);
                requests.extend(arrives.then_some(Arrival { at_least: Some(at_least), ..exchange.request }));
            }
        }
    }
    let WrittenStep { call, arguments, save, expect, .. } = written;
    Ok(Step { call, arguments, replies, otherwise, save, expect, requests })
}
