//! How long groups took to bring members into service, as their activities tell.

use std::collections::BTreeMap;

use crate::estate::group::{Activity, ActivityStatus};
use crate::id::GroupName;

use super::Scene;

/// Launches below this number say nothing of the next one.
const ENOUGH: usize = 3;

/// The launches of one group that ended in service: seconds each took, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Launches(Vec<i64>);

/// What they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) count: usize,
    pub(super) p50_s: i64,
    pub(super) p95_s: i64,
}

/// The launches of a region's groups that are known.
pub(super) fn of(scene: &Scene<'_>) -> BTreeMap<GroupName, Launches> {
    let mut launches: BTreeMap<GroupName, Launches> = BTreeMap::new();
    for activity in scene.rows::<Activity>() {
        if let Some(seconds) = seconds(activity) {
            launches.entry(activity.group.clone()).or_default().0.push(seconds);
        }
    }
    launches.values_mut().for_each(|launches| launches.0.sort_unstable());
    launches
}

fn seconds(activity: &Activity) -> Option<i64> {
    let launched = activity.status == ActivityStatus::Successful && activity.description.starts_with("Launching");
    let ended = activity.ended_at.filter(|_| launched)?;
    Some(ended.duration_since(activity.started_at).as_secs())
}

/// Why these cannot be measured.
pub(super) fn too_few(launches: Option<&Launches>) -> String {
    match launches.map_or(0, |launches| launches.0.len()) {
        0 => "no launch among the activities read".to_owned(),
        count => format!("{count} of {ENOUGH} launches that it would take"),
    }
}

impl Launches {
    /// What they come to, where there are enough.
    pub(super) fn measured(&self) -> Option<Times> {
        // The nearest rank: with few launches the p95 is the slowest of them.
        let rank = |per_cent: usize| self.0.get((self.0.len() * per_cent).div_ceil(100).saturating_sub(1)).copied();
        let times = Times { count: self.0.len(), p50_s: rank(50)?, p95_s: rank(95)? };
        (times.count >= ENOUGH).then_some(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_launches_that_were_and_too_few_say_nothing() {
        let measured = |seconds: &[i64]| Launches(seconds.to_vec()).measured();
        assert_eq!(measured(&[60, 90]), None);
        assert_eq!(measured(&[60, 70, 90]), Some(Times { count: 3, p50_s: 70, p95_s: 90 }));
        let many: Vec<i64> = (1..=100).collect();
        assert_eq!(measured(&many), Some(Times { count: 100, p50_s: 50, p95_s: 95 }));
    }
}
