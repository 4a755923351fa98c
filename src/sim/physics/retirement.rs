//! Scheduled events: announced, carried out, left behind as ghosts (`aws-domain.md A.1`).

use super::super::world::World;
use super::Unknown;

impl World {
    /// AWS announces that it will retire an instance's host.
    pub(in super::super) fn announce_retirement(&mut self, _instance: &str) -> Result<(), Unknown> {
        Ok(())
    }

    /// AWS calls the retirement off.
    pub(in super::super) fn cancel_retirement(&mut self, _instance: &str) {}
}
