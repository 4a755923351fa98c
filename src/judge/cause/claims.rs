//! What a cause explains: the things whose own findings follow from it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::estate::balancer::TargetState;
use crate::estate::group::{Group, LifecycleState};
use crate::estate::shift::ZonalShift;
use crate::id::ZoneName;
use crate::judge::RegionJudgement;
use crate::judge::index::Number;
use crate::judge::service::Service;
use crate::judge::standing::Standing;
use crate::judge::survey::Survey;
use crate::judge::verdict::Verdict;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};

use super::booting;

/// The share of a thing's trouble that must lie in a zone for the zone to explain it.
const MOSTLY: f64 = 0.6;

/// Keys of subjects.
#[derive(Debug, Default)]
pub(in crate::judge) struct Claims {
    keys: BTreeSet<(&'static str, String)>,
    /// All of the region, whatever it is about: it does not answer.
    everything: bool,
    /// Also what is graver than the cause itself.
    graver: bool,
}

impl Claims {
    /// All of a region.
    pub(super) fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Nothing.
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    /// How many things are claimed.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether what is graver than the cause follows too.
    pub(in crate::judge) fn takes_graver(&self) -> bool {
        self.graver
    }

    /// The alarms on what a practice run moves that fire since it began.
    pub(super) fn alarms_since(shift: &ZonalShift, judged: &RegionJudgement, survey: &Survey<'_>) -> Self {
        let mut claims = Self { graver: true, ..Self::default() };
        let is_moved = |arn: &str| {
            let group = survey.index.target_group(arn);
            group.is_some_and(|group| group.load_balancers.contains(&shift.resource))
        };
        let began = |since: Option<Timestamp>| since.zip(shift.started_at).is_some_and(|(since, begun)| since >= begun);
        let firing = judged.alarms.iter().filter(|(_, assessment)| assessment.verdict == Verdict::Critical);
        for (name, _) in firing.filter(|(_, assessment)| began(assessment.since)) {
            let watched = survey.watched_by(name.as_str());
            if !watched.is_empty() && watched.iter().all(|(what, key)| *what == "target group" && is_moved(key)) {
                claims.add("alarm", name.as_str());
            }
        }
        claims
    }

    /// Whether the thing's findings follow.
    pub(in crate::judge) fn holds(&self, what: &'static str, key: &str) -> bool {
        self.everything || self.keys.contains(&(what, key.to_owned()))
    }

    pub(super) fn add(&mut self, what: &'static str, key: impl Into<String>) {
        self.keys.insert((what, key.into()));
    }

    /// What belongs to a service, the alarms that watch it, and zones that are in trouble for its sake alone.
    pub(super) fn of_service(service: &Service, judged: &RegionJudgement, survey: &Survey<'_>) -> Self {
        let mut claims = Self::default();
        for name in &service.groups {
            // Whoever suspended its launches has to be told, whatever else is.
            if survey.group(name).is_none_or(|group| !group.suspended.contains_key("Launch")) {
                claims.add("group", name.as_str());
            }
            for (_, member) in survey.index.members_of(name.as_str()) {
                claims.add("instance", member.instance.as_str());
            }
        }
        for arn in &service.target_groups {
            claims.add("target group", arn.as_str());
            for (_, target) in survey.index.targets_behind(arn.text()) {
                claims.add("instance", &*target.id);
            }
        }
        for name in &service.classic_balancers {
            claims.add("classic balancer", name.as_str());
        }
        for id in &service.standalone {
            claims.add("instance", id.as_str());
        }
        for zone in judged.zones.iter().filter(|zone| zone.verdict == ZoneVerdict::NotZonal) {
            claims.add("zone", zone.id.as_str());
        }
        claims.add_alarms(judged, survey);
        claims
    }

    /// What of a zone's trouble is the zone's.
    pub(super) fn of_zone(zone: &ZoneAssessment, judged: &RegionJudgement, survey: &Survey<'_>) -> Self {
        let mut claims = Self::default();
        let name = &zone.name;
        let is_here = |place: Option<&ZoneName>| place == Some(name);
        for id in judged.instances.keys().filter(|id| is_here(survey.index.zone_of_instance(id.as_str()))) {
            claims.add("instance", id.as_str());
        }
        for (id, _) in judged.groups.iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok) {
            if survey.group(id).is_some_and(|group| is_group_hit(group, name, survey)) {
                claims.add("group", id.as_str());
            }
        }
        for (arn, _) in judged.target_groups.iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok) {
            let behind = survey.index.targets_behind(arn.text());
            let failing = behind
                .filter(|(_, target)| matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining));
            let zones = failing.map(|(number, target)| is_here(survey.index.zone_of_target_at(number, target)));
            if is_mostly(zones) {
                claims.add("target group", arn.as_str());
            }
        }
        for (id, _) in judged.classic_balancers.iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok) {
            let failing = survey.index.classic_behind(id.text()).filter(|number| is_failing(*number, survey));
            if is_mostly(failing.map(|number| is_here(survey.index.zone_at(number)))) {
                claims.add("classic balancer", id.as_str());
            }
        }
        let databases = survey.estate.table::<crate::estate::database::Database>(survey.region, survey.now).known();
        for database in databases.filter(|database| is_here(database.zone.as_ref())) {
            claims.add("database", database.id.as_str());
            if let Some(cluster) = &database.cluster {
                claims.add("cluster", cluster.as_str());
            }
        }
        for host in &zone.hosts_hit {
            claims.add("instance", &**host);
        }
        claims.add_alarms(judged, survey);
        claims.add_alarms_of_hit(zone, judged, survey);
        for alarm in survey.alarms_of_zone(name.as_str()) {
            claims.add("alarm", alarm.name.as_str());
        }
        claims
    }

    /// The alarms on target groups of services that were hit in a zone a moment ago, where nothing fails elsewhere now.
    fn add_alarms_of_hit(&mut self, zone: &ZoneAssessment, judged: &RegionJudgement, survey: &Survey<'_>) {
        let mut hit = Self::default();
        let services = judged.services.iter().map(|each| &each.service);
        let of_hit = services.filter(|service| zone.services_hit.contains(&service.name));
        for arn in of_hit.flat_map(|service| &service.target_groups) {
            let is_well = judged.target_groups.get(arn).is_none_or(|own| own.verdict == Verdict::Ok);
            if is_well || self.holds("target group", arn.as_str()) || booting::alone_fail(arn, survey) {
                hit.add("target group", arn.as_str());
            }
        }
        hit.add_alarms(judged, survey);
        self.keys.extend(hit.keys.into_iter().filter(|(what, _)| *what == "alarm"));
    }

    /// The alarms on a zone's own metrics.
    pub(super) fn alarms_of_zone(zone: &ZoneAssessment, survey: &Survey<'_>) -> Self {
        let mut claims = Self::default();
        for alarm in survey.alarms_of_zone(zone.name.as_str()) {
            claims.add("alarm", alarm.name.as_str());
        }
        claims
    }

    /// What another claims too.
    pub(super) fn merge(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.everything |= other.everything;
    }

    /// The same with the alarms that watch what is claimed.
    pub(super) fn with_alarms(mut self, judged: &RegionJudgement, survey: &Survey<'_>) -> Self {
        self.add_alarms(judged, survey);
        self
    }

    /// The alarms that watch what is claimed.
    fn add_alarms(&mut self, judged: &RegionJudgement, survey: &Survey<'_>) {
        for (name, watched) in survey.troubled_alarms(judged) {
            if watched.iter().any(|(what, key)| self.holds(what, key)) {
                self.add("alarm", name.as_str());
            }
        }
    }
}

fn is_failing(number: Number, survey: &Survey<'_>) -> bool {
    matches!(survey.index.standing_at(number), Standing::Unhealthy | Standing::Impaired)
}

/// Whether a group's trouble is a zone's: its failing or leaving members are there, or it lacks those that should be.
fn is_group_hit(group: &Group, zone: &ZoneName, survey: &Survey<'_>) -> bool {
    if group.suspended.contains_key("Launch") {
        return false; // Whoever suspended that has to be told, zone or no zone.
    }
    let troubled = survey.index.members_of(group.name.as_str()).filter(|(number, member)| {
        let leaves = !matches!(member.state, LifecycleState::InService | LifecycleState::Standby);
        leaves || !member.healthy || is_failing(*number, survey)
    });
    let here = troubled.map(|(_, member)| member.zone == *zone);
    let wanted = usize::try_from(group.desired).unwrap_or(0);
    let in_service = group.in_service_by_zone();
    let fair = wanted.div_ceil(in_service.len().max(1));
    let lacks = in_service.values().sum::<usize>() < wanted && in_service.get(zone).is_some_and(|count| *count < fair);
    is_mostly(here) || lacks
}

fn is_mostly(here: impl Iterator<Item = bool>) -> bool {
    let (mut hits, mut all) = (0_u32, 0_u32);
    for is_here in here {
        all += 1;
        hits += u32::from(is_here);
    }
    all > 0 && f64::from(hits) >= MOSTLY * f64::from(all)
}
