//! Charts that a person asks for: which metrics tell of a thing, and how far back (`aws-domain.md` A.5).
//!
//! Owns: [`Question`], its spelling as a slice's part, and [`Curve`], the answer's rows. Depends on: rows, queries. Must stay true:
//! whoever asks and whoever draws find the same queries here; curves are never judged by, since their minutes may be hours old.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::alarm::{Alarm, Series};
use super::balancer::TargetGroup;
use super::database::{Cluster, Database};
use super::query::{Measure, Query};
use super::{Estate, Kind, Part, SliceId, queue};
use crate::id::{Arn, ClassicName, DatabaseId, GroupName, Region, Text};

/// Lines that a chart has at most.
const MOST: usize = 12;

/// The values of one metric over the time of a chart, by the minute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Curve(pub Series);

/// What can be charted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charted {
    /// An instance: its CPU and its status checks.
    Instance,
    /// A group: the CPU of its members, the traffic of its target groups, the age of its queues.
    Group,
    /// A target group: its traffic.
    TargetGroup,
    /// A load balancer: its traffic.
    LoadBalancer,
    /// A classic balancer: its traffic.
    ClassicBalancer,
    /// A DB instance: CPU, connections, write latency, lag.
    Database,
    /// A cluster: its writer, and how far its readers and itself are behind.
    Cluster,
    /// An alarm: the metric that it watches.
    Alarm,
}

impl Charted {
    const ALL: [Self; 8] = [
        Self::Instance,
        Self::Group,
        Self::TargetGroup,
        Self::LoadBalancer,
        Self::ClassicBalancer,
        Self::Database,
        Self::Cluster,
        Self::Alarm,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Group => "group",
            Self::TargetGroup => "target-group",
            Self::LoadBalancer => "load-balancer",
            Self::ClassicBalancer => "classic-balancer",
            Self::Database => "database",
            Self::Cluster => "cluster",
            Self::Alarm => "alarm",
        }
    }
}

/// How far back a chart goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Span {
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// Three hours.
    #[default]
    #[serde(rename = "3h")]
    ThreeHours,
    /// A day.
    #[serde(rename = "24h")]
    Day,
}

impl Span {
    /// Every span, the shortest first.
    pub const ALL: [Self; 3] = [Self::Hour, Self::ThreeHours, Self::Day];

    /// `1h`, `3h` or `24h`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::ThreeHours => "3h",
            Self::Day => "24h",
        }
    }

    /// The span that is written so.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == word)
    }

    /// The time it covers.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Hour => 1,
            Self::ThreeHours => 3,
            Self::Day => 24,
        })
    }
}

/// What a chart shows: of what thing, how far back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What kind of thing.
    pub of: Charted,
    /// Which: its id, name or ARN.
    pub id: Text,
    /// How far back.
    pub span: Span,
}

impl Question {
    /// The slice that holds the answer.
    pub fn slice(&self, region: &Region) -> SliceId {
        SliceId::of(region, Kind::Charts, format!("{} {} {}", self.span.as_str(), self.of.word(), self.id))
    }

    /// The question that a slice answers; none where it is no chart's.
    pub fn of_slice(id: &SliceId) -> Option<Self> {
        let Part::Of(part) = &id.part else { return None };
        let mut words = part.splitn(3, ' ');
        let span = Span::named(words.next()?)?;
        let word = words.next()?;
        let of = Charted::ALL.into_iter().find(|of| of.word() == word)?;
        Some(Self { of, id: words.next()?.into(), span }).filter(|_| id.kind == Kind::Charts)
    }

    /// The metrics that tell of the thing, as far as it is known, the most telling first.
    pub fn queries(&self, estate: &Estate, region: &Region) -> Vec<Query> {
        let mut queries: Vec<Query> = Vec::new();
        let found = match self.of {
            Charted::Instance => vec![Query::of_instance(&self.id), Query::of_checks(&self.id)],
            Charted::Group => of_group(&self.id, estate, region),
            Charted::TargetGroup => of_target_group(&self.id, estate, region),
            Charted::LoadBalancer => of_balancer(&self.id),
            Charted::ClassicBalancer => of_classic(&self.id),
            Charted::Database => of_database(&self.id, estate, region),
            Charted::Cluster => of_cluster(&self.id, estate, region),
            Charted::Alarm => of_alarm(&self.id, estate, region),
        };
        for query in found {
            if !queries.contains(&query) {
                queries.push(query);
            }
        }
        queries.truncate(MOST);
        queries
    }
}

/// What clients meet of a balancer.
const TRAFFIC: [Measure; 4] = [Measure::Requests, Measure::Errors, Measure::Latency, Measure::BalancerErrors];

fn of_group(name: &str, estate: &Estate, region: &Region) -> Vec<Query> {
    let name = GroupName::from(name);
    let mut queries = vec![Query::of_group(&name)];
    let queues = queue::queues(estate, region).remove(&name).unwrap_or_default();
    queries.extend(queues.iter().map(|queue| Query::of_queue(queue)));
    let group = estate.known::<super::group::Group>(region).find(|group| group.name == name);
    for arn in group.map_or(&[][..], |group| &group.target_groups) {
        queries.extend(of_target_group(arn.as_str(), estate, region));
    }
    let classic = group.map_or(&[][..], |group| &group.classic_balancers);
    queries.extend(classic.iter().flat_map(|name| of_classic(name.as_str())));
    queries
}

fn of_target_group(arn: &str, estate: &Estate, region: &Region) -> Vec<Query> {
    let group = estate.known::<TargetGroup>(region).find(|group| group.arn.as_str() == arn);
    let balancers = group.map_or(&[][..], |group| &group.load_balancers);
    let of_one = |balancer: &Arn| {
        TRAFFIC.map(|of| Query::of_target_group(of, balancer, &Arn::from(arn), None)).into_iter().flatten()
    };
    // What the balancer answers itself is no target group's.
    balancers.iter().flat_map(of_one).filter(|query| !query.metric.name.contains("_ELB_")).collect()
}

fn of_balancer(arn: &str) -> Vec<Query> {
    TRAFFIC.into_iter().filter_map(|of| Query::of_balancer(of, &Arn::from(arn), None)).collect()
}

fn of_classic(name: &str) -> Vec<Query> {
    TRAFFIC.into_iter().filter_map(|of| Query::of_classic(of, &ClassicName::from(name), None)).collect()
}

fn of_database(id: &str, estate: &Estate, region: &Region) -> Vec<Query> {
    let id = DatabaseId::from(id);
    let database = estate.known::<Database>(region).find(|database| database.id == id);
    let lag = match database {
        Some(database) if database.replica_of.is_some() => Some(Measure::ReplicaLag),
        Some(database) if database.cluster.is_some() => Some(Measure::ReaderLag),
        _ => None,
    };
    let usual = [Measure::DatabaseCpu, Measure::Connections, Measure::WriteLatency];
    lag.into_iter().chain(usual).filter_map(|of| Query::of_database(of, &id)).collect()
}

fn of_cluster(id: &str, estate: &Estate, region: &Region) -> Vec<Query> {
    let cluster = estate.known::<Cluster>(region).find(|cluster| cluster.id.as_str() == id);
    let Some(cluster) = cluster else { return Vec::new() };
    let (writers, readers): (Vec<_>, Vec<_>) = cluster.members.iter().partition(|member| member.writer);
    let usual = [Measure::DatabaseCpu, Measure::Connections, Measure::WriteLatency];
    let mut queries = vec![Query::of_global_member(id)];
    queries.extend(readers.iter().filter_map(|reader| Query::of_database(Measure::ReaderLag, &reader.database)));
    let of_writer = writers.iter().flat_map(|writer| usual.map(|of| Query::of_database(of, &writer.database)));
    queries.extend(of_writer.flatten());
    queries
}

/// Expressions and composites watch no metric of their own.
fn of_alarm(name: &str, estate: &Estate, region: &Region) -> Vec<Query> {
    let alarm = estate.known::<Alarm>(region).find(|alarm| alarm.name.as_str() == name);
    let query =
        alarm.and_then(|alarm| Some(Query { metric: alarm.metric.clone()?, statistic: alarm.statistic.clone()? }));
    query.into_iter().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::{Row, Slice, Update};

    #[test]
    fn a_question_is_the_same_after_it_was_a_slices_name() {
        let region = Region::from("us-east-1");
        for of in Charted::ALL {
            for span in Span::ALL {
                let asked = Question { of, id: "a name with spaces".into(), span };
                assert_eq!(Question::of_slice(&asked.slice(&region)), Some(asked));
            }
        }
        assert_eq!(Question::of_slice(&SliceId::of(&region, Kind::Series, "3h group web")), None);
    }

    #[test]
    fn a_replica_is_charted_with_its_lag_first_and_what_stands_alone_has_none() {
        let region = Region::from("us-east-1");
        let mut estate = Estate::new(vec![region.clone()]);
        let row = |id: &str, source: Option<&str>| {
            serde_json::json!({"id": id, "engine": "postgres", "status": "available", "multi_az": false, "replicas": [],
                "replica_of": source, "replication": [], "pending_changes": [], "tags": []})
        };
        let rows = serde_json::json!([row("orders", None), row("copy", Some("orders"))]);
        let rows = Database::rows(serde_json::from_value(rows).unwrap());
        let at = "2026-11-21T03:14:00Z".parse().unwrap();
        estate.apply(Update::part(SliceId::all(&region, Kind::Databases), Slice::read(rows, at)));
        let names = |id: &str| -> Vec<String> {
            let asked = Question { of: Charted::Database, id: id.into(), span: Span::Hour };
            asked.queries(&estate, &region).iter().map(|query| query.metric.name.to_string()).collect()
        };
        assert_eq!(names("orders"), ["CPUUtilization", "DatabaseConnections", "WriteLatency"]);
        assert_eq!(names("copy").first().unwrap(), "ReplicaLag");
    }
}
