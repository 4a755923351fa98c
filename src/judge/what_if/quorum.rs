//! Stores that work only while enough of their members are up: MongoDB, Elasticsearch and their like.
//!
//! Must stay true: a declared quorum is kept or the answer is no, however low the load.

use std::collections::BTreeSet;

use crate::estate::tag::Tags;
use crate::judge::index::Number;
use crate::judge::service::Service;

use super::pool::{Pool, Serves};
use super::scene::Scene;

/// Tags that may say how many members must be up.
const TAGS: &[&str] = &["fournines:quorum", "Quorum", "quorum"];

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
    let declared = scene.policy.services.get(&service.name).and_then(|declared| declared.quorum);
    let of = declared.or_else(|| by_tags(scene, service))?;
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

fn by_tags(scene: &Scene<'_>, service: &Service) -> Option<usize> {
    let index = &scene.judged.index;
    let says = |tags: &Tags| TAGS.iter().find_map(|key| tags.get(key)).and_then(|word| word.trim().parse().ok());
    let groups = service.groups.iter().filter_map(|name| says(&index.group(name.as_str())?.tags));
    let alone = service.standalone.iter().filter_map(|id| says(&index.instance(id.as_str())?.tags));
    groups.chain(alone).filter(|quorum| *quorum > 0).max()
}
