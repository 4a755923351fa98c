//! `DescribeGlobalClusters`.

use super::{asked, filters, is_same, not_found, region, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{GlobalCluster, GlobalMember, World};

/// All global databases, from whichever region one asks; the only filter is `region`.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    region(world, request)?;
    let filters = filters(&request.params, &["region"])?;
    let id = asked(&request.params, "GlobalClusterIdentifier");
    let is_asked = |cluster: &GlobalCluster| id.is_none_or(|id| is_same(id, cluster.id.as_str(), cluster.arn.as_str()));
    if let Some(id) = id.filter(|_| !world.global_clusters.values().any(is_asked)) {
        return Err(not_found("GlobalClusterNotFoundFault", format!("Global cluster {id} not found.")));
    }

    let is_in = |cluster: &GlobalCluster, regions: &[String]| {
        cluster.members.iter().any(|member| regions.iter().any(|region| member.region == region.as_str()))
    };
    let wanted = world
        .global_clusters
        .values()
        .filter(|cluster| is_asked(cluster) && filters.iter().all(|filter| is_in(cluster, &filter.values)));
    let page = Pager::new(request, &Bounds::RDS)?.page(wanted, |cluster| cluster.id.as_str().into());
    w.maybe_text("Marker", page.token);
    w.list("GlobalClusters", "GlobalClusterMember", page.items, write_cluster);
    Ok(())
}

fn write_cluster(w: &mut Writer, cluster: &GlobalCluster) {
    w.text("GlobalClusterIdentifier", &cluster.id);
    w.text("GlobalClusterResourceId", &cluster.resource_id);
    w.text("GlobalClusterArn", &cluster.arn);
    w.text("Status", cluster.status.as_str());
    w.text("Engine", &cluster.engine);
    w.text("EngineVersion", &cluster.engine_version);
    w.maybe_text("DatabaseName", cluster.database_name.as_ref());
    w.boolean("StorageEncrypted", cluster.encrypted);
    w.boolean("DeletionProtection", cluster.deletion_protection);
    w.text("Endpoint", &cluster.endpoint);
    w.list("GlobalClusterMembers", "GlobalClusterMember", &cluster.members, write_member);
    if let Some(failover) = &cluster.failover {
        w.structure("FailoverState", |w| {
            w.text("Status", failover.status.as_str());
            w.text("FromDbClusterArn", &failover.from);
            w.text("ToDbClusterArn", &failover.to);
            w.boolean("IsDataLossAllowed", failover.data_loss_allowed);
        });
    }
    write_tags(w, &cluster.tags);
}

fn write_member(w: &mut Writer, member: &GlobalMember) {
    w.text("DBClusterArn", &member.cluster);
    w.texts("Readers", "member", &member.readers);
    w.boolean("IsWriter", member.writer);
    w.maybe_text("GlobalWriteForwardingStatus", member.write_forwarding.as_ref());
    w.maybe_text("SynchronizationStatus", member.synchronization.as_ref());
}
