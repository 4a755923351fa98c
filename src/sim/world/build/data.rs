//! Builds database instances, Aurora clusters, their replication and their past.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::document::{ClusterDoc, DatabaseDoc, MemberDoc, RegionDoc, WorldDocument, WorldError};
use super::super::{
    Arn, ClusterMember, DbCluster, DbClusterId, DbEndpoint, DbEvent, DbEventSource, DbInstance, DbInstanceId, DbStatus,
    GlobalCluster, GlobalClusterId, GlobalMember, Region, RegionName, ReplicaSource, ReplicationState,
    ReplicationStatus, SubnetGroup, World, random,
};
use super::site::Site;

impl Site<'_> {
    pub(super) fn build_databases(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, database) in doc.databases.iter().enumerate() {
            let path = self.path("databases", index);
            let mut built = self.database(&path, &database.id, database.service.as_deref(), &Shape::of(database))?;
            built.zone = self.zone(&format!("{path}.zone"), &database.zone)?;
            if let Some(standby) = &database.standby_zone {
                let standby = self.zone(&format!("{path}.standby_zone"), standby)?;
                if standby == built.zone {
                    return Err(WorldError::invalid(format!("{path}.standby_zone"), "the standby stands in another zone than the primary"));
                }
                built.multi_az = true;
                built.secondary_zone = Some(standby);
            }
            built.pending.clone_from(&database.pending);
            built.base_lag_ms = database.lag_ms.unwrap_or(0);
            built.deletion_protection = database.deletion_protection;
            built.public = database.public;
            built.encrypted = !database.unencrypted;
            built.kms_key = built.kms_key.filter(|_| built.encrypted);
            built.backup_retention_days = database.backup_days;
            built.restorable_until = (database.backup_days > 0).then(|| self.start - Duration::from_secs(200));
            built.tags = Self::tags(None, built.service.as_ref(), &database.tags);
            let id = built.id.clone();
            self.remember_backups(&built);
            self.remember_events(&built, database);
            if self.region().databases.insert(id.clone(), built).is_some() {
                return Err(WorldError::invalid(path, format!("there are two databases called \"{id}\"")));
            }
        }
        Ok(())
    }

    fn database(&mut self, path: &str, id: &str, service: Option<&str>, shape: &Shape<'_>) -> Result<DbInstance, WorldError> {
        let region = self.name();
        let host = random::below(self.scene.seed, &["rds", region.as_str()], 1 << 60);
        let port = port(shape.engine);
        let hour = random::below(self.scene.seed, &["backup", id], 24);
        let key = self.scene.mint.uuid();
        Ok(DbInstance {
            id: DbInstanceId::from(id),
            arn: self.scene.arn("rds", &format!("db:{id}")),
            resource_id: format!("db-{}", self.scene.mint.letters(26)),
            engine: shape.engine.to_owned(),
            engine_version: shape.version.to_owned(),
            class: shape.class.to_owned(),
            status: DbStatus::Available,
            multi_az: false,
            zone: self.zone(path, shape.zone)?,
            secondary_zone: None,
            master_username: "admin".to_owned(),
            database_name: service.map(str::to_owned),
            endpoint: DbEndpoint {
                address: format!("{id}.c{host:012x}.{region}.rds.amazonaws.com"),
                port,
                zone: rds_zone(region.as_str()).to_owned(),
            },
            storage_gib: shape.storage_gib,
            storage_type: if shape.engine.starts_with("aurora") { "aurora".to_owned() } else { "gp3".to_owned() },
            iops: (!shape.engine.starts_with("aurora")).then_some(3000),
            encrypted: true,
            kms_key: Some(self.scene.arn("kms", &format!("key/{key}")).to_string()),
            created_at: self.ago(shape.age),
            backup_window: format!("{hour:02}:12-{hour:02}:42"),
            maintenance_window: "sun:09:10-sun:09:40".to_owned(),
            backup_retention_days: 7,
            restorable_until: None,
            pending: BTreeMap::new(),
            parameter_group: format!("{}-tuned", shape.engine),
            parameter_status: "in-sync".to_owned(),
            subnet_group: self.subnet_group(),
            security_groups: vec![self.security_group()],
            replica_source: None,
            replicas: Vec::new(),
            replication: None,
            cluster: None,
            promotion_tier: None,
            auto_minor_upgrade: false,
            public: false,
            deletion_protection: false,
            performance_insights: true,
            monitoring_s: 60,
            ca: "rds-ca-rsa2048-g1".to_owned(),
            tags: super::super::Tags::default(),
            service: self.service(&format!("{path}.service"), service)?,
            base_lag_ms: 0,
            base_cpu: shape.cpu.unwrap_or(30.0),
            base_connections: shape.connections.unwrap_or(80.0),
            busy_until: None,
        })
    }

    /// The region's one database subnet group, made when it is first needed.
    fn subnet_group(&mut self) -> String {
        let name = "main-private";
        let group = SubnetGroup {
            name: name.to_owned(),
            arn: self.scene.arn("rds", &format!("subgrp:{name}")),
            description: "private subnets of the main VPC".to_owned(),
            vpc: self.vpc.clone(),
            subnets: self.subnets.iter().map(|(zone, (private, _))| (private.clone(), zone.clone())).collect(),
        };
        self.region().subnet_groups.entry(name.to_owned()).or_insert(group);
        name.to_owned()
    }

    /// The backups of the last days, as RDS events tell of them.
    fn remember_backups(&mut self, database: &DbInstance) {
        let Some(hour) = database.backup_window.get(..2).and_then(|hour| hour.parse::<u64>().ok()) else { return };
        if database.backup_retention_days == 0 {
            return;
        }
        let midnight = self.start - Duration::from_secs(u64::try_from(self.start.as_seconds().rem_euclid(86_400)).unwrap_or_default());
        for day in (0..3).rev() {
            let begin = midnight - Duration::from_secs(day * 86_400) + Duration::from_secs(hour * 3600 + 13 * 60 + 5);
            for (message, at) in [("Backing up DB instance", begin), ("Finished DB Instance backup", begin + Duration::from_secs(171))] {
                if at < self.start {
                    let event = DbEvent {
                        at,
                        source_type: DbEventSource::Instance,
                        source: database.id.to_string(),
                        arn: database.arn.clone(),
                        message: message.to_owned(),
                        categories: vec!["backup".to_owned()],
                    };
                    self.region().db_events.push_back(event);
                }
            }
        }
    }

    fn remember_events(&mut self, database: &DbInstance, doc: &DatabaseDoc) {
        for event in &doc.events {
            let event = DbEvent {
                at: self.ago(event.age.0),
                source_type: DbEventSource::Instance,
                source: database.id.to_string(),
                arn: database.arn.clone(),
                message: event.message.clone(),
                categories: event.categories.clone(),
            };
            self.region().db_events.push_back(event);
        }
        self.region().db_events.make_contiguous().sort_by_key(|event| event.at);
    }

    pub(super) fn build_clusters(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, cluster) in doc.clusters.iter().enumerate() {
            let path = self.path("clusters", index);
            if cluster.members.is_empty() {
                return Err(WorldError::invalid(path, "a cluster has one member at least"));
            }
            let mut members = Vec::new();
            for (number, member) in cluster.members.iter().enumerate() {
                members.push(self.member(&format!("{path}.members[{number}]"), cluster, member, number == 0)?);
            }
            let built = self.cluster(&path, cluster, members)?;
            let id = built.id.clone();
            if self.region().clusters.insert(id.clone(), built).is_some() {
                return Err(WorldError::invalid(path, format!("there are two clusters called \"{id}\"")));
            }
        }
        Ok(())
    }

    fn member(&mut self, path: &str, cluster: &ClusterDoc, doc: &MemberDoc, writer: bool) -> Result<ClusterMember, WorldError> {
        let shape = Shape {
            engine: &cluster.engine,
            version: &cluster.version,
            class: &doc.class,
            zone: &doc.zone,
            storage_gib: 1,
            age: cluster.age.0,
            cpu: doc.cpu,
            connections: doc.connections,
        };
        let mut built = self.database(path, &doc.id, cluster.service.as_deref(), &shape)?;
        let promotion_tier = doc.tier.unwrap_or(1);
        if promotion_tier > 15 {
            return Err(WorldError::invalid(format!("{path}.tier"), "a tier is 0 to 15"));
        }
        built.cluster = Some(DbClusterId::from(cluster.id.as_str()));
        built.promotion_tier = Some(promotion_tier);
        built.backup_retention_days = cluster.backup_days;
        built.deletion_protection = cluster.deletion_protection;
        built.tags = Self::tags(None, built.service.as_ref(), &cluster.tags);
        let id = built.id.clone();
        if self.region().databases.insert(id.clone(), built).is_some() {
            return Err(WorldError::invalid(path, format!("there are two databases called \"{id}\"")));
        }
        Ok(ClusterMember { instance: id, writer, promotion_tier, parameter_status: "in-sync".to_owned() })
    }

    fn cluster(&mut self, path: &str, doc: &ClusterDoc, members: Vec<ClusterMember>) -> Result<DbCluster, WorldError> {
        let region = self.name();
        let host = random::below(self.scene.seed, &["rds", region.as_str()], 1 << 60);
        let key = self.scene.mint.uuid();
        let service = self.service(&format!("{path}.service"), doc.service.as_deref())?;
        let places: std::collections::BTreeSet<&str> = doc.members.iter().map(|member| member.zone.as_str()).collect();
        let retention = Duration::from_secs(u64::from(doc.backup_days) * 86_400);
        Ok(DbCluster {
            id: DbClusterId::from(doc.id.as_str()),
            arn: self.scene.arn("rds", &format!("cluster:{}", doc.id)),
            resource_id: format!("cluster-{}", self.scene.mint.letters(26)),
            engine: doc.engine.clone(),
            engine_version: doc.version.clone(),
            engine_mode: "provisioned".to_owned(),
            status: DbStatus::Available,
            multi_az: places.len() > 1,
            members,
            endpoint: format!("{}.cluster-c{host:012x}.{region}.rds.amazonaws.com", doc.id),
            reader_endpoint: format!("{}.cluster-ro-c{host:012x}.{region}.rds.amazonaws.com", doc.id),
            dns_zone: rds_zone(region.as_str()).to_owned(),
            port: port(&doc.engine),
            zones: self.scene.region.zones.keys().take(3).cloned().collect(),
            master_username: "admin".to_owned(),
            database_name: doc.service.clone(),
            created_at: self.ago(doc.age.0),
            backup_retention_days: doc.backup_days,
            backup_window: "07:12-07:42".to_owned(),
            maintenance_window: "sun:09:10-sun:09:40".to_owned(),
            restorable_from: self.ago(retention.min(doc.age.0)),
            restorable_until: self.start - Duration::from_secs(200),
            parameter_group: format!("{}-tuned", doc.engine),
            subnet_group: self.subnet_group(),
            security_groups: vec![self.security_group()],
            encrypted: true,
            kms_key: Some(self.scene.arn("kms", &format!("key/{key}")).to_string()),
            deletion_protection: doc.deletion_protection,
            global: None,
            write_forwarding: None,
            replication_source: None,
            tags: Self::tags(None, service.as_ref(), &doc.tags),
            service,
        })
    }
}

/// What instances in and out of clusters have in common.
struct Shape<'doc> {
    engine: &'doc str,
    version: &'doc str,
    class: &'doc str,
    zone: &'doc str,
    storage_gib: u32,
    age: Duration,
    cpu: Option<f64>,
    connections: Option<f64>,
}

impl<'doc> Shape<'doc> {
    fn of(doc: &'doc DatabaseDoc) -> Self {
        Self {
            engine: &doc.engine,
            version: &doc.version,
            class: &doc.class,
            zone: &doc.zone,
            storage_gib: doc.storage_gib,
            age: doc.age.0,
            cpu: doc.cpu,
            connections: doc.connections,
        }
    }
}

fn port(engine: &str) -> u16 {
    if engine.contains("postgres") { 5432 } else { 3306 }
}

/// `HostedZoneId` of a region's RDS endpoints.
fn rds_zone(region: &str) -> &'static str {
    match region {
        "us-east-1" => "Z2R2ITUGPM61AM",
        "us-west-2" => "Z1PVIF0B656C1W",
        _ => "Z29XKXDKYMONMX",
    }
}

/// Connects replicas with what they replicate, in the region or across.
pub(super) fn link_replicas(world: &mut World, document: &WorldDocument) -> Result<(), WorldError> {
    for (region, doc) in &document.regions {
        for (index, database) in doc.databases.iter().enumerate() {
            let Some(source) = &database.replica_of else { continue };
            let path = format!("regions.{region}.databases[{index}].replica_of");
            let (home, id) = source.split_once('/').unwrap_or((region, source));
            link(world, &path, (region, &database.id), (home, id))?;
        }
    }
    Ok(())
}

fn link(world: &mut World, path: &str, replica: (&str, &str), source: (&str, &str)) -> Result<(), WorldError> {
    let missing = || WorldError::invalid(path, format!("there is no database \"{}\" in {}", source.1, source.0));
    let local = replica.0 == source.0;
    if replica == source {
        return Err(WorldError::invalid(path, "a database does not replicate itself"));
    }
    fn find<'w>(world: &'w mut World, place: (&str, &str)) -> Option<&'w mut DbInstance> {
        world.regions.get_mut(place.0)?.databases.get_mut(place.1)
    }
    let replica_arn = find(world, replica).map(|found| found.arn.clone()).ok_or_else(missing)?;
    let primary = find(world, source).ok_or_else(missing)?;
    let (arn, id, engine, version) = (primary.arn.clone(), primary.id.clone(), primary.engine.clone(), primary.engine_version.clone());
    // A plain name means the same region, an ARN another (`aws-domain.md A.4`).
    primary.replicas.push(if local { replica.1.to_owned() } else { replica_arn.to_string() });
    let Some(copy) = find(world, replica) else { return Err(missing()) };
    if copy.engine != engine {
        return Err(WorldError::invalid(path, format!("a {} replica cannot follow {engine}", copy.engine)));
    }
    copy.engine_version = version;
    copy.replica_source = Some(if local { ReplicaSource::SameRegion(id) } else { ReplicaSource::OtherRegion(arn) });
    copy.replication = Some(ReplicationStatus { normal: true, state: ReplicationState::Replicating, message: None });
    Ok(())
}

/// Connects clusters into global databases.
pub(super) fn build_globals(world: &mut World, document: &WorldDocument) -> Result<(), WorldError> {
    for (index, doc) in document.global_clusters.iter().enumerate() {
        let path = format!("global_clusters[{index}].members");
        let id = GlobalClusterId::from(doc.id.as_str());
        let mut places: Vec<(RegionName, DbClusterId, Arn)> = Vec::new();
        for member in &doc.members {
            let missing = || WorldError::invalid(path.as_str(), format!("there is no cluster \"{member}\" (REGION/CLUSTER)"));
            let (region, cluster) = member.split_once('/').ok_or_else(missing)?;
            let region: &Region = world.region(region).ok_or_else(missing)?;
            let cluster = region.clusters.get(cluster).ok_or_else(missing)?;
            places.push((region.name.clone(), cluster.id.clone(), cluster.arn.clone()));
        }
        let Some((first, secondaries)) = places.split_first() else {
            return Err(WorldError::invalid(path, "a global database has one cluster at least"));
        };
        let primary = world.regions.get_mut(&first.0).and_then(|region| region.clusters.get_mut(&first.1));
        let Some(primary) = primary else { return Err(WorldError::invalid(path, "the writing cluster is missing")) };
        primary.global = Some(id.clone());
        let shape = (primary.engine.clone(), primary.engine_version.clone(), primary.database_name.clone());
        let member = |place: &(RegionName, DbClusterId, Arn), writer: bool| GlobalMember {
            cluster: place.2.clone(),
            region: place.0.clone(),
            writer,
            readers: if writer { secondaries.iter().map(|other| other.2.clone()).collect() } else { Vec::new() },
            synchronization: (!writer).then(|| "connected".to_owned()),
            write_forwarding: (!writer).then(|| "disabled".to_owned()),
        };
        let members = std::iter::once(member(first, true)).chain(secondaries.iter().map(|place| member(place, false))).collect();
        for place in secondaries {
            if let Some(cluster) = world.regions.get_mut(&place.0).and_then(|region| region.clusters.get_mut(&place.1)) {
                cluster.global = Some(id.clone());
                cluster.replication_source = Some(first.2.clone());
                cluster.write_forwarding = Some("disabled".to_owned());
                cluster.members.iter_mut().for_each(|member| member.writer = false);
            }
        }
        let global = GlobalCluster {
            arn: Arn::from(format!("arn:aws:rds::{}:global-cluster:{id}", world.account)),
            resource_id: format!("cluster-{}", world.mint.hex16()),
            status: DbStatus::Available,
            engine: shape.0,
            engine_version: shape.1,
            endpoint: format!("{id}.global-{}.global.rds.amazonaws.com", world.mint.letters(12).to_lowercase()),
            database_name: shape.2,
            deletion_protection: doc.deletion_protection,
            encrypted: true,
            members,
            failover: None,
            tags: super::super::Tags::default(),
            base_lag_ms: doc.lag_ms,
            id: id.clone(),
        };
        world.global_clusters.insert(id, global);
    }
    Ok(())
}
