//! How fast the simulated account runs: virtual minutes a second of the wall, calm and under a zone's power loss, at 120 and at
//! 10,000 instances, and how long the largest world takes to build.
//!
//! `cargo bench --bench simulator --profile dev` measures the build that the tests use, without `--profile dev` the one that
//! is shipped; ratios within one run are worth more than the figures, since machines differ and are shared.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::{Duration, Instant};

use fournines::sim::world::{Format, Origin};
use fournines::sim::{Options, Scenario, Script, Sim, SimTime};

/// Virtual minutes that are measured: the loss comes after one, the zone stays dark.
const MINUTES: u32 = 30;

const ORIGIN: Origin = Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) };

const TEN_THOUSAND: &str = "\
account = \"123456789012\"
[regions.us-east-1.generate]
instances = 10_000
groups = 200
target_groups = 200
databases = 20
alarms = 300
";

fn main() {
    println!("{:<28}{:<18}{:>12}{:>22}", "world", "scenario", "build", "virtual minutes/s");
    for (world, document) in [("the built-in one", None), ("10,000 instances", Some(TEN_THOUSAND))] {
        for name in ["calm", "zone-power-loss"] {
            let (built, sim) = start(name, document);
            let began = Instant::now();
            for _ in 0..MINUTES {
                sim.advance(Duration::from_secs(60));
            }
            let rate = f64::from(MINUTES) / began.elapsed().as_secs_f64();
            println!("{world:<28}{name:<18}{built:>12.2?}{rate:>22.1}");
        }
    }
    let large = include_str!("../worlds/large.toml");
    let (built, sim) = start("calm", Some(large));
    let began = Instant::now();
    sim.advance(Duration::from_secs(300));
    let rate = 5.0 / began.elapsed().as_secs_f64();
    println!("{:<28}{:<18}{built:>12.2?}{rate:>22.1}", "worlds/large.toml", "calm");
}

/// A scenario's world, and how long it took to build.
fn start(name: &str, document: Option<&str>) -> (Duration, Sim) {
    let settings = if name == "zone-power-loss" { vec!["at=1m".parse().unwrap()] } else { Vec::new() };
    let scenario: Scenario = Script::named(name).unwrap().play(&settings).unwrap();
    let began = Instant::now();
    let world = scenario.world(document.map(|text| (text, Format::Toml)), ORIGIN).unwrap();
    let built = began.elapsed();
    (built, Sim::new(world, Options { speed: 0.0, scenario }, Box::new(|| Duration::ZERO)))
}
