//! What the loop gives the console about operations: plans, what ran; and the word by which an account is armed.

use super::super::app::App;
use super::super::screen::Place;
use super::{Glance, Planned};
use crate::id::Text;
use crate::operation::call::Trial;

impl App {
    /// Takes in the answers to [`crate::console::Effect::Plan`], in the order of its intents; send [`crate::console::Msg::Planned`] after it. What nobody
    /// asks any more is dropped.
    pub fn set_planned(&mut self, number: u64, planned: Vec<Planned>) {
        let mut questions = self.places.iter_mut().filter_map(Place::inquiry_mut);
        if let Some(question) = questions.find(|question| question.number == Some(number)) {
            question.planned = planned;
        }
        self.refresh_screen();
    }

    /// Takes in the answers to [`crate::console::Effect::Try`]; send [`crate::console::Msg::Tried`] after it. Those of an older plan are dropped.
    pub fn set_tried(&mut self, number: u64, trials: Vec<Trial>) {
        let mut questions = self.places.iter_mut().filter_map(Place::inquiry_mut);
        if let Some(question) = questions.find(|question| question.number == Some(number) && question.is_tried) {
            question.trials = trials;
        }
        self.refresh_screen();
    }

    /// Takes in what ran, the latest first; send [`crate::console::Msg::Listed`] after it.
    pub fn set_operations(&mut self, listed: Vec<Glance>) {
        self.operations.listed = Some(listed);
        self.refresh_screen();
    }

    /// What the account is called by whoever must type it: its name by policy, else its alias, else its id.
    pub fn account_word(&self) -> Option<String> {
        let estate = self.picture.as_deref().map(|picture| &picture.estate);
        let alias = || estate.and_then(|estate| estate.alias()).map(str::to_owned);
        let id = || estate.and_then(|estate| estate.identity()).map(|identity| identity.account.to_string());
        self.setting.account_name.clone().or_else(alias).or_else(id)
    }

    /// Who asks, as AWS names them.
    pub fn caller(&self) -> Text {
        let identity = self.picture.as_deref().and_then(|picture| picture.estate.identity());
        identity.map_or_else(|| Text::from("somebody at the console"), |identity| identity.caller.text().clone())
    }
}
