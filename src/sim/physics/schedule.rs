//! What will happen when.

use std::collections::BTreeMap;

use super::super::world::{
    Arn, ClassicName, DbClusterId, DbInstanceId, GroupName, InstanceId, RegionName, SimTime, SnapshotId, TargetKey,
};
use super::database::DbStep;

/// Things that are due at an instant, in the order of their instants and, at one instant, of their making.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    due: BTreeMap<(SimTime, u64), Event>,
    made: u64,
}

impl Schedule {
    /// Puts `event` at `at`.
    pub fn put(&mut self, at: SimTime, event: Event) {
        self.made += 1;
        self.due.insert((at, self.made), event);
    }

    /// Takes the first event that is due at or before `now`.
    pub fn take(&mut self, now: SimTime) -> Option<(SimTime, Event)> {
        let first = self.due.first_entry()?;
        if first.key().0 > now {
            return None;
        }
        let ((at, _), event) = first.remove_entry();
        Some((at, event))
    }
}

/// One thing that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Groups compare what they have with what they want.
    Reconcile,
    /// A minute is over: counts are recorded.
    Minute,
    /// A portion of the alarms is evaluated.
    Alarms(u64),
    /// The suppression of a composite alarm's actions may end in a region.
    Suppression(RegionName),
    /// Something about a region's zonal shifts is due.
    Shifts(RegionName),
    /// An instance takes the next step of its life.
    Instance(RegionName, InstanceId),
    /// A reboot that was asked for happens.
    Reboot(RegionName, InstanceId),
    /// A snapshot may be complete.
    Snapshot(RegionName, SnapshotId),
    /// An instance is looked at again, since the clock alone changed something about it.
    Look(RegionName, InstanceId),
    /// A scheduled event of an instance (by its id) is carried out, or its ghost goes.
    Scheduled(RegionName, InstanceId, String),
    /// A release (a template version's number) reaches a member.
    Release(RegionName, GroupName, InstanceId, u32),
    /// EC2 checks an instance.
    Checks(RegionName, InstanceId),
    /// A load balancer checks a target.
    Target(RegionName, Arn, TargetKey),
    /// A classic load balancer checks an instance.
    Classic(RegionName, ClassicName, InstanceId),
    /// The traffic of a region, in a second in which it is not at rest.
    Traffic(RegionName),
    /// A group takes the next step of a member's life.
    Member(RegionName, GroupName, InstanceId),
    /// An event of the scenario begins: its place in the timeline.
    Cue(usize),
    /// An event of the scenario ends.
    CueEnds(usize),
    /// A database takes a step.
    Database(RegionName, DbInstanceId, DbStep),
    /// A cluster's reader begins to write.
    Cluster(RegionName, DbClusterId),
    /// A group looks whether there is something to do: it waited for an instant.
    Group(RegionName, GroupName),
}
