//! Quotas: what counts, and the texts of each era.

use super::sandbox::Sandbox;
use crate::generation::Generation;
use crate::refusal::Refusal;
use crate::settings::{Limits, Size};

/// What the sandboxes of the organization hold at the moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage(Size);

impl Usage {
    pub(crate) fn total(self) -> Size {
        self.0
    }

    pub(crate) fn add(&mut self, held: Size) {
        self.0.cpu += held.cpu;
        self.0.memory += held.memory;
        self.0.disk += held.disk;
        self.0.gpu += held.gpu;
    }

    pub(crate) fn remove(&mut self, held: Size) {
        self.0.cpu -= held.cpu;
        self.0.memory -= held.memory;
        self.0.disk -= held.disk;
        self.0.gpu -= held.gpu;
    }
}

/// What a sandbox counts for in its stored state.
pub(crate) fn held_by(sandbox: &Sandbox) -> Size {
    let size = sandbox.size;
    let compute = sandbox.state.holds_compute();
    Size {
        cpu: if compute { size.cpu } else { 0 },
        memory: if compute { size.memory } else { 0 },
        gpu: if compute { size.gpu } else { 0 },
        disk: if sandbox.state.holds_disk() { size.disk } else { 0 },
    }
}

pub(super) const CONTACT_SUPPORT: &str = "\nNeed higher resource limits per-sandbox? Contact us at support@daytona.io and let us know about \
                       your use case.";

/// Refuses a single sandbox that is too big.
pub(crate) fn check_size(generation: Generation, limits: &Limits, asked: Size) -> Result<(), Refusal> {
    let most = limits.per_sandbox;
    let (what, asked, most, unit) = if asked.cpu > most.cpu {
        ("CPU", asked.cpu, most.cpu, "")
    } else if asked.memory > most.memory {
        ("Memory", asked.memory, most.memory, "GB")
    } else if asked.disk > most.disk {
        ("Disk", asked.disk, most.disk, "GB")
    } else {
        return Ok(());
    };
    let thing = generation.noun().to_lowercase();
    let first = format!("{what} request {asked}{unit} exceeds maximum allowed per {thing} ({most}{unit})");
    let text = match generation {
        Generation::Documented | Generation::V0_100 | Generation::V0_105 => first,
        _ => format!("{first}.{CONTACT_SUPPORT}"),
    };
    Err(Refusal::new(generation.quota_status(), text))
}

/// Refuses what would take the organization over its limits. `asked` comes on top of `used`.
pub(crate) fn check_total(
    generation: Generation,
    limits: &Limits,
    used: Size,
    asked: Size,
    dashboard: &str,
) -> Result<(), Refusal> {
    let most = limits.organization;
    let rows = [
        ("CPU", "", "", used.cpu, asked.cpu, most.cpu),
        ("memory", "GiB", "GB", used.memory, asked.memory, most.memory),
        ("disk", "GiB", "GB", used.disk, asked.disk, most.disk),
        ("GPU", "", "", used.gpu, asked.gpu, most.gpu),
    ];
    for (what, unit, old_unit, used, asked, most) in rows {
        let sum = used.saturating_add(asked);
        if asked == 0 || sum <= most {
            continue;
        }
        let advice = match what {
            "GPU" => String::new(),
            "disk" => format!(
                "\nConsider archiving your unused Sandboxes to free up available storage.{}",
                upgrade(dashboard)
            ),
            _ => upgrade(dashboard),
        };
        let text = match generation {
            Generation::Documented | Generation::V0_100 => {
                format!("Total {what} quota exceeded ({sum}{old_unit} > {most}{old_unit})")
            }
            Generation::V0_105 => format!("Total {what} quota exceeded. Maximum allowed: {most}{unit}"),
            _ => format!("Total {what} limit exceeded. Maximum allowed: {most}{unit}.{advice}"),
        };
        return Err(Refusal::new(generation.quota_status(), text));
    }
    Ok(())
}

fn upgrade(dashboard: &str) -> String {
    format!("\nTo increase concurrency limits, upgrade your organization's Tier by visiting {dashboard}/limits.")
}
