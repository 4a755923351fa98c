//! Queues that groups work off, as their scaling policies' alarms name them.
//!
//! Must stay true: the age of a queue is the health of workers that no balancer checks, so whoever asks for it and whoever judges
//! it find the same queues here.

use std::collections::{BTreeMap, BTreeSet};

use super::Estate;
use super::alarm::{Alarm, Metric};
use super::group::ScalingPolicy;
use crate::id::{GroupName, Region, Text};

/// The dimension by which SQS, and most who count its messages themselves, name a queue.
const QUEUE: &str = "QueueName";

/// The queues of each group that scales by one.
pub fn queues(estate: &Estate, region: &Region) -> BTreeMap<GroupName, BTreeSet<Text>> {
    let named: BTreeMap<&str, &Text> = estate
        .known::<Alarm>(region)
        .filter_map(|alarm| Some((alarm.name.as_str(), queue_of(alarm.metric.as_ref()?)?)))
        .collect();
    let mut queues: BTreeMap<GroupName, BTreeSet<Text>> = BTreeMap::new();
    if named.is_empty() {
        return queues;
    }
    for policy in estate.known::<ScalingPolicy>(region) {
        for queue in policy.alarms.iter().filter_map(|alarm| named.get(&**alarm)) {
            queues.entry(policy.group.clone()).or_default().insert((*queue).clone());
        }
    }
    queues
}

fn queue_of(metric: &Metric) -> Option<&Text> {
    metric.dimensions.iter().find(|(name, _)| &**name == QUEUE).map(|(_, queue)| queue)
}
