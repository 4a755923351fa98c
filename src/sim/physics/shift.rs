//! Zonal shifts, autoshifts and practice runs, and where traffic goes by them (`aws-domain.md A.6`).

use super::super::world::World;
use super::Scene;

impl World {
    /// AWS declares a zone sick.
    pub(in super::super) fn begin_autoshift(&mut self, _zone: &str) {}

    /// AWS declares it well again.
    pub(in super::super) fn end_autoshift(&mut self, _zone: &str) {}

    /// The weekly practice run of everything that has one configured.
    pub(in super::super) fn begin_practice_run(&mut self, _zone: &str) {}

    /// The practice run ends early.
    pub(in super::super) fn end_practice_run(&mut self, _zone: &str) {}
}

impl Scene<'_> {
    /// AWS looks at its zones after their causes changed.
    pub(super) fn feel_shifts(&mut self) {}
}
