//! `target-groups`: what of each target group serves, zone by zone (`aws-domain.md` A.3).

use std::collections::BTreeMap;

use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::{Kind, Part, SliceId};
use crate::judge::Assessment;
use crate::judge::target_group::{TargetCounts, reason_words};

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<TargetGroups>(
    "target-groups",
    &["target-group", "target_groups"],
    "Target groups: healthy of all by zone, why not, whether they fail open",
    &[Kind::TargetGroups, Kind::Targets, Kind::LoadBalancers, Kind::Zones, Kind::Instances, Kind::Subnets],
    1,
);

struct TargetGroups;

type Col = Column<TargetGroups>;

impl Listed for TargetGroups {
    type Row<'a> = &'a TargetGroup;

    const COLUMNS: &'static [Col] = &[
        Col::new("name", "NAME", "The target group's name", |row, _| (&row.name).into())
            .sized(22, 0)
            .called(&["target_group"]),
        Col::new("healthy", "HEALTHY", "Targets that pass their checks", |row, place| {
            counted(row, place, |targets| TargetCounts::of(targets).healthy.into())
        })
        .sized(7, 1)
        .right(),
        Col::new(
            "targets",
            "TARGETS",
            "Targets that should serve: all but the leaving and the unused",
            |row, place| counted(row, place, |targets| TargetCounts::of(targets).expected().into()),
        )
        .sized(7, 1)
        .right(),
        Col::new("zones", "HEALTHY BY ZONE", "Targets that pass their checks, by zone", |row, place| {
            counted(row, place, |targets| by_zone(targets, place, true))
        })
        .sized(38, 3)
        .called(&["zone"]),
        Col::new("failing", "FAILING", "Targets that fail them, by zone", |row, place| {
            counted(row, place, |targets| by_zone(targets, place, false))
        })
        .sized(14, 2)
        .loud(),
        Col::new("causes", "CAUSES", "Why they fail, in words", |row, place| counted(row, place, causes)).sized(24, 3),
        Col::new(
            "fail_open",
            "FAIL-OPEN",
            "None is healthy, so that the balancer routes to all of them; a zonal shift does nothing then",
            |row, place| counted(row, place, fails_open),
        )
        .sized(9, 3),
        Col::new(
            "shifted",
            "SHIFTED",
            "Targets that a zonal shift keeps traffic from, whatever their health",
            |row, place| {
                counted(row, place, |targets| targets.iter().filter(|target| is_overridden(target)).count().into())
            },
        )
        .sized(7, 4)
        .right(),
        Col::new(
            "load_balancers",
            "BALANCERS",
            "The balancers that route to it; with none it carries nothing",
            |row, _| Value::Texts(row.load_balancers.iter().map(|arn| arn.short().to_owned()).collect()),
        )
        .sized(18, 4)
        .called(&["balancer"]),
        Col::new("protocol", "PROTOCOL", "HTTP, TCP, …", |row, _| Value::maybe(row.protocol.as_ref())).sized(8, 6),
        Col::new("port", "PORT", "Its port", |row, _| Value::maybe(row.port)).sized(5, 6).right(),
        Col::new("target_type", "TYPE", "instance, ip, lambda or alb", |row, _| Value::maybe(row.target_type.as_ref()))
            .sized(8, 6),
        Col::new("fails_in_s", "FAILS IN", "Time of failed checks until a target no longer counts", |row, _| {
            checks(row, row.unhealthy_threshold)
        })
        .sized(8, 7)
        .right(),
        Col::new("back_in_s", "BACK IN", "Time of passed checks until one that failed counts again", |row, _| {
            checks(row, row.healthy_threshold)
        })
        .sized(7, 6)
        .right(),
        Col::new("arn", "ARN", "Its ARN", |row, _| row.arn.text().into()).hidden(60),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, &'a TargetGroup>> {
        place.read::<TargetGroup, _>(|_, _, slice, i| slice.rows().get(i)).collect()
    }

    fn id(row: &&TargetGroup) -> String {
        row.arn.to_string()
    }

    fn assess<'a>(row: &&'a TargetGroup, place: &Place<'a>) -> Assessment {
        place.judged(|judged| judged.target_groups.get(&row.arn))
    }
}

/// A cell of the targets behind it: unknown where their health is. One that no balancer uses is not asked about.
fn counted<'a>(row: &&'a TargetGroup, place: &Place<'a>, cell: impl Fn(&'a [Target]) -> Value) -> Value {
    if row.load_balancers.is_empty() {
        return Value::None;
    }
    let part = Part::Of(row.arn.text().clone());
    if !place.trusts(Kind::Targets, part.clone()) {
        return Value::Unknown;
    }
    let id = SliceId { region: place.region.clone(), kind: Kind::Targets, part };
    place.estate.slice(&id).map_or(Value::Unknown, |slice| cell(slice.rows()))
}

/// Targets by zone, with a zero for each zone that has any: healthy ones, or those that fail.
fn by_zone<'a>(targets: &'a [Target], place: &Place<'a>, healthy: bool) -> Value {
    let mut zones: BTreeMap<String, usize> = BTreeMap::new();
    for target in targets {
        let zone = place.index().zone_of_target(target).map_or("?".to_owned(), ToString::to_string);
        let counts = match target.state {
            TargetState::Healthy => healthy,
            TargetState::Unhealthy | TargetState::UnhealthyDraining => !healthy,
            _ => false,
        };
        if healthy || counts {
            *zones.entry(zone).or_default() += usize::from(counts);
        }
    }
    Value::Counts(zones)
}

fn causes(targets: &[Target]) -> Value {
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    let failing = |state: &TargetState| matches!(state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
    for code in targets.iter().filter(|target| failing(&target.state)).filter_map(|target| target.reason.as_deref()) {
        *causes.entry(reason_words(code).to_owned()).or_default() += 1;
    }
    Value::Counts(causes)
}

fn fails_open(targets: &[Target]) -> Value {
    let counts = TargetCounts::of(targets);
    (counts.healthy + counts.unavailable == 0 && counts.unhealthy > 0).into()
}

fn is_overridden(target: &Target) -> bool {
    target.administrative_override.as_deref().is_some_and(|word| word.starts_with("zonal_shift"))
}

fn checks(row: &TargetGroup, threshold: Option<i32>) -> Value {
    Value::maybe(row.interval_s.zip(threshold).map(|(interval, checks)| Value::Seconds((interval * checks).into())))
}
