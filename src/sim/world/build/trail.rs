//! Builds what CloudTrail remembers from before the start: calls that the document tells, and those that its templates, shifts
//! and suspended processes came from.

use std::time::Duration;

use super::super::document::{RegionDoc, TrailDoc, WorldError};
use super::super::{Caller, ShiftStatus, ShiftType, SimTime, Suspension, TrailEntry};
use super::site::Site;
use crate::sim::physics::trail_of_shift;

/// `LookupEvents` reaches back no further.
const REACH: Duration = Duration::from_secs(90 * 86_400);
/// Who moved traffic off zones.
const SHIFTED_BY: (&str, &str) = ("ops", "alice");
/// Who left processes suspended.
const SUSPENDED_BY: (&str, &str) = ("admin", "bob");

impl Site<'_> {
    /// Of the whole region, once all that is in it is there.
    pub(super) fn build_trail(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        let mut entries = Vec::new();
        for (index, call) in doc.trail.iter().enumerate() {
            entries.push(self.call(&self.path("trail", index), call)?);
        }
        entries.extend(self.versions());
        entries.extend(self.shifts());
        entries.extend(self.suspended());
        let (seed, reach) = (self.scene.seed, self.start - REACH);
        for entry in entries.into_iter().filter(|entry| entry.at >= reach) {
            self.region().trail.add(seed, entry);
        }
        Ok(())
    }

    fn call(&self, path: &str, doc: &TrailDoc) -> Result<TrailEntry, WorldError> {
        if !doc.action.contains(':') {
            let message = format!("\"{}\" is not of the form autoscaling:SetDesiredCapacity", doc.action);
            return Err(WorldError::invalid(format!("{path}.action"), message));
        }
        let who = Caller::of(doc.role.as_deref().unwrap_or("engineer"), &doc.user);
        let mut entry = TrailEntry::new(self.ago(doc.age.0), &doc.action, who);
        entry.parameters.clone_from(&doc.parameters);
        for (kind, name) in &doc.resources {
            entry = entry.about(kind, name);
        }
        Ok(entry)
    }

    fn versions(&self) -> Vec<TrailEntry> {
        let templates = self.scene.region.templates.values();
        let versions = templates.flat_map(|template| template.versions.iter().map(move |version| (template, version)));
        let call = |(template, version): (&super::super::LaunchTemplate, &super::super::TemplateVersion)| {
            let entry = TrailEntry::new(version.created_at, "ec2:CreateLaunchTemplateVersion", Caller::pipeline());
            let entry = entry.about("AWS::EC2::LaunchTemplate", template.id.as_str());
            entry
                .with("launchTemplateId", template.id.as_str())
                .with("versionDescription", version.description.as_str())
        };
        versions.map(call).collect()
    }

    fn shifts(&self) -> Vec<TrailEntry> {
        let (role, session) = SHIFTED_BY;
        let by_hand = self.scene.region.zonal_shifts.iter().filter(|shift| shift.kind == ShiftType::ZonalShift);
        let calls = by_hand.flat_map(|shift| {
            let call = |at: SimTime, action: &str| {
                trail_of_shift(TrailEntry::new(at, action, Caller::of(role, session)), shift)
            };
            // It was called off somewhere on its way.
            let half = shift.expires_at.since(shift.started_at) / 2;
            let canceled = shift.status == ShiftStatus::Canceled;
            let end = canceled.then(|| call(shift.started_at + half, "arc-zonal-shift:CancelZonalShift"));
            std::iter::once(call(shift.started_at, "arc-zonal-shift:StartZonalShift")).chain(end)
        });
        calls.collect()
    }

    fn suspended(&self) -> Vec<TrailEntry> {
        let (role, session) = SUSPENDED_BY;
        let groups = self.scene.region.groups.values().filter(|group| !group.suspended.is_empty());
        let call = |group: &super::super::AutoScalingGroup| {
            let processes: Vec<&str> = group.suspended.iter().map(|one| one.process.as_str()).collect();
            let at = self.ago(Suspension::BUILT_AGE);
            let entry = TrailEntry::new(at, "autoscaling:SuspendProcesses", Caller::of(role, session));
            let entry = entry.about("AWS::AutoScaling::AutoScalingGroup", group.name.as_str());
            entry.with("autoScalingGroupName", group.name.as_str()).with("scalingProcesses", processes)
        };
        groups.map(call).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::{Format, Origin, World};
    use super::*;

    #[test]
    fn each_call_of_the_past_is_remembered_once_in_generated_worlds_too() {
        let origin = Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) };
        let generated =
            "account = \"111122223333\"\n[regions.eu-west-1]\ngenerate = { instances = 6000, groups = 300 }";
        for world in [World::builtin(origin).unwrap(), World::from_document(generated, Format::Toml, origin).unwrap()] {
            for region in world.regions.values() {
                let about: Vec<_> = (region.trail.newest_first())
                    .map(|entry| (entry.at, entry.name.clone(), entry.resources.clone(), entry.parameters.clone()))
                    .map(|call| format!("{call:?}"))
                    .collect();
                let ids: BTreeSet<&str> = region.trail.newest_first().map(|entry| entry.id.as_str()).collect();
                assert_eq!(about.iter().collect::<BTreeSet<_>>().len(), about.len(), "{}", region.name);
                assert_eq!(ids.len(), about.len(), "{}: every call has an id of its own", region.name);
            }
        }
    }
}
