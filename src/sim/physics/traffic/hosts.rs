//! How many targets and members serve, by zone: counted when one changed, written down when a minute ends.

use std::collections::BTreeMap;

use super::super::super::world::{
    Arn, ClassicName, ClassicState, GroupName, LifecycleState, SimTime, TargetState, ZoneCounts, ZoneName,
};
use super::super::Scene;

impl Scene<'_> {
    /// Counts the hosts of everything that something changed at.
    pub(super) fn count_stirred(&mut self) {
        for arn in std::mem::take(&mut self.region.restless.target_groups) {
            self.count_targets(&arn);
        }
        for name in std::mem::take(&mut self.region.restless.classics) {
            self.count_classic(&name);
        }
    }

    /// Begins the books of hosts, with what there is now as all of the past.
    pub(super) fn open_host_books(&mut self) {
        let now = self.now;
        let arns: Vec<Arn> = self.region.target_groups.keys().cloned().collect();
        for arn in arns {
            self.count_targets(&arn);
        }
        let names: Vec<ClassicName> = self.region.classic_balancers.keys().cloned().collect();
        for name in names {
            self.count_classic(&name);
        }
        self.region.restless.groups = self.region.groups.keys().cloned().collect();
        self.close_host_books(now);
    }

    /// Ends the minute that began at `minute` in all books of hosts.
    pub(super) fn close_host_books(&mut self, minute: SimTime) {
        for group in self.region.target_groups.values_mut() {
            group.hosts.close(minute);
        }
        for classic in self.region.classic_balancers.values_mut() {
            classic.hosts.close(minute);
        }
        for name in std::mem::take(&mut self.region.restless.groups) {
            self.record_members(&name);
        }
    }

    fn count_targets(&mut self, arn: &Arn) {
        let Some(group) = self.region.target_groups.get_mut(arn) else { return };
        let mut zones: BTreeMap<ZoneName, ZoneCounts> = BTreeMap::new();
        for target in group.targets.values() {
            let Some(zone) = &target.zone else { continue };
            match target.state {
                TargetState::Healthy => count(&mut zones, zone, true),
                TargetState::Unhealthy | TargetState::UnhealthyDraining | TargetState::Initial => {
                    count(&mut zones, zone, false);
                }
                TargetState::Unused | TargetState::Draining | TargetState::Unavailable => {}
            }
        }
        group.hosts.count(zones);
    }

    fn count_classic(&mut self, name: &ClassicName) {
        let Some(classic) = self.region.classic_balancers.get_mut(name) else { return };
        let mut zones = BTreeMap::new();
        for member in classic.members.values() {
            count(&mut zones, &member.zone, member.state == ClassicState::InService);
        }
        classic.hosts.count(zones);
    }

    fn record_members(&mut self, name: &GroupName) {
        let now = self.now;
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let mut zones: BTreeMap<ZoneName, u32> = BTreeMap::new();
        for member in group.members.values().filter(|member| member.state == LifecycleState::InService) {
            *zones.entry(member.zone.clone()).or_default() += 1;
        }
        group.serving.record(now, zones);
    }
}

fn count(zones: &mut BTreeMap<ZoneName, ZoneCounts>, zone: &ZoneName, healthy: bool) {
    let counts = zones.entry(zone.clone()).or_default();
    if healthy {
        counts.healthy += 1;
    } else {
        counts.unhealthy += 1;
    }
}
