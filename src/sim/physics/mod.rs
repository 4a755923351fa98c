//! How the simulated account behaves: one file a rule.
//!
//! Owns: every change of the world after its start. Knows: `world/` and virtual time; nothing of protocols. Must stay
//! true: all that happens hangs on the schedule, so that advancing twice by 30 s is advancing once by 60 s; what AWS
//! reports follows from causes, never the other way round. The rules come from `aws-domain.md` A.1 to A.6 and C.1.

mod act;
mod alarm;
mod asked;
mod checks;
mod classic;
mod database;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod fixture;
mod group;
mod health;
mod launch;
mod life;
mod metric;
mod placement;
mod recovery;
mod refused;
mod release;
mod retirement;
mod scene;
mod schedule;
mod shift;
mod target;
mod traffic;
mod trail;

use std::time::Duration;

pub use self::act::Unknown;
pub use self::alarm::{AlarmExpression, ExpressionError};
pub use self::asked::{Change, Order, Turn, VolumeOrder};
pub(super) use self::classic::set as set_classic;
pub(super) use self::database::source_of;
pub use self::database::{DbStep, database_serves};
pub use self::group::{GroupUpdate, HookResult, Launched, ScheduleOrder, Wanted};
pub use self::health::serves;
pub(super) use self::launch::public_address;
pub use self::launch::{Launch, LaunchFailure};
pub(super) use self::life::user_shutdown;
pub use self::metric::{Datapoint, Metric};
pub use self::refused::Refused;
pub use self::scene::Scene;
pub use self::schedule::{Event, Schedule};
pub(super) use self::target::{enter as enter_target, standing as target_standing};
pub(super) use self::trail::of_shift as trail_of_shift;

use super::scenario::LoadCurve;
use super::world::{RegionName, SimTime, World, random};

/// How long groups wait at most until they compare again what they have with what they want.
const RECONCILE_EVERY: Duration = Duration::from_secs(5);
/// By how much they come earlier, each time by chance: AWS's clocks keep no common beat.
const EARLIER_MS: u64 = 1_500;

impl World {
    /// Runs everything that is due up to `now`. Going back in time does nothing.
    pub fn advance_to(&mut self, now: SimTime) {
        while let Some((at, event)) = self.schedule.take(now) {
            self.now = at;
            self.happen(event);
        }
        self.now = self.now.max(now);
    }

    /// Sets the load over the day, past days included.
    pub fn set_load(&mut self, load: LoadCurve) {
        self.load = load;
        if self.now == self.started_at {
            self.settle_traffic();
        } else {
            for name in self.region_names() {
                self.with_scene(&name, |scene| scene.feel_traffic());
            }
        }
        self.settle_alarms();
    }

    /// Starts the course of things in a world that was just built.
    pub(super) fn begin(&mut self) {
        self.schedule = Schedule::default();
        self.reconcile_later();
        self.schedule.put(SimTime::of_minute(self.now.minute() + 1), Event::Minute);
        self.resume_members();
        self.wire_services();
        for name in self.region_names() {
            self.with_scene(&name, |scene| {
                scene.begin_shifts();
                scene.feel_databases();
                scene.plan_scheduled_events();
                scene.begin_traffic();
            });
        }
        self.settle_replication();
        self.settle_traffic();
        self.begin_alarms();
    }

    /// Plans the next steps of members that the world found half-way.
    fn resume_members(&mut self) {
        for region in self.regions.values() {
            for group in region.groups.values() {
                for member in group.members.values() {
                    if let Some(at) = member.step_at {
                        let event = Event::Member(region.name.clone(), group.name.clone(), member.instance.clone());
                        self.schedule.put(at, event);
                    }
                }
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Reconcile => self.reconcile(),
            Event::Minute => self.end_minute(),
            Event::Alarms(slot) => {
                self.judge_alarms(slot);
                self.judge_practice_runs();
            }
            Event::Suppression(region) => self.with_scene(&region, |scene| scene.tend_suppression()),
            Event::Shifts(region) => self.with_scene(&region, |scene| scene.tend_shifts()),
            Event::Instance(region, id) => self.with_scene(&region, |scene| scene.step_instance(&id)),
            Event::Look(region, id) => self.with_scene(&region, |scene| scene.touch_instance(&id)),
            Event::Scheduled(region, id, event) => {
                self.with_scene(&region, |scene| scene.step_scheduled_event(&id, &event));
            }
            Event::Release(region, group, id, version) => {
                self.with_scene(&region, |scene| scene.deploy(&group, &id, version));
            }
            Event::Reboot(region, id) => self.with_scene(&region, |scene| scene.step_reboot(&id)),
            Event::Snapshot(region, id) => self.with_scene(&region, |scene| scene.step_snapshot(&id)),
            Event::Checks(region, id) => self.with_scene(&region, |scene| scene.check_instance(&id)),
            Event::Target(region, group, key) => self.with_scene(&region, |scene| scene.check_target(&group, &key)),
            Event::Classic(region, balancer, id) => {
                self.with_scene(&region, |scene| scene.check_classic(&balancer, &id));
            }
            Event::Cue(index) => self.cue(index),
            Event::CueEnds(index) => self.end_cue(index),
            Event::Traffic(region) => self.with_scene(&region, |scene| scene.step_traffic()),
            Event::Member(region, group, id) => self.with_scene(&region, |scene| scene.step_member(&group, &id)),
            Event::Database(region, id, step) => self.step_database(&region, &id, step),
            Event::Cluster(region, id) => self.step_cluster(&region, &id),
            Event::Group(region, group) => self.with_scene(&region, |scene| scene.wake_group(&group)),
        }
    }

    fn reconcile(&mut self) {
        for name in self.region_names() {
            self.with_scene(&name, |scene| scene.reconcile_groups());
        }
        self.reconcile_later();
    }

    fn reconcile_later(&mut self) {
        let earlier = random::below(self.seed, &["reconcile", &self.now.as_millis().to_string()], EARLIER_MS);
        self.schedule.put(self.now + RECONCILE_EVERY - Duration::from_millis(earlier), Event::Reconcile);
    }

    fn end_minute(&mut self) {
        for name in self.region_names() {
            self.with_scene(&name, |scene| {
                scene.close_minute();
                scene.tend_databases();
                scene.run_scheduled_actions();
            });
        }
        self.act_on_alarms();
        self.schedule.put(self.now + SimTime::MINUTE, Event::Minute);
    }

    pub(super) fn region_names(&self) -> Vec<RegionName> {
        self.regions.keys().cloned().collect()
    }

    pub(super) fn with_scene(&mut self, region: &RegionName, work: impl FnOnce(&mut Scene<'_>)) {
        if let Some(mut scene) = self.scene(region.as_str()) {
            work(&mut scene);
        }
    }
}
