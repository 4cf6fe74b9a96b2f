//! What can be typed.

mod inventory;
mod process;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use super::exit;
pub use inventory::Reconcile;
pub use process::{Exec, Kill, Launch, Logs, Program, Snapshot};
use values::{duration, name, number, pair, seconds, variable};

/// Variables of this process that guests see, where they are set, and whether they are keys.
pub const GUEST_VARIABLES: [(&str, bool); 2] = [("DAYTONA_API_KEY", true), ("DAYTONA_API_URL", false)];

const ABOUT: &str = "\
Provisions, watches and ends sandboxes through a provider, a WebAssembly component.

The key comes from --credential-file or from the environment variable DAYTONA_API_KEY. Of the environment the provider
sees DAYTONA_API_KEY and DAYTONA_API_URL, what --pass-env names, and nothing else.";

#[derive(Debug, Parser)]
#[command(name = "sandbox-host", version, about = "Provisions, watches and ends sandboxes through a provider, a WebAssembly component", long_about = ABOUT, after_long_help = exit::TABLE, after_help = "--help says more, and lists the exit codes.")]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,

    #[command(flatten)]
    pub global: Global,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The pool's configuration as JSON, or a record {"id", "config", "runtimeProvides"}
    #[arg(long, global = true, value_name = "FILE")]
    pub pool: Option<PathBuf>,

    /// The pool's id; without it the record's, else `default`
    #[arg(long, global = true, value_name = "ID")]
    pub pool_id: Option<String>,

    /// The provider; without it the one that this program was built with
    #[arg(long, global = true, value_name = "FILE")]
    pub component: Option<PathBuf>,

    /// A key as JSON: {"secret", "apiUrl", "organizationId"}, of which only the first is needed
    #[arg(long, global = true, value_name = "FILE")]
    pub credential_file: Option<PathBuf>,

    /// How long one call may take, for example 45s or 500ms; lists and `reconcile` as a whole
    #[arg(long, global = true, value_name = "TIME", allow_hyphen_values = true, value_parser = duration)]
    pub deadline: Option<Duration>,

    /// Certificates to trust beside the usual ones, PEM; may be repeated
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Vec<PathBuf>,

    /// One more environment variable that the provider sees; may be repeated. Counts as a key
    #[arg(long, global = true, value_name = "NAME", value_parser = name)]
    pub pass_env: Vec<String>,

    /// What the provider may do, as TOML; docs/host.md lists the keys
    #[arg(long, global = true, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Print exactly one JSON value instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show a session's life on a Daytona inside this program: no account, no network
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// Show what the provider is and what it can do
    Describe(Describe),
    /// Check the pool's configuration, without network
    Check,
    /// Find out whether the pool works: configuration, key, server, region, snapshot. Creates nothing
    Doctor(Doctor),
    /// Show whether the pool can be used now, from one request
    Health,
    /// Count the pool's sandboxes, and how many more fit where the key may see it
    Capacity,
    /// Find out what became of a session, and what to do about it
    Explain(Explain),
    /// Create the sandbox of a session, without waiting until it runs
    Provision(Box<Provision>),
    /// Find the sandbox of a session, for example after a crash
    Locate(Locate),
    /// Show the sandbox's state
    Status(Status),
    /// Wait until the sandbox runs or has failed
    Watch(Watch),
    /// Stop the sandbox and keep its disk
    Stop(OnHandle),
    /// Start the sandbox again
    Start(OnHandle),
    /// Move the sandbox's disk to cheap storage
    Archive(OnHandle),
    /// Reset the sandbox's idle clock now, while its agent works and its deadline lets it
    KeepAlive(OnHandle),
    /// Move the session's deadline
    Extend(Extend),
    /// Run a command in the sandbox, with its output and its exit code
    Exec(Exec),
    /// Start a command in the sandbox, in the background, and print its id
    Launch(Launch),
    /// Show what the launch command or another process writes
    Logs(Logs),
    /// End a process that was launched
    Kill(Kill),
    /// Make, list and delete file systems that sandboxes begin from
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// End the sandbox for good
    Terminate(OnHandle),
    /// List the pool's sandboxes, of every session
    List,
    /// Find sandboxes whose session is not known any more, and end them in two steps
    #[command(long_about = inventory::ABOUT)]
    Reconcile(Reconcile),
    /// Serve the provider to a platform in another language, by JSON-RPC 2.0
    Serve(Serve),
}

#[cfg(feature = "demo")]
#[derive(Debug, Args)]
pub struct Demo {
    /// Everything at once, instead of at a pace that can be watched
    #[arg(long)]
    pub quick: bool,
}

#[derive(Debug, Args)]
pub struct Describe {
    /// Print the JSON Schema of the pool's configuration only
    #[arg(long)]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// A specification as JSON that shall work; without it, one that leaves everything to the pool
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The session's id
    #[arg(long, value_name = "ID")]
    pub session: String,

    /// The handle that `provision` wrote; without it the session is located first
    #[arg(long, value_name = "FILE")]
    pub handle: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Print the JSON Schema of the messages, and serve nothing
    #[arg(long)]
    pub schema: bool,

    /// Listen on a Unix socket at this path; without it, talk over standard input and output
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,

    /// Swap in the newest .wasm file of this directory whenever it changes
    #[arg(long, value_name = "DIRECTORY")]
    pub watch: Option<PathBuf>,

    /// Time between two looks into that directory
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = duration, default_value = "2s")]
    pub watch_interval: Duration,

    /// How long calls may go on after a swap or a shutdown
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = duration, default_value = "90s")]
    pub drain: Duration,
}

#[derive(Debug, Args)]
pub struct OnHandle {
    /// The handle that `provision` wrote; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub handle: PathBuf,
}

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub on: OnHandle,

    /// Only look: do nothing that keeps the sandbox alive
    #[arg(long)]
    pub observe: bool,
}

#[derive(Debug, Args)]
pub struct Extend {
    #[command(flatten)]
    pub on: OnHandle,

    /// How long the session may go on from now, for example 2h; may be less than it had left
    #[arg(long = "for", value_name = "TIME", allow_hyphen_values = true, value_parser = seconds)]
    pub seconds: u32,
}

#[derive(Debug, Args)]
pub struct Watch {
    #[command(flatten)]
    pub on: OnHandle,

    /// Time between two looks
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = duration, default_value = "2s")]
    pub interval: Duration,
}

#[derive(Debug, Args)]
pub struct Locate {
    /// The session's id
    #[arg(long, value_name = "ID")]
    pub session: String,

    /// Write the handle to this file, which must not exist
    #[arg(long, value_name = "FILE")]
    pub handle_out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Provision {
    /// The session's id
    #[arg(long, value_name = "ID", required_unless_present = "spec")]
    pub session: Option<String>,

    /// A specification as JSON; options beside it win over what it says
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,

    /// OCI image; without it the pool's
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,

    /// An environment variable of the launch command; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<(String, String)>,

    /// A file with lines NAME=VALUE or `export NAME=VALUE`; values are taken as they stand. Empty lines and lines that
    /// start with # are skipped
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,

    /// A label of the sandbox; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub label: Vec<(String, String)>,

    /// Virtual CPUs
    #[arg(long, value_name = "COUNT", allow_negative_numbers = true, value_parser = number)]
    pub vcpu: Option<u32>,

    /// Memory in MiB
    #[arg(long, value_name = "MIB", allow_negative_numbers = true, value_parser = number)]
    pub memory_mb: Option<u32>,

    /// Disk in MiB
    #[arg(long, value_name = "MIB", allow_negative_numbers = true, value_parser = number)]
    pub disk_mb: Option<u32>,

    /// Seconds without activity after which the sandbox may be stopped
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = number)]
    pub timeout_sec: Option<u32>,

    /// Seconds that the session may last at most
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = number)]
    pub max_duration_sec: Option<u32>,

    /// Where to run it, in the vendor's terms
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Write the handle to this file, which must not exist
    #[arg(long, value_name = "FILE")]
    pub handle_out: Option<PathBuf>,

    /// The launch command; without it the pool's
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_definition_of_the_arguments_is_consistent() {
        Arguments::command().debug_assert();
    }
}
