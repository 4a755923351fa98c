//! What the audit found as rows: flaws, then where it could not look, what it could not measure, and what is accepted.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::Kind;
use crate::id::Region;
use crate::judge::Verdict;
use crate::judge::audit::{Accepted, Audit, Check, Flaw, Gap, Severity, Unmeasured};
use crate::judge::finding::Subject;
use crate::listing::{ColumnInfo, Record};

/// What a row is, which its sign tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    High,
    Medium,
    Low,
    /// A check could not look.
    Blind,
    Unmeasured,
    Accepted,
}

impl Sign {
    /// The word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Blind => "blind",
            Self::Unmeasured => "unseen",
            Self::Accepted => "borne",
        }
    }

    /// The verdict whose colour and glyph it has.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::High => Verdict::Critical,
            Self::Medium | Self::Low => Verdict::Warning,
            Self::Blind => Verdict::Unknown,
            Self::Unmeasured | Self::Accepted => Verdict::Ok,
        }
    }
}

impl From<Severity> for Sign {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::High => Self::High,
            Severity::Medium => Self::Medium,
            Severity::Low => Self::Low,
        }
    }
}

/// What the audit's filter can ask of a row.
pub(super) const COLUMNS: &[ColumnInfo] = &[
    ColumnInfo::key("severity", &[], "high, medium, low; blind, unseen or borne"),
    ColumnInfo::key("check", &[], "The check that found it"),
    ColumnInfo::key("subject", &["name"], "What it is about: its kind and name"),
    ColumnInfo::key("region", &[], "Where it is"),
    ColumnInfo::key("evidence", &["reasons", "why"], "What was found"),
];

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Tells it from the others, at every audit.
    pub(super) key: String,
    pub(super) sign: Sign,
    pub(super) region: Region,
    pub(super) check: &'static str,
    /// What it is about: its kind and name, and the name alone.
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) evidence: String,
    /// What to do.
    pub(super) remedy: String,
    /// Why it matters, where that is from.
    pub(super) explain: &'static str,
    pub(super) source: &'static str,
}

impl Row {
    /// The row as a filter sees it.
    pub(super) fn record(&self, now: Timestamp) -> Record {
        let cells = vec![
            self.sign.as_str().into(),
            self.check.into(),
            self.subject.as_str().into(),
            self.region.text().into(),
            self.evidence.as_str().into(),
        ];
        Record { cells, verdict: self.sign.verdict(), now }
    }

    fn new(sign: Sign, check: &Check, region: &Region, subject: &Subject, evidence: String, remedy: String) -> Self {
        let (name, subject) = (subject.name.clone(), format!("{} {}", subject.what, subject.name));
        Self {
            key: format!("{} {region} {subject} {}", check.name, sign.as_str()),
            sign,
            region: region.clone(),
            check: check.name,
            subject,
            name,
            evidence,
            remedy,
            explain: check.explain,
            source: check.source,
        }
    }
}

/// Everything that the audit tells, in its order.
pub(super) fn of(audit: &Audit) -> Vec<Row> {
    let flaws = audit.flaws.iter().map(Row::from);
    let gaps = blind(&audit.could_not_look);
    let unmeasured = audit.not_measured.iter().map(Row::from);
    flaws.chain(gaps).chain(unmeasured).chain(audit.accepted.iter().map(Row::from)).collect()
}

impl From<&Flaw> for Row {
    fn from(flaw: &Flaw) -> Self {
        let lapsed = flaw.lapsed.as_ref().map(|risk| {
            format!("{} (accepted by {} until {}: expired)", flaw.evidence, risk.owner, risk.until.strftime("%F"))
        });
        let evidence = lapsed.unwrap_or_else(|| flaw.evidence.clone());
        Self::new(flaw.severity.into(), flaw.check, &flaw.region, &flaw.subject, evidence, flaw.remedy.clone())
    }
}

/// What is not known, each once, with the checks that it blinds.
fn blind(gaps: &[Gap]) -> Vec<Row> {
    let mut by_kind: BTreeMap<(&Region, Kind), Vec<&Gap>> = BTreeMap::new();
    for gap in gaps {
        by_kind.entry((&gap.region, gap.kind)).or_default().push(gap);
    }
    let row = |((region, kind), gaps): ((&Region, Kind), Vec<&Gap>)| {
        let first = *gaps.first()?;
        let remedy = match &first.iam_action {
            Some(action) => format!("allow {action}"),
            None => "wait for it to be read; if it never is, its error says why".to_owned(),
        };
        let accepted = if first.is_accepted { " (accepted by policy)" } else { "" };
        let checks: Vec<&str> = gaps.iter().map(|gap| gap.check.name).collect();
        let reason = format!("could not look: {}{accepted}; for {}", first.reason, checks.join(", "));
        let subject = Subject::named("kind", kind.name());
        Some(Row::new(Sign::Blind, first.check, region, &subject, reason, remedy))
    };
    by_kind.into_iter().filter_map(row).collect()
}

impl From<&Unmeasured> for Row {
    fn from(each: &Unmeasured) -> Self {
        let reason = format!("not measured: {}", each.reason);
        Self::new(Sign::Unmeasured, each.check, &each.region, &each.subject, reason, each.check.remedy.to_owned())
    }
}

impl From<&Accepted> for Row {
    fn from(accepted: &Accepted) -> Self {
        let (flaw, risk) = (&accepted.flaw, &accepted.risk);
        let words = format!("{} days left, {}: {}; {}", accepted.days_left, risk.owner, risk.reason, flaw.evidence);
        Self::new(Sign::Accepted, flaw.check, &flaw.region, &flaw.subject, words, flaw.remedy.clone())
    }
}
