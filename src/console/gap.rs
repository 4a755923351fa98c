//! What could not be read, in lines: named with the action that is missing, never a blank.
//!
//! Owns: the words for gaps on the screen. Depends on: listing. Must stay true: every gap is in a line or counted in the last.

use ratatui::text::Line;

use crate::estate::FailureKind;
use crate::listing::Gap;

use super::age::stepped;
use super::app::Look;
use super::text::cut;
use super::theme::Role;

/// How many lines the gaps take where there is room for all of them.
pub fn lines_needed<'a>(gaps: impl Iterator<Item = &'a Gap>) -> usize {
    let mut waits = false;
    let mut failed = 0;
    for gap in gaps.filter(|gap| !gap.unsupported) {
        match is_waiting(gap) {
            true => waits = true,
            false => failed += 1,
        }
    }
    failed + usize::from(waits)
}

/// Whether it is merely not read yet.
fn is_waiting(gap: &Gap) -> bool {
    gap.failure.is_none() && gap.age.is_none()
}

/// At most `most` lines about what could not be read; what is merely not read yet shares one.
pub fn gap_lines(gaps: &[&Gap], look: &Look<'_>, columns: usize, most: usize) -> Vec<Line<'static>> {
    let (waiting, failed): (Vec<&Gap>, Vec<&Gap>) =
        gaps.iter().copied().filter(|gap| !gap.unsupported).partition(|gap| is_waiting(gap));
    let mut sentences: Vec<(Role, String)> = failed.iter().map(|gap| (role_of(gap), sentence(gap))).collect();
    if let Some(words) = reading_words(&waiting) {
        sentences.push((Role::Notice, words));
    }
    let hidden = sentences.len().saturating_sub(most);
    sentences.truncate(most);
    if hidden > 0
        && let Some((_, last)) = sentences.last_mut()
    {
        last.insert_str(0, &format!("(+{hidden} more) "));
    }
    let ellipsis = look.glyphs.ellipsis();
    sentences
        .into_iter()
        .map(|(role, words)| Line::from(look.span(role, cut(&format!(" ? {words}"), columns, ellipsis))))
        .collect()
}

fn role_of(gap: &Gap) -> Role {
    if gap.age.is_some() { Role::Warning } else { Role::Unknown }
}

/// One gap in words: where, what, why and what is missing.
pub fn sentence(gap: &Gap) -> String {
    let more = if gap.parts > 1 { format!(" ({} reads)", gap.parts) } else { String::new() };
    let last = gap.age.map(|age| format!("; shown as of {} ago", stepped(age))).unwrap_or_default();
    match (&gap.iam_action, gap.failure) {
        (Some(action), _) => format!("{} {}: denied, allow {action}{more}{last}", gap.region, gap.kind),
        (None, Some(failure)) => {
            let code = gap.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
            let message = gap.message.as_deref().filter(|_| failure != FailureKind::Throttled).unwrap_or_default();
            let colon = if message.is_empty() { "" } else { ": " };
            format!("{} {}: {}{code}{colon}{message}{more}{last}", gap.region, gap.kind, failure.as_str())
        }
        (None, None) => format!("{} {}: not read again since{more}{last}", gap.region, gap.kind),
    }
}

/// What has not been read yet, in one sentence.
pub fn reading_words(waiting: &[&Gap]) -> Option<String> {
    let mut kinds: Vec<&str> = Vec::new();
    let mut regions: Vec<&str> = Vec::new();
    for gap in waiting {
        if !kinds.contains(&gap.kind.name()) {
            kinds.push(gap.kind.name());
        }
        if !regions.contains(&gap.region.as_str()) {
            regions.push(gap.region.as_str());
        }
    }
    (!kinds.is_empty()).then(|| format!("reading {} in {}", kinds.join(", "), regions.join(", ")))
}
