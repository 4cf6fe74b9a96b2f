//! Files that a command reads and writes. What is wrong with one is told with its name and place.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sandbox_host::{Context, Credential, Declaration, Handle, Spec};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::args::{Global, Provision};
use super::failure::Failure;

/// A pool: its id, its configuration as text, and its own declaration.
#[derive(Debug, Default, PartialEq)]
pub struct Pool {
    id: Option<String>,
    pub config: String,
    pub runtime_provides: Option<Declaration>,
}

/// A platform's record of a pool. Other fields of it do not matter here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(borrow)]
    config: Option<&'a RawValue>,
    #[serde(default, alias = "runtime_provides")]
    runtime_provides: Option<Declaration>,
}

impl Pool {
    /// Reads `--pool`; without it the pool is all defaults.
    pub fn read(global: &Global) -> Result<Self, Failure> {
        let mut pool = match &global.pool {
            Some(path) => Self::parse(&text(path, Failure::config)?)
                .map_err(|error| Failure::config(format!("{}: {error}", path.display())))?,
            None => Self::default(),
        };
        if let Some(id) = &global.pool_id {
            pool.id = Some(id.clone());
        }
        Ok(pool)
    }

    /// A record has a member `config`; everything else is the configuration itself, whose mistakes are the provider's
    /// to tell.
    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        // Read as a map first: a derived struct would take a JSON array for its fields in their order.
        let is_record = serde_json::from_str::<BTreeMap<String, &RawValue>>(text)
            .is_ok_and(|members| members.contains_key("config"));
        if !is_record {
            return Ok(Self { config: text.to_owned(), ..Self::default() });
        }
        let record: Record<'_> = serde_json::from_str(text)?;
        Ok(Self {
            id: record.id,
            config: record.config.map(|config| config.get().to_owned()).unwrap_or_default(),
            runtime_provides: record.runtime_provides,
        })
    }

    /// The context of a call.
    pub fn context(&self, global: &Global) -> Result<Context, Failure> {
        let mut context = Context::new(self.id.as_deref().unwrap_or("default")).with_config(self.config.clone());
        if let Some(path) = &global.credential_file {
            context = context.with_credential(credential(path)?);
        }
        if let Some(deadline) = global.deadline {
            context = context.with_deadline(deadline);
        }
        Ok(context)
    }
}

fn credential(path: &Path) -> Result<Credential, Failure> {
    object(&text(path, Failure::config)?).map_err(|error: serde_json::Error| {
        // The parser's words may quote what it read, and what it read is a key: only the place is told.
        Failure::config(format!(
            "{}: line {}, column {}: this is not a credential.",
            path.display(),
            error.line(),
            error.column()
        ))
        .remedy(r#"Write {"secret": "…"}, with "apiUrl" and "organizationId" beside it where they are known."#)
    })
}

/// The specification: the file first, then the options over it.
pub fn spec(arguments: &Provision) -> Result<Spec, Failure> {
    let mut spec = match &arguments.spec {
        Some(path) => object(&text(path, Failure::spec)?)
            .map_err(|error| Failure::spec(format!("{}: {error}", path.display())))?,
        None => Spec::default(),
    };
    if let Some(session) = &arguments.session {
        spec.session_id.clone_from(session);
    }
    if let Some(path) = &arguments.env_file {
        spec.env.extend(env_file(path)?);
    }
    spec.env.extend(arguments.env.iter().cloned());
    spec.labels.extend(arguments.label.iter().cloned());
    if !arguments.command.is_empty() {
        spec.command = Some(arguments.command.clone());
    }
    spec.image = arguments.image.clone().or(spec.image);
    spec.region = arguments.region.clone().or(spec.region);
    spec.max_duration_sec = arguments.max_duration_sec.or(spec.max_duration_sec);
    let resources = &mut spec.resources;
    resources.vcpu = arguments.vcpu.or(resources.vcpu);
    resources.memory_mb = arguments.memory_mb.or(resources.memory_mb);
    resources.disk_mb = arguments.disk_mb.or(resources.disk_mb);
    resources.timeout_sec = arguments.timeout_sec.or(resources.timeout_sec);
    Ok(spec)
}

fn env_file(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let text = text(path, Failure::spec)?;
    parse_env(&text).map_err(|line| Failure::spec(format!("{}: line {line} is not NAME=VALUE.", path.display())))
}

/// Values are taken as they stand, quotes and all. On a mistake the number of the line: its content may be a secret.
fn parse_env(text: &str) -> Result<Vec<(String, String)>, usize> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .map(|(number, line)| match line.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
            _ => Err(number + 1),
        })
        .collect()
}

/// A handle from a file, or from standard input for `-`.
pub fn handle(path: &Path) -> Result<Handle, Failure> {
    object(&text_or_stdin(path)?).map_err(|error| {
        Failure::spec(format!("{} is not a handle: {error}.", path.display()))
            .remedy("A handle is the JSON that `provision` writes; `locate` makes a new one from the session's id.")
    })
}

/// Reads a record. A derived reader would also take a JSON array for the fields in their order, which nobody means.
fn object<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str::<BTreeMap<String, &RawValue>>(text)?;
    serde_json::from_str(text)
}

/// The text of a file, or standard input for `-`.
pub fn text_or_stdin(path: &Path) -> Result<String, Failure> {
    if path != Path::new("-") {
        return text(path, Failure::spec);
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::spec(format!("Standard input cannot be read: {error}.")))?;
    Ok(text)
}

fn text(path: &Path, failure: fn(String) -> Failure) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| failure(format!("{} cannot be read: {error}.", path.display())))
}

/// A file for a handle, made before there is a handle: that it cannot be written must be known before a sandbox exists.
pub struct HandleFile {
    path: PathBuf,
    file: File,
    written: bool,
}

impl HandleFile {
    /// Makes the file, which must not exist: it could hold the only handle of another sandbox.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
            Failure::usage(format!("{} cannot be made: {error}.", path.display()))
                .remedy("Name a file that does not exist, in a directory that does: a handle is never overwritten.")
        })?;
        Ok(Self { path: path.to_owned(), file, written: false })
    }

    /// Writes the handle.
    pub fn write(mut self, handle: &Handle) -> Result<PathBuf, Failure> {
        let text = serde_json::to_string_pretty(handle).unwrap_or_default();
        self.written = true;
        writeln!(self.file, "{text}").and_then(|()| self.file.sync_all()).map_err(|error| {
            Failure::host(format!("{} cannot be written: {error}.", self.path.display()))
                .remedy(format!("Keep the handle yourself: {text}"))
        })?;
        Ok(self.path.clone())
    }
}

impl Drop for HandleFile {
    fn drop(&mut self) {
        if !self.written {
            // An empty file would be in the way of the next attempt. That it cannot be removed does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use sandbox_host::Handle;

    use super::{Pool, object, parse_env};

    #[test]
    fn a_pool_file_is_a_record_where_it_has_a_config_and_the_configuration_otherwise() {
        let record = Pool::parse(
            r#"{"id": "p-1", "name": "x", "config": {"image": "a", "diskGB": 1e1}, "runtimeProvides": {"runtimeKinds": ["npm"]}}"#,
        )
        .unwrap();
        assert_eq!(record.id.as_deref(), Some("p-1"));
        assert_eq!(record.config, r#"{"image": "a", "diskGB": 1e1}"#);
        assert_eq!(record.runtime_provides.unwrap().runtime_kinds, ["npm"]);

        let null = Pool::parse(r#"{"id": "p-1", "config": null, "runtime_provides": null}"#).unwrap();
        assert_eq!((null.id.as_deref(), null.config.as_str()), (Some("p-1"), ""));

        for config in [r#"{"image": "a"}"#, "{}", "not json", "[1]", r#"["p-1", {}]"#] {
            let pool = Pool::parse(config).unwrap();
            assert_eq!((pool.id, pool.config.as_str()), (None, config));
        }
    }

    #[test]
    fn a_record_whose_declaration_is_wrong_is_an_error_and_not_a_configuration() {
        let error = Pool::parse(r#"{"config": {}, "runtimeProvides": {"runtimekinds": []}}"#).unwrap_err();
        assert!(error.to_string().contains("runtimekinds"), "{error}");
    }

    #[test]
    fn a_json_array_is_no_record() {
        assert!(object::<Handle>(r#"{"providerId": "p", "externalId": "x"}"#).is_ok());
        let error = object::<Handle>(r#"["p", "x", {}]"#).unwrap_err();
        assert!(error.to_string().contains("expected a map"), "{error}");
    }

    #[test]
    fn an_env_file_keeps_values_as_they_stand() {
        assert_eq!(
            parse_env("# comment\n\nA=1\n B = \"x y\"=z \n").unwrap(),
            [("A".to_owned(), "1".to_owned()), ("B".to_owned(), " \"x y\"=z ".to_owned())]
        );
        assert_eq!(parse_env("A=1\nSECRET"), Err(2));
        assert_eq!(parse_env("=1"), Err(1));
    }
}
