//! What one run of a check found.

use crate::id::{Region, ZoneName};
use crate::judge::finding::Subject;
use crate::judge::policy::AcceptedRisk;

use super::{Check, Severity};

/// Something that is wrong, though nothing may have failed yet.
#[derive(Debug, Clone)]
pub struct Flaw {
    /// Who found it.
    pub check: &'static Check,
    /// How grave it is here.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// Where; [`Region::global`] for names in DNS.
    pub region: Region,
    /// The zone, where it is about one.
    pub zone: Option<ZoneName>,
    /// What was seen, numbers first.
    pub evidence: String,
    /// What to do about it.
    pub remedy: String,
    /// The acceptance that covered it until it expired.
    pub lapsed: Option<AcceptedRisk>,
}

impl Flaw {
    /// The same, as grave as that.
    pub fn with(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// The same, in a zone.
    pub fn in_zone(&mut self, zone: Option<&ZoneName>) -> &mut Self {
        self.zone = zone.cloned();
        self
    }

    /// The same, in a region of its own: for checks over the whole account.
    pub fn in_region(&mut self, region: &Region) -> &mut Self {
        self.region = region.clone();
        self
    }

    /// The same, mended in a way of its own.
    pub fn mended_by(&mut self, remedy: impl Into<String>) -> &mut Self {
        self.remedy = remedy.into();
        self
    }
}

/// Something that a check would measure and that has not happened, or not often enough.
#[derive(Debug, Clone)]
pub struct Unmeasured {
    /// Who would measure it.
    pub check: &'static Check,
    /// Of what.
    pub subject: Subject,
    /// Where.
    pub region: Region,
    /// Why not, in words.
    pub reason: String,
}

/// Where a check writes what it finds.
#[derive(Debug)]
pub struct Report {
    check: &'static Check,
    region: Region,
    pub(super) flaws: Vec<Flaw>,
    pub(super) not_measured: Vec<Unmeasured>,
}

impl Report {
    pub(super) fn new(check: &'static Check, region: &Region) -> Self {
        Self { check, region: region.clone(), flaws: Vec::new(), not_measured: Vec::new() }
    }

    /// Something is wrong with `subject`, for what is said in `evidence`.
    pub fn flaw(&mut self, subject: Subject, evidence: impl Into<String>) -> &mut Flaw {
        let flaw = Flaw {
            check: self.check,
            severity: self.check.severity,
            subject,
            region: self.region.clone(),
            zone: None,
            evidence: evidence.into(),
            remedy: self.check.remedy.to_owned(),
            lapsed: None,
        };
        self.flaws.push_mut(flaw)
    }

    /// It cannot be measured here, and why.
    pub fn not_measured(&mut self, subject: Subject, reason: impl Into<String>) {
        self.not_measured.push(Unmeasured {
            check: self.check,
            subject,
            region: self.region.clone(),
            reason: reason.into(),
        });
    }
}
