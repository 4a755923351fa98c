//! The form of an operation: how it is done, with what stands for each field where nobody says, tried as it is filled in.
//!
//! Owns: what is filled in. Depends on: the registry's forms. Must stay true: a value that does not fit is never taken; what the plan
//! says of the rest stands below at once.

mod draw;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::console::app::{Look, World};
use crate::console::keymap::Context;
use crate::console::msg::Wants;
use crate::console::operate::Inquiry;
use crate::console::prompt::{Prompt, Then};
use crate::id::Text;
use crate::operation::intent::{Field, FieldKind, Intent};
use crate::operation::registry;

use super::actions::needs_choice;
use super::cursor::Cursor;
use super::{Act, FRAME_KINDS, Outcome, Place, Review, Screen};

/// Fields that every operation has, beside its own: what the journal is told.
const SHARED: &[Field] = &[
    Field { name: "reason", doc: "why, for the journal", kind: FieldKind::Name, default: None },
    Field { name: "ticket", doc: "the ticket that it belongs to", kind: FieldKind::Name, default: None },
];

/// The last row: on to the review.
const REVIEW: &str = "review";

/// A form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// What is wanted, tried.
    pub inquiry: Inquiry,
    cursor: Cursor,
}

impl Form {
    /// The form of what is wanted.
    pub fn new(intent: Intent) -> Self {
        Self { inquiry: Inquiry::new(vec![intent]), cursor: Cursor::default() }
    }

    /// Its fields: the operation's own, then those of all.
    fn fields(&self) -> impl Iterator<Item = &'static Field> {
        let operation = self.inquiry.intent().and_then(|intent| registry::find(&intent.operation));
        operation.map_or(&[][..], |operation| operation.form).iter().chain(SHARED)
    }

    /// Whether nothing is said yet of an operation that means nothing before.
    fn is_blank(&self) -> bool {
        let Some(intent) = self.inquiry.intent() else { return true };
        intent.settings.is_empty() && registry::find(&intent.operation).is_some_and(needs_choice)
    }

    fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }

    /// What is filled in.
    fn value(&self, name: &str) -> Option<&Text> {
        let intent = self.inquiry.intent()?;
        match name {
            "reason" => intent.reason.as_ref(),
            "ticket" => intent.ticket.as_ref(),
            name => intent.settings.get(name),
        }
    }

    fn keys(&self) -> Vec<String> {
        self.fields().map(|field| field.name).chain([REVIEW]).map(str::to_owned).collect()
    }

    /// What is wrong with a value; nothing where it is empty: then what stands for it counts.
    pub fn reason_against(&self, field: &str, value: &str) -> Option<String> {
        self.field(field).filter(|_| !value.is_empty())?.reason_against(value)
    }

    /// Fills a field in, or empties it.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), String> {
        if let Some(why) = self.reason_against(field, value) {
            return Err(why);
        }
        let value = Some(value).filter(|value| !value.is_empty()).map(Text::from);
        self.inquiry.change(|intent| match (field, value) {
            ("reason", value) => intent.reason = value,
            ("ticket", value) => intent.ticket = value,
            (name, Some(value)) => drop(intent.settings.insert(name.into(), value)),
            (name, None) => drop(intent.settings.remove(name)),
        });
        Ok(())
    }

    /// A choice goes on to its next word; everything else is typed.
    fn enter(&mut self) -> Outcome {
        let key = self.keys().get(self.cursor.at).cloned().unwrap_or_default();
        if key == REVIEW {
            let intent = self.inquiry.intent().cloned().unwrap_or_default();
            return Outcome::Open(Box::new(Place::Review(Review::new(intent))));
        }
        let Some(field) = self.field(&key) else { return Outcome::Done };
        let present = self.value(&key).map(|value| value.to_string());
        let next = |words: &[&str]| {
            let now = present.as_deref().or(field.default).unwrap_or_default();
            let at = words.iter().position(|word| *word == now);
            at.and_then(|at| words.get(at + 1)).or(words.first()).map(|word| (*word).to_owned())
        };
        let next = match field.kind {
            FieldKind::Choice(words) => next(words),
            FieldKind::Switch => next(&["no", "yes"]),
            FieldKind::Count | FieldKind::Ids | FieldKind::Name => {
                let words = format!("{}: {}", field.name, field.doc);
                let prompt = Prompt::ask(words, Then::Field(key), present.unwrap_or_default());
                return Outcome::Ask(Box::new(prompt));
            }
        };
        match self.set(&key, &next.unwrap_or_default()) {
            Ok(()) => Outcome::Done,
            Err(why) => Outcome::Refused(why),
        }
    }
}

impl Screen for Form {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        "form".to_owned()
    }

    fn wants(&self, world: &World<'_>) -> Wants {
        let mut wants = super::review::wants(world);
        wants.kinds.extend(FRAME_KINDS);
        wants
    }

    fn refresh(&mut self, world: &World<'_>) {
        self.cursor.settle(&self.keys(), usize::from(world.body.height));
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => self.cursor.go(*motion, &self.keys(), usize::from(world.body.height)),
            Act::Enter => return self.enter(),
            _ => return Outcome::Unknown,
        }
        Outcome::Done
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
