#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::estate::balancer::Target;
use crate::estate::{Estate, FailureKind, ReadFailure, Row, SliceId, Update};
use crate::id::Region;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn targets(states: &[(&str, &str)]) -> Rows {
    let row = |(id, state): &(&str, &str)| json!({"id": id, "port": 80, "state": state});
    let rows: Vec<Target> = states.iter().map(|each| serde_json::from_value(row(each)).unwrap()).collect();
    Target::rows(rows)
}

fn read(estate: &mut Estate, second: i64, states: &[(&str, &str)]) {
    let id = SliceId::of(&Region::from("us-east-1"), Kind::Targets, "tg");
    estate.apply(Update::part(id, Slice::read(targets(states), at(second))));
}

fn told(estate: &Estate) -> Vec<String> {
    let word = |text: &Option<Text>| text.as_deref().unwrap_or("-").to_owned();
    let history = estate.history(&Region::from("us-east-1")).unwrap();
    history.iter().map(|c| format!("{} {} {}>{}", c.at.as_second(), c.subject, word(&c.from), word(&c.to))).collect()
}

#[test]
fn a_change_lies_between_two_readings_and_a_failure_is_none() {
    let mut estate = Estate::default();
    read(&mut estate, 10, &[("i-1", "healthy"), ("i-2", "healthy"), ("i-3", "healthy")]);
    assert!(
        estate.history(&Region::from("us-east-1")).is_none_or(History::is_empty),
        "a first reading changes nothing"
    );
    read(&mut estate, 20, &[("i-1", "healthy"), ("i-2", "unhealthy"), ("i-3", "healthy")]);
    let why = ReadFailure {
        kind: FailureKind::Unreachable,
        action: "x:Y".into(),
        code: None,
        message: "no".into(),
        request_id: None,
    };
    let id = SliceId::of(&Region::from("us-east-1"), Kind::Targets, "tg");
    estate.apply(Update { whole: false, ..Update::part(id, Slice::failed(why, at(30))) });
    read(&mut estate, 40, &[("i-3", "healthy"), ("i-4", "initial"), ("i-2", "unhealthy")]);
    assert_eq!(told(&estate), ["20 i-2 healthy>unhealthy", "40 i-4 ->initial", "40 i-1 healthy>-"]);
    let history = estate.history(&Region::from("us-east-1")).unwrap();
    let last = history.last_of(Kind::Targets, "i-1", "state").unwrap();
    assert_eq!((last.after, last.at, last.within.as_deref()), (at(20), at(40), Some("tg")));
    assert_eq!(history.since(at(21)).count(), 2);
}

#[test]
fn what_is_old_or_too_much_is_forgotten() {
    let mut estate = Estate::default();
    for second in 0..10 {
        let state = if second % 2 == 0 { "healthy" } else { "unhealthy" };
        read(&mut estate, second * 3600, &[("i-1", state)]);
    }
    let history = estate.history(&Region::from("us-east-1")).unwrap();
    assert_eq!(history.len(), 7, "six hours back from the newest");
    assert_eq!(history.iter().count(), history.len());
}

/// Once a whole earlier run was left out because its first change was too old.
#[test]
fn what_an_earlier_run_kept_is_looked_back_over_change_by_change() {
    let mut estate = Estate::default();
    read(&mut estate, 10, &[("i-1", "healthy")]);
    read(&mut estate, 20, &[("i-1", "unhealthy")]);
    read(&mut estate, 30, &[("i-1", "healthy")]);
    let kept: Vec<Change> = estate.history(&Region::from("us-east-1")).unwrap().iter().cloned().collect();
    let mut later = History::default();
    later.restore(kept);
    let since = |second| later.since(at(second)).map(|change| change.at.as_second()).collect::<Vec<_>>();
    assert_eq!((since(15), since(25), since(35)), (vec![20, 30], vec![30], vec![]));
}
