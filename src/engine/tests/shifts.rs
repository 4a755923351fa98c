//! Zonal shifts: whose a shift is decides what is taken back, whatever becomes of answers (`aws-domain.md` A.10, F.13).

use super::lab::{Lab, shift};
use super::toy::Fault;
use crate::engine::{Fate, Outcome};
use crate::estate::shift::{ShiftStatus, ShiftType, ZonalShift};
use crate::journal::{Event, Found};

/// Ids of the shifts that go on.
fn active(lab: &Lab) -> Vec<String> {
    let world = lab.toy.world();
    let active = world.shifts.iter().filter(|shift| shift.status == ShiftStatus::Active);
    active.map(|shift| shift.id.to_string()).collect()
}

fn somebodys(zone: &str) -> ZonalShift {
    ZonalShift {
        id: "theirs".into(),
        resource: "arn:lb".into(),
        away_from: zone.into(),
        status: ShiftStatus::Active,
        shift_type: ShiftType::Manual,
        expires_at: None,
        started_at: None,
        comment: Some("bob by hand".into()),
    }
}

/// Each way in which the answer can be lost, and the process with it.
#[tokio::test(start_paused = true)]
async fn a_shift_is_begun_once_and_ended_by_its_id_whatever_becomes_of_its_answer_f40() {
    for fault in [None, Some(Fault::LoseAnswer), Some(Fault::DieAfter), Some(Fault::LoseCall), Some(Fault::DieBefore)] {
        let mut lab = Lab::new(shift(), &[]);
        if let Some(fault) = fault.clone() {
            lab = lab.fault(0, fault);
        }
        let mut came = lab.run().await;
        if came.outcome().is_none() {
            came = lab.resume().await;
        }
        assert_eq!(came.outcome(), Some(Outcome::Done), "{fault:?}: {came:?}");
        assert_eq!(active(&lab), ["shift-1"], "{fault:?}: one shift");
        let past = lab.past();
        let step = past.step(&"s1".into()).unwrap();
        assert_eq!(step.answer()["zonalShiftId"].as_ref(), "shift-1", "{fault:?}");
        assert_eq!(lab.undo().await.outcome(), Some(Outcome::Undone), "{fault:?}");
        assert_eq!(active(&lab), [""; 0], "{fault:?}: ended by its id");
    }
}

/// What somebody else began does what is wanted; it is theirs to end.
#[tokio::test(start_paused = true)]
async fn a_shift_that_somebody_else_began_is_found_as_wanted_and_left_to_them_f13() {
    for lost in [false, true] {
        let mut lab = Lab::new(shift(), &[]);
        lab.toy.world().shifts.push(somebodys("use1-az1"));
        if lost {
            lab = lab.fault(0, Fault::LoseCall);
        }
        assert_eq!(lab.run().await.outcome(), Some(Outcome::Done), "lost: {lost}");
        let already = |event: &Event| matches!(event, Event::Probed { found: Found::Already, .. });
        assert!(lab.events().iter().any(already), "lost: {lost}");
        let fate = lab.past().step(&"s1".into()).unwrap().calls[&0].fate;
        assert_eq!(fate, Fate::Already, "lost: {lost}");
        let sent = lab.toy.world().arrived.len();
        assert_eq!(lab.undo().await.outcome(), Some(Outcome::Undone), "lost: {lost}");
        assert_eq!((active(&lab), lab.toy.world().arrived.len()), (vec!["theirs".to_owned()], sent), "lost: {lost}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_shift_away_from_another_zone_is_no_help_and_holds_the_step() {
    let mut lab = Lab::new(shift(), &[]);
    lab.toy.world().shifts.push(somebodys("use1-az2"));
    assert_eq!(lab.run().await.outcome(), Some(Outcome::Stopped));
    assert_eq!(lab.toy.world().arrived.len(), 1, "asked once");
    assert_eq!(active(&lab), ["theirs"]);
}
