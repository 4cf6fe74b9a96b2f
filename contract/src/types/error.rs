use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Pairs;

/// What kind of failure a provider's error is: the first thing that a host branches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The pool's configuration, the credential's URL or the handle's origin is wrong.
    InvalidConfig,
    /// The session's specification or the handle is wrong.
    InvalidSpec,
    /// There is no key, or the vendor does not accept it.
    Unauthenticated,
    /// The key is good, but may not do this.
    PermissionDenied,
    /// The sandbox of the handle does not exist.
    NotFound,
    /// The sandbox is in a state in which this cannot be done, or its name is taken.
    Conflict,
    /// A limit of the account or of one sandbox.
    QuotaExceeded,
    /// Too many requests.
    RateLimited,
    /// The vendor has no room just now.
    NoCapacity,
    /// The vendor, its version or the provider does not offer it.
    Unsupported,
    /// The vendor cannot be reached or is broken for the moment.
    Unavailable,
    /// The deadline ended and nothing else had gone wrong before.
    Timeout,
    /// The host does not let the provider call there.
    EgressDenied,
    /// What answered does not speak the vendor's API.
    Protocol,
    /// A mistake of the provider or of its host.
    Internal,
}

impl ErrorCode {
    /// The contract's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidConfig => "invalid-config",
            Self::InvalidSpec => "invalid-spec",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission-denied",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::QuotaExceeded => "quota-exceeded",
            Self::RateLimited => "rate-limited",
            Self::NoCapacity => "no-capacity",
            Self::Unsupported => "unsupported",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::EgressDenied => "egress-denied",
            Self::Protocol => "protocol",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure that the provider reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[error("{code}: {message}")]
pub struct ProviderError {
    /// The kind.
    pub code: ErrorCode,
    /// What happened and what to do, for people.
    pub message: String,
    /// Whether the same call may succeed later without anybody changing anything.
    pub retryable: bool,
    /// Milliseconds to wait before that, where the vendor said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
    /// Whether what was asked for may exist all the same. Call `locate` before creating anything elsewhere.
    pub maybe_applied: bool,
    /// The HTTP status that it came from, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Keys that the contract defines, for example `remedy` and `limit`.
    #[serde(default)]
    pub details: Pairs,
}

impl ProviderError {
    /// What to do, for people, where the provider said it apart from the message.
    ///
    /// ```
    /// # use sandbox_contract::types as sandbox_host;
    /// use sandbox_host::{ErrorCode, ProviderError};
    ///
    /// let error: ProviderError = serde_json::from_value(serde_json::json!({
    ///     "code": "unauthenticated", "message": "Daytona refused the key.", "retryable": false, "maybeApplied": false,
    ///     "details": { "remedy": "Store a new key." },
    /// }))?;
    /// assert_eq!(error.code, ErrorCode::Unauthenticated);
    /// assert_eq!(error.to_string(), "unauthenticated: Daytona refused the key.");
    /// assert_eq!(error.remedy(), Some("Store a new key."));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn remedy(&self) -> Option<&str> {
        self.details.get("remedy")
    }

    /// How long to wait before the same call may succeed, where the vendor said so.
    ///
    /// ```
    /// # use sandbox_contract::types as sandbox_host;
    /// use std::time::Duration;
    /// use sandbox_host::ProviderError;
    ///
    /// /// When the same call may be made again; none where that would not help.
    /// fn pause(error: &ProviderError) -> Option<Duration> {
    ///     error.retryable.then(|| error.retry_after().unwrap_or(Duration::from_secs(5)))
    /// }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_ms.map(|millis| Duration::from_millis(millis.into()))
    }
}
