//! One run of each labelled kind, in one zone; the whole set with many seeds is `benches/verdicts.rs`.

use std::collections::VecDeque;
use std::sync::Mutex;

use fournines::sim::Script;

use crate::labelled::case::{Case, Truth, cases};
use crate::labelled::{Outcome, score, watch};

#[test]
fn no_zone_is_called_degraded_wrongly_and_every_sick_one_is() {
    let elsewhere = |case: &Case| matches!(case.truth, Truth::Sick { zone, .. } | Truth::Slightly { zone, .. } if zone != "us-east-1b");
    let queue = Mutex::new(cases().into_iter().filter(|case| !elsewhere(case)).collect::<VecDeque<_>>());
    let outcomes: Mutex<Vec<Outcome>> = Mutex::default();
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    let Some(case) = queue.lock().unwrap().pop_front() else { return };
                    if Script::named(case.scenario).is_ok() {
                        let outcome = watch(&case, 1);
                        outcomes.lock().unwrap().push(outcome);
                    }
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let score = score::Score::of(&outcomes);
    println!("{}", score::table(&outcomes));
    assert_eq!(score.wrong, 0, "no zone is called degraded that is not");
    assert!(score.found > 10, "{score:?}: the runs of sick zones were made");
    assert_eq!(score.missed, 0, "every sick zone is found");
}
