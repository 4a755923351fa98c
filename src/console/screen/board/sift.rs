//! Which services the board's filter keeps: the filter language over what the board says of a service.
//!
//! Owns: the board's keys. Depends on: the listing's filters, judged services. Must stay true: a filter that cannot be read is
//! refused before it comes here, and what is not known neither passes nor fails.

use super::model::with_its_findings;
use crate::id::Region;
use crate::judge::{JudgedService, Picture, RegionJudgement, Verdict};
use crate::listing::{ColumnInfo, Filter, Record, Value};

/// What the board's filter can ask of a service.
pub(super) const COLUMNS: &[ColumnInfo] = &[
    ColumnInfo::key("verdict", &[], "How it stands: ok, warning, critical or unknown"),
    ColumnInfo::key("service", &["name"], "Its name"),
    ColumnInfo::key("entry", &[], "What traffic comes through: ALB, NLB, CLB"),
    ColumnInfo::key("zone", &[], "The zones it has members in, by name"),
    ColumnInfo::key("zone_id", &[], "The same zones by their physical ids"),
    ColumnInfo::number("healthy", "Members that serve"),
    ColumnInfo::number("total", "Members there are"),
    ColumnInfo::key("region", &[], "Where it is"),
    ColumnInfo::key("reasons", &["why"], "Why it is not ok"),
];

/// Which services are kept.
pub(super) struct Sift {
    filter: Filter,
    problems: bool,
}

impl Sift {
    /// What this filter keeps, and of that only what is not well.
    pub(super) fn new(filter: &str, problems: bool) -> Self {
        Self { filter: Filter::parse_for(filter, COLUMNS).unwrap_or_default(), problems }
    }

    /// Whether a service is kept.
    pub(super) fn keeps(
        &self,
        each: &JudgedService,
        judged: &RegionJudgement,
        region: &Region,
        picture: &Picture,
    ) -> bool {
        if self.problems && with_its_findings(each, judged).verdict == Verdict::Ok {
            return false;
        }
        self.filter.is_empty() || self.filter.passes(&record(each, judged, region, picture))
    }
}

fn record(each: &JudgedService, judged: &RegionJudgement, region: &Region, picture: &Picture) -> Record {
    let zones: Vec<String> =
        each.cells.zones.iter().filter(|(_, cell)| !cell.is_empty()).map(|(zone, _)| zone.to_string()).collect();
    let here = judged.zones.iter().filter(|zone| zones.iter().any(|name| *name == zone.name.as_str()));
    let ids = here.map(|zone| zone.id.to_string()).collect();
    let tally = each.cells.tally();
    let cells = vec![
        each.assessment.verdict.as_str().into(),
        each.service.name.as_str().into(),
        Value::Texts(each.service.entries.iter().map(|entry| (*entry).to_owned()).collect()),
        Value::Texts(zones),
        Value::Texts(ids),
        tally.healthy.into(),
        tally.total.into(),
        region.text().into(),
        Value::Texts(each.assessment.reasons.clone()),
    ];
    Record { cells, verdict: each.assessment.verdict, now: picture.taken_at }
}
