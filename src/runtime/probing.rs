//! Runs the policy's probes beside the reading.
//!
//! Owns: a task a probe and the channel that their samples come by. May know: probes, the prober. Must stay true: the channel is
//! bounded; the tasks end with this; a probe that is slow delays no other.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::clock;
use crate::estate::probe::{Sample, Spell, note};
use crate::estate::{Estate, Kind, Row, Slice, SliceId, Update};
use crate::id::{Region, Text};
use crate::judge::policy::Probe;
use crate::probe::{self, Prober, ProberError};

/// Samples that may wait to be taken in.
const WAITING: usize = 64;

/// One check, and how it ended.
#[derive(Debug)]
pub(super) struct Checked {
    probe: Arc<Probe>,
    took: Duration,
    outcome: Result<(), Text>,
}

/// Probes that run.
#[derive(Debug)]
pub(super) struct Probing {
    samples: mpsc::Receiver<Checked>,
    tasks: JoinSet<()>,
}

impl Probing {
    /// Starts a task a probe; none where the policy has no probes.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub(super) fn start(probes: &[Probe], seed: u64) -> Result<Option<Self>, ProberError> {
        if probes.is_empty() {
            return Ok(None);
        }
        let prober = Prober::new()?;
        let mut random = fastrand::Rng::with_seed(seed);
        let (sender, samples) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        for probe in probes {
            let first = probe::stagger(probe.interval.min(Duration::from_secs(10)), &mut random);
            tasks.spawn(run(prober.clone(), Arc::new(probe.clone()), first, sender.clone()));
        }
        Ok(Some(Self { samples, tasks }))
    }

    /// The next sample; waits for ever where no probe runs any more.
    pub(super) async fn next(&mut self) -> Checked {
        match self.samples.recv().await {
            Some(checked) => checked,
            None => std::future::pending().await,
        }
    }

    /// How many probes run.
    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }
}

/// Checks every probe once, all at the same time: what a command that reads once does.
///
/// # Errors
/// Where TLS cannot be set up.
pub(super) async fn once(probes: &[Probe]) -> Result<Vec<Checked>, ProberError> {
    if probes.is_empty() {
        return Ok(Vec::new());
    }
    let prober = Prober::new()?;
    let checks = probes.iter().map(|probe| checked(&prober, Arc::new(probe.clone())));
    Ok(futures_util::future::join_all(checks).await)
}

async fn run(prober: Prober, probe: Arc<Probe>, first: Duration, samples: mpsc::Sender<Checked>) {
    let mut next = clock::monotonic() + first;
    loop {
        tokio::time::sleep_until(next).await;
        // Nobody listens any more.
        if samples.send(checked(&prober, probe.clone()).await).await.is_err() {
            return;
        }
        next = after(next, probe.interval, clock::monotonic());
    }
}

/// The next start: intervals that were slept through are left out, not made up for.
fn after(last: Instant, interval: Duration, now: Instant) -> Instant {
    let next = last + interval;
    if next > now { next } else { now + interval }
}

async fn checked(prober: &Prober, probe: Arc<Probe>) -> Checked {
    let begun = clock::monotonic();
    let outcome = prober.check(&probe).await;
    Checked { took: clock::monotonic().saturating_duration_since(begun), probe, outcome }
}

/// Takes a check in: its spells go on, those of an earlier run too.
pub(super) fn take(estate: &mut Estate, checked: Checked, now: Timestamp) {
    let Checked { probe, took, outcome } = checked;
    let id = SliceId::of(&Region::global(), Kind::Probes, probe.name.as_str());
    let mut spells = estate.slice(&id).map(|slice| slice.rows::<Spell>().to_vec()).unwrap_or_default();
    let ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
    note(&mut spells, Sample { at: now, ms, failure: outcome.err() }, probe.gap(), probe.window);
    estate.apply(Update { whole: false, ..Update::part(id, Slice::read(Spell::rows(spells), now)) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_slept_through_is_not_made_up_for() {
        let start = clock::monotonic();
        let interval = Duration::from_secs(30);
        assert_eq!(after(start, interval, start + Duration::from_secs(3)), start + interval);
        let late = start + Duration::from_secs(3600);
        assert_eq!(after(start, interval, late), late + interval);
    }
}
