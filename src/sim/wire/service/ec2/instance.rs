//! One instance, as `DescribeInstances` writes it.

use super::instances::is_alive;
use super::{Scope, write_tags};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{BlockDevice, Instance, Market, SecurityGroup};

/// `monitoring.state`.
pub fn monitoring(instance: &Instance) -> &'static str {
    if instance.detailed_monitoring { "enabled" } else { "disabled" }
}

/// An instance's members. `index` is its place in the launch.
pub fn write<'a>(w: &mut Writer, scope: &Scope<'a>, instance: &'a Instance, index: usize) {
    let region = scope.region.name.as_str();
    w.text("instanceId", &instance.id);
    w.text("imageId", &instance.image);
    w.structure("instanceState", |w| write_state(w, instance));
    w.text("privateDnsName", instance.private_dns(region));
    w.text("dnsName", instance.public_dns(region));
    w.text("reason", &instance.transition_reason);
    w.maybe_text("keyName", instance.key_name.as_ref());
    w.integer("amiLaunchIndex", i64::try_from(index).unwrap_or(0));
    w.texts("productCodes", "item", std::iter::empty::<&str>());
    w.text("instanceType", &instance.instance_type);
    w.time("launchTime", instance.launched_at);
    w.structure("placement", |w| {
        w.text("availabilityZone", &instance.zone);
        w.text("availabilityZoneId", scope.zone_id(instance.zone.as_str()));
        w.text("groupName", "");
        w.text("tenancy", "default");
    });
    w.structure("monitoring", |w| w.text("state", monitoring(instance)));
    w.maybe_text("subnetId", instance.subnet.as_ref());
    w.maybe_text("vpcId", instance.vpc.as_ref());
    w.maybe_text("privateIpAddress", instance.private_ip.map(|ip| ip.to_string()));
    w.maybe_text("ipAddress", instance.public_ip.map(|ip| ip.to_string()));
    w.boolean("sourceDestCheck", true);
    write_security_groups(w, "groupSet", &instance.security_groups);
    if let Some(reason) = &instance.state_reason {
        w.structure("stateReason", |w| {
            w.text("code", &reason.code);
            w.text("message", &reason.message);
        });
    }
    w.text("architecture", &instance.architecture);
    w.text("rootDeviceType", "ebs");
    w.text("rootDeviceName", &instance.root_device);
    w.list("blockDeviceMapping", "item", &instance.block_devices, write_device);
    w.text("virtualizationType", "hvm");
    if instance.market == Market::Spot {
        w.text("instanceLifecycle", "spot");
    }
    w.text("clientToken", instance.client_token.as_deref().unwrap_or_default());
    write_tags(w, scope.instance_tags(instance));
    w.text("hypervisor", "xen");
    w.list("networkInterfaceSet", "item", is_alive(instance).then_some(instance), |w, instance| {
        write_interface(w, scope, instance)
    });
    if let Some(profile) = &instance.instance_profile {
        w.structure("iamInstanceProfile", |w| w.text("arn", profile));
    }
    w.boolean("ebsOptimized", true);
    w.boolean("enaSupport", true);
    write_options(w, instance);
}

fn write_state(w: &mut Writer, instance: &Instance) {
    w.integer("code", i64::from(instance.state.code()));
    w.text("name", instance.state.as_str());
}

/// A list of security groups under that name.
pub fn write_security_groups(w: &mut Writer, name: &str, groups: &[SecurityGroup]) {
    w.list(name, "item", groups, |w, group| {
        w.text("groupId", &group.id);
        w.text("groupName", &group.name);
    });
}

fn write_device(w: &mut Writer, device: &BlockDevice) {
    w.text("deviceName", &device.device);
    w.structure("ebs", |w| {
        w.text("volumeId", &device.volume);
        w.text("status", "attached");
        w.time("attachTime", device.attached_at);
        w.boolean("deleteOnTermination", device.delete_on_termination);
    });
}

fn write_interface(w: &mut Writer, scope: &Scope<'_>, instance: &Instance) {
    let region = scope.region.name.as_str();
    w.text("networkInterfaceId", &instance.interface);
    w.maybe_text("subnetId", instance.subnet.as_ref());
    w.maybe_text("vpcId", instance.vpc.as_ref());
    w.text("description", "");
    w.text("ownerId", scope.account());
    w.text("status", "in-use");
    w.maybe_text("privateIpAddress", instance.private_ip.map(|ip| ip.to_string()));
    w.text("privateDnsName", instance.private_dns(region));
    w.boolean("sourceDestCheck", true);
    write_security_groups(w, "groupSet", &instance.security_groups);
    w.structure("attachment", |w| {
        w.integer("deviceIndex", 0);
        w.text("status", "attached");
        w.time("attachTime", instance.launched_at);
        w.boolean("deleteOnTermination", true);
        w.integer("networkCardIndex", 0);
    });
    w.list("privateIpAddressesSet", "item", instance.private_ip, |w, ip| {
        w.text("privateIpAddress", ip.to_string());
        w.text("privateDnsName", instance.private_dns(region));
        w.boolean("primary", true);
        if let Some(public) = instance.public_ip {
            w.structure("association", |w| {
                w.text("publicIp", public.to_string());
                w.text("publicDnsName", instance.public_dns(region));
                w.text("ipOwnerId", scope.account());
            });
        }
    });
    w.text("interfaceType", "interface");
}

fn write_options(w: &mut Writer, instance: &Instance) {
    w.structure("capacityReservationSpecification", |w| w.text("capacityReservationPreference", "open"));
    w.structure("hibernationOptions", |w| w.boolean("configured", false));
    w.structure("metadataOptions", |w| {
        w.text("state", if is_alive(instance) { "applied" } else { "pending" });
        w.text("httpTokens", "required");
        w.integer("httpPutResponseHopLimit", 2);
        w.text("httpEndpoint", "enabled");
        w.text("httpProtocolIpv6", "disabled");
        w.text("instanceMetadataTags", "disabled");
    });
    w.structure("enclaveOptions", |w| w.boolean("enabled", false));
    w.text("platformDetails", "Linux/UNIX");
    w.text("usageOperation", "RunInstances");
    w.time("usageOperationUpdateTime", instance.launched_at);
    w.structure("maintenanceOptions", |w| w.text("autoRecovery", &instance.auto_recovery));
}
