//! The zone that is left, and what planners ask of it.
//!
//! Must stay true: names and ids of the zone come from this account's map alone (`aws-domain.md` B.3); a subnet whose zone nobody knows
//! is in no zone.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::ground::{Ground, ZoneCalled};
use super::super::plan::Refusal;
use crate::estate::shift::{ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::estate::zone::Subnet;
use crate::estate::{Kind, Row};
use crate::id::{Arn, Region, SubnetId, ZoneId, ZoneName};
use crate::judge::what_if::{Scene, WhatIf};
use crate::judge::zone::ZoneAssessment;
use crate::judge::{Metrics, Policy, RegionJudgement};

/// What a plan to leave rests on: how old the oldest of these is, is told.
const KINDS: &[Kind] = &[Kind::Groups, Kind::Instances, Kind::Targets, Kind::ManagedResources, Kind::ZonalShifts];

/// The zone that is left.
pub(super) struct Place<'p> {
    pub(super) ground: &'p Ground<'p>,
    pub(super) region: &'p Region,
    pub(super) zone: &'p ZoneName,
    pub(super) id: &'p ZoneId,
    pub(super) judged: &'p RegionJudgement,
    pub(super) assessed: &'p ZoneAssessment,
    pub(super) scene: &'p Scene<'p>,
    pub(super) metrics: &'p Metrics<'p>,
    pub(super) policy: &'p Policy,
    pub(super) what_if: &'p WhatIf,
    subnets: BTreeMap<&'p SubnetId, &'p Subnet>,
}

/// How a resource's traffic is kept from the zone already.
pub(super) struct AwayBy {
    /// Who, in words.
    pub(super) who: String,
    /// Whether that ends by itself within the hour, and is outranked by a shift of our own.
    pub(super) is_passing: bool,
}

impl<'p> Place<'p> {
    /// The zone's place in what is known.
    ///
    /// # Errors
    /// Where the region is not judged, or the zone is none of its own.
    pub(super) fn new(
        ground: &'p Ground<'p>,
        called: ZoneCalled<'p>,
        asked: (&'p Metrics<'p>, &'p Policy, &'p Scene<'p>, &'p WhatIf),
    ) -> Result<Self, Refusal> {
        let unknown = || {
            Refusal::new(
                format!("how {} stands is not known yet", called.both()),
                "wait until the region is read, or see `fournines status` for why it is not",
            )
        };
        let judged = ground.judgement.regions.get(called.region).ok_or_else(unknown)?;
        let assessed = judged.zones.iter().find(|zone| zone.name == *called.name).ok_or_else(unknown)?;
        let subnets = ground.estate.table::<Subnet>(called.region, ground.now).known();
        let (metrics, policy, scene, what_if) = asked;
        Ok(Self {
            ground,
            region: called.region,
            zone: called.name,
            id: called.id,
            judged,
            assessed,
            scene,
            metrics,
            policy,
            what_if,
            subnets: subnets.map(|subnet| (&subnet.id, subnet)).collect(),
        })
    }

    /// Rows of a kind, as far as they are known.
    pub(super) fn known<T: Row + 'p>(&self) -> impl Iterator<Item = &'p T> + use<'p, T> {
        self.ground.estate.table::<T>(self.region, self.ground.now).known()
    }

    /// The zone of a subnet.
    pub(super) fn zone_of(&self, subnet: &SubnetId) -> Option<&'p ZoneName> {
        self.subnets.get(subnet).map(|subnet| &subnet.zone)
    }

    /// A subnet.
    pub(super) fn subnet(&self, id: &SubnetId) -> Option<&'p Subnet> {
        self.subnets.get(id).copied()
    }

    /// Every subnet that is known.
    pub(super) fn subnets(&self) -> impl Iterator<Item = &'p Subnet> + '_ {
        self.subnets.values().copied()
    }

    /// Those of some subnets that are not in the zone; none where some subnet's zone is not known.
    pub(super) fn outside(&self, all: &[SubnetId]) -> Option<Vec<SubnetId>> {
        let mut left = Vec::with_capacity(all.len());
        for subnet in all {
            if self.zone_of(subnet)? != self.zone {
                left.push(subnet.clone());
            }
        }
        Some(left)
    }

    /// What ARC says of a resource.
    pub(super) fn managed(&self, arn: &Arn) -> Option<&'p ManagedResource> {
        self.known::<ManagedResource>().find(|resource| resource.arn == *arn)
    }

    /// By whom a resource's traffic is kept from the zone; none where it is not.
    pub(super) fn away(&self, arn: &Arn) -> Option<AwayBy> {
        let weight = self.managed(arn)?.weights.get(self.id).copied()?;
        if weight >= 0.5 {
            return None;
        }
        let by = self.shifts().find(|shift| shift.resource == *arn && shift.away_from == *self.id);
        let is_passing = by.is_some_and(|shift| matches!(shift.shift_type, ShiftType::PracticeRun | ShiftType::Fis));
        Some(AwayBy { who: by.map_or_else(|| "AWS's autoshift".to_owned(), who), is_passing })
    }

    /// Another zone that a resource's traffic is kept from.
    pub(super) fn away_elsewhere(&self, arn: &Arn) -> Option<&'p ZoneId> {
        let weights = &self.managed(arn)?.weights;
        weights.iter().find(|(zone, weight)| *zone != self.id && **weight < 0.5).map(|(zone, _)| zone)
    }

    /// Shifts that go on.
    pub(super) fn shifts(&self) -> impl Iterator<Item = &'p ZonalShift> + use<'p> {
        self.known::<ZonalShift>().filter(|shift| shift.status == ShiftStatus::Active)
    }

    /// When the oldest reading was made of what the plan rests on.
    pub(super) fn made_from(&self) -> Timestamp {
        let slices = KINDS.iter().flat_map(|kind| self.ground.estate.slices(self.region, *kind));
        slices.filter_map(|(_, slice)| slice.read_at()).min().unwrap_or(self.ground.now)
    }

    /// The last letters of a zone's name, where all zones of the region are named alike: `1b`.
    pub(super) fn short<'n>(&self, zone: &'n ZoneName) -> &'n str {
        short(self.region, zone)
    }
}

/// `1b` of `us-east-1b`.
pub(super) fn short<'n>(region: &Region, zone: &'n ZoneName) -> &'n str {
    let name = zone.as_str();
    let area = region.as_str().trim_end_matches(|letter: char| letter.is_ascii_digit());
    name.strip_prefix(area).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// Who began a shift, in few words.
pub(super) fn who(shift: &ZonalShift) -> String {
    let until = shift.expires_at.map(|at| format!(" until {}", at.strftime("%H:%MZ"))).unwrap_or_default();
    match &shift.shift_type {
        ShiftType::Manual => match shift.comment.as_deref().filter(|comment| !comment.trim().is_empty()) {
            Some(comment) => format!("a shift \"{comment}\"{until}"),
            None => format!("somebody's shift{until}"),
        },
        ShiftType::PracticeRun => format!("a practice run{until}"),
        ShiftType::Fis => format!("an experiment{until}"),
        ShiftType::Autoshift => "AWS's autoshift".to_owned(),
        ShiftType::Other(word) => format!("{word}{until}"),
    }
}
