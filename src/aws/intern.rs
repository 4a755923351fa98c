//! Sharing of equal texts within one read: zone names, types and tag keys recur a thousand times.

use std::collections::HashSet;
use std::sync::Arc;

use crate::estate::instance::Make;
use crate::id::Text;

/// Gives equal texts one allocation.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: HashSet<Text>,
    makes: HashSet<Arc<Make>>,
}

impl Interner {
    /// The shared text equal to `text`.
    pub(super) fn text(&mut self, text: &str) -> Text {
        match self.texts.get(text) {
            Some(known) => known.clone(),
            None => {
                let new: Text = text.into();
                self.texts.insert(new.clone());
                new
            }
        }
    }

    /// The shared make equal to `make`.
    pub(super) fn make(&mut self, make: Make) -> Arc<Make> {
        match self.makes.get(&make) {
            Some(known) => known.clone(),
            None => {
                let new = Arc::new(make);
                self.makes.insert(new.clone());
                new
            }
        }
    }
}
