//! Zonal shifts, autoshifts and practice runs, and where traffic goes by them (`aws-domain.md A.6`, C.3 step 2).
//!
//! Owns: the course of every shift, and through [`weights`] the applied weights, which are the truth. Knows: causes of
//! zones ([`watch`]), states of alarms ([`practice`]). Must stay true: a resource never has two zones away; traffic
//! returns when a shift runs out, healed or not; a region without shifts schedules nothing.

mod practice;
mod watch;
mod weights;

use std::time::Duration;

use super::super::world::{
    AppliedStatus, Arn, GroupName, ManagedResource, PracticeOutcome, ShiftStatus, ShiftType, SimTime, World,
    ZonalShift, ZoneId,
};
use super::{Event, Scene, Unknown};

/// How many shifts that are over are kept for listings.
const ENDED_KEPT: usize = 200;

impl World {
    /// Moves a resource's traffic off a zone by hand, as `StartZonalShift` does, and returns the shift's id. What runs
    /// there of less precedence, a practice run or an experiment, is called off.
    ///
    /// # Errors
    /// [`Unknown`] for a resource that zonal shift does not manage.
    pub fn start_zonal_shift(
        &mut self,
        region: &str,
        resource: &str,
        away_from: &ZoneId,
        lasts: Duration,
        comment: &str,
    ) -> Result<String, Unknown> {
        let unknown = || Unknown { kind: "managed resource", name: resource.to_owned() };
        let mut scene = self.scene(region).ok_or_else(unknown)?;
        let id = scene.shift_by_hand(resource, away_from, lasts, comment).ok_or_else(unknown)?;
        scene.record_shift_of("arc-zonal-shift:StartZonalShift", &id);
        Ok(id)
    }

    /// Calls a shift off, as `CancelZonalShift` does: traffic returns at once.
    ///
    /// # Errors
    /// [`Unknown`] when no shift in force has this id.
    pub fn cancel_zonal_shift(&mut self, id: &str) -> Result<(), Unknown> {
        let holds = |shift: &ZonalShift| shift.id == id && shift.status == ShiftStatus::Active;
        let region = self.regions.values().find(|region| region.zonal_shifts.iter().any(holds));
        let name = region.map(|region| region.name.clone());
        let name = name.ok_or_else(|| Unknown { kind: "zonal shift in force", name: id.to_owned() })?;
        self.with_scene(&name, |scene| {
            scene.record_shift_of("arc-zonal-shift:CancelZonalShift", id);
            scene.cancel_shift(id);
        });
        Ok(())
    }
}

impl Scene<'_> {
    /// Moves a resource's traffic off a zone by hand; `None` for one that zonal shift does not manage.
    pub fn shift_by_hand(
        &mut self,
        resource: &str,
        away_from: &ZoneId,
        lasts: Duration,
        comment: &str,
    ) -> Option<String> {
        let arn = self.region.managed_resources.get(resource)?.arn.clone();
        self.call_off(|shift| shift.resource == arn && shift.kind.yields());
        let id = self.start_shift(&arn, away_from, ShiftType::ZonalShift, lasts, comment);
        self.tend_shifts();
        Some(id)
    }

    /// Has a shift in force end so long from now, or says something else of it.
    pub fn update_shift(&mut self, id: &str, lasts: Option<Duration>, comment: Option<&str>) {
        let now = self.now;
        let Some(shift) = self.region.zonal_shifts.iter_mut().find(|shift| shift.id == id) else { return };
        if let Some(comment) = comment {
            comment.clone_into(&mut shift.comment);
        }
        if let Some(lasts) = lasts {
            shift.expires_at = now + lasts;
            self.schedule.put(now + lasts, Event::Shifts(self.region.name.clone()));
        }
    }

    /// Calls a shift in force off: traffic returns at once.
    pub fn cancel_shift(&mut self, id: &str) {
        self.call_off(|shift| shift.id == id);
        self.tend_shifts();
    }

    /// Puts a group under zonal shift, or takes it from there, as its policy says.
    pub(super) fn manage_group_shifts(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        let arn = group.arn.clone();
        if !group.zonal_shift_enabled {
            self.region.managed_resources.remove(&arn);
            self.call_off(|shift| shift.resource == arn);
            return;
        }
        let zones: Vec<ZoneId> =
            group.zones.iter().filter_map(|zone| self.region.zone_id(zone.as_str())).cloned().collect();
        let before = self.region.managed_resources.remove(&arn);
        let weight = |zone: &ZoneId| before.as_ref().and_then(|found| found.applied_weights.get(zone)).copied();
        let resource = ManagedResource {
            arn: arn.clone(),
            name: name.to_string(),
            applied_weights: zones.iter().map(|zone| (zone.clone(), weight(zone).unwrap_or(1.0))).collect(),
            zones,
            autoshift_enabled: before.as_ref().is_some_and(|found| found.autoshift_enabled),
            practice_run_alarm: before.as_ref().and_then(|found| found.practice_run_alarm.clone()),
        };
        self.region.managed_resources.insert(arn, resource);
    }

    /// Takes over the shifts that a world begins with.
    pub(super) fn begin_shifts(&mut self) {
        let active = self.region.zonal_shifts.iter().filter(|shift| shift.status == ShiftStatus::Active);
        let ends: Vec<SimTime> = active.map(|shift| shift.expires_at).collect();
        for end in &ends {
            self.schedule.put((*end).max(self.now), Event::Shifts(self.region.name.clone()));
        }
        if !ends.is_empty() {
            self.settle_weights();
        }
    }

    /// Lets everything happen to shifts that is due: they run out, AWS makes up its mind about zones; then traffic goes
    /// where the shifts that are left say.
    pub(super) fn tend_shifts(&mut self) {
        let now = self.now;
        for shift in &mut self.region.zonal_shifts {
            if shift.status == ShiftStatus::Active && shift.expires_at <= now {
                shift.end(ShiftStatus::Expired, PracticeOutcome::Succeeded);
            }
        }
        self.decide_autoshifts();
        self.settle_weights();
        self.forget_shifts();
    }

    /// Enters a shift; `tend_shifts` then decides whether it is applied.
    fn start_shift(
        &mut self,
        resource: &Arn,
        away_from: &ZoneId,
        kind: ShiftType,
        lasts: Duration,
        comment: &str,
    ) -> String {
        let (id, expires_at) = (self.mint.uuid(), self.now + lasts);
        self.region.zonal_shifts.push(ZonalShift {
            id: id.clone(),
            resource: resource.clone(),
            away_from: away_from.clone(),
            started_at: self.now,
            expires_at,
            status: ShiftStatus::Active,
            applied: AppliedStatus::NotApplied,
            kind,
            comment: comment.to_owned(),
            outcome: (kind == ShiftType::PracticeRun).then_some(PracticeOutcome::Pending),
        });
        self.schedule.put(expires_at, Event::Shifts(self.region.name.clone()));
        id
    }

    /// Cancels the shifts in force that are meant; a practice run is interrupted by that.
    fn call_off(&mut self, is_meant: impl Fn(&ZonalShift) -> bool) {
        for shift in &mut self.region.zonal_shifts {
            if shift.status == ShiftStatus::Active && is_meant(shift) {
                shift.end(ShiftStatus::Canceled, PracticeOutcome::Interrupted);
            }
        }
    }

    /// Drops the oldest shifts that are over.
    fn forget_shifts(&mut self) {
        let shifts = &mut self.region.zonal_shifts;
        let ended = shifts.iter().filter(|shift| shift.status != ShiftStatus::Active).count();
        let mut surplus = ended.saturating_sub(ENDED_KEPT);
        shifts.retain(|shift| {
            let goes = surplus > 0 && shift.status != ShiftStatus::Active;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

impl ZonalShift {
    /// Ends it, with `outcome` if it is a practice run.
    fn end(&mut self, status: ShiftStatus, outcome: PracticeOutcome) {
        (self.status, self.applied) = (status, AppliedStatus::NotApplied);
        self.outcome = self.outcome.map(|_| outcome);
    }
}

impl ShiftType {
    /// Whether a shift by hand or an autoshift calls it off, instead of taking precedence while it goes on.
    const fn yields(self) -> bool {
        match self {
            Self::PracticeRun | Self::FisExperiment => true,
            Self::ZonalShift | Self::ZonalAutoshift => false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::fixture::{self, REGION};
    use super::*;

    /// The fixture with zonal shift on its balancer and its group.
    pub(super) fn world() -> World {
        fixture::world_with(|document| {
            document
                .replace("kind = \"application\",", "kind = \"application\", zonal_shift = true, autoshift = true,")
                .replace("metrics = true }]", "metrics = true, zonal_shift = true }]")
        })
    }

    pub(super) fn balancer(world: &World) -> Arn {
        world.here().balancers.keys().next().unwrap().clone()
    }

    /// Weights of a resource, in the order of the zones' names.
    pub(super) fn weights(world: &World, resource: &Arn) -> Vec<f32> {
        let managed = &world.here().managed_resources[resource];
        world.here().zones.values().map(|zone| managed.applied_weights[&zone.id]).collect()
    }

    pub(super) fn zone_id(world: &World, letter: char) -> ZoneId {
        world.here().zones[format!("{REGION}{letter}").as_str()].id.clone()
    }

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(count * 60)
    }

    #[test]
    fn a_shift_runs_out_by_itself_and_traffic_returns_healed_or_not_aws_domain_c3() {
        let mut world = world();
        let (web, b) = (balancer(&world), zone_id(&world, 'b'));
        world.apply(Fault::GrayZone { zone: "eu-west-1b".to_owned(), share: 0.5 }).unwrap();
        let id = world.start_zonal_shift(REGION, web.as_str(), &b, minutes(12), "INC-1").unwrap();
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0]);
        assert!(world.here().is_shifted_away(web.as_str(), "eu-west-1b"));
        let shift = world.here().zonal_shifts.last().unwrap();
        assert_eq!((shift.status, shift.applied), (ShiftStatus::Active, AppliedStatus::Applied));
        world.pass(12 * 60 - 1);
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0]);
        world.pass(1);
        assert_eq!(weights(&world, &web), [1.0; 3]);
        let shift = world.here().zonal_shifts.last().unwrap();
        assert_eq!((shift.id.as_str(), shift.status), (id.as_str(), ShiftStatus::Expired));
        assert!(world.cancel_zonal_shift(&id).is_err(), "it is over");
    }

    #[test]
    fn a_world_may_begin_with_a_shift_about_to_run_out_aws_domain_f15() {
        let shift = r#"
[[regions.eu-west-1.zonal_shifts]]
load_balancer = "web"
away_from = "eu-west-1b"
age = "48m"
length = "1h"
status = "ACTIVE"
kind = "ZONAL_SHIFT"
comment = "INC-2291"
"#;
        let change = |document: String| {
            document.replace("kind = \"application\",", "kind = \"application\", zonal_shift = true,") + shift
        };
        let mut world = fixture::world_with(change);
        let web = balancer(&world);
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0]);
        world.pass(12 * 60);
        assert_eq!(weights(&world, &web), [1.0; 3]);
        assert_eq!(world.here().zonal_shifts[0].status, ShiftStatus::Expired);
    }

    #[test]
    fn one_zone_is_away_at_a_time_and_precedence_decides_which_aws_domain_a6() {
        let mut world = world();
        let (web, a, b) = (balancer(&world), zone_id(&world, 'a'), zone_id(&world, 'b'));
        world.apply(Fault::PracticeRun { zone: "eu-west-1c".to_owned() }).unwrap();
        assert_eq!(weights(&world, &web), [1.0, 1.0, 0.0]);
        world.apply(Fault::Autoshift { zone: "eu-west-1a".to_owned() }).unwrap();
        assert_eq!(weights(&world, &web), [0.0, 1.0, 1.0], "an autoshift goes before a practice run");
        let practice = world.here().zonal_shifts[0].clone();
        assert_eq!((practice.status, practice.outcome), (ShiftStatus::Canceled, Some(PracticeOutcome::Interrupted)));
        let id = world.start_zonal_shift(REGION, web.as_str(), &b, minutes(60), "by hand").unwrap();
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0], "a shift by hand goes before an autoshift");
        world.cancel_zonal_shift(&id).unwrap();
        assert_eq!(weights(&world, &web), [0.0, 1.0, 1.0], "the autoshift is still on");
        let second = world.start_zonal_shift(REGION, web.as_str(), &a, minutes(60), "by hand").unwrap();
        world.start_zonal_shift(REGION, web.as_str(), &b, minutes(90), "one too many").unwrap();
        assert_eq!(weights(&world, &web), [0.0, 1.0, 1.0], "never two zones at once");
        world.cancel_zonal_shift(&second).unwrap();
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_region_without_shifts_schedules_none_and_ended_ones_are_bounded() {
        let mut world = world();
        let quiet = world.schedule.clone();
        world.scene(REGION).unwrap().begin_shifts();
        assert_eq!(format!("{:?}", world.schedule), format!("{quiet:?}"));
        let (web, b) = (balancer(&world), zone_id(&world, 'b'));
        for _ in 0..ENDED_KEPT + 10 {
            let id = world.start_zonal_shift(REGION, web.as_str(), &b, minutes(1), "").unwrap();
            world.cancel_zonal_shift(&id).unwrap();
        }
        assert_eq!(world.here().zonal_shifts.len(), ENDED_KEPT);
    }
}
