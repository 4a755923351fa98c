//! Builds Auto Scaling groups with members that have served for a while.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::super::document::{GroupDoc, HookDoc, RegionDoc, WorldError};
use super::super::{
    Activity, ActivityStatus, Arn, AutoScalingGroup, ClassicName, GroupName, HealthCheckType, History, HookTransition,
    InstanceId, LifecycleHook, LifecycleState, MaintenancePolicy, Member, MemberHealth, PolicyType, Process,
    ScalingPolicy, ScheduledAction, SimTime, SubnetId, Suspension, TemplateChoice, TemplateRef, ZoneName, random,
};
use super::site::{Site, word};

/// How far back activities are kept (`aws-domain.md A.2`).
const ACTIVITIES_KEPT: Duration = Duration::from_secs(42 * 86_400);

/// From launch to service.
const TO_SERVICE: Duration = Duration::from_secs(38);

/// Group metrics that a group collects when it collects any.
const METRICS: &[&str] = &[
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
];

impl Site<'_> {
    pub(super) fn build_groups(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, group) in doc.groups.iter().enumerate() {
            let path = self.path("groups", index);
            let built = self.group(&path, group)?;
            let name = built.name.clone();
            if self.region().groups.insert(name.clone(), built).is_some() {
                return Err(WorldError::invalid(path, format!("there are two groups called \"{name}\"")));
            }
            if group.zonal_shift {
                let arn = self.scene.region.groups.get(&name).map(|built| built.arn.clone());
                let zones = self.zones(&path, group.zones.as_deref())?;
                if let Some(arn) = arn {
                    self.add_managed_resource(&arn, name.as_str(), zones.iter(), false);
                }
            }
            self.launch_members(&path, group, &name)?;
        }
        Ok(())
    }

    fn group(&mut self, path: &str, doc: &GroupDoc) -> Result<AutoScalingGroup, WorldError> {
        if !(doc.min <= doc.desired && doc.desired <= doc.max) {
            let sizes = format!("min {} <= desired {} <= max {} does not hold", doc.min, doc.desired, doc.max);
            return Err(WorldError::invalid(path, sizes));
        }
        let name = GroupName::from(doc.name.as_str());
        let id = self.scene.mint.uuid();
        let arn = self.scene.arn("autoscaling", &format!("autoScalingGroup:{id}:autoScalingGroupName/{name}"));
        let service = self.service(&format!("{path}.service"), doc.service.as_deref())?;
        let zones = self.zones(&format!("{path}.zones"), doc.zones.as_deref())?;
        let subnets = zones.iter().map(|zone| self.subnet(path, zone, false)).collect::<Result<_, _>>()?;
        let target_groups: Vec<Arn> = (doc.target_groups.iter())
            .map(|target| self.target_groups.find(&format!("{path}.target_groups"), target))
            .collect::<Result<_, _>>()?;
        let policies = self.policies(doc, &target_groups);
        let account = self.scene.account.to_owned();
        Ok(AutoScalingGroup {
            arn,
            min: doc.min,
            desired: doc.desired,
            max: doc.max,
            zones,
            subnets,
            template: self.template_choice(path, doc)?,
            members: BTreeMap::new(),
            health_checks: self.health_checks(path, doc)?,
            grace_s: doc.grace_s,
            cooldown_s: 300,
            warmup_s: doc.warmup_s,
            suspended: self.suspensions(path, doc)?,
            target_groups,
            classic_balancers: self.classic_names(path, doc)?,
            tags: Self::tags(Some(doc.name.trim_end_matches("-asg")), service.as_ref(), &doc.tags),
            termination_policies: doc.termination_policies.clone().unwrap_or_else(|| vec!["Default".to_owned()]),
            maintenance_policy: doc.maintenance.map(|[min_healthy, max_healthy]| MaintenancePolicy { min_healthy, max_healthy }),
            zonal_shift_enabled: doc.zonal_shift,
            impaired_zone_behavior: doc.impaired_zone.clone(),
            distribution: "balanced-best-effort".to_owned(),
            protect_new: doc.protect_new,
            capacity_rebalance: false,
            metrics: if doc.metrics { METRICS.iter().map(|metric| (*metric).to_owned()).collect() } else { Vec::new() },
            created_at: self.ago(doc.age.0),
            role_arn: format!("arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
            status: None,
            hooks: doc.hooks.iter().enumerate().map(|(index, hook)| self.hook(&format!("{path}.hooks[{index}]"), hook)).collect::<Result<_, _>>()?,
            policies,
            scheduled_actions: self.scheduled_actions(doc),
            refreshes: Vec::new(),
            activities: VecDeque::new(),
            service,
            boot_s: doc.boot_s.unwrap_or(45),
            serving: History::default(),
            request: None,
            unsettled: true,
            retry_at: None,
            name,
        })
    }

    fn template_choice(&self, path: &str, doc: &GroupDoc) -> Result<TemplateRef, WorldError> {
        let id = self.templates.find(&format!("{path}.template"), &doc.template)?;
        let version = match doc.version.as_str() {
            "$Latest" => TemplateChoice::Latest,
            "$Default" => TemplateChoice::Default,
            number => TemplateChoice::Number(number.parse().map_err(|_| {
                WorldError::invalid(format!("{path}.version"), format!("\"{number}\" is none of $Latest, $Default or a number"))
            })?),
        };
        let template = self.scene.region.templates.get(&id);
        if template.is_none_or(|template| template.resolve(version).is_none()) {
            let message = format!("template \"{}\" has no version {version}", doc.template);
            return Err(WorldError::invalid(format!("{path}.version"), message));
        }
        Ok(TemplateRef { id, name: doc.template.clone(), version })
    }

    fn health_checks(&self, path: &str, doc: &GroupDoc) -> Result<Vec<HealthCheckType>, WorldError> {
        let Some(types) = &doc.health_checks else { return Ok(vec![HealthCheckType::Ec2]) };
        let path = format!("{path}.health_checks");
        types.iter().map(|text| word(&path, text, HealthCheckType::ALL, HealthCheckType::as_str)).collect()
    }

    fn suspensions(&self, path: &str, doc: &GroupDoc) -> Result<Vec<Suspension>, WorldError> {
        let path = format!("{path}.suspended");
        let at = self.ago(Duration::from_secs(19 * 86_400 + 7_263));
        let suspension = |text: &String| {
            let process = word(&path, text, Process::ALL, Process::as_str)?;
            Ok(Suspension { process, reason: format!("User suspended at {}", at.rfc3339_seconds()) })
        };
        doc.suspended.iter().map(suspension).collect()
    }

    fn classic_names(&self, path: &str, doc: &GroupDoc) -> Result<Vec<ClassicName>, WorldError> {
        let balancers = &self.scene.region.classic_balancers;
        let find = |name: &String| {
            let found = balancers.get_key_value(name.as_str()).map(|(name, _)| name.clone());
            found.ok_or_else(|| WorldError::invalid(format!("{path}.classic_balancers"), format!("there is no classic load balancer called \"{name}\"")))
        };
        doc.classic_balancers.iter().map(find).collect()
    }

    fn hook(&self, path: &str, doc: &HookDoc) -> Result<LifecycleHook, WorldError> {
        let transition = match doc.on.as_str() {
            "launching" => HookTransition::Launching,
            "terminating" => HookTransition::Terminating,
            other => return Err(WorldError::invalid(format!("{path}.on"), format!("\"{other}\" is none of launching, terminating"))),
        };
        Ok(LifecycleHook {
            name: doc.name.clone(),
            transition,
            heartbeat_s: doc.heartbeat_s.unwrap_or(3600),
            global_s: 172_800,
            default_result: doc.default_result.clone().unwrap_or_else(|| "ABANDON".to_owned()),
            target_arn: Some(self.scene.arn("sqs", &format!("{}-hooks", doc.name)).to_string()),
            role_arn: Some(format!("arn:aws:iam::{}:role/hooks", self.scene.account)),
            answers_after_s: doc.answers_after_s,
        })
    }

    fn policies(&mut self, doc: &GroupDoc, target_groups: &[Arn]) -> Vec<ScalingPolicy> {
        let mut policies = Vec::new();
        let wanted = [(doc.cpu_target, "cpu", "ASGAverageCPUUtilization"), (doc.request_target, "requests", "ALBRequestCountPerTarget")];
        for (target, short, metric) in wanted {
            let Some(target_value) = target else { continue };
            let id = self.scene.mint.uuid();
            let name = format!("{}-{short}", doc.name);
            let label = target_groups.first().and_then(|arn| self.resource_label(arn)).filter(|_| short == "requests");
            policies.push(ScalingPolicy {
                arn: self.scene.arn("autoscaling", &format!("scalingPolicy:{id}:autoScalingGroupName/{}:policyName/{name}", doc.name)),
                name,
                kind: PolicyType::TargetTracking,
                enabled: true,
                metric: Some(metric.to_owned()),
                resource_label: label,
                target_value: Some(target_value),
                disable_scale_in: false,
                adjustment: None,
                alarms: Vec::new(),
            });
        }
        policies
    }

    /// `app/web/50dc6c495c0c9188/targetgroup/web/73e2d6bc24d8a067`.
    fn resource_label(&self, target_group: &Arn) -> Option<String> {
        let group = self.scene.region.target_groups.get(target_group)?;
        let balancer = self.scene.region.balancers.get(group.balancers.first()?)?;
        Some(format!("{}/{}", balancer.metric_dimension(), group.metric_dimension()))
    }

    fn scheduled_actions(&mut self, doc: &GroupDoc) -> Vec<ScheduledAction> {
        let mut actions = Vec::new();
        for action in &doc.schedule {
            let id = self.scene.mint.uuid();
            let resource = format!("scheduledUpdateGroupAction:{id}:autoScalingGroupName/{}:scheduledActionName/{}", doc.name, action.name);
            actions.push(ScheduledAction {
                name: action.name.clone(),
                arn: self.scene.arn("autoscaling", &resource),
                recurrence: action.recurrence.clone(),
                time_zone: "Etc/UTC".to_owned(),
                starts_at: (self.start + action.next_in.0).whole_second(),
                min: action.min,
                max: action.max,
                desired: action.desired,
            });
        }
        actions
    }

    fn launch_members(&mut self, path: &str, doc: &GroupDoc, name: &GroupName) -> Result<(), WorldError> {
        for index in 0..doc.desired {
            let subnet = self.scene.region.groups.get(name).and_then(|group| {
                let place = usize::try_from(index).unwrap_or_default() % group.subnets.len().max(1);
                Some((group.zones.get(place)?.clone(), group.subnets.get(place)?.clone()))
            });
            let Some((zone, subnet)) = subnet else { return Err(WorldError::invalid(path, "the group has no subnet")) };
            // Members come one after the other; some are younger, having replaced one that failed since.
            let step = doc.members_age.0.saturating_sub(Duration::from_secs(95) * index);
            let chance = random::unit(self.scene.seed, &["young", &doc.name], i64::from(index));
            let young = chance < 0.15;
            let age = if young { step.mul_f64(0.1 + chance * 4.0) } else { step };
            let at = self.ago(age.max(Duration::from_secs(1800)));
            self.scene.now = at;
            let launched = self.scene.launch_for_group(name, &zone, &subnet);
            self.scene.now = self.start;
            let id = launched.map_err(|failure| WorldError::invalid(path, failure.to_string()))?;
            self.settle_instance(&id, at);
            self.settle_member(name, &id, at, young);
        }
        Ok(())
    }

    /// Makes a launched instance a member that has served since `at`; `young` ones took the place of one that failed.
    fn settle_member(&mut self, name: &GroupName, id: &InstanceId, at: SimTime, young: bool) {
        let Some(instance) = self.scene.region.instances.get(id) else { return };
        let (zone, instance_type, template) = (instance.zone.clone(), instance.instance_type.clone(), instance.template.clone());
        let subnet = instance.subnet.clone();
        let Some(group) = self.scene.region.groups.get_mut(name) else { return };
        let before = group.members.len();
        let in_service_at = at + TO_SERVICE;
        group.members.insert(id.clone(), Member {
            instance: id.clone(),
            zone: zone.clone(),
            instance_type,
            state: LifecycleState::InService,
            state_since: in_service_at,
            health: MemberHealth::Healthy,
            protected: group.protect_new,
            template,
            in_service_at: Some(in_service_at),
            activity: None,
            step_at: None,
        });
        let (target_groups, balancers) = (group.target_groups.clone(), group.classic_balancers.clone());
        for target_group in target_groups {
            self.settle_target(&target_group, id, at + Duration::from_secs(30));
        }
        for balancer in balancers {
            self.settle_classic(&balancer, id, at + Duration::from_secs(30));
        }
        if self.start.since(at) < ACTIVITIES_KEPT {
            self.remember_launch(name, id, &Launched { at, zone, subnet, before, young });
        }
    }

    /// The activities that a launch of the past left behind.
    fn remember_launch(&mut self, name: &GroupName, id: &InstanceId, launched: &Launched) {
        let stamp = launched.at.rfc3339_seconds();
        let activity = |activity_id: String, instance: InstanceId, description: String, cause: String, length: Duration| Activity {
            id: activity_id,
            description,
            cause,
            started_at: launched.at,
            ended_at: Some(launched.at + length),
            status: ActivityStatus::Successful,
            message: None,
            progress: 100,
            zone: launched.zone.clone(),
            subnet: launched.subnet.clone(),
            instance: Some(instance),
        };
        let cause = if launched.young {
            format!("At {stamp} an instance was launched in response to an unhealthy instance needing to be replaced.")
        } else {
            let (from, to) = (launched.before, launched.before + 1);
            format!("At {stamp} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {from} to {to}.")
        };
        let mut activities = Vec::new();
        if launched.young {
            let failed = InstanceId::from(self.scene.mint.id("i"));
            let cause = format!("At {stamp} an instance was taken out of service in response to an EC2 instance status checks failure.");
            let description = format!("Terminating EC2 instance: {failed}");
            activities.push(activity(self.scene.mint.uuid(), failed, description, cause, Duration::from_secs(164)));
        }
        let description = format!("Launching a new EC2 instance: {id}");
        activities.push(activity(self.scene.mint.uuid(), id.clone(), description, cause, TO_SERVICE));
        if let Some(group) = self.scene.region.groups.get_mut(name) {
            group.activities.extend(activities);
            group.activities.make_contiguous().sort_by_key(|activity| activity.started_at);
        }
    }
}

/// A launch of the past.
struct Launched {
    at: SimTime,
    zone: ZoneName,
    subnet: Option<SubnetId>,
    /// Members before it.
    before: usize,
    young: bool,
}
