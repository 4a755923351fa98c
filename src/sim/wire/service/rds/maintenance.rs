//! `DescribePendingMaintenanceActions`.

use super::{asked, filters, not_found, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// AWS plans no maintenance in the simulated account, so the list is empty; what is asked for is checked all the same.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    filters(&request.params, &["db-cluster-id", "db-instance-id"])?;
    if let Some(arn) = asked(&request.params, "ResourceIdentifier") {
        let known =
            region.databases.values().any(|own| own.arn == arn) || region.clusters.values().any(|own| own.arn == arn);
        if !known {
            return Err(not_found("ResourceNotFoundFault", format!("The resource {arn} was not found.")));
        }
    }
    w.texts("PendingMaintenanceActions", "ResourcePendingMaintenanceActions", [""; 0]);
    Ok(())
}
