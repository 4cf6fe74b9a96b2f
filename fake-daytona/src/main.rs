//! The server: a fake Daytona on a port, in real time.
#![forbid(unsafe_code)]

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use fake_daytona::{DEFAULT_KEY, FakeDaytona, FaultKind, Generation, Latencies, Limits, RandomFaults, Size, Timestamp};

/// A Daytona for tests: the REST API of several server versions, stateful, without any container behind it.
///
/// Point a client at the printed URL with the printed key. Sandboxes are created, started, stopped and deleted as on
/// the real server, with its states, delays, refusals and texts; nothing runs inside of them.
#[derive(Debug, Parser)]
#[command(name = "fake-daytona", version, after_help = AFTER_HELP)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,

    /// Server version: documented, 0.100, 0.105, 0.179, 0.190, 0.205 or 0.231
    #[arg(long, default_value = "0.205", value_name = "VERSION")]
    api_version: Generation,

    /// The API key that is accepted, with every scope
    #[arg(long, default_value = DEFAULT_KEY, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    key: String,

    /// Origin under which clients reach this server, where it differs from the address it listens on
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// Most that one sandbox may have, as cores,GiB of memory,GiB of disk
    #[arg(long, default_value = "4,8,10", value_name = "C,M,D", value_parser = size)]
    per_sandbox: Size,

    /// Most that the organization may have, as cores,GiB of memory,GiB of disk
    #[arg(long, default_value = "10,20,30", value_name = "C,M,D", value_parser = size)]
    organization: Size,

    /// Every change of state takes a millisecond instead of up to ten seconds
    #[arg(long)]
    quick: bool,

    /// Every change of state is over when the request for it is answered; for benches
    #[arg(long, conflicts_with = "quick")]
    instant: bool,

    /// No quotas and no rate limits; for benches
    #[arg(long, conflicts_with_all = ["per_sandbox", "organization"])]
    unlimited: bool,

    /// How long lists of sandboxes run behind the truth, in milliseconds
    #[arg(long, default_value_t = 0, value_name = "MS")]
    list_lag: u64,

    /// Probability (0 to 1) with which a request meets a fault
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = probability)]
    fault_rate: f64,

    /// Seed of the faults: the same seed strikes the same requests
    #[arg(long, default_value_t = 0, value_name = "N")]
    fault_seed: u64,

    /// Kinds of faults, separated by commas; the usual ones when none is named: odd ones, such as `page`, only by name
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    faults: Vec<FaultKind>,

    /// Look-ups by name always tell the truth of the moment, which those of no recorded server do
    #[arg(long)]
    fresh_lookups: bool,

    /// Counts requests instead of keeping them; for servers that run for long
    #[arg(long)]
    counts_only: bool,
}

const AFTER_HELP: &str = r#"The server prints two lines, `url <URL>` (with /api) and `key <KEY>`, and then serves until it is interrupted.

Versions:
  documented  /workspace with image and command, as the description of the Daytona provider has it
  0.100       /workspace is the main resource
  0.105       /sandbox, which ignores names, and /workspace
  0.179       /sandbox, and /workspace for the last time
  0.190       /sandbox only
  0.205       /sandbox with ttlMinutes
  0.231       the newest surface known from published clients

Looking inside, without a key:
  GET /__fake/summary     counts of sandboxes, connections and requests, billed minutes
  GET /__fake/sandboxes   every sandbox ever created, with the history of its states
  GET /__fake/sandboxes/{idOrName}   one of them
  GET /__fake/requests    every request, with its answer and what befell it

Scripting, without a key either:
  POST /__fake/faults       {"faults": ["reset-after"], "method": "POST", "path": "/sandbox", "times": 1}
  POST /__fake/clock        {"skipSeconds": 1800}
  POST /__fake/entrypoints  {"behavior": "exits", "afterSeconds": 60, "code": 3}
  POST /__fake/keys         {"key": "dtn_reader", "scopes": []}
  POST /__fake/next-start   {"fails": "no such image"} or {"takesSeconds": 90}
  POST /__fake/next-build   the same for builds
  POST /__fake/replies      {"delayMillis": 200, "dateAheadSeconds": -3600, "offsetMinutes": 120}
  POST /__fake/server       {"maintenance": true, "dashboard": "missing", "stopsKill": true}
  POST /__fake/organization {"suspended": "Depleted credits", "defaultRegion": false}
  POST /__fake/organizations {"key": "dtn_of_others"}
  POST /__fake/regions      {"id": "eu", "hasQuota": false, "ephemeralOnly": true}
  POST /__fake/sandboxes/{idOrName}/state  {"state": "error", "reason": "runner went away"}
  POST /__fake/sandboxes/{idOrName}/copy   {"name": "copy-of-one"}
  POST /__fake/sandboxes/{idOrName}/kill   {}
  GET /__fake/faults        the kinds of faults
  DELETE /__fake/faults     forgets the faults that were asked for

Example:
  fake-daytona --listen 127.0.0.1:3986 --api-version 0.190 --quick
  curl -H 'Authorization: Bearer <KEY>' http://127.0.0.1:3986/api/sandbox"#;

fn probability(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("a number from 0 to 1 is needed".to_owned()) }
}

fn size(text: &str) -> Result<Size, String> {
    let parts: Vec<u64> = text
        .split(',')
        .map(|part| part.trim().parse().map_err(|_| format!("{part:?} is not a whole number")))
        .collect::<Result<_, _>>()?;
    match parts.as_slice() {
        [cpu, memory, disk] => Ok(Size::new(*cpu, *memory, *disk)),
        _ => Err("three whole numbers are needed: cores,memory,disk".to_owned()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fake-daytona: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(arguments.listen).await.map_err(|error| {
        std::io::Error::new(error.kind(), format!("cannot listen on {}: {error}", arguments.listen))
    })?;
    let origin = match arguments.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", listener.local_addr()?),
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut builder = FakeDaytona::builder(arguments.api_version)
        .key(&arguments.key)
        .limits(Limits { per_sandbox: arguments.per_sandbox, organization: arguments.organization })
        .toolbox_url(&format!("{origin}/toolbox"))
        .dashboard_url(&format!("{origin}/dashboard"))
        .seed(now.as_nanos() as u64)
        .epoch(Timestamp::from_millis(now.as_millis() as u64));
    if arguments.quick {
        builder = builder.latencies(Latencies::quick());
    }
    if arguments.instant {
        builder = builder.latencies(Latencies::instant());
    }
    if arguments.unlimited {
        builder = builder.limits(Limits::none());
    }
    if arguments.fresh_lookups {
        builder = builder.fresh_lookups();
    }
    if arguments.counts_only {
        builder = builder.counts_only();
    }
    let fake = builder.build();
    if arguments.unlimited {
        fake.lift_rate_limits();
    }
    fake.list_lags(Duration::from_millis(arguments.list_lag));
    if arguments.fault_rate > 0.0 {
        let faults = RandomFaults::new(arguments.fault_seed, arguments.fault_rate);
        fake.random_faults(if arguments.faults.is_empty() { faults } else { faults.of(&arguments.faults) });
    }
    println!("url {origin}{}", fake.api_path());
    println!("key {}", fake.key());
    fake.serve(listener, async {
        // Without a signal handler there is nothing to wait for: serve until killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await
}
