//! A Daytona for tests: the REST API of several server versions, stateful, deterministic, in virtual time.
//!
//! [`FakeDaytona`] is an [`axum::Router`] plus a handle that scripts it and looks into it. Everything runs on tokio's
//! clock: under `start_paused` a session that idles for a day takes no time, and every run is the same.
//!
//! ```
//! use fake_daytona::{FakeDaytona, Generation};
//!
//! let fake = FakeDaytona::builder(Generation::V0_205).build();
//! fake.fail_next_start("image has no entrypoint");
//! let router = fake.router(); // hand it to axum::serve, or call it as a tower service
//! assert_eq!(fake.sandboxes().len(), 0);
//! # let _ = router;
//! ```
//!
//! Single exchanges can be made to go wrong by a [`RequestAction`], many of them by chance and by seed in a [`RandomFaults`]; the
//! launch commands of sandboxes have a [`EntrypointBehavior`]; and [`FakeDaytona::sandboxes`] tells what really happened, with the
//! [`Cause`] of each change. On a socket, [`FakeDaytona::serve`] does the same, in real time.
//!
//! What is modelled, and on what evidence, stands beside each piece of code; what differs between server versions is
//! gathered in [`Generation`].
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod builder;
mod clock;
mod control;
mod core;
mod daemon;
mod fault;
mod generation;
mod http;
mod inspect;
mod random;
mod refusal;
mod routes;
mod server;
mod settings;
mod surface;
mod world;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;

pub use builder::Builder;
pub use clock::{DEFAULT_EPOCH, Timestamp};
pub use daemon::process::ProgramRun;
pub use daemon::{Daemon, Program};
pub use fault::{FaultKind, Matcher, RandomFaults, RequestAction, Rewrite, UnknownFault};
pub use generation::{Generation, UnknownGeneration};
pub use http::ConnectionReset;
pub use http::reply::Reply;
pub use http::throttle::Bucket;
pub use inspect::{RecordedRequest, SandboxView, SnapshotView};
pub use settings::{Dashboard, Latencies, Limits, Size};
pub use world::entrypoint::{EntrypointBehavior, Run};
pub use world::region::Region;
pub use world::sandbox::{Cause, Moment};
pub use world::state::{Desired, State};

/// The key of a fake that nobody gave another.
pub const DEFAULT_KEY: &str = "dtn_fake_key_0123456789abcdef0123456789abcdef";

/// One Daytona. Clones are the same one.
#[derive(Clone, Debug)]
pub struct FakeDaytona {
    core: Arc<core::Core>,
}

impl FakeDaytona {
    /// Begins a fake of this server version, with the limits and latencies of the recorded servers.
    pub fn builder(generation: Generation) -> Builder {
        Builder::new(generation)
    }

    /// The whole server: the API under [`FakeDaytona::api_path`], the toolbox under `/toolbox`, inspection under
    /// `/__fake`.
    pub fn router(&self) -> Router {
        let core = self.core.clone();
        Router::new().fallback(move |request: Request| {
            let core = core.clone();
            async move { http::serve(core, request).await }
        })
    }

    /// The API key that it was built with.
    pub fn key(&self) -> &str {
        &self.core.key
    }

    /// The organization that every key belongs to.
    pub fn organization_id(&self) -> &str {
        self.core.organization_id()
    }

    /// Where the API begins: `/api` unless the builder said otherwise.
    pub fn api_path(&self) -> &str {
        &self.core.api_path
    }

    /// The server version.
    pub fn generation(&self) -> Generation {
        self.core.generation
    }

    /// The time on the server's wall clock.
    pub fn now(&self) -> Timestamp {
        self.core.now()
    }
}
