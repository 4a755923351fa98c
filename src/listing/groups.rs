//! `groups`: Auto Scaling groups (`aws-domain.md` A.2).

use std::collections::BTreeMap;

use crate::estate::group::{Activity, Group, LifecycleState};
use crate::estate::{Kind, Part};
use crate::judge::Assessment;

use super::list::{Column, List, Listed};
use super::lookup::Unread;
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Groups>(
    "groups",
    &["group", "asg", "asgs"],
    "Auto Scaling groups: sizes, members by zone against an even share, what is suspended, what failed last",
    &[Kind::Groups, Kind::Zones, Kind::Activities, Kind::Refreshes],
    1,
);

struct Groups;

type Col = Column<Groups>;

impl Listed for Groups {
    type Row<'a> = &'a Group;

    const COLUMNS: &'static [Col] = &[
        Col::new("name", "NAME", "The group's name", |row, _| row.name.text().into()).sized(24, 0).called(&["group"]),
        Col::new("service", "SERVICE", "The service it belongs to", |row, place| {
            Value::known(place.service_of_group(row.name.as_str()))
        })
        .sized(14, 5),
        Col::new("min", "MIN", "Members it never goes below by itself", |row, _| row.min.into()).sized(4, 4).right(),
        Col::new("desired", "DESIRED", "Members it keeps", |row, _| row.desired.into()).sized(7, 2).right(),
        Col::new("max", "MAX", "Members it never goes above", |row, _| row.max.into()).sized(4, 4).right(),
        Col::new("in_service", "IN SERVICE", "Members in service", |row, _| row.in_service().count().into())
            .sized(10, 1)
            .right(),
        Col::new("zones", "ZONES", "Members in service by zone", |row, _| {
            let zones = row.in_service_by_zone();
            Value::Counts(zones.into_iter().map(|(zone, count)| (zone.to_string(), count)).collect())
        })
        .sized(38, 3)
        .called(&["zone"]),
        Col::new("short", "SHORT", "Members missing to an even share of desired, by zone", |row, _| {
            Value::Counts(short(row))
        })
        .sized(14, 3)
        .loud(),
        Col::new("zone_ids", "ZONE IDS", "The physical ids of the zones it may use", |row, place| {
            let ids = row.in_service_by_zone().into_keys().filter_map(|zone| place.zone_id(&zone));
            Value::Texts(ids.map(ToString::to_string).collect())
        })
        .hidden(28)
        .called(&["zone_id"]),
        Col::new("unhealthy", "UNHEALTHY", "Members that the group believes unhealthy", |row, _| {
            row.members.iter().filter(|member| !member.healthy).count().into()
        })
        .sized(9, 3)
        .right(),
        Col::new("pending", "PENDING", "Members that are being launched", |row, _| {
            in_state(row, &[LifecycleState::Pending, LifecycleState::PendingWait, LifecycleState::PendingProceed])
        })
        .sized(7, 6)
        .right(),
        Col::new("standby", "STANDBY", "Members set aside: they serve nothing, and nobody checks them", |row, _| {
            in_state(row, &[LifecycleState::Standby, LifecycleState::EnteringStandby])
        })
        .sized(7, 6)
        .right(),
        Col::new("protected", "PROTECTED", "Members protected from scale-in, and from nothing else", |row, _| {
            row.members.iter().filter(|member| member.protected).count().into()
        })
        .hidden(9)
        .right(),
        Col::new("members", "MEMBERS", "Members in any state", |row, _| row.members.len().into()).hidden(7).right(),
        Col::new(
            "health_check",
            "CHECK",
            "What makes it replace members; EC2 alone never sees targets' health",
            |row, _| (&row.health_check).into(),
        )
        .sized(7, 5),
        Col::new("grace_s", "GRACE", "Time before a new member's health counts", |row, _| {
            Value::maybe(row.grace_s.map(|s| Value::Seconds(s.into())))
        })
        .sized(5, 7)
        .right(),
        Col::new("suspended", "SUSPENDED", "Processes that are suspended", |row, _| {
            Value::Texts(row.suspended.keys().map(ToString::to_string).collect())
        })
        .sized(14, 3)
        .loud(),
        Col::new(
            "failed_age_s",
            "FAILED",
            "Time since it last failed at something, of the last hours",
            |row, place| failure(row, place, |activity| place.age_of(Some(activity.started_at))),
        )
        .sized(6, 3)
        .right(),
        Col::new("last_failure", "LAST FAILURE", "What it failed at, and AWS's reason", |row, place| {
            failure(row, place, |activity| activity.message.as_ref().unwrap_or(&activity.description).into())
        })
        .sized(30, 5),
        Col::new("refresh", "REFRESH", "Its newest instance refresh: status and per cent replaced", refresh)
            .sized(16, 4),
        Col::new("zonal_shift", "SHIFTABLE", "Whether ARC may shift it away from a zone", |row, _| {
            Value::known(row.zonal_shift_enabled)
        })
        .hidden(9),
        Col::new("template", "TEMPLATE", "What new members are launched from", |row, _| {
            Value::maybe(row.launch_source.as_ref().map(|source| &source.name))
        })
        .sized(18, 7)
        .called(&["launch_source"]),
        Col::new("template_version", "VERSION", "Its version as written: $Latest and $Default move", |row, _| {
            Value::maybe(row.launch_source.as_ref().and_then(|source| source.version.as_ref()))
        })
        .sized(8, 7),
        Col::new("target_groups", "TARGET GROUPS", "Target groups its members register with", |row, _| {
            Value::Texts(row.target_groups.iter().map(|arn| arn.short().to_owned()).collect())
        })
        .sized(18, 6),
        Col::new("classic_balancers", "CLASSIC", "Classic balancers its members register with", |row, _| {
            Value::Texts(row.classic_balancers.iter().map(ToString::to_string).collect())
        })
        .hidden(12),
        Col::new("status", "STATUS", "Set while it is being deleted", |row, _| Value::maybe(row.status.as_ref()))
            .sized(10, 8),
    ];

    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, &'a Group>> {
        place.read::<Group, _>(|_, _, slice, i| slice.rows().get(i)).collect()
    }

    fn id(row: &&Group) -> String {
        row.name.to_string()
    }

    fn assess<'a>(row: &&'a Group, place: &Place<'a>) -> Assessment {
        place.judged(|judged| judged.groups.get(&row.name))
    }
}

/// Zones below their even share of what the group keeps: what a rebalance, or the next loss, would meet.
fn short(group: &Group) -> BTreeMap<String, usize> {
    let in_service = group.in_service_by_zone();
    let desired = usize::try_from(group.desired).unwrap_or(0);
    let share = desired.checked_div(in_service.len()).unwrap_or(0);
    let missing = in_service.into_iter().map(|(zone, count)| (zone.to_string(), share.saturating_sub(count)));
    missing.filter(|(_, missing)| *missing > 0).collect()
}

fn in_state(group: &Group, states: &[LifecycleState]) -> Value {
    group.members.iter().filter(|member| states.contains(&member.state)).count().into()
}

/// Of what a group failed at last: none only where its activities were read.
fn failure<'a>(group: &Group, place: &Place<'a>, cell: impl Fn(&'a Activity) -> Value) -> Value {
    match place.last_failure(group.name.as_str()) {
        Some(activity) => cell(activity),
        None if place.trusts(Kind::Activities, Part::All) => Value::None,
        None => Value::Unknown,
    }
}

/// A refresh that counts as successful may have left half of the group behind (`aws-domain.md` F.26): its per cent says so.
fn refresh<'a>(group: &&'a Group, place: &Place<'a>) -> Value {
    match place.refresh_of(group.name.as_str()) {
        Ok(Some(refresh)) => match refresh.percentage {
            Some(per_cent) => format!("{} {per_cent}%", refresh.status).into(),
            None => (&refresh.status).into(),
        },
        Ok(None) => Value::None,
        Err(Unread) => Value::Unknown,
    }
}
