//! The loss of a zone that the board previews: begun, moved to the zone beside, ended.
//!
//! Must stay true: a preview of a zone that is no longer there ends; what would be is never told as what is.

use crate::console::app::World;
use crate::console::screen::{Outcome, Screen};
use crate::id::ZoneName;

use super::Board;
use super::forecast::Preview;

impl Board {
    /// The zone whose loss is previewed.
    pub fn previewed(&self) -> Option<&ZoneName> {
        self.preview.as_ref().map(|preview| &preview.zone)
    }

    /// Ends a preview, so that the next one begins.
    pub fn end_preview(&mut self) {
        self.preview = None;
    }

    /// Works out what the preview says; one of a zone that is no longer there ends.
    pub(super) fn foretell(&mut self, world: &World<'_>) {
        let Some(picture) = world.picture else { return };
        if self.preview.as_ref().is_some_and(|preview| preview.beside(picture, 0).is_none()) {
            self.preview = None;
        }
        self.preview_words = self.preview.as_ref().map(|preview| preview.words(picture));
    }

    /// Begins to preview the loss of a zone, or ends it; without a name, of the zone that one would leave first.
    pub(super) fn what_if(&mut self, zone: &str, world: &World<'_>) -> Outcome {
        let Some(picture) = world.picture else { return Outcome::Refused("nothing is known yet".to_owned()) };
        let here = self.region_here(world);
        let chosen = match zone {
            "" if self.preview.is_some() => None,
            "" => match here.and_then(|region| Preview::of(picture, &region)) {
                Some(preview) => Some(preview),
                None => return Outcome::Refused("no zone is known here yet".to_owned()),
            },
            name => match Preview::named(picture, name) {
                Some(preview) => Some(preview),
                None => return Outcome::Refused(format!("no zone `{name}` here")),
            },
        };
        if let Some(preview) = &chosen {
            self.focus = Some(preview.region.clone());
        }
        self.preview = chosen;
        self.refresh(world);
        Outcome::Done
    }

    /// Previews the loss of the zone beside the one previewed.
    pub(super) fn another_zone(&mut self, by: isize, world: &World<'_>) -> Outcome {
        let (Some(preview), Some(picture)) = (&self.preview, world.picture) else {
            return Outcome::Refused("press w first: what if a zone goes".to_owned());
        };
        let other = preview.beside(picture, by);
        self.preview = other.or_else(|| self.preview.clone());
        self.refresh(world);
        Outcome::Done
    }
}
