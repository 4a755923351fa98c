//! What people, other people and the account do while a run goes on.

use std::time::Duration;

use super::lab::{Came, Lab, desired, guard, lanes, launch, replace, standby};
use super::toy::{Fault, here};
use crate::engine::{Order, Outcome, Standing, State};
use crate::journal::{Event, Phase};
use crate::operation::call::{Action, ErrorClass, Instances, Whom};
use crate::operation::plan::{Level, OnFailure, Surprise};
use crate::operation::{Call, Fact, LocalCommand};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn state(lab: &Lab, step: &str) -> State {
    lab.past().step(&step.into()).unwrap().state
}

fn detail(came: &Came) -> &str {
    match came {
        Came::Ended(ended) => &ended.detail,
        Came::Refused(why) => why,
        Came::Died => "died",
    }
}

#[tokio::test(start_paused = true)]
async fn a_grant_is_for_one_plan() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.grant_for = Some(standby().digest().unwrap().into());
    let came = lab.run().await;
    assert!(matches!(&came, Came::Refused(why) if why.contains("review it and confirm it anew")), "{came:?}");
    assert_eq!((lab.toy.world().calls, lab.reading().records.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_not_what_was_reviewed_stops_the_run_and_shows_the_difference() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.toy.world().groups.get_mut("web").unwrap().max = 5;
    lab.limits.patience = secs(3600);
    let came = lab.run().await;
    assert_eq!(came.outcome(), Some(Outcome::Stopped));
    assert!(
        detail(&came).contains("min 1, desired 2, max 5; the plan was made at min 1, desired 2, max 2"),
        "{came:?}"
    );
    assert_eq!(lab.toy.world().calls, 0);
}

/// `aws-domain.md` rule 1: what cannot be read holds nothing back and lets nothing pass.
#[tokio::test(start_paused = true)]
async fn what_nobody_knows_never_counts_as_holding_and_only_a_warning_can_be_accepted() {
    for (level, goes_on) in [(Level::Block, false), (Level::Warn, true)] {
        let mut lab = Lab::new(standby(), &[("web", 2)]);
        lab.plan.steps[0].guards[0].level = level;
        lab.limits.patience = secs(600);
        lab.toy.world().reads_fail = true;
        let accept = Some("zone b is dark".into());
        lab.orders = vec![(secs(60), Order::Retry { step: "s1".into(), accept })];
        lab.run().await;
        assert_eq!(lab.toy.world().calls > 0, goes_on, "{level:?}");
        let failed = lab.events().into_iter().find_map(|event| match event {
            Event::GuardFailed { guard } => Some(guard),
            _ => None,
        });
        let failed = failed.unwrap();
        assert_eq!(failed.holds, None);
        assert!(failed.detail.contains("connection refused"), "{failed:?}");
    }
}

/// Denied half-way: what is missing is named, what is done stays, and it goes on once it is allowed.
#[tokio::test(start_paused = true)]
async fn a_denied_call_holds_its_lane_names_the_permission_and_goes_on_later() {
    let mut lab = Lab::new(replace(), &[("web", 2)]).fault(2, Fault::Refuse(ErrorClass::Denied, 1));
    let came = lab.run().await;
    assert_eq!((came.outcome(), detail(&came)), (Some(Outcome::Stopped), "held: s3"));
    let told = lab.events().into_iter().any(|event| match event {
        Event::Paused { reason, .. } => reason.contains("autoscaling:SetDesiredCapacity denied"),
        _ => false,
    });
    assert!(told);
    assert_eq!(lab.toy.world().calls, 3, "a denial is not asked again");
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Done));
    assert_eq!(lab.wrongs(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_held_lane_holds_only_itself_and_a_skipped_step_lets_what_needs_it_go_on() {
    let mut lab = Lab::new(lanes(), &[("web", 2), ("shop", 2)]);
    lab.toy.world().faults.insert(0, Fault::Refuse(ErrorClass::Denied, 1));
    lab.limits.patience = secs(7200);
    lab.orders = vec![(secs(3600), Order::Skip { step: "s1".into(), reason: "not needed".into() })];
    let came = lab.run().await;
    assert_eq!(came.outcome(), Some(Outcome::Done), "{came:?}");
    let reading = lab.reading();
    let at = |step: &str, is: fn(&Event) -> bool| {
        let mut records = reading.records.iter();
        records.find(|record| record.step == Some(step.into()) && is(&record.event)).unwrap().at
    };
    let other = at("s2", |event| matches!(event, Event::StepDone { .. }));
    let skipped = at("s1", |event| matches!(event, Event::Skipped { .. }));
    assert!(other < skipped, "the other lane was done long before");
    assert_eq!((state(&lab, "s1"), state(&lab, "s3")), (State::Skipped, State::Done));
    assert!(matches!(lab.events().last(), Some(Event::Done { without, .. }) if *without == ["s1".into()]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_begins_nothing_more_after_the_first_surprise_until_somebody_decides() {
    let mut lab = Lab::new(lanes(), &[("web", 2), ("shop", 2)]);
    lab.plan.steps[2].needs = vec!["s2".into()];
    lab.plan.on_surprise = Surprise::HoldAll;
    lab.toy.world().faults.insert(0, Fault::Refuse(ErrorClass::Denied, 1));
    let came = lab.run().await;
    assert_eq!((came.outcome(), detail(&came)), (Some(Outcome::Stopped), "held: s1"));
    assert_eq!(
        (state(&lab, "s2"), state(&lab, "s3")),
        (State::Done, State::Ready),
        "what went on is done, no more is begun"
    );
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Done));
}

#[tokio::test(start_paused = true)]
async fn paused_nothing_is_called_stopped_it_ends_between_calls_and_both_go_on() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.orders = vec![(secs(20), Order::Pause), (secs(1000), Order::Resume)];
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Done));
    let reading = lab.reading();
    let paused =
        reading.records.iter().position(|record| record.step.is_none() && matches!(record.event, Event::Paused { .. }));
    let resumed = reading
        .records
        .iter()
        .position(|record| record.step.is_none() && matches!(record.event, Event::Resumed { .. }));
    let between = &reading.records[paused.unwrap()..resumed.unwrap()];
    assert!(!between.iter().any(|record| matches!(record.event, Event::Call(_))));

    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.orders = vec![(secs(40), Order::Stop)];
    let came = lab.run().await;
    assert_eq!(came.outcome(), Some(Outcome::Stopped), "{came:?}");
    assert!(lab.toy.world().calls < 6);
    assert!(
        matches!(lab.events().last(), Some(Event::Stopped { resume, .. }) if resume == "fournines resume replace-1")
    );
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Done));
    assert_eq!(lab.wrongs(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn given_up_it_stays_as_it_is_cannot_be_resumed_and_can_be_undone() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.orders = vec![(secs(60), Order::Abort { reason: Some("wrong host".into()) })];
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Failed));
    assert_eq!(lab.past().standing, Standing::Failed);
    assert!(matches!(lab.resume().await, Came::Refused(_)));
    assert_eq!(lab.undo().await.outcome(), Some(Outcome::Undone));
    let group = lab.toy.world().groups["web"].clone();
    assert_eq!((group.max, group.desired), (2, 2));
}

/// Undo in the middle: the wait ends, what was done is taken back, in the reverse order.
#[tokio::test(start_paused = true)]
async fn undo_while_it_runs_takes_back_the_last_first() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.orders = vec![(secs(60), Order::Undo { reason: None })];
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Undone));
    let undone: Vec<String> = lab
        .reading()
        .records
        .iter()
        .filter(|record| matches!(record.event, Event::Undone { .. }))
        .filter_map(|record| record.step.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(undone, ["s3", "s2", "s1"]);
    assert_eq!(lab.wrongs(), Vec::<String>::new());
}

/// What somebody else changed since is not overwritten unasked.
#[tokio::test(start_paused = true)]
async fn undo_does_not_overwrite_what_somebody_else_changed() {
    let mut lab = Lab::new(replace(), &[("web", 2)]).fault(3, Fault::Refuse(ErrorClass::Denied, 1));
    lab.run().await;
    {
        let mut world = lab.toy.world();
        let group = world.groups.get_mut("web").unwrap();
        (group.max, group.desired) = (8, 8);
    }
    let came = lab.undo().await;
    assert_eq!(came.outcome(), Some(Outcome::Stopped), "{came:?}");
    assert_eq!(lab.toy.world().groups["web"].desired, 8);
    assert!(
        lab.events()
            .iter()
            .any(|event| matches!(event, Event::Paused { reason, .. } if reason.contains("somebody changed it since")))
    );
    // Asked for by name, it is.
    lab.limits.patience = secs(60);
    lab.orders = ["s3", "s2"].map(|step| (secs(30), Order::Retry { step: step.into(), accept: None })).to_vec();
    lab.orders[1].0 = secs(400);
    lab.limits.patience = secs(500);
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Undone));
    assert_eq!(lab.toy.world().groups["web"].desired, 2);
}

/// `aws-domain.md` C.1, failures: where the replacement cannot be launched the old one stays.
#[tokio::test(start_paused = true)]
async fn a_launch_that_fails_ends_the_wait_at_once_and_the_old_one_lives() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.toy.world().groups.get_mut("web").unwrap().launches_fail = true;
    let begun = tokio::time::Instant::now();
    let came = lab.run().await;
    assert_eq!(came.outcome(), Some(Outcome::Stopped));
    assert!(begun.elapsed() < secs(120), "not at the deadline, ten minutes later");
    assert_eq!(lab.toy.world().groups["web"].in_service(), 2);
    assert!(
        lab.events()
            .iter()
            .any(|event| matches!(event, Event::Paused { reason, .. } if reason.contains("no capacity")))
    );
}

/// A floor that is crossed meanwhile holds the removal, however long ago it was reviewed.
#[tokio::test(start_paused = true)]
async fn a_floor_is_asked_of_what_is_read_just_before_the_call() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    let floor = Fact::InService { group: "web".into(), beside: [super::toy::id(1)].into(), at_least: 3 };
    lab.plan.steps[3].guards = vec![guard("s4.floor", Level::Block, floor)];
    let came = lab.run().await;
    assert_eq!((came.outcome(), detail(&came)), (Some(Outcome::Stopped), "held: s4"));
    assert!(lab.toy.world().groups["web"].members.contains_key(&super::toy::id(1)));
}

/// The deadline is judged on a reading made after it, and nothing but the deadline of the plan.
#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_and_says_what_it_saw_last() {
    let mut lab = Lab::new(replace(), &[("web", 2)]);
    lab.plan.steps[2].until.as_mut().unwrap().deadline_s = 30;
    let came = lab.run().await;
    assert_eq!((came.outcome(), detail(&came)), (Some(Outcome::Stopped), "held: s3"));
    let said = lab.events().into_iter().any(|event| match event {
        Event::Paused { reason, .. } => reason.contains("0 of 1 new serve"),
        _ => false,
    });
    assert!(said);
    let mut resumed = 0;
    while lab.resume().await.outcome() == Some(Outcome::Stopped) && resumed < 5 {
        resumed += 1;
    }
    assert_eq!(lab.past().standing, Standing::Done, "it goes on where it stood");
    assert_eq!(lab.toy.world().arrived.len(), 6, "and calls nothing twice");
}

/// An endpoint that dies for ten minutes: it is held, resumable, and does not spin.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_dies_for_ten_minutes_holds_and_does_not_spin() {
    let mut lab = Lab::new(replace(), &[("web", 2)]).fault(2, Fault::Refuse(ErrorClass::Unreachable, 10_000));
    let begun = tokio::time::Instant::now();
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Stopped));
    assert!(begun.elapsed() < secs(600));
    assert!(lab.toy.world().calls < 30, "{}", lab.toy.world().calls);
    assert!(lab.lines.0.lock().unwrap().writes < 100);
    lab.toy.world().faults.clear();
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Done));
}

/// AWS shows changes late: a trace that is not there at once is not taken as absent (`aws-domain.md` A.9).
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_up_and_late_readings_are_waited_for() {
    for fault in [Fault::LoseAnswer, Fault::DieAfter] {
        let mut lab = Lab::new(replace(), &[("web", 2)]).fault(3, fault.clone());
        lab.toy.world().lag_s = 25;
        let came = lab.run().await;
        let came = if came == Came::Died { lab.resume().await } else { came };
        assert_eq!(came.outcome(), Some(Outcome::Done), "{fault:?}: {came:?}");
        assert_eq!(lab.wrongs(), Vec::<String>::new(), "{fault:?}");
        assert_eq!(lab.toy.world().arrived.len(), 6, "{fault:?}: sent once");
    }
}

/// A call that leaves no trace asks; whoever retries it knows that it may happen twice.
#[tokio::test(start_paused = true)]
async fn a_lost_reboot_asks_and_is_sent_again_only_by_a_person() {
    let mut lab = Lab::new(standby(), &[("web", 2)]).fault(0, Fault::LoseAnswer);
    let reboot = Action::RebootInstances(Instances { instance_ids: vec![Whom::Known(super::toy::id(1))] });
    let step = &mut lab.plan.steps[0];
    (step.calls, step.undo, step.until) = (vec![Call::new(&here(), reboot)], Vec::new(), None);
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Stopped));
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Stopped), "resuming asks again");
    assert_eq!(lab.toy.world().arrived.len(), 1);
    lab.limits.patience = secs(3600);
    lab.orders = vec![(secs(1000), Order::Retry { step: "s1".into(), accept: None })];
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Done));
    assert_eq!(lab.toy.world().arrived.len(), 2);
}

/// The clock of AWS jumps: ahead past every deadline, and back.
#[tokio::test(start_paused = true)]
async fn clock_jumps_end_no_wait_before_its_reading_and_break_nothing() {
    for minutes in [-90, 90] {
        let mut lab = Lab::new(replace(), &[("web", 2)]);
        let toy = lab.toy.clone();
        tokio::spawn(async move {
            tokio::time::sleep(secs(45)).await;
            toy.world().skew = jiff::SignedDuration::from_mins(minutes);
        });
        let came = lab.run().await;
        let came = if came.outcome() == Some(Outcome::Done) { came } else { lab.resume().await };
        assert_eq!(came.outcome(), Some(Outcome::Done), "{minutes}: {came:?}");
        assert_eq!(lab.wrongs(), Vec::<String>::new(), "{minutes}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_its_plan_says_is_done_about_a_step_that_fails() {
    // The next goes on all the same.
    let mut lab = Lab::new(launch(), &[("web", 2)]).fault(2, Fault::Refuse(ErrorClass::Denied, 1));
    lab.plan.steps[2].on_failure = OnFailure::Continue;
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Done));
    assert!(matches!(lab.events().last(), Some(Event::Done { without, .. }) if *without == ["s3".into()]));
    // Its lane is taken back, while the other is done.
    let mut lab = Lab::new(lanes(), &[("web", 2), ("shop", 2)]);
    lab.plan.steps.truncate(2);
    lab.plan.steps[0].on_failure = OnFailure::Undo;
    lab.plan.steps[0].until.as_mut().unwrap().deadline_s = 10;
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Done));
    assert_eq!((state(&lab, "s1"), state(&lab, "s2")), (State::Undone, State::Done));
    let groups = lab.toy.world().groups.clone();
    assert_eq!((groups["web"].desired, groups["shop"].desired), (2, 1));
}

/// `Sizes` is what was so before; a step of which a call happened is not held for its own doing.
#[tokio::test(start_paused = true)]
async fn a_step_is_not_held_by_its_own_effect() {
    let mut lab = Lab::new(lanes(), &[("web", 2), ("shop", 2)]).fault(1, Fault::DieBefore);
    lab.plan.steps.truncate(1);
    let sizes = Fact::Sizes { group: "web".into(), min: 1, desired: 2, max: 2 };
    lab.plan.steps[0].guards = vec![guard("s1.sizes", Level::Block, sizes)];
    let second = Call::new(&here(), desired("web", 1));
    lab.plan.steps[0].calls.push(second);
    assert_eq!(lab.run().await, Came::Died);
    lab.toy.world().faults.clear();
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Done));
}

/// A program leaves no trace that could be looked up: one that was started before a death is started again only by a person.
#[tokio::test(start_paused = true)]
async fn a_program_that_nobody_saw_end_is_not_started_again_unasked() {
    let mut lab = Lab::new(standby(), &[("web", 2)]);
    let command = LocalCommand { argv: vec!["warm-up".into()], timeout_s: 60, env: std::collections::BTreeMap::new() };
    lab.plan.steps[0].commands.push(command);
    // Its plan, its confirmation, the step, the program's start; dead before its end.
    lab.lines.0.lock().unwrap().dies = Some((4, 0));
    assert_eq!(lab.run().await, Came::Died);
    let started = |lab: &Lab| {
        lab.events().iter().filter(|event| matches!(event, Event::Command { phase: Phase::Sent, .. })).count()
    };
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Stopped));
    assert_eq!(started(&lab), 1);
    let asks =
        |event: &Event| matches!(event, Event::Paused { reason, .. } if reason.contains("nobody saw how it ended"));
    assert!(lab.events().iter().any(asks));
    lab.limits.patience = secs(60);
    lab.orders = vec![(secs(30), Order::Retry { step: "s1".into(), accept: None })];
    lab.resume().await;
    assert_eq!(started(&lab), 2);
    assert_eq!(lab.toy.world().calls, 0, "it failed, so nothing is called");
}

/// What may have been launched and cannot be asked about is not called undone.
#[tokio::test(start_paused = true)]
async fn undo_does_not_say_that_nothing_came_of_a_launch_whose_answer_was_lost() {
    let mut lab = Lab::new(launch(), &[("web", 2)]).fault(1, Fault::DieAfter);
    // Nothing in what it waits for tells a new member from an old one.
    let sizes = Fact::Sizes { group: "web".into(), min: 1, desired: 3, max: 3 };
    lab.plan.steps[1].until = super::lab::until(sizes, 60);
    assert_eq!(lab.run().await, Came::Died);
    lab.toy.world().faults = (2..9).map(|call| (call, Fault::Refuse(ErrorClass::Denied, 1))).collect();
    assert_eq!(lab.undo().await.outcome(), Some(Outcome::Stopped));
    assert_eq!(state(&lab, "s2"), State::UndoHeld);
    // Once it may be asked about, it is known by its token and taken back.
    lab.toy.world().faults.clear();
    assert_eq!(lab.resume().await.outcome(), Some(Outcome::Undone));
    assert_eq!(lab.wrongs(), Vec::<String>::new());
    assert_eq!(lab.toy.world().groups["web"].members.len(), 2);
}
