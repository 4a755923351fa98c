//! Releases: how a new version of an application reaches a group's members (`aws-domain.md F.6`).
//!
//! Owns: the deployments of the simulated company. AWS sees a new launch template version and what comes of it.

use super::super::world::World;
use super::Unknown;

impl World {
    /// Brings a release to a group.
    pub(in super::super) fn begin_release(
        &mut self,
        _group: &str,
        _good: bool,
        _zones_first: &[String],
    ) -> Result<(), Unknown> {
        Ok(())
    }

    /// Takes a release back: the version before it runs again.
    pub(in super::super) fn withdraw_release(&mut self, _group: &str) {}
}
