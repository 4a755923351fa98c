//! What the board says of a loss: which zone it is asked about, and what becomes of each row.
//!
//! Owns: the previewed zone, and the words of the column *if lost*. Depends on: the judgement's what-if. Must stay true: only the
//! rows in sight are worked out; without a preview the column tells of the zone in trouble, else of the loss that hits hardest.

use serde::{Deserialize, Serialize};

use crate::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use crate::estate::{Kind, SliceId};
use crate::id::{Region, ZoneName};
use crate::judge::what_if::{self, Given, Gone, Outcome, Scene, ServiceOutlook};
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::judge::{Metrics, Picture, RegionJudgement};

use super::model::{Row, RowKey};

/// Attributes asked for while a loss is previewed, at most so many: who bears what hangs on cross-zone balancing.
const ATTRIBUTES: usize = 64;

/// The loss that is previewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Preview {
    pub(super) region: Region,
    pub(super) zone: ZoneName,
}

impl Preview {
    /// The zone that one would leave first: the sickest, else the first.
    pub(super) fn of(picture: &Picture, region: &Region) -> Option<Self> {
        let zones = &picture.judgement.regions.get(region)?.zones;
        let zone = sickest(zones).or(zones.first())?;
        Some(Self { region: region.clone(), zone: zone.name.clone() })
    }

    /// The zone of this name or id, wherever it is.
    pub(super) fn named(picture: &Picture, name: &str) -> Option<Self> {
        picture.judgement.regions.iter().find_map(|(region, judged)| {
            let zone = judged.zones.iter().find(|zone| zone.name.as_str() == name || zone.id.as_str() == name)?;
            Some(Self { region: region.clone(), zone: zone.name.clone() })
        })
    }

    /// The zone after or before it.
    pub(super) fn beside(&self, picture: &Picture, by: isize) -> Option<Self> {
        let zones = &picture.judgement.regions.get(&self.region)?.zones;
        let at = zones.iter().position(|zone| zone.name == self.zone)?;
        let next = isize::try_from(at).ok()?.checked_add(by)?.rem_euclid(isize::try_from(zones.len()).ok()?);
        let zone = zones.get(usize::try_from(next).ok()?)?;
        Some(Self { region: self.region.clone(), zone: zone.name.clone() })
    }

    /// The zone with its id, and what leaving it would take.
    pub(super) fn words(&self, picture: &Picture) -> (String, String) {
        let id = zone_id(picture, &self.region, &self.zone);
        let title = format!("{} ({id})", self.zone);
        let leave = given(picture, &self.region, |given| what_if::leave(&what_if::zone(given, &self.zone)));
        (title, leave.unwrap_or_else(|| "nothing is known of it".to_owned()))
    }

    /// What has to be read for it beside what the board reads anyway.
    pub(super) fn wants(&self, picture: &Picture) -> Vec<SliceId> {
        let (region, now) = (&self.region, picture.taken_at);
        let groups = picture.estate.table::<TargetGroup>(region, now).known();
        let groups = groups.filter(|group| !group.load_balancers.is_empty());
        let groups = groups.map(|group| SliceId::of(region, Kind::TargetGroupAttributes, group.arn.text().clone()));
        let balancers = picture.estate.table::<LoadBalancer>(region, now).known();
        let balancers = balancers.filter(|balancer| &*balancer.balancer_type == "network");
        let balancers = balancers.map(|each| SliceId::of(region, Kind::BalancerAttributes, each.arn.text().clone()));
        let classic = picture.estate.table::<ClassicBalancer>(region, now).known();
        let classic = classic.map(|each| SliceId::of(region, Kind::BalancerAttributes, each.name.text().clone()));
        balancers.chain(classic).chain(groups).take(ATTRIBUTES).collect()
    }
}

fn zone_id(picture: &Picture, region: &Region, zone: &ZoneName) -> String {
    let zones = picture.judgement.regions.get(region).map_or(&[][..], |judged| &judged.zones);
    zones.iter().find(|known| known.name == *zone).map_or_else(|| "?".to_owned(), |known| known.id.to_string())
}

/// The zone that is worst off, where any is.
fn sickest(zones: &[ZoneAssessment]) -> Option<&ZoneAssessment> {
    let rank = |zone: &&ZoneAssessment| match zone.verdict {
        ZoneVerdict::Degraded => 2,
        ZoneVerdict::Suspect => 1,
        ZoneVerdict::NotZonal | ZoneVerdict::Ok | ZoneVerdict::Unknown => 0,
    };
    zones.iter().rev().max_by_key(rank).filter(|zone| rank(zone) > 0)
}

fn given<T>(picture: &Picture, region: &Region, ask: impl FnOnce(Given<'_>) -> T) -> Option<T> {
    let (judged, now) = (picture.judgement.regions.get(region)?, picture.taken_at);
    let metrics = Metrics::new(&picture.estate, region, now);
    let policy = &*picture.policy;
    Some(ask(Given { estate: &picture.estate, region, judged, metrics: &metrics, policy, now }))
}

/// What a row says of a loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Brief {
    pub(super) text: String,
    pub(super) outcome: Outcome,
    /// How many serve, and how many of them remain.
    pub(super) left: Option<(usize, usize)>,
}

/// The losses that a region's column speaks of.
pub(super) struct Forecast<'a> {
    judged: &'a RegionJudgement,
    scenes: Vec<Scene<'a>>,
    /// The zone that goes; none where it is whichever hits a service hardest.
    pub(super) zone: Option<&'a ZoneName>,
    /// Whether somebody asked.
    pub(super) is_preview: bool,
}

impl<'a> Forecast<'a> {
    /// The losses to speak of; none without metrics, unless somebody asked.
    pub(super) fn new(
        picture: &'a Picture,
        region: &'a Region,
        metrics: &'a Metrics<'a>,
        preview: Option<&'a Preview>,
    ) -> Option<Self> {
        let judged = picture.judgement.regions.get(region)?;
        let asked = preview.filter(|preview| preview.region == *region).map(|preview| &preview.zone);
        if asked.is_none() && !metrics.are_known() {
            return None;
        }
        let zone = asked.or_else(|| sickest(&judged.zones).map(|zone| &zone.name));
        let zones: Vec<&ZoneName> = match zone {
            Some(zone) => vec![zone],
            None => judged.zones.iter().map(|zone| &zone.name).collect(),
        };
        let policy = &*picture.policy;
        let given = Given { estate: &picture.estate, region, judged, metrics, policy, now: picture.taken_at };
        let scenes = zones.into_iter().map(|zone| given.without(Gone::zones([zone.clone()]))).collect();
        Some(Self { judged, scenes, zone, is_preview: asked.is_some() })
    }

    /// What becomes of a service's row; none of a part's.
    pub(super) fn brief(&self, row: &Row) -> Option<Brief> {
        let RowKey::Service(_, name) = &row.key else { return None };
        let services = &self.judged.services;
        let at = services.binary_search_by(|each| each.service.name.as_str().cmp(name.as_str())).ok()?;
        let judged = services.get(at)?;
        let weight =
            |outlook: &ServiceOutlook| (outlook.outcome.verdict().severity(), outlook.cpu.map_or(0.0, |cpu| cpu.after));
        let worst = self
            .scenes
            .iter()
            .map(|scene| scene.service(judged))
            .reduce(|held, next| if weight(&next) > weight(&held) { next } else { held })?;
        let left = worst.serving.zip(worst.left).map(|(serving, left)| (left, serving));
        Some(Brief { text: worst.brief(), outcome: worst.outcome, left })
    }
}
