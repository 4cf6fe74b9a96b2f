//! Regions, and what an organization may do in them.

use super::World;
use super::surface::Surface;
use crate::generation::Generation;
use crate::refusal::Refusal;
use crate::settings::{Limits, Size};

/// A region of the server. Recorded on 0.190.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its identifier, which is its name too.
    pub id: String,
    /// The organization has a quota there. Without one the region is not listed and nothing can be created in it.
    pub has_quota: bool,
    /// The server's own snapshots have been copied there.
    pub has_snapshots: bool,
    /// Sandboxes that outlive a stop are refused.
    pub ephemeral_only: bool,
    /// What one sandbox may have there, in place of the organization's.
    pub per_sandbox: Option<Size>,
    /// The largest disk of a sandbox that is not ephemeral, in GiB.
    pub non_ephemeral_disk: Option<u64>,
}

impl Region {
    /// A region like the first one: everything is there, and no limits of its own.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            has_quota: true,
            has_snapshots: true,
            ephemeral_only: false,
            per_sandbox: None,
            non_ephemeral_disk: None,
        }
    }
}

impl World {
    /// The region that a create goes to. Whoever names none, or blanks, gets the default one; blanks around a name do not count.
    pub(super) fn region(&self, wanted: Option<&str>, surface: Surface) -> Result<Region, Refusal> {
        let standard = self.default_region()?;
        let Some(target) = wanted.map(str::trim).filter(|target| !target.is_empty()) else {
            return Ok(standard.clone());
        };
        if surface == Surface::Documented {
            return Ok(Region { id: target.to_owned(), ..standard.clone() });
        }
        self.regions.iter().find(|region| region.id == target).cloned().ok_or_else(|| {
            if self.generation == Generation::V0_100 {
                Refusal::bad_request("Invalid region")
            } else {
                Refusal::not_found("Region not found")
            }
        })
    }

    /// The organization's default region; without one nothing can be created, whatever is named.
    pub(crate) fn default_region(&self) -> Result<&Region, Refusal> {
        self.regions.first().filter(|_| !self.lacks_default_region).ok_or_else(|| {
            Refusal::bad_request(
                "This organization does not have a default region. Please open the Daytona Dashboard to set a default \
                 region.",
            )
        })
    }

    /// What one sandbox may have in a region.
    pub(crate) fn limits_in(&self, region: &Region) -> Limits {
        Limits { per_sandbox: region.per_sandbox.unwrap_or(self.limits.per_sandbox), ..self.limits }
    }

    /// Refuses everything in a region in which the organization has no quota.
    pub(super) fn refuse_without_quota(&self, region: &Region) -> Result<(), Refusal> {
        if !region.has_quota {
            let class = if self.generation.has_sandbox_class() { " for class container" } else { "" };
            let id = &region.id;
            return Err(Refusal::forbidden(format!("Region {id} is not available to the organization{class}")));
        }
        Ok(())
    }

    /// Refuses what the region does not admit.
    pub(super) fn admitted_to(&self, region: &Region, is_ephemeral: bool, size: Size) -> Result<(), Refusal> {
        if region.ephemeral_only && !is_ephemeral {
            return Err(Refusal::bad_request("Only ephemeral sandboxes are permitted in this region"));
        }
        match region.non_ephemeral_disk {
            Some(most) if !is_ephemeral && size.disk > most => Err(Refusal::bad_request(format!(
                "Disk request {}GB exceeds maximum allowed per non-ephemeral sandbox ({most}GB).{}",
                size.disk,
                super::quota::CONTACT_SUPPORT
            ))),
            _ => Ok(()),
        }
    }
}
