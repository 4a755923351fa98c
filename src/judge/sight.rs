//! What a thing is judged by besides its own row, and what of it the judging looked at.
//!
//! Owns: [`Sight`], `Looked`. Depends on: estate, index, metrics, policy. Must stay true: an assessment sees nothing but its own row
//! and what a sight hands out, so that one whose row is the same and that looked at nothing which changed since need not be made
//! again; a sight notes for itself what it hands out.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::index::Index;
use super::metrics::Metrics;
use super::policy::Policy;
use super::verdict::age_words;
use crate::estate::database::DatabaseEvent;
use crate::estate::group::Activity;
use crate::estate::silence::silences;
use crate::estate::{Change, Estate, History, Kind, Row, Silence, SliceId, Table, Trust, age};
use crate::id::{DatabaseId, GroupName, Region, Text, ZoneName};

/// What an assessment looked at besides its own row, and how long what it said of the time holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Looked {
    things: u64,
    until: Option<Timestamp>,
}

/// The row's neighbours in the joins: its members, its targets, its group.
const NEIGHBOURS: u64 = 1 << 63;
/// What changed between readings.
const CHANGES: u64 = 1 << 62;
/// Zones that are silent.
const SILENCES: u64 = 1 << 61;

impl Looked {
    /// What is otherwise than it was: these kinds, perhaps the changes, perhaps which zones are silent.
    pub(super) fn otherwise(kinds: impl IntoIterator<Item = Kind>, changes: bool, silences: bool) -> Self {
        let mut things = kinds.into_iter().fold(0, |things, kind| things | bit(kind));
        things |= if changes { CHANGES } else { 0 };
        things |= if silences { SILENCES } else { 0 };
        Self { things, until: None }
    }

    /// Whether an assessment that looked so may be otherwise at `now`: what it looked at is, or its time is over.
    pub(super) fn is_over(self, otherwise: Self, touched: impl FnOnce() -> bool, now: Timestamp) -> bool {
        self.things & otherwise.things != 0
            || self.until.is_some_and(|until| until <= now)
            || (self.things & NEIGHBOURS != 0 && touched())
    }

    /// Whether it depends on more than rows and neighbours.
    pub(super) fn is_watchful(self) -> bool {
        self.things & !NEIGHBOURS != 0 || self.until.is_some()
    }
}

/// The seconds of the unit in which an age is told.
fn unit_of(age: Duration) -> u64 {
    match age.as_secs() {
        0..60 => 1,
        60..3600 => 60,
        3600..172_800 => 3600,
        _ => 86_400,
    }
}

fn bit(kind: Kind) -> u64 {
    1 << (kind as u64 & 63)
}

/// What may be seen of a region by whoever judges one thing of it.
pub struct Sight<'a> {
    estate: &'a Estate,
    region: &'a Region,
    index: &'a Index,
    policy: &'a Policy,
    now: Timestamp,
    metrics: OnceCell<Metrics<'a>>,
    silences: OnceCell<Vec<Silence<'a>>>,
    newest: OnceCell<HashMap<(Kind, &'a str, &'a str), &'a Change>>,
    activities: OnceCell<HashMap<&'a str, Vec<&'a Activity>>>,
    events: OnceCell<HashMap<&'a str, Vec<&'a DatabaseEvent>>>,
    looked: Cell<Looked>,
}

impl<'a> Sight<'a> {
    /// What there is to see of a region at a time.
    pub fn new(estate: &'a Estate, region: &'a Region, index: &'a Index, policy: &'a Policy, now: Timestamp) -> Self {
        Self {
            estate,
            region,
            index,
            policy,
            now,
            metrics: OnceCell::new(),
            silences: OnceCell::new(),
            newest: OnceCell::new(),
            activities: OnceCell::new(),
            events: OnceCell::new(),
            looked: Cell::default(),
        }
    }

    /// What `assess` says, and what it looked at for it.
    pub(super) fn watch<T>(&self, assess: impl FnOnce() -> T) -> (T, Looked) {
        self.looked.set(Looked::default());
        let outcome = assess();
        (outcome, self.looked.get())
    }

    /// Where it is.
    pub fn region(&self) -> &'a Region {
        self.region
    }

    /// What the judgement goes by. Another policy makes every assessment anew.
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// The time. Who looks at it is judged again whenever it moves: [`Sight::has_passed`] and [`Sight::words_since`] say the same
    /// and hold for longer.
    pub fn now(&self) -> Timestamp {
        self.until(self.now);
        self.now
    }

    /// Whether this moment is over.
    pub fn has_passed(&self, at: Timestamp) -> bool {
        let has_passed = at <= self.now;
        if !has_passed {
            self.until(at);
        }
        has_passed
    }

    /// How long ago this was, in words: `12m`.
    pub fn words_since(&self, at: Timestamp) -> String {
        let age = age(at, self.now);
        let unit = unit_of(age);
        // The words are the same until the next whole unit is full.
        let full = Duration::from_secs((age.as_secs() / unit + 1) * unit);
        if let Ok(full) = SignedDuration::try_from(full)
            && let Ok(until) = at.checked_add(full)
        {
            self.until(until);
        }
        age_words(age)
    }

    /// How long it is until then, in words; `0s` for what lies behind.
    pub fn words_until(&self, at: Timestamp) -> String {
        let left = age(self.now, at);
        let unit = unit_of(left);
        // The words are the same until the whole units that are left are fewer.
        let rest = Duration::from_secs(left.as_secs() % unit + 1);
        if let Ok(until) = SignedDuration::try_from(rest).map(|rest| self.now.checked_add(rest).unwrap_or(self.now)) {
            self.until(until);
        }
        age_words(left)
    }

    /// ` for 12m`; nothing where nobody knows since when.
    pub fn lasting(&self, since: Option<Timestamp>) -> String {
        since.map(|at| format!(" for {}", self.words_since(at))).unwrap_or_default()
    }

    /// The joins around the thing that is judged: its members, targets, group, zone. Who looks at others' is not judged again when
    /// these change.
    pub fn index(&self) -> &'a Index {
        self.note(NEIGHBOURS);
        self.index
    }

    /// All rows of a kind, with how far they can be trusted. Not their ages: for those there is [`Sight::now`].
    pub fn table<T: Row + 'a>(&self) -> Table<'a, T> {
        self.note(bit(T::KIND));
        self.estate.table(self.region, self.now)
    }

    /// What was read of the thing that is judged in a part of its own, and how far it can be trusted: a target group's targets.
    pub fn part_of<T: Row + 'a>(&self, parent: &Text) -> Option<(&'a [T], Trust<'a>)> {
        self.note(NEIGHBOURS);
        let slice = self.estate.slice(&SliceId::of(self.region, T::KIND, parent.clone()))?;
        let trust = slice.trust(T::KIND.age_limit(), self.now);
        if let Trust::Stale(..) = trust {
            self.until(self.now); // Its age is part of it.
        }
        Some((slice.rows::<T>(), trust))
    }

    /// What metrics say: the same until they are read again, or are too old.
    pub fn metrics(&self) -> &Metrics<'a> {
        self.note(bit(Kind::Series));
        self.metrics.get_or_init(|| Metrics::new(self.estate, self.region, self.now))
    }

    /// What changed between readings, all of it.
    pub fn history(&self) -> Option<&'a History> {
        self.note(CHANGES);
        self.estate.history(self.region)
    }

    /// The last change of this side of this thing, wherever it belongs.
    pub fn last_change(&self, kind: Kind, subject: &str, what: &str) -> Option<&'a Change> {
        self.note(CHANGES);
        let newest = self.newest.get_or_init(|| {
            let changes = self.estate.history(self.region).into_iter().flat_map(History::iter);
            changes.map(|change| ((change.kind, &*change.subject, &*change.what), change)).collect()
        });
        newest.get(&(kind, subject, what)).copied()
    }

    /// What a group did lately, the newest first, as far as activities are known.
    pub fn activities_of(&self, group: &GroupName) -> &[&'a Activity] {
        self.note(bit(Kind::Activities));
        let activities = self.activities.get_or_init(|| {
            let mut by_group: HashMap<&str, Vec<&Activity>> = HashMap::new();
            for activity in self.estate.table::<Activity>(self.region, self.now).known() {
                by_group.entry(activity.group.as_str()).or_default().push(activity);
            }
            by_group.values_mut().for_each(|own| own.sort_by_key(|activity| std::cmp::Reverse(activity.started_at)));
            by_group
        });
        activities.get(group.as_str()).map_or(&[], Vec::as_slice)
    }

    /// What happened to a database lately, as far as events are known.
    pub fn events_of(&self, database: &DatabaseId) -> &[&'a DatabaseEvent] {
        self.note(bit(Kind::DatabaseEvents));
        let events = self.events.get_or_init(|| {
            let mut by_source: HashMap<&str, Vec<&DatabaseEvent>> = HashMap::new();
            for event in self.estate.table::<DatabaseEvent>(self.region, self.now).known() {
                by_source.entry(&event.source).or_default().push(event);
            }
            by_source
        });
        events.get(database.as_str()).map_or(&[], Vec::as_slice)
    }

    /// What was read of a kind for this parent, however old: what does not change by itself.
    pub fn kept_of<T: Row + 'a>(&self, parent: &Text) -> Option<&'a [T]> {
        self.note(bit(T::KIND));
        let slice = self.estate.slice(&SliceId::of(self.region, T::KIND, parent.clone()))?;
        slice.read_at().map(|_| slice.rows::<T>())
    }

    /// Zones whose instances AWS does not tell of.
    pub fn silences(&self) -> &[Silence<'a>] {
        self.note(SILENCES);
        self.silences.get_or_init(|| silences(self.estate, self.region))
    }

    /// Whether the zone is one of them.
    pub fn is_silent(&self, zone: &ZoneName) -> bool {
        self.silences().iter().any(|silence| silence.zone == zone)
    }

    fn note(&self, thing: u64) {
        let looked = self.looked.get();
        self.looked.set(Looked { things: looked.things | thing, ..looked });
    }

    fn until(&self, until: Timestamp) {
        let looked = self.looked.get();
        let until = looked.until.map_or(until, |earlier| earlier.min(until));
        self.looked.set(Looked { until: Some(until), ..looked });
    }
}
