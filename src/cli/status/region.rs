//! One region's part of the status document.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::shift::{Autoshift, ZonalShift};
use crate::estate::{Estate, FailureKind, Part, Trust};
use crate::id::Region;
use crate::judge::role::Clusters;
use crate::judge::target_group::TargetCounts;
use crate::judge::{Assessment, JUDGED, Picture, RegionJudgement, Verdict};
use crate::listing::shift_kind_word;

use super::document::{
    AlarmEntry, DatabaseEntry, GroupEntry, RegionEntry, Share, ShiftEntry, TargetGroupEntry, TargetsEntry, ZoneEntry,
    errors, tenths,
};

/// A region of the picture, with its look-ups.
pub(super) struct Scene<'a> {
    picture: &'a Picture,
    pub(super) region: &'a Region,
    pub(super) judged: &'a RegionJudgement,
}

impl<'a> Scene<'a> {
    pub(super) fn new(picture: &'a Picture, region: &'a Region, judged: &'a RegionJudgement) -> Self {
        Self { picture, region, judged }
    }

    pub(super) fn region_entry(&self) -> RegionEntry<'a> {
        RegionEntry {
            region: self.region,
            reachable: self.reachable(),
            age_s: self.oldest(),
            verdict: self.judged.summary.verdict,
            reasons: &self.judged.summary.reasons,
            errors: errors(self.picture, self.region),
        }
    }

    /// Not reachable is a region of which every read ended without an answer.
    fn reachable(&self) -> Option<bool> {
        let slices = super::kinds().flat_map(|kind| self.estate().slices(self.region, kind));
        let mut answers = slices
            .map(|(_, slice)| slice.failure().is_none_or(|failure| failure.why.kind != FailureKind::Unreachable))
            .peekable();
        answers.peek()?;
        Some(answers.any(|answered| answered))
    }

    fn oldest(&self) -> Option<f64> {
        let slices = JUDGED.iter().flat_map(|kind| self.estate().slices(self.region, *kind));
        slices.filter_map(|(_, slice)| slice.age(self.now())).max().map(|age| tenths(age.as_secs_f64()))
    }

    pub(super) fn zones(&self) -> impl Iterator<Item = ZoneEntry<'a>> + use<'a> {
        let region = self.region;
        self.judged.zones.iter().map(move |zone| ZoneEntry {
            region,
            zone: &zone.name,
            zone_id: &zone.id,
            verdict: zone.verdict,
            evidence: &zone.evidence,
            since: zone.since,
            not_zonal: zone.not_zonal.as_ref().map(ToString::to_string),
            shifted: zone.shifted,
            silent_since: zone.silent_since,
            instances: zone.instances.map(Into::into),
            targets: zone.targets.map(Into::into),
            in_service: zone.in_service,
            database_writers: zone.database_writers,
            database_standbys: zone.database_standbys,
        })
    }

    pub(super) fn groups(&self) -> Vec<GroupEntry<'a>> {
        let services = self.judged.services.iter();
        let services: BTreeMap<&str, &str> = services
            .map(|judged| &judged.service)
            .flat_map(|service| service.groups.iter().map(|group| (group.as_str(), service.name.as_str())))
            .collect();
        let table = self.estate().table::<Group>(self.region, self.now());
        let entry = |(group, trust): (&'a Group, Trust<'a>)| {
            let known = trust.is_known();
            let (verdict, reasons) = judged(self.judged.groups.get(&group.name));
            GroupEntry {
                region: self.region,
                name: group.name.as_str(),
                service: services.get(group.name.as_str()).copied(),
                min: known.then_some(group.min),
                desired: known.then_some(group.desired),
                max: known.then_some(group.max),
                in_service: known.then(|| group.in_service().count()),
                zones: known.then(|| group.in_service_by_zone()),
                suspended: known.then(|| group.suspended.keys().collect()),
                verdict,
                reasons,
            }
        };
        sorted(table.known_with_trust().map(entry), |entry| entry.name)
    }

    pub(super) fn target_groups(&self) -> Vec<TargetGroupEntry<'a>> {
        let table = self.estate().table::<TargetGroup>(self.region, self.now());
        let entry = |group: &'a TargetGroup| {
            let targets = self.targets_of(group);
            let (verdict, reasons) = judged(self.judged.target_groups.get(&group.arn));
            TargetGroupEntry {
                region: self.region,
                name: &group.name,
                arn: &group.arn,
                load_balancers: &group.load_balancers,
                targets: targets.map_or_else(TargetsEntry::default, |targets| TargetCounts::of(targets).into()),
                zones: targets.map(|targets| self.shares(targets)),
                verdict,
                reasons,
            }
        };
        sorted(table.known().map(entry), |entry| entry.arn.as_str())
    }

    /// Its targets, where their health is known and not old.
    fn targets_of(&self, group: &TargetGroup) -> Option<&'a [Target]> {
        self.estate().table::<Target>(self.region, self.now()).part(&Part::Of(group.arn.text().clone()))
    }

    /// Of the targets that should serve in each zone, how many do.
    fn shares(&self, targets: &'a [Target]) -> BTreeMap<String, Share> {
        let mut zones: BTreeMap<String, Share> = BTreeMap::new();
        for target in targets.iter().filter(|target| TargetCounts::of([*target]).expected() > 0) {
            let zone = self.judged.index.zone_of_target(target).map_or("unknown", |zone| zone.as_str());
            let share = zones.entry(zone.to_owned()).or_default();
            share.total += 1;
            share.healthy += usize::from(target.state == TargetState::Healthy);
        }
        zones
    }

    pub(super) fn databases(&self) -> Vec<DatabaseEntry<'a>> {
        let clusters = Clusters {
            clusters: self.estate().table::<Cluster>(self.region, self.now()).known().collect(),
            globals: self.estate().table::<GlobalCluster>(self.region, self.now()).known().collect(),
        };
        let table = self.estate().table::<Database>(self.region, self.now());
        let entry = |database: &'a Database| {
            let (verdict, reasons) = judged(self.judged.databases.get(&database.id));
            DatabaseEntry {
                region: self.region,
                id: database.id.as_str(),
                engine: &database.engine,
                status: &database.status,
                role: clusters.role_of(database).as_str(),
                cluster: database.cluster.as_ref().map(|cluster| cluster.as_str()),
                zone: database.zone.as_ref(),
                multi_az: database.multi_az,
                standby_zone: database.standby_zone.as_ref(),
                replica_of: database.replica_of.as_ref(),
                lag_s: self.judged.lags.databases.get(&database.id).copied(),
                verdict,
                reasons,
            }
        };
        sorted(table.known().map(entry), |entry| entry.id)
    }

    pub(super) fn alarms(&self) -> Vec<AlarmEntry<'a>> {
        let table = self.estate().table::<Alarm>(self.region, self.now());
        let entry = |alarm: &'a Alarm| {
            let (verdict, reasons) = judged(self.judged.alarms.get(&alarm.name));
            AlarmEntry {
                region: self.region,
                name: alarm.name.as_str(),
                alarm_type: alarm.alarm_type.as_str(),
                state: alarm.state.as_str(),
                since: alarm.since,
                actions_enabled: alarm.actions_enabled,
                reason: alarm.reason.as_ref(),
                verdict,
                reasons,
            }
        };
        sorted(table.known().map(entry), |entry| entry.name)
    }

    /// Zonal shifts, then AWS's autoshifts.
    pub(super) fn shifts(&self) -> Vec<ShiftEntry<'a>> {
        let zonal = |shift: &'a ZonalShift| ShiftEntry {
            region: self.region,
            resource: Some(&shift.resource),
            away_from: &shift.away_from,
            status: shift.status.as_str(),
            expires_at: shift.expires_at,
            kind: shift_kind_word(&shift.shift_type),
            id: Some(&shift.id),
            started_at: shift.started_at,
        };
        let auto = |shift: &'a Autoshift| ShiftEntry {
            region: self.region,
            resource: None,
            away_from: &shift.away_from,
            status: shift.status.as_str(),
            expires_at: None,
            kind: "autoshift",
            id: None,
            started_at: shift.started_at,
        };
        let shifts = self.estate().table::<ZonalShift>(self.region, self.now());
        let autoshifts = self.estate().table::<Autoshift>(self.region, self.now());
        shifts.known().map(zonal).chain(autoshifts.known().map(auto)).collect()
    }

    fn estate(&self) -> &'a Estate {
        &self.picture.estate
    }

    fn now(&self) -> Timestamp {
        self.picture.taken_at
    }
}

/// An assessment's verdict and reasons; what was not judged is unknown.
fn judged(assessment: Option<&Assessment>) -> (Verdict, &[String]) {
    assessment.map_or((Verdict::Unknown, &[]), |assessment| (assessment.verdict, &assessment.reasons))
}

fn sorted<'k, T, K: Ord + ?Sized + 'k>(entries: impl Iterator<Item = T>, key: impl Fn(&T) -> &'k K) -> Vec<T> {
    let mut entries: Vec<T> = entries.collect();
    entries.sort_by(|a, b| key(a).cmp(key(b)));
    entries
}
