//! A zone without power: `DescribeInstances` fails but for explicit ids of other zones (`aws-domain.md` A.1, F.10).

use std::collections::BTreeSet;
use std::time::Duration;

use fournines::cli;
use fournines::cli::status::{AccountLabel, Format};
use fournines::config::Rules;
use fournines::estate::instance::Instance;
use fournines::estate::{Kind, Part, Row, Slice, SliceId, Update};
use fournines::id::{InstanceId, Region, ZoneName};
use fournines::judge::Picture;
use fournines::sim::Sim;
use fournines::sim::fault::Fault;
use fournines::watch::store::Loaded;
use serde_json::Value;

use crate::account::Account;
use crate::watching::Console;

const SICK: &str = "us-east-1b";

fn east() -> Region {
    Region::from("us-east-1")
}

fn power_loss(zone: &str) -> Fault {
    Fault::ZonePowerLoss { zone: zone.to_owned() }
}

/// Ids that the world has in a zone, but for the terminated.
fn truth(sim: &Sim, region: &str, zone: &str) -> BTreeSet<String> {
    sim.with_world(|world| {
        let instances = &world.region(region).unwrap().instances;
        let alive = instances.values().filter(|i| i.state.as_str() != "terminated" && i.zone.as_str() == zone);
        alive.map(|instance| instance.id.as_str().to_owned()).collect()
    })
}

pub fn status(picture: &Picture) -> (Value, u8) {
    let label = AccountLabel::of(&picture.estate, &Rules::default());
    let rendered = cli::status::render(picture, &label, Format::Json);
    (serde_json::from_str(&rendered.text).unwrap(), rendered.exit.code())
}

fn zone<'a>(status: &'a Value, name: &str) -> &'a Value {
    status["zones"].as_array().unwrap().iter().find(|zone| zone["zone"] == name).unwrap()
}

/// Ids of the rows of a zone that are known to be as they are, or those of which nobody knows.
fn listed(picture: &Picture, zone: &str, known: bool) -> BTreeSet<String> {
    let list = fournines::listing::find("instances").unwrap();
    let question = cli::list::Question::new(list, None, None).unwrap();
    let rendered = cli::list::render(picture, &question, &Default::default(), cli::list::Format::Json);
    let document: Value = serde_json::from_str(&rendered.text).unwrap();
    let rows = document["rows"].as_array().unwrap().iter();
    let of_zone = rows.filter(|row| row["zone"] == zone && row["state"] != "terminated");
    let chosen = of_zone.filter(|row| row["state"].is_null() != known && (known || row["verdict"] != "ok"));
    chosen.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// How often a region's instances were asked for since call number `from`.
fn asked(account: &Account, region: &str, from: usize) -> usize {
    let log: Value = serde_json::from_str(&account.call_log()).unwrap();
    let calls = log.as_array().unwrap().iter().skip(from);
    calls.filter(|call| call["action"] == "DescribeInstances" && call["region"] == region).count()
}

pub fn calls(account: &Account) -> usize {
    let log: Value = serde_json::from_str(&account.call_log()).unwrap();
    log.as_array().unwrap().len()
}

/// The first look, with nothing kept: ids come from groups, status checks and balancers, and only the silent zone is unknown.
#[tokio::test(start_paused = true)]
async fn a_first_look_leads_on_and_only_the_silent_zone_is_unknown_aws_domain_a1() {
    let account = Account::calm(1);
    account.fault(power_loss(SICK));
    let picture = account.read_all().await;
    let (document, exit) = status(&picture);
    assert!([2, 3].contains(&exit), "{exit}");
    let sick = zone(&document, SICK);
    assert!(sick["instances"].is_null(), "{sick}");
    assert!(sick["silent_since"].as_str().unwrap().starts_with("2026-11-21T03:00:"), "{sick}");
    assert_ne!(sick["verdict"], "ok");
    assert!(sick["evidence"].to_string().contains("silent since 03:00:0"), "{sick}");
    for name in ["us-east-1a", "us-east-1c", "us-west-2a"] {
        let running = zone(&document, name)["instances"]["running"].as_u64();
        assert!(running.is_some_and(|count| count > 5), "{name}: {running:?}");
        assert!(zone(&document, name)["silent_since"].is_null());
    }
    for name in ["us-east-1a", "us-east-1c"] {
        assert_eq!(listed(&picture, name, true), truth(&account.sim, "us-east-1", name), "{name}");
    }
    let errors = document["regions"][0]["errors"].as_array().unwrap();
    let error = errors.iter().find(|error| error["kind"] == "instances").unwrap();
    assert_eq!(error["failure"], "silent");
    assert!(error["message"].as_str().unwrap().contains(SICK), "{error}");
    assert!(asked(&account, "us-east-1", 0) < 16, "{}", asked(&account, "us-east-1", 0));
}

/// In the middle of a watch: last rows stay with their age and never as running, other zones stay live, AWS is not pressed, and
/// all is as before when it answers again.
#[tokio::test(start_paused = true)]
async fn memory_stays_others_stay_live_and_recovery_is_complete_aws_domain_f10() {
    let account = Account::calm(1);
    let mut console = Console::open(&account, &["us-east-1"]);
    let before = console.after(100).await;
    let seen = listed(&before, SICK, true);
    assert_eq!(seen, truth(&account.sim, "us-east-1", SICK));
    account.fault(power_loss(SICK));
    let from = calls(&account);
    console.after(60).await;
    for minute in 1..=5 {
        let picture = console.after(60).await;
        assert_eq!(listed(&picture, SICK, true), BTreeSet::new(), "minute {minute}");
        assert!(listed(&picture, SICK, false).is_superset(&seen), "minute {minute}: nothing is gone");
        let table = picture.estate.table::<Instance>(&east(), picture.taken_at);
        for name in ["us-east-1a", "us-east-1c"] {
            let part = Part::Zone(ZoneName::from(name));
            assert!(table.part(&part).is_some_and(|rows| !rows.is_empty()), "minute {minute}: {name} is live");
            let slice = picture.estate.slice(&SliceId { region: east(), kind: Kind::Instances, part }).unwrap();
            assert!(slice.age(picture.taken_at).unwrap() < Duration::from_secs(60), "minute {minute}: {name}");
        }
        let silent_since = zone(&status(&picture).0, SICK)["silent_since"].as_str().unwrap().to_owned();
        // The first read after the loss of power at 03:01:40.
        assert!(("2026-11-21T03:01:40Z".."2026-11-21T03:02:15Z").contains(&&*silent_since), "{silent_since}");
    }
    let asked = asked(&account, "us-east-1", from);
    assert!((20..65).contains(&asked), "{asked} in six minutes");
    account.heal(power_loss(SICK));
    let picture = console.after(100).await;
    let parts: Vec<_> = picture.estate.slices(&east(), Kind::Instances).map(|(part, _)| part.clone()).collect();
    assert_eq!(parts, [Part::All], "the paged call is taken up again");
    // The account still changes while groups fill up: the console is never more than a reading behind.
    for name in ["us-east-1a", SICK, "us-east-1c"] {
        let before = truth(&account.sim, "us-east-1", name);
        let shown = listed(&*console.after(40).await, name, true);
        let after = truth(&account.sim, "us-east-1", name);
        assert!(shown.is_superset(&before.intersection(&after).cloned().collect()), "{name}");
        assert!(shown.is_subset(&before.union(&after).cloned().collect()), "{name}");
    }
}

/// Replacements that a group launches meanwhile are in no memory: their group names them.
#[tokio::test(start_paused = true)]
async fn replacements_launched_during_the_silence_appear_aws_domain_a1() {
    let account = Account::calm(1);
    let mut console = Console::open(&account, &["us-east-1"]);
    console.after(100).await;
    let before = truth(&account.sim, "us-east-1", "us-east-1a");
    account.fault(power_loss(SICK));
    let victim = before.iter().find(|id| is_member(&account.sim, id)).unwrap().clone();
    account.fault(Fault::Host { instance: victim });
    let picture = console.after(700).await;
    let new: BTreeSet<String> = truth(&account.sim, "us-east-1", "us-east-1a").difference(&before).cloned().collect();
    let new_in_c = truth(&account.sim, "us-east-1", "us-east-1c");
    assert!(!new.is_empty() || !new_in_c.is_empty(), "the group replaced it");
    assert!(listed(&picture, "us-east-1a", true).is_superset(&new));
    assert!(listed(&picture, "us-east-1c", true).is_superset(&new_in_c));
}

fn is_member(sim: &Sim, id: &str) -> bool {
    sim.with_world(|world| world.region("us-east-1").unwrap().instances.get(id).unwrap().group.is_some())
}

/// Kept ids that AWS does not know any more cost their batch once, and nothing else.
#[tokio::test(start_paused = true)]
async fn stale_ids_in_the_kept_inventory_are_dropped_aws_domain_a1() {
    let account = Account::calm(1);
    let whole = account.read_all().await;
    let id = SliceId::all(&east(), Kind::Instances);
    let mut rows: Vec<Instance> = whole.estate.slice(&id).unwrap().rows::<Instance>().to_vec();
    let template = rows.iter().find(|row| row.zone.as_str() == "us-east-1a").unwrap().clone();
    let stale: Vec<InstanceId> = (0..3).map(|n| InstanceId::from(format!("i-{n:017x}"))).collect();
    rows.extend(stale.iter().map(|id| Instance { id: id.clone(), ..template.clone() }));
    let kept = Slice::read(Instance::rows(rows), whole.taken_at);
    let kept: Slice = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    account.fault(power_loss(SICK));
    let from = calls(&account);
    let loaded = Loaded { updates: vec![Update::part(id, kept)], ..Loaded::default() };
    let picture = account.read_with(loaded, Kind::ALL.iter().copied()).await;
    let (document, _) = status(&picture);
    assert!(zone(&document, "us-east-1a")["instances"]["running"].as_u64().is_some_and(|count| count > 5));
    assert_eq!(listed(&picture, SICK, false), truth(&account.sim, "us-east-1", SICK), "known by the kept inventory");
    assert!(zone(&document, SICK)["evidence"].to_string().contains("instances last seen then"));
    assert!(asked(&account, "us-east-1", from) < 18, "{}", asked(&account, "us-east-1", from));
}

/// Where only balancers name instances, nobody knows their zones: asking finds them out, in a bounded number of calls.
#[tokio::test(start_paused = true)]
async fn zones_of_targets_are_learned_aws_domain_a1() {
    let account = Account::calm(1);
    account.fault(power_loss(SICK));
    account.deny("ec2:DescribeInstanceStatus");
    account.deny("autoscaling:DescribeAutoScalingGroups");
    let picture = account.read_all().await;
    let table = picture.estate.table::<Instance>(&east(), picture.taken_at);
    for name in ["us-east-1a", "us-east-1c"] {
        let rows = table.part(&Part::Zone(ZoneName::from(name))).map(<[Instance]>::len);
        assert!(rows.is_some_and(|count| count > 3), "{name}: {rows:?}");
    }
    assert!(zone(&status(&picture).0, SICK)["instances"].is_null());
    assert!(asked(&account, "us-east-1", 0) < 64, "{}", asked(&account, "us-east-1", 0));
}

/// Two regions at once, each with a silent zone of its own.
#[tokio::test(start_paused = true)]
async fn two_regions_keep_apart_aws_domain_a1() {
    let account = Account::calm(1);
    account.fault(power_loss(SICK));
    account.fault(power_loss("us-west-2c"));
    let (document, _) = status(&account.read_all().await);
    for zone in document["zones"].as_array().unwrap() {
        let is_sick = zone["zone"] == SICK || zone["zone"] == "us-west-2c";
        assert_eq!(zone["instances"].is_null(), is_sick, "{zone}");
        assert_eq!(zone["silent_since"].is_string(), is_sick, "{zone}");
    }
}

/// Where EC2 fails for all, no zone is told apart: that is an outage of the API, and no evidence against a zone.
#[tokio::test(start_paused = true)]
async fn an_api_that_fails_for_all_is_no_zones_silence_aws_domain_b1() {
    let account = Account::calm(1);
    account.tamper(|request, answer| {
        let body = String::from_utf8_lossy(request.body());
        if body.contains("Action=DescribeInstances&") { Ok(internal_error()) } else { Ok(answer) }
    });
    let (document, exit) = status(&account.read_all().await);
    assert_eq!(exit, 3);
    for zone in document["zones"].as_array().unwrap() {
        assert!(zone["silent_since"].is_null() && zone["instances"].is_null(), "{zone}");
    }
    assert!(asked(&account, "us-east-1", 0) < 40);
}

fn internal_error() -> http::Response<bytes::Bytes> {
    let body = "<Response><Errors><Error><Code>InternalError</Code><Message>An internal error has occurred</Message></Error></Errors><RequestID>r</RequestID></Response>";
    http::Response::builder().status(500).body(body.into()).unwrap()
}

/// Once said "all away" although one balancer of six resources was moved, and `ok` of databases that could not answer.
#[tokio::test(start_paused = true)]
async fn an_autoshift_says_what_it_moved_and_databases_of_a_silent_zone_are_not_ok_aws_domain_f10() {
    let account = Account::calm(1);
    account.sim.with_world(|world| world.apply(power_loss(SICK))).unwrap();
    account.sim.advance(Duration::from_secs(600));
    let picture = account.read_all().await;
    let (status, _) = status(&picture);
    let sick = zone(&status, SICK);
    assert_eq!(sick["verdict"], "degraded");
    let evidence = sick["evidence"][0]["detail"].as_str().unwrap();
    assert!(evidence.starts_with("AWS declared it") && evidence.ends_with("1 of 6 resources moved"), "{evidence}");
    let databases = status["databases"].as_array().unwrap();
    let inside: Vec<_> = databases.iter().filter(|database| database["zone"] == SICK).collect();
    assert!(!inside.is_empty());
    for database in inside {
        assert_ne!(database["verdict"], "ok", "{database}");
        let mut reasons = database["reasons"].as_array().unwrap().iter().filter_map(Value::as_str);
        assert!(reasons.any(|reason| reason.contains("EC2 is silent")), "{database}");
    }
}
