//! What the runs come to: precision, recall, time to detect.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Outcome;
use super::case::Truth;

/// The figures of the whole set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Runs in which a sick zone was called degraded.
    pub found: usize,
    /// Runs in which it was not.
    pub missed: usize,
    /// Zones called degraded that are not.
    pub wrong: usize,
}

impl Score {
    /// Over all runs. A zone that is sick only slightly counts neither way.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let sick = outcomes.iter().filter(|outcome| outcome.is_sick());
        let (found, missed): (Vec<&Outcome>, Vec<&Outcome>) = sick.partition(|outcome| outcome.detected_s.is_some());
        let wrong = outcomes.iter().map(|outcome| outcome.wrong.len()).sum();
        Self { found: found.len(), missed: missed.len(), wrong }
    }

    /// Of what was called degraded, the share that is.
    pub fn precision(&self) -> f64 {
        share(self.found, self.found + self.wrong)
    }

    /// Of what is sick, the share that was called degraded.
    pub fn recall(&self) -> f64 {
        share(self.found, self.found + self.missed)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// The value below which the share `q` of sorted `values` lies, by nearest rank.
fn quantile(values: &[u64], q: f64) -> Option<u64> {
    let rank = (q * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

/// The table, a line a kind of run, and the whole.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut rows: BTreeMap<(u8, &str, String), Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        let (order, share) = match outcome.case.truth {
            Truth::NoZone => (0, String::new()),
            Truth::Slightly { share, .. } | Truth::Sick { share, .. } => (1, format!("{:>3.0} %", share * 100.0)),
        };
        rows.entry((order, outcome.case.scenario, share)).or_default().push(outcome);
    }
    let mut text = String::from(
        "scenario                share  runs  degraded  noticed  wrong  detected p50    p95\n\
         ---------------------------------------------------------------------------------\n",
    );
    for ((_, scenario, share), runs) in &rows {
        let mut times: Vec<u64> = runs.iter().filter_map(|run| run.detected_s).collect();
        times.sort_unstable();
        let time = |q| quantile(&times, q).map_or("-".to_owned(), |seconds| format!("{seconds} s"));
        let wrong: usize = runs.iter().map(|run| run.wrong.len()).sum();
        let noticed = runs.iter().filter(|run| run.noticed).count();
        let (p50, p95) = (time(0.5), time(0.95));
        let _ = writeln!(
            text,
            "{scenario:<22}  {share:>5}  {:>4}  {:>8}  {noticed:>7}  {wrong:>5}  {p50:>12}  {p95:>5}",
            runs.len(),
            times.len(),
        );
    }
    let score = Score::of(outcomes);
    let _ = writeln!(
        text,
        "\n{} runs. Of sick zones (from 20 % of the targets): {} called degraded, {} missed; {} zones called degraded wrongly.\n\
         precision {:.4}  recall {:.4}",
        outcomes.len(),
        score.found,
        score.missed,
        score.wrong,
        score.precision(),
        score.recall(),
    );
    for outcome in outcomes.iter().filter(|outcome| !outcome.wrong.is_empty()) {
        let (case, seed) = (&outcome.case, outcome.seed);
        let _ = writeln!(text, "wrong: {} {} seed {seed}: {:?}", case.scenario, case.set.join(" "), outcome.wrong);
    }
    let undetected = |outcome: &&Outcome| {
        matches!(outcome.case.truth, Truth::Sick { .. } | Truth::Slightly { .. }) && outcome.detected_s.is_none()
    };
    for outcome in outcomes.iter().filter(undetected) {
        let (case, seed) = (&outcome.case, outcome.seed);
        let word = if outcome.is_sick() { "missed" } else { "not called" };
        let taken = outcome.taken.map_or_else(String::new, |taken| format!(": {:.1} % of its targets", taken * 100.0));
        let _ = writeln!(text, "{word}: {} {} seed {seed}{taken}", case.scenario, case.set.join(" "));
    }
    text
}
