//! `ReplaceRoute`.

use super::missing;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// `ReplaceRoute`, to a NAT or internet gateway.
pub fn replace(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let text = |name: &'static str| request.params.text(name).filter(|text| !text.is_empty());
    let table = text("RouteTableId").ok_or_else(|| missing("RouteTableId"))?;
    let destination = text("DestinationCidrBlock").ok_or_else(|| missing("DestinationCidrBlock"))?;
    let via = text("NatGatewayId").or_else(|| text("GatewayId")).ok_or_else(|| missing("NatGatewayId"))?;
    scene(world, request)?.replace_route(table, destination, via)?;
    w.boolean("return", true);
    Ok(())
}
