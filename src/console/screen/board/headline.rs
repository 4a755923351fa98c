//! The account's verdict in one line, with its denominators, and the first findings behind it.
//!
//! Owns: the words of that line. Depends on: judgement. Must stay true: a count that depends on something unread is `?`.

use ratatui::text::{Line, Span};

use crate::estate::Kind;
use crate::estate::alarm::{Alarm, AlarmState};
use crate::id::Region;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::judge::{Assessment, Finding, JUDGED, Picture, RegionJudgement, Told, Verdict};

use crate::console::age::moment;
use crate::console::app::{Look, World};
use crate::console::draw::spans_width;
use crate::console::text::{cut, width, wrap};
use crate::console::theme::Role;

/// A count of things: how many are not well, of how many nobody knows.
struct Share {
    what: &'static str,
    bad_word: &'static str,
    bad: usize,
    unknown: usize,
    /// None where not all are known.
    all: Option<usize>,
}

impl Share {
    fn is_bad(&self) -> bool {
        self.bad > 0
    }

    fn is_unknown(&self) -> bool {
        self.all.is_none() || self.unknown > 0
    }

    /// `of` stands between the part and the whole.
    fn words(&self, of: &str) -> String {
        let Self { what, bad_word, bad, unknown, all } = self;
        match all {
            None if *bad > 0 => format!("{bad}{of}? {what} {bad_word}"),
            None => format!("{what} ?"),
            Some(all) if *bad > 0 => format!("{bad}{of}{all} {what} {bad_word}"),
            Some(all) if *unknown > 0 => format!("{unknown}{of}{all} {what} unknown"),
            Some(0) => (*what).to_owned(),
            Some(all) => format!("{all} {what}"),
        }
    }
}

/// The verdict line, and the first findings on lines of their own: at most `most` lines in all. `all_below`: a panel has the rest.
pub(super) fn lines(
    picture: &Picture,
    regions: &[Region],
    world: &World<'_>,
    look: &Look<'_>,
    columns: usize,
    most: usize,
    all_below: bool,
) -> Vec<Line<'static>> {
    // The badge is the account's, whichever region is looked at: trouble elsewhere must not turn green with a key.
    // And while nothing answers nobody knows, though what was read last is not old yet.
    let is_blind = picture.traffic.blind.is_some() || picture.traffic.credentials.is_some();
    let verdict = picture.judgement.account.verdict.or(if is_blind { Verdict::Unknown } else { Verdict::Ok });
    let badge = format!(" {} {} ", look.glyphs.verdict(verdict), verdict.as_str().to_uppercase());
    let mut spans = vec![Span::raw(" "), look.span(Role::badge(verdict), badge), Span::raw("  ")];
    if is_reading(picture, regions) {
        let place = regions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let badge = look.span(Role::Notice, " READING ");
        return vec![Line::from(vec![
            Span::raw(" "),
            badge,
            look.span(Role::Dim, format!(" {place}: nothing is known yet")),
        ])];
    }
    let of = if columns < 100 { "/" } else { " of " };
    let (mut loud, rest): (Vec<Share>, Vec<Share>) =
        shares(picture, regions).into_iter().partition(|share| share.is_bad() || share.is_unknown());
    loud.sort_by_key(|share| !share.is_bad());
    let role = |share: &Share| if share.is_bad() { Role::Strong } else { Role::Unknown };
    let mut parts: Vec<(Role, String)> = loud.iter().map(|share| (role(share), share.words(of))).collect();
    if let ([only], true) = (regions, picture.estate.scope().len() > 1) {
        parts.insert(0, (Role::Strong, format!("{only} only")));
    }
    let (absent, quiet): (Vec<Share>, Vec<Share>) = rest.into_iter().partition(|share| share.all == Some(0));
    let list = |shares: &[Share]| shares.iter().map(|share| share.words(of)).collect::<Vec<_>>().join(", ");
    if !quiet.is_empty() {
        parts.push((Role::Dim, format!("{} ok", list(&quiet))));
    }
    if !absent.is_empty() {
        parts.push((Role::Dim, format!("no {}", list(&absent))));
    }
    for (n, (role, words)) in parts.into_iter().enumerate() {
        let separator = if n == 0 { String::new() } else { format!(" {} ", look.glyphs.dot()) };
        let pair = [look.span(Role::Dim, separator), look.span(role, words)];
        if spans_width(&spans) + spans_width(&pair) < columns {
            spans.extend(pair);
        }
    }
    let mut lines = vec![Line::from(spans)];
    let room = most.saturating_sub(1);
    let findings = world.notes.told(picture, regions, world.now);
    let mut told = 0;
    for each in &findings {
        let Told { region, finding, .. } = each;
        let left = room.saturating_sub(lines.len() - 1);
        if left == 0 {
            break;
        }
        told += 1;
        let more = findings.len() - told;
        let place = place_words(*region, finding, regions.len() > 1);
        // The first needs no word: it stands where one looks, and its sign is a badge.
        let place = if told == 1 && each.acknowledged.is_none() { place } else { marked(each, world, place) };
        let words = format!("{place}{}", finding.words());
        let columns = columns.saturating_sub(5);
        // What to do first is told whole: a line of its own is worth more than the next finding.
        let next = finding.next.as_ref().map(|next| format!("{} {next}", look.glyphs.arrow()));
        let apart = told == 1 && left > 1 && !fits(&words, next.as_deref(), columns);
        let share =
            if apart { Extent::of(&words, next.as_deref().unwrap_or_default(), columns, left) } else { Extent::ONE };
        let is_last = left <= share.lines();
        let tail = if is_last && more > 0 && !all_below { format!("  (+{more} problems)") } else { String::new() };
        let (sign_role, text_role) = roles(each, world);
        let sign = look.span(sign_role, format!(" {} ", look.glyphs.verdict(finding.verdict)));
        match next.filter(|_| apart) {
            Some(next) => {
                let mut sign = Some(sign);
                for text in wrap(&words, columns, share.words, look.glyphs.ellipsis()) {
                    let before = sign.take().unwrap_or_else(|| look.span(Role::Dim, "   "));
                    lines.push(Line::from(vec![before, look.span(text_role, text)]));
                }
                let texts = wrap(&next, columns.saturating_sub(tail.len()), share.next, look.glyphs.ellipsis());
                let last = texts.len().saturating_sub(1);
                for (n, text) in texts.into_iter().enumerate() {
                    let tail = if n == last { tail.as_str() } else { "" };
                    let indent = look.span(Role::Dim, if n == 0 { "   " } else { "     " });
                    lines.push(Line::from(vec![indent, look.span(Role::Strong, text), look.span(Role::Dim, tail)]));
                }
            }
            None => {
                let text = in_one_line(finding, &place, look, columns.saturating_sub(tail.len()));
                lines.push(Line::from(vec![sign, look.span(text_role, text), look.span(Role::Dim, tail)]));
            }
        }
    }
    lines
}

/// What stands before a finding's words: that it is new, or who has taken note of it and until when.
pub(super) fn marked(told: &Told<'_>, world: &World<'_>, place: String) -> String {
    match told.acknowledged {
        Some(note) => format!("(noted by {} until {}) {place}", note.who, moment(note.until, world.now)),
        None if world.notes.is_new(told.region, told.finding) => format!("NEW {place}"),
        None => place,
    }
}

/// How a finding's sign and words are drawn: quietly where somebody has taken note of it, loudly where it is new.
pub(super) fn roles(told: &Told<'_>, world: &World<'_>) -> (Role, Role) {
    match told.acknowledged {
        Some(_) => (Role::Dim, Role::Dim),
        None if world.notes.is_new(told.region, told.finding) => (Role::badge(told.finding.verdict), Role::Strong),
        None => (Role::of(told.finding.verdict), Role::Text),
    }
}

/// Where a finding is, before its words: not of what belongs to no region, nor of a region itself.
pub(super) fn place_words(region: Option<&Region>, finding: &Finding, many: bool) -> String {
    // A zone's name begins with its region's.
    let is_told =
        |region: &&Region| finding.subject.what == "zone" && finding.subject.name.starts_with(region.as_str());
    let told = region.filter(|region| many && finding.subject.what != "region" && !is_told(region));
    told.map(|region| format!("{region}: ")).unwrap_or_default()
}

/// Lines of the first finding: its words, and what to do about it. Each may take two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    words: usize,
    next: usize,
}

impl Extent {
    /// All of it in one line.
    const ONE: Self = Self { words: 1, next: 0 };

    /// What they take of `left` lines of so many columns.
    fn of(words: &str, next: &str, columns: usize, left: usize) -> Self {
        let words = wrap(words, columns, left.saturating_sub(1).min(2), "~").len();
        let next = wrap(next, columns, left.saturating_sub(words).min(2), "~").len();
        Self { words, next }
    }

    fn lines(self) -> usize {
        self.words + self.next
    }
}

fn fits(words: &str, next: Option<&str>, columns: usize) -> bool {
    width(words) + next.map_or(0, |next| 1 + width(next)) <= columns
}

/// A finding with what to do next, in one line: where it is too long, the reasons give way before the action.
pub(super) fn in_one_line(finding: &Finding, place: &str, look: &Look<'_>, columns: usize) -> String {
    let words = format!("{place}{}", finding.words());
    let ellipsis = look.glyphs.ellipsis();
    let Some(next) = finding.next.as_ref().map(|next| format!(" {} {next}", look.glyphs.arrow())) else {
        return cut(&words, columns, ellipsis);
    };
    let kept = columns.saturating_sub(width(&next));
    match kept * 2 >= columns || width(&words) <= kept {
        true => format!("{}{}", cut(&words, kept, ellipsis), cut(&next, columns, ellipsis)),
        false => cut(&format!("{words}{next}"), columns, ellipsis),
    }
}

/// Whether nothing has been read that a verdict could rest on: the first moments.
pub(super) fn is_reading(picture: &Picture, regions: &[Region]) -> bool {
    !regions.is_empty()
        && regions.iter().all(|region| JUDGED.iter().all(|kind| !picture.estate.was_tried(region, *kind)))
}

/// Lines that the headline wants under its first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// For zones that are not well, or at least the first finding.
    pub(super) zones: usize,
    /// For all findings.
    pub(super) findings: usize,
    /// Of those, for the first: as many as telling it whole takes.
    pub(super) first: usize,
}

/// What wants a line in the headline, in so many columns.
pub(super) fn wants(picture: &Picture, world: &World<'_>, columns: usize) -> Wanted {
    let regions = &world.regions();
    let judged = || regions.iter().filter_map(|region| picture.judgement.regions.get(region));
    let is_sick = |zone: &&ZoneAssessment| !matches!(zone.verdict, ZoneVerdict::Ok | ZoneVerdict::Unknown);
    let zones = judged().flat_map(|judged| &judged.zones).filter(is_sick).count();
    let told = world.notes.told(picture, regions, world.now);
    let first = told.first().map_or(0, |first| {
        let place = place_words(first.region, first.finding, regions.len() > 1);
        let words = format!("{place}{}", first.finding.words());
        let columns = columns.saturating_sub(5);
        let next = first.finding.next.as_ref().map(|next| format!("> {next}"));
        match next {
            Some(next) if !fits(&words, Some(&next), columns) => Extent::of(&words, &next, columns, usize::MAX).lines(),
            _ => 1,
        }
    });
    let more = first.saturating_sub(1);
    Wanted { zones: zones.max(1).min(told.len()) + more, findings: told.len() + more, first }
}

/// The counts that tell most, each with its denominator.
fn shares(picture: &Picture, regions: &[Region]) -> Vec<Share> {
    let judged: Vec<&RegionJudgement> =
        regions.iter().filter_map(|region| picture.judgement.regions.get(region)).collect();
    let is_read = |kinds: &[Kind]| {
        let unread =
            |kind: &Kind| regions.iter().any(|region| picture.judgement.reason_unread(region, *kind).is_some());
        !kinds.iter().any(unread)
    };
    let zones: Vec<_> = judged.iter().flat_map(|judged| &judged.zones).collect();
    let verdicts = |verdicts: Vec<Verdict>, what, kinds: &[Kind]| Share {
        what,
        bad_word: "not ok",
        bad: verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Warning | Verdict::Critical)).count(),
        unknown: verdicts.iter().filter(|verdict| **verdict == Verdict::Unknown).count(),
        all: is_read(kinds).then_some(verdicts.len()),
    };
    let of =
        |assessments: Vec<&Assessment>| assessments.iter().map(|assessment| assessment.verdict).collect::<Vec<_>>();
    let databases =
        judged.iter().flat_map(|j| j.databases.values().chain(j.clusters.values()).chain(j.global_clusters.values()));
    let targets: Vec<_> = zones.iter().map(|zone| zone.targets).collect();
    vec![
        verdicts(zones.iter().map(|zone| zone.verdict.verdict()).collect(), "zones", &[Kind::Zones]),
        Share {
            what: "targets",
            bad_word: "unhealthy",
            bad: targets.iter().flatten().map(|counts| counts.unhealthy).sum(),
            unknown: 0,
            all: targets
                .iter()
                .map(|counts| counts.map(|counts| counts.expected()))
                .sum::<Option<usize>>()
                .filter(|_| !zones.is_empty()),
        },
        firing(picture, regions, is_read(&[Kind::Alarms])),
        verdicts(of(judged.iter().flat_map(|j| j.groups.values()).collect()), "groups", &[Kind::Groups]),
        verdicts(of(databases.collect()), "databases", &[Kind::Databases, Kind::Clusters]),
    ]
}

fn firing(picture: &Picture, regions: &[Region], is_read: bool) -> Share {
    let states: Vec<&AlarmState> = regions
        .iter()
        .flat_map(|region| picture.estate.table::<Alarm>(region, picture.taken_at).known().map(|alarm| &alarm.state))
        .collect();
    Share {
        what: "alarms",
        bad_word: "fire",
        bad: states.iter().filter(|state| ***state == AlarmState::Alarm).count(),
        unknown: 0,
        all: is_read.then_some(states.len()),
    }
}
