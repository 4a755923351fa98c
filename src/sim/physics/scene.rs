//! One region with what a rule of the physics needs besides it.
//!
//! Owns: the borrow of a region together with the schedule and the mint. Must stay true: a rule sees one region; what
//! couples regions (replication, global databases) is computed, not copied.

use super::super::scenario::LoadCurve;
use super::super::world::{Arn, Mint, Region, SimTime, World};
use super::Schedule;

/// A region at an instant, ready to be changed.
pub struct Scene<'world> {
    /// The region.
    pub region: &'world mut Region,
    /// Makes new ids.
    pub mint: &'world mut Mint,
    /// What will happen when.
    pub schedule: &'world mut Schedule,
    /// The instant at which the rule runs.
    pub now: SimTime,
    /// What random choices derive from.
    pub seed: u64,
    /// The load that all services carry over the day.
    pub load: &'world LoadCurve,
    /// The account's number.
    pub account: &'world str,
}

impl Scene<'_> {
    /// `arn:aws:service:region:account:resource`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> Arn {
        Mint::arn(service, &self.region.name, self.account, resource)
    }
}

impl World {
    /// The region called `name` at the world's instant, ready to be changed.
    pub fn scene(&mut self, name: &str) -> Option<Scene<'_>> {
        Some(Scene {
            region: self.regions.get_mut(name)?,
            mint: &mut self.mint,
            schedule: &mut self.schedule,
            now: self.now,
            seed: self.seed,
            load: &self.load,
            account: &self.account,
        })
    }
}
