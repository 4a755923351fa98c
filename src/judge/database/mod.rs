//! The health of databases and clusters: RDS's own word, replication, what happened within the hour (`aws-domain.md` A.4).
//!
//! Owns: the reasons against a database, a cluster, a global cluster. Depends on: the estate, metrics. Must stay true: a lag of -1
//! is worse than any; a lag that climbs because nobody writes is no loss.

mod replication;
mod status;

use jiff::{SignedDuration, Timestamp};

use crate::estate::Kind;
use crate::estate::database::{Cluster, Database, DatabaseEvent, GlobalCluster};
use crate::estate::trail::TrailEvent;
use crate::id::Arn;

use super::finding::Urgency;
use super::sight::Sight;
use super::verdict::{Assessment, Reason, Verdict};
pub use replication::Lag;

/// How long after its beginning a failover is still news.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Beyond which a passing state is stuck.
const STUCK: SignedDuration = SignedDuration::from_mins(30);

/// How a DB instance stands.
pub fn assess(database: &Database, sight: &Sight<'_>) -> Assessment {
    let mut assessment = Assessment::ok();
    let failover = failover(database, sight);
    if let Some(reason) = status::reason(&database.status) {
        assessment.take(told_with_time(reason, database, sight, failover.is_some()));
    }
    if let Some(reason) = failover.and_then(|event| moving(database, event, sight)) {
        assessment.take(reason);
    }
    if let Some(zone) = database.zone.as_ref().filter(|zone| sight.is_silent(zone)) {
        // `available` means that RDS accepts changes, not that SQL answers (aws-domain.md A.4).
        assessment.add(Verdict::Warning, format!("in {}, about which EC2 is silent: it may not answer", zone.as_str()));
    }
    if database.multi_az && database.standby_zone.is_none() {
        assessment.take(
            Reason::new(Verdict::Warning, "standby missing: not protected now")
                .next("wait until RDS has rebuilt it: no failover has anywhere to go"),
        );
    }
    for reason in replication::reasons(database, replication::lag(database, sight), sight.policy()) {
        assessment.take(reason);
    }
    assessment
}

/// Whether it does not serve, by RDS's own word: its state, or a replication that has broken.
pub fn is_down(database: &Database) -> bool {
    let broken = database.replication.iter().any(|status| !status.normal);
    broken || status::reason(&database.status).is_some_and(|reason| reason.verdict() == Verdict::Critical)
}

/// The newest event of a failover, where it is still news.
fn failover<'a>(database: &Database, sight: &Sight<'a>) -> Option<&'a DatabaseEvent> {
    let is_about = |event: &&&DatabaseEvent| event.categories.iter().any(|category| &**category == "failover");
    let last = sight.events_of(&database.id).iter().filter(is_about).max_by_key(|event| event.at).copied()?;
    let is_old = last.at.checked_add(FRESH).is_ok_and(|end| sight.has_passed(end));
    (!is_old).then_some(last)
}

/// A failover that has begun, or is over and has left the standby to be built (`aws-domain.md` F.28).
fn moving(database: &Database, event: &DatabaseEvent, sight: &Sight<'_>) -> Option<Reason> {
    let words = event.message.trim_end_matches('.');
    let is_over = event.message.to_lowercase().contains("complete");
    let ago = sight.words_since(event.at);
    let reason = match (is_over, &*database.status == "available") {
        (true, _) => Reason::new(Verdict::Warning, format!("{words} {ago} ago")),
        // Its status may lag behind the event.
        (false, true) => {
            Reason::new(Verdict::Critical, format!("{words} {ago} ago")).next(status::WAIT).urgency(Urgency::Now)
        }
        (false, false) => return None, // Its status tells it already.
    };
    Some(reason.since(Some(event.at)))
}

/// A state with the failover that explains it, or with how long it has lasted.
fn told_with_time(reason: Reason, database: &Database, sight: &Sight<'_>, fails_over: bool) -> Reason {
    let change = sight.last_change(Kind::Databases, database.id.as_str(), "status");
    let since = change.filter(|change| change.to.as_deref() == Some(&*database.status)).map(|change| change.at);
    if fails_over && matches!(&*database.status, "rebooting" | "failing-over" | "starting") {
        let words = format!("a failover is under way{}", sight.lasting(since));
        return Reason::new(Verdict::Critical, words).next(status::WAIT).urgency(Urgency::Now).since(since);
    }
    if let Some(awaited) = failover_to_come(database, since, sight) {
        return awaited;
    }
    let is_stuck = since.is_some_and(|at| at.checked_add(STUCK).is_ok_and(|end| sight.has_passed(end)));
    let reason = reason.since(since);
    if is_stuck { reason.tail(&sight.lasting(since)) } else { reason }
}

/// A primary with a standby that reboots though nobody is known to have asked: RDS tells of the failover about a minute after it
/// has begun (`aws-domain.md` A.4, F.28).
fn failover_to_come(database: &Database, since: Option<Timestamp>, sight: &Sight<'_>) -> Option<Reason> {
    let standby = database.standby_zone.as_ref().filter(|_| database.multi_az && &*database.status == "rebooting")?;
    // One that goes on for longer is no failover any more.
    let is_old = since.is_some_and(|at| at.checked_add(FRESH).is_ok_and(|end| sight.has_passed(end)));
    if is_old || is_asked_for(database, sight) {
        return None;
    }
    let lasting = sight.lasting(since);
    let words = format!("it restarts{lasting}, asked for by nobody known: most likely a failover to {standby}");
    let next = "wait: a failover takes 60-120 s, and a second one helps nobody";
    Some(Reason::new(Verdict::Critical, words).next(next).urgency(Urgency::Now).since(since))
}

/// Whether somebody has asked for the reboot lately, as far as CloudTrail tells: minutes late, and only where it may be read.
fn is_asked_for(database: &Database, sight: &Sight<'_>) -> bool {
    let is_reboot = |event: &&TrailEvent| &*event.name == "RebootDBInstance" && event.error.is_none();
    let names_it = |event: &&TrailEvent| {
        event.resources.iter().any(|(_, name)| Arn::from(&**name).short() == database.id.as_str())
    };
    let mut asked = sight.table::<TrailEvent>().known().filter(is_reboot).filter(names_it);
    asked.any(|event| event.at.checked_add(FRESH).is_ok_and(|end| !sight.has_passed(end)))
}

/// How a cluster stands.
pub fn assess_cluster(cluster: &Cluster) -> Assessment {
    let mut assessment = Assessment::ok();
    if let Some(reason) = status::reason(&cluster.status) {
        assessment.take(reason);
    }
    let writes = cluster.members.iter().any(|member| member.writer);
    if !writes && cluster.replica_of.is_none() && !cluster.members.is_empty() {
        assessment.take(
            Reason::new(Verdict::Warning, "no writer among its members").next("wait for the failover, then look again"),
        );
    }
    if cluster.members.is_empty() {
        assessment.take(
            Reason::new(Verdict::Warning, "no members: nothing can serve from it").next("create an instance in it"),
        );
    }
    assessment
}

/// How a global cluster stands.
pub fn assess_global(global: &GlobalCluster) -> Assessment {
    let mut assessment = Assessment::ok();
    if let Some(reason) = status::reason(&global.status) {
        assessment.take(reason);
    }
    for member in &global.members {
        if let Some(word) = member.synchronization.as_deref().filter(|word| *word != "connected") {
            assessment.add(Verdict::Warning, format!("{} {word}", member.cluster.short()));
        }
    }
    if let Some((status, _, _)) = &global.failover {
        assessment.take(Reason::new(Verdict::Warning, format!("failover {status}")).next(status::WAIT));
    }
    assessment
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::{Estate, Row, Slice, SliceId, Update};
    use crate::id::Region;
    use crate::judge::Policy;
    use crate::judge::index::Index;
    use serde_json::json;

    fn assessed(more: serde_json::Value, events: serde_json::Value) -> Assessment {
        assessed_with(more, events, json!([]))
    }

    fn assessed_with(more: serde_json::Value, events: serde_json::Value, trail: serde_json::Value) -> Assessment {
        let mut row = json!({"id": "orders", "engine": "postgres", "status": "available", "multi_az": true, "zone": "us-east-1a",
            "standby_zone": "us-east-1c", "replicas": [], "replication": [], "pending_changes": [], "tags": []});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let now = "2026-11-21T03:03:00Z".parse().unwrap();
        let (region, policy) = (Region::from("us-east-1"), Policy::default());
        let mut estate = Estate::new(vec![region.clone()]);
        let events: Vec<DatabaseEvent> = serde_json::from_value(events).unwrap();
        let id = SliceId::all(&region, Kind::DatabaseEvents);
        estate.apply(Update::part(id, Slice::read(DatabaseEvent::rows(events), now)));
        let trail: Vec<TrailEvent> = serde_json::from_value(trail).unwrap();
        let id = SliceId::all(&region, Kind::TrailEvents);
        estate.apply(Update::part(id, Slice::read(TrailEvent::rows(trail), now)));
        let index = Index::new(&estate, &region, now);
        assess(&serde_json::from_value(row).unwrap(), &Sight::new(&estate, &region, &index, &policy, now))
    }

    #[test]
    fn a_failover_under_way_is_waited_for_aws_domain_f28() {
        let event = json!([{"source": "orders", "source_type": "db-instance", "message": "Multi-AZ instance failover started.",
            "categories": ["failover"], "at": "2026-11-21T03:02:25Z"}]);
        let assessment = assessed(json!({"status": "rebooting"}), event.clone());
        assert_eq!(
            (assessment.verdict, assessment.reasons[0].as_str()),
            (Verdict::Critical, "a failover is under way")
        );
        assert!(assessment.next.unwrap().starts_with("wait"));
        let unsaid = assessed(json!({"status": "rebooting"}), json!([]));
        let words = "it restarts, asked for by nobody known: most likely a failover to us-east-1c";
        assert_eq!(
            (unsaid.verdict, unsaid.reasons[0].as_str()),
            (Verdict::Critical, words),
            "RDS tells it a minute late"
        );
        assert!(unsaid.next.unwrap().starts_with("wait"));
        let alone = assessed(json!({"status": "rebooting", "multi_az": false, "standby_zone": null}), json!([]));
        assert_eq!((alone.verdict, alone.reasons), (Verdict::Warning, vec!["rebooting".to_owned()]), "nowhere to go");
        let early = assessed(json!({}), event);
        assert_eq!(early.reasons, ["Multi-AZ instance failover started 35s ago"], "its status may lag");
    }

    #[test]
    fn a_reboot_that_somebody_asked_for_is_no_failover() {
        let asked = |at: &str, error: Option<&str>| {
            let event = json!([{"id": "e", "name": "RebootDBInstance", "source": "rds.amazonaws.com", "at": at, "user": "ann",
                "invoked_by": null, "resources": [["AWS::RDS::DBInstance", "orders"]], "error": error}]);
            assessed_with(json!({"status": "rebooting"}), json!([]), event).verdict
        };
        assert_eq!(asked("2026-11-21T03:01:00Z", None), Verdict::Warning);
        assert_eq!(asked("2026-11-21T03:01:00Z", Some("AccessDenied")), Verdict::Critical, "refused");
        assert_eq!(asked("2026-11-21T02:01:00Z", None), Verdict::Critical, "another one");
    }

    #[test]
    fn full_storage_is_grown_and_never_failed_over_aws_domain_f39() {
        let assessment = assessed(json!({"status": "storage-full"}), json!([]));
        assert_eq!(
            (assessment.verdict, assessment.reasons[0].as_str()),
            (Verdict::Critical, "storage-full: it writes nothing")
        );
        assert_eq!(assessment.next.as_deref(), Some("grow its storage by 20 % or more, at once"));
    }

    #[test]
    fn a_missing_standby_protects_nobody_aws_domain_a4() {
        let assessment = assessed(json!({"standby_zone": null}), json!([]));
        assert_eq!(
            (assessment.verdict, assessment.reasons[0].as_str()),
            (Verdict::Warning, "standby missing: not protected now")
        );
    }

    #[test]
    fn a_word_that_nobody_knows_is_unknown_and_never_well() {
        assert_eq!(assessed(json!({"status": "levitating"}), json!([])).verdict, Verdict::Unknown);
        assert_eq!(assessed(json!({"status": "configuring-log-exports"}), json!([])).verdict, Verdict::Ok);
    }
}
