//! Builds snapshots of data volumes, and copies of such from other regions. Those of images come with their images.
//!
//! Must stay true: their ids come from a mint of their own, so that a snapshot more changes the id of nothing else.

use super::super::document::{RegionDoc, WorldError};
use super::super::{Mint, Snapshot, SnapshotId, VolumeId, random};
use super::site::Site;

/// What AWS gives as the volume of a copy.
const OF_A_COPY: &str = "vol-ffffffff";
/// Where the first data volume is.
const DATA_DEVICE: &str = "/dev/sdf";

impl Site<'_> {
    pub(super) fn build_snapshots(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        let mut mint = self.mint_of("snapshots");
        for (index, snapshot) in doc.snapshots.iter().enumerate() {
            let path = self.path("snapshots", index);
            let (volume, size_gib) = match &snapshot.of {
                Some(instance) => self.data_volume(
                    &format!("{path}.of"),
                    instance,
                    snapshot.device.as_deref().unwrap_or(DATA_DEVICE),
                )?,
                None => (VolumeId::from(OF_A_COPY), snapshot.size_gib.unwrap_or(20)),
            };
            let id = SnapshotId::from(mint.id("snap"));
            let description = match &snapshot.copied_from {
                Some(region) => format!("[Copied {} from {region}] {}", mint.id("snap"), snapshot.name),
                None => snapshot.name.clone(),
            };
            let built = Snapshot {
                id: id.clone(),
                volume,
                size_gib,
                started_at: self.ago(snapshot.age.0),
                state: "completed".to_owned(),
                progress: "100%".to_owned(),
                encrypted: true,
                description,
                tags: Self::tags(Some(&snapshot.name), None, &snapshot.tags),
            };
            self.region().snapshots.insert(id, built);
        }
        Ok(())
    }

    /// A mint for things of this kind alone.
    pub(super) fn mint_of(&self, kind: &str) -> Mint {
        Mint::new(random::below(self.scene.seed, &["mint", kind, self.scene.region.name.as_str()], u64::MAX))
    }

    /// The volume of an instance at a device, and its size.
    fn data_volume(&self, path: &str, instance: &str, device: &str) -> Result<(VolumeId, u32), WorldError> {
        let id = self.instances.find(path, instance)?;
        let devices = self.scene.region.instances.get(&id).map(|instance| instance.block_devices.as_slice());
        let found = devices.unwrap_or_default().iter().find(|own| own.device == device);
        let volume = found.and_then(|own| self.scene.region.volumes.get(&own.volume));
        let missing = || WorldError::invalid(path, format!("{instance} has no volume at \"{device}\""));
        volume.map(|volume| (volume.id.clone(), volume.size_gib)).ok_or_else(missing)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::{Origin, SimTime, World};
    use super::*;

    #[test]
    fn the_other_region_lacks_an_image_and_keeps_one_that_is_old() {
        let world = World::builtin(Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) }).unwrap();
        let [east, west] = ["us-east-1", "us-west-2"].map(|name| &world.regions[name]);
        let names = |region: &super::super::super::Region| -> Vec<String> {
            region.images.values().map(|image| image.name.clone()).collect()
        };
        assert!(
            names(east).contains(&"api-2026-11-18".to_owned()) && !names(west).contains(&"api-2026-11-18".to_owned())
        );
        let days = |at: SimTime| world.now.since(at).as_secs() / 86_400;
        assert!(west.images.values().any(|image| days(image.created_at) > 180), "too old to promote to");
        let copy = west.snapshots.values().find(|snapshot| snapshot.description.starts_with("[Copied snap-")).unwrap();
        assert!(copy.volume == *OF_A_COPY && days(copy.started_at) > 30, "{copy:?}");
        let taken: Vec<_> = east.snapshots.values().filter(|snapshot| snapshot.volume != *OF_A_COPY).collect();
        assert!(taken.iter().all(|snapshot| east.volumes.contains_key(&snapshot.volume)), "{taken:?}");
        assert!(taken.iter().any(|snapshot| days(snapshot.started_at) == 0), "{taken:?}");
    }
}
