//! What tests break in the engine, one thing at a time, to see that they notice.
//!
//! Must stay true: outside of tests [`Run::is`](super::Run) is always no, and nothing can set it.

/// One thing that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Sabotage {
    /// No guard is asked.
    GuardsSkipped,
    /// Guards that do not hold do, and the other way round.
    GuardsInverted,
    /// What nobody knows counts as holding.
    UnknownHolds,
    /// A guard that blocks may be accepted like one that warns.
    BlockAccepted,
    /// Guards are answered from what was read first, ever after.
    GuardsStale,
    /// Calls are not announced.
    NoIntent,
    /// Answers are not journaled.
    NoReceipt,
    /// A write that failed stops nothing.
    WriteErrorsIgnored,
    /// Nothing is waited for.
    NoWait,
    /// The wait ends when the condition does not hold.
    WaitInverted,
    /// Waits have no deadline.
    NoDeadline,
    /// A wait is not ended by what says that it is in vain.
    NoFailFast,
    /// What must go on being so need only be so once.
    NoHold,
    /// A call without an answer counts as having happened.
    LostIsApplied,
    /// A call without an answer counts as not having happened.
    LostIsRefused,
    /// A trace that is not there yet counts as not there at once.
    NoSettling,
    /// Every repeat has a client token of its own.
    FreshTokens,
    /// A denied call is sent again and again.
    DeniedRetried,
    /// Throttling holds at once.
    NoRetry,
    /// Steps do not wait for those that they need.
    NeedsIgnored,
    /// A held lane holds all.
    HeldHoldsAll,
    /// Things are taken back in the order in which they were done.
    UndoForwards,
    /// Undo does not wait for what it adds.
    UndoNoWait,
    /// Undo overwrites what somebody else changed.
    UndoBlind,
    /// A grant is good for any plan.
    GrantIgnored,
    /// A stop is obeyed only once all is done.
    StopIgnored,
}

impl Sabotage {
    /// Each.
    #[cfg(test)]
    pub(in crate::engine) const ALL: &'static [Self] = &[
        Self::GuardsSkipped,
        Self::GuardsInverted,
        Self::UnknownHolds,
        Self::BlockAccepted,
        Self::GuardsStale,
        Self::NoIntent,
        Self::NoReceipt,
        Self::WriteErrorsIgnored,
        Self::NoWait,
        Self::WaitInverted,
        Self::NoDeadline,
        Self::NoFailFast,
        Self::NoHold,
        Self::LostIsApplied,
        Self::LostIsRefused,
        Self::NoSettling,
        Self::FreshTokens,
        Self::DeniedRetried,
        Self::NoRetry,
        Self::NeedsIgnored,
        Self::HeldHoldsAll,
        Self::UndoForwards,
        Self::UndoNoWait,
        Self::UndoBlind,
        Self::GrantIgnored,
        Self::StopIgnored,
    ];
}
