//! What the toy account shows.

use super::World;
use super::group::failed_launch;
use crate::estate::balancer::Target;
use crate::estate::group::{Activity, Group};
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::shift::{ManagedResource, ZonalShift};
use crate::estate::tag::Tags;
use crate::estate::{FailureKind, ReadFailure, Row, Slice};
use crate::id::InstanceId;
use crate::operation::{Need, What};

impl World {
    pub(super) fn slice(&self, need: &Need) -> Slice {
        let now = self.now();
        if self.reads_fail {
            let why = ReadFailure {
                kind: FailureKind::Unreachable,
                action: need.iam().into(),
                code: None,
                message: "connection refused".into(),
                request_id: None,
            };
            return Slice::failed(why, now);
        }
        let rows = match &need.what {
            What::Group(name) => Group::rows(self.seen().get(name).map(|group| group.row(name)).into_iter().collect()),
            What::Activities(name) => {
                let failed = self.groups.get(name).and_then(|group| group.failed_at);
                Activity::rows(failed.map(|at| failed_launch(name, at)).into_iter().collect())
            }
            What::Targets(arn) => {
                let groups = self.seen().iter().filter(|(name, _)| arn.as_str() == format!("arn:{name}"));
                Target::rows(groups.flat_map(|(_, group)| group.targets()).collect())
            }
            What::Instance(id) => Instance::rows(self.instance(id).into_iter().collect()),
            What::Shifts(_) | What::AllShifts => ZonalShift::rows(self.shifts.clone()),
            What::Managed(arn) => ManagedResource::rows(vec![self.managed(arn)]),
            other => panic!("the toy has no {other:?}"),
        };
        Slice::read(rows, now)
    }

    fn instance(&self, id: &InstanceId) -> Option<Instance> {
        let group = self.seen().iter().find(|(_, group)| group.members.contains_key(id)).map(|(name, _)| name.clone());
        let state = match (self.ended.contains(id), &group) {
            (true, _) => InstanceState::Terminated,
            (false, Some(_)) => InstanceState::Running,
            (false, None) => return None,
        };
        let tags = group.map(|group| ("aws:autoscaling:groupName".into(), group.text().clone()));
        Some(Instance {
            id: id.clone(),
            zone: "us-east-1a".into(),
            state,
            state_reason: None,
            instance_type: "m7g.large".into(),
            image: None,
            launched_at: None,
            subnet: None,
            vpc: None,
            private_address: None,
            public_address: None,
            lifecycle: None,
            volumes: Box::default(),
            make: None,
            tags: Tags::new(tags),
        })
    }
}
