//! A selection among rows that come and go: it stays on its row, and in sight.

use serde::{Deserialize, Serialize};

use super::{Motion, scrolled};

/// Which row is selected, and which is the first in sight.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The selected row's key.
    key: Option<String>,
    /// The first row in sight.
    pub offset: usize,
    /// The selected row's place.
    #[serde(skip)]
    pub at: usize,
}

impl Cursor {
    /// Finds the selected row again among `keys`; where it is gone, the selection stays at its place.
    pub fn settle(&mut self, keys: &[String], room: usize) {
        let found = self.key.as_ref().and_then(|key| keys.iter().position(|each| each == key));
        self.at = found.unwrap_or_else(|| self.at.min(keys.len().saturating_sub(1)));
        self.key = keys.get(self.at).cloned();
        self.offset = scrolled(self.offset, self.at, keys.len(), room);
    }

    /// Moves it.
    pub fn go(&mut self, motion: Motion, keys: &[String], room: usize) {
        self.at = motion.target(self.at, keys.len(), room);
        self.key = keys.get(self.at).cloned();
        self.settle(keys, room);
    }
}
