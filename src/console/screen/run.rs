//! A run: its steps with what each waits for, its log, and the board beside it where there is room.
//!
//! Owns: the selection. Depends on: the run's records. Must stay true: a held step says why and what can be asked of it; leaving the
//! screen asks nothing and ends nothing.

mod draw;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::console::app::{Look, World};
use crate::console::keymap::Context;
use crate::console::msg::Wants;
use crate::console::operate::Course;
use crate::id::Text;

use super::cursor::Cursor;
use super::{Act, Board, Outcome, Screen};

/// From this width on the board stands beside the run.
const BESIDE: u16 = 150;

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub id: Text,
    cursor: Cursor,
    board: Board,
}

impl Run {
    /// The screen of a run.
    pub fn new(id: Text) -> Self {
        Self { id, cursor: Cursor::default(), board: Board::default() }
    }

    /// The run, once something of it is read.
    pub fn course<'a>(&self, world: &World<'a>) -> Option<&'a Course> {
        world.operations.courses.get(&self.id)
    }

    fn keys(&self, world: &World<'_>) -> Vec<String> {
        self.course(world).map(|it| it.stages.iter().map(|stage| stage.id.to_string()).collect()).unwrap_or_default()
    }
}

/// Where the run stands, and the board beside it.
fn areas(body: Rect) -> (Rect, Option<Rect>) {
    if body.width < BESIDE {
        return (body, None);
    }
    let width = body.width / 2;
    (Rect { width, ..body }, Some(Rect { x: body.x + width, width: body.width - width, ..body }))
}

impl Screen for Run {
    fn context(&self) -> Context {
        Context::Run
    }

    fn title(&self) -> String {
        "run".to_owned()
    }

    fn wants(&self, world: &World<'_>) -> Wants {
        // What the board needs is what the run's numbers are read with.
        self.board.wants(world)
    }

    fn refresh(&mut self, world: &World<'_>) {
        let keys = self.keys(world);
        self.cursor.settle(&keys, usize::from(world.body.height));
        if let (_, Some(body)) = areas(world.body) {
            self.board.refresh(&World { body, ..*world });
        }
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        let Act::Move(motion) = act else { return Outcome::Unknown };
        let keys = self.keys(world);
        self.cursor.go(*motion, &keys, usize::from(world.body.height));
        Outcome::Done
    }

    fn put_aside(&mut self) {
        self.board.put_aside();
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let (own, beside) = areas(area);
        draw::draw(self, world, look, own, buf);
        if let Some(body) = beside {
            self.board.draw(&World { body, ..*world }, look, body, buf);
        }
    }
}
