//! The help: every key, every command and every sign, from the tables that the program itself runs on.
//!
//! Owns: how far it is scrolled. Depends on: key map, commands, glyphs. Must stay true: nothing is described here by hand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};

use crate::judge::Verdict;
use crate::judge::standing::Standing;

use super::super::app::{Look, World};
use super::super::command::{self, Argument};
use super::super::draw::{put, title_rule};
use super::super::keymap::{Context, KeyMap};
use super::super::msg::Wants;
use super::super::text::{fit, width, wrap};
use super::super::theme::Role;
use super::{Act, FRAME_KINDS, Outcome, Screen, views};

/// The help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Help {
    offset: usize,
    /// Where it was asked for: that comes first.
    #[serde(default)]
    from: Option<Context>,
    #[serde(skip)]
    keymap: KeyMap,
}

/// A line of the help.
enum Entry {
    Head(String),
    Pair(String, String),
    Signs(Vec<(Role, &'static str, &'static str)>),
    Blank,
}

const CONTEXTS: &[Context] = &[
    Context::Everywhere,
    Context::Board,
    Context::List,
    Context::Detail,
    Context::Chart,
    Context::Review,
    Context::Run,
    Context::Prompt,
];

impl Help {
    /// The help for a key map.
    pub fn new(keymap: &KeyMap) -> Self {
        Self { offset: 0, from: None, keymap: keymap.clone() }
    }

    /// The same for whoever asks on such a screen: its keys come first, and on the board its signs before them.
    #[must_use]
    pub fn on(self, from: Context) -> Self {
        Self { from: Some(from), ..self }
    }

    fn keys(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let (own, rest): (Vec<&Context>, Vec<&Context>) = CONTEXTS.iter().partition(|each| Some(**each) == self.from);
        for context in own.into_iter().chain(rest) {
            entries.push(Entry::Head(format!("keys: {}", context.title())));
            for binding in self.keymap.of(*context) {
                let chords: Vec<String> = binding.on.iter().map(ToString::to_string).collect();
                entries.push(Entry::Pair(chords.join(" "), binding.tell.clone()));
            }
            entries.push(Entry::Blank);
        }
        entries
    }

    /// What the board is drawn with.
    fn signs(look: &Look<'_>) -> Vec<Entry> {
        let mut entries = vec![Entry::Head("signs".to_owned())];
        for pair in Standing::ALL.chunks(3) {
            let signs = pair.iter().map(|s| (Role::pip(*s), look.glyphs.standing(*s), s.as_str()));
            entries.push(Entry::Signs(signs.collect()));
        }
        let verdicts = [Verdict::Ok, Verdict::Warning, Verdict::Critical, Verdict::Unknown];
        let signs: Vec<_> = verdicts.iter().map(|v| (Role::of(*v), look.glyphs.verdict(*v), v.as_str())).collect();
        entries.extend(signs.chunks(2).map(|pair| Entry::Signs(pair.to_vec())));
        entries.push(Entry::Pair("W S R r".to_owned(), "database: writer, standby, reader, replica".to_owned()));
        entries.push(Entry::Pair("?".to_owned(), "nobody knows: not read, denied or too old".to_owned()));
        entries.push(Entry::Pair("-".to_owned(), "there is none".to_owned()));
        let away = format!("requests a minute in a zone that is away: before{}now", look.glyphs.arrow());
        entries.push(Entry::Pair(format!("640{}12/m", look.glyphs.arrow()), away));
        entries.push(Entry::Pair("AWAY 5h48".to_owned(), "traffic is kept from the zone, for so long yet".to_owned()));
        entries.push(Entry::Pair(
            "74>92% +3".to_owned(),
            "CPU now and if the zone is lost, and what that needs first".to_owned(),
        ));
        entries.push(Entry::Blank);
        entries
    }

    fn words() -> Vec<Entry> {
        let mut entries = vec![Entry::Head("views".to_owned())];
        entries.extend(views().map(|view| {
            let aliases = view.aliases.join(" ");
            Entry::Pair(format!(":{} {aliases}", view.name), view.doc.to_owned())
        }));
        entries.extend([Entry::Blank, Entry::Head("commands".to_owned())]);
        for command in command::all() {
            let what = match command.argument {
                Argument::None => String::new(),
                Argument::Optional(what, _) | Argument::Several(what, _) => format!(" [{what}]"),
                Argument::Required(what, _) => format!(": {what}"),
            };
            entries.push(Entry::Pair(format!(":{}", command.name), format!("{}{what}", command.doc)));
        }
        entries
    }

    /// Two columns where there is room, else one under the other; each as lines.
    fn columns(&self, look: &Look<'_>, width: u16) -> Vec<Vec<Line<'static>>> {
        let (keys, signs, words) = (self.keys(), Self::signs(look), Self::words());
        let is_on_board = self.from == Some(Context::Board);
        let columns: Vec<Vec<Entry>> = match (width >= 110, is_on_board) {
            (true, _) => vec![keys, signs.into_iter().chain(words).collect()],
            (false, true) => vec![signs.into_iter().chain(keys).chain(words).collect()],
            (false, false) => vec![keys.into_iter().chain(signs).chain(words).collect()],
        };
        let room = usize::from(width) / columns.len();
        columns.iter().map(|entries| entries.iter().flat_map(|entry| lines(entry, look, room)).collect()).collect()
    }
}

impl Screen for Help {
    fn context(&self) -> Context {
        Context::Help
    }

    fn title(&self) -> String {
        "help".to_owned()
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        Wants { kinds: FRAME_KINDS.to_vec(), slices: Vec::new() }
    }

    fn refresh(&mut self, _: &World<'_>) {}

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        let Act::Move(motion) = act else { return Outcome::Unknown };
        let look = Look { theme: &super::super::theme::Theme::default(), glyphs: Default::default() };
        let lines = self.columns(&look, world.body.width).iter().map(Vec::len).max().unwrap_or(0);
        let room = usize::from(world.body.height.saturating_sub(1));
        self.offset = motion.target(self.offset, lines.saturating_sub(room) + 1, room);
        Outcome::Done
    }

    fn draw(&self, _: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let columns = self.columns(look, area.width);
        let all = columns.iter().map(Vec::len).max().unwrap_or(0);
        let room = usize::from(area.height.saturating_sub(1));
        let mut right = vec![look.span(Role::Dim, " nothing changes in AWS outside a review ")];
        if all > room {
            let last = (self.offset + room).min(all);
            right.push(look.span(Role::Strong, format!(" {}-{last} of {all}, j k moves ", self.offset + 1)));
        }
        title_rule(buf, area, look, vec![look.span(Role::Title, " help ")], right);
        let count = u16::try_from(columns.len()).unwrap_or(1).max(1);
        let wide = area.width / count;
        for (n, lines) in (0u16..).zip(&columns) {
            let below =
                Rect { x: area.x + n * wide, y: area.y + 1, width: wide, height: area.height.saturating_sub(1) };
            for (y, line) in lines.iter().skip(self.offset).take(usize::from(below.height)).enumerate() {
                put(buf, below, y, line, area);
            }
        }
    }
}

/// Columns before what a key or command does.
const LEAD: usize = 24;
/// Lines that one may take.
const MOST: usize = 4;

/// An entry over as many lines as it takes: no word is cut.
fn lines(entry: &Entry, look: &Look<'_>, room: usize) -> Vec<Line<'static>> {
    match entry {
        Entry::Blank => vec![Line::default()],
        Entry::Head(title) => vec![Line::from(look.span(Role::Title, format!("  {title}")))],
        Entry::Pair(left, right) => {
            let mut lines = Vec::new();
            let mut before = look.span(Role::Strong, format!("    {}  ", fit(left, LEAD - 6, "")));
            if width(left) > LEAD - 6 {
                // Too long to stand beside: a line of its own.
                lines.push(Line::from(look.span(Role::Strong, format!("    {left}"))));
                before = Span::raw(" ".repeat(LEAD));
            }
            for text in wrap(right, room.saturating_sub(LEAD + 1), MOST, look.glyphs.ellipsis()) {
                lines.push(Line::from(vec![before, look.span(Role::Text, text)]));
                before = Span::raw(" ".repeat(LEAD));
            }
            lines
        }
        Entry::Signs(signs) => {
            let mut spans = vec![Span::raw("    ")];
            for (role, glyph, word) in signs {
                spans.push(look.span(*role, glyph));
                spans.push(look.span(Role::Text, format!(" {}", fit(word, 12, ""))));
            }
            vec![Line::from(spans)]
        }
    }
}
