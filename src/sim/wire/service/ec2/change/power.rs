//! `RebootInstances`, `StopInstances`, `StartInstances`, `TerminateInstances`.

use super::instances;
use crate::sim::physics::Turn;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{InstanceState, World};

/// `RebootInstances`.
pub fn reboot(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let ids = instances(world, request)?;
    scene(world, request)?.reboot_instances(&ids)?;
    w.boolean("return", true);
    Ok(())
}

/// `StopInstances`. Nothing here hibernates.
pub fn stop(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let ids = instances(world, request)?;
    if request.params.boolean("Hibernate")?.unwrap_or(false) {
        let words = "The instance is not enabled for hibernation.";
        return Err(ApiError::new("UnsupportedHibernationConfiguration", words));
    }
    let force = request.params.boolean("Force")?.unwrap_or(false);
    let turns = scene(world, request)?.stop_instances(&ids, force)?;
    write_turns(w, &turns);
    Ok(())
}

/// `StartInstances`.
pub fn start(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let ids = instances(world, request)?;
    let turns = scene(world, request)?.start_instances(&ids)?;
    write_turns(w, &turns);
    Ok(())
}

/// `TerminateInstances`.
pub fn terminate(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let ids = instances(world, request)?;
    let turns = scene(world, request)?.terminate_instances(&ids)?;
    write_turns(w, &turns);
    Ok(())
}

fn write_turns(w: &mut Writer, turns: &[Turn]) {
    let state = |w: &mut Writer, name: &str, state: InstanceState| {
        w.structure(name, |w| {
            w.integer("code", i64::from(state.code()));
            w.text("name", state.as_str());
        });
    };
    w.list("instancesSet", "item", turns, |w, turn| {
        w.text("instanceId", &turn.id);
        state(w, "currentState", turn.after);
        state(w, "previousState", turn.before);
    });
}
