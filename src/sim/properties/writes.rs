//! Random writes over random faults: whatever people do, in whatever order, the account stays one that AWS could show.

use serde_json::{Value, json};

use super::*;
use crate::sim::wire::request::{Params, Protocol, Request};
use crate::sim::wire::service::{self, Service};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{InstanceState, VolumeState};

/// Parameters for a write, by what there is in the world: right more often than not.
struct Hand<'w> {
    world: &'w World,
    random: &'w mut fastrand::Rng,
}

impl Hand<'_> {
    fn any<'v>(&mut self, all: impl Iterator<Item = &'v str>) -> String {
        let all: Vec<&str> = all.collect();
        self.random.choice(&all).map_or_else(|| "i-00000000000000000".to_owned(), |one| (*one).to_owned())
    }

    fn parameters(&mut self, action: &str) -> Value {
        let region = &self.world.regions[REGION];
        let group = self.any(region.groups.keys().map(AsRef::as_ref));
        // Mostly a member of that group.
        let own = region.groups.get(group.as_str()).into_iter().flat_map(|group| group.members.keys());
        let member = self.any(own.map(AsRef::as_ref));
        let other = self.any(region.instances.keys().map(AsRef::as_ref));
        let instance = if self.random.u32(..4) == 0 { other } else { member };
        let hook = region.groups.get(group.as_str()).and_then(|group| group.hooks.last());
        let volume = self.any(region.volumes.keys().map(AsRef::as_ref));
        let flag = self.random.bool();
        let token = format!("token-{}", self.random.u32(..40));
        let subnet = self.any(region.subnets.keys().map(AsRef::as_ref));
        let zone = self.any(region.zones.keys().map(AsRef::as_ref));
        let subnets: Vec<&str> = region.subnets.keys().map(AsRef::as_ref).filter(|_| self.random.bool()).collect();
        let subnets = if self.random.u32(..3) == 0 { Value::from(subnets.join(",")) } else { Value::Null };
        let arn = self.any(region.target_groups.keys().map(AsRef::as_ref));
        let balancer = self.any(region.classic_balancers.keys().map(AsRef::as_ref));
        let allocation = self.any(region.addresses.keys().map(AsRef::as_ref));
        let image = self.any(region.images.keys().map(AsRef::as_ref));
        let number = |random: &mut fastrand::Rng| random.u32(..14);
        let process = self.any(["Launch", "Terminate", "AZRebalance", "HealthCheck", "ReplaceUnhealthy"].into_iter());
        let is_group = service::find(Service::AutoScaling, action).is_some();
        let mut all = json!({
            "AutoScalingGroupName": group, "ShouldDecrementDesiredCapacity": flag, "HonorCooldown": flag,
            "DesiredCapacity": number(self.random), "MinSize": number(self.random), "MaxSize": number(self.random),
            "VPCZoneIdentifier": subnets, "ProtectedFromScaleIn": flag, "ShouldRespectGracePeriod": flag,
            "HealthStatus": if flag { "Healthy" } else { "Unhealthy" }, "ScalingProcesses": [process],
            "LifecycleHookName": hook.map_or("none", |hook| hook.name.as_str()),
            "LifecycleActionResult": if flag { "CONTINUE" } else { "ABANDON" },
            "RequestedCapacity": 1 + number(self.random) % 3, "ClientToken": token, "AvailabilityZones": [zone],
            "ScheduledActionName": "odd", "Recurrence": "20 3 * * *", "InstanceId": instance, "Force": flag,
            "ResourceId": [instance], "Tag": [{ "Key": "a", "Value": "b" }], "TargetGroupArn": arn,
            "Targets": [{ "Id": instance }], "LoadBalancerName": balancer, "Instances": [{ "InstanceId": instance }],
            "AllocationId": allocation, "AllowReassociation": flag, "VolumeId": volume, "Device": "/dev/sdk",
            "AvailabilityZone": zone, "Size": 8, "ImageId": image, "InstanceType": "m6i.large", "SubnetId": subnet,
            "Tags": [{ "ResourceId": group, "Key": "evacuated", "Value": zone, "PropagateAtLaunch": flag }],
            "MinCount": 1, "MaxCount": 1 + number(self.random) % 3,
        });
        if is_group && action != "TerminateInstanceInAutoScalingGroup" && action != "SetInstanceHealth" {
            all["InstanceIds"] = json!([instance]);
        }
        self.suit(action, &mut all);
        if action == "UpdateAutoScalingGroup" {
            // It refuses what it does not know.
            let known = ["AutoScalingGroupName", "MinSize", "MaxSize", "VPCZoneIdentifier"];
            let members = all.as_object_mut().unwrap();
            members.retain(|name, _| known.contains(&name.as_str()));
        }
        all
    }
}

impl Hand<'_> {
    /// Chooses better where chance alone would seldom succeed.
    fn suit(&mut self, action: &str, all: &mut Value) {
        let region = &self.world.regions[REGION];
        let waits = |state: LifecycleState| {
            let members = region.groups.values().flat_map(|group| group.members.values().map(move |own| (group, own)));
            members
                .filter(move |(_, own)| own.state == state)
                .map(|(group, own)| (group, own.instance.to_string()))
                .next()
        };
        match action {
            "ExitStandby" => {
                if let Some((group, id)) = waits(LifecycleState::Standby) {
                    (all["AutoScalingGroupName"], all["InstanceIds"]) = (json!(group.name), json!([id]));
                }
            }
            "CompleteLifecycleAction" | "RecordLifecycleActionHeartbeat" => {
                let held = waits(LifecycleState::TerminatingWait).or_else(|| waits(LifecycleState::PendingWait));
                if let Some((group, id)) = held {
                    let hook = self.any(group.hooks.iter().map(|hook| hook.name.as_str()));
                    (all["AutoScalingGroupName"], all["InstanceId"]) = (json!(group.name), json!(id));
                    all["LifecycleHookName"] = json!(hook);
                }
            }
            "AttachInstances" => {
                let alone = region.instances.values().filter(|one| one.group.is_none());
                let alone = self.any(alone.map(|one| one.id.as_str()));
                all["InstanceIds"] = json!([alone]);
            }
            "AttachVolume" | "DetachVolume" => {
                let free = |volume: &&crate::sim::world::Volume| {
                    let root = volume.snapshot.is_some();
                    !root && (volume.instance.is_none() == (action == "AttachVolume"))
                };
                let volume = self.any(region.volumes.values().filter(free).map(|volume| volume.id.as_str()));
                let zone = region.volumes.get(volume.as_str()).map(|volume| volume.zone.clone());
                let there = region.instances.values().filter(|one| Some(&one.zone) == zone.as_ref());
                all["InstanceId"] = json!(self.any(there.map(|one| one.id.as_str())));
                all["VolumeId"] = json!(volume);
                if action == "DetachVolume" {
                    all["InstanceId"] = Value::Null;
                }
            }
            _ => {}
        }
    }
}

fn write(world: &mut World, action: &service::Action, params: Value) -> bool {
    let request = Request {
        service: action.service,
        action: action.name.to_owned(),
        region: REGION.to_owned(),
        params: Params::new(params.as_object().unwrap().clone()),
        user_agent: String::new(),
        protocol: Protocol::Json,
    };
    action.perform(world, &request, &mut Writer::json()).is_ok()
}

/// What no sequence of writes may break.
fn holds_together(world: &World, seed: u64) {
    let region = &world.regions[REGION];
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for group in region.groups.values() {
        let sizes = (group.min, group.desired, group.max);
        assert!(group.min <= group.desired && group.desired <= group.max, "seed {seed}: {} {sizes:?}", group.name);
        for id in group.members.keys() {
            let before = owners.insert(id.as_str(), group.name.as_str());
            assert_eq!(before, None, "seed {seed}: {id} is in two groups");
            // While its health checks are suspended, a group goes on listing what EC2 has forgotten.
            let Some(instance) = region.instances.get(id) else { continue };
            assert_eq!(instance.group.as_ref(), Some(&group.name), "seed {seed}: {id} knows its group");
        }
    }
    for instance in region.instances.values() {
        let dead = instance.state == InstanceState::Terminated;
        assert!(!dead || instance.block_devices.is_empty(), "seed {seed}: {} is dead and holds volumes", instance.id);
        for device in &instance.block_devices {
            let holder = region.volumes.get(&device.volume).and_then(|volume| volume.instance.as_ref());
            assert_eq!(holder, Some(&instance.id), "seed {seed}: {} has {}", instance.id, device.volume);
        }
        if let Some(group) = instance.group.as_ref().filter(|_| instance.state == InstanceState::Running) {
            let is_member = region.groups.get(group).is_some_and(|group| group.members.contains_key(&instance.id));
            assert!(is_member, "seed {seed}: {} runs for {group} and is no member", instance.id);
        }
    }
    for volume in region.volumes.values() {
        assert_eq!(volume.state == VolumeState::InUse, volume.instance.is_some(), "seed {seed}: {}", volume.id);
    }
    for group in region.target_groups.values() {
        for target in group.targets.values() {
            let known = region.instances.get(target.key.id.as_str());
            let back = known.is_none_or(|instance| instance.target_groups.contains(&group.arn));
            assert!(back, "seed {seed}: {} is a target of {} and does not know", target.key.id, group.name);
        }
    }
    for (id, address) in &region.addresses {
        let Some(holder) = address.instance.as_ref().and_then(|holder| region.instances.get(holder)) else { continue };
        assert_eq!(holder.public_ip, Some(address.public_ip), "seed {seed}: {id}");
    }
}

#[test]
fn whatever_people_write_the_account_holds_together() {
    let calm = world(11);
    let writes: Vec<&service::Action> = service::all()
        .filter(|action| action.is_write())
        .filter(|action| {
            matches!(
                action.service,
                Service::AutoScaling | Service::Ec2 | Service::ElasticLoadBalancing | Service::ElasticLoadBalancingV2
            )
        })
        .collect();
    let names = Names::of(&calm);
    let mut done = std::collections::BTreeSet::new();
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = calm.clone();
        for step in 0..200 {
            if step % 16 == 7 {
                let _in_force = world.apply(names.lasting(&mut random));
            }
            let action = *random.choice(&writes).unwrap();
            let params = Hand { world: &world, random: &mut random }.parameters(action.name);
            if write(&mut world, action, params) {
                done.insert(action.name);
            }
            holds_together(&world, seed);
            world.advance_to(world.now + Duration::from_secs(random.u64(1..90)));
            holds_together(&world, seed);
        }
    }
    let never: Vec<&str> = writes.iter().map(|action| action.name).filter(|name| !done.contains(name)).collect();
    // These need what chance seldom brings: an association's or an event's id, a hook that waits.
    let seldom = [
        "DisassociateAddress",
        "ModifyInstanceAttribute",
        "ModifyInstanceEventStartTime",
        "RecordLifecycleActionHeartbeat",
        "ReplaceRoute",
        "SetSubnets",
        "AttachLoadBalancerToSubnets",
        "DetachLoadBalancerFromSubnets",
    ];
    assert!(never.iter().all(|name| seldom.contains(name)), "{never:?} never succeeded");
}
