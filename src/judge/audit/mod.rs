//! The audit: what in the account would take it down one day, though nothing is wrong now.
//!
//! Owns: [`CHECKS`], how they are run, and what becomes of their flaws: accepted, expired or counted. May know: estate,
//! judgement, policy. Must stay true: a check that cannot see what it needs says *could not look* with the kind and the missing
//! IAM action, never that nothing was found; what has not happened often enough to be measured is *not measured*, and no flaw.
//!
//! It is computed when somebody looks at it, not at every refresh.

mod accepted;
mod check;
mod family;
mod gap;
mod launches;
mod remote;
mod report;
mod scene;
mod severity;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod fixture;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::{Estate, Kind};
use crate::id::Region;

use super::picture::Picture;
use super::policy::{AcceptedRisk, Policy};
use super::verdict::Verdict;
use super::{Judgement, RegionJudgement};
pub use accepted::Accepted;
pub use check::{CHECKS, find};
pub use gap::Gap;
pub use report::{Flaw, Report, Unmeasured};
pub use scene::Scene;
pub use severity::Severity;

/// One thing that the audit looks for.
#[derive(Debug)]
pub struct Check {
    /// Its name, as policy and documents write it: `single-instance`.
    pub name: &'static str,
    /// What is wrong where it finds something, in a few words.
    pub title: &'static str,
    /// How grave its flaws are, unless one says otherwise.
    pub severity: Severity,
    /// Why it matters, in a paragraph.
    pub explain: &'static str,
    /// Where that is from.
    pub source: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// What it looks over.
    pub reach: Reach,
    /// What it must know as a whole: without it, it cannot look.
    pub needs: &'static [Kind],
    /// What it looks at part by part: what is known of it is looked at, and of the rest it says that it could not.
    pub by_part: &'static [Kind],
    /// Finds flaws.
    run: fn(&Scene<'_>, &mut Report),
}

/// How much of the account one run of a check sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One region; it runs once for each.
    Region,
    /// All regions looked at: names in DNS, one region's copy of another.
    Account,
}

impl Check {
    /// Every kind that it reads.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.needs.iter().chain(self.by_part).copied()
    }

    /// Where it is run.
    fn regions(&self, estate: &Estate) -> Vec<Region> {
        match self.reach {
            Reach::Region => estate.scope().to_vec(),
            Reach::Account => vec![Region::global()],
        }
    }
}

/// What the audit found.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// The checks that were run, in their order.
    pub checks: Vec<&'static Check>,
    /// What is wrong and nobody has accepted, the gravest first.
    pub flaws: Vec<Flaw>,
    /// Where a check could not look.
    pub could_not_look: Vec<Gap>,
    /// What has not happened often enough to be measured.
    pub not_measured: Vec<Unmeasured>,
    /// What is wrong and somebody bears.
    pub accepted: Vec<Accepted>,
    /// Accepted risks that were looked for and are not there any more.
    pub obsolete: Vec<AcceptedRisk>,
}

impl Audit {
    /// The worst of what it found: a flaw by its severity, and unknown where a check could not look.
    pub fn verdict(&self) -> Verdict {
        let blind = self.could_not_look.iter().any(|gap| !gap.is_accepted);
        let flaws = self.flaws.iter().map(|flaw| flaw.severity.verdict());
        Verdict::worst(flaws.chain(blind.then_some(Verdict::Unknown)))
    }
}

/// Every kind that these checks read.
pub fn kinds<'a>(checks: impl IntoIterator<Item = &'a &'static Check>) -> std::collections::BTreeSet<Kind> {
    checks.into_iter().flat_map(|check| check.kinds()).collect()
}

/// Audits a picture by these checks.
pub fn of(picture: &Picture, checks: impl IntoIterator<Item = &'static Check>) -> Audit {
    run(&picture.estate, &picture.judgement, &picture.policy, picture.taken_at, checks)
}

/// Runs these checks over all that is known.
pub fn run(
    estate: &Estate,
    judgement: &Judgement,
    policy: &Policy,
    now: Timestamp,
    checks: impl IntoIterator<Item = &'static Check>,
) -> Audit {
    let nothing = RegionJudgement::default();
    let scenes: BTreeMap<Region, Scene<'_>> = std::iter::once(Region::global())
        .chain(estate.scope().iter().cloned())
        .map(|region| {
            let judged = judgement.regions.get(&region).unwrap_or(&nothing);
            (region.clone(), Scene::new(estate, judged, policy, now, region))
        })
        .collect();
    let mut audit = Audit { checks: checks.into_iter().collect(), ..Audit::default() };
    for check in audit.checks.clone() {
        for region in check.regions(estate) {
            if let Some(scene) = scenes.get(&region) {
                audit.look(check, scene);
            }
        }
    }
    let order = |check: &str| CHECKS.iter().position(|known| known.name == check);
    audit.flaws.sort_by_cached_key(|flaw| {
        (flaw.severity, order(flaw.check.name), flaw.region.clone(), flaw.subject.clone(), flaw.evidence.clone())
    });
    accepted::apply(&mut audit, policy, now);
    audit
}

impl Audit {
    /// Runs one check in one region, as far as it can see there.
    fn look(&mut self, check: &'static Check, scene: &Scene<'_>) {
        let mut is_blind = false;
        for kind in check.kinds() {
            for gap in scene.gaps(check, kind) {
                is_blind |= check.needs.contains(&kind);
                self.could_not_look.push(gap);
            }
        }
        if is_blind {
            return;
        }
        let mut report = Report::new(check, scene.region());
        (check.run)(scene, &mut report);
        self.flaws.extend(report.flaws);
        self.not_measured.extend(report.not_measured);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
