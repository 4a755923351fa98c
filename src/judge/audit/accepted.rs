//! Risks that somebody has accepted: they are told, with the days left, and do not count until they expire.
//!
//! Must stay true: an acceptance that has expired hides nothing, and says that it has expired.

use jiff::Timestamp;

use crate::judge::policy::{AcceptedRisk, Policy, matches};

use super::{Audit, Flaw};

/// A flaw that somebody bears.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// What is wrong.
    pub flaw: Flaw,
    /// Who bears it, why and until when.
    pub risk: AcceptedRisk,
    /// Days left, begun ones counted.
    pub days_left: i64,
}

/// Puts flaws aside that an acceptance covers.
pub(super) fn apply(audit: &mut Audit, policy: &Policy, now: Timestamp) {
    let mut used = vec![false; policy.accepted.len()];
    let mut counted = Vec::new();
    for mut flaw in std::mem::take(&mut audit.flaws) {
        let covering: Vec<&AcceptedRisk> = std::iter::zip(&policy.accepted, &mut used)
            .filter(|(risk, _)| covers(risk, &flaw))
            .map(|(risk, used)| {
                *used = true;
                risk
            })
            .collect();
        // The one that lasts longest counts.
        match covering.into_iter().max_by_key(|risk| risk.until) {
            Some(risk) if risk.until > now => {
                let days_left = risk.until.duration_since(now).as_secs().div_euclid(86_400) + 1;
                audit.accepted.push(Accepted { flaw, risk: risk.clone(), days_left });
            }
            lapsed => {
                flaw.lapsed = lapsed.cloned();
                counted.push(flaw);
            }
        }
    }
    audit.flaws = counted;
    let looked = |risk: &AcceptedRisk| {
        audit.checks.iter().any(|check| check.name == risk.check)
            && !audit.could_not_look.iter().any(|gap| gap.check.name == risk.check)
    };
    audit.obsolete = std::iter::zip(&policy.accepted, used)
        .filter(|(risk, used)| !used && looked(risk))
        .map(|(risk, _)| risk.clone())
        .collect();
}

fn covers(risk: &AcceptedRisk, flaw: &Flaw) -> bool {
    let id = flaw.subject.id.as_deref();
    risk.check == flaw.check.name
        && (matches(&risk.subject, &flaw.subject.name) || id.is_some_and(|id| matches(&risk.subject, id)))
}
