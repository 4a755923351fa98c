//! `DescribeInstances`: the inventory, in reservations.

use std::collections::BTreeMap;

use super::filter::{Field, Filters, Texts, flag, maybe, shown, text};
use super::id::Kind;
use super::{Scope, after, instance};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Instance, InstanceState, Market, World, ZoneName};

const FIELDS: &[Field<Instance>] = &[
    Field("architecture", |_, i| text(&i.architecture)),
    Field("availability-zone", |_, i| text(&i.zone)),
    Field("availability-zone-id", |scope, i| text(scope.zone_id(i.zone.as_str()))),
    Field("block-device-mapping.device-name", |_, i| {
        i.block_devices.iter().map(|device| device.device.as_str().into()).collect()
    }),
    Field("block-device-mapping.volume-id", |_, i| {
        i.block_devices.iter().map(|device| device.volume.as_str().into()).collect()
    }),
    Field("dns-name", |scope, i| shown(i.public_dns(scope.region.name.as_str()))),
    Field("iam-instance-profile.arn", |_, i| maybe(i.instance_profile.as_ref())),
    Field("image-id", |_, i| text(&i.image)),
    Field("instance-id", |_, i| text(&i.id)),
    Field("instance-lifecycle", |_, i| if i.market == Market::Spot { text("spot") } else { Texts::None }),
    Field("instance-state-code", |_, i| shown(i.state.code())),
    Field("instance-state-name", |_, i| text(i.state.as_str())),
    Field("instance-type", |_, i| text(&i.instance_type)),
    Field("instance.group-id", |_, i| i.security_groups.iter().map(|group| group.id.as_str().into()).collect()),
    Field("instance.group-name", |_, i| i.security_groups.iter().map(|group| group.name.as_str().into()).collect()),
    Field("ip-address", |_, i| i.public_ip.map(shown).unwrap_or_default()),
    Field("key-name", |_, i| maybe(i.key_name.as_ref())),
    Field("launch-time", |_, i| shown(i.launched_at)),
    Field("maintenance-options.auto-recovery", |_, i| text(&i.auto_recovery)),
    Field("monitoring-state", |_, i| text(instance::monitoring(i))),
    Field("network-interface.network-interface-id", |_, i| text(&i.interface)),
    Field("owner-id", |scope, _| text(scope.account())),
    Field("private-dns-name", |scope, i| shown(i.private_dns(scope.region.name.as_str()))),
    Field("private-ip-address", |_, i| i.private_ip.map(shown).unwrap_or_default()),
    Field("reason", |_, i| text(&i.transition_reason)),
    Field("reservation-id", |_, i| text(&i.reservation)),
    Field("root-device-name", |_, i| text(&i.root_device)),
    Field("root-device-type", |_, _| text("ebs")),
    Field("source-dest-check", |_, _| flag(true)),
    Field("state-reason-code", |_, i| i.state_reason.iter().map(|reason| reason.code.as_str().into()).collect()),
    Field("state-reason-message", |_, i| i.state_reason.iter().map(|reason| reason.message.as_str().into()).collect()),
    Field("subnet-id", |_, i| maybe(i.subnet.as_ref())),
    Field("tenancy", |_, _| text("default")),
    Field("virtualization-type", |_, _| text("hvm")),
    Field("vpc-id", |_, i| maybe(i.vpc.as_ref())),
];

/// `DescribeInstances`. Pages count instances; those of one launch on one page share a reservation.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|scope, instance| scope.instance_tags(instance)))?;
    let ids = request.params.texts("InstanceId");
    let pager = pager(request, &ids)?;
    Kind::INSTANCE.check_form(&ids)?;
    undisrupted(&scope, &ids)?;
    let chosen = chosen(&scope, &ids, &pager)?;
    let page =
        pager.page(chosen.filter(|instance| filters.pass(&scope, instance)), |instance| instance.id.as_str().into());

    let mut reservations: BTreeMap<&str, Vec<&Instance>> = BTreeMap::new();
    for instance in page.items {
        reservations.entry(&instance.reservation).or_default().push(instance);
    }
    w.list("reservationSet", "item", reservations, |w, (reservation, instances)| {
        w.text("reservationId", reservation);
        w.text("ownerId", scope.account());
        if instances.iter().any(|instance| instance.group.is_some()) {
            // Auto Scaling launches through an account of its own.
            w.text("requesterId", "722737459838");
        }
        w.texts("groupSet", "item", std::iter::empty::<&str>());
        w.list("instancesSet", "item", instances.into_iter().enumerate(), |w, (index, instance)| {
            instance::write(w, &scope, instance, index)
        });
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}

/// The instances of these ids, or all after the page before: those that EC2 knows of.
pub fn chosen<'a>(
    scope: &Scope<'a>,
    ids: &[&str],
    pager: &Pager,
) -> Result<Box<dyn Iterator<Item = &'a Instance> + 'a>, ApiError> {
    let scope = *scope;
    if ids.is_empty() {
        let rest = after(&scope.region.instances, pager.after());
        return Ok(Box::new(rest.filter(move |instance| scope.knows(instance))));
    }
    let found = Kind::INSTANCE.find_known(&scope.region.instances, ids, |instance| scope.knows(instance))?;
    Ok(Box::new(found.into_iter()))
}

/// During the disruption of a zone `DescribeInstances` fails without ids, whatever it filters by, and with any id in that
/// zone; it answers for ids in other zones (`aws-domain.md` A.1). Of other reads EC2 says nothing of the kind: they answer.
fn undisrupted(scope: &Scope<'_>, ids: &[&str]) -> Result<(), ApiError> {
    let is_dark = |zone: &ZoneName| scope.region.zones.get(zone).is_some_and(|zone| zone.causes.dark.is_some());
    let fails = match ids {
        [] => scope.region.zones.values().any(|zone| zone.causes.dark.is_some()),
        ids => ids.iter().any(|id| scope.region.instances.get(*id).is_some_and(|instance| is_dark(&instance.zone))),
    };
    if !fails {
        return Ok(());
    }
    Err(ApiError::new("InternalError", "An internal error has occurred").status(500))
}

/// The page asked for. Ids and a limit exclude one another (`aws-domain.md` A.1).
pub fn pager(request: &Request, ids: &[&str]) -> Result<Pager, ApiError> {
    if !ids.is_empty() && request.params.has("MaxResults") {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    Pager::new(request, &Bounds::EC2)
}

/// Whether an instance still has its network and volumes.
pub fn is_alive(instance: &Instance) -> bool {
    instance.state != InstanceState::Terminated
}
