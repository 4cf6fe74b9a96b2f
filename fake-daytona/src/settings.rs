//! Settings of a fake: limits, latencies, and how replies are written.

use std::time::Duration;

/// Sizes that an organization may ask for. CPU in whole cores, memory and disk in GiB, GPUs in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Per sandbox. Cloud default: 4 cores, 8 GiB, 10 GiB.
    pub per_sandbox: Size,
    /// Of the whole organization. As on the recorded servers: 10 cores, 20 GiB, 30 GiB, no GPU.
    pub organization: Size,
}

/// An amount of every resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Cores.
    pub cpu: u64,
    /// GiB.
    pub memory: u64,
    /// GiB.
    pub disk: u64,
    /// Units.
    pub gpu: u64,
}

impl Size {
    /// Cores, GiB of memory, GiB of disk; no GPU.
    pub const fn new(cpu: u64, memory: u64, disk: u64) -> Self {
        Self { cpu, memory, disk, gpu: 0 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_sandbox: Size { gpu: 1, ..Size::new(4, 8, 10) }, organization: Size::new(10, 20, 30) }
    }
}

impl Limits {
    /// Nothing is ever refused for its size.
    pub fn none() -> Self {
        let all = Size { cpu: u64::MAX / 4, memory: u64::MAX / 4, disk: u64::MAX / 4, gpu: u64::MAX / 4 };
        Self { per_sandbox: all, organization: all }
    }
}

/// How long the server takes. The defaults are near the recorded ones, whose containers were simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latencies {
    /// Until a background job of the server picks up a change (`desiredState` set, `state` not yet).
    pub pick_up: Duration,
    /// `creating` to `started`.
    pub start: Duration,
    /// `building_snapshot`: the build itself.
    pub build: Duration,
    /// `creating` after a build, where the server's own loops add up.
    pub after_build: Duration,
    /// `stopping` to `stopped`.
    pub stop: Duration,
    /// `archiving` to `archived`.
    pub archive: Duration,
    /// `restoring` to `started`.
    pub restore: Duration,
    /// `destroying` to gone.
    pub delete: Duration,
    /// `snapshotting`, `resizing` and a registered snapshot's own way to `active`.
    pub snapshot: Duration,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            pick_up: Duration::from_millis(100),
            start: Duration::from_millis(400),
            build: Duration::from_secs(9),
            after_build: Duration::from_secs(10),
            stop: Duration::from_millis(300),
            archive: Duration::from_millis(500),
            restore: Duration::from_millis(600),
            delete: Duration::from_millis(400),
            snapshot: Duration::from_millis(300),
        }
    }
}

impl Latencies {
    /// Everything as fast as it can be without becoming instantaneous: one millisecond per step.
    pub fn quick() -> Self {
        Self::of_each_step(Duration::from_millis(1))
    }

    /// Every change of state is over when the request that asked for it is answered: what is left is what requests cost.
    pub fn instant() -> Self {
        Self::of_each_step(Duration::ZERO)
    }

    fn of_each_step(step: Duration) -> Self {
        Self {
            pick_up: step,
            start: step,
            build: step,
            after_build: step,
            stop: step,
            archive: step,
            restore: step,
            delete: step,
            snapshot: step,
        }
    }
}

/// How the server writes every reply of its API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReplySettings {
    /// Before it handles a request.
    pub(crate) delay: Duration,
    /// Milliseconds by which the header `Date` is ahead of the truth; behind it when negative.
    pub(crate) date_ahead: i64,
    /// Minutes east of Greenwich in which moments are written, in place of `Z`.
    pub(crate) offset: Option<i32>,
}

/// What a server answers outside of its API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dashboard {
    /// Its page, with 200, whatever the method and the path.
    #[default]
    Page,
    /// 500 in JSON: a server that was built without the dashboard's files.
    Missing,
}
