//! One region of the picture, with what rows need to look up.
//!
//! Owns: the joins and the trust of one region. Depends on: estate, judgement. Must stay true: a look-up into what could not
//! be read answers *unknown*, never *none*.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::estate::{Estate, Kind, Part, Row, SliceId};
use crate::id::{Region, ZoneId, ZoneName};
use crate::judge::index::Index;
use crate::judge::verdict::reason_untrusted;
use crate::judge::{Assessment, Picture, RegionJudgement, reason_unread};

use super::value::Value;

/// A region of the picture.
pub(super) struct Place<'a> {
    pub(super) estate: &'a Estate,
    pub(super) region: &'a Region,
    pub(super) judged: Option<&'a RegionJudgement>,
    pub(super) now: Timestamp,
    index: OnceCell<Index<'a>>,
    services: OnceCell<BTreeMap<&'a str, &'a str>>,
}

/// A row, and how old the reading is that it came with.
pub(super) struct Entry<R> {
    pub(super) row: R,
    pub(super) age: Option<Duration>,
    /// Why it cannot be trusted, where it cannot.
    pub(super) distrust: Option<String>,
}

impl<R> Entry<R> {
    pub(super) fn map<S>(self, f: impl FnOnce(R) -> S) -> Entry<S> {
        Entry { row: f(self.row), age: self.age, distrust: self.distrust }
    }
}

impl<'a> Place<'a> {
    pub(super) fn new(picture: &'a Picture, region: &'a Region) -> Self {
        Self {
            estate: &picture.estate,
            region,
            judged: picture.judgement.regions.get(region),
            now: picture.taken_at,
            index: OnceCell::new(),
            services: OnceCell::new(),
        }
    }

    /// The joins of this region, made when first needed.
    pub(super) fn index(&self) -> &Index<'a> {
        self.index.get_or_init(|| Index::new(self.estate, self.region, self.now))
    }

    /// Every row known of a kind, with the part it came in, its age, and why it may not be trusted.
    pub(super) fn read<T: Row + 'a>(&self) -> impl Iterator<Item = (&'a Part, Entry<&'a T>)> + use<'a, T> {
        let now = self.now;
        self.estate.slices(self.region, T::KIND).flat_map(move |(part, slice)| {
            let age = slice.age(now);
            let distrust = reason_untrusted(T::KIND.name(), &slice.trust(T::KIND.age_limit(), now));
            slice.rows::<T>().iter().map(move |row| (part, Entry { row, age, distrust: distrust.clone() }))
        })
    }

    /// Whether what belongs in `part`, or in all of the kind, can be trusted.
    pub(super) fn trusts(&self, kind: Kind, part: Part) -> bool {
        let id = SliceId { region: self.region.clone(), kind, part };
        self.estate
            .slice(&id)
            .or_else(|| self.estate.slice(&SliceId::all(self.region, kind)))
            .is_some_and(|slice| slice.trust(kind.age_limit(), self.now).is_known())
    }

    /// The assessment that the judgement made, else that there is none yet.
    pub(super) fn judged<'b>(&self, find: impl FnOnce(&'a RegionJudgement) -> Option<&'b Assessment>) -> Assessment
    where
        'a: 'b,
    {
        self.judged.and_then(find).cloned().unwrap_or_else(|| Assessment::unknown("not judged yet"))
    }

    /// Why a kind that rows lean on is not fully known, unless policy accepts that.
    pub(super) fn reason_unread(&self, kind: Kind) -> Option<String> {
        let reason = reason_unread(self.estate, self.region, kind, self.now)?;
        self.judged.is_none_or(|judged| judged.unread.contains(&reason)).then_some(reason)
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
                .flat_map(|(service, _)| service.groups.iter().map(|group| (group.as_str(), service.name.as_str())))
                .collect()
        });
        services.get(group).copied()
    }

    /// How long ago `at` was, as a cell.
    pub(super) fn age_of(&self, at: Option<Timestamp>) -> Value {
        Value::maybe(at.map(|at| Value::Seconds(self.now.duration_since(at).as_secs_f64())))
    }
}
