//! A region under construction, with the names by which its document refers to things.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::document::WorldError;
use super::super::{
    Arn, ImageId, InstanceId, Region, RegionName, ServiceName, SimTime, SubnetId, Tags, TemplateId, VpcId, World,
    ZoneName, nearest,
};
use crate::sim::physics::Scene;

/// A region under construction.
pub(super) struct Site<'world> {
    /// The region; its clock stands wherever the thing under construction came to be.
    pub scene: Scene<'world>,
    /// The start of the simulation.
    pub start: SimTime,
    /// Its VPC.
    pub vpc: VpcId,
    /// Subnets by zone: private, then public.
    pub subnets: BTreeMap<ZoneName, (SubnetId, SubnetId)>,
    /// Images by name.
    pub images: Names<ImageId>,
    /// Templates by name.
    pub templates: Names<TemplateId>,
    /// Target groups by name.
    pub target_groups: Names<Arn>,
    /// Load balancers by name.
    pub balancers: Names<Arn>,
    /// Standalone instances by `Name` tag.
    pub instances: Names<InstanceId>,
}

/// Things of one kind by the names that a document gives them.
pub(super) struct Names<T> {
    kind: &'static str,
    known: BTreeMap<String, T>,
}

impl<T: Clone> Names<T> {
    fn new(kind: &'static str) -> Self {
        Self { kind, known: BTreeMap::new() }
    }

    /// Adds a name.
    ///
    /// # Errors
    /// A second thing of the same name.
    pub fn add(&mut self, path: &str, name: &str, thing: T) -> Result<(), WorldError> {
        if name.is_empty() {
            return Err(WorldError::invalid(path, format!("a {} needs a name", self.kind)));
        }
        match self.known.insert(name.to_owned(), thing) {
            Some(_) => Err(WorldError::invalid(path, format!("there are two {}s called \"{name}\"", self.kind))),
            None => Ok(()),
        }
    }

    /// The thing called `name`, if there is one.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.known.get(name)
    }

    /// The thing called `name`.
    ///
    /// # Errors
    /// Names the nearest one that exists.
    pub fn find(&self, path: &str, name: &str) -> Result<T, WorldError> {
        self.known.get(name).cloned().ok_or_else(|| {
            let hint = nearest(name, self.known.keys().map(String::as_str));
            let hint = hint.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            WorldError::invalid(path, format!("there is no {} called \"{name}\"{hint}", self.kind))
        })
    }
}

impl<'world> Site<'world> {
    pub fn new(world: &'world mut World, region: RegionName, start: SimTime) -> Result<Self, WorldError> {
        let Some(scene) = world.scene(region.as_str()) else {
            return Err(WorldError::invalid("regions", format!("{region} vanished while it was built")));
        };
        Ok(Self {
            scene,
            start,
            vpc: VpcId::from(""),
            subnets: BTreeMap::new(),
            images: Names::new("image"),
            templates: Names::new("launch template"),
            target_groups: Names::new("target group"),
            balancers: Names::new("load balancer"),
            instances: Names::new("instance"),
        })
    }

    /// The region's name.
    pub fn name(&self) -> RegionName {
        self.scene.region.name.clone()
    }

    /// The region.
    pub fn region(&mut self) -> &mut Region {
        self.scene.region
    }

    /// `regions.us-east-1.groups[3]`.
    pub fn path(&self, key: &str, index: usize) -> String {
        format!("regions.{}.{key}[{index}]", self.scene.region.name)
    }

    /// The instant `age` before the start, in whole seconds as AWS writes them.
    pub fn ago(&self, age: Duration) -> SimTime {
        (self.start - age).whole_second()
    }

    /// The zone called `name`.
    pub fn zone(&self, path: &str, name: &str) -> Result<ZoneName, WorldError> {
        let zones = &self.scene.region.zones;
        zones.get_key_value(name).map(|(zone, _)| zone.clone()).ok_or_else(|| {
            let known: Vec<&str> = zones.keys().map(ZoneName::as_str).collect();
            let message =
                format!("there is no zone \"{name}\" in {}; it has {}", self.scene.region.name, known.join(", "));
            WorldError::invalid(path, message)
        })
    }

    /// The zones of those names, or all of the region's; none twice.
    pub fn zones(&self, path: &str, names: Option<&[String]>) -> Result<Vec<ZoneName>, WorldError> {
        let Some(names) = names else { return Ok(self.scene.region.zones.keys().cloned().collect()) };
        let mut zones = Vec::new();
        for name in names {
            let zone = self.zone(path, name)?;
            if zones.contains(&zone) {
                return Err(WorldError::invalid(path, format!("zone \"{name}\" stands there twice")));
            }
            zones.push(zone);
        }
        if zones.is_empty() {
            return Err(WorldError::invalid(path, "one zone at least"));
        }
        Ok(zones)
    }

    /// The private (or public) subnet of a zone.
    pub fn subnet(&self, path: &str, zone: &ZoneName, public: bool) -> Result<SubnetId, WorldError> {
        let found = self.subnets.get(zone).map(|(private, outer)| if public { outer } else { private });
        found.cloned().ok_or_else(|| WorldError::invalid(path, format!("zone {zone} has no subnet")))
    }

    /// The service called `name`.
    pub fn service(&self, path: &str, name: Option<&str>) -> Result<Option<ServiceName>, WorldError> {
        let Some(name) = name else { return Ok(None) };
        let services = &self.scene.region.services;
        let found = services.get_key_value(name).map(|(service, _)| service.clone());
        let missing = || {
            let hint = nearest(name, services.keys().map(ServiceName::as_str));
            let hint = hint.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            WorldError::invalid(path, format!("there is no service called \"{name}\"{hint}"))
        };
        found.ok_or_else(missing).map(Some)
    }

    /// Tags as AWS resources of this company carry them.
    pub fn tags(name: Option<&str>, service: Option<&ServiceName>, more: &BTreeMap<String, String>) -> Tags {
        let mut tags: Tags = more.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        if let Some(name) = name {
            tags.set("Name", name);
        }
        if let Some(service) = service {
            tags.set("Service", service.as_str());
        }
        if tags.get("Environment").is_none() {
            tags.set("Environment", "production");
        }
        tags
    }

    /// The one security group that everything of this name sits in.
    pub fn security_group(&mut self) -> String {
        self.scene.mint.id("sg")
    }
}

/// Turns a word into one of `all`, or says which there are.
pub(super) fn word<T: Copy>(
    path: &str,
    text: &str,
    all: &[T],
    as_str: impl Fn(T) -> &'static str,
) -> Result<T, WorldError> {
    all.iter().copied().find(|candidate| as_str(*candidate) == text).ok_or_else(|| {
        let words: Vec<&str> = all.iter().copied().map(as_str).collect();
        WorldError::invalid(path, format!("\"{text}\" is none of {}", words.join(", ")))
    })
}
