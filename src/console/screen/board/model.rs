//! The board's rows: services and what is folded under them, each with its cells, its verdict and why.
//!
//! Owns: [`Row`] and how a service's parts roll up. Depends on: judgement. Must stay true: a row is never better than the worst
//! of its parts, and trouble stands above the rest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::estate::balancer::{ClassicTarget, Target};
use crate::estate::{Estate, Kind, SliceId};
use crate::id::Region;
use crate::judge::board::{Cells, Tally, cells_of_group, cells_of_service};
use crate::judge::index::Index;
use crate::judge::service::Service;
use crate::judge::standing::{self, Standing};
use crate::judge::{Assessment, Picture, RegionJudgement, Verdict, reason_unread};

use crate::console::subject::{Subject, SubjectKind};

/// Names a row for as long as the thing exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RowKey {
    /// A service of a region.
    Service(Region, String),
    /// A part of it.
    Part(String, Subject),
}

/// A row of the board.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) key: RowKey,
    pub(super) name: String,
    /// What traffic comes through, or what kind of part it is.
    pub(super) entry: String,
    pub(super) assessment: Assessment,
    pub(super) cells: Cells,
    /// Whether all that could be in its cells was read: an empty cell is empty.
    pub(super) is_whole: bool,
    /// Whether its parts are shown under it; none for a part.
    pub(super) open: Option<bool>,
}

impl Section {
    /// Whether all that it shows was read.
    pub(super) fn is_known(&self) -> bool {
        self.distrust.is_empty() && self.waiting.is_empty()
    }
}

impl Row {
    fn is_database(&self) -> bool {
        matches!(&self.key, RowKey::Part(_, subject) if matches!(subject.kind, SubjectKind::Database | SubjectKind::Cluster))
    }

    /// Members that serve and members that should, over all zones; none where the row has databases alone.
    pub(super) fn count(&self) -> Option<Tally> {
        let any = self.cells.all().any(|cell| !cell.standings.is_empty());
        any.then(|| self.cells.tally())
    }
}

/// What the board shows of one region.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Section {
    pub(super) rows: Vec<Row>,
    /// Services that a filter hides.
    pub(super) hidden: usize,
    /// Why rows may be missing or may be wrong.
    pub(super) distrust: Vec<String>,
    /// What has merely not been read yet.
    pub(super) waiting: Vec<&'static str>,
}

/// Kinds without which a service's members may be missing or wrong.
const MEMBERS: &[Kind] = &[Kind::Groups, Kind::Instances, Kind::InstanceStatuses, Kind::Targets, Kind::ClassicTargets];

/// Kinds without which its databases may be.
const DATABASES: &[Kind] = &[Kind::Databases, Kind::Clusters];

/// Gathers the rows of a region: services that `keep` passes, the worst first, their parts under those that are open.
pub(super) fn section(
    picture: &Picture,
    region: &Region,
    keep: impl Fn(&str, Verdict) -> bool,
    is_open: impl Fn(&str) -> bool,
) -> Section {
    let Some(judged) = picture.judgement.regions.get(region) else { return Section::default() };
    let mut services: Vec<(&Service, &Cells, Assessment)> =
        judged.services.iter().map(|(service, cells)| (service, cells, roll_up(judged, service, cells))).collect();
    let all = services.len();
    services.retain(|(service, _, assessment)| keep(&service.name, assessment.verdict));
    let hidden = all - services.len();
    services.sort_by_key(|(_, cells, assessment)| {
        let tally = cells.tally();
        std::cmp::Reverse((assessment.verdict.severity(), tally.total.saturating_sub(tally.healthy)))
    });
    let index = services
        .iter()
        .any(|(service, _, _)| is_open(&service.name))
        .then(|| Index::new(&picture.estate, region, picture.taken_at));
    let reason = |kind: &Kind| reason_unread(&picture.estate, region, *kind, picture.taken_at);
    let members_known = MEMBERS.iter().all(|kind| reason(kind).is_none());
    let databases_known = DATABASES.iter().all(|kind| reason(kind).is_none());
    let mut rows = Vec::new();
    for (service, cells, assessment) in services {
        let open = is_open(&service.name);
        rows.push(Row {
            key: RowKey::Service(region.clone(), service.name.clone()),
            name: service.name.clone(),
            entry: entry_word(service),
            assessment,
            cells: cells.clone(),
            is_whole: databases_known && (service.is_database() || members_known),
            open: Some(open),
        });
        if let Some(index) = index.as_ref().filter(|_| open) {
            let parts = parts(picture, judged, index, region, service);
            rows.extend(parts.into_iter().map(|part| Row {
                is_whole: if part.is_database() { databases_known } else { members_known },
                ..part
            }));
        }
    }
    let (waiting, tried): (Vec<&Kind>, Vec<&Kind>) = [Kind::Zones]
        .iter()
        .chain(MEMBERS)
        .chain(DATABASES)
        .partition(|kind| !picture.estate.was_tried(region, **kind));
    Section {
        rows,
        hidden,
        distrust: tried.into_iter().filter_map(reason).collect(),
        // Parts of a parent are read only where there are parents.
        waiting: waiting.into_iter().filter(|kind| reason(kind).is_some()).map(|kind| kind.name()).collect(),
    }
}

fn entry_word(service: &Service) -> String {
    let entries: Vec<&str> = service.entries.iter().copied().collect();
    match entries.as_slice() {
        [] if service.is_database() => if service.clusters.is_empty() { "RDS" } else { "AUR" }.to_owned(),
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first}+{}", rest.len()),
    }
}

/// The worst of a service's parts, each reason with the part's name where it is another than the service's.
fn roll_up(judged: &RegionJudgement, service: &Service, cells: &Cells) -> Assessment {
    let mut whole = Assessment::ok();
    let mut add = |name: &str, part: Option<&Assessment>| {
        for reason in part.filter(|part| part.verdict != Verdict::Ok).into_iter().flat_map(|part| &part.reasons) {
            let words = if name == service.name { reason.clone() } else { format!("{name}: {reason}") };
            whole.add(part.map_or(Verdict::Unknown, |part| part.verdict), words);
        }
    };
    for arn in &service.target_groups {
        add(arn.short(), judged.target_groups.get(arn));
    }
    for name in &service.classic_balancers {
        add(name.as_str(), judged.classic_balancers.get(name));
    }
    for name in &service.groups {
        add(name.as_str(), judged.groups.get(name));
    }
    for id in &service.clusters {
        add(id.as_str(), judged.clusters.get(id));
    }
    for id in &service.databases {
        add(id.as_str(), judged.databases.get(id));
    }
    for id in &service.standalone {
        add(id.as_str(), judged.instances.get(id));
    }
    add_standings(&mut whole, cells);
    whole
}

/// What the pips show and no part has said: one impaired member among many.
fn add_standings(whole: &mut Assessment, cells: &Cells) {
    let count = |standing: Standing| -> usize { cells.all().filter_map(|cell| cell.standings.get(&standing)).sum() };
    for (standing, verdict) in [
        (Standing::Impaired, Verdict::Critical),
        (Standing::Unhealthy, Verdict::Warning),
        (Standing::Unknown, Verdict::Unknown),
    ] {
        let n = count(standing);
        if n > 0 && whole.verdict.severity() < verdict.severity() {
            whole.add(verdict, format!("{n} {standing}"));
        }
    }
    let emptied = cells.zones.iter().filter(|(_, cell)| {
        let tally = cell.tally();
        tally.total > 1 && tally.healthy == 0 && tally.unknown == 0
    });
    for (zone, cell) in emptied {
        whole.add(Verdict::Critical, format!("none of {} in service in {zone}", cell.tally().total));
    }
    let tally = cells.tally();
    if tally.total > 0 && tally.healthy == 0 && tally.unknown == 0 {
        whole.add(Verdict::Critical, format!("none of {} in service", tally.total));
    }
}

/// The rows under a service: its groups, target groups, balancers and databases.
fn parts(
    picture: &Picture,
    judged: &RegionJudgement,
    index: &Index<'_>,
    region: &Region,
    service: &Service,
) -> Vec<Row> {
    let (estate, now) = (&picture.estate, picture.taken_at);
    let unknown = || Assessment::unknown("not judged yet");
    let row =
        |kind: SubjectKind, id: &str, name: &str, entry: &str, assessment: Option<&Assessment>, cells: Cells| Row {
            key: RowKey::Part(service.name.clone(), Subject::new(kind, region, id)),
            name: name.to_owned(),
            entry: entry.to_owned(),
            assessment: assessment.cloned().unwrap_or_else(unknown),
            cells,
            is_whole: false,
            open: None,
        };
    let mut rows = Vec::new();
    for name in &service.groups {
        let cells = cells_of_group(estate, index, region, now, name);
        rows.push(row(SubjectKind::Group, name.as_str(), name.as_str(), "asg", judged.groups.get(name), cells));
    }
    for arn in &service.target_groups {
        let cells = cells_of_targets(estate, index, region, arn.as_str());
        rows.push(row(SubjectKind::TargetGroup, arn.as_str(), arn.short(), "tg", judged.target_groups.get(arn), cells));
    }
    for name in &service.classic_balancers {
        let cells = cells_of_classic(estate, index, region, name.as_str());
        let judgement = judged.classic_balancers.get(name);
        rows.push(row(SubjectKind::ClassicBalancer, name.as_str(), name.as_str(), "clb", judgement, cells));
    }
    for id in &service.clusters {
        let alone = Service { name: service.name.clone(), clusters: [id.clone()].into(), ..Service::default() };
        let cells = cells_of_service(estate, index, region, now, &alone);
        rows.push(row(SubjectKind::Cluster, id.as_str(), id.as_str(), "aur", judged.clusters.get(id), cells));
    }
    for id in &service.databases {
        let alone = Service { name: service.name.clone(), databases: [id.clone()].into(), ..Service::default() };
        let cells = cells_of_service(estate, index, region, now, &alone);
        rows.push(row(SubjectKind::Database, id.as_str(), id.as_str(), "rds", judged.databases.get(id), cells));
    }
    rows.extend(standalone(picture, judged, index, region, service, now));
    rows
}

fn standalone(
    picture: &Picture,
    judged: &RegionJudgement,
    index: &Index<'_>,
    region: &Region,
    service: &Service,
    now: Timestamp,
) -> Vec<Row> {
    let row = |id: &crate::id::InstanceId| {
        let alone = Service { name: service.name.clone(), standalone: [id.clone()].into(), ..Service::default() };
        Row {
            key: RowKey::Part(service.name.clone(), Subject::new(SubjectKind::Instance, region, id.as_str())),
            name: id.to_string(),
            entry: "ec2".to_owned(),
            assessment: judged.instances.get(id).cloned().unwrap_or_default(),
            cells: cells_of_service(&picture.estate, index, region, now, &alone),
            is_whole: false,
            open: None,
        }
    };
    service.standalone.iter().map(row).collect()
}

/// Targets as the balancer sees them, whatever else is known of the instances.
fn cells_of_targets(estate: &Estate, index: &Index<'_>, region: &Region, arn: &str) -> Cells {
    let mut cells = Cells::default();
    let slice = estate.slice(&SliceId::of(region, Kind::Targets, arn));
    for target in slice.into_iter().flat_map(|slice| slice.rows::<Target>()) {
        let cell = match index.zone_of_target(target) {
            Some(zone) => cells.zones.entry(zone.clone()).or_default(),
            None => &mut cells.nowhere,
        };
        *cell.standings.entry(standing::of_target(&target.state)).or_default() += 1;
    }
    cells
}

fn cells_of_classic(estate: &Estate, index: &Index<'_>, region: &Region, name: &str) -> Cells {
    let mut cells = Cells::default();
    let slice = estate.slice(&SliceId::of(region, Kind::ClassicTargets, name));
    for target in slice.into_iter().flat_map(|slice| slice.rows::<ClassicTarget>()) {
        let id = target.instance.as_str();
        let cell = match index.zone_of_instance(id) {
            Some(zone) => cells.zones.entry(zone.clone()).or_default(),
            None => &mut cells.nowhere,
        };
        *cell.standings.entry(standing::of_instance(index, id)).or_default() += 1;
    }
    cells
}
