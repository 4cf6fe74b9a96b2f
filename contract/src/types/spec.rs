use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Pairs;

/// Limits that a session asks for. Absent: the pool's value, then the provider's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// Whole virtual CPUs, at least 1.
    #[serde(rename = "vCpu", alias = "vcpu", skip_serializing_if = "Option::is_none")]
    pub vcpu: Option<u32>,
    /// Memory in MiB, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// Disk in MiB, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_mb: Option<u32>,
    /// Number of GPUs; 0 is the same as absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<u32>,
    /// Seconds without activity after which the sandbox may be stopped, at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_sec: Option<u32>,
}

/// What one session needs. A field that is not known is refused on reading, so that a misspelt one is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Spec {
    /// The platform's id of the session; not empty.
    pub session_id: String,
    /// OCI image reference. Absent: the pool's image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Launch command, as an argument vector. Absent: the pool's command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Environment of the launch command, passed on unread.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub env: Pairs,
    /// Labels for the sandbox.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub labels: Pairs,
    /// Limits of this session.
    pub resources: Resources,
    /// Seconds that the session may last at most, counted from its creation; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_sec: Option<u32>,
    /// Where to run it, in the vendor's terms. Absent: the pool's target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Keys that the contract defines; none yet.
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub extensions: Pairs,
}

impl Spec {
    /// A session that asks for nothing but what the pool gives.
    ///
    /// ```
    /// # use sandbox_contract::types as sandbox_host;
    /// use std::time::Duration;
    ///
    /// use sandbox_host::{Resources, Spec};
    ///
    /// let spec = Spec::new("session-1")
    ///     .with_image("ghcr.io/acme/worker:1")
    ///     .with_command(["agent", "run"])
    ///     .with_env("TASK", "write a poem")
    ///     .with_resources(Resources { vcpu: Some(2), memory_mb: Some(4096), timeout_sec: Some(1800), ..Resources::default() })
    ///     .with_max_duration(Duration::from_secs(3600));
    /// assert_eq!(spec.env.get("TASK"), Some("write a poem"));
    ///
    /// // As a platform in another language writes it.
    /// let read: Spec = serde_json::from_str(r#"{"sessionId": "session-1", "resources": {"vCpu": 2}}"#)?;
    /// assert_eq!(read.resources.vcpu, Some(2));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(session_id: impl Into<String>) -> Self {
        Self { session_id: session_id.into(), ..Self::default() }
    }

    /// Sets the image, an OCI reference.
    pub fn with_image(mut self, image: impl Into<String>) -> Self {
        self.image = Some(image.into());
        self
    }

    /// Sets the launch command, as an argument vector.
    pub fn with_command(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.command = Some(words.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a variable to the environment of the launch command.
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push(name, value);
        self
    }

    /// Adds a label.
    pub fn with_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.push(name, value);
        self
    }

    /// Sets the limits of this session.
    pub fn with_resources(mut self, resources: Resources) -> Self {
        self.resources = resources;
        self
    }

    /// Bounds the session's life, in whole seconds; a part of one counts as a whole one.
    pub fn with_max_duration(mut self, duration: Duration) -> Self {
        let seconds = duration.as_millis().div_ceil(1000);
        self.max_duration_sec = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
        self
    }

    /// Sets where to run it, in the vendor's terms.
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Adds a key that the contract defines.
    pub fn with_extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extensions.push(name, value);
        self
    }
}
