//! Recordings: what AWS shows and what clients get in each scenario, minute by minute, kept as texts that people review.
//!
//! One that differs is written anew, and the test fails so that somebody looks at the difference and commits it.

mod aws;
mod names;
mod recorder;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fournines::sim::scenario::Setting;
use fournines::sim::world::Origin;
use fournines::sim::{Options, Script, Sim, SimTime};
use recorder::Watch;

/// A service with its group and target group.
type Service = (&'static str, &'static str, Option<&'static str>);

const WEB: Service = ("web", "web-asg", Some("web"));
const CHECKOUT: Service = ("checkout", "checkout-asg", Some("checkout"));
const API: Service = ("api", "api-asg", Some("api-public"));
const WORKERS: Service = ("workers", "workers-asg", None);
const MEDIA: Service = ("media", "media-asg", Some("media"));

/// A recording: the scenario, what is set in it, the region, its services, minutes.
type Recording = (&'static str, &'static [&'static str], &'static str, &'static [Service], u64);

const EAST: &str = "us-east-1";

const RECORDED: &[Recording] = &[
    ("daily", &[], EAST, &[WEB, CHECKOUT], 10),
    ("calm", &[], EAST, &[WEB, CHECKOUT], 10),
    ("zone-power-loss", &["lasts=18m"], EAST, &[WEB, CHECKOUT], 45),
    ("gray-zone", &["lasts=12m"], EAST, &[WEB, CHECKOUT], 25),
    ("autoshift", &["lasts=12m"], EAST, &[WEB, CHECKOUT], 30),
    ("practice-run", &["lasts=10m"], EAST, &[WEB, CHECKOUT], 18),
    ("expiring-shift", &[], EAST, &[WEB], 20),
    ("no-headroom", &[], EAST, &[CHECKOUT], 20),
    ("no-capacity", &[], EAST, &[CHECKOUT, API], 15),
    ("sick-zone-replacements", &[], EAST, &[API, MEDIA], 20),
    ("bad-release", &[], EAST, &[CHECKOUT], 20),
    ("fail-open", &[], EAST, &[CHECKOUT], 20),
    ("blind-group", &[], EAST, &[API], 15),
    ("one-bad-host", &[], EAST, &[WEB], 12),
    ("host-failure", &[], EAST, &[("god", "bastion-asg", Some("god"))], 15),
    ("stuck-stop", &[], EAST, &[("god", "bastion-asg", Some("god"))], 10),
    ("no-room", &[], EAST, &[("god", "bastion-asg", Some("god"))], 10),
    ("retirement", &[], EAST, &[], 6),
    ("size-one", &[], EAST, &[], 6),
    ("suspended-launch", &[], EAST, &[API], 30),
    ("launch-dies", &[], EAST, &[API], 20),
    ("stuck-hook", &[], EAST, &[CHECKOUT], 10),
    ("forgotten-standby", &[], EAST, &[MEDIA], 5),
    ("retry-storm", &[], EAST, &[CHECKOUT], 20),
    ("ebs-stall", &["lasts=10m"], EAST, &[WEB, CHECKOUT], 25),
    ("silent-alarms", &[], EAST, &[WEB], 10),
    ("throttled", &["lasts=5m"], EAST, &[WEB], 9),
    ("database-crash", &[], EAST, &[CHECKOUT], 40),
    ("storage-full", &[], EAST, &[CHECKOUT], 20),
    ("broken-replica", &[], EAST, &[], 10),
    ("region-outage", &[], "us-west-2", &[WEB, CHECKOUT], 15),
    ("nat-failure", &["lasts=8m"], EAST, &[WEB, WORKERS], 15),
    ("partial-zone", &["lasts=8m"], EAST, &[WEB, CHECKOUT], 15),
    ("two-zones-gray", &["lasts=8m"], EAST, &[WEB, CHECKOUT], 15),
    ("late-metrics", &["lasts=8m"], EAST, &[WEB], 20),
    ("release-one-zone", &[], EAST, &[WEB], 15),
    ("deploy", &[], EAST, &[WEB, API], 45),
    ("load-swing", &[], EAST, &[WEB, CHECKOUT], 35),
];

/// Replicas whose lag is what an SRE would look at.
const REPLICAS: &[(&str, &str)] = &[("broken-replica", "reporting-replica"), ("region-outage", "orders-west")];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/recordings")
}

fn recording(&(name, set, region, services, minutes): &Recording) -> String {
    let start: jiff::Timestamp = crate::account::START.parse().unwrap();
    let origin = Origin { seed: 1, start: SimTime::from_millis(start.as_millisecond()) };
    let script = Script::named(name).unwrap();
    let settings: Vec<Setting> = set.iter().map(|text| text.parse().unwrap()).collect();
    let scenario = script.play(&settings).unwrap();
    let world = scenario.world(None, origin).unwrap();
    let sim = Sim::new(world, Options { speed: 0.0, scenario }, Box::new(|| Duration::ZERO));
    let replica = REPLICAS.iter().find(|(scenario, _)| *scenario == name).map(|(_, id)| *id);
    let table = recorder::record(&sim, Watch { region, services, replica }, minutes);
    let parameters = script.parameters.iter().map(|parameter| {
        let of_it = settings.iter().find(|setting| setting.name == parameter.name);
        of_it.map_or_else(|| parameter.to_string(), |setting| format!("{}={}", setting.name, setting.value))
    });
    let set = std::iter::once(region.to_owned()).chain(parameters).collect::<Vec<_>>().join(" ");
    format!("{name}: {}\n{set}\n\n{table}", script.description)
}

#[test]
fn every_scenario_is_recorded() {
    let recorded: Vec<&str> = RECORDED.iter().map(|(name, ..)| *name).collect();
    let scenarios: Vec<String> = Script::all().unwrap().into_iter().map(|script| script.name).collect();
    assert_eq!(recorded, scenarios);
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".txt");
        assert!(name.is_none_or(|name| recorded.contains(&name)), "{file} is no longer made by anything");
    }
}

#[test]
fn the_recordings_are_what_happens() {
    let drifted = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for part in RECORDED.chunks(RECORDED.len().div_ceil(4)) {
            let drifted = &drifted;
            threads.spawn(move || {
                for recorded in part {
                    let (name, text) = (recorded.0, recording(recorded));
                    let path = folder().join(format!("{name}.txt"));
                    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
                        continue;
                    }
                    fs::write(&path, text).unwrap();
                    drifted.lock().unwrap().push(name);
                }
            });
        }
    });
    let drifted = drifted.into_inner().unwrap();
    assert!(drifted.is_empty(), "recorded anew, look at them and commit: {}", drifted.join(", "));
}
