//! The grid of the board: a column a zone, a row a service or a part of one.
//!
//! Owns: the widths of a region's grid, and its rows. Depends on: heads, cells, rows. Must stay true: nothing is wider than the
//! screen, and columns of several regions stand under one another.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::id::ZoneName;
use crate::judge::vitals::Vitals;
use crate::judge::{RegionJudgement, Verdict};

use crate::console::app::Look;
use crate::console::text::{cut, fit, fit_right, width};
use crate::console::theme::Role;

use super::cell::{CellWidths, FEW, PIPS, pad};
use super::drain::Drains;
use super::forecast::{Brief, Forecast};
use super::head;
use super::model::{Row, RowKey, Section};
use super::vital;

/// The widths of a region's grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    zones: Vec<ZoneName>,
    /// Whether something has no known zone: it gets a column of its own.
    nowhere: bool,
    /// Columns that other regions have and this one has not.
    blank: usize,
    lead: Lead,
    cell: CellWidths,
    /// Columns of what is left if a zone goes; none where there is no room for it or nothing to say.
    forecast: usize,
    /// Whether how services do has its columns.
    vitals: bool,
    /// The head of that column.
    forecast_head: String,
    /// The zone whose loss is previewed.
    gone: Option<ZoneName>,
    reason: usize,
}

/// Columns that a forecast takes: `100>133% +12` and the space before it.
const FORECAST: usize = 14;

/// Lines of the heads over the rows.
pub(super) const HEAD: usize = 3;

/// The widths of what stands before the zones: shared by all regions, so that their columns stand under one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lead {
    name: usize,
    entry: usize,
    total: usize,
}

impl Lead {
    /// What the rows of all sections want.
    pub(super) fn of<'a>(sections: impl Iterator<Item = &'a Section>) -> Self {
        let mut lead = Self { name: 7, entry: 0, total: 5 };
        for row in sections.flat_map(|section| &section.rows) {
            lead.name = lead.name.max(width(&row.name) + indent(row));
            lead.entry = lead.entry.max(width(&row.entry).min(6));
            lead.total = lead.total.max(row.count().map_or(0, |tally| width(&tally.to_string())));
        }
        lead.name = lead.name.min(28);
        lead
    }

    /// Columns up to the first zone: sign and fold, name, entry.
    fn before(self) -> usize {
        SIGNS + self.name + 1 + if self.entry > 0 { self.entry + 1 } else { 0 }
    }

    /// Columns of all but the zones; without a total there is no space before it.
    fn all(self) -> usize {
        self.before() + if self.total > 0 { 1 + self.total } else { 0 }
    }
}

/// Columns of a row's sign and fold mark, with the space around them.
const SIGNS: usize = 5;

/// A region whose grid is to be fitted, and what may have columns in it.
pub(super) struct Wish<'a> {
    pub(super) judged: &'a RegionJudgement,
    pub(super) section: &'a Section,
    pub(super) forecast: Option<&'a Forecast<'a>>,
    pub(super) has_vitals: bool,
}

impl Wish<'_> {
    /// The zones of the region, and those that only a row knows of.
    fn zones(&self) -> Vec<ZoneName> {
        let mut zones: Vec<ZoneName> = self.judged.zones.iter().map(|zone| zone.name.clone()).collect();
        for zone in self.section.rows.iter().flat_map(|row| row.cells.zones.keys()) {
            if !zones.contains(zone) {
                zones.push(zone.clone());
            }
        }
        zones
    }

    fn has_nowhere(&self) -> bool {
        self.section.rows.iter().any(|row| !row.cells.nowhere.is_empty())
    }
}

/// What a row tells beside its cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) brief: Option<&'a Brief>,
    pub(super) vitals: Option<Vitals>,
    /// How traffic leaves the zones that are away.
    pub(super) drains: &'a Drains,
}

impl Grid {
    /// Fits the grids of all regions shown into `columns` columns, with the same widths, in the order of the wishes.
    pub(super) fn fit(wishes: &[Wish<'_>], columns: usize, look: &Look<'_>) -> Vec<Self> {
        let lead = Lead::of(wishes.iter().map(|wish| wish.section));
        let cells = || {
            let rows = wishes.iter().flat_map(|wish| &wish.section.rows);
            rows.flat_map(|row| row.cells.all()).filter(|cell| !cell.is_empty())
        };
        let n = wishes.iter().map(|wish| wish.zones().len() + usize::from(wish.has_nowhere())).max().unwrap_or(0);
        let forecasts = || wishes.iter().filter_map(|wish| wish.forecast);
        let has_forecast = forecasts().next().is_some();
        let told = if has_forecast { FORECAST } else { 0 };
        let fits = |lead: Lead, cell: &CellWidths| lead.all() + n.max(1) * cell.natural() + told <= columns;
        // What a loss would leave is worth more than the seventh pip, and more than the sum of a row's cells.
        let (many, few) = (CellWidths::of(cells(), PIPS, look), CellWidths::of(cells(), FEW, look));
        let without = Lead { total: 0, ..lead };
        let is_asked = forecasts().any(|forecast| forecast.is_preview);
        let (lead, cell) = match (fits(lead, &many), fits(lead, &few), fits(without, &few) && !is_asked) {
            (true, _, _) | (false, false, false) => (lead, many),
            (false, true, _) => (lead, few),
            (false, false, true) => (without, few),
        };
        let mut shared = Self {
            zones: Vec::new(),
            nowhere: false,
            blank: n,
            lead,
            cell,
            forecast: 0,
            vitals: false,
            forecast_head: String::new(),
            gone: None,
            reason: 0,
        };
        shared.squeeze(columns, has_forecast, is_asked, wishes.iter().any(|wish| wish.has_vitals));
        wishes.iter().map(|wish| shared.for_region(wish, n)).collect()
    }

    /// The same widths with a region's own zones.
    fn for_region(&self, wish: &Wish<'_>, n: usize) -> Self {
        let (zones, nowhere) = (wish.zones(), wish.has_nowhere());
        let zone = wish.forecast.and_then(|forecast| forecast.zone);
        Self {
            blank: n.saturating_sub(zones.len() + usize::from(nowhere)),
            gone: zone.filter(|_| wish.forecast.is_some_and(|forecast| forecast.is_preview)).cloned(),
            forecast_head: match (wish.forecast, zone) {
                (None, _) => String::new(),
                (Some(_), None) => "IF ONE GOES".to_owned(),
                (Some(_), Some(zone)) => format!("IF {} GOES", head::short_zone(zone)),
            },
            zones,
            nowhere,
            ..self.clone()
        }
    }

    /// Gives up what matters least until the grid fits: long names, entry words, pips; then spreads what is left. The forecast has
    /// its column where pips need not go for it, and where somebody asked.
    fn squeeze(&mut self, columns: usize, has_forecast: bool, is_asked: bool, has_vitals: bool) {
        let n = self.columns().max(1);
        let spare = columns.saturating_sub(self.lead.all() + n * self.cell.natural());
        if has_forecast && (spare >= FORECAST || is_asked) {
            self.forecast = FORECAST;
        }
        let spare = spare.saturating_sub(self.forecast);
        // How a service does tells more than the sum of its cells, which is given up for it.
        self.vitals = has_vitals && (spare >= vital::WIDTH || !is_asked && spare + 1 + self.lead.total >= vital::WIDTH);
        if self.vitals && spare < vital::WIDTH {
            self.lead.total = 0;
        }
        let columns = columns.saturating_sub(self.forecast + if self.vitals { vital::WIDTH } else { 0 });
        let steps: [fn(&mut Self, usize); 5] = [
            |grid, over| grid.lead.name = grid.lead.name.min(grid.lead.name.saturating_sub(over).max(16)),
            |grid, _| grid.lead.entry = 0,
            |grid, over| grid.cell.narrow(over.div_ceil(grid.columns().max(1))),
            |grid, _| grid.cell.narrow(usize::MAX),
            |grid, over| grid.lead.name = grid.lead.name.min(grid.lead.name.saturating_sub(over).max(8)),
        ];
        for step in steps {
            let over = (self.lead.all() + n * self.cell.natural()).saturating_sub(columns);
            if over > 0 {
                step(self, over);
            }
        }
        let free = columns.saturating_sub(self.lead.all());
        // Beyond what a zone's head wants, room goes to the reasons.
        let head = match columns {
            150.. => 24,
            110.. => 20,
            _ => 14,
        };
        self.cell.all = self.cell.natural().max(head).min(free / n);
        let left = free.saturating_sub(self.cell.all * n);
        self.reason = if left >= 16 { left - 2 } else { 0 };
        if self.reason == 0 {
            self.cell.all = (free / n).min(head.max(18));
        }
    }

    fn columns(&self) -> usize {
        self.zones.len() + usize::from(self.nowhere) + self.blank
    }

    /// The heads: names, verdicts, and what each rests on.
    pub(super) fn head(&self, judged: &RegionJudgement, now: Timestamp, look: &Look<'_>) -> Vec<Line<'static>> {
        let lead = self.lead.before();
        let title = format!("{}SERVICE", " ".repeat(SIGNS));
        let mut names = vec![look.span(Role::Dim, fit(&title, lead, ""))];
        let mut verdicts = vec![Span::raw(" ".repeat(lead))];
        let mut evidence = vec![Span::raw(" ".repeat(lead))];
        for zone in &self.zones {
            let known = judged.zones.iter().find(|known| known.name == *zone);
            names.extend(head::name(zone, known, self.cell.all, look));
            if self.gone.as_ref() == Some(zone) {
                verdicts.extend(head::gone(self.cell.all, look));
            } else {
                verdicts.extend(head::verdict(known, self.cell.all, now, look));
            }
            evidence.push(head::evidence(known, self.cell.all, look));
        }
        if self.nowhere {
            names.push(look.span(Role::Dim, fit("no zone", self.cell.all, look.glyphs.ellipsis())));
            verdicts.push(Span::raw(" ".repeat(self.cell.all)));
            evidence.push(Span::raw(" ".repeat(self.cell.all)));
        }
        let blank = " ".repeat(self.blank * self.cell.all);
        names.push(Span::raw(blank.clone()));
        verdicts.push(Span::raw(blank.clone()));
        evidence.push(Span::raw(blank));
        if self.lead.total > 0 {
            names.push(look.span(Role::Dim, fit_right("ALL", self.lead.total + 1, "")));
        }
        if self.vitals {
            names.push(look.span(Role::Dim, vital::head()));
        }
        if self.forecast > 0 {
            let title = format!("  {}", fit(&self.forecast_head, self.forecast - 2, look.glyphs.ellipsis()));
            names.push(look.span(if self.gone.is_some() { Role::Strong } else { Role::Dim }, title));
        }
        if self.reason > 0 {
            names.push(look.span(Role::Dim, "  WHY"));
        }
        [names, verdicts, evidence].into_iter().map(Line::from).collect()
    }

    /// Whether how a service does is told.
    pub(super) fn has_vitals(&self) -> bool {
        self.vitals
    }

    /// Whether what is left of a row is told.
    pub(super) fn has_forecast(&self) -> bool {
        self.forecast > 0
    }

    /// A row.
    pub(super) fn row(&self, row: &Row, told: &Told<'_>, look: &Look<'_>) -> Line<'static> {
        let Told { brief, vitals, drains } = *told;
        let verdict = row.assessment.verdict;
        let ellipsis = look.glyphs.ellipsis();
        let sign = if verdict == Verdict::Ok {
            Span::raw(" ")
        } else {
            look.span(Role::of(verdict), look.glyphs.verdict(verdict))
        };
        let fold = match row.open {
            Some(open) => format!("{} ", look.glyphs.fold(open)),
            None => "  ".to_owned(),
        };
        let lead = if row.open.is_some() { 0 } else { 2 };
        let name = fit(&format!("{}{}", " ".repeat(lead), row.name), self.lead.name, ellipsis);
        let name_role = match (row.open, verdict) {
            (_, Verdict::Critical | Verdict::Warning | Verdict::Unknown) => Role::Strong,
            (Some(_), Verdict::Ok) => Role::Text,
            (None, Verdict::Ok) => Role::Dim,
        };
        let mut spans = vec![
            Span::raw(" "),
            sign,
            Span::raw(" "),
            look.span(Role::Dim, fold),
            look.span(name_role, name),
            Span::raw(" "),
        ];
        if self.lead.entry > 0 {
            spans.push(look.span(Role::Dim, fit(&row.entry, self.lead.entry, ellipsis)));
            spans.push(Span::raw(" "));
        }
        for zone in &self.zones {
            let cell = row.cells.zones.get(zone);
            if self.gone.as_ref() == Some(zone) {
                spans.extend(self.cell.gone(cell, look));
            } else {
                let drained = drains.get(zone).and_then(|drain| self.cell.drained(cell?, *drain, look));
                spans.extend(drained.unwrap_or_else(|| self.cell.spans(cell, row.is_whole, look)));
            }
        }
        if self.nowhere {
            spans.extend(self.cell.spans(Some(&row.cells.nowhere), row.is_whole, look));
        }
        spans.push(Span::raw(" ".repeat(self.blank * self.cell.all)));
        if self.lead.total > 0 {
            spans.push(self.total(row, brief, look));
        }
        if self.vitals {
            spans.extend(vital::spans(vitals, look));
        }
        if self.forecast > 0 {
            let mut words = vec![Span::raw("  ")];
            if let Some(brief) = brief {
                words.push(look.span(Role::of(brief.outcome.verdict()), &brief.text));
            }
            pad(&mut words, self.forecast);
            spans.extend(words);
        }
        if self.reason > 0 {
            let why = cut(&row.assessment.reasons.join("; "), self.reason, ellipsis);
            spans.push(look.span(Role::of(verdict), format!("  {why}")));
        }
        Line::from(spans)
    }
}

impl Grid {
    /// How many serve of those that should; in a preview, how many remain of those that serve.
    fn total(&self, row: &Row, brief: Option<&Brief>, look: &Look<'_>) -> Span<'static> {
        let left = brief.filter(|_| self.gone.is_some()).and_then(|brief| brief.left);
        let (role, total) = match (left, row.count()) {
            (Some((left, serving)), Some(_)) => {
                (if left < serving { Role::Strong } else { Role::Dim }, format!("{left}/{serving}"))
            }
            (_, Some(tally)) => (if tally.is_whole() { Role::Dim } else { Role::Strong }, tally.to_string()),
            (_, None) => (Role::Dim, String::new()),
        };
        look.span(role, fit_right(&total, self.lead.total + 1, look.glyphs.ellipsis()))
    }
}

fn indent(row: &Row) -> usize {
    match row.key {
        RowKey::Service(..) => 0,
        RowKey::Part(..) => 2,
    }
}
