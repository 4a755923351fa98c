//! What-if against the truth: a zone of many made-up accounts is really lost, with no capacity elsewhere, and what was said before
//! is held against what then happened to every service (`aws-domain.md` B.4).

mod world;

use std::time::Duration;

use fournines::aws::{Ask, Found, Priority};
use fournines::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use fournines::estate::group::Group;
use fournines::estate::query::Query;
use fournines::estate::{Estate, Kind, Slice, SliceId, Update};
use fournines::id::{GroupName, Region, ZoneName};
use fournines::judge::what_if::{self, Given, Outcome, WhatIf};
use fournines::judge::{Metrics, Policy};
use fournines::sim::fault::Fault;

use crate::account::Account;
use world::Made;

/// Minutes until everything has settled that a loss sets off, failovers included.
const SETTLED: u64 = 8;
/// Minutes over which the truth is counted then.
const COUNTED: u64 = 3;
/// Share of requests answered well from which a service is kept.
const KEPT: f64 = 0.9;
/// CPU up to which it grows in proportion to the load.
const KNEE: f64 = 70.0;
/// Points by which CPU below the knee may be off.
const OFF: f64 = 10.0;

fn east() -> Region {
    Region::from("us-east-1")
}

/// What is asked of CloudWatch here: the CPU of every group.
async fn cpu_of(account: &Account, groups: &[GroupName]) -> Slice {
    let metrics = groups.iter().map(Query::of_group).map(|query| (query.metric, query.statistic)).collect();
    let id = SliceId::of(&east(), Kind::Series, "cpu");
    let reader = account.reader();
    let since = crate::account::START.parse().ok();
    let ask = Ask { metrics, since, ..Ask::default() };
    let Ok(Found::Rows(rows)) = reader.read(&id, &ask, Priority::Visible).await else { panic!("metrics are read") };
    // AWS's time is known once it has answered.
    Slice::read(rows, reader.session().clock().now())
}

/// The account as it is, with its metrics and every attribute that decides who bears what.
async fn look(account: &Account) -> (fournines::judge::Picture, Estate) {
    let picture = account.read_all().await;
    let mut estate = picture.estate.clone();
    let now = picture.taken_at;
    let groups: Vec<GroupName> = estate.table::<Group>(&east(), now).known().map(|group| group.name.clone()).collect();
    let mut slices = vec![(SliceId::of(&east(), Kind::Series, "cpu"), cpu_of(account, &groups).await)];
    let targets = estate
        .table::<TargetGroup>(&east(), now)
        .known()
        .map(|row| (Kind::TargetGroupAttributes, row.arn.text().clone()));
    let classic = estate.table::<ClassicBalancer>(&east(), now).known();
    let classic = classic.map(|row| (Kind::BalancerAttributes, row.name.text().clone()));
    let balancers = estate
        .table::<LoadBalancer>(&east(), now)
        .known()
        .map(|row| (Kind::BalancerAttributes, row.arn.text().clone()));
    let reader = account.reader();
    for (kind, parent) in targets.chain(balancers).chain(classic) {
        let id = SliceId::of(&east(), kind, parent);
        let Ok(Found::Rows(rows)) = reader.read(&id, &Ask::default(), Priority::Visible).await else {
            panic!("{kind}")
        };
        slices.push((id, Slice::read(rows, now)));
    }
    for (id, slice) in slices {
        estate.apply(Update { whole: false, ..Update::part(id, slice) });
    }
    (picture, estate)
}

/// What is said of losing a zone.
async fn foretell(account: &Account, zone: &str, policy: &Policy) -> WhatIf {
    let (picture, estate) = look(account).await;
    let (region, now) = (east(), picture.taken_at);
    let judgement = fournines::judge::judge(&estate, now, policy);
    let metrics = Metrics::new(&estate, &region, now);
    let judged = &judgement.regions[&region];
    what_if::zone(
        Given { estate: &estate, region: &region, judged, metrics: &metrics, policy, now },
        &ZoneName::from(zone),
    )
}

/// What came of it, and how what was said compares.
#[derive(Default)]
struct Tally {
    services: usize,
    agreed: usize,
    worlds: usize,
    worlds_agreed: usize,
    cpu: Vec<f64>,
    wrong: Vec<String>,
}

impl Tally {
    async fn hold(&mut self, made: &Made, seed: u64, zone: &str) {
        let account = Account::of(made.world(seed));
        tokio::time::sleep(Duration::from_secs(300)).await;
        let told = foretell(&account, zone, &made.policy).await;
        for other in made.zones.iter().filter(|other| *other != zone) {
            account.fault(Fault::NoCapacity { zone: other.clone() });
        }
        account.fault(Fault::ZonePowerLoss { zone: zone.to_owned() });
        tokio::time::sleep(Duration::from_secs(60 * SETTLED)).await;
        let from = account.sim.now();
        tokio::time::sleep(Duration::from_secs(60 * COUNTED)).await;
        let until = account.sim.now();
        let groups: Vec<GroupName> = made.services.iter().map(|name| GroupName::from(name.as_str())).collect();
        // The minutes before the last are the settled ones.
        tokio::time::sleep(Duration::from_secs(60)).await;
        let slice = cpu_of(&account, &groups).await;
        let mut after = Estate::new(vec![east()]);
        let now = slice.read_at().unwrap();
        after.apply(Update::part(SliceId::of(&east(), Kind::Series, "cpu"), slice));
        let (region, mut all_agree) = (east(), true);
        let metrics = Metrics::new(&after, &region, now);
        for (name, group) in std::iter::zip(&made.services, &groups) {
            let said = told.services.iter().find(|each| each.name == *name).unwrap();
            let kept = account.sim.with_world(|world| made.kept_share(world, name, from, until));
            // Where nobody can say, nothing was said: that is counted as wrong.
            let agree = said.outcome != Outcome::Unknown && (said.outcome == Outcome::Lost) == (kept < KEPT);
            self.services += 1;
            self.agreed += usize::from(agree);
            all_agree &= agree;
            if !agree {
                self.wrong.push(format!("seed {seed} {zone}: {} | kept {kept:.2}", said.sentence()));
            }
            let measured = metrics.latest(&Query::of_group(group)).value();
            if let (Some(cpu), Some(measured), Some(1..)) = (said.cpu.filter(|_| kept >= KEPT), measured, said.left)
                && cpu.after <= KNEE
                && !made.is_apart(name)
            {
                self.cpu.push(cpu.after - measured);
            }
        }
        self.worlds += 1;
        self.worlds_agreed += usize::from(all_agree);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_of_losing_a_zone_is_what_happens_when_it_is_lost_aws_domain_b4() {
    let mut tally = Tally::default();
    for seed in 0..worlds() {
        let made = Made::by_chance(seed);
        let zone = made.zones[usize::try_from(seed).unwrap() % made.zones.len()].clone();
        tally.hold(&made, seed, &zone).await;
    }
    let worst = tally.cpu.iter().fold(0.0, |worst: f64, off| worst.max(off.abs()));
    #[allow(clippy::cast_precision_loss)]
    let mean = tally.cpu.iter().map(|off| off.abs()).sum::<f64>() / tally.cpu.len().max(1) as f64;
    let summary = format!(
        "{} of {} worlds alike, {} of {} services; CPU off by {mean:.1} on average and {worst:.1} at most over {}\n{}",
        tally.worlds_agreed,
        tally.worlds,
        tally.agreed,
        tally.services,
        tally.cpu.len(),
        tally.wrong.join("\n")
    );
    println!("{summary}");
    assert!(tally.worlds_agreed * 100 >= tally.worlds * 95, "{summary}");
    assert!(worst <= OFF && tally.cpu.len() > tally.services / 4, "{summary}");
}

/// How many worlds: a few dozen, or as many as somebody asks for who wants to know better.
fn worlds() -> u64 {
    std::env::var("FOURNINES_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(36)
}
