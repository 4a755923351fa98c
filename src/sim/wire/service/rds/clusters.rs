//! `DescribeDBClusters`.

use super::{asked, filters, is_same, names, not_found, region, write_security_groups, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::{Filter, Request};
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{DbCluster, World};

const FILTERS: &[&str] = &["clone-group-id", "db-cluster-id", "db-cluster-resource-id", "domain", "engine"];

/// All clusters, or one.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let filters = filters(&request.params, FILTERS)?;
    let id = asked(&request.params, "DBClusterIdentifier");
    let is_asked = |cluster: &DbCluster| id.is_none_or(|id| is_same(id, cluster.id.as_str(), cluster.arn.as_str()));
    if let Some(id) = id.filter(|_| !region.clusters.values().any(is_asked)) {
        return Err(not_found("DBClusterNotFoundFault", format!("DBCluster {id} not found.")));
    }

    let wanted = region
        .clusters
        .values()
        .filter(|cluster| is_asked(cluster) && filters.iter().all(|filter| matches(cluster, filter)));
    let page = Pager::new(request, &Bounds::RDS)?.page(wanted, |cluster| cluster.id.as_str().into());
    w.maybe_text("Marker", page.token);
    w.list("DBClusters", "DBCluster", page.items, write_cluster);
    Ok(())
}

fn matches(cluster: &DbCluster, filter: &Filter) -> bool {
    let any = |text: &str| filter.values.iter().any(|value| value == text);
    match filter.name.as_str() {
        "db-cluster-id" => names(filter, cluster.id.as_str(), cluster.arn.as_str()),
        "db-cluster-resource-id" => any(&cluster.resource_id),
        "engine" => any(&cluster.engine),
        // No cluster here is a clone or in a directory's domain.
        _ => false,
    }
}

/// `FailoverDBCluster`, to the reader that is named or the first in line.
pub(super) fn failover(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let asked = request.params.required("DBClusterIdentifier")?;
    let found = region(world, request)?;
    let mut known = found.clusters.values().filter(|one| is_same(asked, one.id.as_str(), one.arn.as_str()));
    let missing = || not_found("DBClusterNotFoundFault", format!("DBCluster {asked} not found."));
    let id = known.next().map(|one| one.id.clone()).ok_or_else(missing)?;
    let target = request.params.text("TargetDBInstanceIdentifier").filter(|id| !id.is_empty());
    let named = |target: &str| {
        let mut all = found.databases.values();
        let missing = || not_found("DBInstanceNotFound", format!("DBInstance {target} not found."));
        let found = all.find(|one| is_same(target, one.id.as_str(), one.arn.as_str()));
        found.map(|one| one.id.clone()).ok_or_else(missing)
    };
    let target = target.map(named).transpose()?;
    scene(world, request)?.failover_cluster(&id, target.as_ref())?;
    if let Some(cluster) = region(world, request)?.clusters.get(&id) {
        w.structure("DBCluster", |w| write_cluster(w, cluster));
    }
    Ok(())
}

fn write_cluster(w: &mut Writer, cluster: &DbCluster) {
    w.text("DBClusterIdentifier", &cluster.id);
    w.text("DBClusterArn", &cluster.arn);
    w.text("DbClusterResourceId", &cluster.resource_id);
    w.text("Status", cluster.status.as_str());
    w.text("Engine", &cluster.engine);
    w.text("EngineVersion", &cluster.engine_version);
    w.text("EngineMode", &cluster.engine_mode);
    w.time("ClusterCreateTime", cluster.created_at);
    w.text("MasterUsername", &cluster.master_username);
    w.maybe_text("DatabaseName", cluster.database_name.as_ref());
    w.text("Endpoint", &cluster.endpoint);
    w.text("ReaderEndpoint", &cluster.reader_endpoint);
    w.text("HostedZoneId", &cluster.dns_zone);
    w.integer("Port", cluster.port.into());
    w.texts("AvailabilityZones", "AvailabilityZone", &cluster.zones);
    w.boolean("MultiAZ", cluster.multi_az);
    w.text("DBSubnetGroup", &cluster.subnet_group);
    write_security_groups(w, &cluster.security_groups);
    w.text("DBClusterParameterGroup", &cluster.parameter_group);
    w.list("DBClusterMembers", "DBClusterMember", &cluster.members, |w, member| {
        w.text("DBInstanceIdentifier", &member.instance);
        w.boolean("IsClusterWriter", member.writer);
        w.text("DBClusterParameterGroupStatus", &member.parameter_status);
        w.integer("PromotionTier", member.promotion_tier.into());
    });
    // Aurora's storage grows by itself: 1 stands for "not allocated".
    w.integer("AllocatedStorage", 1);
    w.boolean("StorageEncrypted", cluster.encrypted);
    w.maybe_text("KmsKeyId", cluster.kms_key.as_ref());
    w.integer("BackupRetentionPeriod", cluster.backup_retention_days.into());
    w.text("PreferredBackupWindow", &cluster.backup_window);
    w.text("PreferredMaintenanceWindow", &cluster.maintenance_window);
    w.time("EarliestRestorableTime", cluster.restorable_from);
    w.time("LatestRestorableTime", cluster.restorable_until);
    w.maybe_text("GlobalClusterIdentifier", cluster.global.as_ref());
    w.maybe_text("GlobalWriteForwardingStatus", cluster.write_forwarding.as_ref());
    w.maybe_text("ReplicationSourceIdentifier", cluster.replication_source.as_ref());
    w.texts("ReadReplicaIdentifiers", "ReadReplicaIdentifier", [""; 0]);
    w.boolean("DeletionProtection", cluster.deletion_protection);
    w.boolean("IAMDatabaseAuthenticationEnabled", false);
    w.text("NetworkType", "IPV4");
    write_tags(w, &cluster.tags);
}
