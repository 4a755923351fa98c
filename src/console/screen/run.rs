//! A run: its steps with what each waits for, its log, and the board beside it where there is room.
//!
//! Owns: the selection. Depends on: the run's records. Must stay true: a held step says why and what can be asked of it; leaving the
//! screen asks nothing and ends nothing.

mod draw;
mod rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::console::app::{Look, World};
use crate::console::keymap::Context;
use crate::console::msg::Wants;
use crate::console::operate::{Course, Stage};
use crate::id::Text;

use super::cursor::Cursor;
use super::{Act, Board, Outcome, Screen};
use rows::Row;

/// From this width on the board stands beside the run.
const BESIDE: u16 = 150;

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub id: Text,
    cursor: Cursor,
    /// Whether every step has its row although they do not fit.
    #[serde(default)]
    is_open: bool,
    board: Board,
}

impl Run {
    /// The screen of a run.
    pub fn new(id: Text) -> Self {
        Self { id, cursor: Cursor::default(), is_open: false, board: Board::default() }
    }

    /// The run, once something of it is read.
    pub fn course<'a>(&self, world: &World<'a>) -> Option<&'a Course> {
        world.operations.courses.get(&self.id)
    }

    fn rows<'a>(&self, course: &'a Course, area: Rect) -> Vec<Row<'a>> {
        rows::rows(course, draw::room(course, area), self.is_open)
    }

    /// The step of the selected row.
    pub fn selected<'a>(&self, world: &World<'a>) -> Option<&'a Stage> {
        let course = self.course(world)?;
        let rows = self.rows(course, areas(world.body).0);
        let id = rows.get(self.cursor.at)?.stage()?.id.clone();
        course.stage(&id)
    }

    fn keys(&self, world: &World<'_>) -> Vec<String> {
        let rows = self.course(world).map(|course| self.rows(course, areas(world.body).0));
        rows.map(|rows| rows.iter().map(Row::key).collect()).unwrap_or_default()
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
        match act {
            Act::Move(motion) => {
                let keys = self.keys(world);
                self.cursor.go(*motion, &keys, usize::from(world.body.height));
            }
            Act::Enter => {
                self.is_open = !self.is_open;
                self.refresh(world);
            }
            _ => return Outcome::Unknown,
        }
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
