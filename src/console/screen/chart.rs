//! The metrics of one thing over the last hours, asked for by a person and only while this screen is open.
//!
//! Owns: how far back it goes, which chart stands on top. Depends on: the estate's questions and their answers. Must stay true: a
//! minute without a value is a gap, not zero; what it costs is said; what was not read says why.

mod draw;
mod panel;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::estate::chart::{Charted, Question, Span};
use crate::estate::{Kind, SliceId};
use crate::listing::{Gap, read_errors};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::super::subject::{Subject, SubjectKind};
use super::{Act, FRAME_KINDS, Outcome, Screen};
use panel::Panel;

/// Charts of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    subject: Subject,
    of: Charted,
    span: Span,
    /// The first chart that is shown.
    top: usize,
    #[serde(skip)]
    sheet: Option<Sheet>,
}

/// What is drawn, as it was when the picture came.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sheet {
    panels: Vec<Panel>,
    /// Why the answer did not come, or is old.
    gap: Option<Gap>,
    /// Whether any answer came.
    is_read: bool,
    /// Dollars that a thousand metrics cost.
    usd_per_thousand: f64,
    /// Metrics asked for charts since the start, and what they cost.
    asked: (u64, f64),
}

impl Chart {
    /// The usual metrics of a thing; none where nothing is measured of it.
    pub fn new(subject: &Subject, span: Span) -> Option<Self> {
        let of = match subject.kind {
            SubjectKind::Instance => Charted::Instance,
            SubjectKind::Group => Charted::Group,
            SubjectKind::TargetGroup => Charted::TargetGroup,
            SubjectKind::LoadBalancer => Charted::LoadBalancer,
            SubjectKind::ClassicBalancer => Charted::ClassicBalancer,
            SubjectKind::Database => Charted::Database,
            SubjectKind::Cluster => Charted::Cluster,
            SubjectKind::Alarm => Charted::Alarm,
            SubjectKind::GlobalCluster
            | SubjectKind::Image
            | SubjectKind::Template
            | SubjectKind::Zone
            | SubjectKind::Shift => return None,
        };
        Some(Self { subject: subject.clone(), of, span, top: 0, sheet: None })
    }

    fn question(&self) -> Question {
        Question { of: self.of, id: self.subject.id.as_str().into(), span: self.span }
    }

    fn slice(&self) -> SliceId {
        self.question().slice(&self.subject.region)
    }

    /// Another span: `1h`, `3h`, `24h`, `longer` or `shorter`.
    fn set_span(&mut self, word: &str, world: &World<'_>) -> Outcome {
        let at = Span::ALL.iter().position(|span| *span == self.span).unwrap_or(0);
        let next = match word {
            "longer" => Span::ALL.get(at + 1),
            "shorter" => at.checked_sub(1).and_then(|at| Span::ALL.get(at)),
            word => match Span::named(word) {
                Some(span) => Span::ALL.iter().find(|known| **known == span),
                None => return Outcome::Refused(refused(word)),
            },
        };
        let Some(span) = next else {
            let most = if word == "longer" { "longest" } else { "shortest" };
            return Outcome::Refused(format!("{} is the {most}", self.span.as_str()));
        };
        self.span = *span;
        self.refresh(world);
        Outcome::Done
    }
}

/// The span that a word means where a chart is opened; none for no word.
///
/// # Errors
/// What would mean one.
pub fn span_of(word: &str) -> Result<Option<Span>, String> {
    match word {
        "" => Ok(None),
        word => Span::named(word).map(Some).ok_or_else(|| refused(word)),
    }
}

fn refused(word: &str) -> String {
    format!("`{}` is no span: 1h, 3h or 24h", crate::listing::escape(word))
}

impl Screen for Chart {
    fn context(&self) -> Context {
        Context::Chart
    }

    fn title(&self) -> String {
        format!("chart {} {}", self.subject.kind.as_str(), self.subject.name())
    }

    /// The slice, and what its questions hang on.
    fn wants(&self, _: &World<'_>) -> Wants {
        let kinds = [Kind::Charts, Kind::Alarms].into_iter().chain(FRAME_KINDS.iter().copied());
        Wants { kinds: kinds.collect(), slices: vec![self.slice()] }
    }

    fn refresh(&mut self, world: &World<'_>) {
        let Some(picture) = world.picture else { return };
        let (estate, region) = (&picture.estate, &self.subject.region);
        let slice = estate.slice(&self.slice());
        let queries = self.question().queries(estate, region);
        let panels: Vec<Panel> = queries.iter().map(|query| Panel::new(query, slice, estate, region)).collect();
        let gaps = read_errors(estate, region, &[Kind::Charts], picture.taken_at);
        let spent = &picture.traffic.metrics;
        self.sheet = Some(Sheet {
            panels,
            gap: gaps.into_iter().next().filter(|_| slice.is_some_and(|slice| slice.failure().is_some())),
            is_read: slice.is_some_and(|slice| slice.read_at().is_some()),
            usd_per_thousand: picture.policy.metrics.usd_per_thousand,
            asked: (spent.charted, spent.charted_usd),
        });
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => {
                let panels = self.sheet.as_ref().map_or(0, |sheet| sheet.panels.len());
                let grid = draw::Grid::of(world.body, panels);
                let rows = panels.div_ceil(grid.columns);
                let row = motion.target(self.top / grid.columns, rows, grid.rows);
                self.top = row.min(rows.saturating_sub(grid.rows)) * grid.columns;
            }
            Act::Chart(word) if word.is_empty() => {}
            Act::Chart(word) => return self.set_span(word, world),
            _ => return Outcome::Unknown,
        }
        Outcome::Done
    }

    /// What is charted.
    fn chosen(&self, _: &World<'_>) -> Option<Subject> {
        Some(self.subject.clone())
    }

    fn put_aside(&mut self) {
        self.sheet = None;
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
