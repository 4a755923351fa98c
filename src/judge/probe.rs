//! Probes against their objective: availability over the window, and how much of the error budget is left.
//!
//! Owns: [`JudgedProbe`]. Depends on: spells, policy. Must stay true: time in which nobody looked is neither up nor down; without
//! a late sample nothing is ok.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::estate::probe::Spell;
use crate::estate::{Estate, Kind, SliceId, age};
use crate::id::Region;

use super::finding::{Finding, Subject, Urgency};
use super::policy::{Policy, Probe};
use super::verdict::{Assessment, Verdict, age_words};

/// The burn is told over this time: at 1 the budget lasts just the window.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// The share of the budget below which what is left is worth a warning.
const SCARCE: f64 = 0.25;

/// A probe and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedProbe {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub aim: String,
    /// The service that it speaks for.
    pub service: Option<String>,
    /// How it stands.
    pub assessment: Assessment,
    /// Whether the last sample passed; none where there is none, or it is too old.
    pub up: Option<bool>,
    /// When the last sample was taken.
    pub last_at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub last_ms: Option<u32>,
    /// The share of the known time in the window in which it was up; none where no time is known.
    pub availability: Option<f64>,
    /// How much of the window is known, in seconds.
    pub known_s: f64,
    /// The window, in seconds.
    pub window_s: f64,
    /// What is promised.
    pub objective: f64,
    /// How long it may be down in the window, in seconds.
    pub budget_s: f64,
    /// How much of that is left, in seconds; below zero once the promise is broken.
    pub left_s: f64,
    /// How fast it was used up in the last hour: 1 uses all of it in the window. None where nothing of the hour is known.
    pub burn: Option<f64>,
}

/// Judges every probe of the policy.
pub fn assess(estate: &Estate, now: Timestamp, policy: &Policy) -> Vec<JudgedProbe> {
    let spells = |probe: &Probe| {
        let id = SliceId::of(&Region::global(), Kind::Probes, probe.name.as_str());
        estate.slice(&id).map(|slice| slice.rows::<Spell>()).unwrap_or_default()
    };
    policy.probes.iter().map(|probe| judged(probe, spells(probe), now)).collect()
}

/// The findings of probes that are not well: they belong to no region.
pub fn findings(probes: &[JudgedProbe]) -> Vec<Finding> {
    let bad = probes.iter().filter(|probe| probe.assessment.verdict != Verdict::Ok);
    bad.map(|probe| Finding {
        next: probe.assessment.next.clone(),
        urgency: probe.assessment.urgency,
        since: probe.assessment.since,
        ..Finding::new(
            probe.assessment.verdict,
            Subject::named("probe", probe.name.as_str()),
            probe.assessment.reasons.join("; "),
        )
    })
    .collect()
}

fn judged(probe: &Probe, spells: &[Spell], now: Timestamp) -> JudgedProbe {
    let window_s = probe.window.as_secs_f64();
    let start = |back: SignedDuration| now.checked_sub(back).unwrap_or(Timestamp::MIN);
    let whole = Known::of(spells, probe, start(SignedDuration::try_from(probe.window).unwrap_or(LATELY)), now);
    let lately = Known::of(spells, probe, start(LATELY), now);
    let budget_s = window_s * (1.0 - probe.objective);
    let last = spells.last().filter(|spell| age(spell.to, now) <= probe.gap());
    let mut judged = JudgedProbe {
        name: probe.name.clone(),
        aim: probe.aim.to_string(),
        service: probe.service.clone(),
        assessment: Assessment::ok(),
        up: last.map(Spell::is_up),
        last_at: spells.last().map(|spell| spell.to),
        last_ms: last.map(|spell| spell.ms),
        availability: whole.availability(),
        known_s: whole.up_s + whole.down_s,
        window_s,
        objective: probe.objective,
        budget_s,
        left_s: budget_s - whole.down_s,
        burn: lately.availability().map(|up| (1.0 - up) / (1.0 - probe.objective)),
    };
    judged.assess_now(spells, last, now);
    judged.assess_budget();
    judged
}

impl JudgedProbe {
    /// Down by two of the last three samples is down; by one, a warning.
    fn assess_now(&mut self, spells: &[Spell], last: Option<&Spell>, now: Timestamp) {
        let Some(last) = last else {
            let reason = match spells.last() {
                Some(spell) => format!("last sample {} ago", age_words(age(spell.to, now))),
                None => "no sample yet".to_owned(),
            };
            self.assessment.add(Verdict::Unknown, reason);
            return;
        };
        let Some(why) = &last.failure else { return };
        let before = spells.iter().rev().nth(1).is_some_and(|up| up.samples == 1) && spells.len() > 2;
        let down = age_words(age(last.from, now));
        self.assessment.since = Some(last.from);
        if last.samples >= 2 || before {
            self.assessment.urgency = Urgency::Now;
            self.assessment.add(Verdict::Critical, format!("down for {down}: {why}"));
        } else {
            self.assessment.add(Verdict::Warning, format!("one sample failed: {why}"));
        }
    }

    fn assess_budget(&mut self) {
        if self.known_s == 0.0 {
            return;
        }
        let words = format!("{} of {} of error budget left", minutes(self.left_s.max(0.0)), minutes(self.budget_s));
        if self.left_s <= 0.0 {
            self.assessment
                .add(Verdict::Critical, format!("error budget spent: down {}", minutes(self.budget_s - self.left_s)));
        } else if self.left_s < self.budget_s * SCARCE {
            self.assessment.add(Verdict::Warning, words);
        } else if self.assessment.verdict != Verdict::Ok {
            self.assessment.reasons.push(words);
        }
    }
}

/// Minutes, or seconds where there are few.
fn minutes(seconds: f64) -> String {
    if seconds < 120.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

/// Time that is known, and how it was.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Known {
    up_s: f64,
    down_s: f64,
}

impl Known {
    /// A sample holds until the next, where that is near; the last one until now, where that is near.
    fn of(spells: &[Spell], probe: &Probe, from: Timestamp, now: Timestamp) -> Self {
        let mut known = Self::default();
        let gap =
            |a: Timestamp, b: Timestamp| Duration::try_from(b.duration_since(a)).is_ok_and(|gap| gap <= probe.gap());
        for (n, spell) in spells.iter().enumerate() {
            let next = spells.get(n + 1).map_or(now, |next| next.from);
            let until = if gap(spell.to, next) { next } else { spell.to };
            let seconds = until.min(now).duration_since(spell.from.max(from)).as_secs_f64().max(0.0);
            if spell.is_up() {
                known.up_s += seconds;
            } else {
                known.down_s += seconds;
            }
        }
        known
    }

    fn availability(self) -> Option<f64> {
        let all = self.up_s + self.down_s;
        (all > 0.0).then(|| self.up_s / all)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::judge::policy::{Aim, Expect};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    /// A probe every 30 s whose objective leaves 100 seconds in a day.
    fn probe() -> Probe {
        Probe {
            name: "shop".into(),
            aim: Aim::Tcp { host: "shop".into(), port: 1 },
            service: None,
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(10),
            expect: Expect { status: 200..=399, body: None },
            objective: 1.0 - 100.0 / 86_400.0,
            window: Duration::from_secs(86_400),
        }
    }

    fn spell(from: i64, to: i64, samples: u32, up: bool) -> Spell {
        Spell { from: at(from), to: at(to), samples, ms: 5, failure: (!up).then(|| "refused".into()) }
    }

    #[test]
    fn time_is_counted_by_what_held_and_gaps_are_nobodys() {
        // Up for 100 s, down for 60, then nobody looked for an hour, then up for 40 and held until now.
        let spells = [spell(0, 90, 4, true), spell(100, 160, 3, false), spell(4000, 4040, 2, true)];
        let judged = judged(&probe(), &spells, at(4050));
        assert_eq!((judged.known_s, judged.up), (100.0 + 60.0 + 50.0, Some(true)));
        assert!((judged.availability.unwrap() - 150.0 / 210.0).abs() < 1e-12);
        assert!((judged.left_s - 40.0).abs() < 1e-6, "{}", judged.left_s);
        assert_eq!(judged.assessment.verdict, Verdict::Ok, "{:?}", judged.assessment);
        assert_eq!(judged.burn, Some(0.0), "the trouble was more than an hour ago: {:?}", judged.burn);
    }

    #[test]
    fn down_takes_two_of_three_and_silence_is_unknown() {
        for (spells, now, verdict) in [
            (vec![], 0, Verdict::Unknown),
            (vec![spell(0, 0, 1, true)], 300, Verdict::Unknown),
            (vec![spell(0, 60, 3, true), spell(90, 90, 1, false)], 95, Verdict::Warning),
            (vec![spell(0, 60, 3, true), spell(90, 120, 2, false)], 125, Verdict::Critical),
            (vec![spell(0, 0, 1, false), spell(30, 30, 1, true), spell(60, 60, 1, false)], 65, Verdict::Critical),
            (vec![spell(0, 0, 1, false), spell(30, 60, 2, true), spell(90, 90, 1, false)], 95, Verdict::Warning),
            (vec![spell(0, 80, 3, false), spell(110, 140, 2, true)], 145, Verdict::Critical),
            (vec![spell(0, 50, 3, false), spell(80, 140, 2, true)], 145, Verdict::Warning),
        ] {
            let judged = judged(&probe(), &spells, at(now));
            assert_eq!(judged.assessment.verdict, verdict, "{spells:?} {:?}", judged.assessment);
        }
    }
}
