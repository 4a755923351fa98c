//! EC2's status checks, zone by zone: CloudWatch counts none of them by zone (`aws-domain.md` B.1, signals 5 and 8, and A.1).
//!
//! Must stay true: checks are AWS's side where the system's or the attached volumes' fails, the guest's own where only the instance
//! check does; `insufficient-data` of one instance says nothing, of many in one zone much; `initializing` nothing at all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::estate::instance::{CheckStatus, InstanceStatus};
use crate::estate::{Change, Kind};
use crate::id::ZoneName;
use crate::judge::index::Number;
use crate::judge::zone::not_zonal::NotZonal;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::statistics::share;
use crate::judge::zone::view::{Ground, View};

/// The status checks of a region's zones.
#[derive(Debug, Default)]
pub(in crate::judge::zone) struct Checks {
    zones: Vec<ZoneChecks>,
}

/// The status checks of one zone.
#[derive(Debug, Default, Clone, Copy)]
struct ZoneChecks {
    /// Instances that have checks: those that run.
    all: usize,
    /// Whose system check fails, or failed within the window.
    system: usize,
    /// Whose attached volumes' check fails, or did.
    volumes: usize,
    /// Of whom only the instance check fails.
    guest: usize,
    /// Of whom AWS cannot tell.
    undecided: usize,
    since: Option<Timestamp>,
    known: bool,
}

/// What an instance's checks say, the gravest for its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    System,
    Volumes,
    Guest,
    Undecided,
}

impl Checks {
    pub(in crate::judge::zone) fn new(ground: &Ground<'_>) -> Self {
        let table = ground.estate.table::<InstanceStatus>(ground.region, ground.now);
        let known =
            |zone: &&crate::estate::zone::Zone| ZoneChecks { known: table.covers(&zone.name), ..ZoneChecks::default() };
        let mut checks = Self { zones: ground.zones.iter().map(known).collect() };
        let index = ground.index;
        let running = |number: Number| {
            let status = index.trusted_status_at(number);
            status.filter(|status| status.system.status != CheckStatus::NotApplicable)
        };
        let mut now: BTreeSet<&str> = BTreeSet::new();
        for status in index.ailing().filter_map(running) {
            let Some(fault) = fault_of(status) else { continue };
            let Some(zone) = status.zone.as_ref().and_then(|zone| checks.at(ground, zone)) else { continue };
            zone.add(fault);
            let since = status.checks().filter_map(|(_, check)| check.impaired_since).min();
            zone.since = zone.since.into_iter().chain(since).min();
            now.insert(status.instance.as_str());
        }
        // What failed within the window and recovered, or was given up.
        let mut then: BTreeMap<&str, (&ZoneName, Fault)> = BTreeMap::new();
        for (change, fault) in ground.changes().filter_map(|change| Some((change, failed(change)?))) {
            if let Some(zone) = change.zone.as_ref().filter(|_| !now.contains(&*change.subject)) {
                then.entry(&change.subject).or_insert((zone, fault));
            }
        }
        if now.is_empty() && then.is_empty() {
            return checks; // Of nothing that fails nobody asks of how many.
        }
        for (zone, counted) in ground.zones.iter().zip(&mut checks.zones) {
            counted.all = index.heads_in(&zone.name).checked;
        }
        for (subject, (zone, fault)) in &then {
            // It counts where it failed, be it well elsewhere by now.
            let known = index.number(subject).and_then(running).and_then(|status| status.zone.as_ref());
            if let Some(zone) = known.and_then(|zone| checks.at(ground, zone)) {
                zone.all = zone.all.saturating_sub(1);
            }
            if let Some(zone) = checks.at(ground, zone) {
                zone.add(*fault);
                zone.all += 1;
            }
        }
        checks
    }

    fn at(&mut self, ground: &Ground<'_>, zone: &ZoneName) -> Option<&mut ZoneChecks> {
        self.zones.get_mut(ground.place(zone)?)
    }
}

impl ZoneChecks {
    fn add(&mut self, fault: Fault) {
        *match fault {
            Fault::System => &mut self.system,
            Fault::Volumes => &mut self.volumes,
            Fault::Guest => &mut self.guest,
            Fault::Undecided => &mut self.undecided,
        } += 1;
    }

    fn impaired(&self) -> usize {
        self.system + self.volumes + self.guest
    }
}

fn fault_of(status: &InstanceStatus) -> Option<Fault> {
    let is = |wanted: CheckStatus| move |check: &crate::estate::instance::Check| check.status == wanted;
    if is(CheckStatus::Impaired)(&status.system) {
        Some(Fault::System)
    } else if status.volumes.as_ref().is_some_and(is(CheckStatus::Impaired)) {
        Some(Fault::Volumes)
    } else if is(CheckStatus::Impaired)(&status.guest) {
        Some(Fault::Guest)
    } else if is(CheckStatus::InsufficientData)(&status.system) {
        Some(Fault::Undecided)
    } else {
        None
    }
}

/// Which check a change says has failed until then.
fn failed(change: &Change) -> Option<Fault> {
    let was_impaired = change.from.as_deref() == Some(CheckStatus::Impaired.as_str());
    if change.kind != Kind::InstanceStatuses || !was_impaired {
        return None;
    }
    match &*change.what {
        "system" => Some(Fault::System),
        "attached EBS" => Some(Fault::Volumes),
        _ => None,
    }
}

/// System and instance checks: hosts, power, network.
pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let here = view.checks.zones.get(zone)?;
    let count = here.system + here.guest;
    (count > 0).then_some(())?;
    let words =
        format!("{} of {} instances impaired{}", count, here.all, elsewhere(view, zone, |z| z.system + z.guest));
    let sign = |weight| Sign::new(weight, "status-checks", words.clone()).value(count as f64).since(here.since);
    if !is_many(view, here, count) {
        return Some(sign(Weight::Tells));
    }
    Some(match others(view, zone, |z| z.impaired()) {
        Others::Alike => sign(Weight::Excuses).instead(NotZonal::AllZones),
        // A guest's own check alone may be a kernel, a script or a release as well.
        Others::Clean if here.system >= view.ground.rules().hosts && is_many(view, here, here.system) => {
            sign(Weight::Decides)
        }
        Others::Clean | Others::Some => sign(Weight::Suggests),
        Others::Unknown => sign(Weight::Unwatched),
    })
}

/// The check of attached volumes: the operating system may still answer pings.
pub(super) fn volumes(view: &View<'_>, zone: usize) -> Option<Sign> {
    let here = view.checks.zones.get(zone)?;
    (here.volumes > 0).then_some(())?;
    let elsewhere = elsewhere(view, zone, |z| z.volumes);
    let words =
        format!("EBS: attached volumes of {} of {} instances complete no I/O{elsewhere}", here.volumes, here.all);
    let sign = |weight| Sign::new(weight, "volume-checks", words.clone()).value(here.volumes as f64).since(here.since);
    if !is_many(view, here, here.volumes) {
        return Some(sign(Weight::Tells));
    }
    Some(match others(view, zone, |z| z.impaired()) {
        Others::Clean => sign(Weight::Decides),
        Others::Alike => sign(Weight::Excuses).instead(NotZonal::AllZones),
        Others::Some => sign(Weight::Suggests),
        Others::Unknown => sign(Weight::Unwatched),
    })
}

/// Instances of which AWS cannot tell: suspicious where they are many, and all in one zone.
pub(super) fn undecided(view: &View<'_>, zone: usize) -> Option<Sign> {
    let here = view.checks.zones.get(zone)?;
    let rules = view.ground.rules();
    let many = here.undecided >= rules.hosts && share(here.undecided, here.all) >= rules.share;
    let others = || view.others(zone).filter_map(|other| view.checks.zones.get(other));
    let clean = |other: &ZoneChecks| share(other.undecided, other.all) < rules.elsewhere;
    let weight = if others().all(|other| other.known) { Weight::Suggests } else { Weight::Unwatched };
    (many && others().all(clean)).then(|| {
        let words = format!("{} of {} instances without data on their checks", here.undecided, here.all);
        Sign::new(weight, "insufficient-data", words).value(here.undecided as f64)
    })
}

/// At least two and a tenth of the zone (`aws-domain.md` B.1, 5).
fn is_many(view: &View<'_>, zone: &ZoneChecks, count: usize) -> bool {
    let rules = view.ground.rules();
    count >= rules.hosts && share(count, zone.all) >= rules.checks_share
}

enum Others {
    Clean,
    Some,
    Alike,
    Unknown,
}

fn others(view: &View<'_>, zone: usize, count: impl Fn(&ZoneChecks) -> usize) -> Others {
    let others: Vec<&ZoneChecks> = view.others(zone).filter_map(|other| view.checks.zones.get(other)).collect();
    let bad = others.iter().filter(|other| is_many(view, other, count(other))).count();
    match bad {
        _ if others.is_empty() || others.iter().any(|other| !other.known) => Others::Unknown,
        0 => Others::Clean,
        bad if bad == others.len() => Others::Alike,
        _ => Others::Some,
    }
}

fn elsewhere(view: &View<'_>, zone: usize, count: impl Fn(&ZoneChecks) -> usize) -> String {
    let others: Vec<&ZoneChecks> = view.others(zone).filter_map(|other| view.checks.zones.get(other)).collect();
    match others.iter().map(|other| other.all).sum::<usize>() {
        0 => String::new(),
        all => format!(", elsewhere {} of {all}", others.iter().map(|other| count(other)).sum::<usize>()),
    }
}
