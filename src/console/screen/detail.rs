//! One thing: how it stands and why, what it is tied to, all its fields.
//!
//! Owns: the selection among its relations, how far it is scrolled. Depends on: subjects. Must stay true: a thing that is gone or
//! could not be read says so.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use serde::{Deserialize, Serialize};

use crate::estate::{Kind, SliceId};
use crate::judge::Verdict;

use super::super::age::stepped;
use super::super::app::{Look, World};
use super::super::draw::{put, select, title_rule};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::super::subject::{Relation, Section, Sheet, Subject, SubjectKind};
use super::super::text::{cut, fit, width, wrap};
use super::super::theme::Role;
use super::{Act, FRAME_KINDS, Motion, Outcome, Place, Screen, scrolled};

/// One thing on the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    subject: Subject,
    /// The relation selected.
    selected: Option<Subject>,
    offset: usize,
    #[serde(skip)]
    at: usize,
    #[serde(skip)]
    sheet: Option<Sheet>,
}

/// A line of the detail: words, or a relation that can be walked.
enum Entry<'a> {
    Blank,
    Head(&'static str, Option<&'a Section>),
    Reason(&'a str),
    Relation(usize, &'a Relation),
    Field(String, Option<String>),
    Distrust(&'a str),
}

impl Detail {
    /// That thing.
    pub fn new(subject: Subject) -> Self {
        Self { subject, selected: None, offset: 0, at: 0, sheet: None }
    }

    /// The thing shown.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    fn relations(&self) -> &[Relation] {
        self.sheet.as_ref().map_or(&[], |sheet| &sheet.relations)
    }

    /// The lines under the title, for a screen of that many columns.
    fn entries(&self, columns: usize) -> Vec<Entry<'_>> {
        let Some(sheet) = &self.sheet else { return Vec::new() };
        let mut entries: Vec<Entry<'_>> = sheet.assessment.reasons.iter().map(|reason| Entry::Reason(reason)).collect();
        if !sheet.relations.is_empty() {
            entries.extend([Entry::Blank, Entry::Head("relations", None)]);
            entries.extend(sheet.relations.iter().enumerate().map(|(n, relation)| Entry::Relation(n, relation)));
        }
        for section in &sheet.sections {
            entries.extend([Entry::Blank, Entry::Head("", Some(section))]);
            entries.extend(section.distrust.as_deref().map(Entry::Distrust));
            if section.fields.is_empty() && section.distrust.is_none() {
                entries.push(Entry::Field(String::new(), Some("none".to_owned())));
            }
            let room = columns.saturating_sub(NAME + 4).max(8);
            for field in &section.fields {
                let Some(value) = &field.value else {
                    entries.push(Entry::Field(field.name.clone(), None));
                    continue;
                };
                for (n, line) in wrap(value, room, 12, "…").into_iter().enumerate() {
                    entries.push(Entry::Field(if n == 0 { field.name.clone() } else { String::new() }, Some(line)));
                }
            }
        }
        entries
    }

    fn room(&self, world: &World<'_>) -> usize {
        usize::from(world.body.height.saturating_sub(1))
    }

    fn settle(&mut self, world: &World<'_>) {
        let found = self.selected.as_ref().and_then(|id| self.relations().iter().position(|relation| relation.subject == *id));
        self.at = found.unwrap_or_else(|| self.at.min(self.relations().len().saturating_sub(1)));
        self.selected = self.relations().get(self.at).map(|relation| relation.subject.clone());
        let lines = self.entries(usize::from(world.body.width)).len();
        self.offset = self.offset.min(lines.saturating_sub(self.room(world)));
    }

    /// Moves among the relations; past them the fields scroll.
    fn go(&mut self, motion: Motion, world: &World<'_>) {
        let room = self.room(world);
        let count = self.relations().len();
        let entries = self.entries(usize::from(world.body.width));
        let (lines, line_of) = (entries.len(), |n: usize| {
            entries.iter().position(|entry| matches!(entry, Entry::Relation(at, _) if *at == n)).unwrap_or(0)
        });
        let before = self.at;
        let next = if count == 0 { 0 } else { motion.target(self.at, count, room) };
        let offset = match motion {
            Motion::Top => 0,
            Motion::Bottom => lines.saturating_sub(room),
            _ if count > 0 && next != before => scrolled(self.offset, line_of(next), lines, room),
            // At the end of the relations, or without any: scroll.
            _ => motion.target(self.offset, lines.saturating_sub(room) + 1, room),
        };
        let selected = self.relations().get(next).map(|relation| relation.subject.clone());
        drop(entries);
        self.at = next;
        self.offset = if next == 0 && before != 0 { 0 } else { offset };
        self.selected = selected;
    }
}

/// Columns of a field's name.
const NAME: usize = 22;

impl Screen for Detail {
    fn context(&self) -> Context {
        Context::Detail
    }

    fn title(&self) -> String {
        format!("{} {}", self.subject.kind.as_str(), self.subject.name())
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        let (region, id) = (&self.subject.region, self.subject.id.as_str());
        let kinds: &[Kind] = match self.subject.kind {
            SubjectKind::Instance => &[Kind::Instances, Kind::InstanceStatuses, Kind::Groups],
            SubjectKind::Group => &[Kind::Groups, Kind::Activities, Kind::Instances],
            SubjectKind::TargetGroup | SubjectKind::LoadBalancer => &[Kind::TargetGroups, Kind::LoadBalancers, Kind::Groups],
            SubjectKind::ClassicBalancer => &[Kind::ClassicBalancers, Kind::Groups],
            SubjectKind::Database | SubjectKind::Cluster | SubjectKind::GlobalCluster => {
                &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters]
            }
            SubjectKind::Alarm => &[],
            SubjectKind::Image => &[Kind::Images, Kind::Instances],
            SubjectKind::Zone => &[Kind::Instances, Kind::InstanceStatuses, Kind::Databases, Kind::ZonalShifts],
            SubjectKind::Shift => &[Kind::ZonalShifts, Kind::Autoshifts, Kind::ManagedResources],
        };
        let slices = match self.subject.kind {
            SubjectKind::TargetGroup => vec![SliceId::of(region, Kind::Targets, id)],
            SubjectKind::ClassicBalancer => vec![SliceId::of(region, Kind::ClassicTargets, id)],
            _ => Vec::new(),
        };
        Wants { kinds: kinds.iter().chain(&[Kind::Alarms]).chain(FRAME_KINDS).copied().collect(), slices }
    }

    fn refresh(&mut self, world: &World<'_>) {
        self.sheet = world.picture.and_then(|picture| self.subject.sheet(picture));
        self.settle(world);
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => self.go(*motion, world),
            Act::Enter => {
                let target = self.relations().get(self.at).map(|relation| relation.subject.clone());
                return target.map_or(Outcome::Done, |subject| Outcome::Open(Box::new(Place::Detail(Detail::new(subject)))));
            }
            Act::Fold { .. } | Act::Filter(_) | Act::Problems | Act::Sort(_) | Act::Sideways(_) => return Outcome::Unknown,
        }
        Outcome::Done
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let title = vec![
            look.span(Role::Dim, format!(" {} ", self.subject.kind.as_str())),
            look.span(Role::Title, format!("{} ", self.subject.name())),
            look.span(Role::Dim, format!("in {} ", self.subject.region)),
        ];
        title_rule(buf, area, look, title, self.badge(look));
        let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        if self.sheet.is_none() {
            let words = match world.picture {
                None => look.span(Role::Dim, "  reading…"),
                Some(_) => look.span(Role::Unknown, "  ? not in the last reading: it is gone, or could not be read"),
            };
            put(buf, below, 1, &Line::from(words), area);
            return;
        }
        let entries = self.entries(usize::from(area.width));
        for (y, entry) in entries.iter().skip(self.offset).take(usize::from(below.height)).enumerate() {
            put(buf, below, y, &self.line(entry, world, look, usize::from(area.width)), area);
            if matches!(entry, Entry::Relation(n, _) if *n == self.at) {
                select(buf, Rect { y: below.y + u16::try_from(y).unwrap_or(0), height: 1, ..below }, look);
            }
        }
    }
}

impl Detail {
    fn badge(&self, look: &Look<'_>) -> Vec<Span<'static>> {
        let Some(sheet) = &self.sheet else { return Vec::new() };
        let verdict = sheet.assessment.verdict;
        let mut spans = Vec::new();
        if let Some(standing) = &sheet.standing {
            spans.push(look.span(Role::Strong, format!(" {standing}")));
        }
        spans.push(Span::raw(" "));
        spans.push(look.span(Role::badge(verdict), format!(" {} {verdict} ", look.glyphs.verdict(verdict))));
        spans.push(Span::raw(" "));
        spans
    }

    fn line(&self, entry: &Entry<'_>, world: &World<'_>, look: &Look<'_>, columns: usize) -> Line<'static> {
        let ellipsis = look.glyphs.ellipsis();
        match entry {
            Entry::Blank => Line::default(),
            Entry::Reason(reason) => {
                let verdict = self.sheet.as_ref().map_or(Verdict::Unknown, |sheet| sheet.assessment.verdict);
                let text = cut(&format!("{} {reason}", look.glyphs.verdict(verdict)), columns.saturating_sub(3), ellipsis);
                Line::from(vec![Span::raw("  "), look.span(Role::of(verdict), text)])
            }
            Entry::Head(title, None) => Line::from(look.span(Role::Title, format!("  {title}"))),
            Entry::Head(_, Some(section)) => {
                let mut spans = vec![look.span(Role::Title, format!("  {} ", section.title))];
                if let Some(at) = section.read_at {
                    let age = stepped(crate::estate::age(at, world.now));
                    let role = if section.distrust.is_some() { Role::Warning } else { Role::Dim };
                    spans.push(look.span(role, format!("read {age}{}", if age == "now" { "" } else { " ago" })));
                }
                Line::from(spans)
            }
            Entry::Distrust(reason) => {
                Line::from(look.span(Role::Unknown, cut(&format!("    ? {reason}"), columns.saturating_sub(1), ellipsis)))
            }
            Entry::Relation(_, relation) => relation_line(relation, &self.subject, look, columns),
            Entry::Field(name, value) => {
                let name = look.span(Role::Dim, format!("    {} ", fit(name, NAME - 1, ellipsis)));
                let value = match value.as_deref() {
                    None => look.span(Role::Dim, "-"),
                    Some("?") => look.span(Role::Unknown, "?"),
                    Some(value) => look.span(Role::Text, value),
                };
                Line::from(vec![name, value])
            }
        }
    }
}

fn relation_line(relation: &Relation, here: &Subject, look: &Look<'_>, columns: usize) -> Line<'static> {
    let ellipsis = look.glyphs.ellipsis();
    let verdict = relation.verdict;
    let sign = if verdict == Verdict::Ok { Role::Dim } else { Role::of(verdict) };
    let mut name = relation.subject.name().to_owned();
    if relation.subject.region != here.region {
        name = format!("{name} ({})", relation.subject.region);
    }
    let name = fit(&name, width(&name).clamp(22, 44), ellipsis);
    let used = 4 + 18 + width(&name) + 2;
    let note = cut(&relation.note, columns.saturating_sub(used + 1), ellipsis);
    Line::from(vec![
        Span::raw("  "),
        look.span(sign, look.glyphs.verdict(verdict)),
        look.span(Role::Dim, format!(" {} ", fit(relation.role, 17, ellipsis))),
        look.span(Role::Link, name),
        Span::raw("  "),
        look.span(if verdict == Verdict::Ok { Role::Dim } else { Role::Text }, note),
    ])
}
