//! Runs at random: plans, faults, deaths, orders and other people, by seed; after each the world is what the journal says.

use std::time::Duration;

use super::lab::{Came, Lab, all};
use super::toy::Fault;
use crate::engine::sabotage::Sabotage;
use crate::engine::{Order, Outcome};
use crate::operation::call::ErrorClass;

/// How many runs there are at random; `FOURNINES_RUNS` says another number, `FOURNINES_SEED` just one.
const RUNS: u64 = 300;

fn fault(rng: &mut fastrand::Rng) -> Fault {
    match rng.u8(0..9) {
        0 => Fault::DieBefore,
        1 => Fault::DieAfter,
        2 => Fault::LoseAnswer,
        3 => Fault::LoseCall,
        4 => Fault::Twice,
        5 => Fault::Refuse(ErrorClass::Denied, rng.usize(1..3)),
        6 => Fault::Refuse(ErrorClass::Throttled, rng.usize(1..40)),
        7 => Fault::Refuse(ErrorClass::Unreachable, rng.usize(1..60)),
        _ => Fault::Refuse(ErrorClass::Conflict, rng.usize(1..40)),
    }
}

fn order(rng: &mut fastrand::Rng, steps: usize) -> Order {
    let step = format!("s{}", rng.usize(1..=steps)).as_str().into();
    match rng.u8(0..8) {
        0 => Order::Pause,
        1 => Order::Resume,
        2 => Order::Hold { step },
        3 | 4 => Order::Retry { step, accept: None },
        5 => Order::Stop,
        6 => Order::Undo { reason: None },
        _ => Order::Abort { reason: None },
    }
}

/// One run by its seed, gone on with until it ends; what is wrong afterwards.
pub(super) async fn wrongs(seed: u64, sabotage: Option<Sabotage>) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let cases = all();
    let case = cases[rng.usize(0..cases.len())];
    let mut lab = Lab::new(case.1(), case.2);
    (lab.seed, lab.sabotage) = (seed, sabotage);
    lab.limits.patience = Duration::from_secs(rng.u64(0..2) * 1200);
    {
        let mut world = lab.toy.world();
        world.lag_s = rng.u64(0..20);
        for _ in 0..rng.usize(0..3) {
            world.faults.insert(rng.usize(0..8), fault(&mut rng));
        }
    }
    let mut wrongs = Vec::new();
    for again in 0..6 {
        if rng.u8(0..3) == 0 {
            lab.lines.0.lock().unwrap().dies = Some((rng.usize(2..60), rng.usize(0..400)));
        }
        let steps = lab.plan.steps.len();
        lab.orders =
            (0..rng.usize(0..4)).map(|_| (Duration::from_secs(rng.u64(0..400)), order(&mut rng, steps))).collect();
        lab.orders.sort_by_key(|(at, _)| *at);
        let came = match again {
            0 => lab.run().await,
            // In the end somebody mends all faults and has the patience to see it through.
            5 => {
                lab.toy.world().faults.clear();
                lab.lines.0.lock().unwrap().dies = None;
                lab.orders.clear();
                lab.undo().await
            }
            _ => lab.resume().await,
        };
        if matches!(&came, Came::Refused(why) if why == "it never ends") {
            wrongs.push("it never ends".to_owned());
        }
        let broken = lab.violations.lock().unwrap().len();
        if broken > 0 || !lab.reading().broken.is_empty() {
            break;
        }
        if again == 5 && !matches!(came.outcome(), Some(Outcome::Undone)) && !matches!(came, Came::Refused(_)) {
            // What nobody can take back asks; nothing else may be left.
            let held = lab.past().steps().any(|(_, past)| past.state == crate::engine::State::UndoHeld);
            if !held {
                wrongs.push(format!("undo came to {came:?}"));
            }
        }
    }
    wrongs.extend(lab.wrongs());
    // One step never takes more than it says: a member stands by, or one of two is ended once another serves.
    let least = lab.toy.world().least["web"];
    let floor = if case.0 == "replace" || case.0 == "launch" { 2 } else { 1 };
    if least < floor {
        wrongs.push(format!("{least} in service at the least, {floor} is the floor"));
    }
    wrongs
}

#[tokio::test(start_paused = true)]
async fn runs_at_random_leave_the_world_that_the_journal_tells() {
    let begun = std::time::Instant::now();
    let asked = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let runs = asked("FOURNINES_RUNS").unwrap_or(RUNS);
    let seeds: Vec<u64> = asked("FOURNINES_SEED").map_or_else(|| (0..runs).collect(), |seed| vec![seed]);
    let mut failed = Vec::new();
    for seed in &seeds {
        let wrong = wrongs(*seed, None).await;
        if !wrong.is_empty() {
            failed.push(format!("FOURNINES_SEED={seed}: {}", wrong.join("; ")));
        }
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    println!("{} runs at random, {:.0} a minute", seeds.len(), seeds.len() as f64 / minutes);
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), seeds.len(), failed.join("\n"));
}
