//! How a form is drawn: its fields, and below them what the plan says of what is filled in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::operate::spoken;
use crate::console::text::{cut, fit, wrap};
use crate::console::theme::Role;
use crate::operation::intent::FieldKind;

use super::Form;

/// Columns of a field's name, and of its value.
const NAME: usize = 12;
const VALUE: usize = 16;

/// Draws the form.
pub(super) fn draw(form: &Form, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(intent) = form.inquiry.intent() else { return };
    let targets: Vec<&str> = intent.targets.iter().map(|target| &**target).collect();
    let title = vec![
        look.span(Role::Title, format!(" {} ", intent.operation)),
        look.span(Role::Strong, format!("{} ", targets.join(", "))),
    ];
    let mode = world.operations.mode.words(world.now);
    title_rule(buf, area, look, title, vec![look.span(Role::Dim, format!(" {mode} "))]);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let columns = usize::from(area.width);
    let mut y = 1;
    for (n, field) in form.fields().enumerate() {
        let value = form.value(field.name).map(ToString::to_string);
        let (role, value) = match (value, field.default) {
            (Some(value), _) => (Role::Strong, value),
            (None, Some(default)) => (Role::Dim, format!("{default} (default)")),
            (None, None) => (Role::Dim, "-".to_owned()),
        };
        let takes = match field.kind {
            FieldKind::Choice(words) => format!(" [{}]", words.join(" ")),
            FieldKind::Switch => " [no yes]".to_owned(),
            FieldKind::Count if !field.doc.contains("+1") => " [6 +1 -2]".to_owned(),
            FieldKind::Count | FieldKind::Ids | FieldKind::Name => String::new(),
        };
        let doc =
            cut(&format!("{}{takes}", field.doc), columns.saturating_sub(NAME + VALUE + 5), look.glyphs.ellipsis());
        let line = Line::from(vec![
            look.span(Role::Text, format!("   {}", fit(field.name, NAME, look.glyphs.ellipsis()))),
            look.span(role, fit(&value, VALUE, look.glyphs.ellipsis())),
            look.span(Role::Dim, format!(" {doc}")),
        ]);
        put_row(buf, below, y, &line, (n == form.cursor.at, area), look);
        y += 1;
    }
    y += 1;
    let is_at = form.fields().count() == form.cursor.at;
    put_row(buf, below, y, &Line::from(look.span(Role::Key, "   review the plan")), (is_at, area), look);
    y += 2;
    for (role, words) in told(form, look) {
        for text in wrap(&words, columns.saturating_sub(5), 3, look.glyphs.ellipsis()) {
            put(buf, below, y, &Line::from(vec![Span::raw("   "), look.span(role, text)]), area);
            y += 1;
        }
    }
}

fn put_row(
    buf: &mut Buffer,
    below: Rect,
    y: usize,
    line: &Line<'_>,
    (is_selected, area): (bool, Rect),
    look: &Look<'_>,
) {
    put(buf, below, y, line, area);
    if is_selected {
        let at = Rect { y: below.y.saturating_add(u16::try_from(y).unwrap_or(0)), height: 1, ..below };
        select(buf, at.intersection(below), look);
    }
}

/// What the plan says of what is filled in.
fn told(form: &Form, look: &Look<'_>) -> Vec<(Role, String)> {
    if form.is_blank() {
        return vec![(Role::Notice, "fill in what is to change".to_owned())];
    }
    match form.inquiry.planned.first() {
        None => vec![(Role::Notice, "working out what it would take".to_owned())],
        Some(Err(refusal)) => vec![
            (Role::Warning, format!("not so: {}", refusal.reason)),
            (Role::Strong, format!("{} {}", look.glyphs.arrow(), spoken(&refusal.remedy))),
        ],
        Some(Ok(plan)) => plan.summary.changes.iter().map(|change| (Role::Text, change.clone())).collect(),
    }
}
