//! Releases: how a new version of an application reaches a group's members (`aws-domain.md F.6`).
//!
//! Owns: the deployments of the simulated company. AWS sees a new launch template version and what comes of it. Must stay
//! true: what a group launches and what its members run is the same release some minutes later; a deployment that a newer
//! one overtook changes nothing any more.

use std::time::Duration;

use super::super::fault::Fault;
use super::super::world::{
    GroupName, Image, ImageId, InstanceId, LifecycleState, RegionName, SnapshotId, TemplateChoice, TemplateVersion,
    World, ZoneName, random,
};
use super::{Event, Scene, Unknown};

/// From the new version to the first member that has it.
const FIRST: Duration = Duration::from_secs(20);

/// In this time a release reaches all members, one after another.
const SPREAD_MS: u64 = 160_000;

/// How long a bad release works: at least, and up to as many more milliseconds.
const WORKS_FOR_MS: (u64, u64) = (110_000, 30_000);

/// The order in which a release reaches a group's members.
#[derive(Default)]
struct Order<'a> {
    /// These zones first.
    zones_first: &'a [ZoneName],
    /// So long before the others.
    pause: Duration,
}

impl World {
    /// Brings a release to a group: in the first region that has one of this name, since pipelines go region by region.
    ///
    /// # Errors
    /// [`Unknown`] when no region has the group, or its region lacks one of the zones (by name or id).
    pub(in super::super) fn begin_release(
        &mut self,
        group: &str,
        good: bool,
        zones_first: &[String],
        pause_s: f64,
    ) -> Result<(), Unknown> {
        let unknown = |kind, name: &str| Unknown { kind, name: name.to_owned() };
        let region = self.home_of(group).ok_or_else(|| unknown("group", group))?;
        let zones = zones_first.iter().map(|zone| {
            let (home, zone_name) = self.zone_of_fault(zone).ok_or_else(|| unknown("zone", zone))?;
            if home == region { Ok(zone_name) } else { Err(unknown("zone", zone)) }
        });
        let zones = zones.collect::<Result<Vec<ZoneName>, Unknown>>()?;
        let pause = Duration::try_from_secs_f64(pause_s).unwrap_or_default();
        let order = Order { zones_first: &zones, pause };
        self.with_scene(&region, |scene| scene.release(&GroupName::from(group), good, &order));
        Ok(())
    }

    /// Brings a good release to a group by replacing its members.
    ///
    /// # Errors
    /// [`Unknown`] when no region has the group.
    pub(in super::super) fn begin_refresh_release(&mut self, group: &str) -> Result<(), Unknown> {
        let unknown = || Unknown { kind: "group", name: group.to_owned() };
        let region = self.home_of(group).ok_or_else(unknown)?;
        self.with_scene(&region, |scene| scene.refresh_release(&GroupName::from(group)));
        Ok(())
    }

    /// Calls an instance refresh off, and takes its release back.
    pub(in super::super) fn withdraw_refresh(&mut self, group: &str) {
        if let Some(region) = self.home_of(group) {
            self.with_scene(&region, |scene| scene.cancel_refresh(&GroupName::from(group)));
        }
        self.withdraw_release(group);
    }

    /// Takes a release back: what ran before it runs again, as a version of its own. Another release that is still in
    /// force stays, or comes back.
    pub(in super::super) fn withdraw_release(&mut self, group: &str) {
        let left = self.faults.iter().rev().find_map(|other| match &other.fault {
            Fault::BadRelease { group: name } if name == group => Some(false),
            Fault::Release { group: name, good, .. } if name == group => Some(*good),
            Fault::Refresh { group: name } if name == group => Some(true),
            _ => None,
        });
        let Some(region) = self.home_of(group) else { return };
        self.with_scene(&region, |scene| scene.take_back(&GroupName::from(group), left));
    }

    fn home_of(&self, group: &str) -> Option<RegionName> {
        let home = self.regions.values().find(|region| region.groups.contains_key(group))?;
        Some(home.name.clone())
    }
}

impl Scene<'_> {
    fn release(&mut self, name: &GroupName, good: bool, order: &Order<'_>) {
        let Some(version) = self.next_version(name, good) else { return };
        if let Some(number) = self.adopt(name, version) {
            self.record_deployment(name);
            self.roll_out(name, number, order);
        }
    }

    fn refresh_release(&mut self, name: &GroupName) {
        let Some(version) = self.next_version(name, true) else { return };
        if let Some(number) = self.adopt(name, version) {
            self.record_refresh(name);
            self.begin_refresh(name, number);
        }
    }

    /// The version of a new release.
    fn next_version(&mut self, name: &GroupName, good: bool) -> Option<TemplateVersion> {
        let current = self.current_version(name)?;
        let image = self.bake(&current.image);
        let description = next_release(&current.description, &self.now.format("%Y-%m-%d"));
        Some(TemplateVersion { image, description, broken: !good, before: Some(current.number), ..current })
    }

    fn take_back(&mut self, name: &GroupName, left: Option<bool>) {
        let Some(current) = self.current_version(name) else { return };
        let before = self.version_before(name, &current);
        let broken = left == Some(false);
        match (left, before) {
            (Some(_), _) if current.broken == broken => {}
            (_, Some(before)) => {
                let description = format!("roll back to {}", before.description);
                let chain = left.map(|_| before.number);
                let version = TemplateVersion { description, broken, before: chain, ..before };
                if let Some(number) = self.adopt(name, version) {
                    self.record_deployment(name);
                    self.roll_out(name, number, &Order::default());
                }
            }
            // Someone brought the group back already; what still runs on its members follows.
            (_, None) => self.roll_out(name, current.number, &Order::default()),
        }
    }

    /// Adds a version to the group's template and has the group launch it. Returns its number.
    fn adopt(&mut self, name: &GroupName, version: TemplateVersion) -> Option<u32> {
        let (now, account) = (self.now.whole_second(), self.account.to_owned());
        let group = self.region.groups.get_mut(name)?;
        let template = self.region.templates.get_mut(&group.template.id)?;
        let number = template.latest_version() + 1;
        let words = version.description.clone();
        template.versions.push(TemplateVersion {
            number,
            created_at: now,
            created_by: format!("arn:aws:sts::{account}:assumed-role/deploy/pipeline"),
            ..version
        });
        match &mut group.template.version {
            TemplateChoice::Latest => {}
            TemplateChoice::Default => template.default_version = number,
            TemplateChoice::Number(chosen) => *chosen = number,
        }
        let used = group.template.clone();
        self.record_release(name, &used, number, &words);
        Some(number)
    }

    /// Brings a version to the members in place, one after another: first in some zones, otherwise in no order.
    fn roll_out(&mut self, name: &GroupName, number: u32, order: &Order<'_>) {
        let Some(group) = self.region.groups.get(name) else { return };
        let mut members: Vec<(bool, u64, InstanceId)> = (group.members.values())
            .filter(|member| member.state.counts() || member.state == LifecycleState::Standby)
            .map(|member| {
                let place = random::below(self.seed, &["deploy", member.instance.as_str()], u64::MAX);
                (!order.zones_first.contains(&member.zone), place, member.instance.clone())
            })
            .collect();
        members.sort();
        let each = SPREAD_MS / u64::try_from(members.len().max(1)).unwrap_or(1);
        let mut at = self.now + FIRST;
        for (later, _, id) in members {
            let wait = if later { order.pause } else { Duration::ZERO };
            self.schedule.put(at + wait, Event::Release(self.region.name.clone(), name.clone(), id, number));
            at = at + Duration::from_millis(each);
        }
    }

    /// A release reaches a member.
    pub(super) fn deploy(&mut self, name: &GroupName, id: &InstanceId, number: u32) {
        let Some(current) = self.current_version(name).filter(|current| current.number == number) else { return };
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        instance.causes.release_broken = None;
        if current.broken {
            self.break_release(id, Duration::ZERO);
        }
        self.touch_instance(id);
    }

    /// Lets a bad release stop answering some minutes after it reached an instance, which it does after `wait`.
    pub(super) fn break_release(&mut self, id: &InstanceId, wait: Duration) {
        let (least, more) = WORKS_FOR_MS;
        let works = least + random::below(self.seed, &["works", id.as_str()], more);
        let at = self.now + wait + Duration::from_millis(works);
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.causes.release_broken = Some(at);
            self.schedule.put(at, Event::Look(self.region.name.clone(), id.clone()));
        }
    }

    fn current_version(&self, name: &GroupName) -> Option<TemplateVersion> {
        let group = self.region.groups.get(name)?;
        self.region.templates.get(&group.template.id)?.resolve(group.template.version).cloned()
    }

    /// The version that ran before all releases in force.
    fn version_before(&self, name: &GroupName, current: &TemplateVersion) -> Option<TemplateVersion> {
        let template = self.region.templates.get(&self.region.groups.get(name)?.template.id)?;
        let mut version = template.resolve(TemplateChoice::Number(current.before?))?;
        // Versions point to older ones alone.
        while let Some(before) = version.before.and_then(|number| template.resolve(TemplateChoice::Number(number))) {
            version = before;
        }
        Some(version.clone())
    }

    /// Bakes the image of a release from the one before.
    fn bake(&mut self, old: &ImageId) -> ImageId {
        let (Some(image), now) = (self.region.images.get(old).cloned(), self.now.whole_second()) else {
            return old.clone();
        };
        let id = ImageId::from(self.mint.id("ami"));
        let snapshot = SnapshotId::from(self.mint.id("snap"));
        if let Some(mut taken) = self.region.snapshots.get(&image.snapshot).cloned() {
            taken.id = snapshot.clone();
            taken.started_at = now;
            taken.description = format!("Created by CreateImage for {id}");
            self.region.snapshots.insert(snapshot.clone(), taken);
        }
        let stem = image.name.trim_end_matches(|digit: char| digit.is_ascii_digit() || digit == '-');
        let name = format!("{stem}-{}", self.now.format("%Y-%m-%d-%H%M"));
        let mut tags = image.tags.clone();
        tags.set("Name", name.clone());
        let baked = Image {
            id: id.clone(),
            description: format!("golden image {name}"),
            created_at: now,
            deprecated_at: None,
            last_launched_at: None,
            snapshot,
            name,
            tags,
            ..image
        };
        self.region.images.insert(id.clone(), baked);
        id
    }
}

/// The description of the release after this one: `release 437` becomes `release 438`.
fn next_release(description: &str, today: &str) -> String {
    let counted = description.rsplit_once(' ').and_then(|(words, last)| Some((words, last.parse::<u64>().ok()?)));
    counted
        .map_or_else(|| format!("release {today}"), |(words, number)| format!("{words} {}", number.saturating_add(1)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::world::{TargetReason, TargetState};
    use super::super::fixture;
    use super::*;

    fn bad() -> Fault {
        Fault::BadRelease { group: "web".to_owned() }
    }

    /// The fixture without health replacement, which would mix in.
    fn world() -> World {
        fixture::world_with(|document| document.replace(r#", health_checks = ["EC2", "ELB"]"#, ""))
    }

    fn unhealthy(world: &World) -> usize {
        let targets = world.here().target_groups.values().flat_map(|group| group.targets.values());
        targets
            .filter(|target| {
                target.state == TargetState::Unhealthy && target.reason == Some(TargetReason::ResponseCodeMismatch)
            })
            .count()
    }

    #[test]
    fn a_bad_release_flips_all_zones_minutes_after_the_template_changed_aws_domain_f6() {
        let mut world = world();
        world.apply(bad()).unwrap();
        let group = &world.here().groups["web"];
        assert_eq!(group.template.version, TemplateChoice::Number(2));
        let template = &world.here().templates[&group.template.id];
        assert_eq!(template.versions[1].created_at, world.now.whole_second());
        assert_ne!(template.versions[0].image, template.versions[1].image);
        world.pass(60);
        assert_eq!(unhealthy(&world), 0, "it works at first");
        world.pass(300);
        assert_eq!(unhealthy(&world), 6);
        let systems = world.here().instances.values().map(|instance| instance.checks.system.state.as_str());
        assert!(systems.into_iter().all(|state| state == "ok"), "AWS's own checks see nothing");
    }

    #[test]
    fn heal_brings_the_version_before_back_as_a_new_one_and_all_serve_again_aws_domain_f6() {
        let mut world = world();
        world.apply(bad()).unwrap();
        world.pass(400);
        world.heal(&bad()).unwrap();
        let group = &world.here().groups["web"];
        let template = &world.here().templates[&group.template.id];
        assert_eq!(group.template.version, TemplateChoice::Number(3), "pipelines roll forward");
        assert_eq!(template.versions[2].image, template.versions[0].image);
        world.pass(300);
        assert_eq!(unhealthy(&world), 0);
    }

    #[test]
    fn replacements_have_the_bad_release_too_and_flap_aws_domain_c1() {
        let mut world = fixture::world();
        world.apply(bad()).unwrap();
        world.pass(1500);
        let replaced = world
            .members()
            .into_iter()
            .find(|member| member.template.as_ref().is_some_and(|used| used.version == TemplateChoice::Number(2)));
        let replaced = replaced.expect("the group replaced what its balancer failed");
        assert!(world.here().instances[&replaced.instance].causes.release_broken.is_some());
        world.heal(&bad()).unwrap();
        world.pass(1500);
        let states: Vec<_> = world.members().into_iter().map(|member| world.target_state(&member.instance)).collect();
        assert_eq!(states, vec![Some(TargetState::Healthy); 6]);
    }

    #[test]
    fn zones_first_are_reached_first_and_releases_compose() {
        let mut world = world();
        let first = Fault::Release {
            group: "web".to_owned(),
            good: false,
            zones_first: vec!["euw1-az1".to_owned()],
            pause_s: 0.0,
        };
        let second = Fault::Release { group: "web".to_owned(), good: true, zones_first: Vec::new(), pause_s: 0.0 };
        world.apply(first.clone()).unwrap();
        world.pass(70);
        let reached: std::collections::BTreeSet<String> = (world.here().instances.values())
            .filter(|instance| instance.causes.release_broken.is_some())
            .map(|instance| instance.zone.to_string())
            .collect();
        assert_eq!(reached.into_iter().collect::<Vec<_>>(), ["eu-west-1b"]);
        world.apply(second.clone()).unwrap();
        world.pass(400);
        assert_eq!(unhealthy(&world), 0, "the good one overtook the bad one");
        world.heal(&second).unwrap();
        world.pass(500);
        assert_eq!(unhealthy(&world), 6, "the bad one is still in force");
        world.heal(&first).unwrap();
        world.pass(400);
        assert_eq!(unhealthy(&world), 0);
        let nowhere = Fault::Release {
            group: "web".to_owned(),
            good: true,
            zones_first: vec!["use1-az1".to_owned()],
            pause_s: 0.0,
        };
        assert_eq!(world.apply(nowhere).unwrap_err().to_string(), "there is no zone \"use1-az1\"");
    }
}
