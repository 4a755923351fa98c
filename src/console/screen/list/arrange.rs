//! Which rows a list shows and in which order: a question, and its answer over one picture.
//!
//! Owns: [`Question`], [`Arrangement`]. Depends on: listing. Must stay true: an answer depends on question and picture alone, so
//! that it may be worked out beside the loop; its positions are never used with another picture.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::{Picture, Verdict};
use crate::listing::{self, Filter, Rows, Sort};

/// What decides which rows of a list are shown, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The list's name.
    pub(super) list: String,
    /// The filter; one that cannot be read keeps everything.
    pub(super) filter: String,
    /// Only what is not well.
    pub(super) problems: bool,
    /// `COL` or `-COL`; none for the listing's own order.
    pub(super) sort: Option<String>,
    /// One region alone.
    pub(super) region: Option<Region>,
}

/// The rows that a question asks for.
#[derive(Debug, Clone)]
pub struct Arrangement {
    pub(super) question: Question,
    /// The picture that the positions are of.
    pub(super) picture: Arc<Picture>,
    /// Positions in the list's rows, in the order in which they are shown.
    pub(super) order: Vec<u32>,
    /// How many rows there are in the regions shown, with those that the filter hides.
    pub(super) total: usize,
}

impl PartialEq for Arrangement {
    fn eq(&self, other: &Self) -> bool {
        self.is_of(&other.question, &other.picture) && self.order == other.order
    }
}

impl Question {
    /// Works out the answer: at worst every cell of every row is made, which takes its time where there are very many.
    pub fn answer(&self, picture: Arc<Picture>) -> Arrangement {
        let mut order = Vec::new();
        let mut total = 0;
        if let Ok(list) = listing::find(&self.list) {
            let rows = list.rows(&picture);
            let filter = Filter::parse(&self.filter, list).unwrap_or_default();
            let sort = self.sort.as_deref().and_then(|sort| Sort::parse(sort, list).ok());
            let in_scope = |i: &usize| self.region.is_none() || rows.region(*i) == self.region.as_ref();
            let kept = (0..rows.len()).filter(in_scope).inspect(|_| total += 1);
            let kept = kept.filter(|i| !self.problems || rows.verdict(*i) != Verdict::Ok);
            let kept = kept.filter(|i| filter.matches(&rows, *i)).collect();
            let sorted = rows.sorted(kept, sort.as_ref());
            order = sorted.into_iter().map(|i| u32::try_from(i).unwrap_or(u32::MAX)).collect();
        }
        Arrangement { question: self.clone(), picture, order, total }
    }

    /// How many rows an answer looks at.
    pub(super) fn effort(&self, picture: &Arc<Picture>) -> usize {
        listing::find(&self.list).map_or(0, |list| list.rows(picture).len())
    }
}

impl Arrangement {
    /// Whether it answers that question over that very picture.
    pub(super) fn is_of(&self, question: &Question, picture: &Arc<Picture>) -> bool {
        self.question == *question && Arc::ptr_eq(&self.picture, picture)
    }

    /// The rows that it orders.
    pub(super) fn rows(&self) -> Option<Rows<'_>> {
        listing::find(&self.question.list).ok().map(|list| list.rows(&self.picture))
    }

    /// The place at which the row of this position is shown.
    pub(super) fn place_of(&self, position: usize) -> Option<usize> {
        let position = u32::try_from(position).ok()?;
        self.order.iter().position(|i| *i == position)
    }

    /// The position of the row shown at this place.
    pub(super) fn at(&self, place: usize) -> Option<usize> {
        self.order.get(place).map(|i| *i as usize)
    }
}
