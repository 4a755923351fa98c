//! What metrics remember of instances: their status checks over time.
//!
//! Must stay true: a minute that is over never changes, whatever becomes of the instance; only instances whose checks ever
//! changed after the start cost anything.

use super::super::super::world::{CheckState, InstanceChecks, InstanceId, SimTime};
use super::super::Scene;

impl Scene<'_> {
    /// Notes that an instance's checks are other than `before`.
    pub(in super::super) fn note_checks(&mut self, id: &InstanceId, before: &InstanceChecks) {
        let Some(instance) = self.region.instances.get(id) else { return };
        let past = self.region.restless.checks.entry(id.clone()).or_default();
        if past.latest().is_none() {
            past.record(SimTime::from_seconds(0), words(before));
        }
        past.record(self.now, words(&instance.checks));
    }

    /// Forgets instances that are not listed any more.
    pub(in super::super) fn forget_gone_instances(&mut self) {
        let instances = &self.region.instances;
        self.region.restless.checks.retain(|id, _| instances.contains_key(id));
        self.region.restless.hostless.retain(|id, _| instances.contains_key(id));
    }
}

/// System, instance, volumes.
pub(super) fn words(checks: &InstanceChecks) -> [CheckState; 3] {
    [checks.system.state, checks.instance.state, checks.ebs.state]
}
