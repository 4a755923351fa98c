//! Builds machine images, their snapshots, and launch templates.

use super::super::document::{RegionDoc, TemplateDoc, WorldError};
use super::super::{
    Image, ImageId, ImageState, LaunchTemplate, Market, SecurityGroup, Snapshot, SnapshotId, TemplateId,
    TemplateVersion, VolumeId,
};
use super::site::Site;

impl Site<'_> {
    pub(super) fn build_images(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, image) in doc.images.iter().enumerate() {
            let path = self.path("images", index);
            let id = ImageId::from(self.scene.mint.id("ami"));
            let snapshot = SnapshotId::from(self.scene.mint.id("snap"));
            let (created_at, size_gib) = (self.ago(image.age.0), image.size_gib.unwrap_or(20));
            self.images.add(&path, &image.name, id.clone())?;
            let tags = Self::tags(Some(&image.name), None, &image.tags);
            let taken = Snapshot {
                id: snapshot.clone(),
                volume: VolumeId::from("vol-ffffffff"),
                size_gib,
                started_at: created_at,
                state: "completed".to_owned(),
                progress: "100%".to_owned(),
                encrypted: true,
                description: format!("Created by CreateImage for {id}"),
                tags: tags.clone(),
            };
            let made = Image {
                id: id.clone(),
                name: image.name.clone(),
                description: format!("golden image {}", image.name),
                state: ImageState::Available,
                created_at,
                deprecated_at: image.deprecated_in.map(|age| (self.start + age.0).whole_second()),
                last_launched_at: None,
                architecture: image.architecture.clone().unwrap_or_else(|| "x86_64".to_owned()),
                root_device: "/dev/xvda".to_owned(),
                snapshot: snapshot.clone(),
                size_gib,
                public: false,
                tags,
            };
            self.region().snapshots.insert(snapshot, taken);
            self.region().images.insert(id, made);
        }
        Ok(())
    }

    pub(super) fn build_templates(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, template) in doc.templates.iter().enumerate() {
            let path = self.path("templates", index);
            let id = TemplateId::from(self.scene.mint.id("lt"));
            self.templates.add(&path, &template.name, id.clone())?;
            let versions = self.template_versions(&path, template)?;
            let (Some(first), Ok(count)) = (versions.first(), u32::try_from(versions.len())) else {
                return Err(WorldError::invalid(path, "a launch template has one version at least"));
            };
            let default_version = template.default_version.unwrap_or(count);
            if !(1..=count).contains(&default_version) {
                return Err(WorldError::invalid(
                    path,
                    format!("default_version {default_version} is not among 1 to {count}"),
                ));
            }
            let (created_at, created_by) = (first.created_at, first.created_by.clone());
            let name = template.name.clone();
            let tags = Self::tags(None, None, &Default::default());
            let built =
                LaunchTemplate { id: id.clone(), name, created_at, created_by, default_version, versions, tags };
            self.region().templates.insert(id, built);
        }
        Ok(())
    }

    fn template_versions(&mut self, path: &str, doc: &TemplateDoc) -> Result<Vec<TemplateVersion>, WorldError> {
        let group = SecurityGroup { id: self.security_group(), name: format!("{}-instances", doc.name) };
        let account = self.scene.account.to_owned();
        let mut versions = Vec::new();
        for (version, number) in doc.versions.iter().zip(1_u32..) {
            let image = self.images.find(&format!("{path}.versions[{}].image", number - 1), &version.image)?;
            versions.push(TemplateVersion {
                number,
                description: version.description.clone(),
                created_at: self.ago(version.age.0),
                created_by: format!("arn:aws:sts::{account}:assumed-role/deploy/pipeline"),
                image,
                instance_type: version.instance_type.clone().unwrap_or_else(|| doc.instance_type.clone()),
                key_name: None,
                security_groups: vec![group.clone()],
                market: if doc.spot { Market::Spot } else { Market::OnDemand },
                detailed_monitoring: doc.detailed_monitoring,
                instance_profile: Some(format!("arn:aws:iam::{account}:instance-profile/{}", doc.name)),
                broken: false,
                before: None,
            });
        }
        Ok(versions)
    }
}
