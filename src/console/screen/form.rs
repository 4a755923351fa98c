//! The form of an operation: how it is done, with what stands for each field where nobody says, tried as it is filled in.
//!
//! Owns: what is filled in. Depends on: the registry's forms. Must stay true: a value that does not fit is never taken; what the plan
//! says of the rest stands below at once.

mod draw;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::console::app::{Look, World};
use crate::console::operate::{Inquiry, settings};
use crate::console::prompt::{Prompt, Then};
use crate::id::Text;
use crate::operation::intent::{Field, Intent};
use crate::operation::registry;

use super::actions::needs_choice;
use super::choosing::Choosing;
use super::cursor::Cursor;
use super::{Outcome, Place, Review};

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

    fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.inquiry.intent().map(settings::fields).into_iter().flatten()
    }

    /// Whether nothing is said yet of an operation that means nothing before.
    fn is_blank(&self) -> bool {
        let Some(intent) = self.inquiry.intent() else { return true };
        intent.settings.is_empty() && registry::find(&intent.operation).is_some_and(needs_choice)
    }

    /// What is filled in.
    fn value(&self, name: &str) -> Option<&Text> {
        settings::value(self.inquiry.intent()?, name)
    }

    /// What is wrong with a value; nothing where it is empty: then what stands for it counts.
    pub fn reason_against(&self, field: &str, value: &str) -> Option<String> {
        settings::reason_against(self.inquiry.intent()?, field, value)
    }

    /// Fills a field in, or empties it.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), String> {
        self.inquiry.set(field, value)
    }
}

impl Choosing for Form {
    const TITLE: &'static str = "form";

    fn keys(&self) -> Vec<String> {
        self.fields().map(|field| field.name).chain([REVIEW]).map(str::to_owned).collect()
    }

    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }

    /// A choice goes on to its next word; everything else is typed.
    fn enter(&mut self) -> Outcome {
        let key = self.keys().get(self.cursor.at).cloned().unwrap_or_default();
        let Some(intent) = self.inquiry.intent() else { return Outcome::Done };
        if key == REVIEW {
            return Outcome::Open(Box::new(Place::Review(Review::new(intent.clone()))));
        }
        let Some(field) = settings::field(intent, &key) else { return Outcome::Done };
        let Some(next) = settings::next_choice(intent, &key) else {
            let present = settings::value(intent, &key).map(ToString::to_string);
            let words = format!("{}: {}", field.name, field.doc);
            let prompt = Prompt::ask(words, Then::Field(key), present.unwrap_or_default());
            return Outcome::Ask(Box::new(prompt));
        };
        self.set(&key, &next).map_or_else(Outcome::Refused, |()| Outcome::Done)
    }

    fn paint(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
