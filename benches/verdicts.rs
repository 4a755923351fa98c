//! The labelled set: several hundred runs of the simulated account, and what the console called degraded.
//!
//! `cargo bench --bench verdicts -- SEEDS [SCENARIO]`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, dead_code)]

#[path = "../tests/it/account.rs"]
mod account;
#[path = "../tests/it/labelled/mod.rs"]
mod labelled;
#[path = "../tests/it/watching.rs"]
mod watching;

use std::collections::VecDeque;
use std::sync::Mutex;

use fournines::sim::Script;
use labelled::case::{Case, cases};
use labelled::{Outcome, score};

fn main() {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let seeds: u64 = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(6);
    let only = arguments.get(1);
    let known = |case: &Case| Script::named(case.scenario).is_ok();
    let wanted = |case: &Case| only.is_none_or(|only| only == case.scenario);
    let cases: Vec<Case> = cases().into_iter().filter(|case| known(case) && wanted(case)).collect();
    let queue: VecDeque<(usize, Case, u64)> = cases
        .into_iter()
        .enumerate()
        .flat_map(|(n, case)| (1..=seeds).map(move |seed| (n, case.clone(), seed)))
        .collect();
    let queue = Mutex::new(queue);
    let outcomes: Mutex<Vec<(usize, Outcome)>> = Mutex::default();
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            threads.spawn(|| {
                loop {
                    let Some((n, case, seed)) = queue.lock().unwrap().pop_front() else { return };
                    let outcome = labelled::watch(&case, seed);
                    outcomes.lock().unwrap().push((n, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap();
    outcomes.sort_by_key(|(n, outcome)| (*n, outcome.seed));
    let outcomes: Vec<Outcome> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    print!("{}", score::table(&outcomes));
}
