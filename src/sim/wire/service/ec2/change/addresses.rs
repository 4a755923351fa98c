//! `AssociateAddress` and `DisassociateAddress`.

use super::{instance, missing};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::ec2::id::Kind;
use crate::sim::wire::service::{region, scene};
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// `AssociateAddress`, of an allocation with an instance.
pub fn associate(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = instance(world, request)?;
    let allocation = request.params.text("AllocationId").ok_or_else(|| missing("AllocationId"))?;
    Kind::ALLOCATION.find(&region(world, request)?.addresses, &[allocation])?;
    let reassociate = request.params.boolean("AllowReassociation")?.unwrap_or(false);
    let association = scene(world, request)?.associate_address(allocation, &id, reassociate)?;
    w.boolean("return", true);
    w.text("associationId", association);
    Ok(())
}

/// `DisassociateAddress`.
pub fn disassociate(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let association = request.params.text("AssociationId").ok_or_else(|| missing("AssociationId"))?;
    scene(world, request)?.disassociate_address(association)?;
    w.boolean("return", true);
    Ok(())
}
