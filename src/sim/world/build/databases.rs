//! Builds database instances, their replication and their past.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::document::{DatabaseDoc, RegionDoc, WorldError};
use super::super::{
    DbCourse, DbEndpoint, DbEvent, DbEventSource, DbInstance, DbInstanceId, DbStatus, ReplicaSource, ReplicationState,
    ReplicationStatus, SubnetGroup, World, nearest, random,
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
                    return Err(WorldError::invalid(
                        format!("{path}.standby_zone"),
                        "the standby stands in another zone than the primary",
                    ));
                }
                built.multi_az = true;
                built.secondary_zone = Some(standby);
            }
            built.course = DbCourse::new(built.zone.clone(), built.secondary_zone.clone(), built.created_at);
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

    pub(super) fn database(
        &mut self,
        path: &str,
        id: &str,
        service: Option<&str>,
        shape: &Shape<'_>,
    ) -> Result<DbInstance, WorldError> {
        let region = self.name();
        let host = random::below(self.scene.seed, &["rds", region.as_str()], 1 << 60);
        let port = port(shape.engine);
        let hour = random::below(self.scene.seed, &["backup", id], 24);
        let key = self.scene.mint.uuid();
        let (zone, created_at) = (self.zone(path, shape.zone)?, self.ago(shape.age));
        Ok(DbInstance {
            id: DbInstanceId::from(id),
            arn: self.scene.arn("rds", &format!("db:{id}")),
            resource_id: format!("db-{}", self.scene.mint.letters(26)),
            engine: shape.engine.to_owned(),
            engine_version: shape.version.to_owned(),
            class: shape.class.to_owned(),
            status: DbStatus::Available,
            multi_az: false,
            course: DbCourse::new(zone.clone(), None, created_at),
            zone,
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
            created_at,
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
            causes: Default::default(),
            base_cpu: shape.cpu.unwrap_or(30.0),
            base_connections: shape.connections.unwrap_or(80.0),
            busy_until: None,
        })
    }

    /// The region's one database subnet group, made when it is first needed.
    pub(super) fn subnet_group(&mut self) -> String {
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
        let midnight = self.start
            - Duration::from_secs(u64::try_from(self.start.as_seconds().rem_euclid(86_400)).unwrap_or_default());
        for day in (0..3).rev() {
            let begin = midnight - Duration::from_secs(day * 86_400) + Duration::from_secs(hour * 3600 + 13 * 60 + 5);
            for (message, at) in
                [("Backing up DB instance", begin), ("Finished DB Instance backup", begin + Duration::from_secs(171))]
            {
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
}

/// What instances in and out of clusters have in common.
pub(super) struct Shape<'doc> {
    pub engine: &'doc str,
    pub version: &'doc str,
    pub class: &'doc str,
    pub zone: &'doc str,
    pub storage_gib: u32,
    pub age: Duration,
    pub cpu: Option<f64>,
    pub connections: Option<f64>,
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

pub(super) fn port(engine: &str) -> u16 {
    if engine.contains("postgres") { 5432 } else { 3306 }
}

/// `HostedZoneId` of a region's RDS endpoints.
pub(super) fn rds_zone(region: &str) -> &'static str {
    match region {
        "us-east-1" => "Z2R2ITUGPM61AM",
        "us-west-2" => "Z1PVIF0B656C1W",
        _ => "Z29XKXDKYMONMX",
    }
}

/// Every database that a service uses is there.
pub(super) fn check_uses(world: &World, name: &str, doc: &RegionDoc) -> Result<(), WorldError> {
    let Some(region) = world.region(name) else { return Ok(()) };
    let is_known = |id: &str| region.databases.contains_key(id) || region.clusters.contains_key(id);
    for (index, service) in doc.services.iter().enumerate() {
        if let Some(id) = service.uses.keys().find(|id| !is_known(id)) {
            let known = region.databases.keys().map(|id| id.as_str());
            let hint = nearest(id, known.chain(region.clusters.keys().map(|id| id.as_str())));
            let hint = hint.map(|id| format!("; did you mean \"{id}\"?")).unwrap_or_default();
            let path = format!("regions.{name}.services[{index}].uses");
            return Err(WorldError::invalid(path, format!("there is no database or cluster \"{id}\" in {name}{hint}")));
        }
    }
    Ok(())
}

/// Connects replicas with what they replicate, in the region or across.
pub(super) fn link_replicas(world: &mut World, region: &str, doc: &RegionDoc) -> Result<(), WorldError> {
    for (index, database) in doc.databases.iter().enumerate() {
        let Some(source) = &database.replica_of else { continue };
        let path = format!("regions.{region}.databases[{index}].replica_of");
        let (home, id) = source.split_once('/').unwrap_or((region, source));
        link(world, &path, (region, &database.id), (home, id))?;
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
    let (arn, id, engine, version) =
        (primary.arn.clone(), primary.id.clone(), primary.engine.clone(), primary.engine_version.clone());
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
