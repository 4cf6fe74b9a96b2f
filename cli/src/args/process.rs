//! Options of the commands that run programs, and of those about snapshots.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::OnHandle;
use super::Provision;
use super::values::{duration, number, variable};

/// What is run.
#[derive(Debug, Args)]
pub struct Program {
    /// An environment variable beside those of the sandbox; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,

    /// Where it runs; without it the image's own directory
    #[arg(long, value_name = "DIRECTORY")]
    pub workdir: Option<String>,

    /// How long it may run, for example 90s; then it and all that it started are ended. `exec` waits for no more than an hour
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = duration)]
    pub timeout: Option<Duration>,

    /// Bytes that are kept of each of its two streams
    #[arg(long, value_name = "BYTES", allow_negative_numbers = true, value_parser = number)]
    pub max_output: Option<u32>,

    /// The program and its arguments; no shell reads them
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Exec {
    #[command(flatten)]
    pub on: OnHandle,

    #[command(flatten)]
    pub program: Program,
}

#[derive(Debug, Args)]
pub struct Launch {
    #[command(flatten)]
    pub on: OnHandle,

    /// An id of your own: the same command with the same id is started once, however often it is asked for
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,

    #[command(flatten)]
    pub program: Program,
}

#[derive(Debug, Args)]
pub struct Logs {
    #[command(flatten)]
    pub on: OnHandle,

    /// The process; without it the session's launch command
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,

    /// Go on until it has ended; with --json one value per line for each read
    #[arg(long)]
    pub follow: bool,

    /// Time between two reads
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = duration, default_value = "1s")]
    pub interval: Duration,
}

#[derive(Debug, Args)]
pub struct Kill {
    #[command(flatten)]
    pub on: OnHandle,

    /// The process, as `launch` printed it
    #[arg(long, value_name = "ID")]
    pub id: String,
}

#[derive(Debug, Subcommand)]
pub enum Snapshot {
    /// Make one of a sandbox's file system, and wait until it is there
    Capture(Capture),
    /// Make one of what a provision would build, ahead of it
    Prepare(Box<Prepare>),
    /// List the pool's snapshots
    List,
    /// Show one
    Get(Named),
    /// Make an inactive one usable again
    Activate(Named),
    /// Delete one; sandboxes that began from it live on
    Delete(Named),
}

#[derive(Debug, Args)]
pub struct Named {
    /// Its short name
    #[arg(value_name = "NAME")]
    pub name: String,
}

#[derive(Debug, Args)]
pub struct Capture {
    /// Its short name
    #[arg(value_name = "NAME")]
    pub name: String,

    /// The sandbox: the handle that `provision` wrote; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub handle: PathBuf,
}

#[derive(Debug, Args)]
pub struct Prepare {
    /// Its short name
    #[arg(value_name = "NAME")]
    pub name: String,

    /// A specification as JSON; options beside it win over what it says
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,

    /// OCI image; without it the pool's
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,

    /// Virtual CPUs
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = number)]
    pub vcpu: Option<u32>,

    /// Memory in MiB
    #[arg(long, value_name = "MIB", allow_negative_numbers = true, value_parser = number)]
    pub memory_mb: Option<u32>,

    /// Disk in MiB
    #[arg(long, value_name = "MIB", allow_negative_numbers = true, value_parser = number)]
    pub disk_mb: Option<u32>,

    /// Where it shall be usable, in the vendor's terms
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// The launch command; without it the pool's
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

impl Prepare {
    /// The specification's options, as those of a provision. Its session does not matter.
    pub fn provision(&self) -> Provision {
        Provision {
            session: self.spec.is_none().then(|| self.name.clone()),
            spec: self.spec.clone(),
            image: self.image.clone(),
            env: Vec::new(),
            env_file: None,
            label: Vec::new(),
            vcpu: self.vcpu,
            memory_mb: self.memory_mb,
            disk_mb: self.disk_mb,
            timeout_sec: None,
            max_duration_sec: None,
            region: self.region.clone(),
            handle_out: None,
            command: self.command.clone(),
        }
    }
}
