//! `databases`: RDS instances, clusters and global clusters (`aws-domain.md` A.4).

mod tree;

use crate::estate::Kind;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::id::{Text, ZoneName};
use crate::judge::Assessment;
use crate::judge::role::{Clusters, DatabaseRole};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Databases>(
    "databases",
    &["database", "db", "dbs", "rds"],
    "DB instances, clusters and global clusters: role, status, zones, replication",
    &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters, Kind::Zones],
    3,
);

struct Databases;

type Col = Column<Databases>;

#[derive(Clone, Copy)]
enum DatabaseRow<'a> {
    Instance { database: &'a Database, role: DatabaseRole },
    Cluster { cluster: &'a Cluster, secondary: bool },
    Global(&'a GlobalCluster),
}

impl Listed for Databases {
    type Row<'a> = DatabaseRow<'a>;

    const COLUMNS: &'static [Col] = &[
        Col::new("id", "ID", "Its identifier", |row, _| row.id_text().into())
            .sized(22, 0)
            .called(&["name", "database"]),
        Col::new("kind", "KIND", "instance, cluster or global", |row, _| row.kind().into()).sized(8, 2),
        Col::new("status", "STATUS", "RDS's word; `available` does not mean that SQL answers", |row, _| {
            row.status().into()
        })
        .sized(12, 1)
        .called(&["state"]),
        Col::new("role", "ROLE", "primary, replica, writer or reader; primary or secondary for clusters", role)
            .sized(9, 1),
        Col::new("zone", "ZONE", "The zone it runs in; may lag some minutes after a failover", |row, _| {
            row.instance(|database| Value::maybe(database.zone.as_ref().map(ZoneName::text)))
        })
        .sized(10, 2),
        Col::new("zone_id", "ZONE ID", "Its physical id", |row, place| match row {
            DatabaseRow::Instance { database, .. } => place.zone_id_of(database.zone.as_ref()),
            _ => Value::None,
        })
        .sized(8, 6),
        Col::new(
            "multi_az",
            "MULTI-AZ",
            "Whether it has a synchronous standby, or members in several zones",
            |row, _| match row {
                DatabaseRow::Instance { database, .. } => database.multi_az.into(),
                DatabaseRow::Cluster { cluster, .. } => Value::maybe(cluster.multi_az),
                DatabaseRow::Global(_) => Value::None,
            },
        )
        .sized(8, 4),
        Col::new(
            "standby",
            "STANDBY",
            "Where its standby is, or that it is missing although Multi-AZ is on",
            |row, _| row.instance(standby),
        )
        .sized(10, 3),
        Col::new("standby_zone", "STANDBY ZONE", "The standby's zone", |row, _| {
            row.instance(|database| Value::maybe(database.standby_zone.as_ref().map(ZoneName::text)))
        })
        .hidden(10),
        Col::new("replica_of", "REPLICA OF", "What it replicates", |row, _| Value::maybe(row.replica_of()))
            .sized(18, 4),
        Col::new("lag_s", "LAG", "How far it is behind what it replicates", |row, place| row.lag(place))
            .sized(5, 2)
            .right(),
        Col::new("replication", "REPLICATION", "How replication to it stands, in RDS's words", |row, _| match row {
            DatabaseRow::Instance { database, .. } => replication(database),
            DatabaseRow::Global(global) => Value::Texts(synchronization(global)),
            DatabaseRow::Cluster { .. } => Value::None,
        })
        .sized(12, 4),
        Col::new("cluster", "CLUSTER", "The cluster it is a member of", |row, _| {
            row.instance(|database| Value::maybe(database.cluster.as_ref().map(|id| id.text())))
        })
        .sized(16, 4),
        Col::new("members", "MEMBERS", "A cluster's instances, a global cluster's clusters", |row, _| row.members())
            .sized(28, 5),
        Col::new("engine", "ENGINE", "postgres, aurora-mysql, …", |row, _| Value::maybe(row.engine())).sized(17, 5),
        Col::new("engine_version", "VERSION", "Its version", |row, _| match row {
            DatabaseRow::Instance { database, .. } => Value::maybe(database.engine_version.as_ref()),
            DatabaseRow::Cluster { cluster, .. } => Value::maybe(cluster.engine_version.as_ref()),
            DatabaseRow::Global(_) => Value::None,
        })
        .sized(8, 8),
        Col::new("class", "CLASS", "Its instance class", |row, _| {
            row.instance(|database| Value::maybe(database.class.as_ref()))
        })
        .sized(14, 6),
        Col::new("backup_days", "BACKUPS", "Days of automatic backups; 0 is off", |row, _| match row {
            DatabaseRow::Instance { database, .. } => Value::maybe(database.backup_days),
            DatabaseRow::Cluster { cluster, .. } => Value::maybe(cluster.backup_days),
            DatabaseRow::Global(_) => Value::None,
        })
        .sized(7, 6)
        .right(),
        Col::new("restorable_until", "RESTORABLE", "Until when it can be restored", |row, _| {
            row.instance(|database| Value::maybe(database.restorable_until))
        })
        .hidden(17),
        Col::new("pending_changes", "PENDING", "Settings that wait to be applied", |row, _| match row {
            DatabaseRow::Instance { database, .. } => {
                Value::Texts(database.pending_changes.iter().map(ToString::to_string).collect())
            }
            _ => Value::None,
        })
        .sized(16, 3)
        .loud(),
        Col::new("endpoint", "ENDPOINT", "The name applications connect to", |row, _| Value::maybe(row.endpoint()))
            .hidden(50),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, DatabaseRow<'a>>> {
        let clusters = Clusters {
            clusters: place.estate.table(place.region, place.now).known().collect(),
            globals: place.estate.table(place.region, place.now).known().collect(),
        };
        let mut rows =
            place.made(|database| Some(DatabaseRow::Instance { database, role: clusters.role_of(database) }));
        rows.extend(
            place.made(|cluster| Some(DatabaseRow::Cluster { cluster, secondary: clusters.is_secondary(cluster) })),
        );
        rows.extend(place.made(|global| Some(DatabaseRow::Global(global))));
        rows
    }

    fn id(row: &DatabaseRow<'_>) -> String {
        match row {
            DatabaseRow::Instance { database, .. } => database.id.to_string(),
            DatabaseRow::Cluster { cluster, .. } => format!("cluster/{}", cluster.id),
            DatabaseRow::Global(global) => format!("global/{}", global.id),
        }
    }

    const IS_TREE: bool = true;

    fn path<'a>(row: &DatabaseRow<'a>, place: &Place<'a>) -> Vec<String> {
        tree::path(row, place)
    }

    fn assess<'a>(row: &DatabaseRow<'a>, place: &Place<'a>) -> Assessment {
        place.judged(|judged| match row {
            DatabaseRow::Instance { database, .. } => judged.databases.get(&database.id),
            DatabaseRow::Cluster { cluster, .. } => judged.clusters.get(&cluster.id),
            DatabaseRow::Global(global) => judged.global_clusters.get(&global.id),
        })
    }
}

impl<'a> DatabaseRow<'a> {
    /// A cell that only DB instances have.
    fn instance(&self, cell: impl Fn(&'a Database) -> Value) -> Value {
        match self {
            Self::Instance { database, .. } => cell(database),
            Self::Cluster { .. } | Self::Global(_) => Value::None,
        }
    }

    fn id_text(&self) -> &'a Text {
        match self {
            Self::Instance { database, .. } => database.id.text(),
            Self::Cluster { cluster, .. } => cluster.id.text(),
            Self::Global(global) => global.id.text(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Instance { .. } => "instance",
            Self::Cluster { .. } => "cluster",
            Self::Global(_) => "global",
        }
    }

    fn status(&self) -> &'a Text {
        match self {
            Self::Instance { database, .. } => &database.status,
            Self::Cluster { cluster, .. } => &cluster.status,
            Self::Global(global) => &global.status,
        }
    }

    fn engine(&self) -> Option<&'a Text> {
        match self {
            Self::Instance { database, .. } => Some(&database.engine),
            Self::Cluster { cluster, .. } => Some(&cluster.engine),
            Self::Global(global) => global.engine.as_ref(),
        }
    }

    fn endpoint(&self) -> Option<&'a Text> {
        match self {
            Self::Instance { database, .. } => database.endpoint.as_ref(),
            Self::Cluster { cluster, .. } => cluster.endpoint.as_ref(),
            Self::Global(global) => global.endpoint.as_ref(),
        }
    }

    fn replica_of(&self) -> Option<&'a Text> {
        match self {
            Self::Instance { database, .. } => database.replica_of.as_ref(),
            Self::Cluster { cluster, .. } => cluster.replica_of.as_ref(),
            Self::Global(_) => None,
        }
    }

    /// What writes has no lag; what follows has one, where a metric tells.
    fn lag(&self, place: &Place<'_>) -> Value {
        let lags = place.judged.map(|judged| &judged.lags);
        match self {
            Self::Instance { role, .. } if role.writes() => Value::None,
            Self::Instance { database, .. } => {
                Value::known(lags.and_then(|lags| lags.databases.get(&database.id)).map(|lag| Value::Number(*lag)))
            }
            Self::Cluster { cluster, secondary: true } => {
                Value::known(lags.and_then(|lags| lags.clusters.get(&cluster.id)).map(|lag| Value::Number(*lag)))
            }
            Self::Cluster { .. } | Self::Global(_) => Value::None,
        }
    }

    fn members(&self) -> Value {
        match self {
            Self::Instance { .. } => Value::None,
            Self::Cluster { cluster, .. } => {
                let word = |writer| if writer { "writer" } else { "reader" };
                Value::Texts(cluster.members.iter().map(|m| format!("{} ({})", m.database, word(m.writer))).collect())
            }
            Self::Global(global) => {
                let place = |arn: &crate::id::Arn| arn.region().map(|region| format!(" {region}")).unwrap_or_default();
                let word = |writer| if writer { "primary" } else { "secondary" };
                let member = |m: &crate::estate::database::GlobalMember| {
                    format!("{}{} ({})", m.cluster.short(), place(&m.cluster), word(m.writer))
                };
                Value::Texts(global.members.iter().map(member).collect())
            }
        }
    }
}

/// The role: what a member of a cluster that could not be read does is unknown.
fn role<'a>(row: &DatabaseRow<'a>, _: &Place<'a>) -> Value {
    match row {
        DatabaseRow::Instance { role, .. } => Value::known(role.as_str()),
        DatabaseRow::Cluster { secondary: true, .. } => "secondary".into(),
        DatabaseRow::Cluster { .. } => "primary".into(),
        DatabaseRow::Global(_) => Value::None,
    }
}

/// Multi-AZ without a standby's zone: it is being built, or lost (`aws-domain.md` A.4).
fn standby(database: &Database) -> Value {
    match &database.standby_zone {
        Some(zone) => zone.text().into(),
        None if database.multi_az && database.cluster.is_none() => "missing".into(),
        None => Value::None,
    }
}

fn replication(database: &Database) -> Value {
    let words = database.replication.iter().map(|status| match &status.message {
        Some(message) if !status.normal => format!("{}: {message}", status.status),
        _ => status.status.to_string(),
    });
    match words.collect::<Vec<_>>() {
        words if words.is_empty() => Value::None,
        words => Value::Texts(words),
    }
}

fn synchronization(global: &GlobalCluster) -> Vec<String> {
    let followers = global.members.iter().filter(|member| !member.writer);
    followers
        .filter_map(|member| Some(format!("{} {}", member.cluster.short(), member.synchronization.as_ref()?)))
        .collect()
}
