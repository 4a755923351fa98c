//! What changed lately, in the status document.

use serde::Serialize;

use crate::id::Region;
use crate::judge::Picture;
use crate::judge::changes::{Happening, lately};

/// One thing that changed.
#[derive(Debug, Serialize)]
pub(super) struct ChangeEntry<'a> {
    region: &'a Region,
    /// When, who (null where nobody knows) and what.
    #[serde(flatten)]
    happening: Happening,
}

/// A region of whose changes names may be missing.
#[derive(Debug, Serialize)]
pub(super) struct UnnamedEntry<'a> {
    region: &'a Region,
    reason: String,
}

/// The changes of all regions, the newest first, and where names may be missing.
pub(super) fn of(picture: &Picture) -> (Vec<ChangeEntry<'_>>, Vec<UnnamedEntry<'_>>) {
    let (mut entries, mut unnamed) = (Vec::new(), Vec::new());
    for region in picture.estate.scope() {
        let changes = lately(&picture.estate, picture.judgement.index_of(region), region, picture.taken_at);
        entries.extend(changes.lines.into_iter().map(|happening| ChangeEntry { region, happening }));
        unnamed.extend(changes.names.map(|reason| UnnamedEntry { region, reason }));
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.happening.at));
    (entries, unnamed)
}
