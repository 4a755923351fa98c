//! Runs on a toy account in virtual time: every fault at every call and every line, orders at any time, and worlds at random.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod broken;
pub(super) mod lab;
mod matrix;
mod orders;
mod random;
mod record;
mod shifts;
mod table;
mod toy;

use lab::{Lab, replace};

use super::Outcome;

#[tokio::test(start_paused = true)]
async fn a_run_does_what_its_plan_says_and_says_what_it_does() {
    for (name, plan, groups) in lab::all() {
        let mut lab = Lab::new(plan(), groups);
        let came = lab.run().await;
        assert_eq!(came.outcome(), Some(Outcome::Done), "{name}: {came:?}");
        assert_eq!(lab.wrongs(), Vec::<String>::new(), "{name}");
        let planned: usize = lab.plan.calls().count();
        assert_eq!(lab.toy.world().arrived.len(), planned, "{name}: each call once");
    }
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.run().await;
    assert_eq!(lab.toy.world().least["web"], 2, "never below what served before");
}
