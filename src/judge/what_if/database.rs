//! What becomes of databases: who takes over, and how long nobody writes (`aws-domain.md` A.4, B.4).
//!
//! Must stay true: a standby or reader counts only where it is known to stand in what remains; of a database whose zone nobody
//! knows, nothing is promised.

use crate::estate::database::{Cluster, ClusterMember, Database};
use crate::estate::tag::Tags;
use crate::id::ZoneName;
use crate::judge::role::DatabaseRole;
use crate::judge::service;

use super::outcome::{DatabaseOutlook, Outcome};
use super::scene::Scene;

/// Seconds without writes while a Multi-AZ instance fails over.
const INSTANCE_FAILOVER_S: (u32, u32) = (60, 120);
/// The same of an Aurora cluster.
const AURORA_FAILOVER_S: (u32, u32) = (15, 60);
/// The same of a Multi-AZ cluster.
const MULTI_AZ_CLUSTER_S: (u32, u32) = (20, 35);

/// What becomes of every database and cluster that something of stands in what goes, the worst first.
pub(super) fn all(scene: &Scene<'_>) -> Vec<DatabaseOutlook> {
    let alone = scene.databases.values().filter(|database| database.cluster.is_none());
    let clusters = scene.clusters.clusters.iter();
    let mut outlooks: Vec<DatabaseOutlook> = clusters
        .filter_map(|cluster| of_cluster(scene, cluster))
        .chain(alone.filter_map(|each| of(scene, each)))
        .collect();
    outlooks.sort_by(|one, other| {
        let order = |each: &DatabaseOutlook| std::cmp::Reverse(each.outcome.verdict().severity());
        order(one).cmp(&order(other)).then_with(|| one.id.cmp(&other.id))
    });
    outlooks
}

/// What becomes of a DB instance outside clusters; none where nothing of it stands in what goes.
pub(super) fn of(scene: &Scene<'_>, database: &Database) -> Option<DatabaseOutlook> {
    let host = scene.gone.takes_database(&database.id, database.zone.as_ref());
    let standby = database.standby_zone.as_ref().map(|zone| scene.gone.takes_zone(zone));
    let mut outlook = blank(scene, database.id.text().clone(), false, &database.tags);
    let role = scene.clusters.role_of(database);
    (outlook.outcome, outlook.detail) = match (host, standby) {
        (Some(false), Some(true)) => {
            (Outcome::Keeps, "its standby goes: unprotected until another is built".to_owned())
        }
        (Some(false), _) => return None,
        (None, _) => (Outcome::Unknown, "its zone is not known".to_owned()),
        (Some(true), Some(false)) => {
            outlook.without_writes_s = Some(INSTANCE_FAILOVER_S);
            outlook.moves_to.clone_from(&database.standby_zone);
            (Outcome::Keeps, format!("its standby takes over {}", moved(database.zone.as_ref(), &outlook)))
        }
        (Some(true), _) if role == DatabaseRole::Replica => {
            let source = database.replica_of.as_deref().unwrap_or("?");
            (Outcome::Strained, format!("the replica goes; {} writes on without it", short(source)))
        }
        (Some(true), Some(true)) => (Outcome::Lost, "its standby goes with it".to_owned()),
        (Some(true), None) if database.multi_az => (Outcome::Lost, "its standby is missing".to_owned()),
        (Some(true), None) => (Outcome::Lost, format!("single zone, no standby{}", replicas_left(scene, database))),
    };
    if role == DatabaseRole::Replica && outlook.outcome == Outcome::Strained {
        outlook.outcome = source_outcome(scene, database);
    }
    Some(outlook)
}

/// A replica whose source goes too has nothing behind it.
fn source_outcome(scene: &Scene<'_>, replica: &Database) -> Outcome {
    let source = replica.replica_of.as_deref().and_then(|name| scene.databases.get(short(name)));
    match source.map(|source| (scene.gone.takes_database(&source.id, source.zone.as_ref()), &source.standby_zone)) {
        Some((Some(true), standby)) if standby.as_ref().is_none_or(|zone| scene.gone.takes_zone(zone)) => Outcome::Lost,
        Some((None, _)) => Outcome::Unknown,
        _ => Outcome::Strained,
    }
}

/// `; its replica x in us-east-1c can be promoted, losing what it lags`.
fn replicas_left(scene: &Scene<'_>, database: &Database) -> String {
    let left = scene.databases.values().find(|other| {
        other.replica_of.as_deref() == Some(database.id.as_str())
            && scene.gone.takes_database(&other.id, other.zone.as_ref()) == Some(false)
    });
    left.map(|replica| {
        let zone = replica.zone.as_ref().map_or("?", ZoneName::as_str);
        format!("; {} in {zone} can be promoted, without what it lags", replica.id)
    })
    .unwrap_or_default()
}

/// What becomes of a cluster; none where no member stands in what goes.
pub(super) fn of_cluster(scene: &Scene<'_>, cluster: &Cluster) -> Option<DatabaseOutlook> {
    let known = |member: &ClusterMember| scene.databases.get(member.database.as_str()).copied();
    let fate = |member: &ClusterMember| {
        let database = known(member)?;
        scene.gone.takes_database(&database.id, database.zone.as_ref())
    };
    if cluster.members.is_empty() || cluster.members.iter().all(|member| fate(member) == Some(false)) {
        return None;
    }
    let mut outlook = blank(scene, cluster.id.text().clone(), true, &cluster.tags);
    let lost = cluster.members.iter().filter(|member| fate(member) == Some(true)).count();
    let all = cluster.members.len();
    let mut left: Vec<&Database> =
        cluster.members.iter().filter(|member| fate(member) == Some(false)).filter_map(known).collect();
    // Who goes first: the lower tier, then the greater class, which its name orders only within a family.
    left.sort_by_key(|database| (database.promotion_tier.unwrap_or(i32::MAX), database.id.clone()));
    let writer = cluster.members.iter().find(|member| member.writer);
    (outlook.outcome, outlook.detail) = match writer.map(fate) {
        None => (Outcome::Unknown, "no writer among its members".to_owned()),
        Some(None) => (Outcome::Unknown, "its writer's zone is not known".to_owned()),
        Some(Some(false)) => (Outcome::Keeps, format!("{lost} of {all} members go; its writer stays")),
        Some(Some(true)) if left.is_empty() && lost == all => {
            (Outcome::Lost, format!("all {all} members go; its volume stays, a new reader elsewhere takes 5-15 min"))
        }
        Some(Some(true)) => match left.iter().find(|database| database.status.as_ref() == "available") {
            None => (Outcome::Unknown, "no reader that remains is known to be available".to_owned()),
            Some(heir) => {
                let engine: &str = &cluster.engine;
                let is_aurora = engine.starts_with("aurora") || matches!(engine, "neptune" | "docdb");
                let taken = if is_aurora { AURORA_FAILOVER_S } else { MULTI_AZ_CLUSTER_S };
                outlook.without_writes_s = Some(taken);
                outlook.moves_to.clone_from(&heir.zone);
                let from = writer.and_then(known);
                let words = format!("{} takes over {}", heir.id, moved(from.and_then(|d| d.zone.as_ref()), &outlook));
                smaller(from, heir).map_or((Outcome::Keeps, words.clone()), |class| {
                    (Outcome::Strained, format!("{words}; it is smaller: {class}"))
                })
            }
        },
    };
    Some(outlook)
}

/// `db.r6g.large < db.r6g.xlarge` where the heir's class is known to be less, or another whose size says less.
fn smaller(from: Option<&Database>, heir: &Database) -> Option<String> {
    let (old, new) = (from?.class.as_deref()?, heir.class.as_deref()?);
    (size(new)? < size(old)?).then(|| format!("{new} < {old}"))
}

/// The size in a class's name, in steps of `large`.
fn size(class: &str) -> Option<u32> {
    match class.rsplit('.').next()? {
        "micro" => Some(1),
        "small" => Some(2),
        "medium" => Some(4),
        "large" => Some(8),
        "xlarge" => Some(16),
        more => more.strip_suffix("xlarge")?.parse::<u32>().ok().map(|times| times.saturating_mul(16)),
    }
}

/// `us-east-1a > us-east-1c, 60-120 s without writes`.
fn moved(from: Option<&ZoneName>, outlook: &DatabaseOutlook) -> String {
    let from = from.map_or("?", ZoneName::as_str);
    let to = outlook.moves_to.as_ref().map_or("?", ZoneName::as_str);
    let time = outlook.without_writes_s.map(|(least, most)| format!(", {least}-{most} s without writes"));
    format!("{from} > {to}{}", time.unwrap_or_default())
}

fn blank(scene: &Scene<'_>, id: crate::id::Text, is_cluster: bool, tags: &Tags) -> DatabaseOutlook {
    DatabaseOutlook {
        id,
        is_cluster,
        service: service::name_from_tags(tags, scene.policy),
        outcome: Outcome::Keeps,
        without_writes_s: None,
        moves_to: None,
        detail: String::new(),
    }
}

/// The name at the end of an ARN; a plain name is itself.
fn short(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
