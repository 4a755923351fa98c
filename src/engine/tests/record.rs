//! What a run leaves for whoever gives it back later.

use super::lab::{Lab, replace};
use super::toy::Fault;
use crate::engine::Outcome;
use crate::operation::away::Record;
use crate::operation::call::ErrorClass;

fn record(lab: &Lab) -> Record {
    lab.past().record().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_record_holds_what_happened_as_it_was_sent_and_nothing_that_was_taken_back() {
    let mut lab = Lab::new(replace(), &[("web", 2)]).fault(2, Fault::Refuse(ErrorClass::Denied, 1));
    lab.run().await;
    let part_way = record(&lab);
    assert!(!part_way.is_over, "a lane is held");
    assert_eq!(part_way.applied.len(), lab.toy.world().calls - 1, "the denied one did nothing");
    assert_eq!((&*part_way.by, part_way.id()), ("arn:me", &lab.plan.id));

    lab.resume().await;
    let whole = record(&lab);
    assert!(whole.is_over && whole.applied.len() == lab.plan.calls().count());
    assert!(crate::operation::fill::origins(&whole.applied).is_empty(), "blanks are filled: {whole:?}");
    let stored: Record = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
    assert_eq!(stored, whole);

    assert_eq!(lab.undo().await.outcome(), Some(Outcome::Undone));
    let undone = record(&lab);
    assert!(undone.is_over && undone.applied.is_empty(), "{undone:?}");
}
