//! Screens that are a few rows to choose from over what is being planned: what can be done, and how.
//!
//! Must stay true: choosing changes nothing in AWS; what their plans rest on is read while they are open.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::console::app::{Look, World};
use crate::console::keymap::Context;
use crate::console::msg::Wants;

use super::cursor::Cursor;
use super::{Act, FRAME_KINDS, Outcome, Screen};

/// Rows to choose from.
pub(super) trait Choosing {
    /// What the screen is called.
    const TITLE: &'static str;

    /// Names each row.
    fn keys(&self) -> Vec<String>;

    /// Which row is selected.
    fn cursor(&mut self) -> &mut Cursor;

    /// Does what Enter asks of the selected row.
    fn enter(&mut self) -> Outcome;

    /// Draws the rows and what is under them.
    fn paint(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer);
}

impl<T: Choosing> Screen for T {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        T::TITLE.to_owned()
    }

    fn wants(&self, world: &World<'_>) -> Wants {
        let mut wants = super::review::wants(world);
        wants.kinds.extend(FRAME_KINDS);
        wants
    }

    fn refresh(&mut self, world: &World<'_>) {
        let keys = self.keys();
        self.cursor().settle(&keys, usize::from(world.body.height));
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => {
                let keys = self.keys();
                self.cursor().go(*motion, &keys, usize::from(world.body.height));
                Outcome::Done
            }
            Act::Enter => self.enter(),
            _ => Outcome::Unknown,
        }
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        self.paint(world, look, area, buf);
    }
}
