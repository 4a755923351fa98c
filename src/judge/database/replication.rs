//! How far a database is behind what it replicates, and what that means (`aws-domain.md` A.4, F.29, F.31).

use jiff::Timestamp;

use crate::estate::database::Database;
use crate::estate::query::{Measure, Query};
use crate::judge::finding::Urgency;
use crate::judge::lag;
use crate::judge::metrics::{Metrics, Sample};
use crate::judge::policy::Policy;
use crate::judge::sight::Sight;
use crate::judge::verdict::{Reason, Verdict};

/// Minutes looked at.
const MINUTES: usize = 15;

/// How far a database is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Lag {
    /// Nobody knows.
    #[default]
    Unknown,
    /// Seconds, as of now; below zero is broken.
    Seconds(f64),
    /// Seconds that climb a second each second: nothing arrives from what it replicates. Beside them the last that did not climb,
    /// and when that was.
    Climbing(f64, Option<(f64, Timestamp)>),
}

impl Lag {
    /// What a metric says.
    pub fn of(metrics: &Metrics<'_>, query: &Query) -> Self {
        let Sample::Value(_, newest) = metrics.latest(query) else { return Self::Unknown };
        let Some(series) = metrics.series(query) else { return Self::Unknown };
        let settled = series.points.iter().rev().filter(|(at, _)| *at <= newest).copied();
        Self::of_minutes(&settled.take(MINUTES).collect::<Vec<_>>())
    }

    /// Reads minute values, the newest first: a lag that grows by a minute each minute is nobody writing, or nobody there.
    pub fn of_minutes(minutes: &[(Timestamp, f64)]) -> Self {
        let Some((_, now)) = minutes.first().copied() else { return Self::Unknown };
        let climbs = |pair: &[(Timestamp, f64)]| match pair {
            [(_, newer), (_, older)] => (50.0..70.0).contains(&(newer - older)),
            _ => false,
        };
        let climbing = minutes.windows(2).take_while(|pair| climbs(pair)).count();
        if climbing < 2 {
            return Self::Seconds(now);
        }
        // Before the first whole minute of climbing lies one that climbed in part; what came before it said the truth.
        let at = |back: usize| minutes.get(climbing + back).map(|(at, lag)| (*lag, *at));
        let sane = match (at(0), at(1)) {
            (Some((begun, _)), Some(before)) if begun - before.0 > 5.0 => Some(before),
            (first, _) => first,
        };
        Self::Climbing(now, sane)
    }

    /// The seconds, where they are known.
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Unknown => None,
            Self::Seconds(lag) | Self::Climbing(lag, _) => Some(lag),
        }
    }
}

/// How far a replica, or a reader of a cluster, is behind by its own metric.
pub(super) fn lag(database: &Database, sight: &Sight<'_>) -> Lag {
    let query = Query::of_database(Measure::ReplicaLag, &database.id).filter(|_| database.replica_of.is_some());
    match query {
        Some(query) => Lag::of(sight.metrics(), &query),
        None if database.cluster.is_none() => Lag::Unknown,
        None => lag::of_database(database, sight.metrics()).map_or(Lag::Unknown, Lag::Seconds),
    }
}

pub(super) fn reasons(database: &Database, lag: Lag, policy: &Policy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let broken = |words: String| {
        Reason::new(Verdict::Critical, words)
            .next("do not promote it: use another replica or a snapshot")
            .urgency(Urgency::Now)
    };
    for status in database.replication.iter().filter(|status| !status.normal) {
        let message = status.message.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
        reasons.push(broken(format!("replication {}{message}", status.status)));
    }
    match lag {
        // MySQL's -1 means that replication is not active, not that it is ahead (aws-domain.md A.4).
        Lag::Seconds(lag) if lag < 0.0 && reasons.is_empty() => {
            reasons.push(broken("replication not active".to_owned()))
        }
        Lag::Climbing(lag, sane) if lag >= policy.lag_warning_s => {
            let sane = sane.map(|(lag, at)| format!("; {lag:.0} s at {}", at.strftime("%H:%MZ"))).unwrap_or_default();
            let words = format!(
                "lag {lag:.0} s climbs a second each second: its source is idle or gone, which is no loss{sane}"
            );
            reasons.push(Reason::new(Verdict::Warning, words).next("look at what it replicates"));
        }
        Lag::Seconds(lag) if lag >= policy.lag_warning_s => {
            reasons.push(Reason::new(Verdict::Warning, format!("lag {lag:.0} s")));
        }
        Lag::Seconds(_) | Lag::Climbing(..) | Lag::Unknown => {}
    }
    reasons
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn minutes(values: &[f64]) -> Vec<(Timestamp, f64)> {
        let at = |back: usize| Timestamp::from_second(1_000_000 - 60 * i64::try_from(back).unwrap()).unwrap();
        values.iter().enumerate().map(|(back, value)| (at(back), *value)).collect()
    }

    fn replica(replication: serde_json::Value) -> Database {
        serde_json::from_value(json!({"id": "r", "engine": "postgres", "status": "available", "multi_az": false,
            "replica_of": "orders", "replicas": [], "replication": replication, "pending_changes": [], "tags": []}))
        .unwrap()
    }

    fn words(replication: serde_json::Value, lag: Lag) -> Vec<String> {
        let mut assessment = crate::judge::Assessment::ok();
        for reason in reasons(&replica(replication), lag, &Policy::default()) {
            assessment.take(reason);
        }
        assessment.reasons
    }

    #[test]
    fn a_climbing_lag_is_a_silent_source_and_no_loss_aws_domain_f29() {
        let lag = Lag::of_minutes(&minutes(&[226.0, 166.0, 106.0, 46.0, 3.0, 2.0]));
        assert_eq!(lag, Lag::Climbing(226.0, Some((3.0, Timestamp::from_second(1_000_000 - 240).unwrap()))));
        assert!(words(json!([]), lag)[0].contains("which is no loss; 3 s at"), "{:?}", words(json!([]), lag));
        assert_eq!(Lag::of_minutes(&minutes(&[186.0, 180.0, 190.0])), Lag::Seconds(186.0), "truly behind");
        assert_eq!(Lag::of_minutes(&[]), Lag::Unknown);
    }

    #[test]
    fn minus_one_is_broken_and_not_ahead_aws_domain_f31() {
        assert_eq!(words(json!([]), Lag::Seconds(-1.0)), ["replication not active"]);
        let error = json!([{"status": "error", "normal": false, "message": "SQLError: 1062"}]);
        assert_eq!(words(error, Lag::Seconds(-1.0)), ["replication error: SQLError: 1062"], "said once");
        assert!(words(json!([]), Lag::Seconds(3.0)).is_empty());
    }
}
