//! The zone board, the first screen: a column a zone, a row a service, and around it what is wrong.
//!
//! Owns: selection, folds and filter of the board. Depends on: judgement. Must stay true: trouble is on top and the selection
//! stays on its row while rows move; what could not be read is said, never left blank.

mod ages;
mod cell;
mod changes;
mod drain;
mod draw;
mod forecast;
mod grid;
mod head;
mod headline;
mod layout;
mod model;
mod panel;
mod shifts;
mod sift;
mod spark;
mod vital;
mod what_if;

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde::{Deserialize, Serialize};

use crate::estate::Kind;
use crate::id::Region;
use crate::judge::changes::Changes;
use crate::judge::{Finding, Picture};
use crate::listing::{ColumnInfo, Filter};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::{Act, Click, Detail, FRAME_KINDS, Motion, Outcome, Place, Screen, scrolled};
use crate::console::subject::Subject;
use forecast::Preview;
use headline::Wanted;
use layout::Layout;
use model::{Row, RowKey, Section};
use sift::Sift;

/// What the board needs besides what everything is judged by.
const KINDS: &[Kind] = &[
    Kind::Instances,
    Kind::InstanceStatuses,
    Kind::Groups,
    Kind::TargetGroups,
    Kind::Targets,
    Kind::LoadBalancers,
    Kind::BalancerTags,
    Kind::ClassicBalancers,
    Kind::ClassicTargets,
    Kind::Databases,
    Kind::Clusters,
    Kind::GlobalClusters,
    Kind::Alarms,
    Kind::ZonalShifts,
    Kind::Autoshifts,
    Kind::ManagedResources,
    Kind::Subnets,
    Kind::Activities,
    Kind::Series,
    Kind::TrailEvents,
];

/// The zone board.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Board {
    selected: Option<RowKey>,
    /// Services whose parts are shown.
    unfolded: BTreeSet<(Region, String)>,
    filter: String,
    problems: bool,
    offset: usize,
    /// The region shown where there is no room for all of them.
    focus: Option<Region>,
    /// The person has moved: the focus no longer follows the worst region.
    touched: bool,
    /// The loss of a zone that is previewed.
    preview: Option<Preview>,
    /// Of it: the zone with its id, and what leaving it would take.
    #[serde(skip)]
    preview_words: Option<(String, String)>,
    #[serde(skip)]
    at: usize,
    #[serde(skip)]
    sections: Vec<(Region, Section)>,
    /// What changed lately in each region.
    #[serde(skip)]
    changes: Vec<(Region, Changes)>,
}

impl Board {
    /// The name of the selected row.
    pub fn selected(&self) -> Option<String> {
        self.row_at(self.at).map(|row| row.name.clone())
    }

    /// Selects a service and shows what is in it; a filter that might hide it is taken away.
    pub fn reveal(&mut self, region: &Region, name: &str) {
        self.touched = true;
        self.filter.clear();
        self.problems = false;
        self.preview = None;
        self.focus = Some(region.clone());
        self.unfolded.insert((region.clone(), name.to_owned()));
        self.selected = Some(RowKey::Service(region.clone(), name.to_owned()));
    }

    /// Whether a finding is about the selected service or part.
    pub fn concerns(&self, picture: &Picture, region: Option<&Region>, finding: &Finding) -> bool {
        let (what, id) = finding.subject.key();
        match self.row_at(self.at).map(|row| &row.key) {
            None => false,
            Some(RowKey::Part(_, subject)) => {
                region == Some(&subject.region) && (what, id) == (subject.kind.as_str(), subject.id.as_str())
            }
            Some(RowKey::Service(place, name)) => {
                let judged = picture.judgement.regions.get(place);
                let service = judged.and_then(|judged| judged.services.iter().find(|each| each.service.name == *name));
                region == Some(place) && service.is_some_and(|each| each.service.has(what, id))
            }
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|(_, section)| &section.rows)
    }

    fn row_at(&self, at: usize) -> Option<&Row> {
        self.rows().nth(at)
    }

    /// Gathers the rows of the regions that there is room for.
    fn gather(&mut self, world: &World<'_>) {
        let Some(picture) = world.picture else { return };
        let sift = Sift::new(&self.filter, self.problems);
        let regions = world.regions();
        let services =
            |region: &Region| picture.judgement.regions.get(region).map_or(0, |judged| judged.services.len());
        let needs: Vec<usize> = regions.iter().map(services).collect();
        let shown: Vec<Region> = if regions.len() <= 1 || layout::has_room_for(world.body, &needs) {
            regions
        } else {
            let focus = self.follow(world, &regions);
            self.focus.clone_from(&focus);
            focus.into_iter().collect()
        };
        self.sections = shown
            .into_iter()
            .map(|region| {
                let is_open = |name: &str| self.unfolded.contains(&(region.clone(), name.to_owned()));
                let section = model::section(picture, &region, &sift, is_open);
                (region, section)
            })
            .collect();
    }

    /// The region to show where only one fits: the one chosen; until the person has moved, whichever is worst.
    fn follow(&self, world: &World<'_>, regions: &[Region]) -> Option<Region> {
        let severity = |region: &Region| {
            world
                .picture
                .and_then(|picture| picture.judgement.regions.get(region))
                .map_or(0, |j| j.summary.verdict.severity())
        };
        let present = self.focus.as_ref().filter(|region| regions.contains(region)).or(regions.first())?;
        if self.touched || self.preview.is_some() || self.problems || !self.filter.is_empty() {
            return Some(present.clone());
        }
        // Of regions alike the first of the scope, whichever was read first.
        regions.iter().rev().max_by_key(|region| severity(region)).cloned()
    }

    /// Finds the selected row again; where it is gone, the selection stays at its place.
    fn settle(&mut self, world: &World<'_>) {
        let found = self.selected.as_ref().and_then(|key| self.rows().position(|row| row.key == *key));
        let last = self.rows().count().saturating_sub(1);
        // Until the person has moved, the top of the board is what is looked at.
        self.at = if self.touched { found.unwrap_or_else(|| self.at.min(last)) } else { 0 };
        self.selected = self.row_at(self.at).map(|row| row.key.clone());
        self.scroll(world);
    }

    fn scroll(&mut self, world: &World<'_>) {
        let layout = self.layout(world);
        let line = layout.line_of(self.at);
        self.offset = scrolled(self.offset, line, layout.scrolling(), layout.room());
        if self.at == 0 {
            self.offset = 0;
        }
    }

    fn layout(&self, world: &World<'_>) -> Layout {
        let columns = usize::from(world.body.width);
        let mut wanted = world.picture.map(|picture| headline::wants(picture, world, columns)).unwrap_or_default();
        if self.preview.is_some() {
            // What a preview says stands where the findings do.
            wanted = Wanted { zones: wanted.zones.max(2), findings: wanted.findings.max(2), ..wanted };
        }
        Layout::new(world.body, wanted, &self.sections)
    }

    fn go(&mut self, motion: Motion, world: &World<'_>) {
        self.touched = true;
        let room = self.layout(world).room();
        self.at = motion.target(self.at, self.rows().count(), room);
        self.selected = self.row_at(self.at).map(|row| row.key.clone());
        self.scroll(world);
    }

    /// The region of the selected row, else the first that is shown.
    fn region_here(&self, world: &World<'_>) -> Option<Region> {
        let of_row = self.selected.as_ref().map(|key| match key {
            RowKey::Service(region, _) => region.clone(),
            RowKey::Part(_, subject) => subject.region.clone(),
        });
        of_row
            .or_else(|| self.sections.first().map(|(region, _)| region.clone()))
            .or_else(|| world.regions().first().cloned())
    }

    fn fold(&mut self, all: bool, world: &World<'_>) {
        self.touched = true;
        let here = self.row_at(self.at).map(|row| row.key.clone());
        match (all, here) {
            (true, _) if self.unfolded.is_empty() => {
                let services = self.rows().filter_map(|row| match &row.key {
                    RowKey::Service(region, name) => Some((region.clone(), name.clone())),
                    RowKey::Part(..) => None,
                });
                self.unfolded = services.collect();
            }
            (true, _) => self.unfolded.clear(),
            (false, Some(RowKey::Service(region, name))) => {
                let key = (region, name);
                if !self.unfolded.remove(&key) {
                    self.unfolded.insert(key);
                }
            }
            // On a part: its service closes, and is selected.
            (false, Some(RowKey::Part(service, subject))) => {
                self.unfolded.remove(&(subject.region.clone(), service.clone()));
                self.selected = Some(RowKey::Service(subject.region, service));
            }
            (false, None) => {}
        }
        self.refresh(world);
    }
}

impl Screen for Board {
    fn context(&self) -> Context {
        Context::Board
    }

    fn title(&self) -> String {
        "board".to_owned()
    }

    fn wants(&self, world: &World<'_>) -> Wants {
        let preview = self.preview.as_ref().zip(world.picture);
        let slices = preview.map(|(preview, picture)| preview.wants(picture)).unwrap_or_default();
        Wants { kinds: KINDS.iter().chain(FRAME_KINDS).copied().collect(), slices }
    }

    fn refresh(&mut self, world: &World<'_>) {
        self.gather(world);
        self.foretell(world);
        self.changes = changes::gather(world);
        self.settle(world);
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => self.go(*motion, world),
            Act::Fold { all } => self.fold(*all, world),
            Act::Enter => match self.row_at(self.at).map(|row| row.key.clone()) {
                Some(RowKey::Service(..)) => self.fold(false, world),
                Some(RowKey::Part(_, subject)) => return Outcome::Open(Box::new(Place::Detail(Detail::new(subject)))),
                None => {}
            },
            Act::Filter(text) => {
                if let Err(error) = Filter::parse_for(text, sift::COLUMNS) {
                    return Outcome::Refused(error.to_string());
                }
                self.filter.clone_from(text);
                self.refresh(world);
            }
            Act::Problems => {
                self.problems = !self.problems;
                self.refresh(world);
            }
            Act::WhatIf(zone) => return self.what_if(zone, world),
            Act::Sideways(by) => return self.another_zone(*by, world),
            Act::Sort(_) | Act::Chart(_) => return Outcome::Unknown,
        }
        Outcome::Done
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    fn click(&mut self, at: Position, world: &World<'_>) -> Click {
        let layout = self.layout(world);
        let row = layout.row_at(at, self.offset).filter(|row| *row < self.rows().count());
        match row {
            None => Click::Nothing,
            Some(row) if row == self.at => Click::Again,
            Some(row) => {
                self.touched = true;
                self.at = row;
                self.selected = self.row_at(row).map(|row| row.key.clone());
                Click::Selected
            }
        }
    }

    fn filter_columns(&self) -> Vec<ColumnInfo> {
        sift::COLUMNS.to_vec()
    }

    fn is_previewing(&self) -> bool {
        self.preview.is_some()
    }

    fn chosen(&self, _: &World<'_>) -> Option<Subject> {
        match &self.row_at(self.at)?.key {
            RowKey::Part(_, subject) => Some(subject.clone()),
            RowKey::Service(..) => None,
        }
    }

    fn chosen_name(&self) -> Option<String> {
        self.selected()
    }

    fn put_aside(&mut self) {
        self.sections.clear();
        self.changes.clear();
        self.preview_words = None;
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
