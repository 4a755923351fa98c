//! One thing: how it stands and why, what it is tied to, all its fields.
//!
//! Owns: the selection among its lines, how far it is scrolled. Depends on: subjects. Must stay true: a thing that is gone or
//! could not be read says so.

mod draw;
mod search;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde::{Deserialize, Serialize};

use crate::estate::{Kind, SliceId};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::super::subject::{Relation, Section, Sheet, Subject, SubjectKind};
use super::super::text::wrap;
use super::{Act, Click, FRAME_KINDS, Motion, Outcome, Place, Screen, scrolled};

/// One thing on the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    subject: Subject,
    selected: Option<EntryKey>,
    offset: usize,
    /// Only lines with these words are shown.
    #[serde(default)]
    filter: String,
    /// The selected entry's line.
    #[serde(skip)]
    at: usize,
    #[serde(skip)]
    sheet: Option<Sheet>,
}

/// Names a line that can be selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum EntryKey {
    /// A relation.
    Relation(String, Subject),
    /// A line of a section: both by number.
    Field(usize, usize),
}

/// A line of the detail: words, a field, or a relation that can be walked.
enum Entry<'a> {
    Blank,
    Head(&'static str, Option<&'a Section>),
    Reason(&'a str),
    /// What to do next, or what it follows from.
    Advice(&'a str),
    Relation(&'a Relation),
    Field {
        key: (usize, usize),
        name: String,
        value: Option<String>,
    },
    Distrust(&'a str),
}

impl Entry<'_> {
    fn key(&self) -> Option<EntryKey> {
        match self {
            Self::Relation(relation) => Some(EntryKey::Relation(relation.role.to_owned(), relation.subject.clone())),
            Self::Field { key: (section, line), .. } => Some(EntryKey::Field(*section, *line)),
            Self::Blank | Self::Head(..) | Self::Reason(_) | Self::Advice(_) | Self::Distrust(_) => None,
        }
    }
}

impl Detail {
    /// That thing.
    pub fn new(subject: Subject) -> Self {
        Self { subject, selected: None, offset: 0, filter: String::new(), at: 0, sheet: None }
    }

    /// The thing shown.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The lines under the title, for a screen of that many columns.
    fn entries(&self, columns: usize) -> Vec<Entry<'_>> {
        let Some(sheet) = &self.sheet else { return Vec::new() };
        let mut entries: Vec<Entry<'_>> = sheet.assessment.reasons.iter().map(|reason| Entry::Reason(reason)).collect();
        entries.extend(sheet.advice.iter().map(|words| Entry::Advice(words)));
        // A group's members are many, and come after what it says of itself.
        let (members, ties): (Vec<&Relation>, Vec<&Relation>) =
            sheet.relations.iter().partition(|relation| relation.is_member());
        entries.extend(related("relations", ties));
        for (number, section) in sheet.sections.iter().enumerate() {
            entries.extend([Entry::Blank, Entry::Head("", Some(section))]);
            entries.extend(section.distrust.as_deref().map(Entry::Distrust));
            entries.extend(fields(number, section, columns.saturating_sub(NAME + 5).max(8)));
        }
        entries.extend(related("members", members));
        if self.filter.is_empty() { entries } else { search::passing(entries, &self.filter) }
    }

    fn room(&self, world: &World<'_>) -> usize {
        usize::from(world.body.height.saturating_sub(1))
    }

    fn settle(&mut self, world: &World<'_>) {
        let (at, key, lines) = {
            let entries = self.entries(usize::from(world.body.width));
            let keys: Vec<(usize, EntryKey)> =
                entries.iter().enumerate().filter_map(|(line, entry)| Some((line, entry.key()?))).collect();
            let found = keys.iter().find(|(_, key)| self.selected.as_ref() == Some(key));
            // What is gone leaves the selection at its place.
            let (at, key) =
                found.or_else(|| keys.iter().find(|(line, _)| *line >= self.at)).or(keys.last()).cloned().unzip();
            (at.unwrap_or(0), key, entries.len())
        };
        self.at = at;
        self.selected = key;
        self.offset = self.offset.min(lines.saturating_sub(self.room(world)));
    }

    fn go(&mut self, motion: Motion, world: &World<'_>) {
        let room = self.room(world);
        let entries = self.entries(usize::from(world.body.width));
        let keys: Vec<(usize, EntryKey)> =
            entries.iter().enumerate().filter_map(|(line, entry)| Some((line, entry.key()?))).collect();
        let lines = entries.len();
        drop(entries);
        let before = keys.iter().position(|(line, _)| *line >= self.at).unwrap_or(0);
        let next = motion.target(before, keys.len(), room);
        let Some((line, key)) = keys.get(next) else { return };
        self.offset = if next == 0 { 0 } else { scrolled(self.offset, *line, lines, room) };
        self.at = *line;
        self.selected = Some(key.clone());
    }
}

/// The lines of relations under their title; none for none.
fn related<'a>(title: &'static str, relations: Vec<&'a Relation>) -> Vec<Entry<'a>> {
    if relations.is_empty() {
        return Vec::new();
    }
    [Entry::Blank, Entry::Head(title, None)].into_iter().chain(relations.into_iter().map(Entry::Relation)).collect()
}

/// The lines of a section's fields, long values wrapped.
fn fields(number: usize, section: &Section, room: usize) -> Vec<Entry<'static>> {
    let mut lines: Vec<(String, Option<String>)> = Vec::new();
    for field in &section.fields {
        match &field.value {
            None => lines.push((field.name.clone(), None)),
            Some(value) => {
                for (n, line) in wrap(value, room, 12, "…").into_iter().enumerate() {
                    lines.push((if n == 0 { field.name.clone() } else { String::new() }, Some(line)));
                }
            }
        }
    }
    if lines.is_empty() && section.distrust.is_none() {
        lines.push((String::new(), Some("none".to_owned())));
    }
    lines
        .into_iter()
        .enumerate()
        .map(|(line, (name, value))| Entry::Field { key: (number, line), name, value })
        .collect()
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
            SubjectKind::TargetGroup | SubjectKind::LoadBalancer => {
                &[Kind::TargetGroups, Kind::LoadBalancers, Kind::Groups]
            }
            SubjectKind::ClassicBalancer => &[Kind::ClassicBalancers, Kind::Groups],
            SubjectKind::Database | SubjectKind::Cluster | SubjectKind::GlobalCluster => {
                &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters]
            }
            SubjectKind::Alarm => &[],
            SubjectKind::Image => &[Kind::Images, Kind::Instances],
            SubjectKind::Template => &[Kind::LaunchTemplates, Kind::Groups, Kind::Images],
            SubjectKind::Zone => &[Kind::Instances, Kind::InstanceStatuses, Kind::Databases, Kind::ZonalShifts],
            SubjectKind::Shift => &[Kind::ZonalShifts, Kind::Autoshifts, Kind::ManagedResources],
        };
        let mut slices = self.subject.slices_beside();
        slices.extend(match self.subject.kind {
            SubjectKind::TargetGroup => Some(SliceId::of(region, Kind::Targets, id)),
            SubjectKind::ClassicBalancer => Some(SliceId::of(region, Kind::ClassicTargets, id)),
            _ => None,
        });
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
                if let Some(EntryKey::Relation(_, subject)) = &self.selected {
                    return Outcome::Open(Box::new(Place::Detail(Detail::new(subject.clone()))));
                }
            }
            Act::Filter(text) => {
                self.filter = text.clone();
                self.settle(world);
            }
            Act::Fold { .. } | Act::Problems | Act::Sort(_) | Act::Sideways(_) | Act::WhatIf(_) | Act::Chart(_) => {
                return Outcome::Unknown;
            }
        }
        Outcome::Done
    }

    fn click(&mut self, at: Position, world: &World<'_>) -> Click {
        let Some(below) = at.y.checked_sub(world.body.y + 1).filter(|_| world.body.contains(at)) else {
            return Click::Nothing;
        };
        let line = self.offset + usize::from(below);
        let key = self.entries(usize::from(world.body.width)).get(line).and_then(Entry::key);
        match key {
            None => Click::Nothing,
            Some(_) if line == self.at => Click::Again,
            Some(key) => {
                (self.at, self.selected) = (line, Some(key));
                Click::Selected
            }
        }
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    /// The thing shown, whichever of its lines is selected.
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
