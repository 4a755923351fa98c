//! Several targets in one plan: lanes that run beside one another, as many as somebody wants and policy lets.
//!
//! Owns: [`Lanes`] and its field. Depends on: draft, registry. Must stay true: members of one group stand in one lane, one after
//! another, for each changes what may be done to the others; members of a quorum are dealt with one at a time.

use super::draft::Draft;
use super::intent::{Field, FieldKind, Settings};
use super::plan::StepId;
use super::registry::Under;

/// The field by which lanes are wanted.
pub const AT_ONCE: Field = Field {
    name: "at-once",
    doc: "several targets: lanes that run beside one another",
    kind: FieldKind::Count,
    default: Some("1"),
};

/// The lanes of a plan.
#[derive(Debug)]
pub struct Lanes {
    at_once: usize,
    ends: Vec<Vec<StepId>>,
}

impl Lanes {
    /// None yet, for so many targets; that a quorum makes them fewer is told.
    pub fn new(draft: &mut Draft<'_>, under: &Under<'_>, settings: &Settings<'_>, targets: usize) -> Self {
        let wanted = settings.count(AT_ONCE.name).and_then(|count| usize::try_from(count.of(0)).ok());
        let is_quorum = under.is_quorum() && targets > 1;
        if is_quorum {
            draft.why.push("one at a time: they are members of a quorum".to_owned());
        }
        let at_once = if is_quorum { 1 } else { under.at_once(wanted.unwrap_or(1).max(1)) };
        Self { at_once, ends: Vec::new() }
    }

    /// The steps after which the next lane begins.
    #[must_use]
    pub fn start(&self) -> Vec<StepId> {
        match self.ends.len() >= self.at_once {
            true => self.ends.get(self.ends.len() - self.at_once).cloned().unwrap_or_default(),
            false => Vec::new(),
        }
    }

    /// A lane that ends with these steps.
    pub fn end(&mut self, last: Vec<StepId>) {
        self.ends.push(last);
    }

    /// Makes a lane of what `add` does for each of its targets, one after another.
    ///
    /// # Errors
    /// Those of `add`.
    pub fn lane<'a, T, E>(
        &mut self,
        draft: &mut Draft<'a>,
        targets: impl IntoIterator<Item = T>,
        mut add: impl FnMut(&mut Draft<'a>, T) -> Result<(), E>,
    ) -> Result<(), E> {
        draft.start = self.start();
        for target in targets {
            add(draft, target)?;
            draft.start = draft.latest().into_iter().collect();
        }
        self.end(std::mem::take(&mut draft.start));
        Ok(())
    }
}
