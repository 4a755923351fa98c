//! A group of the toy account and its members, second by second.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::id;
use crate::estate::balancer::{Target, TargetState};
use crate::estate::group::{Activity, ActivityStatus, Group, LifecycleState, Member};
use crate::estate::tag::Tags;
use crate::id::{GroupName, InstanceId};

const BOOT_S: u64 = 60;
const WARM_S: u64 = 20;
pub(super) const ENDS_S: u64 = 40;

#[derive(Debug, Clone)]
pub(in crate::engine::tests) struct ToyMember {
    pub(in crate::engine::tests) state: LifecycleState,
    pub(in crate::engine::tests) protected: bool,
    /// Seconds until it is what it becomes.
    pub(super) left_s: u64,
    /// Seconds since it is in service.
    pub(super) serves_s: u64,
}

#[derive(Debug, Clone)]
pub(in crate::engine::tests) struct ToyGroup {
    pub(in crate::engine::tests) min: i32,
    pub(in crate::engine::tests) desired: i32,
    pub(in crate::engine::tests) max: i32,
    pub(in crate::engine::tests) suspended: BTreeSet<String>,
    pub(in crate::engine::tests) members: BTreeMap<InstanceId, ToyMember>,
    pub(in crate::engine::tests) launches_fail: bool,
    pub(super) failed_at: Option<Timestamp>,
}

impl ToyMember {
    pub(super) fn pending() -> Self {
        Self { state: LifecycleState::Pending, protected: false, left_s: BOOT_S, serves_s: 0 }
    }
}

impl ToyGroup {
    pub(in crate::engine::tests) fn in_service(&self) -> usize {
        self.members.values().filter(|member| member.state == LifecycleState::InService).count()
    }

    /// One second.
    pub(super) fn live(&mut self, next: &mut u32, ended: &mut BTreeSet<InstanceId>, now: Timestamp) {
        use LifecycleState as L;
        for member in self.members.values_mut() {
            member.left_s = member.left_s.saturating_sub(1);
            if member.state == L::InService {
                member.serves_s += 1;
            }
            if member.left_s == 0 {
                match member.state {
                    L::Pending => (member.state, member.serves_s) = (L::InService, 0),
                    L::EnteringStandby => member.state = L::Standby,
                    L::Terminating => member.state = L::Detached,
                    _ => {}
                }
            }
        }
        let gone: Vec<InstanceId> =
            self.members.iter().filter(|(_, m)| m.state == L::Detached).map(|(id, _)| id.clone()).collect();
        for id in gone {
            self.members.remove(&id);
            ended.insert(id);
        }
        let counted = |member: &ToyMember| matches!(member.state, L::Pending | L::InService);
        let count = self.members.values().filter(|member| counted(member)).count() as i32;
        if count < self.desired && !self.suspended.contains("Launch") {
            if self.launches_fail {
                self.failed_at = Some(now);
            } else {
                self.members.insert(id(*next), ToyMember::pending());
                *next += 1;
            }
        }
        if count > self.desired
            && let Some((_, victim)) = self.members.iter_mut().rev().find(|(_, m)| counted(m) && !m.protected)
        {
            (victim.state, victim.left_s) = (L::Terminating, ENDS_S);
        }
    }

    pub(super) fn row(&self, name: &GroupName) -> Group {
        let member = |(instance, member): (&InstanceId, &ToyMember)| Member {
            instance: instance.clone(),
            zone: "us-east-1a".into(),
            state: member.state.clone(),
            healthy: true,
            protected: member.protected,
            template_version: None,
        };
        Group {
            name: name.clone(),
            arn: None,
            min: self.min,
            desired: self.desired,
            max: self.max,
            zones: vec!["us-east-1a".into()],
            subnets: Vec::new(),
            members: self.members.iter().map(member).collect(),
            target_groups: vec![format!("arn:{name}").into()],
            classic_balancers: Vec::new(),
            health_check: "ELB".into(),
            grace_s: Some(60),
            suspended: self.suspended.iter().map(|name| (name.as_str().into(), "user".into())).collect(),
            launch_source: None,
            zonal_shift_enabled: None,
            impaired_zone_behavior: None,
            status: None,
            termination_policies: None,
            protects_new: None,
            tags: Tags::default(),
        }
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let serving = self.members.iter().filter(|(_, member)| member.state == LifecycleState::InService);
        serving
            .map(|(instance, member)| Target {
                id: instance.text().clone(),
                port: Some(80),
                zone: None,
                state: if member.serves_s >= WARM_S { TargetState::Healthy } else { TargetState::Initial },
                reason: None,
                description: None,
                administrative_override: None,
            })
            .collect()
    }
}

pub(super) fn failed_launch(group: &GroupName, at: Timestamp) -> Activity {
    Activity {
        id: "a".into(),
        group: group.clone(),
        status: ActivityStatus::Failed,
        description: "Launching a new EC2 instance".into(),
        cause: "".into(),
        message: Some("no capacity".into()),
        zone: None,
        started_at: at,
        ended_at: Some(at),
        progress: None,
    }
}
