//! The board's rows: services and what is folded under them, each with its cells, its verdict and why.
//!
//! Owns: [`Row`]. Depends on: judgement. Must stay true: trouble stands above the rest.

use serde::{Deserialize, Serialize};

use crate::estate::Kind;
use crate::id::Region;
use crate::judge::board::{Board, Cells, Tally};
use crate::judge::service::Service;
use crate::judge::{Assessment, Finding, JudgedService, Picture, RegionJudgement};

use crate::console::subject::{Subject, SubjectKind};

use super::sift::Sift;

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

/// Gathers the rows of a region: services that `sift` keeps, the worst first, their parts under those that are open.
pub(super) fn section(picture: &Picture, region: &Region, sift: &Sift, is_open: impl Fn(&str) -> bool) -> Section {
    let Some(judged) = picture.judgement.regions.get(region) else { return Section::default() };
    let mut services: Vec<&JudgedService> = judged.services.iter().collect();
    let all = services.len();
    services.retain(|each| sift.keeps(each, judged, region, picture));
    let hidden = all - services.len();
    let mut services: Vec<(&JudgedService, Assessment)> =
        services.into_iter().map(|each| (each, with_its_findings(each, judged))).collect();
    services.sort_by_key(|(each, assessment)| {
        let tally = each.cells.tally();
        std::cmp::Reverse((assessment.verdict.severity(), tally.total.saturating_sub(tally.healthy)))
    });
    let mut board = services
        .iter()
        .any(|(each, _)| is_open(&each.service.name))
        .then(|| Board::new(&picture.estate, &judged.index, region, picture.taken_at));
    let reason = |kind: &Kind| picture.judgement.reason_unread(region, *kind);
    let members_known = MEMBERS.iter().all(|kind| reason(kind).is_none());
    let databases_known = DATABASES.iter().all(|kind| reason(kind).is_none());
    let mut rows = Vec::new();
    for (JudgedService { service, cells, .. }, assessment) in services {
        let open = is_open(&service.name);
        rows.push(Row {
            key: RowKey::Service(region.clone(), service.name.clone()),
            name: service.name.clone(),
            entry: entry_word(service),
            assessment,
            cells: (**cells).clone(),
            is_whole: databases_known && (service.is_database() || members_known),
            open: Some(open),
        });
        if let Some(board) = board.as_mut().filter(|_| open) {
            let parts = parts(judged, board, region, service);
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
        distrust: tried.into_iter().filter_map(reason).map(str::to_owned).collect(),
        // Parts of a parent are read only where there are parents.
        waiting: waiting.into_iter().filter(|kind| reason(kind).is_some()).map(|kind| kind.name()).collect(),
    }
}

/// How a service stands: by its parts, and by what is found of it as a whole, which none of them shows.
pub(super) fn with_its_findings(each: &JudgedService, judged: &RegionJudgement) -> Assessment {
    let is_its = |finding: &&Finding| finding.subject.what == "service" && finding.subject.name == each.service.name;
    let mut assessment = each.assessment.clone();
    if let Some(finding) = judged.findings.iter().find(is_its) {
        assessment.verdict = assessment.verdict.or(finding.verdict);
        assessment.reasons.insert(0, finding.detail.clone());
    }
    assessment
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

/// The rows under a service: its groups, target groups, balancers, databases and what stands alone.
fn parts(judged: &RegionJudgement, board: &mut Board<'_>, region: &Region, service: &Service) -> Vec<Row> {
    let row =
        |kind: SubjectKind, id: &str, name: &str, entry: &str, assessment: Option<&Assessment>, cells: Cells| Row {
            key: RowKey::Part(service.name.clone(), Subject::new(kind, region, id)),
            name: name.to_owned(),
            entry: entry.to_owned(),
            assessment: assessment.cloned().unwrap_or_else(|| Assessment::unknown("not judged yet")),
            cells,
            is_whole: false,
            open: None,
        };
    let mut rows = Vec::new();
    for name in &service.groups {
        let cells = board.of_group(name);
        rows.push(row(SubjectKind::Group, name.as_str(), name.as_str(), "asg", judged.groups.get(name), cells));
    }
    for arn in &service.target_groups {
        let cells = board.of_target_group(arn);
        rows.push(row(SubjectKind::TargetGroup, arn.as_str(), arn.short(), "tg", judged.target_groups.get(arn), cells));
    }
    for name in &service.classic_balancers {
        let cells = board.of_classic_balancer(name);
        let judgement = judged.classic_balancers.get(name);
        rows.push(row(SubjectKind::ClassicBalancer, name.as_str(), name.as_str(), "clb", judgement, cells));
    }
    for id in &service.clusters {
        let cells = board.of_service(&Service { clusters: [id.clone()].into(), ..Service::default() });
        rows.push(row(SubjectKind::Cluster, id.as_str(), id.as_str(), "aur", judged.clusters.get(id), cells));
    }
    for id in &service.databases {
        let cells = board.of_service(&Service { databases: [id.clone()].into(), ..Service::default() });
        rows.push(row(SubjectKind::Database, id.as_str(), id.as_str(), "rds", judged.databases.get(id), cells));
    }
    for id in &service.standalone {
        let cells = board.of_service(&Service { standalone: [id.clone()].into(), ..Service::default() });
        // An instance of which nothing is said is well.
        let assessment = judged.instances.get(id).cloned().unwrap_or_default();
        rows.push(row(SubjectKind::Instance, id.as_str(), id.as_str(), "ec2", Some(&assessment), cells));
    }
    rows
}
