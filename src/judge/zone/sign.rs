//! Signs: what one signal says of one zone, and how much it weighs.
//!
//! Owns: [`Sign`], [`Weight`], [`Evidence`] and the verdict that signs make together. Must stay true: only a rule met in full, or
//! two signals of different kinds, make a zone degraded; what was not seen makes none.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ZoneVerdict;
use super::not_zonal::NotZonal;

/// One thing that speaks for a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Which signal: `unhealthy-targets`, `status-checks`, `api-silence`, `autoshift`, `missing-data`, …
    pub signal: &'static str,
    /// In words, numbers first.
    pub detail: String,
    /// The number compared, where there is one.
    pub value: Option<f64>,
}

/// How much a sign weighs, the heaviest first: the order in which evidence is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// AWS's own word, or a rule met in full: the zone is degraded.
    Decides,
    /// A rule of which one condition is missing: a suspicion, and with any other sign more than that.
    Suggests,
    /// AWS is silent: beside any other sign it decides; alone, what is not known is unknown (`aws-domain.md` B.1, 7).
    Silent,
    /// Nobody can tell whether the zone is well, since it gets no traffic or what it would be compared with is not known: never ok,
    /// and however much else is said, no evidence (`aws-domain.md` F.38).
    Unwatched,
    /// There is trouble, and it is something else's.
    Excuses,
    /// Speaks against the zone beside a sign that suggests it.
    Corroborates,
    /// Worth knowing, and nothing against the zone.
    Tells,
}

/// What one signal says of one zone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sign {
    pub(super) weight: Weight,
    pub(super) evidence: Evidence,
    /// Since when, where it is known.
    pub(super) since: Option<Timestamp>,
    /// What it is instead of the zone.
    pub(super) instead: Option<NotZonal>,
}

impl Sign {
    pub(super) fn new(weight: Weight, signal: &'static str, detail: impl Into<String>) -> Self {
        Self { weight, evidence: Evidence { signal, detail: detail.into(), value: None }, since: None, instead: None }
    }

    pub(super) fn value(mut self, value: f64) -> Self {
        self.evidence.value = Some(value);
        self
    }

    pub(super) fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }

    pub(super) fn instead(mut self, instead: NotZonal) -> Self {
        self.instead = Some(instead);
        self
    }
}

/// The verdict that signs make together. `whole`: all that would have to be known to call the zone ok is known.
pub(super) fn verdict(signs: &[Sign], whole: bool) -> ZoneVerdict {
    let count = |weight| signs.iter().filter(|sign| sign.weight == weight).count();
    let against = count(Weight::Suggests) + count(Weight::Silent);
    if count(Weight::Decides) > 0 || against > 1 || (against == 1 && count(Weight::Corroborates) > 0) {
        ZoneVerdict::Degraded
    } else if count(Weight::Suggests) > 0 || count(Weight::Unwatched) > 0 {
        ZoneVerdict::Suspect
    } else if count(Weight::Excuses) > 0 {
        ZoneVerdict::NotZonal
    } else if !whole || count(Weight::Silent) > 0 {
        ZoneVerdict::Unknown
    } else {
        ZoneVerdict::Ok
    }
}

/// Since when what carries the verdict is so: the earliest of the heaviest signs that tell.
pub(super) fn since(signs: &[Sign], verdict: ZoneVerdict) -> Option<Timestamp> {
    let carries = |weight: Weight| match verdict {
        ZoneVerdict::Degraded => weight <= Weight::Silent,
        ZoneVerdict::Suspect => matches!(weight, Weight::Suggests | Weight::Unwatched),
        ZoneVerdict::NotZonal => weight == Weight::Excuses,
        ZoneVerdict::Unknown => weight == Weight::Silent,
        ZoneVerdict::Ok => false,
    };
    signs.iter().filter(|sign| carries(sign.weight)).filter_map(|sign| sign.since).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(weights: &[Weight], whole: bool) -> ZoneVerdict {
        let signs: Vec<Sign> = weights.iter().map(|weight| Sign::new(*weight, "x", "")).collect();
        verdict(&signs, whole)
    }

    #[test]
    fn one_condition_missing_is_a_suspicion_and_two_signals_are_a_verdict_aws_domain_b2() {
        use Weight::*;
        assert_eq!(of(&[Suggests], true), ZoneVerdict::Suspect);
        assert_eq!(of(&[Suggests, Corroborates], true), ZoneVerdict::Degraded);
        assert_eq!(of(&[Corroborates, Corroborates, Tells], true), ZoneVerdict::Ok);
        assert_eq!(of(&[Decides, Excuses, Unwatched], false), ZoneVerdict::Degraded);
        assert_eq!(of(&[Excuses], false), ZoneVerdict::NotZonal);
    }

    #[test]
    fn silence_decides_with_another_signal_and_alone_is_unknown_aws_domain_b1() {
        use Weight::*;
        assert_eq!(of(&[Silent], true), ZoneVerdict::Unknown);
        assert_eq!(of(&[Silent, Corroborates], false), ZoneVerdict::Degraded);
    }

    #[test]
    fn no_data_is_unknown_and_no_traffic_is_never_clean_aws_domain_f38() {
        assert_eq!(of(&[], false), ZoneVerdict::Unknown);
        assert_eq!(of(&[Weight::Unwatched], true), ZoneVerdict::Suspect);
    }
}
