//! The sides of rows that are worth remembering when they change: a line a side.
//!
//! Must stay true: what changes by itself all the time (ages, counters, reasons' texts) is none of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::estate::kind::Rows;
use crate::id::ZoneName;

/// One side of one thing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facet<'a> {
    pub(super) subject: &'a str,
    /// Tells apart what has the same subject: a target's port, a member's group.
    key: u32,
    pub(super) within: Option<&'a str>,
    pub(super) zone: Option<&'a ZoneName>,
    pub(super) what: &'static str,
    pub(super) value: Cow<'a, str>,
}

/// All sides of a reading, in the order of its rows.
#[derive(Debug, Default)]
pub(super) struct Facets<'a>(Vec<Facet<'a>>);

impl<'a> Facets<'a> {
    /// Those of a reading, without the rows in places that are steady; none of kinds whose changes nobody asks about.
    pub(super) fn of(rows: &'a Rows, steady: &[bool]) -> Self {
        let mut facets = Self::default();
        match rows {
            Rows::Targets(rows) => {
                for row in unsteady(rows, steady) {
                    let key = row.port.and_then(|port| u32::try_from(port).ok()).unwrap_or(0);
                    facets.add(&row.id, key, row.zone.as_ref(), "state", row.state.as_str());
                }
            }
            Rows::ClassicTargets(rows) => {
                for row in rows {
                    facets.add(row.instance.as_str(), 0, None, "state", row.state.as_str());
                }
            }
            Rows::Instances(rows) => {
                for row in unsteady(rows, steady) {
                    facets.add(row.id.as_str(), 0, Some(&row.zone), "state", row.state.as_str());
                }
            }
            Rows::InstanceStatuses(rows) => {
                for row in unsteady(rows, steady) {
                    for (name, check) in row.checks() {
                        facets.add(row.instance.as_str(), 0, row.zone.as_ref(), name, check.status.as_str());
                    }
                    let events: Vec<&str> =
                        row.events.iter().filter(|event| !event.is_over()).map(|event| &*event.code).collect();
                    facets.add(row.instance.as_str(), 0, row.zone.as_ref(), "events", events.join(" "));
                }
            }
            Rows::Groups(rows) => unsteady(rows, steady).for_each(|row| facets.add_group(row)),
            Rows::Databases(rows) => {
                for row in rows {
                    let zone = row.zone.as_ref();
                    let id = row.id.as_str();
                    facets.add(id, 0, zone, "status", &*row.status);
                    facets.add(id, 0, zone, "zone", zone.map_or("", ZoneName::as_str));
                    facets.add(id, 0, zone, "standby zone", row.standby_zone.as_ref().map_or("", ZoneName::as_str));
                    facets.add(id, 0, zone, "replica of", row.replica_of.as_deref().unwrap_or(""));
                }
            }
            Rows::Clusters(rows) => {
                for row in rows {
                    let writer = row.members.iter().find(|member| member.writer);
                    facets.add(row.id.as_str(), 0, None, "status", &*row.status);
                    facets.add(
                        row.id.as_str(),
                        0,
                        None,
                        "writer",
                        writer.map_or("", |member| member.database.as_str()),
                    );
                }
            }
            Rows::Alarms(rows) => {
                for row in rows {
                    facets.add(row.name.as_str(), 0, None, "state", row.state.as_str());
                }
            }
            Rows::ZonalShifts(rows) => {
                for row in rows {
                    facets.add(&row.id, 0, None, "status", row.status.as_str());
                }
            }
            Rows::Autoshifts(rows) => {
                for row in rows {
                    facets.add(row.away_from.as_str(), 0, None, "status", row.status.as_str());
                }
            }
            Rows::LaunchTemplates(rows) => {
                for row in rows {
                    let number = |version: Option<i64>| version.map(|version| version.to_string()).unwrap_or_default();
                    facets.add(&row.name, 0, None, "latest version", number(row.latest_version));
                    facets.add(&row.name, 0, None, "default version", number(row.default_version));
                }
            }
            Rows::Refreshes(rows) => {
                for row in rows {
                    facets.add(&row.id, 0, None, "status", &*row.status);
                }
            }
            _ => {}
        }
        facets
    }

    fn add_group(&mut self, group: &'a crate::estate::group::Group) {
        let name = group.name.as_str();
        self.add(name, 0, None, "min", group.min.to_string());
        self.add(name, 0, None, "desired", group.desired.to_string());
        self.add(name, 0, None, "max", group.max.to_string());
        let suspended: Vec<&str> = group.suspended.keys().map(|process| &**process).collect();
        self.add(name, 0, None, "suspended", suspended.join(" "));
        let zones: Vec<&str> = group.zones.iter().map(ZoneName::as_str).collect();
        self.add(name, 0, None, "zones", zones.join(" "));
        let source = group.launch_source.as_ref();
        let version = source.map(|source| format!("{} {}", source.name, source.version.as_deref().unwrap_or("")));
        self.add(name, 0, None, "launch source", version.unwrap_or_default());
        for member in &group.members {
            let facet = Facet {
                subject: member.instance.as_str(),
                key: 1,
                within: Some(name),
                zone: Some(&member.zone),
                what: "member",
                value: Cow::Borrowed(member.state.as_str()),
            };
            let healthy = Cow::Borrowed(if member.healthy { "healthy" } else { "unhealthy" });
            self.0.push(Facet { what: "member health", value: healthy, ..facet.clone() });
            self.0.push(facet);
        }
    }

    fn add(
        &mut self,
        subject: &'a str,
        key: u32,
        zone: Option<&'a ZoneName>,
        what: &'static str,
        value: impl Into<Cow<'a, str>>,
    ) {
        self.0.push(Facet { subject, key, within: None, zone, what, value: value.into() });
    }

    /// Calls `differ` with every side that is otherwise in `newer`, in the order of the newer reading, what is gone last.
    pub(super) fn compare(&self, newer: &Self, mut differ: impl FnMut(Option<&Facet<'a>>, Option<&Facet<'a>>)) {
        // Readings mostly list the same things in the same order; only from where they do not is looking up worth its cost.
        let same = |(a, b): &(&Facet<'_>, &Facet<'_>)| a.id() == b.id();
        let in_step = self.0.iter().zip(&newer.0).take_while(same).count();
        for (was, is) in self.0.iter().zip(&newer.0).take(in_step) {
            if was.value != is.value {
                differ(Some(was), Some(is));
            }
        }
        let mut left: BTreeMap<_, &Facet<'a>> = self.0.iter().skip(in_step).map(|facet| (facet.id(), facet)).collect();
        for is in newer.0.iter().skip(in_step) {
            match left.remove(&is.id()) {
                Some(was) if was.value == is.value => {}
                was => differ(was, Some(is)),
            }
        }
        let gone: std::collections::BTreeSet<_> = left.keys().copied().collect();
        for was in self.0.iter().skip(in_step).filter(|facet| gone.contains(&facet.id())) {
            differ(Some(was), None);
        }
    }
}

/// The places in which two readings list the same thing with the same sides, told without taking these apart; where that does not
/// pay, none.
pub(super) fn steady(before: &Rows, now: &Rows) -> Vec<bool> {
    fn alike<T>(before: &[T], now: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<bool> {
        before.iter().zip(now).map(|(before, now)| same(before, now)).collect()
    }
    match (before, now) {
        (Rows::Targets(before), Rows::Targets(now)) => {
            alike(before, now, |a, b| (&a.id, a.port, &a.zone, &a.state) == (&b.id, b.port, &b.zone, &b.state))
        }
        (Rows::Instances(before), Rows::Instances(now)) => {
            alike(before, now, |a, b| (&a.id, &a.zone, &a.state) == (&b.id, &b.zone, &b.state))
        }
        (Rows::InstanceStatuses(before), Rows::InstanceStatuses(now)) => alike(before, now, |a, b| a == b),
        (Rows::Groups(before), Rows::Groups(now)) => alike(before, now, |a, b| a == b),
        _ => Vec::new(),
    }
}

fn unsteady<'r, T>(rows: &'r [T], steady: &[bool]) -> impl Iterator<Item = &'r T> {
    rows.iter().enumerate().filter(|(at, _)| !steady.get(*at).copied().unwrap_or(false)).map(|(_, row)| row)
}

impl Facet<'_> {
    fn id(&self) -> (&str, &str, Option<&str>, u32) {
        (self.subject, self.what, self.within, self.key)
    }
}
