//! Launching: how an instance comes to be, with its address, its volumes and its tags.
//!
//! Owns: the one way in which instances are made, at the start of the world and later. Must stay true: a failed launch
//! leaves nothing behind.

use super::super::world::{
    BlockDevice, Causes, CheckState, GroupName, ImageId, ImageState, Instance, InstanceChecks, InstanceId,
    InstanceState, Market, SecurityGroup, ServiceName, SimTime, SnapshotId, SubnetId, Tags, TemplateRef, Volume,
    VolumeId, VolumeState, ZoneName, random,
};
use super::{Event, Scene};
use std::time::Duration;

/// What to launch, and where.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The subnet, and so the zone.
    pub subnet: SubnetId,
    /// The image.
    pub image: ImageId,
    /// The type.
    pub instance_type: String,
    /// Key pair.
    pub key_name: Option<String>,
    /// ARN of the instance profile.
    pub instance_profile: Option<String>,
    /// Security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// On-demand or spot.
    pub market: Market,
    /// Detailed monitoring.
    pub detailed_monitoring: bool,
    /// The template version that this came from.
    pub template: Option<TemplateRef>,
    /// The group that asked.
    pub group: Option<GroupName>,
    /// The service whose load it will carry.
    pub service: Option<ServiceName>,
    /// Tags.
    pub tags: Tags,
    /// Volumes besides the root: device and GiB. They outlive the instance.
    pub data_volumes: Vec<(String, u32)>,
    /// Seconds from `running` until it answers.
    pub boot_s: u32,
    /// Its release does not work.
    pub broken: bool,
}

impl Launch {
    /// Seconds from `running` until an instance answers that nobody says more of.
    pub const BOOT_S: u32 = 45;
}

/// Why a launch failed, in the words of scaling activities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaunchFailure {
    /// The subnet is gone.
    #[error("The subnet ID '{0}' does not exist. Launching EC2 instance failed.")]
    NoSubnet(SubnetId),
    /// The subnet is full.
    #[error(
        "There are not enough free addresses in subnet '{0}' to satisfy the requested number of instances. Launching EC2 instance failed."
    )]
    NoFreeAddress(SubnetId),
    /// The image is gone or disabled.
    #[error("The image id '[{0}]' does not exist. Launching EC2 instance failed.")]
    NoImage(ImageId),
    /// The zone has no room, or nothing to launch on (`aws-domain.md C.1`, failures).
    #[error(
        "We currently do not have sufficient {instance_type} capacity in the Availability Zone you requested ({zone}). Our system will be working on provisioning additional capacity. {}Launching EC2 instance failed.", elsewhere(.instance_type, .others)
    )]
    NoCapacity {
        /// The type.
        instance_type: String,
        /// The zone.
        zone: ZoneName,
        /// Zones that have room.
        others: Vec<ZoneName>,
    },
    /// The template or its version is gone.
    #[error("The specified launch template version does not exist. Launching EC2 instance failed.")]
    NoTemplate,
}

impl LaunchFailure {
    /// EC2's code for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSubnet(_) => "InvalidSubnetID.NotFound",
            Self::NoFreeAddress(_) => "InsufficientFreeAddressesInSubnet",
            Self::NoImage(_) => "InvalidAMIID.NotFound",
            Self::NoCapacity { .. } => "InsufficientInstanceCapacity",
            Self::NoTemplate => "InvalidLaunchTemplateId.VersionNotFound",
        }
    }

    /// Whether another zone may do better.
    #[must_use]
    pub const fn is_zonal(&self) -> bool {
        match self {
            Self::NoSubnet(_) | Self::NoFreeAddress(_) | Self::NoCapacity { .. } => true,
            Self::NoImage(_) | Self::NoTemplate => false,
        }
    }
}

/// Where AWS says that there is room instead.
fn elsewhere(instance_type: &str, others: &[ZoneName]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let others: Vec<&str> = others.iter().map(|zone| zone.as_str()).collect();
    format!(
        "You can currently get {instance_type} capacity by not specifying an Availability Zone in your request or choosing {}. ",
        others.join(", ")
    )
}

impl Scene<'_> {
    /// Launches an instance; it is `pending` then, and its life goes on by itself.
    ///
    /// # Errors
    /// [`LaunchFailure`] when room, subnet, address or image are missing.
    pub fn launch(&mut self, launch: Launch) -> Result<InstanceId, LaunchFailure> {
        let usable =
            |image: &ImageId| self.region.images.get(image).filter(|image| image.state == ImageState::Available);
        let Some(image) = usable(&launch.image) else { return Err(LaunchFailure::NoImage(launch.image)) };
        let (architecture, root_device) = (image.architecture.clone(), image.root_device.clone());
        let root = (root_device.clone(), image.size_gib, Some(image.snapshot.clone()), true);
        let Some(subnet) = self.region.subnets.get(&launch.subnet) else {
            return Err(LaunchFailure::NoSubnet(launch.subnet));
        };
        if !self.has_room(&subnet.zone) {
            let (instance_type, zone) = (launch.instance_type, subnet.zone.clone());
            let others = self.region.zones.keys().filter(|zone| self.has_room(zone)).cloned().collect();
            return Err(LaunchFailure::NoCapacity { instance_type, zone, others });
        }
        let Some(subnet) = self.region.subnets.get_mut(&launch.subnet) else {
            return Err(LaunchFailure::NoSubnet(launch.subnet));
        };
        let Some(private_ip) = subnet.take_address() else { return Err(LaunchFailure::NoFreeAddress(launch.subnet)) };
        let (zone, vpc, public) = (subnet.zone.clone(), subnet.vpc.clone(), subnet.public);

        let id = InstanceId::from(self.mint.id("i"));
        let data = launch.data_volumes.iter().map(|(device, gib)| (device.clone(), *gib, None, false));
        let block_devices = std::iter::once(root).chain(data).map(|wanted| self.attach(&id, &zone, wanted)).collect();
        let instance = Instance {
            public_ip: public.then(|| public_address(self.seed, id.as_str())),
            reservation: self.mint.id("r"),
            interface: self.mint.id("eni"),
            state: InstanceState::Pending,
            state_since: self.now,
            launched_at: self.now.whole_second(),
            causes: Causes::default(),
            moved_at: self.now,
            down_since: None,
            check_at: None,
            zone,
            vpc: Some(vpc),
            subnet: Some(launch.subnet),
            private_ip: Some(private_ip),
            block_devices,
            architecture,
            root_device,
            image: launch.image,
            instance_type: launch.instance_type,
            tags: launch.tags,
            key_name: launch.key_name,
            instance_profile: launch.instance_profile,
            security_groups: launch.security_groups,
            market: launch.market,
            detailed_monitoring: launch.detailed_monitoring,
            template: launch.template,
            group: launch.group,
            service: launch.service,
            boot_s: launch.boot_s,
            id: id.clone(),
            state_reason: None,
            transition_reason: String::new(),
            checks: InstanceChecks::all(CheckState::NotApplicable),
            events: Vec::new(),
            auto_recovery: "default".to_owned(),
            termination_protection: false,
            stop_protection: false,
            client_token: None,
            booted_at: self.now,
            forced: false,
            reboot_at: None,
            target_groups: Vec::new(),
            classic_balancers: Vec::new(),
            ready_at: None,
            step_at: None,
        };
        self.region.instances.insert(id.clone(), instance);
        let placing = placing_time(self.seed, id.as_str());
        self.step_instance_in(&id, placing);
        if launch.broken {
            self.break_release(&id, placing + Duration::from_secs(u64::from(launch.boot_s)));
        }
        Ok(id)
    }

    /// Whether a zone takes new instances: a gray one does, which is what makes replacements loop there
    /// (`aws-domain.md F.35`).
    pub(super) fn has_room(&self, zone: &ZoneName) -> bool {
        self.region.zones.get(zone).is_none_or(|zone| zone.causes.no_capacity.is_none() && zone.causes.dark.is_none())
    }

    /// Makes a volume (device, GiB, snapshot, whether it ends with the instance) and attaches it.
    fn attach(
        &mut self,
        id: &InstanceId,
        zone: &ZoneName,
        wanted: (String, u32, Option<SnapshotId>, bool),
    ) -> BlockDevice {
        let (device, size_gib, snapshot, delete_on_termination) = wanted;
        let (volume, attached_at) = (VolumeId::from(self.mint.id("vol")), self.now.whole_second());
        self.region.volumes.insert(
            volume.clone(),
            Volume {
                id: volume.clone(),
                zone: zone.clone(),
                size_gib,
                volume_type: "gp3".to_owned(),
                iops: 3000,
                encrypted: true,
                snapshot,
                created_at: attached_at,
                state: VolumeState::InUse,
                instance: Some(id.clone()),
                tags: Tags::default(),
            },
        );
        BlockDevice { device, volume, attached_at, delete_on_termination }
    }

    /// Plans the next step of an instance's life; a step that was planned before is forgotten.
    pub(super) fn step_instance_in(&mut self, id: &InstanceId, wait: Duration) {
        let at: SimTime = self.now + wait;
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.step_at = Some(at);
            self.schedule.put(at, Event::Instance(self.region.name.clone(), id.clone()));
        }
    }
}

/// Seconds in `pending`: 6 to 18; more than five minutes would be abnormal (`aws-domain.md A.1`).
fn placing_time(seed: u64, id: &str) -> Duration {
    Duration::from_millis(6_000 + random::below(seed, &["placing", id], 12_000))
}

/// A public address out of one of Amazon's blocks.
pub(in super::super) fn public_address(seed: u64, id: &str) -> std::net::Ipv4Addr {
    let host = random::below(seed, &["public", id], 1 << 18);
    std::net::Ipv4Addr::from(0x3410_0000_u32 + u32::try_from(host).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::fixture::{self, REGION};
    use super::*;

    fn order(world: &super::super::super::world::World) -> Launch {
        let member = &world.here().instances[&world.first_member()];
        Launch {
            subnet: member.subnet.clone().unwrap(),
            image: member.image.clone(),
            instance_type: member.instance_type.clone(),
            key_name: None,
            instance_profile: None,
            security_groups: Vec::new(),
            market: Market::OnDemand,
            detailed_monitoring: false,
            template: None,
            group: None,
            service: None,
            tags: Tags::default(),
            data_volumes: vec![("/dev/sdf".to_owned(), 50)],
            boot_s: 30,
            broken: false,
        }
    }

    #[test]
    fn a_launch_takes_an_address_and_makes_volumes_aws_domain_a1() {
        let mut world = fixture::world();
        let order = order(&world);
        let free = world.here().subnets[&order.subnet].free_addresses;
        let id = world.scene(REGION).unwrap().launch(order.clone()).unwrap();
        let instance = &world.here().instances[&id];
        assert_eq!(instance.state, InstanceState::Pending);
        assert_eq!(instance.block_devices.len(), 2);
        assert_eq!(world.here().subnets[&order.subnet].free_addresses, free - 1);
        world.pass(20);
        assert_eq!(world.here().instances[&id].state, InstanceState::Running);
    }

    #[test]
    fn a_zone_without_room_or_power_refuses_in_the_words_of_aws_aws_domain_f11() {
        let mut world = fixture::world();
        let order = order(&world);
        let zone = world.here().subnets[&order.subnet].zone.to_string();
        world.apply(Fault::NoCapacity { zone: zone.clone() }).unwrap();
        let refusal = world.scene(REGION).unwrap().launch(order.clone()).unwrap_err().to_string();
        let mut others = vec!["eu-west-1a", "eu-west-1b", "eu-west-1c"];
        others.retain(|other| *other != zone);
        assert_eq!(
            refusal,
            format!(
                "We currently do not have sufficient m6i.large capacity in the Availability Zone you requested ({zone}). \
                 Our system will be working on provisioning additional capacity. You can currently get m6i.large capacity by \
                 not specifying an Availability Zone in your request or choosing {}, {}. Launching EC2 instance failed.",
                others[0], others[1]
            )
        );
        world.heal(&Fault::NoCapacity { zone: zone.clone() }).unwrap();
        world.apply(Fault::RegionOutage { region: REGION.to_owned() }).unwrap();
        let refusal = world.scene(REGION).unwrap().launch(order.clone()).unwrap_err().to_string();
        assert!(
            refusal.ends_with("additional capacity. Launching EC2 instance failed."),
            "no zone has room: {refusal}"
        );
        world.heal(&Fault::RegionOutage { region: REGION.to_owned() }).unwrap();
        assert!(world.scene(REGION).unwrap().launch(order).is_ok());
    }

    #[test]
    fn a_full_subnet_refuses_and_leaves_nothing_behind_aws_domain_a1() {
        let mut world = fixture::world();
        let order = order(&world);
        world.regions.get_mut(REGION).unwrap().subnets.get_mut(&order.subnet).unwrap().free_addresses = 0;
        let (instances, volumes) = (world.here().instances.len(), world.here().volumes.len());
        let failure = world.scene(REGION).unwrap().launch(order).unwrap_err();
        assert!(
            failure.to_string().starts_with("There are not enough free addresses in subnet 'subnet-0"),
            "{failure}"
        );
        assert_eq!((world.here().instances.len(), world.here().volumes.len()), (instances, volumes));
    }
}
