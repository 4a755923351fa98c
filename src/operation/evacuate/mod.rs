//! `evacuate`: traffic, launches and sick writers leave a zone; machines stay, for they are the way back (`aws-domain.md` C.3, B.4).
//!
//! Owns: the form, the order of work and the parts. Depends on: what is left at today's load (`judge::what_if`), gates, waits. Must stay true:
//! a lane waits for nothing but what it needs; nothing that has room waits for what has none; desired is raised only where
//! launches are barred in the zone; every part that is left out says why.

mod databases;
mod entry;
mod gates;
mod grow;
mod launches;
mod notes;
mod place;
mod routes;
mod traffic;
mod unit;
mod verify;
mod wishes;
mod workers;

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Fact;
use super::draft::{Draft, Part};
use super::ground::Ground;
use super::intent::{Intent, TargetKind};
use super::plan::{ConfirmKind, PartSummary, Plan, Refusal, StepId};
use super::registry::{Operation, Under};
use super::replace;
use crate::estate::SliceId;
use crate::estate::group::Group;
use crate::id::{GroupName, Text, ZoneName};
use crate::judge::what_if::{Given, Gone};
use crate::judge::{Metrics, what_if};

use place::Place;
use unit::{Unit, units};
use verify::Watched;
use wishes::Wishes;

/// The tag of a group that an evacuation changed: `OPERATION ZONE_ID min=… desired=… max=…`.
pub const TAG: &str = "fournines:evacuate";
/// The tag with the subnets that such a group had.
pub const SUBNETS_TAG: &str = "fournines:evacuate-subnets";

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "evacuate",
    doc: "take traffic and launches out of a zone; machines stay",
    target: TargetKind::Zone,
    form: wishes::FORM,
    plan,
    reads,
};

/// An evacuation in the making.
pub(super) struct Evacuation<'d, 'p> {
    place: &'d Place<'p>,
    wishes: &'d Wishes,
    draft: &'d mut Draft<'p>,
    /// What every lane begins after: the look at a zone that nobody has called sick.
    first: Vec<StepId>,
    /// Groups that carry the tag.
    tagged: BTreeSet<GroupName>,
    watched: Vec<Watched>,
    unmeasured: Vec<String>,
    shifts_began: usize,
    /// Calls of AWS's slow class.
    slow: usize,
    /// Members beyond those that were there.
    brought: usize,
    /// What earlier steps make of groups: min, desired and max, and how many come.
    sizes: BTreeMap<GroupName, ((i32, i32, i32), usize)>,
}

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let wishes = Wishes::of(intent)?;
    on_place(intent, ground, &wishes, |place| planned(intent, place, &wishes))
}

/// Asks something of the zone that is meant.
fn on_place<R>(
    intent: &Intent,
    ground: &Ground<'_>,
    wishes: &Wishes,
    ask: impl for<'p> FnOnce(&Place<'p>) -> Result<R, Refusal>,
) -> Result<R, Refusal> {
    let [target] = intent.targets.as_slice() else {
        return Err(Refusal::new("evacuate takes one zone", "one zone of a region is left at a time"));
    };
    let called = ground.zone_called(intent.region.as_ref(), target)?;
    let Some(judged) = ground.judgement.regions.get(called.region) else {
        return Err(Refusal::new(format!("{} is not looked at", called.region), "name its --region"));
    };
    let mut policy = ground.judgement.policy().clone();
    policy.headroom.cpu_limit = wishes.limit.unwrap_or(policy.headroom.cpu_limit);
    let metrics = Metrics::new(ground.estate, called.region, ground.now);
    let given = Given {
        estate: ground.estate,
        region: called.region,
        judged,
        metrics: &metrics,
        policy: &policy,
        now: ground.now,
    };
    let what_if = what_if::zone(given, called.name);
    let scene = given.without(Gone::zones([called.name.clone()]));
    let place = Place::new(ground, called, (&metrics, &policy, &scene, &what_if))?;
    ask(&place)
}

fn planned(intent: &Intent, place: &Place<'_>, wishes: &Wishes) -> Result<Plan, Refusal> {
    gates::check(place)?;
    let mut under = Under::new(place.ground, intent);
    under.of_zone(place.region, place.zone, place.id)?;
    let units = units(place);
    let asked: Vec<&Unit<'_>> = units.iter().filter(|unit| is_meant(unit, wishes)).collect();
    known_wishes(wishes, &units)?;
    let mut draft = Draft::new(place.ground, place.region, place.id.as_str(), place.made_from());
    under.tell(&mut draft);
    draft.asked = draft.asked.max(Some(ConfirmKind::Target));
    let mut evacuation = Evacuation {
        place,
        wishes,
        draft: &mut draft,
        first: Vec::new(),
        tagged: BTreeSet::new(),
        watched: Vec::new(),
        unmeasured: Vec::new(),
        shifts_began: 0,
        slow: 0,
        brought: 0,
        sizes: BTreeMap::new(),
    };
    evacuation.all(&asked);
    evacuation.known_databases()?;
    if !draft.parts.iter().any(|part| part.on) {
        let why: Vec<String> = draft
            .parts
            .iter()
            .map(|part| format!("{}: {}", part.part, part.why_off.as_deref().unwrap_or("off")))
            .collect();
        let why =
            if why.is_empty() { "nothing of it takes traffic or launches there".to_owned() } else { why.join("; ") };
        return Err(Refusal::new(
            format!("nothing can leave {}: {why}", place.zone),
            "see `fournines what-if zone` for what is there",
        ));
    }
    draft.finish(intent)
}

/// Whether any of a unit's services is meant.
fn is_meant(unit: &Unit<'_>, wishes: &Wishes) -> bool {
    wishes.means(&unit.name) || unit.services.iter().any(|part| wishes.means(&part.judged.service.name))
}

/// What is asked for by name must be there.
fn known_wishes(wishes: &Wishes, units: &[Unit<'_>]) -> Result<(), Refusal> {
    let mut names: BTreeSet<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
    names.extend(units.iter().flat_map(|unit| &unit.services).map(|part| part.judged.service.name.as_str()));
    match wishes.only.iter().find(|only| !names.contains(only.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let names: Vec<&str> = names.into_iter().collect();
            Err(Refusal::new(
                format!("nothing of `{unknown}` leaves the zone"),
                format!("services there: {}", names.join(", ")),
            ))
        }
    }
}

impl<'p> Evacuation<'_, 'p> {
    fn all(&mut self, units: &[&Unit<'p>]) {
        self.tell_why();
        self.lead_routes();
        let (balanced, workers): (Vec<&Unit<'p>>, Vec<&Unit<'p>>) = units.iter().partition(|unit| unit.is_balanced());
        let (now, later): (Vec<&Unit<'p>>, Vec<&Unit<'p>>) = balanced.iter().partition(|unit| !unit.waits());
        let none = BTreeMap::new();
        for unit in &now {
            self.leave(unit, &none);
        }
        let barred = self.bar(units);
        for unit in &later {
            self.leave(unit, &barred);
        }
        for unit in &now {
            self.rebuild(unit, &barred);
        }
        for unit in &workers {
            self.move_machines(unit, &barred, &[]);
        }
        for unit in balanced.iter().filter(|unit| self.wishes.moves(&unit.name)) {
            // Only what has left is ended.
            if let Some(last) = self.draft.last(&unit.name) {
                self.move_machines(unit, &barred, &[last]);
            }
        }
        self.move_databases();
        self.verify();
        self.tell();
    }

    /// Groups with subnets in the zone launch there no more.
    fn bar(&mut self, units: &[&Unit<'p>]) -> BTreeMap<GroupName, Vec<StepId>> {
        let own: BTreeSet<&GroupName> = units.iter().flat_map(|unit| unit.groups()).collect();
        let groups = self.place.known::<Group>().filter(|group| group.zones.contains(self.place.zone));
        let groups: Vec<&'p Group> =
            groups.filter(|group| self.wishes.only.is_empty() || own.contains(&group.name)).collect();
        if self.wishes.skips(launches::PART) {
            self.row_off(launches::PART, format!("{} groups", groups.len()), "left out".to_owned(), None);
            return BTreeMap::new();
        }
        self.bar_launches(&groups)
    }

    /// The zone by name and id, what is in it, and why it is left.
    fn tell_why(&mut self) {
        let place = self.place;
        let assessed = place.assessed;
        let evidence: Vec<&str> = assessed.evidence.iter().take(2).map(|evidence| evidence.detail.as_str()).collect();
        let verdict = assessed.verdict.as_str().to_uppercase();
        self.draft.why.push(format!("{} = {}: {verdict}: {}", place.zone, place.id, evidence.join("; ")));
        self.draft.why.push("traffic moves, machines stay: they are the way back".to_owned());
        let Some((holds, words)) = gates::doubt(place) else { return };
        let step = Part::new(
            &"zone".into(),
            format!("leave {} although nobody has called it sick", place.zone),
            words.clone(),
        )
        .warn("verdict", Fact::Told { words: words.into(), holds })
        .until(Fact::OneZoneAway { zone: place.id.clone() }, 5, 120);
        self.first = vec![self.draft.add(step)];
    }

    /// Zones that remain and where something can go.
    fn others(&self) -> Vec<&'p ZoneName> {
        let zones = self.place.judged.zones.iter().map(|zone| &zone.name);
        let sick = |zone: &ZoneName| self.place.ground.is_sick(self.place.region, zone);
        zones.filter(|zone| *zone != self.place.zone && !sick(zone)).collect()
    }

    fn known_databases(&self) -> Result<(), Refusal> {
        let mut names: BTreeSet<Text> = databases::names(self).into_iter().collect();
        names.extend(self.draft.parts.iter().map(|part| part.part.clone()));
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        match self.wishes.unknown(&names) {
            None => Ok(()),
            Some(unknown) => Err(Refusal::new(
                format!("there is no part `{unknown}` to put in"),
                "a database, a balancer's last resort, or machines:SERVICE; the parts are in the plan's summary",
            )),
        }
    }

    fn row_on(&mut self, part: &str, how: String, takes_s: Option<u64>) {
        self.row(PartSummary { takes_s, ..row(part, how) });
    }

    fn row_off(&mut self, part: &str, how: String, why: String, with: Option<Text>) {
        self.row(PartSummary { on: false, why_off: Some(why), with, ..row(part, how) });
    }

    fn row(&mut self, row: PartSummary) {
        self.draft.parts.push(row);
    }
}

fn row(part: &str, how: String) -> PartSummary {
    PartSummary {
        part: part.into(),
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

/// What groups that grow have beside what is read all the time: schedules, hooks.
fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let Ok(wishes) = Wishes::of(intent) else { return Vec::new() };
    let growing = |place: &Place<'_>| {
        let units = units(place);
        let grow = |unit: &&Unit<'_>| {
            !unit.is_balanced() || unit.waits() || unit.lacks().next().is_some() || wishes.moves(&unit.name)
        };
        let groups: BTreeSet<&GroupName> =
            units.iter().filter(|unit| is_meant(unit, &wishes)).filter(grow).flat_map(|unit| unit.groups()).collect();
        Ok(groups.into_iter().flat_map(|group| replace::of_group(place.region, group)).collect())
    };
    on_place(intent, ground, &wishes, growing).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
