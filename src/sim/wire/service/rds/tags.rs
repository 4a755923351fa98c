//! `ListTagsForResource`.

use super::{not_found, region, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Region, Tags, World};

/// The tags of the instance, cluster or global database with that ARN.
pub(super) fn list(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let arn = request.params.required("ResourceName")?;
    write_tags(w, tags(world, region(world, request)?, arn)?);
    Ok(())
}

fn tags<'w>(world: &'w World, region: &'w Region, arn: &str) -> Result<&'w Tags, ApiError> {
    let kind = arn.split(':').nth(5).unwrap_or_default();
    let (found, code) = match kind {
        "db" => (region.databases.values().find(|own| own.arn == arn).map(|own| &own.tags), "DBInstanceNotFound"),
        "cluster" => {
            (region.clusters.values().find(|own| own.arn == arn).map(|own| &own.tags), "DBClusterNotFoundFault")
        }
        "global-cluster" => {
            let found = world.global_clusters.values().find(|own| own.arn == arn);
            (found.map(|own| &own.tags), "GlobalClusterNotFoundFault")
        }
        _ => {
            return Err(ApiError::validation(format!(
                "The specified resource name does not match an RDS resource: {arn}"
            )));
        }
    };
    found.ok_or_else(|| not_found(code, format!("The resource {arn} was not found.")))
}
