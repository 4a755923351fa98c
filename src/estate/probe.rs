//! What black-box probes found: not AWS's word but this console's own.
//!
//! Owns: [`Spell`], samples run together. Must stay true: time between two samples counts only where they are close; what lies in
//! a gap nobody knows.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::Text;

/// How many spells of one probe are kept at most: the oldest go first.
const MOST: usize = 10_000;

/// One check of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// When it ended.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// Why it failed; none where it passed.
    pub failure: Option<Text>,
}

/// A stretch of time over which a probe found the same, sample after sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spell {
    /// The first sample's time.
    pub from: Timestamp,
    /// The last sample's time.
    pub to: Timestamp,
    /// How many samples.
    pub samples: u32,
    /// How long the last took, in milliseconds.
    pub ms: u32,
    /// Why the last failed; none where they passed.
    pub failure: Option<Text>,
}

impl Spell {
    /// Whether its samples passed.
    pub fn is_up(&self) -> bool {
        self.failure.is_none()
    }
}

/// Takes a sample in. `gap`: the longest time between two samples that still belong together; `window`: how far back is kept.
pub fn note(spells: &mut Vec<Spell>, sample: Sample, gap: Duration, window: Duration) {
    let Sample { at, ms, failure } = sample;
    let gap = SignedDuration::try_from(gap).unwrap_or(SignedDuration::MAX);
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    match spells.last_mut() {
        // A sample from before the last: the clock was set back, and nothing can be told of the time between.
        Some(last) if at < last.to => return,
        Some(last) if last.is_up() == failure.is_none() && at.duration_since(last.to) <= gap => {
            last.to = at;
            last.samples = last.samples.saturating_add(1);
            (last.ms, last.failure) = (ms, failure);
        }
        _ => spells.push(Spell { from: at, to: at, samples: 1, ms, failure }),
    }
    let kept = spells.iter().position(|spell| at.duration_since(spell.to) <= window).unwrap_or(0);
    spells.drain(..kept.max(spells.len().saturating_sub(MOST)));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn samples_run_together_until_the_outcome_changes_or_a_gap_comes() {
        let mut spells = Vec::new();
        let samples = [(0, true), (30, true), (60, false), (90, true), (400, true), (390, false), (4000, true)];
        for (second, up) in samples {
            let failure = (!up).then(|| Text::from("refused"));
            let at = Timestamp::from_second(second).unwrap();
            note(&mut spells, Sample { at, ms: 5, failure }, Duration::from_secs(60), Duration::from_secs(3800));
        }
        let told: Vec<_> =
            spells.iter().map(|s| (s.from.as_second(), s.to.as_second(), s.samples, s.is_up())).collect();
        assert_eq!(told, [(400, 400, 1, true), (4000, 4000, 1, true)], "what is older than the window is gone");
    }
}
