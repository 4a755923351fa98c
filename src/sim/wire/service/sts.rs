//! STS: who is calling. Any credentials are taken for the world's one caller.

use super::{Action, Service};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// STS's actions.
pub const ACTIONS: &[Action] = &[Action::read(Service::Sts, "GetCallerIdentity", get_caller_identity)];

fn get_caller_identity(world: &World, _: &Request, w: &mut Writer) -> Result<(), ApiError> {
    w.text("Arn", &world.caller_arn);
    w.text("UserId", &world.caller_id);
    w.text("Account", &world.account);
    Ok(())
}
