//! Builds Aurora clusters and global databases.

use std::time::Duration;

use super::super::document::{ClusterDoc, GlobalDoc, MemberDoc, RegionDoc, WorldDocument, WorldError};
use super::super::{
    Arn, ClusterMember, DbCluster, DbClusterId, DbStatus, GlobalCluster, GlobalClusterId, GlobalMember, RegionName,
    Tags, World, random,
};
use super::databases::{Shape, port, rds_zone};
use super::site::Site;

impl Site<'_> {
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

    fn member(
        &mut self,
        path: &str,
        cluster: &ClusterDoc,
        doc: &MemberDoc,
        writer: bool,
    ) -> Result<ClusterMember, WorldError> {
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
            failover: None,
        })
    }
}

/// A cluster's place in a global database.
struct Place {
    region: RegionName,
    id: DbClusterId,
    arn: Arn,
}

/// Connects clusters into global databases.
pub(super) fn build_globals(world: &mut World, document: &WorldDocument) -> Result<(), WorldError> {
    for (index, doc) in document.global_clusters.iter().enumerate() {
        let path = format!("global_clusters[{index}].members");
        let places = doc.members.iter().map(|member| place(world, &path, member)).collect::<Result<Vec<_>, _>>()?;
        let Some((primary, secondaries)) = places.split_first() else {
            return Err(WorldError::invalid(path, "a global database has one cluster at least"));
        };
        let global = global(world, doc, primary, secondaries);
        let global = global.ok_or_else(|| WorldError::invalid(path, "the writing cluster is missing"))?;
        world.global_clusters.insert(global.id.clone(), global);
    }
    Ok(())
}

/// The cluster `REGION/CLUSTER`.
fn place(world: &World, path: &str, member: &str) -> Result<Place, WorldError> {
    let missing = || WorldError::invalid(path, format!("there is no cluster \"{member}\" (REGION/CLUSTER)"));
    let (region, cluster) = member.split_once('/').ok_or_else(missing)?;
    let region = world.region(region).ok_or_else(missing)?;
    let cluster = region.clusters.get(cluster).ok_or_else(missing)?;
    Ok(Place { region: region.name.clone(), id: cluster.id.clone(), arn: cluster.arn.clone() })
}

fn cluster_at<'w>(world: &'w mut World, place: &Place) -> Option<&'w mut DbCluster> {
    world.regions.get_mut(&place.region)?.clusters.get_mut(&place.id)
}

fn global(world: &mut World, doc: &GlobalDoc, primary: &Place, secondaries: &[Place]) -> Option<GlobalCluster> {
    let id = GlobalClusterId::from(doc.id.as_str());
    for place in secondaries {
        let cluster = cluster_at(world, place)?;
        cluster.global = Some(id.clone());
        cluster.replication_source = Some(primary.arn.clone());
        cluster.write_forwarding = Some("disabled".to_owned());
        cluster.members.iter_mut().for_each(|member| member.writer = false);
    }
    let member = |place: &Place, writer: bool| GlobalMember {
        cluster: place.arn.clone(),
        region: place.region.clone(),
        writer,
        readers: if writer { secondaries.iter().map(|other| other.arn.clone()).collect() } else { Vec::new() },
        synchronization: (!writer).then(|| "connected".to_owned()),
        write_forwarding: (!writer).then(|| "disabled".to_owned()),
    };
    let (resource, name) = (world.mint.hex16(), world.mint.letters(12).to_lowercase());
    let arn = Arn::from(format!("arn:aws:rds::{}:global-cluster:{id}", world.account));
    let cluster = cluster_at(world, primary)?;
    cluster.global = Some(id.clone());
    Some(GlobalCluster {
        arn,
        resource_id: format!("cluster-{resource}"),
        status: DbStatus::Available,
        engine: cluster.engine.clone(),
        engine_version: cluster.engine_version.clone(),
        endpoint: format!("{id}.global-{name}.global.rds.amazonaws.com"),
        database_name: cluster.database_name.clone(),
        deletion_protection: doc.deletion_protection,
        encrypted: true,
        members: std::iter::once(member(primary, true))
            .chain(secondaries.iter().map(|place| member(place, false)))
            .collect(),
        failover: None,
        tags: Tags::default(),
        base_lag_ms: doc.lag_ms,
        id,
    })
}
