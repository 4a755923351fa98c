//! What a judgement leaves to the next: assessments that need not be made again.
//!
//! Owns: [`Memo`], `Otherwise`. Depends on: the estate's slices, scenes. Must stay true: a memo made after another holds what one
//! made from nothing would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::index::{Delta, Index, Number};
use super::sight::{Looked, Sight};
use super::verdict::{Assessment, Verdict, reason_untrusted};
use crate::estate::instance::Instance;
use crate::estate::silence::silences;
use crate::estate::{Estate, History, Kind, Part, Row, Rows, Slice};
use crate::id::{InstanceId, Region, Text, ZoneName};

/// Everything of a region as one judgement saw it, by which the next tells what is otherwise.
#[derive(Clone, Default)]
pub(super) struct Seen {
    kinds: BTreeMap<Kind, Vec<Glimpse>>,
    changes: Option<(u64, Option<Timestamp>)>,
    silences: Vec<(ZoneName, Timestamp)>,
}

/// A slice, and whether it could be trusted.
#[derive(Clone)]
struct Glimpse {
    part: Part,
    slice: Arc<Slice>,
    known: bool,
}

impl Glimpse {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.slice, &other.slice) && self.known == other.known && self.part == other.part
    }
}

impl Seen {
    /// What there is to see now.
    pub(super) fn new(estate: &Estate, region: &Region, now: Timestamp) -> Self {
        let slices = |kind: Kind| {
            let known = |slice: &Slice| slice.trust(kind.age_limit(), now).is_known();
            let glimpse = |(part, slice): (&Part, &Arc<Slice>)| Glimpse {
                part: part.clone(),
                slice: slice.clone(),
                known: known(slice),
            };
            estate.slices(region, kind).map(glimpse).collect()
        };
        let mark = |history: &History| (history.noted(), history.iter().next_back().map(|change| change.at));
        Self {
            kinds: Kind::ALL.iter().map(|kind| (*kind, slices(*kind))).collect(),
            changes: estate.history(region).map(mark),
            silences: silences(estate, region).iter().map(|each| (each.zone.clone(), each.since)).collect(),
        }
    }

    /// What is otherwise than `before`.
    pub(super) fn since(&self, before: &Self) -> Looked {
        let same = |a: &[Glimpse], b: &[Glimpse]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b));
        let is_otherwise =
            |kind: &Kind, slices: &[Glimpse]| !before.kinds.get(kind).is_some_and(|older| same(slices, older));
        let kinds = self.kinds.iter().filter(|(kind, slices)| is_otherwise(kind, slices)).map(|(kind, _)| *kind);
        Looked::otherwise(kinds, self.changes != before.changes, self.silences != before.silences)
    }

    /// Whether any slice of one of these kinds is otherwise than `before`.
    pub(super) fn is_otherwise(&self, before: &Self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| {
            let (older, newer) = (before.glimpses(*kind), self.glimpses(*kind));
            older.len() != newer.len() || !older.iter().zip(newer).all(|(a, b)| a.is_same(b))
        })
    }

    /// Whether every part of a kind that was read or tried can be trusted now.
    pub(super) fn is_known(&self, kind: Kind) -> bool {
        self.glimpses(kind).iter().all(|glimpse| glimpse.known)
    }

    /// Whether a kind has the same parts as `before`, whatever is in them.
    pub(super) fn has_same_parts(&self, before: &Self, kind: Kind) -> bool {
        let (older, newer) = (before.glimpses(kind), self.glimpses(kind));
        older.len() == newer.len() && older.iter().zip(newer).all(|(a, b)| a.part == b.part)
    }

    /// Whether the rows of a kind are alike, one by one.
    pub(super) fn is_same<T: Row>(&self, other: &Self, same: impl Fn(&T, &T) -> bool) -> bool {
        let (older, newer) = (self.glimpses(T::KIND), other.glimpses(T::KIND));
        let alike = |a: &Slice, b: &Slice| {
            let (a, b) = (a.rows::<T>(), b.rows::<T>());
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        };
        older.len() == newer.len()
            && older
                .iter()
                .zip(newer)
                .all(|(a, b)| a.part == b.part && (Arc::ptr_eq(&a.slice, &b.slice) || alike(&a.slice, &b.slice)))
    }

    fn glimpses(&self, kind: Kind) -> &[Glimpse] {
        self.kinds.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// The parents whose parts of a kind are otherwise than `before`, those that were not there then or are gone among them.
    pub(super) fn parents_since(&self, before: &Self, kind: Kind) -> BTreeSet<Text> {
        let (older, newer) = (before.glimpses(kind), self.glimpses(kind));
        let parent = |glimpse: &Glimpse| match &glimpse.part {
            Part::Of(parent) => Some(parent.clone()),
            Part::All | Part::Zone(_) => None,
        };
        // Mostly there are the same parts, one beside the other.
        if self.has_same_parts(before, kind) {
            let pairs = older.iter().zip(newer).filter(|(older, newer)| !older.is_same(newer));
            return pairs.filter_map(|(_, newer)| parent(newer)).collect();
        }
        let find = |among: &[Glimpse], glimpse: &Glimpse| {
            let found = among.binary_search_by(|other| other.part.cmp(&glimpse.part)).ok();
            found.and_then(|at| among.get(at)).is_some_and(|other| other.is_same(glimpse))
        };
        let differing =
            newer.iter().filter(|each| !find(older, each)).chain(older.iter().filter(|each| !find(newer, each)));
        differing.filter_map(parent).collect()
    }
}

/// The assessments of one kind's rows, by key.
#[derive(Clone)]
pub(super) struct Memo<K> {
    leaves: Vec<Leaf>,
    outcome: Arc<BTreeMap<K, Assessment>>,
    differing: Differing<K>,
}

/// Of what something else is said than by the judgement before.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Differing<K> {
    /// Perhaps of everything.
    All,
    /// Of these.
    Only(Vec<K>),
}

impl<K> Differing<K> {
    /// These; none where it may be everything.
    pub(super) fn only(&self) -> Option<&[K]> {
        match self {
            Self::All => None,
            Self::Only(keys) => Some(keys),
        }
    }
}

/// The rows of one part, and what each one's assessment looked at.
#[derive(Clone)]
struct Leaf {
    part: Part,
    rows: Arc<Rows>,
    /// Why they cannot be trusted, in words; none where they can.
    distrust: Option<String>,
    looked: Arc<[Looked]>,
}

impl<K> Default for Memo<K> {
    fn default() -> Self {
        Self { leaves: Vec::new(), outcome: Arc::default(), differing: Differing::All }
    }
}

/// How one kind of row is assessed.
pub(super) struct Rule<'r, T, K> {
    /// What the row is called.
    pub(super) key: &'r dyn Fn(&T) -> K,
    /// Whether a row is as it was in its place before.
    pub(super) same: &'r dyn Fn(&T, &T) -> bool,
    /// What to say of it.
    pub(super) assess: &'r dyn Fn(&T) -> Assessment,
    /// Whether anything around it in the joins is otherwise than at the last judgement.
    pub(super) touched: &'r dyn Fn(&T) -> bool,
    /// What else is.
    pub(super) otherwise: Looked,
    /// Whether distrust of the rows is to be added to each.
    pub(super) distrusts: bool,
    /// The time.
    pub(super) now: Timestamp,
}

impl<K: Ord + Clone> Memo<K> {
    /// The assessments by key.
    pub(super) fn outcome(&self) -> Arc<BTreeMap<K, Assessment>> {
        self.outcome.clone()
    }

    /// Of what something else is said than by the memo that this one was made after.
    pub(super) fn differing(&self) -> &Differing<K> {
        &self.differing
    }

    /// The assessments as they are now: of `before` is taken over what need not be made again.
    pub(super) fn after<T: Row>(before: &Self, estate: &Estate, sight: &Sight<'_>, rule: &Rule<'_, T, K>) -> Self {
        let limit = T::KIND.age_limit();
        let mut memo = Self::default();
        // By position in all parts: what was made anew.
        let mut anew: Vec<(K, Assessment)> = Vec::new();
        let mut same_keys = true;
        // Kinds whose things may stand in several parts at once are few and small: all of theirs is made anew.
        let is_whole = estate.slices(sight.region(), T::KIND).nth(1).is_none();
        for (part, slice) in estate.slices(sight.region(), T::KIND) {
            let Some(rows) = slice.all_rows() else { continue };
            let distrust = reason_untrusted(T::KIND.name(), &slice.trust(limit, rule.now)).filter(|_| rule.distrusts);
            let older = before.leaves.get(memo.leaves.len()).filter(|leaf| is_whole && leaf.part == *part);
            same_keys &= older.is_some();
            let leaf = Leaf::after(older, rows, distrust, rule, sight, &mut anew, &mut same_keys);
            memo.leaves.push(Leaf { part: part.clone(), ..leaf });
        }
        same_keys &= memo.leaves.len() == before.leaves.len();
        if same_keys && is_whole {
            anew.retain(|(key, assessment)| before.outcome.get(key) != Some(assessment));
            memo.differing = Differing::Only(anew.iter().map(|(key, _)| key.clone()).collect());
            memo.outcome = before.outcome.clone();
            if !anew.is_empty() {
                Arc::make_mut(&mut memo.outcome).extend(anew);
            }
        } else {
            // Things came, went, or stand in several parts: the map is put together from all of them.
            memo.outcome = memo.put_together(&before.outcome, anew, rule);
        }
        memo
    }

    fn put_together<T: Row>(
        &self,
        before: &BTreeMap<K, Assessment>,
        anew: Vec<(K, Assessment)>,
        rule: &Rule<'_, T, K>,
    ) -> Arc<BTreeMap<K, Assessment>> {
        let anew: BTreeMap<K, Assessment> = anew.into_iter().collect();
        let rows = self.leaves.iter().flat_map(|leaf| T::of(&leaf.rows).unwrap_or_default());
        let find = |row: &T| {
            let key = (rule.key)(row);
            let found = anew.get(&key).or_else(|| before.get(&key)).cloned()?;
            Some((key, found))
        };
        Arc::new(rows.filter_map(find).collect())
    }
}

impl Leaf {
    fn after<T: Row, K: Ord>(
        older: Option<&Self>,
        rows: &Arc<Rows>,
        distrust: Option<String>,
        rule: &Rule<'_, T, K>,
        sight: &Sight<'_>,
        anew: &mut Vec<(K, Assessment)>,
        same_keys: &mut bool,
    ) -> Self {
        let now_rows = T::of(rows).unwrap_or_default();
        let old_rows = older.and_then(|leaf| T::of(&leaf.rows)).unwrap_or_default();
        let same_rows = older.is_some_and(|leaf| Arc::ptr_eq(&leaf.rows, rows));
        let same_trust = older.is_some_and(|leaf| leaf.distrust == distrust);
        *same_keys &= now_rows.len() == old_rows.len();
        let mut looked: Vec<Looked> = Vec::with_capacity(now_rows.len());
        for (position, row) in now_rows.iter().enumerate() {
            let old_row = old_rows.get(position);
            let is_same = same_rows || old_row.is_some_and(|old| (rule.same)(old, row));
            let last = older.and_then(|leaf| leaf.looked.get(position)).filter(|_| is_same && same_trust);
            if let Some(last) = last
                && !last.is_over(rule.otherwise, || (rule.touched)(row), rule.now)
            {
                looked.push(*last);
                continue;
            }
            let key = (rule.key)(row);
            *same_keys &= is_same || old_row.is_some_and(|old| (rule.key)(old) == key);
            let (mut assessment, at) = sight.watch(|| (rule.assess)(row));
            if let Some(reason) = &distrust {
                assessment.add(Verdict::Unknown, reason.clone());
            }
            looked.push(at);
            anew.push((key, assessment));
        }
        let same_looks = older.is_some_and(|leaf| *leaf.looked == *looked);
        let looked = older.filter(|_| same_looks).map_or_else(|| looked.into(), |leaf| leaf.looked.clone());
        Self { part: Part::All, rows: rows.clone(), distrust, looked }
    }
}

/// The assessments of instances that are not well.
#[derive(Clone, Default)]
pub(super) struct Instances {
    outcome: Arc<BTreeMap<InstanceId, Assessment>>,
    /// Those whose assessments looked at more than their own rows.
    watchful: Arc<BTreeMap<Number, Looked>>,
    differing: Option<Vec<Number>>,
}

impl Instances {
    /// Those that are not well, by id.
    pub(super) fn outcome(&self) -> Arc<BTreeMap<InstanceId, Assessment>> {
        self.outcome.clone()
    }

    /// Of which something else is said than before; none where that may be all of them.
    pub(super) fn differing(&self) -> Option<&[Number]> {
        self.differing.as_deref()
    }

    /// The assessments as they are now: those of things that changed, or whose time is over, are made anew.
    pub(super) fn after(
        before: &Self,
        index: &Index,
        delta: &Delta,
        otherwise: Looked,
        now: Timestamp,
        assess: impl Fn(Number, &Instance) -> (Assessment, Looked),
    ) -> Self {
        let Delta::Things(changed) = delta else {
            let afresh = Self::default().with(index, index.numbers(), assess);
            return Self { differing: None, ..afresh };
        };
        let over = before.watchful.iter().filter(|(_, looked)| looked.is_over(otherwise, || false, now));
        let again: BTreeSet<Number> = changed.iter().copied().chain(over.map(|(number, _)| *number)).collect();
        Self { differing: Some(Vec::new()), ..before.clone() }.with(index, again.into_iter(), assess)
    }

    fn with(
        mut self,
        index: &Index,
        numbers: impl Iterator<Item = Number>,
        assess: impl Fn(Number, &Instance) -> (Assessment, Looked),
    ) -> Self {
        for number in numbers {
            let judged = index.instance_at(number).map(|instance| (instance, assess(number, instance)));
            let watchful = judged.as_ref().map(|(_, (_, looked))| *looked).filter(|looked| looked.is_watchful());
            match watchful {
                Some(looked) => drop(Arc::make_mut(&mut self.watchful).insert(number, looked)),
                None if self.watchful.contains_key(&number) => drop(Arc::make_mut(&mut self.watchful).remove(&number)),
                None => {}
            }
            let bad = judged.filter(|(_, (assessment, _))| assessment.verdict != Verdict::Ok);
            let name = index.name_of(number).unwrap_or_default();
            let last = self.outcome.get(name);
            if last == bad.as_ref().map(|(_, (assessment, _))| assessment) {
                continue;
            }
            match bad {
                Some((instance, (assessment, _))) => {
                    Arc::make_mut(&mut self.outcome).insert(instance.id.clone(), assessment);
                }
                None => drop(Arc::make_mut(&mut self.outcome).remove(name)),
            }
            self.differing.iter_mut().for_each(|differing| differing.push(number));
        }
        self
    }
}
