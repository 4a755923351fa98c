//! Alarms: evaluated each minute on the datapoints that are there by then, transitions recorded (`aws-domain.md A.5`).
//!
//! Owns: states, reasons and histories of alarms. Knows: metrics as anyone may read them. Must stay true: actions run
//! on transitions only; a composite alarm moves together with its children; a datapoint is measured once for an alarm,
//! so that thousands of alarms a minute stay cheap; a region without alarms schedules nothing.

mod composite;
mod evaluate;
mod expression;
mod reason;
mod transition;

use std::time::Duration;

pub use self::expression::{AlarmExpression, ExpressionError};

use super::super::world::{Alarm, AlarmMemory, AlarmName, AlarmRule, RegionName, SimTime, World, random};
use super::Event;
use reason::Verdict;

/// CloudWatch spreads its evaluations over the minute: in so many portions.
const SLOTS: u64 = 6;

impl World {
    /// Has every alarm evaluated once a minute from now on, each at its own time of the minute.
    pub(super) fn begin_alarms(&mut self) {
        for slot in 0..SLOTS {
            let is_used = self.regions.values().any(|region| {
                region.alarms.values().any(|alarm| alarm.is_metric() && self.slot_of(&region.name, alarm) == slot)
            });
            if is_used {
                self.schedule.put(self.next_turn(slot), Event::Alarms(slot));
            }
        }
        self.settle_alarms();
    }

    /// Evaluates the alarms of one portion at the world's instant, and records transitions.
    pub(super) fn judge_alarms(&mut self, slot: u64) {
        let now = self.now;
        for name in self.region_names() {
            let moved =
                self.judge_metric_alarms(&name, Some(slot), |alarm, verdict| transition::apply(alarm, verdict, now));
            if moved {
                self.with_scene(&name, |scene| {
                    scene.judge_composites(transition::apply);
                    scene.tend_suppression();
                });
            }
        }
        self.schedule.put(self.next_turn(slot), Event::Alarms(slot));
    }

    /// Gives every alarm the state that fits a world which has been steady for long, as if it had always been so.
    pub(super) fn settle_alarms(&mut self) {
        let started = self.started_at;
        // What moved after the start keeps its state.
        let settle = move |alarm: &mut Alarm, verdict: Verdict| {
            let moves = alarm.transitioned_at < started && alarm.state != verdict.state;
            if moves {
                alarm.state = verdict.state;
                alarm.reason = verdict.reason;
                alarm.reason_data = verdict.data;
            }
            moves
        };
        for name in self.region_names() {
            for alarm in self.regions.get_mut(&name).into_iter().flat_map(|region| region.alarms.values_mut()) {
                alarm.memory = AlarmMemory::default();
            }
            self.judge_metric_alarms(&name, None, settle);
            self.with_scene(&name, |scene| {
                scene.judge_composites(|alarm, verdict, _| settle(alarm, verdict));
                scene.begin_suppression();
            });
        }
        self.date_reasons();
    }

    /// Judges a region's metric alarms, all or those of one portion, and says whether `apply` moved any.
    fn judge_metric_alarms(
        &mut self,
        region: &RegionName,
        slot: Option<u64>,
        apply: impl Fn(&mut Alarm, Verdict) -> bool,
    ) -> bool {
        let Some(found) = self.regions.get_mut(region) else { return false };
        // Metrics never look at alarms: they are lent out while metrics are read.
        let mut alarms = std::mem::take(&mut found.alarms);
        let mut moved = false;
        if let Some(found) = self.regions.get(region) {
            for alarm in alarms.values_mut() {
                if slot.is_some_and(|slot| self.slot_of(region, alarm) != slot) {
                    continue;
                }
                let AlarmRule::Metric(rule) = &alarm.rule else { continue };
                evaluate::read(self, found, rule, self.now, &mut alarm.memory.seen);
                let Some((state, points)) = evaluate::state(&alarm.memory.seen, rule, self.now) else { continue };
                // Most alarms stay as they are: nothing is written down for them.
                if state != alarm.state || points.is_empty() != reason::is_silence(&alarm.reason) {
                    let verdict = reason::metric(alarm.state, state, rule, &points, self.now);
                    moved |= apply(alarm, verdict);
                }
            }
        }
        if let Some(found) = self.regions.get_mut(region) {
            found.alarms = alarms;
        }
        moved
    }

    /// Gives alarms that have been in their state since before the start the reasons of that time.
    fn date_reasons(&mut self) {
        let mut dated: Vec<(RegionName, AlarmName, Verdict)> = Vec::new();
        for region in self.regions.values() {
            for alarm in region.alarms.values().filter(|alarm| alarm.transitioned_at < self.started_at) {
                let since = alarm.transitioned_at;
                let verdict = match &alarm.rule {
                    AlarmRule::Metric(rule) => {
                        let mut seen = Default::default();
                        evaluate::read(self, region, rule, since, &mut seen);
                        evaluate::state(&seen, rule, since)
                            .map(|(state, points)| reason::metric(alarm.state, state, rule, &points, since))
                    }
                    AlarmRule::Composite { expression, .. } => AlarmExpression::parse(expression)
                        .ok()
                        .map(|parsed| composite::verdict(region, alarm, &parsed, since)),
                };
                if let Some(verdict) = verdict.filter(|verdict| verdict.state == alarm.state) {
                    dated.push((region.name.clone(), alarm.name.clone(), verdict));
                }
            }
        }
        for (region, name, verdict) in dated {
            if let Some(alarm) = self.regions.get_mut(&region).and_then(|region| region.alarms.get_mut(&name)) {
                alarm.reason = verdict.reason;
                alarm.reason_data = verdict.data;
            }
        }
    }

    /// Which portion of the minute an alarm is evaluated in.
    fn slot_of(&self, region: &RegionName, alarm: &Alarm) -> u64 {
        random::below(self.seed, &["alarm", region.as_str(), alarm.name.as_str()], SLOTS)
    }

    /// When the alarms of a portion are evaluated next.
    fn next_turn(&self, slot: u64) -> SimTime {
        let width = 60_000 / SLOTS;
        let offset = slot * width + random::below(self.seed, &["alarms", &slot.to_string()], width);
        let turn = SimTime::of_minute(self.now.minute()) + Duration::from_millis(offset);
        if turn > self.now { turn } else { turn + SimTime::MINUTE }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::super::world::{AlarmState, HistoryItemType};
    use super::super::fixture;
    use super::*;

    fn state(world: &World, name: &str) -> AlarmState {
        world.here().alarms[name].state
    }

    #[test]
    fn alarms_follow_metrics_and_composites_follow_alarms_aws_domain_a5() {
        let mut world = fixture::world();
        assert_eq!(state(&world, "sick"), AlarmState::Ok);
        world.change_group(|group| group.health_checks.clear());
        let id = world.first_member();
        world.cause(&id, |causes| causes.release_broken = Some(world_start()));
        world.pass(420);
        assert_eq!((state(&world, "sick"), state(&world, "either")), (AlarmState::Alarm, AlarmState::Alarm));
        let sick = &world.here().alarms["sick"];
        assert!(sick.reason.starts_with("Threshold Crossed: 2 out of the last 2 datapoints [1.0 ("), "{}", sick.reason);
        assert!(
            sick.reason.ends_with(
                "were greater than or equal to the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition)."
            ),
            "{}",
            sick.reason
        );
        let summaries: Vec<&str> = sick.history.iter().map(|item| item.summary.as_str()).collect();
        assert_eq!(
            summaries,
            [
                "Alarm updated from OK to ALARM",
                "Successfully executed action arn:aws:sns:eu-west-1:111122223333:oncall"
            ]
        );
        let either = &world.here().alarms["either"];
        assert!(either.reason.starts_with(&format!("{} transitioned to ALARM at ", sick.arn)), "{}", either.reason);
        assert_eq!(either.transitioned_at, sick.transitioned_at, "a composite moves with its child");
        world.cause(&id, |causes| causes.release_broken = None);
        world.pass(420);
        assert_eq!((state(&world, "sick"), state(&world, "either")), (AlarmState::Ok, AlarmState::Ok));
    }

    #[test]
    fn a_muted_alarm_changes_state_without_actions_aws_domain_a5() {
        let mut world = fixture::world();
        world.apply(Fault::Load { service: None, factor: 2.05 }).unwrap();
        world.pass(360);
        assert_eq!(state(&world, "busy"), AlarmState::Alarm);
        assert!(world.here().alarms["busy"].history.iter().all(|item| item.kind == HistoryItemType::StateUpdate));
    }

    /// An alarm on requests for each way of treating silence, and one in ALARM that stays there.
    fn silent() -> World {
        fixture::world_with(|document| {
            let alarms: String = ["missing", "ignore", "breaching", "notBreaching"]
                .iter()
                .map(|missing| {
                    let metric =
                        "metric = \"AWS/ApplicationELB RequestCount\", dimensions = { LoadBalancer = \"web\" }";
                    let rule = "statistic = \"Sum\", datapoints = [2, 3], breach = \"< 10\"";
                    format!("    {{ name = \"{missing}\", {metric}, {rule}, missing = \"{missing}\" }},\n")
                })
                .collect();
            document.replace("alarms = [\n", &format!("alarms = [\n{alarms}"))
        })
    }

    #[test]
    fn silence_is_what_the_alarm_says_it_is_aws_domain_f38() {
        let mut world = silent();
        let states = |world: &World| ["missing", "ignore", "breaching", "notBreaching"].map(|name| state(world, name));
        assert_eq!(states(&world), [AlarmState::Ok; 4]);
        world.apply(Fault::Load { service: None, factor: 0.0 }).unwrap();
        world.pass(900);
        let expected = [AlarmState::InsufficientData, AlarmState::Ok, AlarmState::Alarm, AlarmState::Ok];
        assert_eq!(states(&world), expected);
        let silent = &world.here().alarms["missing"];
        assert_eq!(silent.reason, "Insufficient Data: 3 datapoints were unknown.");
        let quiet = &world.here().alarms["notBreaching"];
        assert!(quiet.reason.ends_with("3 missing datapoints were treated as [NonBreaching]."), "{}", quiet.reason);
        assert!(quiet.updated_at > quiet.transitioned_at, "a new reason without a transition is an update");
        world.heal(&Fault::Load { service: None, factor: 0.0 }).unwrap();
        world.pass(600);
        assert_eq!(states(&world), [AlarmState::Ok; 4]);
    }

    #[test]
    fn late_metrics_leave_alarms_without_data_until_they_arrive_aws_domain_a5() {
        let mut world = silent();
        let late = Fault::LateMetrics { s: 1200.0 };
        world.apply(late.clone()).unwrap();
        world.pass(900);
        assert_eq!(state(&world, "missing"), AlarmState::InsufficientData);
        assert_eq!(state(&world, "breaching"), AlarmState::Alarm, "silence that is not the traffic's");
        world.heal(&late).unwrap();
        world.pass(600);
        assert_eq!((state(&world, "missing"), state(&world, "breaching")), (AlarmState::Ok, AlarmState::Ok));
    }

    #[test]
    fn usual_lateness_moves_no_alarm_of_a_calm_account_aws_domain_a5() {
        let mut world = silent();
        world.pass(6 * 3600);
        for alarm in world.here().alarms.values() {
            assert!(alarm.history.is_empty(), "{}: {:?}", alarm.name, alarm.history);
        }
    }

    #[test]
    fn a_longer_period_slides_with_the_minutes_and_datapoints_are_measured_once_aws_domain_a5() {
        let mut world = fixture::world_with(|document| {
            let metric = "metric = \"AWS/ApplicationELB RequestCount\", dimensions = { LoadBalancer = \"web\" }";
            let slow =
                format!("{{ name = \"slow\", {metric}, statistic = \"Sum\", period_s = 300, breach = \"> 135000\" }},");
            document.replace("alarms = [\n", &format!("alarms = [\n{slow}\n"))
        });
        // 18,000 requests a minute make 90,000 in five; doubled, three minutes and a half of the five are enough.
        world.apply(Fault::Load { service: None, factor: 2.0 }).unwrap();
        world.pass(180);
        assert_eq!(state(&world, "slow"), AlarmState::Ok);
        world.pass(240);
        assert_eq!(state(&world, "slow"), AlarmState::Alarm, "not only when five minutes are full");
        let seen = &world.here().alarms["slow"].memory.seen;
        assert!(seen.len() <= 20, "bounded: {}", seen.len());
    }

    #[test]
    fn evaluations_are_spread_over_the_minute_and_none_happen_without_alarms() {
        let mut world = silent();
        let turns: Vec<SimTime> = (0..SLOTS).map(|slot| world.next_turn(slot)).collect();
        assert!(turns.iter().all(|turn| *turn > world.now && turn.since(world.now) <= SimTime::MINUTE));
        world.apply(Fault::Load { service: None, factor: 0.0 }).unwrap();
        world.pass(1200);
        let moved = world.here().alarms.values().filter(|alarm| alarm.transitioned_at > world.started_at);
        let mut times: Vec<i64> = moved.map(|alarm| alarm.transitioned_at.as_millis()).collect();
        times.dedup();
        assert!(times.len() > 1 && times.iter().all(|time| time % 60_000 != 0), "{times:?}");
        let without = fixture::world_with(|document| document.split("alarms = [").next().unwrap().to_owned());
        assert!(!format!("{:?}", without.schedule).contains("Alarms"));
    }

    fn world_start() -> SimTime {
        SimTime::from_seconds(0)
    }
}
