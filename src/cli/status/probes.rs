//! The probes of the status: as entries of the document and as lines for people.

use jiff::Timestamp;
use serde::Serialize;

use crate::judge::Verdict;
use crate::judge::probe::JudgedProbe;
use crate::listing::escape;

use super::document::tenths;

/// A black-box probe against its objective.
#[derive(Debug, Serialize)]
pub(super) struct ProbeEntry<'a> {
    name: &'a str,
    /// What it asks: a URL, or host and port.
    aim: &'a str,
    service: Option<&'a str>,
    pub(super) verdict: Verdict,
    reasons: &'a [String],
    up: Option<bool>,
    last_at: Option<Timestamp>,
    last_ms: Option<u32>,
    /// The share of the known time in which it was up; null where nothing is known.
    availability: Option<f64>,
    objective: f64,
    window_s: f64,
    /// How much of the window is known.
    known_s: f64,
    error_budget_s: f64,
    /// Below zero once the objective is missed.
    error_budget_left_s: f64,
    /// How fast the budget went in the last hour: at 1 it lasts just the window.
    burn: Option<f64>,
}

impl<'a> From<&'a JudgedProbe> for ProbeEntry<'a> {
    fn from(probe: &'a JudgedProbe) -> Self {
        Self {
            name: &probe.name,
            aim: &probe.aim,
            service: probe.service.as_deref(),
            verdict: probe.assessment.verdict,
            reasons: &probe.assessment.reasons,
            up: probe.up,
            last_at: probe.last_at,
            last_ms: probe.last_ms,
            availability: probe.availability,
            objective: probe.objective,
            window_s: probe.window_s,
            known_s: tenths(probe.known_s),
            error_budget_s: tenths(probe.budget_s),
            error_budget_left_s: tenths(probe.left_s),
            burn: probe.burn.map(|burn| (burn * 100.0).round() / 100.0),
        }
    }
}

impl ProbeEntry<'_> {
    /// `probe shop CRITICAL: down for 2m: status 503; 12 min of 43 min of error budget left`.
    pub(super) fn line(&self) -> String {
        let name = escape(self.name);
        let took = self.last_ms.map(|ms| format!(", {ms} ms")).unwrap_or_default();
        let availability = self.availability.map_or("?".to_owned(), percent);
        match self.verdict {
            Verdict::Ok => format!(
                "probe {name} ok: {availability} of the time known, objective {}{took}",
                percent(self.objective)
            ),
            verdict => {
                format!("probe {name} {}: {}", verdict.as_str().to_uppercase(), escape(&self.reasons.join("; ")))
            }
        }
    }
}

/// As many digits as tell it from 100 %.
fn percent(share: f64) -> String {
    let missing = 1.0 - share;
    // 1 - 0.999 is a little more than 0.001.
    let digits = if missing <= 0.0 { 0 } else { ((1e-9 - missing.log10()).floor() - 1.0).clamp(0.0, 6.0) as usize };
    format!("{:.digits$} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn per_cent_has_the_digits_that_matter() {
        for (share, told) in [(1.0, "100 %"), (0.9995, "99.95 %"), (0.999, "99.90 %"), (0.5, "50 %"), (0.98, "98 %")] {
            assert_eq!(percent(share), told);
        }
    }
}
