//! `groups`: Auto Scaling groups (`aws-domain.md` A.2).

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::judge::Assessment;

use super::list::{Column, List, Listed};
use super::place::{Place, Stretch};
use super::value::Value;

/// The list.
pub(super) const LIST: List = List::of::<Groups>(
    "groups",
    &["group", "asg", "asgs"],
    "Auto Scaling groups: sizes, members by zone, what is suspended",
    &[Kind::Groups, Kind::Zones],
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
        .sized(14, 3),
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
