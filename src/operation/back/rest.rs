//! What else comes back: routes, databases on request, and the last look at what differs from the record.

use std::collections::BTreeSet;

use super::super::away::{Field, Merged, Outcome, Value, marks};
use super::super::call::{Action, FailoverCluster, Process, RebootDatabase, Route};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::plan::{Note, PartSummary, Refusal};
use super::Back;
use super::group::SHOWN_S;
use crate::estate::database::{Cluster, Database};
use crate::estate::network::NatGateway;
use crate::id::{GroupName, Text};

/// How long a failover may take until it is seen.
const FAILOVER_S: u64 = 900;
/// The lane of the routes.
const ROUTES: &str = "routes";
/// The lane of the last look.
const VERIFY: &str = "verify";

impl<'a> Back<'_, 'a> {
    /// Routes lead through the zone's gateway again, where that is there.
    pub(super) fn routes(&mut self) {
        let part = Text::from(ROUTES);
        for merged in self.scope.ours() {
            let Field::Route(table, destination) = &merged.change.field else { continue };
            let (Value::Word(before), Some(Value::Word(now))) = (&merged.change.before, &merged.now) else { continue };
            let gateways = self.ground.estate.known::<NatGateway>(self.zone.region);
            let is_there = gateways.into_iter().any(|gateway| gateway.id == *before && &*gateway.state == "available");
            if !is_there {
                self.left(format!("{}: stays {now}, since {before} is not available", merged.change.field));
                continue;
            }
            let route = |gateway: &Text| {
                Action::ReplaceRoute(Route {
                    route_table_id: table.clone(),
                    destination_cidr_block: destination.clone(),
                    nat_gateway_id: gateway.clone(),
                })
            };
            let via = |gateway: &Text| Fact::RouteVia {
                table: table.clone(),
                destination: destination.clone(),
                gateway: gateway.clone(),
            };
            let step =
                Part::new(&part, format!("{destination} of {table}: {now} → {before}"), "it was led around the zone")
                    .block("route", via(now))
                    .block("zone", Fact::ZonePasses { zone: self.zone.name.clone() })
                    .call(route(before))
                    .until(via(before), 5, SHOWN_S)
                    .undo(route(now));
            self.step(step, &part);
            self.tell(merged);
        }
    }

    /// Databases fail back only on request: each failover is an outage.
    pub(super) fn databases(&mut self, with: &BTreeSet<Text>) -> Result<(), Refusal> {
        for merged in self.scope.ours() {
            let (name, step) = match &merged.change.field {
                Field::Database(id) => (id, self.fail_back(id, merged)),
                Field::Writer(id) => (id, self.fail_back_cluster(id, merged)),
                _ => continue,
            };
            let now = merged.now.as_ref().map(ToString::to_string).unwrap_or_default();
            let is_on = with.contains(name);
            let (how, step) = match step {
                Ok(step) => (format!("writer {now} → {}: 15-120 s without writes", merged.change.before), Some(step)),
                Err(why) if is_on => return Err(Refusal::new(why, "leave it out of with=")),
                Err(why) => (why, None),
            };
            let is_possible = step.is_some();
            self.draft.parts.push(PartSummary {
                part: name.clone(),
                on: is_on,
                serves: None,
                cpu: None,
                cpu_limit: None,
                how,
                takes_s: is_possible.then_some(60),
                why_off: (!is_on)
                    .then(|| "each failover is an outage: only where latency or cost asks for it".to_owned()),
                with: (!is_on && is_possible).then(|| name.clone()),
            });
            match step.filter(|_| is_on) {
                Some(step) => {
                    self.step(step, name);
                    self.tell(merged);
                    self.draft.cannot_undo.push(format!("{name}: open connections and transactions are cut"));
                }
                None => self.left(merged.to_string().replace(" → ", ", and before it was ")),
            }
        }
        Ok(())
    }

    fn fail_back(&self, id: &Text, merged: &Merged) -> Result<Part, String> {
        let is = |database: &Database| database.id.text() == id;
        let here = self.ground.find(Some(self.zone.region), id, is).map_err(|refusal| refusal.reason)?;
        let database = here.thing;
        let (Some(zone), Value::Word(before)) = (&database.zone, &merged.change.before) else {
            return Err(format!("{id}: its zone is not known"));
        };
        if database.standby_zone.as_ref().is_none_or(|standby| **standby.text() != **before) {
            return Err(format!("{id}: its standby is not in {before}, so that it would move elsewhere"));
        }
        let reboot = RebootDatabase { db_instance_identifier: id.clone(), force_failover: true };
        let over = Fact::FailedOver { database: id.clone(), from: zone.clone(), after: self.ground.now };
        let refused = Fact::FailoverRefused { database: id.clone(), after: self.ground.now };
        Ok(Part::new(id, format!("fail {id} over: {zone} → {before}"), "asked for")
            .block("available", Fact::DatabaseAvailable { database: id.clone() })
            .block("standby", Fact::StandbyOutside { database: id.clone(), zone: zone.clone() })
            .call(Action::RebootDBInstance(reboot))
            .until(over, 90, FAILOVER_S)
            .fails(refused))
    }

    fn fail_back_cluster(&self, id: &Text, merged: &Merged) -> Result<Part, String> {
        let is = |cluster: &Cluster| cluster.id.text() == id;
        let here = self.ground.find(Some(self.zone.region), id, is).map_err(|refusal| refusal.reason)?;
        let Value::Word(before) = &merged.change.before else { return Err(format!("{id}: who wrote is not known")) };
        if !here.thing.members.iter().any(|member| member.database.text() == before) {
            return Err(format!("{id}: {before} is no member any more"));
        }
        let writer = Fact::ClusterWriter { cluster: id.clone(), member: before.clone() };
        let failover = |member: &Text| {
            Action::FailoverDBCluster(FailoverCluster {
                db_cluster_identifier: id.clone(),
                target_db_instance_identifier: Some(member.clone()),
            })
        };
        let now = merged.now.as_ref().map(ToString::to_string).unwrap_or_default();
        Ok(Part::new(id, format!("make {before} the writer of {id} again"), "asked for")
            .block("available", Fact::DatabaseAvailable { database: before.clone() })
            .call(failover(before))
            .until(writer, 45, FAILOVER_S)
            .fails(Fact::FailoverRefused { database: id.clone(), after: self.ground.now })
            .undo(failover(&now.into())))
    }

    /// The last step: all is as it is to be, or what differs is said.
    pub(super) fn verify(&mut self, skip: &[Text]) {
        let mut of: Vec<Fact> = Vec::new();
        let is_in = |part: &str| !skip.iter().any(|skipped| **skipped == *part);
        for merged in self.scope.ours() {
            of.extend(self.fact_of(merged, &is_in));
        }
        for (group, sizes) in &self.sizes {
            if is_in(group.as_str()) {
                of.push(sizes.fact(group));
            }
        }
        if of.is_empty() {
            return;
        }
        let needs: Vec<_> = self.draft.ends();
        let step = Part::new(&Text::from(VERIFY), "compare with the record", "whatever still differs is listed here")
            .after(needs)
            .until(Fact::All { of }, 10, 600)
            .goes_on();
        self.draft.add(step);
    }

    fn fact_of(&self, merged: &Merged, is_in: &impl Fn(&str) -> bool) -> Option<Fact> {
        let before = &merged.change.before;
        match (&merged.change.field, before) {
            (Field::Shift(arn), _) if is_in(arn.short()) => {
                Some(Fact::NotAway { resource: arn.clone(), zone: self.zone.id.clone() })
            }
            (Field::Subnets(group), Value::Subnets(subnets)) if is_in(group.as_str()) => {
                Some(Fact::GroupIn { group: group.clone(), subnets: subnets.clone() })
            }
            (Field::Process(group, process), Value::Is(false)) if is_in(group.as_str()) => {
                Some(Fact::ProcessesRun { group: group.clone(), processes: BTreeSet::<Process>::from([*process]) })
            }
            (Field::Tag(group, key), Value::Absent) if is_in(group.as_str()) => {
                Some(Fact::GroupTagged { group: group.clone(), key: key.clone(), value: None })
            }
            (Field::BalancerSubnets(arn), Value::Subnets(subnets)) if is_in(arn.short()) => {
                Some(Fact::BalancerIn { balancer: arn.clone(), subnets: subnets.clone() })
            }
            _ => None,
        }
    }

    /// Every difference that stays, and what nobody can know.
    pub(super) fn differences(&mut self) {
        for merged in &self.scope.merged {
            match (&merged.change.field, merged.outcome) {
                (_, Outcome::PutBack) => {}
                (Field::Shift(resource), Outcome::AsBefore) => self.note(
                    "done",
                    format!("shift of {}: over already, cancelled by somebody else or expired", resource.short()),
                ),
                (Field::Tag(..), Outcome::AsBefore) => {}
                (_, Outcome::AsBefore) => self.note("done", merged.to_string()),
                (Field::Shift(resource), Outcome::Theirs) => self.note(
                    "left",
                    format!("shift of {}: ours is over, and another one goes on that is not ours", resource.short()),
                ),
                (_, Outcome::Theirs) => self.note("left", merged.to_string()),
                (_, Outcome::Unknown) => self.note("?", merged.to_string()),
            }
        }
        for words in self.scope.theirs() {
            self.note("left", words);
        }
        let recorded: BTreeSet<&Text> = self.scope.records.iter().map(|record| record.id()).collect();
        let all = self.scope.merged.iter().map(|merged| &merged.change.by);
        let operations: BTreeSet<&Text> = all.filter(|id| !recorded.contains(id)).collect();
        if !operations.is_empty() {
            let names: Vec<&str> = operations.into_iter().map(|name| &**name).collect();
            self.note(
                "?",
                format!(
                    "no record of {} here: shifts by their comments, groups by their tag {}; what it did to processes, routes, \
                     subnets of balancers and databases is not known (`fournines journal import` brings its record)",
                    names.join(", "),
                    marks::SIZES_TAG
                ),
            );
        }
    }

    pub(super) fn left(&mut self, text: String) {
        self.note("left", text);
    }

    pub(super) fn note(&mut self, label: &str, text: String) {
        self.draft.notes.push(Note { label: label.into(), text });
    }

    pub(super) fn tell(&mut self, merged: &Merged) {
        self.draft.changes.push(merged.to_string());
    }
}

impl super::Sizes {
    /// That a group has them.
    pub(super) fn fact(self, group: &GroupName) -> Fact {
        let Self { min, desired, max } = self;
        Fact::Sizes { group: group.clone(), min, desired, max }
    }
}
