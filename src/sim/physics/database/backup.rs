//! Backups, and how far back databases can be restored (`aws-domain.md A.4`).
//!
//! Owns: the daily backup's status and events, `LatestRestorableTime`. Must stay true: what does not answer is not
//! backed up, and its logs go nowhere.

use std::time::Duration;

use super::super::super::world::{DbInstance, DbInstanceId, DbStatus, SimTime};
use super::super::Scene;
use super::notice::Notice;

/// How far behind now `LatestRestorableTime` is: logs go to storage every five minutes.
const LOG_EVERY_S: i64 = 300;
/// How long the daily backup of a simulated database takes.
const BACKUP: Duration = Duration::from_secs(180);
/// `DescribeEvents` looks back 14 days.
const EVENTS_KEPT: Duration = Duration::from_secs(14 * 86_400);

impl Scene<'_> {
    /// What databases do by themselves, once a minute.
    pub(in super::super) fn tend_databases(&mut self) {
        let now = self.now;
        let restorable = SimTime::from_seconds(now.as_seconds() / LOG_EVERY_S * LOG_EVERY_S) - Duration::from_secs(100);
        let events = &mut self.region.db_events;
        while events.front().is_some_and(|event| now.since(event.at) > EVENTS_KEPT) {
            events.pop_front();
        }
        let clock = now.format("%H:%M");
        let mut told: Vec<(DbInstanceId, Notice<'static>)> = Vec::new();
        for database in self.region.databases.values_mut() {
            if !database.course.serving_at(now).answers() {
                continue;
            }
            if let Some(until) = &mut database.restorable_until {
                *until = (*until).max(restorable);
            }
            told.extend(back_up(database, now, &clock).map(|notice| (database.id.clone(), notice)));
        }
        for (id, notice) in told {
            self.tell(&id, notice);
        }
        self.tend_clusters(restorable);
    }

    fn tend_clusters(&mut self, restorable: SimTime) {
        let now = self.now;
        let region = &mut *self.region;
        for cluster in region.clusters.values_mut() {
            let mut members = cluster.members.iter().filter_map(|member| region.databases.get(&member.instance));
            if !members.any(|member| member.course.serving_at(now).answers()) {
                continue;
            }
            cluster.restorable_until = cluster.restorable_until.max(restorable);
            let retention = Duration::from_secs(u64::from(cluster.backup_retention_days) * 86_400);
            cluster.restorable_from = cluster.restorable_from.max(now - retention).whole_second();
        }
    }
}

/// The daily backup. Aurora backs up all the time, without a status of its own.
fn back_up(database: &mut DbInstance, now: SimTime, clock: &str) -> Option<Notice<'static>> {
    if database.cluster.is_some() || database.backup_retention_days == 0 {
        return None;
    }
    let begins = database.backup_window.get(..5) == Some(clock);
    if begins && database.status == DbStatus::Available {
        database.status = DbStatus::BackingUp;
        database.busy_until = Some(now + BACKUP);
        Some(Notice::BackupStarted)
    } else if database.status == DbStatus::BackingUp && database.busy_until.is_some_and(|until| until <= now) {
        database.status = DbStatus::Available;
        database.busy_until = None;
        Some(Notice::BackupFinished)
    } else {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fixture;
    use super::*;

    #[test]
    fn the_daily_backup_shows_as_a_status_and_two_events_aws_domain_a4() {
        let mut world = fixture::world();
        world.regions.get_mut(fixture::REGION).unwrap().databases.get_mut("main").unwrap().backup_window =
            (world.now + Duration::from_secs(600)).format("%H:%M-23:59");
        let before = world.here().db_events.len();
        world.pass(610);
        assert_eq!(world.here().databases["main"].status, DbStatus::BackingUp);
        world.pass(240);
        assert_eq!(world.here().databases["main"].status, DbStatus::Available);
        let told: Vec<&str> = world.here().db_events.iter().skip(before).map(|event| event.message.as_str()).collect();
        assert_eq!(told, ["Backing up DB instance", "Finished DB Instance backup"]);
    }

    #[test]
    fn the_restorable_time_follows_in_steps_and_is_absent_without_backups_aws_domain_a4() {
        let mut world = fixture::world();
        for _ in 0..5 {
            world.pass(700);
            let until = world.here().databases["main"].restorable_until.unwrap();
            assert!(world.now.since(until) < Duration::from_secs(480), "{until} at {}", world.now);
            assert_eq!(world.here().databases["copy"].restorable_until, None, "it keeps no backups");
        }
    }
}
