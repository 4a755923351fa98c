//! Stores that work only while enough of their members are up: MongoDB, Elasticsearch and their like.
//!
//! Must stay true: a declared quorum is kept or the answer is no, however low the load.

use std::collections::BTreeSet;

use crate::judge::index::Number;
use crate::judge::service::Service;

use super::pool::{Pool, Serves};
use super::scene::Scene;

/// What becomes of a quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quorum {
    /// Members that must be up.
    pub(super) of: usize,
    /// Members up now, at least.
    pub(super) up: usize,
    /// Of these, those that remain.
    pub(super) left: usize,
    /// Members of which nobody knows and that remain.
    pub(super) unknown: usize,
}

/// The quorum of a service, where policy or a tag declares one; the greatest where several do.
pub(super) fn of(scene: &Scene<'_>, service: &Service, pools: &[Pool<'_>]) -> Option<Quorum> {
    let of = service.quorum?;
    let seats = || pools.iter().flat_map(|pool| &pool.seats);
    let distinct = |serves: Serves, all: bool| {
        let found: BTreeSet<Number> = seats()
            .filter(|seat| seat.serves == serves && (all || scene.remains(seat)))
            .map(|seat| seat.number)
            .collect();
        found.len()
    };
    let unknown = distinct(Serves::Unknown, false);
    Some(Quorum { of, up: distinct(Serves::Yes, true), left: distinct(Serves::Yes, false), unknown })
}
