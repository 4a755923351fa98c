//! How long a run bears with what does not go as planned: what policy may change, and how far.
//!
//! Owns: [`Limits`] and the range of each. Depends on: nothing. Must stay true: none can be set so that something is sent twice
//! blindly or that a guard's answer outlives its half minute (`aws-domain.md` A.9, C).

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a run bears with what does not go as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// How long the guards' answers are good for; then they are asked again before the next call (`aws-domain.md` C, universal gates).
    pub fresh: Duration,
    /// How long a call is sent again that AWS is too busy for (`aws-domain.md` C.1, failures).
    pub busy: Duration,
    /// How long a call is tried again that cannot leave.
    pub away: Duration,
    /// How long AWS may not show yet what was just done (`aws-domain.md` A.9).
    pub settle: Duration,
    /// How long the trace of a call without an answer is looked for where reading does not tell.
    pub look_up: Duration,
    /// At most so long between two readings while a step waits.
    pub observe: Duration,
    /// How long nobody may know how a wait stands.
    pub blind: Duration,
    /// How long the effect of a call that takes something back may take: a launch, a drain and a hook (`aws-domain.md` C.5).
    pub undo: Duration,
    /// How long a held lane waits for somebody at a console when there is nothing else to do.
    pub patience: Duration,
}

/// One of them, as policy names it.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Its key.
    pub name: &'static str,
    /// What it may be set to, in seconds.
    pub range: RangeInclusive<u64>,
    field: fn(&mut Limits) -> &mut Duration,
}

impl Limit {
    /// Every limit, in the order in which they are told.
    pub const ALL: &'static [Self] = &[
        Self { name: "fresh_s", range: 5..=30, field: |limits| &mut limits.fresh },
        Self { name: "busy_s", range: 10..=1800, field: |limits| &mut limits.busy },
        Self { name: "away_s", range: 10..=7200, field: |limits| &mut limits.away },
        Self { name: "settle_s", range: 60..=600, field: |limits| &mut limits.settle },
        Self { name: "look_up_s", range: 60..=1800, field: |limits| &mut limits.look_up },
        Self { name: "observe_s", range: 5..=60, field: |limits| &mut limits.observe },
        Self { name: "blind_s", range: 60..=7200, field: |limits| &mut limits.blind },
        Self { name: "undo_s", range: 300..=7200, field: |limits| &mut limits.undo },
        Self { name: "patience_s", range: 0..=604_800, field: |limits| &mut limits.patience },
    ];

    /// Its value, in seconds.
    #[must_use]
    pub fn of(&self, mut limits: Limits) -> u64 {
        (self.field)(&mut limits).as_secs()
    }

    /// Sets it, in seconds.
    ///
    /// # Errors
    /// The range that it has to be in, in words.
    pub fn set(&self, limits: &mut Limits, seconds: u64) -> Result<(), String> {
        if !self.range.contains(&seconds) {
            return Err(format!("{seconds} s is not from {} to {}", self.range.start(), self.range.end()));
        }
        *(self.field)(limits) = Duration::from_secs(seconds);
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fresh: Duration::from_secs(30),
            busy: Duration::from_secs(120),
            away: Duration::from_secs(300),
            settle: Duration::from_secs(60),
            look_up: Duration::from_secs(180),
            observe: Duration::from_secs(15),
            blind: Duration::from_secs(600),
            undo: Duration::from_secs(900),
            patience: Duration::from_secs(12 * 3600),
        }
    }
}

impl Limits {
    /// Those of a run that nobody attends: a held lane ends it, to be resumed, once nothing else goes on.
    #[must_use]
    pub fn unattended(self) -> Self {
        Self { patience: Duration::ZERO, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_where_nobody_says_is_within_every_range() {
        for limit in Limit::ALL {
            let value = limit.of(Limits::default());
            assert!(limit.range.contains(&value), "{} {value}", limit.name);
        }
        let mut limits = Limits::default();
        let settle = Limit::ALL.iter().find(|limit| limit.name == "settle_s");
        let refused = settle.map(|limit| limit.set(&mut limits, 5));
        assert_eq!(refused, Some(Err("5 s is not from 60 to 600".to_owned())), "a call would be sent twice blindly");
        assert_eq!(limits, Limits::default());
    }
}
