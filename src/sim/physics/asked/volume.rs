//! Volumes and snapshots: bound to their zone, on one instance at a time.

use std::time::Duration;

use super::super::super::world::{
    BlockDevice, InstanceId, InstanceState, Snapshot, SnapshotId, Tags, Volume, VolumeId, VolumeState, ZoneName,
};
use super::super::{Event, Refused, Scene};
use super::wrong_state;

/// How long it takes until an instance restarts from its new root.
const RESTARTS_FROM_NEW_ROOT: Duration = Duration::from_secs(45);

/// A volume to be made.
#[derive(Debug, Clone)]
pub struct VolumeOrder {
    /// Its zone.
    pub zone: ZoneName,
    /// What it is made from.
    pub snapshot: Option<SnapshotId>,
    /// GiB; the snapshot's when absent.
    pub size_gib: Option<u32>,
    /// `gp3`.
    pub volume_type: String,
    /// Tags.
    pub tags: Tags,
    /// `ClientToken` and the whole request.
    pub token: Option<(String, String)>,
}

impl Scene<'_> {
    /// Gives a volume to an instance.
    ///
    /// # Errors
    /// EC2's code when it is in use, in another zone, or the device's name is taken.
    pub fn attach_volume(&mut self, volume: &str, id: &InstanceId, device: &str) -> Result<BlockDevice, Refused> {
        let found = self.volume(volume)?;
        let instance = self.instance(id)?;
        if found.state != VolumeState::Available {
            let words = format!("{volume} is already attached to an instance");
            return Err(Refused::new("VolumeInUse", words));
        }
        if found.zone != instance.zone {
            let words = format!("The volume '{volume}' is not in the same availability zone as instance '{id}'");
            return Err(Refused::new("InvalidVolume.ZoneMismatch", words));
        }
        if !matches!(instance.state, InstanceState::Running | InstanceState::Stopped) {
            return Err(wrong_state(format!("Instance '{id}' is not 'running'.")));
        }
        if instance.block_devices.iter().any(|own| own.device == device) {
            let words = format!("Invalid value '{device}' for unixDevice. Attachment point {device} is already in use");
            return Err(Refused::new("InvalidParameterValue", words));
        }
        let (attached_at, volume) = (self.now.whole_second(), found.id.clone());
        let attached = BlockDevice {
            device: device.to_owned(),
            volume: volume.clone(),
            attached_at,
            delete_on_termination: false,
        };
        if let Some(instance) = self.region.instances.get_mut(id) {
            // The root comes first, whenever it came.
            let place = if instance.root_device == device { 0 } else { instance.block_devices.len() };
            instance.block_devices.insert(place, attached.clone());
        }
        if let Some(found) = self.region.volumes.get_mut(&volume) {
            (found.state, found.instance) = (VolumeState::InUse, Some(id.clone()));
        }
        Ok(attached)
    }

    /// Takes a volume off its instance.
    ///
    /// # Errors
    /// EC2's code when it is on none (or on another), or is the root of one that runs.
    pub fn detach_volume(
        &mut self,
        volume: &str,
        id: Option<&InstanceId>,
    ) -> Result<(InstanceId, BlockDevice), Refused> {
        let found = self.volume(volume)?;
        let Some(holder) = found.instance.clone() else {
            return Err(Refused::new("IncorrectState", format!("Volume '{volume}' is in the 'available' state.")));
        };
        if id.is_some_and(|id| *id != holder) {
            let words = format!("The volume '{volume}' is not attached to the instance that is named.");
            return Err(Refused::new("InvalidAttachment.NotFound", words));
        }
        let instance = self.instance(&holder)?;
        let place = instance.block_devices.iter().position(|device| device.volume == *volume);
        let device = place.and_then(|place| instance.block_devices.get(place)).cloned();
        let (Some(place), Some(device)) = (place, device) else {
            return Err(Refused::new("IncorrectState", format!("Volume '{volume}' is busy.")));
        };
        if device.device == instance.root_device && instance.state != InstanceState::Stopped {
            let words = format!("Unable to detach root volume '{}' from instance '{holder}'", device.device);
            return Err(Refused::new("OperationNotPermitted", words));
        }
        if let Some(instance) = self.region.instances.get_mut(&holder) {
            instance.block_devices.remove(place);
        }
        if let Some(found) = self.region.volumes.get_mut(volume) {
            (found.state, found.instance) = (VolumeState::Available, None);
        }
        Ok((holder, device))
    }

    /// Makes a volume, empty or from a snapshot.
    ///
    /// # Errors
    /// EC2's code for an unknown zone or snapshot, or a token of another request.
    pub fn create_volume(&mut self, order: &VolumeOrder) -> Result<VolumeId, Refused> {
        if let Some(known) = self.known_token("CreateVolume", order.token.as_ref())? {
            return Ok(known.first().map_or_else(|| VolumeId::from(""), |id| VolumeId::from(id.as_str())));
        }
        if !self.region.zones.contains_key(&order.zone) {
            return Err(Refused::new("InvalidZone.NotFound", format!("The zone '{}' does not exist.", order.zone)));
        }
        let snapshot = order.snapshot.as_ref().map(|id| self.usable_snapshot(id)).transpose()?;
        let least = snapshot.map(|snapshot| snapshot.size_gib);
        let Some(size_gib) = order.size_gib.or(least) else {
            return Err(Refused::new("MissingParameter", "The request must contain the parameter size or snapshotId"));
        };
        if least.is_some_and(|least| size_gib < least) || size_gib == 0 {
            let words = format!("The size of a volume of {size_gib} GiB is not valid.");
            return Err(Refused::new("InvalidParameterValue", words));
        }
        let encrypted = snapshot.is_none_or(|snapshot| snapshot.encrypted);
        let id = VolumeId::from(self.mint.id("vol"));
        self.region.volumes.insert(
            id.clone(),
            Volume {
                id: id.clone(),
                zone: order.zone.clone(),
                size_gib,
                volume_type: order.volume_type.clone(),
                iops: 3000,
                encrypted,
                snapshot: order.snapshot.clone(),
                created_at: self.now.whole_second(),
                state: VolumeState::Available,
                instance: None,
                tags: order.tags.clone(),
            },
        );
        self.keep_token("CreateVolume", order.token.as_ref(), vec![id.to_string()]);
        Ok(id)
    }

    /// Gives a running instance a new root volume; it restarts from that, and the old one is kept. The task's id.
    ///
    /// # Errors
    /// `IncorrectInstanceState` unless it runs, or a token of another request.
    pub fn replace_root_volume(
        &mut self,
        id: &InstanceId,
        image: Option<&str>,
        token: Option<&(String, String)>,
    ) -> Result<String, Refused> {
        const ACTION: &str = "CreateReplaceRootVolumeTask";
        if let Some(known) = self.known_token(ACTION, token)? {
            return Ok(known.into_iter().next().unwrap_or_default());
        }
        let instance = self.instance(id)?;
        if instance.state != InstanceState::Running {
            return Err(wrong_state(format!("The instance '{id}' is not in the 'running' state.")));
        }
        let (zone, root) = (instance.zone.clone(), instance.root_device.clone());
        let place = instance.block_devices.iter().position(|device| device.device == root);
        let old = place.and_then(|place| self.region.volumes.get(&instance.block_devices.get(place)?.volume));
        let (Some(place), Some(old)) = (place, old.cloned()) else {
            return Err(Refused::new("InvalidParameterValue", format!("The instance '{id}' has no EBS root volume.")));
        };
        let (volume, at) = (VolumeId::from(self.mint.id("vol")), self.now + RESTARTS_FROM_NEW_ROOT);
        let new = Volume {
            id: volume.clone(),
            created_at: self.now.whole_second(),
            zone,
            state: VolumeState::InUse,
            instance: Some(id.clone()),
            ..old.clone()
        };
        self.region.volumes.insert(volume.clone(), new);
        if let Some(old) = self.region.volumes.get_mut(&old.id) {
            (old.state, old.instance) = (VolumeState::Available, None);
        }
        if let Some(instance) = self.region.instances.get_mut(id) {
            if let Some(device) = instance.block_devices.get_mut(place) {
                (device.volume, device.attached_at) = (volume, self.now.whole_second());
            }
            if let Some(image) = image {
                instance.image = image.into();
            }
            instance.reboot_at = Some(at);
        }
        self.schedule.put(at, Event::Reboot(self.region.name.clone(), id.clone()));
        let task = self.mint.id("replacevol");
        self.keep_token(ACTION, token, vec![task.clone()]);
        Ok(task)
    }

    /// Begins a snapshot; it completes after minutes, in a zone whose volumes answer.
    ///
    /// # Errors
    /// `InvalidVolume.NotFound`.
    pub fn create_snapshot(&mut self, volume: &str, description: &str, tags: Tags) -> Result<SnapshotId, Refused> {
        let found = self.volume(volume)?;
        let (volume, size_gib, encrypted) = (found.id.clone(), found.size_gib, found.encrypted);
        let id = SnapshotId::from(self.mint.id("snap"));
        let snapshot = Snapshot {
            id: id.clone(),
            volume,
            size_gib,
            started_at: self.now.whole_second(),
            state: "pending".to_owned(),
            progress: "0%".to_owned(),
            encrypted,
            description: description.to_owned(),
            tags,
        };
        self.region.snapshots.insert(id.clone(), snapshot);
        self.step_snapshot_in(&id, 60 + u64::from(size_gib) / 4);
        Ok(id)
    }

    fn step_snapshot_in(&mut self, id: &SnapshotId, seconds: u64) {
        let event = Event::Snapshot(self.region.name.clone(), id.clone());
        self.schedule.put(self.now + Duration::from_secs(seconds), event);
    }

    /// A snapshot is complete, unless its volume answers nobody: then it waits (`aws-domain.md` C.1).
    pub(in super::super) fn step_snapshot(&mut self, id: &SnapshotId) {
        let Some(snapshot) = self.region.snapshots.get(id) else { return };
        let zone = self.region.volumes.get(&snapshot.volume).and_then(|volume| self.region.zones.get(&volume.zone));
        if zone.is_some_and(|zone| zone.causes.dark.is_some() || zone.causes.ebs_stalled.is_some()) {
            return self.step_snapshot_in(id, 60);
        }
        if let Some(snapshot) = self.region.snapshots.get_mut(id) {
            (snapshot.state, snapshot.progress) = ("completed".to_owned(), "100%".to_owned());
        }
    }

    fn volume(&self, id: &str) -> Result<&Volume, Refused> {
        let missing = || Refused::new("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."));
        self.region.volumes.get(id).ok_or_else(missing)
    }

    fn usable_snapshot(&self, id: &SnapshotId) -> Result<&Snapshot, Refused> {
        let missing = || Refused::new("InvalidSnapshot.NotFound", format!("The snapshot '{id}' does not exist."));
        let snapshot = self.region.snapshots.get(id).ok_or_else(missing)?;
        if snapshot.state != "completed" {
            return Err(Refused::new("IncorrectState", format!("Snapshot is in invalid state - {}", snapshot.state)));
        }
        Ok(snapshot)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture::{self, REGION};
    use super::*;

    #[test]
    fn a_new_root_mends_the_guest_and_the_old_one_is_kept_aws_domain_c1() {
        let mut world = fixture::world();
        let box_id = world.standalone();
        let root = world.here().instances[&box_id].block_devices[0].volume.clone();
        let before = world.here().instances[&box_id].booted_at;
        let token = ("op-1".to_owned(), String::new());
        let mut scene = world.scene(REGION).unwrap();
        let task = scene.replace_root_volume(&box_id, None, Some(&token)).unwrap();
        assert_eq!(
            scene.replace_root_volume(&box_id, None, Some(&token)).unwrap(),
            task,
            "by its token it is done once"
        );
        world.pass(120);
        let found = &world.here().instances[&box_id];
        assert!(found.booted_at > before && found.block_devices[0].volume != root);
        assert_eq!(world.here().volumes[&root].instance, None);
        assert_eq!(world.here().volumes[&found.block_devices[0].volume].instance, Some(box_id));
    }

    #[test]
    fn a_volume_stays_in_its_zone_and_goes_there_only_through_a_snapshot_aws_domain_c1() {
        let mut world = fixture::world();
        let box_id = world.standalone();
        let data = world.here().instances[&box_id].block_devices[1].volume.to_string();
        let root = world.here().instances[&box_id].block_devices[0].volume.to_string();
        let elsewhere = world.members().into_iter().find(|member| member.zone == *"eu-west-1b").unwrap().instance;
        let mut scene = world.scene(REGION).unwrap();
        assert_eq!(scene.detach_volume(&root, None).unwrap_err().code, "OperationNotPermitted");
        assert_eq!(scene.attach_volume(&data, &elsewhere, "/dev/sdg").unwrap_err().code, "VolumeInUse");
        scene.detach_volume(&data, Some(&box_id)).unwrap();
        assert_eq!(scene.detach_volume(&data, None).unwrap_err().code, "IncorrectState");
        assert_eq!(scene.attach_volume(&data, &elsewhere, "/dev/sdg").unwrap_err().code, "InvalidVolume.ZoneMismatch");
        let snapshot = scene.create_snapshot(&data, "", Tags::default()).unwrap();
        let order = |snapshot: &SnapshotId| VolumeOrder {
            zone: "eu-west-1b".into(),
            snapshot: Some(snapshot.clone()),
            size_gib: None,
            volume_type: "gp3".to_owned(),
            tags: Tags::default(),
            token: Some(("op-1".to_owned(), String::new())),
        };
        assert_eq!(scene.create_volume(&order(&snapshot)).unwrap_err().code, "IncorrectState", "not complete yet");
        let stall = Fault::EbsStall { zone: "eu-west-1a".to_owned() };
        world.apply(stall.clone()).unwrap();
        world.pass(3600);
        assert_eq!(world.here().snapshots[&snapshot].state, "pending", "of a stuck volume it may never complete");
        world.heal(&stall).unwrap();
        world.pass(120);
        let mut scene = world.scene(REGION).unwrap();
        let made = scene.create_volume(&order(&snapshot)).unwrap();
        assert_eq!(made, scene.create_volume(&order(&snapshot)).unwrap(), "by its token it is made once");
        scene.attach_volume(made.as_str(), &elsewhere, "/dev/sdg").unwrap();
        assert_eq!(world.here().volumes[&made].instance, Some(elsewhere));
    }
}
