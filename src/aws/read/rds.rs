//! RDS's reads (`aws-domain.md` A.4). They also list Neptune and DocumentDB, whose engines tell them apart.

use aws_sdk_rds::types;
use aws_smithy_types::DateTime;

use super::{Ask, Found, only};
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::database::{
    Cluster, ClusterMember, Database, DatabaseEvent, GlobalCluster, GlobalMember, ReplicationStatus,
};
use crate::estate::tag::Tags;
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{Arn, ClusterId, DatabaseId, GlobalClusterId, Text, ZoneName};

/// Rows a page, the most that RDS gives.
const PAGE: i32 = 100;

pub(super) async fn databases(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| {
                let call = caller.clients.rds.describe_db_instances();
                let call = match only(id) {
                    Some(name) => call.db_instance_identifier(&**name),
                    None => call.max_records(PAGE).set_marker(marker),
                };
                call.send()
            },
            |page| {
                for database in page.db_instances() {
                    rows.push(database_row(caller, database)?);
                }
                Ok(page.marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Database::rows(rows)))
}

fn database_row(caller: &Caller<'_>, database: &types::DbInstance) -> Result<Database, ReadFailure> {
    let source =
        database.read_replica_source_db_instance_identifier().or(database.read_replica_source_db_cluster_identifier());
    Ok(Database {
        id: DatabaseId::from(caller.required(database.db_instance_identifier(), "DBInstanceIdentifier")?),
        arn: database.db_instance_arn().map(Arn::from),
        engine: database.engine().unwrap_or("unknown").into(),
        engine_version: database.engine_version().map(Text::from),
        class: database.db_instance_class().map(Text::from),
        status: caller.required(database.db_instance_status(), "DBInstanceStatus")?.into(),
        multi_az: database.multi_az().unwrap_or(false),
        zone: database.availability_zone().map(ZoneName::from),
        standby_zone: database.secondary_availability_zone().map(ZoneName::from),
        cluster: database.db_cluster_identifier().map(ClusterId::from),
        replica_of: source.filter(|source| !source.is_empty()).map(Text::from),
        replicas: database.read_replica_db_instance_identifiers().iter().map(|id| Text::from(id.as_str())).collect(),
        replication: database
            .status_infos()
            .iter()
            .map(|info| ReplicationStatus {
                status: info.status().unwrap_or("unknown").into(),
                normal: info.normal().unwrap_or(false),
                message: info.message().filter(|message| !message.is_empty()).map(Text::from),
            })
            .collect(),
        backup_days: database.backup_retention_period(),
        restorable_until: time::maybe(database.latest_restorable_time()),
        pending_changes: database.pending_modified_values().map(pending).unwrap_or_default(),
        promotion_tier: database.promotion_tier(),
        endpoint: database.endpoint().and_then(|endpoint| endpoint.address()).map(Text::from),
        deletion_protection: database.deletion_protection(),
        created_at: time::maybe(database.instance_create_time()),
        tags: tags(database.tag_list()),
    })
}

/// Names of the settings that wait; values are left out, one of them is a password.
fn pending(values: &types::PendingModifiedValues) -> Vec<Text> {
    let named = [
        ("class", values.db_instance_class().is_some()),
        ("storage", values.allocated_storage().is_some()),
        ("password", values.master_user_password().is_some()),
        ("port", values.port().is_some()),
        ("backups", values.backup_retention_period().is_some()),
        ("Multi-AZ", values.multi_az().is_some()),
        ("engine version", values.engine_version().is_some()),
        ("IOPS", values.iops().is_some()),
        ("throughput", values.storage_throughput().is_some()),
        ("identifier", values.db_instance_identifier().is_some()),
        ("storage type", values.storage_type().is_some()),
        ("certificate", values.ca_certificate_identifier().is_some()),
        ("subnet group", values.db_subnet_group_name().is_some()),
    ];
    named.into_iter().filter(|(_, waits)| *waits).map(|(name, _)| name.into()).collect()
}

fn tags(tags: &[types::Tag]) -> Tags {
    Tags::new(tags.iter().filter_map(|tag| Some((Text::from(tag.key()?), Text::from(tag.value().unwrap_or(""))))))
}

pub(super) async fn clusters(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| {
                let call = caller.clients.rds.describe_db_clusters();
                let call = match only(id) {
                    Some(name) => call.db_cluster_identifier(&**name),
                    None => call.max_records(PAGE).set_marker(marker),
                };
                call.send()
            },
            |page| {
                for cluster in page.db_clusters() {
                    rows.push(cluster_row(caller, cluster)?);
                }
                Ok(page.marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Cluster::rows(rows)))
}

fn cluster_row(caller: &Caller<'_>, cluster: &types::DbCluster) -> Result<Cluster, ReadFailure> {
    let members: Result<Vec<ClusterMember>, ReadFailure> = cluster
        .db_cluster_members()
        .iter()
        .map(|member| {
            Ok(ClusterMember {
                database: DatabaseId::from(caller.required(member.db_instance_identifier(), "DBInstanceIdentifier")?),
                writer: caller.required(member.is_cluster_writer(), "IsClusterWriter")?,
                promotion_tier: member.promotion_tier(),
            })
        })
        .collect();
    Ok(Cluster {
        id: ClusterId::from(caller.required(cluster.db_cluster_identifier(), "DBClusterIdentifier")?),
        arn: cluster.db_cluster_arn().map(Arn::from),
        engine: cluster.engine().unwrap_or("unknown").into(),
        engine_version: cluster.engine_version().map(Text::from),
        status: caller.required(cluster.status(), "Status")?.into(),
        members: members?,
        endpoint: cluster.endpoint().map(Text::from),
        reader_endpoint: cluster.reader_endpoint().map(Text::from),
        multi_az: cluster.multi_az(),
        replica_of: cluster.replication_source_identifier().filter(|source| !source.is_empty()).map(Text::from),
        backup_days: cluster.backup_retention_period(),
        tags: tags(cluster.tag_list()),
    })
}

pub(super) async fn global_clusters(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| caller.clients.rds.describe_global_clusters().max_records(PAGE).set_marker(marker).send(),
            |page| {
                for global in page.global_clusters() {
                    rows.push(global_row(caller, global)?);
                }
                Ok(page.marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(GlobalCluster::rows(rows)))
}

fn global_row(caller: &Caller<'_>, global: &types::GlobalCluster) -> Result<GlobalCluster, ReadFailure> {
    let members: Result<Vec<GlobalMember>, ReadFailure> = global
        .global_cluster_members()
        .iter()
        .map(|member| {
            Ok(GlobalMember {
                cluster: Arn::from(caller.required(member.db_cluster_arn(), "DBClusterArn")?),
                writer: caller.required(member.is_writer(), "IsWriter")?,
                synchronization: member.synchronization_status().map(|status| status.as_str().into()),
            })
        })
        .collect();
    Ok(GlobalCluster {
        id: GlobalClusterId::from(caller.required(global.global_cluster_identifier(), "GlobalClusterIdentifier")?),
        arn: global.global_cluster_arn().map(Arn::from),
        engine: global.engine().map(Text::from),
        status: caller.required(global.status(), "Status")?.into(),
        members: members?,
        failover: global.failover_state().and_then(|state| {
            let status = state.status()?.as_str().into();
            Some((status, state.from_db_cluster_arn().map(Arn::from), state.to_db_cluster_arn().map(Arn::from)))
        }),
        endpoint: global.endpoint().map(Text::from),
    })
}

/// Events since the time asked for: RDS looks back an hour by default, two weeks at most.
pub(super) async fn events(caller: &Caller<'_>, ask: &Ask) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let since = ask.since.map(|since| DateTime::from_secs(since.as_second()));
    caller
        .pages(
            |marker| {
                let call = caller.clients.rds.describe_events().max_records(PAGE).set_start_time(since);
                call.set_marker(marker).send()
            },
            |page| {
                for event in page.events() {
                    rows.push(DatabaseEvent {
                        source: event.source_identifier().unwrap_or("").into(),
                        source_type: event.source_type().map_or("", |kind| kind.as_str()).into(),
                        message: event.message().unwrap_or("").into(),
                        categories: event.event_categories().iter().map(|word| Text::from(word.as_str())).collect(),
                        at: caller.required(time::maybe(event.date()), "Date")?,
                    });
                }
                Ok(page.marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(DatabaseEvent::rows(rows)))
}
