//! Builds Auto Scaling groups.

use std::collections::{BTreeMap, VecDeque};

use super::super::document::{GroupDoc, RegionDoc, WorldError};
use super::super::{
    Arn, AutoScalingGroup, ClassicName, GroupName, HealthCheckType, History, MaintenancePolicy, Process, Suspension,
    TemplateChoice, TemplateRef,
};
use super::site::{Site, word};

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
        check_sizes(path, doc)?;
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
            own_tags: super::super::Tags::default(),
            termination_policies: doc.termination_policies.clone().unwrap_or_else(|| vec!["Default".to_owned()]),
            maintenance_policy: doc
                .maintenance
                .map(|[min_healthy, max_healthy]| MaintenancePolicy { min_healthy, max_healthy }),
            zonal_shift_enabled: doc.zonal_shift,
            impaired_zone_behavior: doc.impaired_zone.clone(),
            distribution: "balanced-best-effort".to_owned(),
            protect_new: doc.protect_new,
            retain_abandoned: doc.retain_abandoned,
            capacity_rebalance: false,
            metrics: if doc.metrics { METRICS.iter().map(|metric| (*metric).to_owned()).collect() } else { Vec::new() },
            created_at: self.ago(doc.age.0),
            role_arn: format!(
                "arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
            ),
            status: None,
            hooks: self.hooks(path, doc)?,
            policies,
            scheduled_actions: self.scheduled_actions(path, doc)?,
            refreshes: Vec::new(),
            activities: VecDeque::new(),
            service,
            boot_s: doc.boot_s.unwrap_or(45),
            causes: super::super::GroupCauses::default(),
            serving: History::default(),
            request: None,
            tokens: VecDeque::new(),
            scaled_at: None,
            unsettled: true,
            launching: super::super::Launching::default(),
            wake_at: None,
            name,
        })
    }

    fn template_choice(&self, path: &str, doc: &GroupDoc) -> Result<TemplateRef, WorldError> {
        let id = self.templates.find(&format!("{path}.template"), &doc.template)?;
        let version = match doc.version.as_str() {
            "$Latest" => TemplateChoice::Latest,
            "$Default" => TemplateChoice::Default,
            number => TemplateChoice::Number(number.parse().map_err(|_| {
                WorldError::invalid(
                    format!("{path}.version"),
                    format!("\"{number}\" is none of $Latest, $Default or a number"),
                )
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
        let at = self.ago(Suspension::BUILT_AGE);
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
            found.ok_or_else(|| {
                WorldError::invalid(
                    format!("{path}.classic_balancers"),
                    format!("there is no classic load balancer called \"{name}\""),
                )
            })
        };
        doc.classic_balancers.iter().map(find).collect()
    }
}

fn check_sizes(path: &str, doc: &GroupDoc) -> Result<(), WorldError> {
    if doc.min <= doc.desired && doc.desired <= doc.max {
        return Ok(());
    }
    let sizes = format!("min {} <= desired {} <= max {} does not hold", doc.min, doc.desired, doc.max);
    Err(WorldError::invalid(path, sizes))
}
