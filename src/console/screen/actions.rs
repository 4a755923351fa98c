//! What can be done to something: every operation of the registry tried on it, and why those cannot that cannot.
//!
//! Owns: the things meant, the selection. Depends on: the registry, the plans that come back. Must stay true: nothing is hidden:
//! an operation that is refused stands there with the reason and what would make it possible.

mod draw;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::console::app::{Look, World};
use crate::console::operate::{Inquiry, Planned};
use crate::console::subject::{Subject, SubjectKind};
use crate::operation::intent::Intent;
use crate::operation::lanes::AT_ONCE;
use crate::operation::registry::{OPERATIONS, Operation};

use super::choosing::Choosing;
use super::cursor::Cursor;
use super::{Form, Outcome, Place, Review};

/// What can be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actions {
    /// The things meant: several make a batch.
    subjects: Vec<Subject>,
    /// Those operations that fit them, tried.
    pub inquiry: Inquiry,
    cursor: Cursor,
}

/// An operation on these things.
struct Row<'a> {
    operation: &'static Operation,
    /// Why it does not even fit them.
    unfit: Option<String>,
    /// What came of trying it; none before that is known.
    planned: Option<&'a Planned>,
}

impl Actions {
    /// Asks what can be done.
    ///
    /// # Errors
    /// Where the things are of two regions: a plan is for one.
    pub fn new(subjects: Vec<Subject>) -> Result<Self, String> {
        if let [first, rest @ ..] = subjects.as_slice()
            && let Some(other) = rest.iter().find(|subject| subject.region != first.region)
        {
            return Err(format!("a plan is for one region: {} and {} are marked", first.region, other.region));
        }
        // What means nothing before something is chosen is not tried.
        let fits = |it: &&Operation| reason_unlike(&subjects, it).is_none() && !needs_choice(it);
        let intents = OPERATIONS.iter().filter(fits).map(|operation| intent(operation, &subjects)).collect();
        Ok(Self { inquiry: Inquiry::new(intents), subjects, cursor: Cursor::default() })
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let mut planned = self.inquiry.planned.iter();
        let mut rows: Vec<Row<'_>> = OPERATIONS
            .iter()
            .map(|operation| match reason_unlike(&self.subjects, operation) {
                None if needs_choice(operation) => Row { operation, unfit: None, planned: None },
                None => Row { operation, unfit: None, planned: planned.next() },
                unfit => Row { operation, unfit, planned: None },
            })
            .collect();
        // What does not fit stands last.
        rows.sort_by_key(|row| row.unfit.is_some());
        rows
    }
}

/// Whether an operation means nothing before something is chosen.
pub(super) fn needs_choice(operation: &Operation) -> bool {
    // How many at once chooses nothing.
    let mut choices = operation.form.iter().filter(|field| field.name != AT_ONCE.name).peekable();
    choices.peek().is_some() && choices.all(|field| field.default.is_none())
}

fn intent(operation: &Operation, subjects: &[Subject]) -> Intent {
    Intent {
        operation: operation.name.into(),
        targets: subjects.iter().map(|subject| subject.id.as_str().into()).collect(),
        region: subjects.first().map(|subject| subject.region.clone()),
        ..Intent::default()
    }
}

/// Why an operation does not fit these things: they are of another kind.
pub fn reason_unlike(subjects: &[Subject], operation: &Operation) -> Option<String> {
    let kind = SubjectKind::of_target(operation.target);
    // A zone stands for the shifts away from it.
    let is_fit = |its: SubjectKind| its == kind || (kind == SubjectKind::Shift && its == SubjectKind::Zone);
    let other = subjects.iter().find(|subject| !is_fit(subject.kind))?;
    Some(format!("it is done to {}, and {} is {}", kind.with_article(), other.name(), other.kind.with_article()))
}

impl Choosing for Actions {
    const TITLE: &'static str = "actions";

    fn keys(&self) -> Vec<String> {
        self.rows().iter().map(|row| row.operation.name.to_owned()).collect()
    }

    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }

    fn enter(&mut self) -> Outcome {
        let rows = self.rows();
        let Some(row) = rows.get(self.cursor.at) else { return Outcome::Done };
        if let Some(why) = &row.unfit {
            return Outcome::Refused(why.clone());
        }
        let intent = intent(row.operation, &self.subjects);
        // Where there is something to choose, or the first try is refused, the form comes first.
        let place = match (row.operation.form.is_empty(), row.planned) {
            (true, _) | (false, Some(Ok(_))) => Place::Review(Review::new(intent)),
            (false, _) => Place::Form(Form::new(intent)),
        };
        Outcome::Open(Box::new(place))
    }

    fn paint(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
