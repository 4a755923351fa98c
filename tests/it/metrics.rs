//! Metrics over the SDK: what one reading and a console that stays ask, what that costs, and that nothing hangs on them.

use fournines::cli;
use fournines::estate::query::{Measure, Query};
use fournines::estate::{Kind, Part};
use fournines::id::{DatabaseId, GroupName, Region};
use fournines::judge::metrics::Sample;
use fournines::judge::{Metrics, Picture, Verdict};

use crate::account::Account;
use crate::watching::Console;

fn east() -> Region {
    Region::from("us-east-1")
}

fn tiers(picture: &Picture) -> Vec<String> {
    picture.estate.slices(&east(), Kind::Series).map(|(part, _)| part.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn one_reading_asks_what_verdicts_need_and_knows_the_lag() {
    let account = Account::calm(1);
    account.sim.advance(std::time::Duration::from_secs(900));
    let picture = account.read(cli::status::kinds()).await;
    let asked = tiers(&picture);
    assert_eq!(asked, ["balancers", "board", "databases", "lag", "network", "zones"]);
    let metrics = Metrics::new(&picture.estate, &east(), picture.taken_at);
    assert!(metrics.latest(&Query::of_group(&GroupName::from("web-asg"))).value().is_some_and(|cpu| cpu > 1.0));
    let connections = Query::of_database(Measure::Connections, &DatabaseId::from("no-such-database")).unwrap();
    assert_eq!(metrics.latest(&connections), Sample::Unasked);
    let lags = &picture.judgement.regions[&east()].lags;
    assert!(lags.databases.get("reporting-replica").is_some_and(|lag| (0.0..60.0).contains(lag)), "{lags:?}");
    let words = picture.traffic.metrics.words().unwrap();
    assert!(words.starts_with("metrics $") && !words.contains("not asked"), "{words}: {:?}", picture.traffic);
}

/// `aws-domain.md` B.2: without metrics a verdict stands on what else was read.
#[tokio::test(start_paused = true)]
async fn metrics_that_may_not_be_read_are_said_and_make_nothing_unknown_aws_domain_b2() {
    let account = Account::calm(1);
    account.sim.advance(std::time::Duration::from_secs(900));
    let with = account.read(cli::status::kinds()).await;
    account.deny("cloudwatch:GetMetricData");
    let without = account.read(cli::status::kinds()).await;
    assert_eq!(without.judgement.account.verdict, with.judgement.account.verdict);
    assert_ne!(without.judgement.account.verdict, Verdict::Unknown);
    let board = Part::Of("board".into());
    let slice = without.estate.slices(&east(), Kind::Series).find(|(part, _)| **part == board).unwrap().1;
    assert_eq!(slice.failure().unwrap().why.iam_action(), Some("cloudwatch:GetMetricData"));
}

/// `aws-domain.md` A.8: a console that stays calls far more seldom than AWS allows, and metrics once a minute.
#[tokio::test(start_paused = true)]
async fn a_console_that_stays_is_well_within_every_limit_aws_domain_a8() {
    let account = Account::calm(1);
    let mut console = Console::open(&account, &["us-east-1", "us-west-2"]);
    let picture = console.after(600).await;
    let metrics = Metrics::new(&picture.estate, &east(), picture.taken_at);
    assert!(metrics.latest(&Query::of_group(&GroupName::from("web-asg"))).value().is_some());
    let calls = &picture.traffic.calls_a_minute;
    let most = |domain: &str| calls.get(domain).copied().unwrap_or(0);
    // Two regions of ten target groups or so, on a calm minute.
    for (domain, limit) in [("ec2", 40), ("asg", 20), ("elb", 60), ("rds", 20), ("cw", 25), ("arc", 20), ("sts", 4)] {
        assert!(most(domain) <= limit, "{domain}: {calls:?}");
    }
    let asked = || {
        let log: serde_json::Value = serde_json::from_str(&account.call_log()).unwrap();
        log.as_array().unwrap().iter().filter(|call| call["action"] == "GetMetricData").count()
    };
    let before = asked();
    console.after(300).await;
    let a_minute = (asked() - before) as f64 / 5.0;
    assert!(a_minute <= 12.5, "six tiers in two regions, once a minute each: {a_minute}");
}
