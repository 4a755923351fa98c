//! Volumes that do not complete their I/O.

use std::collections::BTreeMap;

use crate::estate::Kind;
use crate::estate::image::VolumeStatus;
use crate::estate::instance::Instance;
use crate::id::VolumeId;
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "stalled-volume",
    title: "a volume does not complete its I/O",
    severity: Severity::High,
    explain: "An instance whose volume is stalled may still answer pings and even pass its own check, while every write hangs: \
              it is slow death, and in a group behind a balancer it takes a share of the requests with it. A reboot hangs on \
              the same volume. Volumes of many instances of one zone at once speak against the zone.",
    source: "AWS: EC2 guide, volume status checks (aws-domain.md A.1, B.1)",
    remedy: "replace the instance; where I/O was stopped for its data's sake, check it, then enable I/O",
    reach: Reach::Region,
    needs: &[Kind::VolumeStatuses, Kind::Instances],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let owners: BTreeMap<&VolumeId, &Instance> = scene
        .rows::<Instance>()
        .flat_map(|instance| instance.volumes.iter().map(move |volume| (volume, instance)))
        .collect();
    for volume in scene.rows::<VolumeStatus>().filter(|volume| &*volume.status == "impaired") {
        let owner = owners.get(&volume.volume).map(|instance| format!(", of {}", scene::instance(instance)));
        let owner = owner.unwrap_or_else(|| ", attached to nothing".to_owned());
        let events = volume.events.join(", ");
        let events = if events.is_empty() { String::new() } else { format!("; {events}") };
        report
            .flaw(Subject::named("volume", volume.volume.as_str()), format!("{}{owner}{events}", volume.status))
            .in_zone(volume.zone.as_ref());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let row = json!({"volume": "vol-i-web0e", "zone": "us-east-1a", "status": "impaired", "events": []});
            world.add(EAST, Kind::VolumeStatuses, row);
        },
        subject: "vol-i-web0e",
        evidence: &["impaired, of instance web"],
        silent: |world| {
            let row = json!({"volume": "vol-i-web0e", "zone": "us-east-1a", "status": "insufficient-data", "events": []});
            world.add(EAST, Kind::VolumeStatuses, row);
        },
    };
}
