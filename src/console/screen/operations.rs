//! What runs and what ran, the latest first.
//!
//! Owns: the selection. Depends on: the journal's list, the runs that are followed. Must stay true: what runs now stands first, and what
//! stopped part-way says so.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};

use crate::console::age::moment;
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::keymap::Context;
use crate::console::msg::Wants;
use crate::console::operate::Glance;
use crate::console::text::{cut, fit};
use crate::console::theme::Role;
use crate::id::Text;

use super::cursor::Cursor;
use super::{Act, FRAME_KINDS, Outcome, Screen};

/// The operations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationList {
    cursor: Cursor,
    filter: String,
}

impl OperationList {
    fn rows(&self, world: &World<'_>) -> Vec<Glance> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let passes = |glance: &Glance| {
            let Glance { id, operation, target, region, state, .. } = glance;
            let text = format!("{id} {operation} {target} {region} {state}").to_lowercase();
            world.region.is_none_or(|only| *region == *only) && words.iter().all(|word| text.contains(word))
        };
        let mut rows: Vec<Glance> = world.operations.glances().into_iter().filter(passes).collect();
        rows.sort_by_key(|glance| !glance.is_live);
        rows
    }

    /// The selected operation.
    pub fn selected(&self, world: &World<'_>) -> Option<Text> {
        self.rows(world).into_iter().nth(self.cursor.at).map(|glance| glance.id)
    }

    fn keys(&self, world: &World<'_>) -> Vec<String> {
        self.rows(world).into_iter().map(|glance| glance.id.to_string()).collect()
    }
}

fn room(world: &World<'_>) -> usize {
    usize::from(world.body.height.saturating_sub(2))
}

impl Screen for OperationList {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        "operations".to_owned()
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        Wants { kinds: FRAME_KINDS.to_vec(), slices: Vec::new() }
    }

    fn refresh(&mut self, world: &World<'_>) {
        let keys = self.keys(world);
        self.cursor.settle(&keys, room(world));
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => {
                let keys = self.keys(world);
                self.cursor.go(*motion, &keys, room(world));
            }
            Act::Enter => return self.selected(world).map_or(Outcome::Done, Outcome::Follow),
            Act::Filter(text) => {
                self.filter.clone_from(text);
                self.refresh(world);
            }
            _ => return Outcome::Unknown,
        }
        Outcome::Done
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let rows = self.rows(world);
        let mut title =
            vec![look.span(Role::Title, " operations "), look.span(Role::Strong, format!("{} ", rows.len()))];
        if !self.filter.is_empty() {
            title.push(look.span(Role::Prompt, format!("/{} ", self.filter)));
        }
        title_rule(buf, area, look, title, vec![look.span(Role::Dim, " Enter: its steps, resume, undo ")]);
        if rows.is_empty() {
            let words = match (&world.operations.listed, self.filter.is_empty()) {
                (None, _) => look.span(Role::Notice, "   reading the journal"),
                (Some(_), true) => look.span(Role::Dim, "   none: a on an instance or a group shows what can be done"),
                (Some(_), false) => look.span(Role::Dim, "   none of them match"),
            };
            put(buf, area, 2, &Line::from(words), area);
            return;
        }
        put(buf, area, 1, &head(look), area);
        let below = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        for (y, glance) in rows.iter().skip(self.cursor.offset).take(usize::from(below.height)).enumerate() {
            put(buf, below, y, &line(glance, world, look, usize::from(area.width)), area);
            if self.cursor.offset + y == self.cursor.at {
                let y = below.y.saturating_add(u16::try_from(y).unwrap_or(0));
                select(buf, Rect { y, height: 1, ..below }, look);
            }
        }
    }
}

fn head(look: &Look<'_>) -> Line<'static> {
    let words = format!("   {} {} {} {}", fit("BEGUN", 7, ""), fit("STATE", 8, ""), fit("OPERATION", 10, ""), "TARGET");
    Line::from(look.span(Role::Dim, words))
}

fn line(glance: &Glance, world: &World<'_>, look: &Look<'_>, columns: usize) -> Line<'static> {
    let ellipsis = look.glyphs.ellipsis();
    let role = match &*glance.state {
        "HELD" | "held" | "failed" => Role::Critical,
        "stopped" | "paused" | "undoing" => Role::Warning,
        "done" | "undone" => Role::Dim,
        _ => Role::Notice,
    };
    let begun = glance.begun_at.map_or("-".to_owned(), |at| moment(at, world.now));
    let by = glance.by.as_deref().map(|arn| arn.rsplit(['/', ':']).next().unwrap_or(arn).to_owned());
    let rest = format!("{}  {}  {}", glance.target, glance.region, by.map(|by| format!("by {by}")).unwrap_or_default());
    Line::from(vec![
        Span::raw(" "),
        look.span(role, if glance.is_live { look.glyphs.fold(false) } else { " " }),
        look.span(Role::Text, format!(" {} ", fit(&begun, 7, ellipsis))),
        look.span(role, format!("{} ", fit(&glance.state, 8, ellipsis))),
        look.span(Role::Strong, format!("{} ", fit(&glance.operation, 10, ellipsis))),
        look.span(Role::Text, cut(&rest, columns.saturating_sub(31), ellipsis)),
    ])
}
