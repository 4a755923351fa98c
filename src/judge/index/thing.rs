//! Where all that is said of one thing stands.

use std::sync::Arc;

use super::sheet::At;
use crate::judge::standing::Standing;

/// Where all that is said of one thing stands.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub(super) instance: At,
    pub(super) status: At,
    pub(super) group: At,
    /// Its place among its group's members.
    pub(super) member: u32,
    pub(super) targets: Places,
    pub(super) classic: Places,
    pub(super) standing: Standing,
}

impl Thing {
    pub(super) const UNKNOWN: Self = Self {
        instance: At::NOWHERE,
        status: At::NOWHERE,
        group: At::NOWHERE,
        member: 0,
        targets: Places::NONE,
        classic: Places::NONE,
        standing: Standing::Unknown,
    };

    /// Whether nothing is said of it any more.
    pub(super) fn is_gone(&self) -> bool {
        let unread = self.instance == At::NOWHERE && self.status == At::NOWHERE && self.group == At::NOWHERE;
        unread && self.targets.is_empty() && self.classic.is_empty()
    }
}

/// Where a thing is a target: mostly in one place.
#[derive(Debug, Clone)]
pub(super) enum Places {
    One(At),
    Many(Arc<[At]>),
}

impl Places {
    const NONE: Self = Self::One(At::NOWHERE);

    pub(super) fn as_slice(&self) -> &[At] {
        match self {
            Self::One(At::NOWHERE) => &[],
            Self::One(at) => std::slice::from_ref(at),
            Self::Many(many) => many,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// Takes in another place, in the order that `order` gives.
    pub(super) fn add(&mut self, at: At, order: impl Fn(&At) -> (u32, u32)) {
        let mut all = self.as_slice().to_vec();
        let place = all.partition_point(|other| order(other) <= order(&at));
        all.insert(place, at);
        *self = Self::of(&all);
    }

    pub(super) fn remove(&mut self, at: At) {
        let rest: Vec<At> = self.as_slice().iter().copied().filter(|other| *other != at).collect();
        *self = Self::of(&rest);
    }

    fn of(places: &[At]) -> Self {
        match places {
            [] => Self::NONE,
            [at] => Self::One(*at),
            many => Self::Many(many.into()),
        }
    }
}
