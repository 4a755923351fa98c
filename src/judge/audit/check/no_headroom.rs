//! Groups whose other zones could not carry one that is lost.

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::id::ZoneName;
use crate::judge::metrics::Sample;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "no-headroom",
    title: "what is left after a zone cannot carry the load",
    severity: Severity::High,
    explain: "The capacity for a lost zone must already be there: when a zone goes, everybody in the region wants instances in \
              the others, and the calls that would launch them may be what is down. Reckoned at the load of this moment, which \
              may not be the peak: CPU times members now over members left, against the limit of policy.",
    source: "AWS: static stability using Availability Zones (aws-domain.md B.4, F.11, F.12)",
    remedy: "raise desired and min",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::TargetGroups, Kind::Series],
    by_part: &[],
    run,
};

/// What the loss of a group's largest zone would leave.
pub(super) struct Loss {
    pub(super) zone: ZoneName,
    /// Zones that members serve in.
    pub(super) zones: usize,
    /// Members that serve.
    pub(super) serving: usize,
    /// Those that would be left.
    pub(super) left: usize,
    /// CPU now, per cent; none where no metric tells.
    pub(super) cpu: Option<f64>,
    /// CPU of those left.
    pub(super) cpu_after: Option<f64>,
}

/// The loss of the zone with the most members; none for a group that stands in one zone, which is single-zone's to tell.
pub(super) fn largest_loss(scene: &Scene<'_>, group: &Group) -> Option<Loss> {
    let zones = group.in_service_by_zone();
    let serving: usize = zones.values().sum();
    let (zone, lost) = zones.iter().rev().max_by_key(|(_, count)| **count)?;
    let left = serving.checked_sub(*lost).filter(|left| *left > 0)?;
    let cpu = scene.cpu(group).value();
    Some(Loss {
        zone: zone.clone(),
        zones: zones.values().filter(|count| **count > 0).count(),
        serving,
        left,
        cpu,
        cpu_after: cpu.map(|cpu| cpu * serving as f64 / left as f64),
    })
}

fn run(scene: &Scene<'_>, report: &mut Report) {
    let limit = scene.policy.headroom.cpu_limit;
    for group in scene.groups() {
        let Some(loss) = largest_loss(scene, group) else { continue };
        let (Some(cpu), Some(after)) = (loss.cpu, loss.cpu_after) else {
            let why = match scene.cpu(group) {
                Sample::Unasked => "its CPU was not asked for",
                Sample::Unread => "its CPU could not be read",
                Sample::Silent | Sample::Value(..) => "CloudWatch has no CPU of it in the last minutes",
            };
            report.not_measured(scene::group(group), why);
            continue;
        };
        // Two zones of which neither can carry the other are two-zones-over-half's to tell.
        if after <= limit || (loss.zones == 2 && after > 100.0) {
            continue;
        }
        let more = members_wanted(&loss, cpu, limit);
        let entry = scene.entry_of(group);
        let severity = if after > 100.0 && entry.is_some() { Severity::High } else { Severity::Medium };
        let evidence = format!(
            "CPU {cpu:.0} > {after:.0} %, limit {limit:.0}: {} of {} left without {}",
            loss.left, loss.serving, loss.zone
        );
        let room = group.max - group.desired;
        let remedy = if i64::from(room) >= more {
            format!("raise desired by {more} to {}, and min with it", i64::from(group.desired) + more)
        } else {
            format!("raise desired by {more} and max by {} first", more - i64::from(room.max(0)))
        };
        report.flaw(scene::group(group), evidence).with(severity).in_zone(Some(&loss.zone)).mended_by(remedy);
    }
}

/// How many more members, evenly spread, would keep those left after a loss below the limit.
fn members_wanted(loss: &Loss, cpu: f64, limit: f64) -> i64 {
    let zones = loss.zones as f64;
    let needed = (cpu * loss.serving as f64 / limit).ceil();
    // A zone of an even spread holds a zone's share, rounded up.
    let total = (loss.serving..).find(|total| *total as f64 - (*total as f64 / zones).ceil() >= needed);
    total.and_then(|total| i64::try_from(total - loss.serving).ok()).unwrap_or(0)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.cpu(EAST, "web-asg", &[60.0; 10]),
        subject: "web-asg",
        evidence: &["CPU 60 > 90 %", "4 of 6 left"],
        silent: |world| world.cpu(EAST, "web-asg", &[46.0; 10]),
    };

    /// `aws-domain.md` B.4: three zones need half as much again, two twice.
    #[test]
    fn what_is_missing_is_reckoned_for_an_even_spread_aws_domain_b4() {
        let loss = |zones, serving, left| Loss {
            zone: ZoneName::from("a"),
            zones,
            serving,
            left,
            cpu: None,
            cpu_after: None,
        };
        assert_eq!(members_wanted(&loss(3, 30, 20), 70.0, 70.0), 15);
        assert_eq!(members_wanted(&loss(2, 10, 5), 70.0, 70.0), 10);
    }
}
