//! A new root volume for an instance that stays what it is: its id, addresses and data volumes (`aws-domain.md` C.1).
//!
//! Must stay true: the old root is kept; that it is left behind is told, for nothing takes it back.

use super::super::super::call::{Action, RootVolume, Whom};
use super::super::super::condition::Fact;
use super::super::super::fill::TOKEN;
use super::super::super::plan::Refusal;
use super::super::way::Chosen;
use super::Lane;
use crate::estate::instance::InstanceState;
use crate::id::{ImageId, VolumeId};

/// How long it may take until the new root is there and checks pass.
const ROOT_S: u64 = 1800;
/// How long checks must go on passing: they are made each minute, and a first pass may be from before.
const HOLDS_S: u64 = 180;

impl Lane<'_, '_> {
    pub(super) fn root_volume(&mut self, chosen: &Chosen) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let root = self.root()?;
        if instance.state != InstanceState::Running {
            return Err(Refusal::new(
                format!("{id} is {}: AWS replaces the root volume of a running one", instance.state),
                "way=stop-start starts it; or way=restore",
            ));
        }
        let image = self.settings.get("image").map(ImageId::from);
        let from = image.as_ref().map_or_else(|| "as it was at its launch".to_owned(), |image| format!("from {image}"));
        self.leave_balancers();
        let call = RootVolume { instance_id: Whom::from(id), image_id: image.clone(), client_token: TOKEN.into() };
        let mut part = self
            .step(format!("give {id} a new root volume, {from}"), chosen.why.clone())
            .block("running", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Running] })
            .block("root", Fact::VolumeOn { volume: root.clone(), instance: id.clone(), attached: true });
        if let Some(image) = image {
            part = part.block("image", Fact::ImageUsable { image });
        }
        let gone = Fact::VolumeOn { volume: root.clone(), instance: id.clone(), attached: false };
        let part = part
            .call(Action::CreateReplaceRootVolumeTask(call))
            .until(Fact::All { of: vec![gone, Fact::ChecksPass { instance: id.clone() }] }, 300, ROOT_S)
            .held_for(HOLDS_S);
        self.add(part);
        self.join_balancers();
        self.draft.changes.push(format!(
            "{id} in {}: restarts with a new root volume {from}; its id, addresses and other volumes stay",
            instance.zone
        ));
        self.draft.cannot_undo.push(format!(
            "{id}: what was written on its root since is on {root}, which is kept and billed, and on it no more"
        ));
        Ok(())
    }

    fn root(&self) -> Result<VolumeId, Refusal> {
        let instance = self.here.thing;
        let known = instance.make.as_ref().filter(|make| make.devices.len() == instance.volumes.len());
        let root = known.and_then(|make| {
            let at = make.devices.iter().position(|(device, _)| Some(device) == make.root_device.as_ref())?;
            instance.volumes.get(at).cloned()
        });
        root.ok_or_else(|| {
            Refusal::new(
                format!("{} has no root on EBS that is known", instance.id),
                "way=restore launches another from its image",
            )
        })
    }
}
