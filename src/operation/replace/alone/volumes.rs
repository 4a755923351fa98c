//! Data volumes, which go over from an instance to the one that takes its place.
//!
//! Must stay true: a volume is taken off an instance only once that is stopped, so that nothing is half written; volumes are of one zone
//! (`aws-domain.md` C.1), so that they go nowhere else.

use super::super::super::call::{Action, Volume};
use super::super::super::condition::Fact;
use super::super::super::plan::Refusal;
use super::Lane;
use super::restore::blank_or;
use crate::estate::instance::InstanceState;
use crate::estate::zone::Subnet;
use crate::id::{InstanceId, Text, VolumeId};

/// How long a volume may take to be taken off or given.
const MOVES_S: u64 = 300;
/// A volume that was taken off is free some moments later.
const SETTLES_S: u64 = 10;

/// A volume besides the root, and the device that it is.
pub(super) struct Data {
    volume: VolumeId,
    device: Text,
}

impl<'a> Lane<'_, 'a> {
    /// The data volumes that go over to a new one in this subnet; none where they stay behind because somebody said so.
    ///
    /// # Errors
    /// Why they cannot.
    pub(super) fn data(&self, subnet: &Subnet) -> Result<Vec<Data>, Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let count = instance.volumes.len().saturating_sub(1);
        if count == 0 || self.settings.is_on("without-volumes") {
            return Ok(Vec::new());
        }
        let stay = "or say --set without-volumes=yes: they stay with the old one, which is kept";
        if subnet.zone != instance.zone {
            return Err(Refusal::new(
                format!(
                    "{id} has {count} volumes besides its root, which are of {} and cannot go to {}",
                    instance.zone, subnet.zone
                ),
                format!(
                    "--set subnet=… names one of {}; or make snapshots, and volumes of them there, by hand; {stay}",
                    instance.zone
                ),
            ));
        }
        if self.settings.get("old") == Some("keep") {
            return Err(Refusal::new(
                format!("old=keep: {id} would go on writing on the {count} volumes that go over to the new one"),
                format!("old=stop; {stay}"),
            ));
        }
        let make = instance.make.as_ref().filter(|make| make.devices.len() == instance.volumes.len());
        let (make, root) = make.and_then(|make| Some((make, make.root_device.as_ref()?))).ok_or_else(|| {
            Refusal::new(
                format!("which of the volumes of {id} is its root is not known"),
                format!("wait until instances are read again, {stay}"),
            )
        })?;
        // It is stopped for them, so whatever speaks against a stop speaks against this.
        self.may_be_stopped().map_err(|refusal| {
            Refusal::new(refusal.reason, format!("its volumes cannot go over while it runs, {stay}"))
        })?;
        let all = instance.volumes.iter().zip(&make.devices).filter(|(_, (device, _))| device != root);
        Ok(all.map(|(volume, (device, _))| Data { volume: volume.clone(), device: device.clone() }).collect())
    }

    /// Stops the old one, whose connections are drained.
    pub(super) fn stop_for_data(&mut self) {
        let id = &self.here.thing.id;
        let part = self
            .step(format!("stop {id}"), "what it has on its volumes must be written before they go over")
            .block("state", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Running] });
        let part = self.stopping(part);
        self.add(part);
    }

    /// Takes volumes off the old one, which is stopped, and gives them to the new one.
    pub(super) fn hand_over(&mut self, data: &[Data], new: &InstanceId) {
        let old = &self.here.thing.id;
        let stopped = || Fact::InstanceIn { instance: old.clone(), states: vec![InstanceState::Stopped] };
        for Data { volume, device } in data {
            let of = |whom: &InstanceId| Volume {
                volume_id: volume.clone(),
                instance_id: blank_or(whom),
                device: device.clone(),
            };
            let on = |whom: &InstanceId, attached: bool| Fact::VolumeOn {
                volume: volume.clone(),
                instance: whom.clone(),
                attached,
            };
            let part = self
                .step(format!("take {volume} ({device}) off {old}"), "it goes over to the new one")
                .block("stopped", stopped())
                .block("volume", on(old, true))
                .call(Action::DetachVolume(of(old)))
                .until(on(old, false), 10, MOVES_S)
                .held_for(SETTLES_S)
                .undo(Action::AttachVolume(of(old)));
            self.add(part);
            let part = self
                .step(format!("give {volume} to the new one as {device}"), "its data goes on there")
                .call(Action::AttachVolume(of(new)))
                .until(on(new, true), 10, MOVES_S)
                .undo(Action::DetachVolume(of(new)));
            self.add(part);
        }
        self.draft.changes.push(format!(
            "{} data volumes of {old} go over: nothing serves from its stop until the new one does; the new one must \
             mount them (by its image, or a program of policy); taken back, unmount them first",
            data.len()
        ));
    }
}
