//! Where the person has been: the way back, and forth again.
//!
//! Owns: [`Trail`]. Depends on: places. Must stay true: a stop keeps screens with their selection and filter, and nothing of the
//! picture that they were drawn from; stops are bounded.

use serde::{Deserialize, Serialize};

use crate::id::Region;

use super::screen::Place;

/// Stops that are remembered in each direction.
const STOPS: usize = 50;

/// A place that was left: the screens upon one another, and the region that they were narrowed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The screens, the visible one on top.
    pub places: Vec<Place>,
    /// The one region shown; none for all.
    pub region: Option<Region>,
}

/// Stops before and after the present place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    back: Vec<Stop>,
    forth: Vec<Stop>,
}

impl Stop {
    /// The screens as they are, without what they were drawn from.
    pub fn of(places: &[Place], region: Option<&Region>) -> Self {
        let mut places = places.to_vec();
        for place in &mut places {
            place.screen_mut().put_aside();
        }
        Self { places, region: region.cloned() }
    }
}

impl Trail {
    /// A place is left for another: what lay ahead of it is forgotten.
    pub fn leave(&mut self, stop: Stop) {
        self.forth.clear();
        push(&mut self.back, stop);
    }

    /// One stop back from `here`; none where there is none.
    pub fn back(&mut self, here: Stop) -> Option<Stop> {
        let stop = self.back.pop()?;
        push(&mut self.forth, here);
        Some(stop)
    }

    /// One stop forth again.
    pub fn forth(&mut self, here: Stop) -> Option<Stop> {
        let stop = self.forth.pop()?;
        push(&mut self.back, here);
        Some(stop)
    }
}

fn push(stops: &mut Vec<Stop>, stop: Stop) {
    if stops.last() == Some(&stop) {
        return;
    }
    if stops.len() >= STOPS {
        stops.remove(0);
    }
    stops.push(stop);
}
