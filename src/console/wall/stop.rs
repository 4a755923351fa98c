//! The pages of the wall, and in which order they come by.
//!
//! Owns: [`Page`] and [`Stop`]. Depends on: the picture, for its regions. Must stay true: there is always at least one stop, and
//! while one region is pinned no other region's page is among them.

use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::{Picture, finding};

/// A page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// The numbers that count.
    #[default]
    Overview,
    /// A region's zone board.
    Board,
    /// What is not well, the gravest first.
    Findings,
    /// What services promise, and what probes saw.
    Availability,
}

impl Page {
    /// Every page, in the usual order.
    pub const ALL: [Page; 4] = [Page::Overview, Page::Board, Page::Findings, Page::Availability];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Board => "board",
            Self::Findings => "findings",
            Self::Availability => "availability",
        }
    }

    /// The page of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.name() == name)
    }
}

/// A page of a region, where pages are a region's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub(super) page: Page,
    pub(super) region: Option<Region>,
}

/// The stops there are. A page with nothing on it is passed by, unless it is the only one.
pub fn all(pages: &[Page], picture: Option<&Picture>, pinned: Option<Region>) -> Vec<Stop> {
    let scope = picture.map_or(&[][..], |picture| picture.estate.scope());
    let is_calm = picture.is_none_or(|picture| finding::ranked(&picture.judgement, scope, picture.taken_at).is_empty());
    let mut stops = Vec::new();
    for page in pages {
        match (page, &pinned) {
            (Page::Board, Some(region)) => stops.push(Stop { page: *page, region: Some(region.clone()) }),
            (Page::Board, None) => {
                stops.extend(scope.iter().map(|region| Stop { page: *page, region: Some(region.clone()) }));
            }
            (Page::Findings, _) if is_calm => {}
            // What may be one day is no matter while something is.
            (Page::Availability, Some(_)) if pages.len() > 1 => {}
            (Page::Overview | Page::Findings | Page::Availability, _) => stops.push(Stop { page: *page, region: None }),
        }
    }
    if stops.is_empty() {
        stops.push(Stop::default());
    }
    stops
}

/// The stop so many after this one, around; the first where this one is gone.
pub fn after(stops: &[Stop], now: &Stop, by: isize) -> Stop {
    let len = isize::try_from(stops.len()).unwrap_or(1).max(1);
    let at = stops.iter().position(|stop| stop == now).and_then(|at| isize::try_from(at).ok());
    let next = at.map_or(0, |at| (at + by).rem_euclid(len));
    usize::try_from(next).ok().and_then(|next| stops.get(next)).cloned().unwrap_or_default()
}
