//! `DescribeDBInstances`.

use super::subnet_groups::write_members;
use super::{asked, filters, is_same, names, not_found, region, write_security_groups, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::{Filter, Request};
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{DbInstance, Region, World};

const FILTERS: &[&str] = &["db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine"];

/// All instances, members of clusters among them, or one.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let filters = filters(&request.params, FILTERS)?;
    let id = asked(&request.params, "DBInstanceIdentifier");
    let is_asked = |database: &DbInstance| id.is_none_or(|id| is_same(id, database.id.as_str(), database.arn.as_str()));
    if let Some(id) = id.filter(|_| !region.databases.values().any(is_asked)) {
        return Err(not_found("DBInstanceNotFound", format!("DBInstance {id} not found.")));
    }

    let wanted = region
        .databases
        .values()
        .filter(|database| is_asked(database) && filters.iter().all(|filter| matches(region, database, filter)));
    let page = Pager::new(request, &Bounds::RDS)?.page(wanted, |database| database.id.as_str().into());
    w.maybe_text("Marker", page.token);
    w.list("DBInstances", "DBInstance", page.items, |w, database| write_instance(w, region, database));
    Ok(())
}

/// `RebootDBInstance`, with `ForceFailover` onto the standby.
pub(super) fn reboot(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let asked = request.params.required("DBInstanceIdentifier")?;
    let known = region(world, request)?.databases.values();
    let mut found = known.filter(|one| is_same(asked, one.id.as_str(), one.arn.as_str()));
    let missing = || not_found("DBInstanceNotFound", format!("DBInstance {asked} not found."));
    let id = found.next().map(|one| one.id.clone()).ok_or_else(missing)?;
    let failover = request.params.boolean("ForceFailover")?.unwrap_or(false);
    scene(world, request)?.reboot_database(&id, failover)?;
    let region = region(world, request)?;
    if let Some(database) = region.databases.get(&id) {
        w.structure("DBInstance", |w| write_instance(w, region, database));
    }
    Ok(())
}

fn matches(region: &Region, database: &DbInstance, filter: &Filter) -> bool {
    let any = |text: &str| filter.values.iter().any(|value| value == text);
    match filter.name.as_str() {
        "db-instance-id" => names(filter, database.id.as_str(), database.arn.as_str()),
        "dbi-resource-id" => any(&database.resource_id),
        "engine" => any(&database.engine),
        "db-cluster-id" => {
            let cluster = database.cluster.as_ref().and_then(|id| region.clusters.get(id));
            cluster.is_some_and(|cluster| names(filter, cluster.id.as_str(), cluster.arn.as_str()))
        }
        // No database here is in a directory's domain.
        _ => false,
    }
}

fn write_instance(w: &mut Writer, region: &Region, database: &DbInstance) {
    w.text("DBInstanceIdentifier", &database.id);
    w.text("DBInstanceClass", &database.class);
    w.text("Engine", &database.engine);
    w.text("EngineVersion", &database.engine_version);
    w.text("DBInstanceStatus", database.status.as_str());
    w.text("MasterUsername", &database.master_username);
    w.maybe_text("DBName", database.database_name.as_ref());
    w.structure("Endpoint", |w| {
        w.text("Address", &database.endpoint.address);
        w.integer("Port", database.endpoint.port.into());
        w.text("HostedZoneId", &database.endpoint.zone);
    });
    w.time("InstanceCreateTime", database.created_at);
    w.text("DBInstanceArn", &database.arn);
    w.text("DbiResourceId", &database.resource_id);
    write_placement(w, region, database);
    write_storage(w, database);
    write_replication(w, database);
    write_upkeep(w, database);
    w.boolean("DeletionProtection", database.deletion_protection);
    w.boolean("PubliclyAccessible", database.public);
    w.boolean("PerformanceInsightsEnabled", database.performance_insights);
    w.integer("MonitoringInterval", database.monitoring_s.into());
    w.boolean("IAMDatabaseAuthenticationEnabled", false);
    w.text("CACertificateIdentifier", &database.ca);
    w.text("NetworkType", "IPV4");
    w.integer("DbInstancePort", 0);
    write_tags(w, &database.tags);
}

/// Where it is, and where it could go.
fn write_placement(w: &mut Writer, region: &Region, database: &DbInstance) {
    w.boolean("MultiAZ", database.multi_az);
    w.text("AvailabilityZone", &database.zone);
    // Absent while `MultiAZ` is true: the standby is being built (aws-domain.md A.4).
    w.maybe_text("SecondaryAvailabilityZone", database.secondary_zone.as_ref());
    if let Some(group) = region.subnet_groups.get(&database.subnet_group) {
        w.structure("DBSubnetGroup", |w| write_members(w, group));
    }
    write_security_groups(w, &database.security_groups);
    w.maybe_text("DBClusterIdentifier", database.cluster.as_ref());
    if let Some(tier) = database.promotion_tier {
        w.integer("PromotionTier", tier.into());
    }
}

fn write_storage(w: &mut Writer, database: &DbInstance) {
    w.integer("AllocatedStorage", database.storage_gib.into());
    w.text("StorageType", &database.storage_type);
    if let Some(iops) = database.iops {
        w.integer("Iops", iops.into());
    }
    w.boolean("StorageEncrypted", database.encrypted);
    w.maybe_text("KmsKeyId", database.kms_key.as_ref());
}

fn write_replication(w: &mut Writer, database: &DbInstance) {
    w.maybe_text(
        "ReadReplicaSourceDBInstanceIdentifier",
        database.replica_source.as_ref().map(|source| source.as_str()),
    );
    w.texts("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBInstanceIdentifier", &database.replicas);
    if let Some(status) = &database.replication {
        w.list("StatusInfos", "DBInstanceStatusInfo", [status], |w, status| {
            w.text("StatusType", "read replication");
            w.boolean("Normal", status.normal);
            w.text("Status", status.state.as_str());
            w.maybe_text("Message", status.message.as_ref());
        });
    }
}

/// Backups, maintenance, and what waits for the next window.
fn write_upkeep(w: &mut Writer, database: &DbInstance) {
    w.integer("BackupRetentionPeriod", database.backup_retention_days.into());
    w.text("PreferredBackupWindow", &database.backup_window);
    w.text("PreferredMaintenanceWindow", &database.maintenance_window);
    w.maybe_time("LatestRestorableTime", database.restorable_until);
    w.boolean("AutoMinorVersionUpgrade", database.auto_minor_upgrade);
    w.structure("PendingModifiedValues", |w| {
        for (name, value) in &database.pending {
            w.text(name, value);
        }
    });
    w.list("DBParameterGroups", "DBParameterGroup", [database], |w, database| {
        w.text("DBParameterGroupName", &database.parameter_group);
        w.text("ParameterApplyStatus", &database.parameter_status);
    });
}
