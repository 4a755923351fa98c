//! Which lines of a detail pass what is searched for.

use super::Entry;

/// The lines with these words, under their titles; a title with the words keeps all below it, one with none goes.
pub(super) fn passing<'a>(entries: Vec<Entry<'a>>, words: &str) -> Vec<Entry<'a>> {
    let words = words.to_lowercase();
    let mut kept = Vec::new();
    let mut above: Vec<Entry<'a>> = Vec::new();
    let mut is_titled = false;
    for entry in entries {
        let passes = has(&entry, &words);
        match &entry {
            Entry::Blank => {
                above = vec![entry];
                is_titled = false;
                continue;
            }
            Entry::Head(..) => is_titled = passes,
            _ => {}
        }
        if passes || is_titled {
            kept.append(&mut above);
            kept.push(entry);
        } else if matches!(entry, Entry::Head(..) | Entry::Distrust(_)) {
            // What cannot be trusted is told with whatever is found under it.
            above.push(entry);
        }
    }
    kept
}

fn has(entry: &Entry<'_>, words: &str) -> bool {
    let in_text = |text: &str| text.to_lowercase().contains(words);
    match entry {
        Entry::Blank => false,
        Entry::Head(title, section) => in_text(title) || section.is_some_and(|section| in_text(&section.title)),
        Entry::Reason(text) | Entry::Advice(text) | Entry::Distrust(text) => in_text(text),
        Entry::Relation(tie) => in_text(tie.role) || in_text(tie.subject.name()) || in_text(&tie.note),
        Entry::Field { name, value, .. } => in_text(name) || value.as_deref().is_some_and(in_text),
    }
}
