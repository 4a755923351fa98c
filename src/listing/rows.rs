//! The rows of a list in one picture.
//!
//! Owns: [`Rows`]. Depends on: lists, places. Must stay true: making it costs references only; a cell is made when asked for;
//! ids stay the same from picture to picture.

use std::cmp::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::{Assessment, Picture, Verdict};

use super::filter::Filter;
use super::gap::{self, Gap};
use super::list::{List, Listed};
use super::place::{Place, Stretch};
use super::sort::{self, Sort};
use super::value::Value;

/// Names a row for as long as the thing exists.
///
/// The id is what AWS calls the thing (instance id, group name, alarm name, image id, zone name, shift id), and where one name
/// is not enough: `cluster/ID` and `global/ID` among databases, `TARGET-GROUP-ARN TARGET[:PORT]` and
/// `CLASSIC-BALANCER INSTANCE` among targets, `autoshift/ZONE-ID/START` among shifts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowId {
    /// Where.
    pub region: Region,
    /// Which.
    pub id: String,
}

/// The rows of a list.
pub struct Rows<'a> {
    list: &'static List,
    taken_at: Timestamp,
    gaps: Vec<Gap>,
    source: Box<dyn Source + 'a>,
}

/// The rows of one list, whatever their type.
pub(super) trait Source {
    fn len(&self) -> usize;
    fn columns(&self) -> usize;
    fn id(&self, i: usize) -> Option<RowId>;
    fn cell(&self, i: usize, column: usize) -> Option<Value>;
    fn position(&self, id: &RowId) -> Option<usize>;
    fn region(&self, i: usize) -> Option<&Region>;
    fn verdict(&self, i: usize) -> Option<Verdict>;
    fn at_rest(&self, i: usize) -> Option<&'static str>;
    fn assess(&self, i: usize) -> Option<Assessment>;
    /// The order of two rows: by region and id.
    fn compare(&self, a: usize, b: usize) -> Ordering;
    /// The region and root of the tree that a row stands in, and how deep; none in lists that are no trees.
    fn branch(&self, i: usize) -> Option<(&Region, String, usize)>;
    fn age(&self, i: usize) -> Option<Duration>;
    fn is_stale(&self, i: usize) -> bool;
}

impl<'a> Rows<'a> {
    pub(super) fn new(list: &'static List, picture: &'a Picture, source: Box<dyn Source + 'a>) -> Self {
        Self { list, taken_at: picture.taken_at, gaps: gap::of_list(picture, list.kinds), source }
    }

    /// Whose rows they are.
    pub fn list(&self) -> &'static List {
        self.list
    }

    /// AWS's time of the picture.
    pub fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of row `i`. Rows past the end are answered as unknown, here and below.
    pub fn id(&self, i: usize) -> RowId {
        self.source.id(i).unwrap_or_else(|| RowId { region: Region::global(), id: String::new() })
    }

    /// Where row `i` is; none past the end.
    pub fn region(&self, i: usize) -> Option<&Region> {
        self.source.region(i)
    }

    /// The order of two rows by region and id.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        self.source.compare(a, b)
    }

    /// Where the row with this id is now.
    pub fn position(&self, id: &RowId) -> Option<usize> {
        self.source.position(id)
    }

    /// The value of row `i` in the column at this position of [`List::columns`].
    pub fn cell(&self, i: usize, column: usize) -> Value {
        self.source.cell(i, column).unwrap_or(Value::Unknown)
    }

    /// How row `i` stands.
    pub fn verdict(&self, i: usize) -> Verdict {
        self.source.verdict(i).unwrap_or(Verdict::Unknown)
    }

    /// What row `i` is where it is neither well nor ill: ended, stopped. Nothing is wrong with it then, and nothing works.
    pub fn at_rest(&self, i: usize) -> Option<&'static str> {
        self.source.at_rest(i)
    }

    /// Why row `i` is not ok, the gravest first.
    pub fn reasons(&self, i: usize) -> Vec<String> {
        self.source.assess(i).map(|assessment| assessment.reasons).unwrap_or_default()
    }

    /// How deep row `i` stands in its tree: 0 at the root, and wherever a list is none.
    pub fn depth(&self, i: usize) -> usize {
        self.source.branch(i).map_or(0, |(_, _, depth)| depth)
    }

    /// What the rows of one tree have in common; none in lists that are no trees.
    pub(super) fn root(&self, i: usize) -> Option<(&Region, String)> {
        self.source.branch(i).map(|(region, root, _)| (region, root))
    }

    /// How old the reading is that row `i` came with.
    pub fn age(&self, i: usize) -> Option<Duration> {
        self.source.age(i)
    }

    /// Whether that is past the kind's age limit: to be drawn as such.
    pub fn is_stale(&self, i: usize) -> bool {
        self.source.is_stale(i)
    }

    /// What could not be read of what the list needs.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Whether all that the list needs is known. What is not offered in a region is not missing there.
    pub fn is_complete(&self) -> bool {
        self.gaps.iter().all(|gap| gap.unsupported)
    }

    /// Whether rows may be missing, and not only cells be unknown.
    pub fn misses_rows(&self) -> bool {
        self.gaps.iter().any(|gap| !gap.unsupported && self.list.own_kinds().contains(&gap.kind))
    }

    /// How many columns there are.
    pub(super) fn columns(&self) -> usize {
        self.source.columns()
    }

    /// The rows that pass `filter`, in the order of `sort`, else by region and id.
    pub fn order(&self, filter: &Filter, sort: Option<&Sort>) -> Vec<usize> {
        self.sorted((0..self.len()).filter(|i| filter.matches(self, *i)).collect(), sort)
    }

    /// These rows in the order of `sort`, else by region and id.
    pub fn sorted(&self, kept: Vec<usize>, sort: Option<&Sort>) -> Vec<usize> {
        sort::order(self, kept, sort)
    }
}

/// The rows of one typed list: stretches, of which each row is made when it is asked for.
pub(super) struct Table<'a, L: Listed> {
    places: Vec<Place<'a>>,
    stretches: Vec<Placed<'a, L>>,
    len: usize,
}

/// A row with its region and the stretch that it came in.
type Found<'t, 'a, L> = (&'t Place<'a>, <L as Listed>::Row<'a>, &'t Stretch<'a, <L as Listed>::Row<'a>>);

struct Placed<'a, L: Listed> {
    place: usize,
    /// The position of its first row in the list.
    first: usize,
    stretch: Stretch<'a, L::Row<'a>>,
}

impl<'a, L: Listed> Table<'a, L> {
    pub(super) fn new(picture: &'a Picture) -> Self {
        let places: Vec<Place<'a>> = picture.estate.scope().iter().map(|region| Place::new(picture, region)).collect();
        let mut stretches = Vec::new();
        let mut len = 0;
        for (place, at) in places.iter().enumerate() {
            for stretch in L::rows(at).into_iter().filter(|stretch| stretch.len > 0) {
                let first = len;
                len += stretch.len;
                stretches.push(Placed { place, first, stretch });
            }
        }
        Self { places, stretches, len }
    }

    fn placed(&self, i: usize) -> Option<(&Place<'a>, &Placed<'a, L>)> {
        let after = self.stretches.partition_point(|placed| placed.first <= i);
        let placed = self.stretches.get(after.checked_sub(1)?)?;
        self.places.get(placed.place).map(|place| (place, placed))
    }

    fn at(&self, i: usize) -> Option<Found<'_, 'a, L>> {
        let (place, Placed { first, stretch, .. }) = self.placed(i)?;
        Some((place, stretch.row(place, i - first)?, stretch))
    }
}

impl<L: Listed> Source for Table<'_, L> {
    fn len(&self) -> usize {
        self.len
    }

    fn columns(&self) -> usize {
        L::COLUMNS.len() + 3 // the verdict before them, region and reasons after
    }

    fn id(&self, i: usize) -> Option<RowId> {
        self.at(i).map(|(place, row, _)| RowId { region: place.region.clone(), id: L::id(&row) })
    }

    fn position(&self, id: &RowId) -> Option<usize> {
        self.stretches.iter().find_map(|Placed { place, first, stretch }| {
            let place = self.places.get(*place).filter(|place| *place.region == id.region)?;
            L::find(stretch, &id.id, place).map(|i| first + i)
        })
    }

    fn region(&self, i: usize) -> Option<&Region> {
        self.placed(i).map(|(place, _)| place.region)
    }

    fn cell(&self, i: usize, column: usize) -> Option<Value> {
        let own = L::COLUMNS.len();
        match column.checked_sub(1) {
            None => {
                let (_, row, _) = self.at(i)?;
                Some(L::verdict_word(&row, self.verdict(i)?).into())
            }
            Some(position) if position < own => {
                let (place, row, _) = self.at(i)?;
                L::COLUMNS.get(position).map(|column| (column.cell)(&row, place))
            }
            Some(position) if position == own => self.region(i).map(|region| region.text().into()),
            Some(position) if position == own + 1 => self.assess(i).map(|assessment| Value::Texts(assessment.reasons)),
            Some(_) => None,
        }
    }

    fn verdict(&self, i: usize) -> Option<Verdict> {
        let (place, row, stretch) = self.at(i)?;
        let doubt = if stretch.distrust.is_some() { Verdict::Unknown } else { Verdict::Ok };
        Some(L::verdict(&row, place).or(doubt))
    }

    fn at_rest(&self, i: usize) -> Option<&'static str> {
        self.at(i).and_then(|(_, row, _)| L::at_rest(&row))
    }

    fn assess(&self, i: usize) -> Option<Assessment> {
        let (place, row, stretch) = self.at(i)?;
        let mut assessment = L::assess(&row, place);
        if let Some(reason) = stretch.distrust.as_ref().filter(|reason| !assessment.reasons.contains(reason)) {
            assessment.add(Verdict::Unknown, reason.clone());
        }
        Some(assessment)
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        match (self.at(a), self.at(b)) {
            (Some((place, a, _)), Some((other, b, _))) if std::ptr::eq(place, other) => L::compare(&a, &b, place),
            (Some((place, ..)), Some((other, ..))) => place.region.cmp(other.region),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }

    fn branch(&self, i: usize) -> Option<(&Region, String, usize)> {
        if !L::IS_TREE {
            return None;
        }
        let (place, row, _) = self.at(i)?;
        let path = L::path(&row, place);
        let depth = path.len().saturating_sub(1);
        path.into_iter().next().map(|root| (place.region, root, depth))
    }

    fn age(&self, i: usize) -> Option<Duration> {
        self.placed(i)?.1.stretch.age
    }

    fn is_stale(&self, i: usize) -> bool {
        self.placed(i).is_some_and(|(_, placed)| placed.stretch.distrust.is_some())
    }
}
