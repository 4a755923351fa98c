//! One region of the picture, with what rows need to look up.
//!
//! Owns: the joins and the trust of one region. Depends on: estate, judgement. Must stay true: a look-up into what could not
//! be read answers *unknown*, never *none*.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::estate::balancer::{LoadBalancer, Target, TargetGroup};
use crate::estate::silence::silences;
use crate::estate::{Estate, Kind, Part, Row, Slice, SliceId};
use crate::id::{Arn, Region, ZoneId, ZoneName};
use crate::judge::index::Index;
use crate::judge::verdict::reason_untrusted;
use crate::judge::{Assessment, Judgement, Picture, RegionJudgement};

use super::lookup::Lookups;
use super::value::Value;

/// A region of the picture.
pub(super) struct Place<'a> {
    pub(super) estate: &'a Estate,
    pub(super) region: &'a Region,
    pub(super) judged: Option<&'a RegionJudgement>,
    pub(super) now: Timestamp,
    index: &'a Index,
    judgement: &'a Judgement,
    services: OnceCell<BTreeMap<&'a str, &'a str>>,
    balancers: OnceCell<BTreeMap<&'a str, &'a LoadBalancer>>,
    every_target_is_known: OnceCell<bool>,
    silent: OnceCell<Vec<&'a ZoneName>>,
    trusts: RefCell<Vec<(Kind, ZoneName, bool)>>,
    pub(super) lookups: Lookups<'a>,
}

/// How a row of a slice is made.
pub(super) type MakeRow<'a, R> = fn(&Place<'a>, &'a Part, &'a Slice, usize) -> Option<R>;

/// Rows that came in one reading.
pub(super) struct Stretch<'a, R> {
    rows: Lines<'a, R>,
    pub(super) len: usize,
    /// How old the reading is.
    pub(super) age: Option<Duration>,
    /// Why it cannot be trusted, where it cannot.
    pub(super) distrust: Option<String>,
}

enum Lines<'a, R> {
    /// Made when asked for: of large kinds only what is looked at.
    Asked(&'a Part, &'a Slice, MakeRow<'a, R>),
    /// Made already.
    Made(Vec<R>),
}

impl<'a, R: Clone> Stretch<'a, R> {
    /// The row at this place of the stretch.
    pub(super) fn row(&self, place: &Place<'a>, i: usize) -> Option<R> {
        match &self.rows {
            Lines::Asked(part, slice, make) => make(place, part, slice, i),
            Lines::Made(rows) => rows.get(i).cloned(),
        }
    }

    /// The slice that its rows are made from when asked for.
    pub(super) fn origin(&self) -> Option<(&'a Part, &'a Slice)> {
        match &self.rows {
            Lines::Asked(part, slice, _) => Some((part, slice)),
            Lines::Made(_) => None,
        }
    }
}

impl<'a> Place<'a> {
    pub(super) fn new(picture: &'a Picture, region: &'a Region) -> Self {
        Self {
            estate: &picture.estate,
            region,
            judged: picture.judgement.regions.get(region),
            now: picture.taken_at,
            index: picture.judgement.index_of(region),
            judgement: &picture.judgement,
            services: OnceCell::new(),
            balancers: OnceCell::new(),
            every_target_is_known: OnceCell::new(),
            silent: OnceCell::new(),
            trusts: RefCell::new(Vec::new()),
            lookups: Lookups::default(),
        }
    }

    /// The joins of this region.
    pub(super) fn index(&self) -> &'a Index {
        self.index
    }

    /// Every row known of a kind, slice by slice, each made by `make` when it is asked for.
    pub(super) fn read<T: Row + 'a, R>(
        &self,
        make: MakeRow<'a, R>,
    ) -> impl Iterator<Item = Stretch<'a, R>> + use<'a, T, R> {
        let now = self.now;
        self.estate.slices(self.region, T::KIND).map(move |(part, slice)| Stretch {
            rows: Lines::Asked(part, slice, make),
            len: slice.rows::<T>().len(),
            age: slice.age(now),
            distrust: reason_untrusted(T::KIND.name(), &slice.trust(T::KIND.age_limit(), now)),
        })
    }

    /// The same, made at once: for kinds of which there are few.
    pub(super) fn made<T: Row + 'a, R>(&self, mut make: impl FnMut(&'a T) -> Option<R>) -> Vec<Stretch<'a, R>> {
        let slices = self.estate.slices(self.region, T::KIND);
        let stretch = slices.map(|(_, slice)| {
            let rows: Vec<R> = slice.rows::<T>().iter().filter_map(&mut make).collect();
            Stretch {
                len: rows.len(),
                rows: Lines::Made(rows),
                age: slice.age(self.now),
                distrust: reason_untrusted(T::KIND.name(), &slice.trust(T::KIND.age_limit(), self.now)),
            }
        });
        stretch.collect()
    }

    /// Whether what belongs in `part`, or in all of the kind, can be trusted.
    pub(super) fn trusts(&self, kind: Kind, part: Part) -> bool {
        let id = SliceId { region: self.region.clone(), kind, part };
        self.estate
            .slice(&id)
            .or_else(|| self.estate.slice(&SliceId::all(self.region, kind)))
            .is_some_and(|slice| slice.trust(kind.age_limit(), self.now).is_known())
    }

    /// The same for what belongs in a zone, remembered: every row of the zone asks.
    pub(super) fn trusts_in_zone(&self, kind: Kind, zone: &ZoneName) -> bool {
        let known = self.trusts.borrow().iter().find(|(of, at, _)| *of == kind && at == zone).map(|(.., known)| *known);
        known.unwrap_or_else(|| {
            let known = self.trusts(kind, Part::Zone(zone.clone()));
            self.trusts.borrow_mut().push((kind, zone.clone(), known));
            known
        })
    }

    /// Whether everything of a kind can be trusted.
    pub(super) fn trusts_all(&self, kind: Kind) -> bool {
        let mut slices = self.estate.slices(self.region, kind).peekable();
        slices.peek().is_some() && slices.all(|(_, slice)| slice.trust(kind.age_limit(), self.now).is_known())
    }

    /// Whether the health behind every balancer is known, so that what is in none of it is behind none.
    pub(super) fn every_target_is_known(&self) -> bool {
        *self.every_target_is_known.get_or_init(|| {
            let groups = self.estate.table::<TargetGroup>(self.region, self.now);
            let health = self.estate.table::<Target>(self.region, self.now);
            groups.is_complete() && health.trusts().all(|trust| trust.is_known())
        })
    }

    /// The balancer with this ARN.
    pub(super) fn balancer(&self, arn: &Arn) -> Option<&'a LoadBalancer> {
        let known = self.balancers.get_or_init(|| {
            let balancers = self.estate.table::<LoadBalancer>(self.region, self.now);
            balancers.known().map(|balancer| (balancer.arn.as_str(), balancer)).collect()
        });
        known.get(arn.as_str()).copied()
    }

    /// Whether EC2 does not answer for a zone's instances, while it does for others'.
    pub(super) fn is_silent(&self, zone: &ZoneName) -> bool {
        let zones = || silences(self.estate, self.region).into_iter().map(|silence| silence.zone).collect();
        self.silent.get_or_init(zones).contains(&zone)
    }

    /// The assessment that the judgement made, else that there is none yet.
    pub(super) fn judged<'b>(&self, find: impl FnOnce(&'a RegionJudgement) -> Option<&'b Assessment>) -> Assessment
    where
        'a: 'b,
    {
        self.judged.and_then(find).cloned().unwrap_or_else(|| Assessment::unknown("not judged yet"))
    }

    /// Why a kind that rows lean on is not fully known, unless policy accepts that.
    pub(super) fn reason_unread(&self, kind: Kind) -> Option<&'a str> {
        let reason = self.judgement.reason_unread(self.region, kind)?;
        self.judged.is_none_or(|judged| judged.unread.iter().any(|unread| unread == reason)).then_some(reason)
    }

    /// A zone's physical id.
    pub(super) fn zone_id(&self, zone: &ZoneName) -> Option<&'a ZoneId> {
        self.judged?.zones.iter().find(|known| known.name == *zone).map(|known| &known.id)
    }

    /// A zone's name in this account.
    pub(super) fn zone_name(&self, zone: &ZoneId) -> Option<&'a ZoneName> {
        self.judged?.zones.iter().find(|known| known.id == *zone).map(|known| &known.name)
    }

    /// The id of a thing's zone: unknown where zones are not known, none where the thing has no zone.
    pub(super) fn zone_id_of(&self, zone: Option<&ZoneName>) -> Value {
        zone.map_or(Value::None, |zone| Value::known(self.zone_id(zone).map(|id| id.text())))
    }

    /// The service that a group belongs to.
    pub(super) fn service_of_group(&self, group: &str) -> Option<&'a str> {
        let services = self.services.get_or_init(|| {
            let services = self.judged.map_or(&[][..], |judged| &judged.services);
            services
                .iter()
                .map(|judged| &judged.service)
                .flat_map(|service| service.groups.iter().map(|group| (group.as_str(), service.name.as_str())))
                .collect()
        });
        services.get(group).copied()
    }

    /// How long it is until `at`, as a cell; below zero once it is past.
    pub(super) fn time_until(&self, at: Option<Timestamp>) -> Value {
        Value::maybe(at.map(|at| Value::Seconds(at.duration_since(self.now).as_secs_f64())))
    }

    /// How long ago `at` was, as a cell.
    pub(super) fn age_of(&self, at: Option<Timestamp>) -> Value {
        Value::maybe(at.map(|at| Value::Seconds(self.now.duration_since(at).as_secs_f64())))
    }
}
