//! What the faces show: the estate, what it means, and how well it is being read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::estate::{Estate, ReadFailure};

use super::{Judgement, Policy};

/// The account at one moment, judged: everything that a screen or a document is made from.
#[derive(Debug, Clone)]
pub struct Picture {
    /// What the account holds.
    pub estate: Estate,
    /// What it means.
    pub judgement: Judgement,
    /// What it was judged by.
    pub policy: Arc<Policy>,
    /// AWS's time of the judgement.
    pub taken_at: Timestamp,
    /// How the reading goes.
    pub traffic: Traffic,
}

/// How the reading goes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    /// Calls in the last minute, by throttle domain (`ec2`, `elb`, …).
    pub calls_a_minute: BTreeMap<&'static str, u32>,
    /// Answers of the last minute that asked us to slow down.
    pub throttled_a_minute: u32,
    /// Reads under way or waiting.
    pub waiting: usize,
    /// Since when nothing has answered, and the last failure, while nothing does.
    pub blind: Option<(Timestamp, ReadFailure)>,
    /// Why no credentials work, while none do.
    pub credentials: Option<ReadFailure>,
    /// How far AWS's clock is ahead of this machine's.
    pub skew: Option<SignedDuration>,
    /// What metrics cost.
    pub metrics: MetricSpend,
}

/// What metrics cost a day, and what their budget leaves out (`aws-domain.md` A.5).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricSpend {
    /// US dollars a day that is spent.
    pub usd_a_day: f64,
    /// US dollars a day that may be spent.
    pub of_usd_a_day: f64,
    /// Tiers that are asked less often than every minute, and every how many.
    pub rarer: Vec<(&'static str, u32)>,
    /// Tiers that are not asked.
    pub unasked: Vec<&'static str>,
    /// Metrics asked for charts since the start: a person's wish, beyond the budget.
    pub charted: u64,
    /// US dollars that those cost.
    pub charted_usd: f64,
}

impl MetricSpend {
    /// `reads $1.70/day`, with a mark where the budget leaves something out: `reads $1.70/day!`.
    pub fn short(&self) -> Option<String> {
        self.words()?;
        let mark = if self.unasked.is_empty() { "" } else { "!" };
        Some(format!("reads ${:.2}/day{mark}", self.usd_a_day))
    }

    /// `metrics $1.70/day of $2.50; zones every 3 min; databases not asked`. Nothing where nothing was planned yet.
    pub fn words(&self) -> Option<String> {
        if self.usd_a_day == 0.0 && self.unasked.is_empty() {
            return None;
        }
        let mut words = format!("metrics ${:.2}/day of ${:.2}", self.usd_a_day, self.of_usd_a_day);
        for (tier, minutes) in &self.rarer {
            words += &format!("; {tier} every {minutes} min");
        }
        if !self.unasked.is_empty() {
            words += &format!("; {} not asked", self.unasked.join(", "));
        }
        if self.charted > 0 {
            words += &format!("; charts {} metrics, ${:.4} so far", self.charted, self.charted_usd);
        }
        Some(words)
    }
}

impl Traffic {
    /// Calls in the last minute, over all domains.
    pub fn calls(&self) -> u32 {
        self.calls_a_minute.values().sum()
    }
}
