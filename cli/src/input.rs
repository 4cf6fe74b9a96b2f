//! Files that a command reads and writes. What is wrong with one is told with its name and place.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use sandbox_host::input::{Mistake, from_str, from_str_except};
use sandbox_host::{Context, Credential, Declaration, Handle, Spec};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::args::{Global, Provision};
use super::failure::Failure;
use super::files::{text, text_or_stdin};
use super::paths::told;
use super::{env_file, out};

/// A pool: its id, its configuration as text, and its own declaration.
#[derive(Debug, Default, PartialEq)]
pub struct Pool {
    id: Option<String>,
    pub config: String,
    pub runtime_provides: Option<Declaration>,
    /// Names of what else stands in the record; none where there is no record.
    pub beside: Vec<String>,
}

/// A platform's record of a pool. Other fields of it do not matter here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    id: Option<String>,
    #[serde(default, alias = "runtime_provides")]
    runtime_provides: Option<Declaration>,
}

impl Pool {
    /// Reads `--pool`; without it the pool is all defaults.
    pub fn read(global: &Global) -> Result<Self, Failure> {
        let mut pool = match &global.pool {
            Some(path) => {
                let text = text(path, Failure::config)?;
                // For the provider no text means all defaults. In a file that was named it means that writing it failed.
                if text.trim().is_empty() {
                    return Err(Failure::config(format!("{} is empty.", told(path)))
                        .remedy("Write the pool's configuration into it; {} means all defaults."));
                }
                Self::parse(&text).map_err(|mistake| {
                    Failure::config(format!("{}: {mistake}.", told(path))).remedy(
                        r#"A record of a pool is {"id": "…", "config": {…}}, with "runtimeProvides" where it has its own."#,
                    )
                })?
            }
            None => Self::default(),
        };
        if let Some(id) = &global.pool_id {
            pool.id = Some(id.clone());
        }
        Ok(pool)
    }

    /// A record has a member `config`; everything else is the configuration itself, whose mistakes are the provider's
    /// to tell.
    fn parse(text: &str) -> Result<Self, Mistake> {
        let members = serde_json::from_str::<BTreeMap<String, &RawValue>>(text).unwrap_or_default();
        let Some(config) = members.get("config") else {
            return Ok(Self { config: text.to_owned(), ..Self::default() });
        };
        let record: Record = from_str_except(text, &[&["config"]])?;
        // The text as it stands: its own mistakes are told with their places.
        let config = if config.get() == "null" { "" } else { config.get() };
        const READ: [&str; 4] = ["id", "config", "runtimeProvides", "runtime_provides"];
        let beside = members.keys().filter(|name| !READ.contains(&name.as_str())).cloned().collect();
        Ok(Self { id: record.id, config: config.to_owned(), runtime_provides: record.runtime_provides, beside })
    }

    /// Whether somebody said which pool it is.
    pub fn has_id(&self) -> bool {
        self.id.is_some()
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

/// Reads `--credential-file`.
pub fn credential(path: &Path) -> Result<Credential, Failure> {
    let credential: Credential = from_str(&text(path, Failure::config)?).map_err(|mistake| {
        Failure::config(format!("{} is not a credential: {mistake}.", told(path)))
            .remedy(r#"Write {"secret": "…"}, with "apiUrl" and "organizationId" beside it where they are known."#)
    })?;
    out::keep_secret(credential.secret.expose());
    Ok(credential)
}

/// The specification: the file first, then the options over it.
pub fn spec(arguments: &Provision) -> Result<Spec, Failure> {
    let mut spec = match &arguments.spec {
        Some(path) => spec_file(path)?,
        None => Spec::default(),
    };
    if let Some(session) = &arguments.session {
        spec.session_id.clone_from(session);
    }
    if let Some(path) = &arguments.env_file {
        spec.env.extend(env_file::read(path)?);
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

/// A specification from a file.
pub fn spec_file(path: &Path) -> Result<Spec, Failure> {
    from_str(&text(path, Failure::spec)?).map_err(|mistake| {
        Failure::spec(format!("{} is not a specification: {mistake}.", told(path))).remedy(
            r#"Write {"sessionId": "…"}, with "env" and "labels" as objects and "command" as an array of texts."#,
        )
    })
}

/// A handle from a file, or from standard input for `-`.
pub fn handle(path: &Path) -> Result<Handle, Failure> {
    from_str(&text_or_stdin(path)?).map_err(|mistake| {
        Failure::spec(format!("{} is not a handle: {mistake}.", told(path)))
            .remedy("A handle is the JSON that `provision` writes; `locate` makes a new one from the session's id.")
    })
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
            Failure::usage(format!("{} cannot be made: {error}.", told(path)))
                .remedy("Name a file that does not exist, in a directory that does: a handle is never overwritten.")
        })?;
        Ok(Self { path: path.to_owned(), file, written: false })
    }

    /// Writes the handle.
    pub fn write(mut self, handle: &Handle) -> Result<PathBuf, Failure> {
        let text = serde_json::to_string_pretty(handle).unwrap_or_default();
        self.written = true;
        writeln!(self.file, "{text}").and_then(|()| self.file.sync_all()).map_err(|error| {
            Failure::host(format!("{} cannot be written: {error}.", told(&self.path)))
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
    use super::Pool;

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
        let error = Pool::parse(r#"{"id": {"x": 1}, "config": {}}"#).unwrap_err();
        assert!(error.to_string().starts_with("`id` is an object, but has to be a text"), "{error}");
        let error = Pool::parse(r#"{"id": "a", "id": "b", "config": {}}"#).unwrap_err();
        assert!(error.to_string().contains("twice"), "{error}");
        let error = Pool::parse(r#"{"id": "a", "config": {"cpu": 1}, "config": {}}"#).unwrap_err();
        assert!(error.to_string().starts_with("`config` stands there twice"), "{error}");
        // What stands twice in the configuration is the provider's to tell, with everything else that is wrong there.
        let config = r#"{"cpu": 1, "cpu": 2}"#;
        assert_eq!(Pool::parse(&format!(r#"{{"id": "a", "config": {config}}}"#)).unwrap().config, config);
    }
}
