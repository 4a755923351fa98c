//! Sharing of equal texts within one read: zone names, types and tag keys recur a thousand times.

use std::collections::HashSet;

use crate::id::Text;

/// Gives equal texts one allocation.
#[derive(Debug, Default)]
pub(super) struct Interner(HashSet<Text>);

impl Interner {
    /// The shared text equal to `text`.
    pub(super) fn text(&mut self, text: &str) -> Text {
        match self.0.get(text) {
            Some(known) => known.clone(),
            None => {
                let new: Text = text.into();
                self.0.insert(new.clone());
                new
            }
        }
    }
}
