//! EC2's reads (`aws-domain.md` A.1).

use aws_sdk_ec2::types;

use super::{Ask, Found, only, parent, zone};
use crate::aws::caller::Caller;
use crate::aws::intern::Interner;
use crate::aws::time;
use crate::estate::account::EnabledRegion;
use crate::estate::image::{Address, Image, LaunchTemplate, LaunchTemplateVersion, VolumeStatus};
use crate::estate::instance::{
    Check, CheckStatus, Instance, InstanceAttributes, InstanceState, InstanceStatus, Make, ScheduledEvent,
};
use crate::estate::tag::Tags;
use crate::estate::zone::{Subnet, Zone, ZoneState};
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{ImageId, InstanceId, LaunchTemplateId, Region, SubnetId, Text, VolumeId, VpcId, ZoneId, ZoneName};

/// Rows a page, the most that EC2 gives: unpaged calls are throttled harder and time out.
const PAGE: i32 = 1000;

pub(super) async fn regions(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let answer = caller.call(|| caller.clients.ec2.describe_regions().send()).await?;
    let rows = answer.regions().iter().filter_map(|region| region.region_name());
    Ok(Found::Rows(EnabledRegion::rows(rows.map(|name| EnabledRegion { region: Region::from(name) }).collect())))
}

pub(super) async fn zones(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let answer = caller.call(|| caller.clients.ec2.describe_availability_zones().send()).await?;
    let rows: Result<Vec<Zone>, ReadFailure> = answer
        .availability_zones()
        .iter()
        .map(|zone| {
            Ok(Zone {
                name: ZoneName::from(caller.required(zone.zone_name(), "zoneName")?),
                id: ZoneId::from(caller.required(zone.zone_id(), "zoneId")?),
                state: ZoneState::from(zone.state().map_or("unknown", |state| state.as_str())),
                zone_type: zone.zone_type().unwrap_or("availability-zone").into(),
                messages: zone.messages().iter().filter_map(|message| message.message()).map(Text::from).collect(),
            })
        })
        .collect();
    Ok(Found::Rows(Zone::rows(rows?)))
}

pub(super) async fn instances(caller: &Caller<'_>, id: &SliceId, ask: &Ask) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    let mut split = false;
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_instances();
                // Ids and pages do not go together.
                let call = match only(id) {
                    Some(instance) => call.instance_ids(&**instance),
                    None => call.max_results(PAGE).set_next_token(token),
                };
                call.set_filters(zone_filter(id, "availability-zone")).send()
            },
            |page| {
                for instance in page.reservations().iter().flat_map(|reservation| reservation.instances()) {
                    rows.push(instance_row(caller, instance, &mut texts)?);
                }
                split = ask.may_split && page.next_token().is_some_and(|token| !token.is_empty());
                Ok(if split { None } else { page.next_token().map(str::to_owned) })
            },
        )
        .await?;
    Ok(if split { Found::Split } else { Found::Rows(Instance::rows(rows)) })
}

fn zone_filter(id: &SliceId, name: &str) -> Option<Vec<types::Filter>> {
    zone(id).map(|zone| vec![types::Filter::builder().name(name).values(zone.as_str()).build()])
}

pub(super) fn instance_row(
    caller: &Caller<'_>,
    instance: &types::Instance,
    texts: &mut Interner,
) -> Result<Instance, ReadFailure> {
    let state = caller.required(instance.state().and_then(|state| state.name()), "instanceState")?;
    let zone =
        caller.required(instance.placement().and_then(|placement| placement.availability_zone()), "placement")?;
    let volumes = instance.block_device_mappings().iter().filter_map(|device| device.ebs()?.volume_id());
    Ok(Instance {
        id: InstanceId::from(caller.required(instance.instance_id(), "instanceId")?),
        zone: ZoneName::new(texts.text(zone)),
        state: InstanceState::from(state.as_str()),
        state_reason: instance
            .state_reason()
            .map(|reason| (texts.text(reason.code().unwrap_or("")), texts.text(reason.message().unwrap_or("")))),
        instance_type: texts.text(instance.instance_type().map_or("", |kind| kind.as_str())),
        image: instance.image_id().map(|image| ImageId::new(texts.text(image))),
        launched_at: time::maybe(instance.launch_time()),
        subnet: instance.subnet_id().map(|subnet| SubnetId::new(texts.text(subnet))),
        vpc: instance.vpc_id().map(|vpc| VpcId::new(texts.text(vpc))),
        private_address: instance.private_ip_address().map(Text::from),
        public_address: instance.public_ip_address().map(Text::from),
        lifecycle: instance.instance_lifecycle().map(|lifecycle| texts.text(lifecycle.as_str())),
        volumes: volumes.map(VolumeId::from).collect(),
        make: Some(texts.make(make(instance))),
        tags: tags(instance.tags(), texts),
    })
}

/// Many instances are made alike, and share it.
fn make(instance: &types::Instance) -> Make {
    let attached = instance
        .block_device_mappings()
        .iter()
        .filter(|device| device.ebs().is_some_and(|ebs| ebs.volume_id().is_some()));
    let devices = attached.map(|device| {
        let deleted = device.ebs().and_then(|ebs| ebs.delete_on_termination());
        (Text::from(device.device_name().unwrap_or("")), deleted)
    });
    Make {
        root: instance.root_device_type().map(|root| root.as_str().into()),
        root_device: instance.root_device_name().map(Text::from),
        devices: devices.collect(),
        security_groups: instance
            .security_groups()
            .iter()
            .filter_map(|group| group.group_id())
            .map(Text::from)
            .collect(),
        profile: instance.iam_instance_profile().and_then(|profile| profile.arn()).map(Text::from),
        key: instance.key_name().map(Text::from),
    }
}

/// Two calls, since AWS tells one attribute a call.
pub(super) async fn instance_attributes(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let instance = parent(caller, id)?;
    let ending = types::InstanceAttributeName::DisableApiTermination;
    let stopping = types::InstanceAttributeName::DisableApiStop;
    let ask = |name: types::InstanceAttributeName| {
        caller.clients.ec2.describe_instance_attribute().instance_id(instance).attribute(name)
    };
    let ending = caller.call(|| ask(ending.clone()).send()).await?;
    let stopping = caller.call(|| ask(stopping.clone()).send()).await?;
    Ok(Found::Rows(InstanceAttributes::rows(vec![InstanceAttributes {
        instance: InstanceId::from(instance),
        keeps_from_ending: ending.disable_api_termination().and_then(|value| value.value()),
        keeps_from_stopping: stopping.disable_api_stop().and_then(|value| value.value()),
    }])))
}

pub(super) fn tags(tags: &[types::Tag], texts: &mut Interner) -> Tags {
    Tags::new(tags.iter().filter_map(|tag| Some((texts.text(tag.key()?), texts.text(tag.value().unwrap_or(""))))))
}

pub(super) async fn instance_statuses(caller: &Caller<'_>, id: &SliceId, ask: &Ask) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    let mut split = false;
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_instance_status();
                let call = match only(id) {
                    Some(instance) => call.instance_ids(&**instance).include_all_instances(true),
                    None => call.max_results(PAGE).set_next_token(token),
                };
                let call = if ask.of_all { call.include_all_instances(true) } else { call };
                call.set_filters(zone_filter(id, "availability-zone")).send()
            },
            |page| {
                for status in page.instance_statuses() {
                    rows.push(status_row(caller, status, &mut texts)?);
                }
                split = ask.may_split && page.next_token().is_some_and(|token| !token.is_empty());
                Ok(if split { None } else { page.next_token().map(str::to_owned) })
            },
        )
        .await?;
    Ok(if split { Found::Split } else { Found::Rows(InstanceStatus::rows(rows)) })
}

fn status_row(
    caller: &Caller<'_>,
    status: &types::InstanceStatus,
    texts: &mut Interner,
) -> Result<InstanceStatus, ReadFailure> {
    let summary = |summary: Option<&types::InstanceStatusSummary>| Check {
        // A summary that AWS left out tells nothing, and that is a word of its own.
        status: CheckStatus::from(summary.and_then(|s| s.status()).map_or("insufficient-data", |s| s.as_str())),
        impaired_since: summary.and_then(|summary| {
            summary.details().iter().filter_map(|detail| time::maybe(detail.impaired_since())).min()
        }),
    };
    Ok(InstanceStatus {
        instance: InstanceId::from(caller.required(status.instance_id(), "instanceId")?),
        zone: status.availability_zone().map(|zone| ZoneName::new(texts.text(zone))),
        system: summary(status.system_status()),
        guest: summary(status.instance_status()),
        volumes: status.attached_ebs_status().map(|ebs| Check {
            status: CheckStatus::from(ebs.status().map_or("insufficient-data", |s| s.as_str())),
            impaired_since: ebs.details().iter().filter_map(|detail| time::maybe(detail.impaired_since())).min(),
        }),
        events: status
            .events()
            .iter()
            .map(|event| ScheduledEvent {
                code: texts.text(event.code().map_or("", |code| code.as_str())),
                description: texts.text(event.description().unwrap_or("")),
                not_before: time::maybe(event.not_before()),
            })
            .collect(),
    })
}

pub(super) async fn subnets(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_subnets();
                let call = match only(id) {
                    Some(subnet) => call.subnet_ids(&**subnet),
                    None => call.max_results(PAGE).set_next_token(token),
                };
                call.send()
            },
            |page| {
                for subnet in page.subnets() {
                    rows.push(Subnet {
                        id: SubnetId::from(caller.required(subnet.subnet_id(), "subnetId")?),
                        zone: ZoneName::from(caller.required(subnet.availability_zone(), "availabilityZone")?),
                        vpc: subnet.vpc_id().map(VpcId::from),
                        cidr: subnet.cidr_block().map(Text::from),
                        free_addresses: subnet.available_ip_address_count(),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Subnet::rows(rows)))
}

/// This account's own images; the one asked for by its id may be anybody's.
pub(super) async fn images(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_images();
                let call = match only(id) {
                    Some(image) => call.image_ids(&**image),
                    None => call.owners("self").max_results(PAGE).set_next_token(token),
                };
                call.send()
            },
            |page| {
                for image in page.images() {
                    rows.push(Image {
                        id: ImageId::from(caller.required(image.image_id(), "imageId")?),
                        name: image.name().map(Text::from),
                        state: texts.text(image.state().map_or("unknown", |state| state.as_str())),
                        architecture: image.architecture().map(|architecture| texts.text(architecture.as_str())),
                        created_at: time::parse(image.creation_date()),
                        deprecated_at: time::parse(image.deprecation_time()),
                        last_launched_at: time::parse(image.last_launched_time()),
                        tags: tags(image.tags(), &mut texts),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Image::rows(rows)))
}

pub(super) async fn launch_templates(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| caller.clients.ec2.describe_launch_templates().max_results(200).set_next_token(token).send(),
            |page| {
                for template in page.launch_templates() {
                    rows.push(LaunchTemplate {
                        id: LaunchTemplateId::from(caller.required(template.launch_template_id(), "launchTemplateId")?),
                        name: template.launch_template_name().unwrap_or_default().into(),
                        default_version: template.default_version_number(),
                        latest_version: template.latest_version_number(),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(LaunchTemplate::rows(rows)))
}

pub(super) async fn launch_template_versions(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let template = parent(caller, id)?;
    let mut rows = Vec::new();
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_launch_template_versions().launch_template_id(template);
                call.max_results(200).set_next_token(token).send()
            },
            |page| {
                for version in page.launch_template_versions() {
                    let data = version.launch_template_data();
                    rows.push(LaunchTemplateVersion {
                        template: LaunchTemplateId::from(template),
                        number: caller.required(version.version_number(), "versionNumber")?,
                        description: version.version_description().map(Text::from),
                        image: data.and_then(|data| data.image_id()).map(ImageId::from),
                        instance_type: data.and_then(|data| data.instance_type()).map(|kind| kind.as_str().into()),
                        created_at: time::maybe(version.create_time()),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(LaunchTemplateVersion::rows(rows)))
}

pub(super) async fn addresses(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let of_one = only(id)
        .map(|instance| vec![types::Filter::builder().name("instance-id").values(instance.to_string()).build()]);
    let answer = caller.call(|| caller.clients.ec2.describe_addresses().set_filters(of_one.clone()).send()).await?;
    let mut texts = Interner::default();
    let rows: Result<Vec<Address>, ReadFailure> = answer
        .addresses()
        .iter()
        .map(|address| {
            Ok(Address {
                allocation: address.allocation_id().map(Text::from),
                address: caller.required(address.public_ip(), "publicIp")?.into(),
                instance: address.instance_id().filter(|id| !id.is_empty()).map(InstanceId::from),
                tags: tags(address.tags(), &mut texts),
            })
        })
        .collect();
    Ok(Found::Rows(Address::rows(rows?)))
}

/// Only volumes whose checks do not pass: the others are silent, and most accounts have thousands.
pub(super) async fn volume_statuses(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let troubled = types::Filter::builder().name("volume-status.status").values("impaired").values("warning").build();
    caller
        .pages(
            |token| {
                let mut filters = vec![troubled.clone()];
                filters.extend(zone_filter(id, "availability-zone").unwrap_or_default());
                let call = caller.clients.ec2.describe_volume_status().set_filters(Some(filters));
                call.max_results(PAGE).set_next_token(token).send()
            },
            |page| {
                for volume in page.volume_statuses() {
                    let status = volume.volume_status().and_then(|status| status.status());
                    rows.push(VolumeStatus {
                        volume: VolumeId::from(caller.required(volume.volume_id(), "volumeId")?),
                        zone: volume.availability_zone().map(ZoneName::from),
                        status: status.map_or("insufficient-data", |status| status.as_str()).into(),
                        events: volume.events().iter().filter_map(|event| event.event_type()).map(Text::from).collect(),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(VolumeStatus::rows(rows)))
}
