//! A small world for the tests of the physics: one region, one group behind a load balancer.

use std::time::Duration;

use super::super::world::{Format, InstanceId, Member, Origin, Region, SimTime, TargetState, World};

/// The region of the fixture.
pub const REGION: &str = "eu-west-1";

const DOCUMENT: &str = r#"
account = "111122223333"
[regions.eu-west-1]
network = 0
zones = { eu-west-1a = "euw1-az3", eu-west-1b = "euw1-az1", eu-west-1c = "euw1-az2" }
services = [{ name = "web", rps = 300, capacity_rps = 100, error_share = 0.01 }]
images = [{ name = "web-1", age = "20d" }]
templates = [{ name = "web", instance_type = "m6i.large", versions = [{ image = "web-1", age = "20d" }] }]
target_groups = [{ name = "web", service = "web", protocol = "HTTP", port = 80, interval_s = 10, attributes = { "deregistration_delay.timeout_seconds" = "120" } }]
load_balancers = [{ name = "web", kind = "application", age = "90d", listeners = [{ port = 80, protocol = "HTTP", to = "web" }] }]
classic_balancers = [{ name = "old", port = 80, instance_port = 80, health_target = "HTTP:80/", age = "900d" }]
groups = [{ name = "web", service = "web", template = "web", version = "1", min = 2, desired = 6, max = 12, age = "90d", members_age = "10d", grace_s = 120, boot_s = 30, target_groups = ["web"], classic_balancers = ["old"], health_checks = ["EC2", "ELB"], metrics = true }]
instances = [{ name = "box", zone = "eu-west-1a", image = "web-1", instance_type = "m5.large", age = "50d", elastic_ip = true, volumes = [{ device = "/dev/sdf", size_gib = 100 }] }]
databases = [
    { id = "main", engine = "postgres", version = "16.8", class = "db.r6g.large", storage_gib = 100, zone = "eu-west-1a", standby_zone = "eu-west-1b", backup_days = 7, age = "90d" },
    { id = "copy", engine = "postgres", version = "16.8", class = "db.r6g.large", storage_gib = 100, zone = "eu-west-1c", replica_of = "main", lag_ms = 2000, backup_days = 0, age = "60d" },
]
alarms = [
    { name = "sick", metric = "AWS/ApplicationELB UnHealthyHostCount", dimensions = { LoadBalancer = "web", TargetGroup = "web" }, statistic = "Maximum", datapoints = [2, 2], breach = ">= 1" },
    { name = "busy", metric = "AWS/EC2 CPUUtilization", dimensions = { AutoScalingGroupName = "web" }, breach = "> 90", muted = true },
    { name = "either", rule = 'ALARM("sick") OR ALARM("busy")' },
]
"#;

const LONE: &str = r#"
account = "111122223333"
[regions.eu-west-1]
network = 0
zones = { eu-west-1a = "euw1-az3" }
images = [{ name = "web-1", age = "20d" }]
instances = [{ name = "box", zone = "eu-west-1a", image = "web-1", instance_type = "m5.large", age = "50d" }]
"#;

/// The small world, steady.
pub fn world() -> World {
    world_with(|document| document)
}

/// The small world from a changed document.
pub fn world_with(change: impl FnOnce(String) -> String) -> World {
    build(&change(DOCUMENT.to_owned()), 5)
}

/// The small world of another seed.
pub fn world_of_seed(seed: u64) -> World {
    build(DOCUMENT, seed)
}

/// One instance alone, for tests over many days.
pub fn lone_instance() -> World {
    build(LONE, 5)
}

fn build(document: &str, seed: u64) -> World {
    let origin = Origin { seed, start: SimTime::from_seconds(1_795_230_862) };
    World::from_document(document, Format::Toml, origin).expect("the fixture is a world")
}

impl World {
    /// Lets `seconds` pass.
    pub fn pass(&mut self, seconds: u64) {
        self.advance_to(self.now + Duration::from_secs(seconds));
    }

    /// The region of the fixture.
    pub fn here(&self) -> &Region {
        &self.regions[REGION]
    }

    /// Members of the group, in the order of their ids.
    pub fn members(&self) -> Vec<Member> {
        self.here().groups["web"].members.values().cloned().collect()
    }

    /// The first member's id.
    pub fn first_member(&self) -> InstanceId {
        self.members()[0].instance.clone()
    }

    /// The standalone instance's id.
    pub fn standalone(&self) -> InstanceId {
        let alone = self.here().instances.values().find(|instance| instance.group.is_none());
        alone.expect("the fixture has a standalone instance").id.clone()
    }

    /// State of an instance's target, if it is registered.
    pub fn target_state(&self, id: &InstanceId) -> Option<TargetState> {
        let group = self.here().target_groups.values().next()?;
        group.targets.values().find(|target| target.key.id == id.as_str()).map(|target| target.state)
    }

    /// Changes the group.
    pub fn change_group(&mut self, change: impl FnOnce(&mut super::super::world::AutoScalingGroup)) {
        let group = self.regions.get_mut(REGION).and_then(|region| region.groups.get_mut("web"));
        change(group.expect("the fixture has a group"));
    }

    /// Sets a cause of an instance and has everyone look.
    pub fn cause(&mut self, id: &InstanceId, change: impl FnOnce(&mut super::super::world::Causes)) {
        self.with_instance(id.as_str(), |scene, id| {
            if let Some(instance) = scene.region.instances.get_mut(id) {
                change(&mut instance.causes);
            }
            scene.touch_instance(id);
        })
        .expect("the instance exists");
    }

    /// The newest activities of the group, the newest first, as `status description | cause`.
    pub fn activity_lines(&self, count: usize) -> Vec<String> {
        let activities = self.here().groups["web"].activities.iter().rev().take(count);
        activities
            .map(|activity| format!("{} {} | {}", activity.status, activity.description, activity.cause))
            .collect()
    }
}
