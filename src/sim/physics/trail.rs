//! What people and pipelines do in the account, as CloudTrail records it (`aws-domain.md` E).
//!
//! Owns: the entries' words for each deed. Must stay true: only calls that change something are recorded, each once, at the
//! instant at which it was made.

use super::super::world::{Caller, GroupName, TemplateChoice, TemplateRef, TrailEntry, World, ZonalShift, random};
use super::Scene;

/// CloudTrail's type of a group.
const GROUP: &str = "AWS::AutoScaling::AutoScalingGroup";
/// CloudTrail's type of a launch template.
const TEMPLATE: &str = "AWS::EC2::LaunchTemplate";
/// CloudTrail's type of an instance.
const INSTANCE: &str = "AWS::EC2::Instance";

impl World {
    /// Somebody changed the policy of the key that encrypts a group's images, in every region that has the group.
    pub(in super::super) fn record_key_policy(&mut self, group: &str) {
        for name in self.region_names() {
            if !self.regions.get(&name).is_some_and(|region| region.groups.contains_key(group)) {
                continue;
            }
            self.with_scene(&name, |scene| {
                let number = random::below(scene.seed, &["key", group], u64::MAX);
                let key = scene.arn(
                    "kms",
                    &format!("key/5f0c2f6e-6d1b-4c7a-{:04x}-{:012x}", number >> 48, number & 0xffff_ffff_ffff),
                );
                scene.record(Caller::of("security", "key-rotation"), "kms:PutKeyPolicy", |entry| {
                    entry.about("AWS::KMS::Key", key.as_str()).with("keyId", key.as_str()).with("policyName", "default")
                });
            });
        }
    }
}

impl Scene<'_> {
    /// Records a call that is made now.
    pub(super) fn record(&mut self, who: Caller, action: &str, tell: impl FnOnce(TrailEntry) -> TrailEntry) {
        let entry = tell(TrailEntry::new(self.now, action, who));
        self.region.trail.add(self.seed, entry);
    }

    /// Records a call as it was made.
    pub fn remember(&mut self, entry: TrailEntry) {
        self.region.trail.add(self.seed, entry);
    }

    /// A release: a new version of the template, then the group that launches it.
    pub(super) fn record_release(&mut self, group: &GroupName, template: &TemplateRef, number: u32, words: &str) {
        let pipeline = Caller::pipeline;
        self.record(pipeline(), "ec2:CreateLaunchTemplateVersion", |entry| {
            let entry = entry.about(TEMPLATE, template.id.as_str());
            entry.with("launchTemplateId", template.id.as_str()).with("versionDescription", words)
        });
        match template.version {
            TemplateChoice::Latest => {}
            TemplateChoice::Default => self.record(pipeline(), "ec2:ModifyLaunchTemplate", |entry| {
                let entry = entry.about(TEMPLATE, template.id.as_str());
                entry.with("launchTemplateId", template.id.as_str()).with("setDefaultVersion", number.to_string())
            }),
            TemplateChoice::Number(_) => self.record(pipeline(), "autoscaling:UpdateAutoScalingGroup", |entry| {
                let chosen = serde_json::json!({
                    "launchTemplateId": template.id.as_str(), "version": number.to_string(),
                });
                entry
                    .about(GROUP, group.as_str())
                    .with("autoScalingGroupName", group.as_str())
                    .with("launchTemplate", chosen)
            }),
        }
    }

    /// How a release reaches the members in place.
    pub(super) fn record_deployment(&mut self, group: &GroupName) {
        self.record(Caller::pipeline(), "codedeploy:CreateDeployment", |entry| {
            entry.about(GROUP, group.as_str()).with("deploymentGroupName", group.as_str())
        });
    }

    /// A release replaces the members.
    pub(super) fn record_refresh(&mut self, group: &GroupName) {
        self.record(Caller::pipeline(), "autoscaling:StartInstanceRefresh", |entry| {
            entry.about(GROUP, group.as_str()).with("autoScalingGroupName", group.as_str())
        });
    }

    /// Somebody set a group's desired capacity.
    pub(super) fn record_desired(&mut self, who: Caller, group: &GroupName, desired: u32) {
        self.record(who, "autoscaling:SetDesiredCapacity", |entry| {
            let entry = entry.about(GROUP, group.as_str());
            entry.with("autoScalingGroupName", group.as_str()).with("desiredCapacity", desired)
        });
    }

    /// Somebody ended, stopped or started an instance.
    pub(super) fn record_instance(&mut self, who: Caller, action: &str, instance: &str) {
        self.record(who, action, |entry| {
            let items = serde_json::json!({ "items": [{ "instanceId": instance }] });
            entry.about(INSTANCE, instance).with("instancesSet", items)
        });
    }

    /// Somebody moved traffic off a zone, or called that off.
    pub(super) fn record_shift_of(&mut self, action: &str, id: &str) {
        let Some(shift) = self.region.zonal_shifts.iter().find(|shift| shift.id == id).cloned() else { return };
        self.record(Caller::of("ops", "on-call"), action, |entry| of_shift(entry, &shift));
    }
}

/// A call about a zonal shift.
pub(in super::super) fn of_shift(entry: TrailEntry, shift: &ZonalShift) -> TrailEntry {
    let entry = entry.about("AWS::ElasticLoadBalancingV2::LoadBalancer", shift.resource.as_str());
    let entry = entry.with("zonalShiftId", shift.id.as_str()).with("comment", shift.comment.as_str());
    entry.with("awayFrom", shift.away_from.as_str()).with("resourceIdentifier", shift.resource.as_str())
}
