//! AWS's own watch over its zones: it declares an autoshift when a zone has been dark for minutes, and ends it some
//! time after power is back (`aws-domain.md A.6`, F.10).
//!
//! Owns: which autoshifts are on. Knows: darkness alone; a gray zone looks healthy to AWS, and a region that is out as
//! a whole has nowhere to shift to. Must stay true: what is declared by hand and what the watch sees compose; an
//! autoshift ends when neither holds any more.

use std::time::Duration;

use super::super::super::world::{Autoshift, AutoshiftStatus, SimTime, World, ZoneId, ZoneName, random};
use super::super::{Event, Scene};

/// How long a zone is dark before AWS declares it: seconds, least and most (F.10: about six minutes).
const NOTICES: (f64, f64) = (300.0, 420.0);
/// How long a zone has power again before AWS declares it well: seconds, least and most.
const TRUSTS: (f64, f64) = (900.0, 1800.0);
/// How many autoshifts of the past are kept for listings.
const KEPT: usize = 50;

impl World {
    /// AWS declares a zone sick.
    pub(in super::super::super) fn begin_autoshift(&mut self, zone: &str) {
        self.declare(zone, |declared| declared.saturating_add(1));
    }

    /// AWS declares it well again.
    pub(in super::super::super) fn end_autoshift(&mut self, zone: &str) {
        self.declare(zone, |declared| declared.saturating_sub(1));
    }

    fn declare(&mut self, zone: &str, change: impl Fn(u32) -> u32) {
        let Some((region, zone)) = self.zone_of_fault(zone) else { return };
        self.with_scene(&region, |scene| {
            let watch = scene.region.zone_watches.entry(zone).or_default();
            watch.declared = change(watch.declared);
            scene.tend_shifts();
        });
    }
}

impl Scene<'_> {
    /// AWS looks at its zones after their causes changed.
    pub(in super::super) fn feel_shifts(&mut self) {
        let out = self.region.causes.outage.is_some();
        let seen = self.region.zones.values().map(|zone| (zone.name.clone(), zone.causes.dark.filter(|_| !out)));
        for (zone, dark) in seen.collect::<Vec<_>>() {
            if dark.is_some() || self.region.zone_watches.contains_key(&zone) {
                self.look_at(&zone, dark);
            }
        }
    }

    /// A dark zone will be noticed, one that is well again trusted, after a while.
    fn look_at(&mut self, zone: &ZoneName, dark: Option<SimTime>) {
        let (now, seed) = (self.now, self.seed);
        let watch = self.region.zone_watches.entry(zone.clone()).or_default();
        let after = |(least, most): (f64, f64), since: SimTime| {
            let share = random::unit(seed, &["autoshift", zone.as_str()], since.as_millis());
            since + Duration::from_secs_f64(least + (most - least) * share)
        };
        let decides_at = match (dark, watch.convinced) {
            (Some(since), false) => after(NOTICES, since).max(now),
            (None, true) => watch.decides_at.unwrap_or_else(|| after(TRUSTS, now)),
            (Some(_), true) | (None, false) => {
                watch.decides_at = None;
                return;
            }
        };
        if watch.decides_at != Some(decides_at) {
            watch.decides_at = Some(decides_at);
            self.schedule.put(decides_at, Event::Shifts(self.region.name.clone()));
        }
    }

    /// Makes up AWS's mind where it is time, and begins and ends autoshifts accordingly.
    pub(super) fn decide_autoshifts(&mut self) {
        let now = self.now;
        let mut wanted: Vec<(ZoneId, bool)> = Vec::new();
        for (zone, watch) in &mut self.region.zone_watches {
            if watch.decides_at.is_some_and(|at| at <= now) {
                (watch.convinced, watch.decides_at) = (!watch.convinced, None);
            }
            let Some(zone) = self.region.zones.get(zone) else { continue };
            wanted.push((zone.id.clone(), watch.convinced || watch.declared > 0));
        }
        for (zone, on) in wanted {
            let active = |shift: &&mut Autoshift| shift.away_from == zone && shift.status == AutoshiftStatus::Active;
            match (self.region.autoshifts.iter_mut().find(active), on) {
                (None, true) => self.start_autoshift(zone),
                (Some(shift), false) => {
                    (shift.status, shift.ended_at) = (AutoshiftStatus::Completed, Some(now));
                }
                (None, false) | (Some(_), true) => {}
            }
        }
    }

    /// Enters an autoshift, which calls off practice runs and experiments on what it moves.
    fn start_autoshift(&mut self, zone: ZoneId) {
        let moved = self.region.managed_resources.values();
        let moved = moved.filter(|resource| resource.autoshift_enabled && resource.zones.contains(&zone));
        let moved: Vec<_> = moved.map(|resource| resource.arn.clone()).collect();
        self.call_off(|shift| shift.kind.yields() && moved.contains(&shift.resource));
        if self.region.autoshifts.len() >= KEPT
            && let Some(oldest) =
                self.region.autoshifts.iter().position(|shift| shift.status == AutoshiftStatus::Completed)
        {
            self.region.autoshifts.remove(oldest);
        }
        self.region.autoshifts.push(Autoshift {
            away_from: zone,
            started_at: self.now,
            ended_at: None,
            status: AutoshiftStatus::Active,
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture::REGION;
    use super::super::tests::{balancer, weights, world, zone_id};
    use super::*;

    fn dark() -> Fault {
        Fault::ZonePowerLoss { zone: "eu-west-1b".to_owned() }
    }

    /// Autoshifts as `zone status`, the oldest first.
    fn autoshifts(world: &World) -> Vec<String> {
        world.here().autoshifts.iter().map(|shift| format!("{} {}", shift.away_from, shift.status)).collect()
    }

    #[test]
    fn aws_notices_a_dark_zone_after_about_six_minutes_and_trusts_it_later_aws_domain_f10() {
        let mut world = world();
        let web = balancer(&world);
        world.apply(dark()).unwrap();
        world.pass(299);
        assert!(autoshifts(&world).is_empty());
        world.pass(121);
        assert_eq!(autoshifts(&world), ["euw1-az1 ACTIVE"]);
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0], "autoshift is enabled on the balancer");
        let group = world.here().groups["web"].arn.clone();
        assert_eq!(weights(&world, &group), [1.0; 3], "and not on the group");
        world.heal(&dark()).unwrap();
        world.pass(899);
        assert_eq!(weights(&world, &web), [1.0, 0.0, 1.0], "power alone is not trusted at once");
        world.pass(901);
        assert_eq!(autoshifts(&world), ["euw1-az1 COMPLETED"]);
        assert_eq!(weights(&world, &web), [1.0; 3]);
    }

    #[test]
    fn a_short_outage_and_a_gray_zone_stay_unnoticed_and_a_relapse_keeps_the_autoshift_aws_domain_b2() {
        let mut world = world();
        world.apply(Fault::GrayZone { zone: "eu-west-1a".to_owned(), share: 0.9 }).unwrap();
        world.apply(dark()).unwrap();
        world.pass(200);
        world.heal(&dark()).unwrap();
        world.pass(3600);
        assert!(autoshifts(&world).is_empty());
        world.apply(dark()).unwrap();
        world.pass(420);
        world.heal(&dark()).unwrap();
        world.pass(600);
        world.apply(dark()).unwrap();
        world.pass(3600);
        assert_eq!(autoshifts(&world), ["euw1-az1 ACTIVE"], "dark again before it was trusted");
    }

    #[test]
    fn what_is_declared_and_what_is_seen_compose_aws_domain_a6() {
        let mut world = world();
        let web = balancer(&world);
        let declared = |zone: &str| Fault::Autoshift { zone: zone.to_owned() };
        world.apply(declared("eu-west-1b")).unwrap();
        world.apply(declared("euw1-az1")).unwrap();
        assert_eq!(autoshifts(&world), ["euw1-az1 ACTIVE"], "by name and by id it is one zone");
        world.apply(dark()).unwrap();
        world.pass(600);
        world.heal(&declared("eu-west-1b")).unwrap();
        world.heal(&declared("euw1-az1")).unwrap();
        assert_eq!(autoshifts(&world), ["euw1-az1 ACTIVE"], "the zone is still dark");
        world.heal(&dark()).unwrap();
        world.pass(1800);
        assert_eq!((autoshifts(&world), weights(&world, &web)), (vec!["euw1-az1 COMPLETED".to_owned()], vec![1.0; 3]));
        world.apply(declared("eu-west-1b")).unwrap();
        world.heal(&declared("eu-west-1b")).unwrap();
        assert_eq!(autoshifts(&world), ["euw1-az1 COMPLETED"; 2], "one declared by hand ends at once");
    }

    #[test]
    fn a_region_that_is_out_as_a_whole_is_not_shifted() {
        let mut world = world();
        world.apply(Fault::RegionOutage { region: REGION.to_owned() }).unwrap();
        world.pass(3600);
        assert!(autoshifts(&world).is_empty());
        assert_eq!(zone_id(&world, 'b'), *"euw1-az1");
    }
}
