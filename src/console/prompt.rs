//! The line in which a command or a filter is typed.
//!
//! Owns: [`Prompt`]. Depends on: tui-input for editing. Must stay true: what was there before is kept until the line is accepted.

use crossterm::event::{Event, KeyEvent};
use serde::{Deserialize, Serialize};
use tui_input::Input;

use super::operate::Order;
use crate::id::Text;
use tui_input::backend::crossterm::EventHandler;

/// Characters of a paste that are taken; the rest can be no command.
const LONGEST_PASTE: usize = 4096;

/// What is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A command, after `:`.
    Command,
    /// A filter, after `/`; applied while it is typed.
    Filter,
    /// The answer to a question that stands above it.
    Answer,
}

/// A question, and what the answer is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What is asked, in words.
    pub words: String,
    /// What the answer is for.
    pub then: Then,
}

/// What an answer is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// The account's name arms the console.
    Arm,
    /// The plan's token runs it.
    Confirm,
    /// A reason lets a guard pass.
    Accept(Text),
    /// The value of a form's field.
    Field(String),
    /// The value of one of a reviewed plan's settings.
    Setting(Text),
    /// A reason goes with what is asked of a run.
    Order(Text, Order),
}

/// A line being typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// What stood before: the filter to go back to.
    pub before: String,
    /// What is wrong with what is typed.
    pub error: Option<String>,
    /// The question that is answered.
    pub question: Option<Question>,
    /// An answer that did not do, and why: it stands above it until another is typed.
    pub refused: Option<(String, String)>,
    value: String,
    cursor: usize,
    /// Steps back into the history.
    recalled: usize,
    /// What was typed before the history was stepped into.
    draft: String,
    /// What completions were asked for, and which of them stands in the line.
    chosen: Option<(String, usize)>,
}

impl Prompt {
    /// An empty line, or one that edits `before`.
    pub fn new(purpose: Purpose, before: String) -> Self {
        let value = before.clone();
        let cursor = value.chars().count();
        Self {
            purpose,
            before,
            error: None,
            question: None,
            refused: None,
            value,
            cursor,
            recalled: 0,
            draft: String::new(),
            chosen: None,
        }
    }

    /// A line for the answer to a question; `before` stands in it.
    pub fn ask(words: impl Into<String>, then: Then, before: String) -> Self {
        Self { question: Some(Question { words: words.into(), then }), ..Self::new(Purpose::Answer, before) }
    }

    /// The sign before it.
    pub fn sign(&self) -> &'static str {
        match self.purpose {
            Purpose::Command => ":",
            Purpose::Filter => "/",
            Purpose::Answer => ">",
        }
    }

    /// What is typed.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The cursor's column in what is typed, and how far the line is scrolled in `room` columns.
    pub fn visual(&self, room: usize) -> (usize, usize) {
        let input = self.input();
        (input.visual_cursor(), input.visual_scroll(room))
    }

    /// Puts another text in the line, the cursor at its end.
    pub fn replace(&mut self, value: String) {
        self.cursor = value.chars().count();
        self.value = value;
        self.chosen = None;
    }

    /// Puts the completion of this number in the line; more may be asked for, for what was typed.
    pub fn choose(&mut self, value: String, stem: String, choice: usize) {
        self.replace(value);
        self.chosen = Some((stem, choice));
    }

    /// What completions are for: what was typed before any was put in.
    pub fn stem(&self) -> &str {
        self.chosen.as_ref().map_or(&self.value, |(stem, _)| stem)
    }

    /// The number of the completion that stands in the line.
    pub fn choice(&self) -> Option<usize> {
        self.chosen.as_ref().map(|(_, choice)| *choice)
    }

    /// Takes an editing key.
    pub fn edit(&mut self, key: KeyEvent) {
        let mut input = self.input();
        input.handle_event(&Event::Key(key));
        self.take(&input);
    }

    /// Takes pasted text, its lines made one.
    pub fn paste(&mut self, text: &str) {
        let pasted: Vec<char> =
            text.chars().take(LONGEST_PASTE).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let (before, after): (String, String) = {
            let letters = || self.value.chars();
            (letters().take(self.cursor).collect(), letters().skip(self.cursor).collect())
        };
        self.cursor += pasted.len();
        self.value = before + &pasted.into_iter().collect::<String>() + &after;
        self.chosen = None;
    }

    /// Steps through earlier lines: `later` goes forward again.
    pub fn recall(&mut self, history: &[String], later: bool) {
        if self.recalled == 0 {
            self.draft.clone_from(&self.value);
        }
        let steps = if later { self.recalled.saturating_sub(1) } else { (self.recalled + 1).min(history.len()) };
        self.recalled = steps;
        let line = steps.checked_sub(1).and_then(|back| history.iter().rev().nth(back)).cloned();
        self.replace(line.unwrap_or_else(|| self.draft.clone()));
    }

    fn input(&self) -> Input {
        Input::new(self.value.clone()).with_cursor(self.cursor)
    }

    fn take(&mut self, input: &Input) {
        if self.value != input.value() {
            self.chosen = None;
        }
        self.value = input.value().to_owned();
        self.cursor = input.cursor();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_goes_back_and_forth() {
        let history = ["groups".to_owned(), "alarms".to_owned()];
        let mut prompt = Prompt::new(Purpose::Command, "dra".to_owned());
        let mut steps = Vec::new();
        for later in [false, false, false, true, true] {
            prompt.recall(&history, later);
            steps.push(prompt.value().to_owned());
        }
        assert_eq!(steps, ["alarms", "groups", "groups", "alarms", "dra"], "and what was begun is not lost");
    }

    #[test]
    fn a_paste_stays_one_line() {
        let mut prompt = Prompt::new(Purpose::Filter, "zone:".to_owned());
        prompt.paste("use1-az4\n\u{1b}[31m");
        assert_eq!(prompt.value(), "zone:use1-az4  [31m");
    }
}
