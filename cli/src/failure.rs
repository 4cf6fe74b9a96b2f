//! What went wrong, for a person on standard error or for a machine on standard output.

use std::path::Path;
use std::time::Duration;

use sandbox_host::http::ClientError;
use sandbox_host::policy::PolicyError;
use sandbox_host::slot::SwapError;
use sandbox_host::{BuildError, CallError, LoadError, ProviderError};
use serde_json::{Value, json};

use super::exit::Exit;
use super::layout::{columns, fold, seconds};
use super::paths::told;
use super::style::{Style, clean};

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    code: String,
    message: String,
    remedy: Option<String>,
    provider: Option<Box<ProviderError>>,
    /// The command that finds what may exist all the same.
    pub locate: Option<String>,
    /// Nobody reads standard output any more.
    pub is_unread: bool,
}

/// Details that are told in another place.
const TOLD_APART: [&str; 2] = ["remedy", "rule"];

/// Whether a detail repeats for programs what the message says of one problem among several: `path-1`, `problem-1` and so on.
fn is_part_of_message(name: &str) -> bool {
    let number = name.strip_prefix("path-").or_else(|| name.strip_prefix("problem-"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Failure {
    pub fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.to_owned(),
            message: message.into(),
            remedy: None,
            provider: None,
            locate: None,
            is_unread: false,
        }
    }

    /// The command line is wrong in a way that its grammar cannot tell.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// The pool's file or the credential's is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Exit::Config, "invalid-config", message)
    }

    /// The specification's file or the handle's is wrong.
    pub fn spec(message: impl Into<String>) -> Self {
        Self::new(Exit::Spec, "invalid-spec", message)
    }

    /// The host itself is at fault.
    pub fn host(message: impl Into<String>) -> Self {
        Self::new(Exit::Defect, "host", message)
    }

    /// The component cannot be used.
    pub fn component(message: impl Into<String>) -> Self {
        Self::new(Exit::Defect, "component", message)
    }

    /// Nothing was found where something was asked for.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, "not-found", message)
    }

    /// It took longer than the command may take as a whole.
    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(Exit::Unavailable, "timeout", message)
    }

    /// What answered is not what it should be.
    pub fn protocol(message: impl Into<String>) -> Self {
        Self::new(Exit::Protocol, "protocol", message)
    }

    /// A result could not be written.
    pub fn output(error: &std::io::Error) -> Self {
        let is_unread = error.kind() == std::io::ErrorKind::BrokenPipe;
        let failure =
            Self::new(Exit::Output, "output", format!("The result cannot be written to standard output: {error}."));
        Self { is_unread, ..failure }
    }

    /// Adds what to do.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The policy in a file is wrong.
    pub fn of_policy(error: PolicyError, file: &Path) -> Self {
        let failure = Self::config(match error {
            PolicyError::Read { path, source } => format!("{} {source}.", told(&path)),
            error => format!("{}: {error}.", told(file)),
        });
        failure.remedy("Name a policy, a file of TOML as docs/host.md shows it, with --policy.")
    }

    /// One JSON value with the member `error`.
    pub fn to_json(&self) -> Value {
        let mut error = match &self.provider {
            Some(error) => serde_json::to_value(error).unwrap_or_default(),
            None => json!({ "code": self.code, "message": self.message }),
        };
        error["exitCode"] = self.exit.code().into();
        if let Some(remedy) = &self.remedy {
            error["remedy"] = remedy.as_str().into();
        }
        if let Some(locate) = &self.locate {
            error["locate"] = locate.as_str().into();
        }
        json!({ "error": error })
    }

    /// Some lines.
    pub fn to_text(&self, style: Style) -> String {
        let mut text = format!("{} {}\n", style.bad("error"), style.bold(&self.code));
        for line in self.message.lines().flat_map(|line| fold(&clean(line))) {
            text.push_str(&format!("  {line}\n"));
        }
        let mut rows: Vec<(&str, String)> = Vec::new();
        if let Some(remedy) = &self.remedy {
            let names = std::iter::once("remedy").chain(std::iter::repeat(""));
            rows.extend(names.zip(fold(&clean(remedy))));
        }
        if let Some(error) = &self.provider {
            rows.extend(
                error
                    .details
                    .iter()
                    .filter(|(name, _)| !TOLD_APART.contains(name) && !is_part_of_message(name))
                    .map(|(name, value)| (name, clean(value))),
            );
            if let Some(status) = error.http_status {
                rows.push(("http status", status.to_string()));
            }
            if error.retryable {
                rows.push(("retry", retry(error.retry_after())));
            }
            if let Some(rule) = error.details.get("rule") {
                rows.push(("rule", clean(rule)));
            }
        }
        if let Some(locate) = &self.locate {
            rows.push(match self.exit {
                Exit::Output => ("exists", "the sandbox was created".to_owned()),
                _ => ("may exist", "a sandbox may have been created all the same".to_owned()),
            });
            rows.push(("find it", locate.clone()));
        }
        text.push_str(&columns(style, &rows));
        text
    }
}

fn retry(after: Option<Duration>) -> String {
    match after {
        Some(after) => format!("the same may succeed after {}", seconds(after)),
        None => "the same may succeed later".to_owned(),
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Provider(error) => Self {
                exit: error.code.into(),
                code: error.code.to_string(),
                message: error.message.clone(),
                remedy: error.remedy().map(str::to_owned),
                provider: Some(Box::new(error)),
                locate: None,
                is_unread: false,
            },
            CallError::Busy { .. } | CallError::PoolBusy { .. } | CallError::PoolTooFast { .. } => {
                Self::new(Exit::Limit, "busy", error.to_string()).remedy("Try again in a moment.")
            }
            CallError::UnusableKey => Self::new(Exit::Credential, "unauthenticated", error.to_string())
                .remedy("Store the key again, exactly as the vendor shows it."),
            CallError::NotOffered { .. } => Self::new(Exit::Protocol, "unsupported", error.to_string())
                .remedy("Use a provider that offers it: `sandbox-host describe` shows what this one can do."),
            CallError::TimedOut { .. } => Self::new(Exit::Unavailable, "host-timeout", error.to_string())
                .remedy("Try again, with a longer deadline if this goes on."),
            _ => Self::component(error.to_string())
                .remedy("Report it as a defect of the component, or use another version of it."),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let code = match error {
            LoadError::NotSigned => "not-signed",
            LoadError::BadSignature(_) => "bad-signature",
            LoadError::WrongSignature => "wrong-signature",
            _ => "component",
        };
        let words = match &error {
            LoadError::Read { path, source } => format!("{} cannot be read: {source}", told(path)),
            error => error.to_string(),
        };
        let failure = Self::new(Exit::Defect, code, words);
        match error {
            LoadError::NotSigned => failure.remedy(
                "Name a signed component with --component: the one that this program was built with has no signature.",
            ),
            _ => failure.remedy(
                "Name a provider's component, a .wasm file, with --component; without it there is the one that this program was built with.",
            ),
        }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Http(error) => error.into(),
            BuildError::NoAllowList(_) => Self::config(error.to_string())
                .remedy("Write [egress] allow = [\"host\"] into the policy, or set the URL of the API beside the key."),
            _ => Self::host(error.to_string()),
        }
    }
}

impl From<SwapError> for Failure {
    fn from(error: SwapError) -> Self {
        let code = match error {
            SwapError::Load(error) => {
                return Self::from(error).remedy(
                    "Name a provider's component, signed where signatures are asked for. The one before serves on.",
                );
            }
            SwapError::Digest { .. } => "wrong-digest",
            SwapError::Probe { .. } => "probe-failed",
            SwapError::OtherProvider { .. } => "other-provider",
            SwapError::Pool { .. } => "pool",
            SwapError::NothingBefore => "nothing-before",
            SwapError::Read { path, source } => {
                return Self::component(format!("{} cannot be read: {source}", told(&path)))
                    .remedy("Name a file that is there and that the host may read.");
            }
            _ => "component",
        };
        Self::new(Exit::Defect, code, error.to_string()).remedy("Name another component. The one before serves on.")
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let error = match error {
            ClientError::CaFile { path, message } => ClientError::CaFile { path: told(&path).into(), message },
            error => error,
        };
        Self::config(format!("{error}."))
            .remedy("Name a file of certificates in PEM with --ca-file, or leave it out where the usual ones do.")
    }
}
