//! What EC2 is asked to do with instances, addresses and volumes (`aws-domain.md` A.10, C.1).
//!
//! Owns: EC2's refusals of requests that change something. Must stay true: a request that is refused has changed nothing, but
//! for TerminateInstances over several zones, which AWS itself carries out zone by zone.

mod address;
mod attribute;
mod power;
mod run;
mod volume;

use super::super::world::{Instance, InstanceId};
use super::{Refused, Scene};

pub use self::attribute::Change;
pub use self::power::Turn;
pub use self::run::Order;
pub use self::volume::VolumeOrder;

/// The instance is in a state that does not allow it.
fn wrong_state(words: String) -> Refused {
    Refused::new("IncorrectInstanceState", words)
}

impl Scene<'_> {
    fn instance(&self, id: &InstanceId) -> Result<&Instance, Refused> {
        let missing = || Refused::new("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"));
        self.region.instances.get(id).ok_or_else(missing)
    }
}
