//! Tags, in AWS's order made stable.

use serde::{Deserialize, Serialize};

use crate::id::Text;

/// The tags of one thing, sorted by key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(Box<[(Text, Text)]>);

impl Tags {
    /// Sorts the tags by key.
    pub fn new(tags: impl IntoIterator<Item = (Text, Text)>) -> Self {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.sort();
        Self(tags.into())
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Text> {
        self.0.iter().find(|(k, _)| &**k == key).map(|(_, value)| value)
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
