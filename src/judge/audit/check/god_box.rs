//! Machines that stand alone and that something hangs on.

use std::collections::BTreeMap;

use crate::estate::image::Address;
use crate::estate::instance::Instance;
use crate::estate::{Kind, age};
use crate::judge::age_words;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "god-box",
    title: "a machine of its own that something hangs on",
    severity: Severity::High,
    explain: "A machine in no group is replaced by nobody. One with a fixed address, old and large, is one that somebody set up \
              by hand: its disks hold state, other things know its address, and nobody remembers how it was made. In an event \
              of a whole zone AWS recovers no instance by itself. Behind a balancer, customers hang on it.",
    source: "AWS: EC2 guide, automatic recovery (aws-domain.md A.1, B.4, F.1)",
    remedy: "bake an image, put it into a group over zones, move its state out; at least test its rebuild",
    reach: Reach::Region,
    needs: &[Kind::Instances, Kind::Groups, Kind::TargetGroups, Kind::ClassicBalancers, Kind::Addresses],
    by_part: &[Kind::Targets, Kind::ClassicTargets],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let addresses: BTreeMap<&str, &str> =
        scene.rows::<Address>().filter_map(|row| Some((row.instance.as_ref()?.as_str(), &*row.address))).collect();
    for instance in scene.standalone() {
        let entry = scene.entry_of_instance(&instance.id);
        let address = addresses.get(instance.id.as_str());
        let age = instance.launched_at.map(|at| age(at, scene.now));
        let old_s = u64::from(scene.policy.audit.god_age_days) * 86_400;
        let is_old = age.is_some_and(|age| age.as_secs() > old_s);
        let is_large = is_large(instance);
        let severity = match (&entry, address, is_old && is_large) {
            (Some(_), ..) => Severity::High,
            (None, Some(_), true) => Severity::Medium,
            (None, Some(_), false) | (None, None, true) => Severity::Low,
            (None, None, false) => continue,
        };
        let mut words = vec![instance.instance_type.to_string()];
        words.extend(age.map(|age| format!("{} old", age_words(age))));
        words.push(scene::count(instance.volumes.len(), "volume"));
        words.extend(address.map(|address| format!("address {address}")));
        words.extend(entry);
        let evidence = words.join(", ");
        report.flaw(scene::instance(instance), evidence).with(severity).in_zone(Some(&instance.zone));
    }
}

/// From 2xlarge on, and bare metal.
fn is_large(instance: &Instance) -> bool {
    let size = instance.instance_type.rsplit('.').next().unwrap_or("");
    size.starts_with("metal") || (size.ends_with("xlarge") && size != "xlarge")
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST, target_group_arn};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let old = json!({"instance_type": "r5.4xlarge", "launched_at": "2025-01-01T00:00:00Z"});
            world.instance(EAST, "i-god", 'b', old);
            world.add(EAST, Kind::Addresses, json!({"address": "192.0.2.7", "instance": "i-god", "tags": []}));
            let target = json!({"id": "i-god", "port": 80, "state": "healthy"});
            world.add_of(EAST, Kind::Targets, &target_group_arn(EAST, "web"), target);
        },
        subject: "i-god",
        evidence: &["r5.4xlarge", "address 192.0.2.7", "behind web"],
        silent: |world| world.instance(EAST, "i-runner", 'a', json!({"instance_type": "c6i.4xlarge"})),
    };
}
