//! The engine broken, one thing at a time: the tests notice.

use std::time::Duration;

use super::lab::{Came, Lab, desired, lanes, replace, standby};
use super::toy::{Fault, id};
use super::{matrix, random};
use crate::engine::sabotage::Sabotage;
use crate::engine::{Order, Outcome, Standing};
use crate::journal::Event;
use crate::operation::Fact;
use crate::operation::call::ErrorClass;
use crate::operation::plan::Level;

/// A scene and what must be so in it; each is a test of its own elsewhere, here in short.
async fn scenes(sabotage: Option<Sabotage>) -> Vec<String> {
    let mut noticed = Vec::new();
    let mut see = |what: &str, is: bool| {
        if !is {
            noticed.push(what.to_owned());
        }
    };
    let new = |plan, groups: &[(&str, u32)]| {
        let mut lab = Lab::new(plan, groups);
        lab.sabotage = sabotage;
        lab
    };
    // A target that changed, a reading that failed, a floor that is crossed.
    let mut lab = new(replace(), &[("web", 2)]);
    lab.toy.world().groups.get_mut("web").unwrap().max = 5;
    lab.run().await;
    see("a changed target is left alone", lab.toy.world().calls == 0);
    for level in [Level::Block, Level::Warn] {
        let mut lab = new(standby(), &[("web", 2)]);
        lab.plan.steps[0].guards[0].level = level;
        (lab.limits.patience, lab.toy.world().reads_fail) = (Duration::from_secs(600), true);
        let accept = (level == Level::Block).then(|| "dark".into());
        lab.orders = vec![(Duration::from_secs(60), Order::Retry { step: "s1".into(), accept })];
        lab.run().await;
        see("nobody knows, so nothing is called", lab.toy.world().calls == 0);
    }
    // A floor that is crossed while a call is tried again.
    let mut lab = new(standby(), &[("web", 2)]).fault(0, Fault::Refuse(ErrorClass::Throttled, 5));
    let toy = lab.toy.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        toy.world().groups.get_mut("web").unwrap().members.remove(&id(2));
    });
    lab.run().await;
    see("guards are asked again", lab.toy.world().effects.is_empty());
    let mut lab = new(replace(), &[("web", 2)]);
    lab.toy.world().groups.get_mut("web").unwrap().launches_fail = true;
    let begun = tokio::time::Instant::now();
    lab.run().await;
    see("a launch that fails ends the wait", begun.elapsed() < Duration::from_secs(120));
    see("and nobody is ended", lab.toy.world().groups["web"].in_service() == 2);
    // A change must go on being so.
    let mut lab = new(replace(), &[("web", 2)]);
    lab.run().await;
    let reading = lab.reading();
    let at = |is: fn(&Event) -> bool| {
        reading
            .records
            .iter()
            .find(|record| record.step == Some("s3".into()) && is(&record.event))
            .map(|record| record.at)
    };
    let held = at(|event| matches!(event, Event::Waiting { holds: Some(true), .. }));
    let done = at(|event| matches!(event, Event::StepDone { .. }));
    see("it went on being so", held.zip(done).is_some_and(|(held, done)| done.duration_since(held).as_secs() >= 20));
    // A deadline.
    let mut lab = new(replace(), &[("web", 2)]);
    lab.plan.steps[2].until.as_mut().unwrap().deadline_s = 30;
    see("a wait ends at its deadline", lab.run().await.outcome() == Some(Outcome::Stopped));
    // A denial, a grant, a stop.
    let mut lab = new(replace(), &[("web", 2)]).fault(2, Fault::Refuse(ErrorClass::Denied, 1));
    lab.run().await;
    see("a denial is not asked again", lab.toy.world().calls == 3);
    let mut lab = new(replace(), &[("web", 2)]);
    lab.grant_for = Some("other".into());
    see("a grant is for one plan", matches!(lab.run().await, Came::Refused(_)));
    let mut lab = new(replace(), &[("web", 2)]);
    lab.orders = vec![(Duration::from_secs(40), Order::Stop)];
    lab.run().await;
    see("a stop is obeyed", lab.past().standing == Standing::Stopped);
    // Lanes.
    let mut lab = new(lanes(), &[("web", 2), ("shop", 2)]).fault(0, Fault::Refuse(ErrorClass::Denied, 1));
    lab.plan.steps.swap(1, 2);
    lab.plan.steps[1].needs = vec!["s1".into()];
    lab.plan.steps[2].needs = Vec::new();
    lab.plan.steps[0].calls.truncate(1);
    lab.plan.steps.push(crate::operation::Step {
        id: "s4".into(),
        needs: vec!["s2".into()],
        ..lab.plan.steps[2].clone()
    });
    lab.plan.steps[3].calls = vec![crate::operation::Call::new(&super::toy::here(), desired("shop", 2))];
    lab.plan.steps[3].until = super::lab::until(Fact::Settled { group: "shop".into(), in_service: 2 }, 300);
    lab.run().await;
    see("a held lane holds only itself", lab.past().step(&"s4".into()).unwrap().state == crate::engine::State::Done);
    // What AWS shows late.
    let mut lab = new(replace(), &[("web", 2)]).fault(3, Fault::LoseAnswer);
    lab.toy.world().lag_s = 25;
    lab.run().await;
    see("a late reading is waited for", lab.toy.world().arrived.len() == 6 && lab.wrongs().is_empty());
    // What somebody else changed.
    let mut lab = new(replace(), &[("web", 2)]).fault(3, Fault::Refuse(ErrorClass::Denied, 1));
    lab.run().await;
    {
        let mut world = lab.toy.world();
        let group = world.groups.get_mut("web").unwrap();
        (group.max, group.desired) = (8, 8);
    }
    lab.undo().await;
    see("others' changes stay", lab.toy.world().groups["web"].desired == 8);
    // Back: the last first, each seen before the next.
    let mut lab = new(replace(), &[("web", 2)]);
    lab.orders = vec![(Duration::from_secs(60), Order::Undo { reason: None })];
    lab.run().await;
    let back: Vec<String> = lab
        .reading()
        .records
        .iter()
        .filter(|record| matches!(record.event, Event::Undone { .. }))
        .filter_map(|record| Some(record.step.as_ref()?.to_string()))
        .collect();
    see("the last first", back == ["s3", "s2", "s1"]);
    see("and seen", lab.toy.world().groups["web"].members.len() == 2);
    let wrongs = lab.wrongs();
    see(&wrongs.join("; "), wrongs.is_empty());
    noticed
}

/// What notices a sabotage: a scene, the matrix, or runs at random.
async fn noticed(sabotage: Option<Sabotage>) -> Option<String> {
    if let Some(scene) = scenes(sabotage).await.into_iter().next() {
        return Some(scene);
    }
    if let Some(cell) = matrix::undone(sabotage).await.into_iter().next() {
        return Some(cell);
    }
    if let Some(cell) = matrix::lines(sabotage).await.into_iter().next() {
        return Some(cell);
    }
    if let Some(cell) = matrix::calls(sabotage).await.into_iter().next() {
        return Some(cell);
    }
    for seed in 0..50 {
        if let Some(wrong) = random::wrongs(seed, sabotage).await.into_iter().next() {
            return Some(format!("seed {seed}: {wrong}"));
        }
    }
    None
}

#[tokio::test(start_paused = true)]
async fn nine_in_ten_of_what_can_be_broken_are_noticed() {
    assert_eq!(scenes(None).await, Vec::<String>::new(), "nothing is noticed where nothing is broken");
    let mut missed = Vec::new();
    for sabotage in Sabotage::ALL {
        // A test that breaks down has noticed as well: the journal tells no run any more.
        match tokio::spawn(noticed(Some(*sabotage))).await.unwrap_or_else(|_| Some("it breaks down".to_owned())) {
            Some(by) => println!("{sabotage:?}: {}", by.lines().next().unwrap_or_default()),
            None => missed.push(*sabotage),
        }
    }
    println!("{} of {} noticed; missed {missed:?}", Sabotage::ALL.len() - missed.len(), Sabotage::ALL.len());
    assert!(missed.len() * 10 <= Sabotage::ALL.len(), "missed {missed:?}");
}
