//! The document `fournines/audit/1`: fields may be added, none renamed or removed.
//!
//! Owns: its shape. Must stay true: what could not be looked at is in `could_not_look`, never missing in silence.

use jiff::Timestamp;
use serde::Serialize;

use crate::id::{AccountId, Arn, Region, ZoneName};
use crate::judge::Verdict;
use crate::judge::audit::{Accepted, Audit, Flaw, Gap, Severity, Unmeasured};
use crate::judge::availability::ServiceAvailability;
use crate::judge::finding::Subject;
use crate::judge::policy::AcceptedRisk;
use crate::listing::kind_word;

use super::AccountLabel;

/// The audit of the account at one moment.
#[derive(Debug, Serialize)]
pub struct AuditDocument<'a> {
    schema: &'static str,
    account: Option<&'a AccountId>,
    account_name: Option<&'a str>,
    caller: Option<&'a Arn>,
    taken_at: Timestamp,
    verdict: Verdict,
    /// The checks that were run.
    checks: Vec<&'static str>,
    /// What is wrong, the gravest first.
    findings: Vec<FindingEntry<'a>>,
    /// What a check needs and could not see.
    could_not_look: Vec<GapEntry<'a>>,
    /// What has not happened often enough to be measured.
    not_measured: Vec<UnmeasuredEntry<'a>>,
    /// What is wrong and somebody bears.
    accepted: Vec<AcceptedEntry<'a>>,
    /// Acceptances of what is not there any more.
    obsolete: Vec<RiskEntry<'a>>,
    /// What each service can promise from its parts; null where only some checks were asked for. It does not count in the verdict.
    availability: Option<&'a [ServiceAvailability]>,
}

#[derive(Debug, Serialize)]
struct FindingEntry<'a> {
    check: &'static str,
    severity: Severity,
    title: &'static str,
    subject: SubjectEntry<'a>,
    /// Null for names in DNS, which belong to no region.
    region: Option<&'a Region>,
    zone: Option<&'a ZoneName>,
    evidence: &'a str,
    remedy: &'a str,
    /// The acceptance that covered it until it expired.
    lapsed: Option<RiskEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct SubjectEntry<'a> {
    what: &'static str,
    name: &'a str,
    id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct GapEntry<'a> {
    check: &'static str,
    region: Option<&'a Region>,
    kind: String,
    reason: &'a str,
    iam_action: Option<&'a str>,
    accepted: bool,
}

#[derive(Debug, Serialize)]
struct UnmeasuredEntry<'a> {
    check: &'static str,
    subject: SubjectEntry<'a>,
    region: Option<&'a Region>,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct AcceptedEntry<'a> {
    #[serde(flatten)]
    finding: FindingEntry<'a>,
    owner: &'a str,
    reason: &'a str,
    until: Timestamp,
    days_left: i64,
}

#[derive(Debug, Serialize)]
struct RiskEntry<'a> {
    check: &'a str,
    subject: &'a str,
    owner: &'a str,
    reason: &'a str,
    until: Timestamp,
}

impl<'a> AuditDocument<'a> {
    /// The document of an audit.
    pub fn of(
        audit: &'a Audit,
        availability: Option<&'a [ServiceAvailability]>,
        label: &'a AccountLabel,
        taken_at: Timestamp,
    ) -> Self {
        Self {
            schema: "fournines/audit/1",
            account: label.account.as_ref(),
            account_name: label.name.as_deref(),
            caller: label.caller.as_ref(),
            taken_at,
            verdict: audit.verdict(),
            checks: audit.checks.iter().map(|check| check.name).collect(),
            findings: audit.flaws.iter().map(FindingEntry::from).collect(),
            could_not_look: audit.could_not_look.iter().map(GapEntry::from).collect(),
            not_measured: audit.not_measured.iter().map(UnmeasuredEntry::from).collect(),
            accepted: audit.accepted.iter().map(AcceptedEntry::from).collect(),
            obsolete: audit.obsolete.iter().map(RiskEntry::from).collect(),
            availability,
        }
    }
}

fn place(region: &Region) -> Option<&Region> {
    Some(region).filter(|region| !region.is_global())
}

impl<'a> From<&'a Flaw> for FindingEntry<'a> {
    fn from(flaw: &'a Flaw) -> Self {
        Self {
            check: flaw.check.name,
            severity: flaw.severity,
            title: flaw.check.title,
            subject: SubjectEntry::from(&flaw.subject),
            region: place(&flaw.region),
            zone: flaw.zone.as_ref(),
            evidence: &flaw.evidence,
            remedy: &flaw.remedy,
            lapsed: flaw.lapsed.as_ref().map(RiskEntry::from),
        }
    }
}

impl<'a> From<&'a Subject> for SubjectEntry<'a> {
    fn from(subject: &'a Subject) -> Self {
        Self { what: subject.what, name: &subject.name, id: subject.id.as_deref() }
    }
}

impl<'a> From<&'a Gap> for GapEntry<'a> {
    fn from(gap: &'a Gap) -> Self {
        Self {
            check: gap.check.name,
            region: place(&gap.region),
            kind: kind_word(gap.kind),
            reason: &gap.reason,
            iam_action: gap.iam_action.as_deref(),
            accepted: gap.is_accepted,
        }
    }
}

impl<'a> From<&'a Unmeasured> for UnmeasuredEntry<'a> {
    fn from(unmeasured: &'a Unmeasured) -> Self {
        Self {
            check: unmeasured.check.name,
            subject: SubjectEntry::from(&unmeasured.subject),
            region: place(&unmeasured.region),
            reason: &unmeasured.reason,
        }
    }
}

impl<'a> From<&'a Accepted> for AcceptedEntry<'a> {
    fn from(accepted: &'a Accepted) -> Self {
        Self {
            finding: FindingEntry::from(&accepted.flaw),
            owner: &accepted.risk.owner,
            reason: &accepted.risk.reason,
            until: accepted.risk.until,
            days_left: accepted.days_left,
        }
    }
}

impl<'a> From<&'a AcceptedRisk> for RiskEntry<'a> {
    fn from(risk: &'a AcceptedRisk) -> Self {
        Self { check: &risk.check, subject: &risk.subject, owner: &risk.owner, reason: &risk.reason, until: risk.until }
    }
}
