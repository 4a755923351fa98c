//! When a datapoint appears: every metric and minute is published late, each at its own time (`aws-domain.md A.5`).
//!
//! Owns: the delay. Knows: the seed, and the fault that makes metrics later, as it was when the minute ended. Must stay
//! true: what is visible once stays visible; a fault that ends brings nothing forward and takes nothing back.

use std::time::Duration;

use super::super::super::world::{SimTime, World, random};

/// The usual delay after the end of a minute: seconds, least and most.
const USUAL: (f64, f64) = (15.0, 90.0);
/// How late a datapoint comes at times, seconds (`aws-domain.md A.5`: up to two or three minutes).
const LATEST: f64 = 180.0;
/// Share of datapoints that come later than usual.
const TARDY: f64 = 0.04;

impl World {
    /// When what was counted under these dimensions in the minute from `minute` on appears. All metrics of one set of
    /// dimensions come together, in whatever order the dimensions are given.
    pub(in super::super) fn published_at(
        &self,
        namespace: &str,
        dimensions: &[(String, String)],
        minute: SimTime,
    ) -> SimTime {
        let draw =
            |name: &str, value: &str| random::unit(self.seed, &["late", namespace, name, value], minute.minute());
        let draws: f64 = dimensions.iter().map(|(name, value)| draw(name, value)).sum();
        let drawn = (draws + draw("", "")).fract();
        let own = if drawn < TARDY {
            USUAL.1 + (LATEST - USUAL.1) * drawn / TARDY
        } else {
            USUAL.0 + (USUAL.1 - USUAL.0) * (drawn - TARDY) / (1.0 - TARDY)
        };
        let end = minute + SimTime::MINUTE;
        end + Duration::from_secs_f64(own + self.late_s(end))
    }

    /// Whether everything that was counted in the minute from `minute` on is there for certain.
    pub(in super::super) fn is_long_past(&self, minute: SimTime) -> bool {
        let end = minute + SimTime::MINUTE;
        end + Duration::from_secs_f64(LATEST + self.late_s(end)) <= self.now
    }

    /// Seconds by which metrics of the minute that ended at `end` come later than usual.
    pub(super) fn late_s(&self, end: SimTime) -> f64 {
        self.late_metrics_s.at(end).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture;
    use super::super::Metric;
    use super::*;

    fn cpu() -> Metric {
        Metric {
            namespace: "AWS/EC2".to_owned(),
            name: "CPUUtilization".to_owned(),
            dimensions: vec![("AutoScalingGroupName".to_owned(), "web".to_owned())],
        }
    }

    /// Whether the datapoint of the minute that began `back` minutes before the present one is there.
    fn is_there(world: &World, minute: i64) -> bool {
        world.metric(world.here(), &cpu(), SimTime::of_minute(minute)).is_some()
    }

    #[test]
    fn datapoints_come_late_and_at_times_minutes_late_aws_domain_a5() {
        let world = fixture::world();
        let delay = |minute: i64| {
            let minute = SimTime::of_minute(world.now.minute() + minute);
            world.published_at("AWS/EC2", &cpu().dimensions, minute).since(minute + SimTime::MINUTE).as_secs()
        };
        let delays: Vec<u64> = (0..10_000).map(delay).collect();
        assert!(delays.iter().all(|delay| (15..=180).contains(delay)));
        let tardy = delays.iter().filter(|delay| **delay >= 90).count();
        assert!((300..500).contains(&tardy), "{tardy} of 10,000 come later than 90 s");
        assert!(delays.iter().any(|delay| *delay > 170) && delays.iter().any(|delay| *delay < 20));
    }

    #[test]
    fn what_is_there_stays_there_through_lateness_and_its_end_aws_domain_a5() {
        let mut world = fixture::world();
        let first = world.now.minute();
        let mut seen: Vec<i64> = Vec::new();
        for step in 0..240 {
            match step {
                40 => world.apply(Fault::LateMetrics { s: 600.0 }).unwrap(),
                80 => world.heal(&Fault::LateMetrics { s: 600.0 }).unwrap(),
                _ => {}
            }
            world.pass(15);
            let there: Vec<i64> = (first..world.now.minute()).filter(|minute| is_there(&world, *minute)).collect();
            assert!(seen.iter().all(|minute| there.contains(minute)), "step {step}: something went away");
            let newest = there.last().copied().unwrap_or(first);
            if (56..=80).contains(&step) {
                assert!(world.now.minute() - newest > 3, "step {step}: nothing new while metrics are late");
            }
            seen = there;
        }
        let ended = world.now.minute() - first;
        assert!(i64::try_from(seen.len()).unwrap() >= ended - 3, "all came in the end: {} of {ended}", seen.len());
    }

    #[test]
    fn a_late_minute_stays_late_after_the_fault_is_healed_aws_domain_a5() {
        let mut world = fixture::world();
        world.apply(Fault::LateMetrics { s: 900.0 }).unwrap();
        world.pass(120);
        let minute = SimTime::of_minute(world.now.minute() - 1);
        world.heal(&Fault::LateMetrics { s: 900.0 }).unwrap();
        let appears = world.published_at("AWS/EC2", &cpu().dimensions, minute);
        assert!(appears.since(minute + SimTime::MINUTE) >= Duration::from_secs(915));
        world.pass(600);
        assert!(
            !is_there(&world, minute.minute()) && is_there(&world, world.now.minute() - 5),
            "the newer is there first"
        );
        world.pass(600);
        assert!(is_there(&world, minute.minute()));
    }

    #[test]
    fn the_order_of_dimensions_does_not_matter() {
        let world = fixture::world();
        let dimension = |name: &str| (name.to_owned(), "x".to_owned());
        let at = |dimensions: &[(String, String)]| world.published_at("AWS/ELB", dimensions, world.now);
        assert_eq!(at(&[dimension("A"), dimension("B")]), at(&[dimension("B"), dimension("A")]));
    }
}
