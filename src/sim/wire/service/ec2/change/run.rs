//! `RunInstances`.

use super::{missing, specified_tags, token};
use crate::sim::physics::{Launch, Order};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::service::ec2::id::Kind;
use crate::sim::wire::service::ec2::{Scope, instance};
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{
    ImageId, Instance, Market, Region, SecurityGroup, SubnetId, Tags, TemplateChoice, TemplateRef, TemplateVersion,
    World,
};

/// `RunInstances`, from an image, a launch template, or a template with an image in the place of its own.
pub fn run(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let order = order(Scope::of(world, request)?, &request.params)?;
    let ids = scene(world, request)?.run_instances(&order)?;
    let scope = Scope::of(world, request)?;
    let launched: Vec<&Instance> = ids.iter().filter_map(|id| scope.region.instances.get(id)).collect();
    w.maybe_text("reservationId", launched.first().map(|first| &first.reservation));
    w.text("ownerId", scope.account());
    w.texts("groupSet", "item", [""; 0]);
    w.list("instancesSet", "item", launched.into_iter().enumerate(), |w, (index, launched)| {
        instance::write(w, &scope, launched, index);
    });
    Ok(())
}

fn order(scope: Scope<'_>, params: &Params) -> Result<Order, ApiError> {
    let region = scope.region;
    let from = template(region, params)?;
    let version = from.as_ref().map(|(_, version)| *version);
    let own_image = params.text("ImageId").filter(|id| !id.is_empty());
    let image = match (own_image, version) {
        (Some(id), _) => {
            Kind::IMAGE.find(&region.images, &[id])?;
            ImageId::from(id)
        }
        (None, Some(version)) => version.image.clone(),
        (None, None) => return Err(missing("ImageId")),
    };
    let instance_type = params.text("InstanceType").map(str::to_owned);
    let instance_type = instance_type.or_else(|| version.map(|version| version.instance_type.clone()));
    let count = |name: &str| {
        let count = params.integer(name)?.ok_or_else(|| missing(name))?;
        u32::try_from(count).map_err(|_| ApiError::new("InvalidParameterValue", format!("{name} must be at least 1")))
    };
    let named = security_groups(region, &params.texts("SecurityGroupId"));
    let what = Launch {
        subnet: subnet(region, params)?,
        image,
        instance_type: instance_type.unwrap_or_else(|| "m1.small".to_owned()),
        key_name: params.text("KeyName").map(str::to_owned).or_else(|| version?.key_name.clone()),
        instance_profile: profile(scope, params).or_else(|| version?.instance_profile.clone()),
        security_groups: match (named.is_empty(), version) {
            (true, Some(version)) => version.security_groups.clone(),
            _ => named,
        },
        market: Market::OnDemand,
        detailed_monitoring: false,
        group: None,
        service: None,
        data_volumes: Vec::new(),
        boot_s: Launch::BOOT_S,
        broken: own_image.is_none() && version.is_some_and(|version| version.broken),
        tags: template_tags(specified_tags(params, "instance")?, from.as_ref().map(|(exact, _)| exact)),
        template: from.map(|(exact, _)| exact),
    };
    Ok(Order {
        what,
        least: count("MinCount")?,
        most: count("MaxCount")?,
        volume_tags: specified_tags(params, "volume")?,
        protected: params.boolean("DisableApiTermination")?.unwrap_or(false),
        token: token(params)?,
    })
}

/// The tags that AWS adds to what comes from a template.
fn template_tags(mut tags: Tags, template: Option<&TemplateRef>) -> Tags {
    if let Some(template) = template {
        tags.set("aws:ec2launchtemplate:id", template.id.as_str());
        tags.set("aws:ec2launchtemplate:version", template.version.to_string());
    }
    tags
}

fn template<'w>(region: &'w Region, params: &Params) -> Result<Option<(TemplateRef, &'w TemplateVersion)>, ApiError> {
    let Some(asked) = params.object("LaunchTemplate") else { return Ok(None) };
    let (id, name) = (asked.text("LaunchTemplateId"), asked.text("LaunchTemplateName"));
    let found = region.templates.values().find(|template| match id {
        Some(id) => template.id == *id,
        None => name == Some(template.name.as_str()),
    });
    let unknown = || {
        let named = id.or(name).unwrap_or_default();
        let words = format!("The specified launch template, with template ID {named}, does not exist.");
        ApiError::new("InvalidLaunchTemplateId.NotFound", words)
    };
    let template = found.ok_or_else(unknown)?;
    let wanted = asked.text("Version").unwrap_or("$Default");
    let choice = match wanted {
        "$Latest" => Some(TemplateChoice::Latest),
        "$Default" | "" => Some(TemplateChoice::Default),
        number => number.parse().ok().map(TemplateChoice::Number),
    };
    let version = choice.and_then(|choice| template.resolve(choice));
    let version = version.ok_or_else(|| {
        let words =
            format!("Could not find the specified version {wanted} for the launch template with ID {}.", template.id);
        ApiError::new("InvalidLaunchTemplateId.VersionNotFound", words)
    })?;
    let number = TemplateChoice::Number(version.number);
    Ok(Some((TemplateRef { id: template.id.clone(), name: template.name.clone(), version: number }, version)))
}

/// The subnet: as named, else the first of the zone that is named, else the first of all.
fn subnet(region: &Region, params: &Params) -> Result<SubnetId, ApiError> {
    let interface = params.objects("NetworkInterface").into_iter().next();
    let named = params.text("SubnetId").map(str::to_owned);
    let named = named.or_else(|| interface.as_ref().and_then(|found| found.text("SubnetId")).map(str::to_owned));
    if let Some(id) = named.filter(|id| !id.is_empty()) {
        Kind::SUBNET.find(&region.subnets, &[id.as_str()])?;
        return Ok(SubnetId::from(id));
    }
    let placement = params.object("Placement").unwrap_or_default();
    let zone = placement.text("AvailabilityZone");
    if let Some(zone) = zone.filter(|zone| !region.zones.contains_key(*zone)) {
        let zone: String = zone.chars().take(80).collect();
        let words = format!("Invalid availability zone: [{zone}]");
        return Err(ApiError::new("InvalidParameterValue", words));
    }
    let mut subnets = region.subnets.values().filter(|subnet| zone.is_none_or(|zone| subnet.zone == *zone));
    let none = || ApiError::new("MissingInput", "No subnets found for the default VPC. Please specify a subnet.");
    subnets.next().map(|subnet| subnet.id.clone()).ok_or_else(none)
}

/// Security groups by id, with the names under which instances of the region have them.
fn security_groups(region: &Region, ids: &[&str]) -> Vec<SecurityGroup> {
    let known = |id: &str| {
        let mut all = region.instances.values().flat_map(|instance| &instance.security_groups);
        all.find(|group| group.id == id).cloned()
    };
    let named = |id: &&str| known(id).unwrap_or_else(|| SecurityGroup { id: (*id).to_owned(), name: (*id).to_owned() });
    ids.iter().map(named).collect()
}

fn profile(scope: Scope<'_>, params: &Params) -> Option<String> {
    let profile = params.object("IamInstanceProfile")?;
    let by_name = |name: &str| format!("arn:aws:iam::{}:instance-profile/{name}", scope.account());
    profile.text("Arn").map(str::to_owned).or_else(|| profile.text("Name").map(by_name))
}
