//! The console: what the account looks like to a person, and what a person does there.
//!
//! Owns: screens, keys, commands, themes. May know: the estate, the judgement and the listing, as pure data. Must stay true: no
//! I/O, no clock, nothing async. [`update()`] is the only place where [`App`] changes, [`view()`] changes nothing, and the one thing
//! that begins a change in AWS is [`Effect::Run`], which comes from the typed answer to a review's question.
//!
//! A loop outside calls [`App::set_now`], then [`update()`] with each [`Msg`], does the [`Effect`]s that come back, and draws with
//! [`view()`] once all messages are taken in.

mod age;
mod app;
mod command;
mod draw;
mod frame;
mod gap;
mod glyph;
mod keymap;
mod marks;
mod menu;
mod mouse;
mod msg;
mod notes;
pub mod operate;
mod pause;
mod prompt;
pub mod reference;
mod screen;
mod setting;
pub mod shot;
mod subject;
mod text;
pub mod theme;
mod trail;
mod update;
mod view;
pub mod wall;

pub use app::{App, StartError};
pub use glyph::Glyphs;
pub use msg::{Effect, Level, Msg, Wants};
pub use screen::{Arrangement, Question};
pub use setting::{AccountClass, ClassMark, KeyFile, Setting};
pub use update::update;
pub use view::view;

#[cfg(test)]
mod tests;
