//! The states of a step as one table, in full: what is not in it is illegal.

use std::fmt::Write;

use crate::engine::{Input, State, next};

const STATES: [State; 13] = [
    State::Ready,
    State::Begun,
    State::Sent,
    State::Unclear,
    State::Waiting,
    State::Done,
    State::Skipped,
    State::Held,
    State::Undoing,
    State::UndoSent,
    State::UndoUnclear,
    State::UndoHeld,
    State::Undone,
];

const INPUTS: [Input; 15] = [
    Input::GuardsHold,
    Input::GuardFails,
    Input::Announced,
    Input::Answered,
    Input::Refused,
    Input::Lost,
    Input::Found,
    Input::NotFound,
    Input::Waits,
    Input::Seen,
    Input::Hold,
    Input::Retry,
    Input::Skip,
    Input::Undo,
    Input::TakenBack,
];

const TABLE: &str = "\
Ready: GuardsHold→Begun GuardFails→Held Hold→Held Skip→Skipped Undo→Undoing
Begun: GuardFails→Held Announced→Sent Found→Begun Waits→Waiting Seen→Done Hold→Held Retry→Ready Undo→Undoing
Sent: Answered→Begun Refused→Begun Lost→Unclear Retry→Unclear
Unclear: GuardFails→Held Announced→Sent Found→Begun NotFound→Unclear Hold→Held Undo→Undoing
Waiting: Waits→Waiting Seen→Done Hold→Held Undo→Undoing
Done: Undo→Undoing
Skipped: Undo→Undoing
Held: Announced→Sent Found→Begun NotFound→Held Hold→Held Retry→Ready Skip→Skipped Undo→Undoing
Undoing: Announced→UndoSent Found→Undoing Waits→Undoing Hold→UndoHeld TakenBack→Undone
UndoSent: Answered→Undoing Refused→Undoing Lost→UndoUnclear Retry→UndoUnclear
UndoUnclear: Announced→UndoSent Found→Undoing NotFound→UndoUnclear Hold→UndoHeld
UndoHeld: Found→Undoing NotFound→UndoHeld Hold→UndoHeld Retry→Undoing Skip→Undone TakenBack→Undone
Undone:
";

#[test]
fn every_state_and_every_input_is_in_the_table() {
    let mut table = String::new();
    for state in STATES {
        write!(table, "{state:?}:").unwrap();
        for input in INPUTS {
            if let Ok(next) = next(state, input) {
                write!(table, " {input:?}→{next:?}").unwrap();
            }
        }
        table.push('\n');
    }
    assert_eq!(table, TABLE, "{table}");
}
