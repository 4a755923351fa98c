//! Judging: from nothing, after each part that is read anew, and after nothing but time.

use jiff::{SignedDuration, Timestamp};

use crate::estate::Estate;
use crate::judge::{Judgement, Policy, judge_again};
use crate::synthetic::Account;

/// What [`Account::refresh`] brings, in turn.
const PARTS: [&str; 6] =
    ["instances of a zone", "checks of a zone", "all groups", "50 target groups", "50 target groups", "all alarms"];
/// Refreshes of each part.
const REFRESHES: usize = 24;
/// Judgements of the same refresh, over which the time is taken: the kernel counts it by ticks of some milliseconds.
const TIMES: usize = 8;

/// Judges an account again and again and prints the thread's processor time for it.
pub fn judging(account: &Account) {
    let mut estate = account.estate();
    let policy = Policy::default();
    let mut afresh: Vec<f64> = (0..9)
        .map(|_| {
            let began = processor();
            let judgement = judge_again(&estate, account.start, &policy, &Judgement::default());
            let took = processor() - began;
            drop(judgement);
            took
        })
        .collect();
    report("from nothing", &mut afresh);
    let mut last = judge_again(&estate, account.start, &policy, &Judgement::default());
    let mut times: [Vec<f64>; PARTS.len()] = Default::default();
    let mut compared: [Vec<f64>; PARTS.len()] = Default::default();
    for round in 0..PARTS.len() * REFRESHES {
        let at = account.start + SignedDuration::from_secs(1 + round as i64 / 2);
        // What is read into an empty estate is compared with nothing.
        let alone = taking_in(account, &Estate::new(estate.scope().to_vec()), round, at);
        compared[round % PARTS.len()].push(taking_in(account, &estate, round, at) - alone);
        account.refresh(&mut estate, round, at);
        let began = processor();
        let judgements: Vec<Judgement> = (0..TIMES).map(|_| judge_again(&estate, at, &policy, &last)).collect();
        times[round % PARTS.len()].push((processor() - began) / TIMES as f64);
        last = judgements.into_iter().next().unwrap();
    }
    for (part, times) in PARTS.iter().zip(&mut times) {
        report(&format!("after {part}"), times);
    }
    let mut passing: Vec<f64> = (0..REFRESHES as i64)
        .map(|second| {
            let at = account.start + SignedDuration::from_secs(80 + second);
            let began = processor();
            let judgements: Vec<Judgement> = (0..TIMES).map(|_| judge_again(&estate, at, &policy, &last)).collect();
            let took = (processor() - began) / TIMES as f64;
            last = judgements.into_iter().next().unwrap();
            took
        })
        .collect();
    report("after a second of nothing", &mut passing);
    for (part, compared) in PARTS.iter().zip(&mut compared) {
        report(&format!("history: {part} compared with the last"), compared);
    }
}

/// How long it takes to make up a refresh and take it in.
fn taking_in(account: &Account, estate: &Estate, round: usize, at: Timestamp) -> f64 {
    let mut copies: [Estate; TIMES] = std::array::from_fn(|_| estate.clone());
    let began = processor();
    copies.iter_mut().for_each(|copy| account.refresh(copy, round, at));
    (processor() - began) / TIMES as f64
}

fn report(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 2];
    println!("judge {what:<52} n {:>3}   min {:>7.2}   p50 {:>7.2}   max {:>7.2} ms", times.len(), at(0), at(1), at(2));
}

/// Milliseconds of processor time that this thread has had.
fn processor() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}
