//! What the account holds: immutable snapshots made of slices.
//!
//! Owns: [`Estate`], its rows and how they are replaced. May know: ids and time, nothing of AWS's SDK, of screens or of
//! meaning. Must stay true: what could not be read is unknown, never empty; a refresh replaces its own slices and shares the
//! rest; [`Table::complete`] gives rows only where every part is known.

pub mod account;
pub mod alarm;
pub mod balancer;
pub mod chart;
pub mod database;
pub mod failure;
pub mod group;
pub mod health;
pub mod history;
pub mod image;
pub mod instance;
pub mod kind;
pub mod network;
pub mod parents;
pub mod permission;
pub mod probe;
pub mod query;
pub mod queue;
pub mod shift;
pub mod silence;
pub mod slice;
pub mod table;
pub mod tag;
pub mod trail;
mod word;
pub mod zone;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use failure::{FailureKind, ReadFailure};
pub use history::{Change, History};
pub use kind::{Kind, Row, Rows};
pub use silence::Silence;
pub use slice::{Failure, Part, Slice, SliceId, Trust, age};
pub use table::Table;

use crate::id::Region;
use account::{Alias, Identity};

type Parts = BTreeMap<Part, Arc<Slice>>;

/// Everything known of an account at one moment. Cheap to clone, never changed in place by readers of it.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    scope: Vec<Region>,
    regions: BTreeMap<Region, Arc<BTreeMap<Kind, Arc<Parts>>>>,
    history: BTreeMap<Region, Arc<History>>,
}

/// What a read brings: slices of one region and kind.
#[derive(Debug, Clone)]
pub struct Update {
    /// Where.
    pub region: Region,
    /// What.
    pub kind: Kind,
    /// The slices.
    pub slices: Vec<(Part, Slice)>,
    /// Whether these are all the parts there are, so that any other part is gone.
    pub whole: bool,
}

impl Update {
    /// One slice that stands beside its siblings.
    pub fn part(id: SliceId, slice: Slice) -> Self {
        Self { region: id.region, kind: id.kind, whole: id.part == Part::All, slices: vec![(id.part, slice)] }
    }
}

impl Estate {
    /// An estate of which nothing is known yet, over these regions.
    pub fn new(scope: Vec<Region>) -> Self {
        Self { scope, ..Self::default() }
    }

    /// The regions that are looked at, in the order asked for.
    pub fn scope(&self) -> &[Region] {
        &self.scope
    }

    /// Looks at other regions; what is known of those that stay is kept.
    pub fn set_scope(&mut self, scope: Vec<Region>) {
        self.regions.retain(|region, _| region.is_global() || scope.contains(region));
        self.history.retain(|region, _| region.is_global() || scope.contains(region));
        self.scope = scope;
    }

    /// Takes in what a read brought.
    pub fn apply(&mut self, update: Update) {
        self.note(&update);
        let kinds = Arc::make_mut(self.regions.entry(update.region).or_default());
        let parts = Arc::make_mut(kinds.entry(update.kind).or_default());
        if update.whole && update.slices.iter().any(|(_, slice)| slice.read_at().is_some()) {
            parts.retain(|part, _| update.slices.iter().any(|(kept, _)| kept == part));
        }
        for (part, slice) in update.slices {
            let slice = match parts.get(&part) {
                Some(older) => older.followed_by(slice),
                None => slice,
            };
            parts.insert(part, Arc::new(slice));
        }
    }

    /// Remembers what differs from the last reading of the same parts.
    fn note(&mut self, update: &Update) {
        for (part, newer) in &update.slices {
            let id = SliceId { region: update.region.clone(), kind: update.kind, part: part.clone() };
            if let Some(older) = self.slice(&id).cloned() {
                Arc::make_mut(self.history.entry(update.region.clone()).or_default()).note(part, &older, newer);
            }
        }
    }

    /// What changed in a region, as far as it is remembered; none where nothing was ever read twice.
    pub fn history(&self, region: &Region) -> Option<&History> {
        self.history.get(region).map(|history| &**history)
    }

    /// Every region's history.
    pub fn histories(&self) -> impl Iterator<Item = (&Region, &History)> {
        self.history.iter().map(|(region, history)| (region, &**history))
    }

    /// Takes in changes that an earlier run kept, oldest first.
    pub fn restore_history(&mut self, region: &Region, changes: Vec<Change>) {
        Arc::make_mut(self.history.entry(region.clone()).or_default()).restore(changes);
    }

    /// Forgets the parts of a kind for which `keep` says no: those whose parent is gone.
    pub fn retain_parts(&mut self, region: &Region, kind: Kind, keep: impl Fn(&Part) -> bool) {
        let Some(kinds) = self.regions.get_mut(region) else { return };
        if kinds.get(&kind).is_some_and(|parts| !parts.keys().all(&keep))
            && let Some(parts) = Arc::make_mut(kinds).get_mut(&kind)
        {
            Arc::make_mut(parts).retain(|part, _| keep(part));
        }
    }

    /// One slice.
    pub fn slice(&self, id: &SliceId) -> Option<&Arc<Slice>> {
        self.regions.get(&id.region)?.get(&id.kind)?.get(&id.part)
    }

    /// All slices of a region and kind, by part.
    pub fn slices(&self, region: &Region, kind: Kind) -> impl Iterator<Item = (&Part, &Arc<Slice>)> + use<'_> {
        self.regions.get(region).and_then(|kinds| kinds.get(&kind)).into_iter().flat_map(|parts| parts.iter())
    }

    /// Every slice there is.
    pub fn all_slices(&self) -> impl Iterator<Item = (SliceId, &Arc<Slice>)> {
        self.regions.iter().flat_map(|(region, kinds)| {
            kinds.iter().flat_map(move |(kind, parts)| {
                parts.iter().map(move |(part, slice)| {
                    (SliceId { region: region.clone(), kind: *kind, part: part.clone() }, slice)
                })
            })
        })
    }

    /// The rows of a kind in a region, with how far they can be trusted at `now`.
    pub fn table<'a, T: Row + 'a>(&'a self, region: &Region, now: Timestamp) -> Table<'a, T> {
        Table::new(self.regions.get(region).and_then(|kinds| kinds.get(&T::KIND)).map(|parts| &**parts), now)
    }

    /// Every row of a kind that is known of a region, however old.
    pub fn known<'a, T: Row + 'a>(&'a self, region: &Region) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.slices(region, T::KIND).flat_map(|(_, slice)| slice.rows::<T>())
    }

    /// Whether any slice of this kind in this region was ever tried.
    pub fn was_tried(&self, region: &Region, kind: Kind) -> bool {
        self.slices(region, kind).next().is_some()
    }

    /// Who asks, once AWS has told: what an earlier run kept may be another account's.
    pub fn identity(&self) -> Option<&Identity> {
        let slice = self.slice(&SliceId::all(&Region::global(), Kind::Identity)).filter(|slice| !slice.is_kept())?;
        slice.rows::<Identity>().first()
    }

    /// Who asked when the inventory was kept.
    pub fn kept_identity(&self) -> Option<&Identity> {
        let slice = self.slice(&SliceId::all(&Region::global(), Kind::Identity)).filter(|slice| slice.is_kept())?;
        slice.rows::<Identity>().first()
    }

    /// Forgets what an earlier run kept and this one has not read.
    pub fn forget_kept(&mut self) {
        self.history.clear();
        for kinds in self.regions.values_mut() {
            for parts in Arc::make_mut(kinds).values_mut() {
                Arc::make_mut(parts).retain(|_, slice| !slice.is_kept());
            }
        }
    }

    /// The account's alias, once AWS has told and where it has one.
    pub fn alias(&self) -> Option<&str> {
        let slice = self.slice(&SliceId::all(&Region::global(), Kind::Alias)).filter(|slice| !slice.is_kept())?;
        slice.rows::<Alias>().first().map(|alias| &*alias.0)
    }
}
