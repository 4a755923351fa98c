//! The states of a step, and the moves between them. A run is this table and nothing else.
//!
//! Owns: [`State`], [`Input`], [`next`]. Depends on: nothing. Must stay true: pure; a move that is not here is a mistake of the engine or
//! of whoever edited the journal, and stops the run.

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing is begun.
    Ready,
    /// Its guards held; no call of it is on its way.
    Begun,
    /// A call is announced, and has no outcome yet.
    Sent,
    /// A call has no answer: whether it happened must be looked up.
    Unclear,
    /// All is called; the change is waited for.
    Waiting,
    /// The change was seen.
    Done,
    /// Somebody left it out.
    Skipped,
    /// It stands still and asks.
    Held,
    /// What it did is being taken back; no call that does so is on its way.
    Undoing,
    /// A call that takes it back is announced, and has no outcome yet.
    UndoSent,
    /// A call that takes it back has no answer.
    UndoUnclear,
    /// Taking it back stands still and asks.
    UndoHeld,
    /// What it did is taken back.
    Undone,
}

/// What happens to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Its guards hold.
    GuardsHold,
    /// A guard does not, or nobody knows.
    GuardFails,
    /// A call is announced.
    Announced,
    /// AWS accepted the call.
    Answered,
    /// The call surely did not happen.
    Refused,
    /// Nobody knows whether it happened.
    Lost,
    /// It was looked up: it happened, or it did not.
    Found,
    /// It was looked up, and nobody can tell.
    NotFound,
    /// All is called, and it waits.
    Waits,
    /// The change was seen.
    Seen,
    /// It stands still and asks.
    Hold,
    /// It is tried again.
    Retry,
    /// Somebody leaves it out.
    Skip,
    /// What it did is to be taken back.
    Undo,
    /// What it did is taken back.
    TakenBack,
}

/// A move that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a step that is {state:?} cannot take {input:?}")]
pub struct Illegal {
    /// From where.
    pub state: State,
    /// What happened.
    pub input: Input,
}

/// Where a step stands after something happened.
///
/// # Errors
/// [`Illegal`] for a move that there is not.
pub fn next(state: State, input: Input) -> Result<State, Illegal> {
    use Input as I;
    use State as S;
    Ok(match (state, input) {
        (S::Ready, I::GuardsHold) => S::Begun,
        (S::Ready | S::Begun | S::Unclear, I::GuardFails) => S::Held,
        // What is harmless twice is announced anew instead of being looked up.
        // And a held one, to learn what it brought before that is taken back.
        (S::Begun | S::Unclear | S::Held, I::Announced) => S::Sent,
        (S::Sent, I::Answered | I::Refused) => S::Begun,
        (S::Sent, I::Lost) => S::Unclear,
        // A held step whose call is open is looked up while it is held.
        // And one that was refused, where what it is for may be so by somebody else's doing.
        (S::Unclear | S::Held | S::Begun, I::Found) => S::Begun,
        (S::Unclear, I::NotFound) => S::Unclear,
        (S::Held, I::NotFound) => S::Held,
        (S::Begun | S::Waiting, I::Waits) => S::Waiting,
        (S::Begun | S::Waiting, I::Seen) => S::Done,
        (S::Ready | S::Begun | S::Unclear | S::Waiting | S::Held, I::Hold) => S::Held,
        // After a crash too: guards are asked again, and a call without an outcome is looked up.
        (S::Held | S::Begun, I::Retry) => S::Ready,
        (S::Sent, I::Retry) => S::Unclear,
        (S::Ready | S::Held, I::Skip) => S::Skipped,

        (S::Ready | S::Begun | S::Unclear | S::Waiting | S::Held | S::Done | S::Skipped, I::Undo) => S::Undoing,
        (S::Undoing | S::UndoUnclear, I::Announced) => S::UndoSent,
        (S::UndoSent, I::Answered | I::Refused) => S::Undoing,
        (S::UndoSent, I::Lost | I::Retry) => S::UndoUnclear,
        (S::Undoing | S::UndoUnclear | S::UndoHeld, I::Found) => S::Undoing,
        (S::UndoUnclear, I::NotFound) => S::UndoUnclear,
        (S::UndoHeld, I::NotFound) => S::UndoHeld,
        (S::Undoing, I::Waits) => S::Undoing,
        (S::Undoing | S::UndoUnclear | S::UndoHeld, I::Hold) => S::UndoHeld,
        (S::UndoHeld, I::Retry) => S::Undoing,
        (S::Undoing | S::UndoHeld, I::TakenBack) | (S::UndoHeld, I::Skip) => S::Undone,
        _ => return Err(Illegal { state, input }),
    })
}
