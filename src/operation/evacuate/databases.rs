//! Writers leave only where they are sick themselves, and never into the zone (`aws-domain.md` C.3, F.28).
//!
//! Must stay true: a database whose standby is in the zone is never failed over; in a power loss RDS's own failover is waited for
//! before another is asked for; a cluster moves only to a reader that is known to be ready elsewhere.

use jiff::Timestamp;

use super::super::call::{Action, FailoverCluster, RebootDatabase};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::plan::PartSummary;
use super::Evacuation;
use crate::estate::Kind;
use crate::estate::database::{Cluster, Database, DatabaseEvent};
use crate::id::{Text, ZoneName};
use crate::judge::verdict::Verdict;

/// Seconds that RDS's own failover of a Multi-AZ instance may take (`aws-domain.md` C.5: 60-120 s typical).
const OWN_FAILOVER_S: u64 = 300;

impl<'p> Evacuation<'_, 'p> {
    /// Every database and cluster that writes from the zone, or would be failed over into it.
    pub(super) fn move_databases(&mut self) {
        if !self.wishes.only.is_empty() && !self.asks_for_a_database() {
            return;
        }
        for database in self.place.known::<Database>().filter(|database| database.cluster.is_none()) {
            self.instance(database);
        }
        for cluster in self.place.known::<Cluster>() {
            self.cluster(cluster);
        }
    }

    fn asks_for_a_database(&self) -> bool {
        let alone = self.place.known::<Database>().map(|database| database.id.as_str());
        let clusters = self.place.known::<Cluster>().map(|cluster| cluster.id.as_str());
        alone.chain(clusters).any(|id| self.wishes.puts_in(id))
    }

    fn instance(&mut self, database: &'p Database) {
        let zone = self.place.zone;
        if database.zone.as_ref() != Some(zone) {
            if database.standby_zone.as_ref() == Some(zone) {
                self.note(
                    "never",
                    format!("{} failover: its standby is in {zone}, it would move INTO it", database.id),
                );
            }
            return;
        }
        if database.replica_of.is_some() {
            self.note("stays", format!("replica {}: it serves reads from {zone}", database.id));
            return;
        }
        let Some(standby) = database.standby_zone.as_ref().filter(|standby| *standby != zone && database.multi_az)
        else {
            self.note(
                "stays",
                format!("{} writes from {zone} and has no standby: restore it elsewhere if it is lost", database.id),
            );
            return;
        };
        let how = format!("writer {}>{}: 60-120 s without writes", self.place.short(zone), self.place.short(standby));
        let asked = self.wishes.puts_in(database.id.as_str());
        let (verdict, reason) = self.health(&self.place.judged.databases, &database.id);
        let row = self.database_row(database.id.as_str(), how);
        if self.wishes.skips(database.id.as_str()) {
            return self.put_off(row, "left out".to_owned(), false);
        }
        // RDS moves it by itself when its host is gone: a second failover helps nobody.
        let is_silent = self.place.assessed.silent_since.is_some();
        let is_moving = reason.as_deref().is_some_and(|reason| reason.contains("failover"));
        if !asked && (is_silent || is_moving) {
            self.wait_for_rds(database, row);
            return;
        }
        if !asked && verdict != Verdict::Critical {
            return self.put_off(row, "healthy by its own evidence".to_owned(), true);
        }
        let (id, after) = (database.id.text().clone(), self.last_event(database.id.as_str()));
        let step = Part::new(
            &id,
            format!("fail {id} over to its standby in {standby}"),
            reason.unwrap_or_else(|| "asked for".to_owned()),
        )
        .after(self.first.clone())
        .block("standby", Fact::StandbyOutside { database: id.clone(), zone: zone.clone() })
        .block("available", Fact::DatabaseAvailable { database: id.clone() })
        .call(Action::RebootDBInstance(RebootDatabase { db_instance_identifier: id.clone(), force_failover: true }))
        .until(Fact::FailedOver { database: id.clone(), from: zone.clone(), after }, 120, 900)
        .fails(Fact::FailoverRefused { database: id.clone(), after });
        self.draft.add(step);
        self.moved(row, &id, Some(standby), 120);
    }

    /// A step without calls: RDS moves the writer, or the lane stands and says what else there is.
    fn wait_for_rds(&mut self, database: &Database, row: PartSummary) {
        let id = database.id.text().clone();
        let step = Part::new(
            &id,
            format!("wait for RDS's own failover of {id}; if none comes, force one with --set with={id}"),
            "its host is out of sight: RDS fails over by itself in 60-120 s",
        )
        .after(self.first.clone())
        .until(Fact::WriterOutside { database: id, zone: self.place.zone.clone() }, 120, OWN_FAILOVER_S);
        self.draft.add(step);
        let how = format!("RDS's own failover is waited for first: {}", row.how);
        self.draft.parts.push(PartSummary { how, takes_s: Some(120), ..row });
    }

    fn cluster(&mut self, cluster: &'p Cluster) {
        let zone = self.place.zone;
        let member = |id: &str| self.place.known::<Database>().find(|database| database.id.as_str() == id);
        let Some(writer) = cluster.members.iter().find(|member| member.writer) else { return };
        if member(writer.database.as_str()).and_then(|database| database.zone.as_ref()) != Some(zone) {
            return;
        }
        let mut readers: Vec<(&Database, &ZoneName, i32)> = cluster
            .members
            .iter()
            .filter(|each| !each.writer)
            .filter_map(|each| {
                let database = member(each.database.as_str())?;
                let at = database
                    .zone
                    .as_ref()
                    .filter(|at| *at != zone && !self.place.ground.is_sick(self.place.region, at))?;
                let ready = &*database.status == "available";
                ready.then_some((database, at, each.promotion_tier.or(database.promotion_tier).unwrap_or(i32::MAX)))
            })
            .collect();
        readers.sort_by(|one, other| (one.2, &one.0.id).cmp(&(other.2, &other.0.id)));
        let id = cluster.id.text().clone();
        let Some((heir, to, _)) = readers.first() else {
            let row = self.database_row(cluster.id.as_str(), format!("writer stays in {}", self.place.short(zone)));
            let why = format!(
                "no reader outside {zone} is ready: create one there first (`aws rds create-db-instance --db-cluster-identifier {id} --availability-zone …`)"
            );
            return self.put_off(row, why, false);
        };
        let how = format!("writer {}>{}: 15-60 s without writes", self.place.short(zone), self.place.short(to));
        let row = self.database_row(cluster.id.as_str(), how);
        if self.wishes.skips(cluster.id.as_str()) {
            return self.put_off(row, "left out".to_owned(), false);
        }
        let (own, why) = self.health(&self.place.judged.clusters, &cluster.id);
        let (of_writer, and) = self.health(&self.place.judged.databases, &writer.database);
        let is_sick = own == Verdict::Critical || of_writer == Verdict::Critical;
        if !is_sick && !self.wishes.puts_in(cluster.id.as_str()) {
            return self.put_off(row, "its writer is healthy by its own evidence".to_owned(), true);
        }
        let after = self.last_event(cluster.id.as_str());
        let ready = Fact::ReaderReady { cluster: id.clone(), member: heir.id.text().clone(), outside: zone.clone() };
        // A Multi-AZ cluster of MySQL takes no target (`aws-domain.md` C.3).
        let takes_target = cluster.engine.starts_with("aurora") || !cluster.engine.contains("mysql");
        let failover = FailoverCluster {
            db_cluster_identifier: id.clone(),
            target_db_instance_identifier: takes_target.then(|| heir.id.text().clone()),
        };
        let step = Part::new(
            &id,
            format!("make {} in {to} the writer of {id}", heir.id),
            why.or(and).unwrap_or_else(|| "asked for".to_owned()),
        )
        .after(self.first.clone())
        .block("reader", ready)
        .call(Action::FailoverDBCluster(failover))
        .until(Fact::ClusterWriter { cluster: id.clone(), member: heir.id.text().clone() }, 60, 600)
        .fails(Fact::FailoverRefused { database: id.clone(), after });
        self.draft.add(step);
        self.moved(row, &id, Some(to), 60);
    }

    fn moved(&mut self, row: PartSummary, id: &str, to: Option<&ZoneName>, takes_s: u64) {
        let to = to.map_or("elsewhere", ZoneName::as_str);
        self.draft.changes.push(format!("{id}: writes from {to}"));
        self.draft.cannot_undo.push(format!("{id} writes from {to} until another failover, which is another outage"));
        self.draft.parts.push(PartSummary { takes_s: Some(takes_s), ..row });
    }

    fn put_off(&mut self, row: PartSummary, why: String, may_be_put_in: bool) {
        let with = may_be_put_in.then(|| row.part.clone());
        self.draft.parts.push(PartSummary { on: false, takes_s: None, why_off: Some(why), with, ..row });
    }

    fn database_row(&self, name: &str, how: String) -> PartSummary {
        PartSummary {
            part: name.into(),
            on: true,
            serves: None,
            cpu: None,
            cpu_limit: None,
            how,
            takes_s: None,
            why_off: None,
            with: None,
        }
    }

    fn health<K: Ord>(
        &self,
        all: &std::collections::BTreeMap<K, crate::judge::verdict::Assessment>,
        id: &K,
    ) -> (Verdict, Option<String>) {
        let found = all.get(id);
        (found.map_or(Verdict::Ok, |found| found.verdict), found.and_then(|found| found.reasons.first().cloned()))
    }

    /// After which an event is one of ours: the last that was read, or when events were read.
    fn last_event(&self, source: &str) -> Timestamp {
        let events = self.place.known::<DatabaseEvent>().filter(|event| &*event.source == source).map(|event| event.at);
        let slices = self.place.ground.estate.slices(self.place.region, Kind::DatabaseEvents);
        let read = slices.filter_map(|(_, slice)| slice.read_at()).min();
        events.max().max(read).unwrap_or(self.draft.made_from)
    }
}

/// The databases' names, for what may be put in.
pub(super) fn names(evacuation: &Evacuation<'_, '_>) -> Vec<Text> {
    let alone = evacuation.place.known::<Database>().map(|database| database.id.text().clone());
    alone.chain(evacuation.place.known::<Cluster>().map(|cluster| cluster.id.text().clone())).collect()
}
