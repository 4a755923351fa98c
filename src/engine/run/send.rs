//! One call: announced, sent once, answered; again only where it surely did not happen or is harmless twice.
//!
//! Must stay true: the announcement is in the journal before anything leaves; what has no answer is looked up, unless a repeat does nothing
//! more (`aws-domain.md` A.10); every repetition has a bound.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::super::account::Account;
use super::super::past::Fate;
use super::super::ports::{Commands, Listener};
use super::super::sabotage::Sabotage;
use super::super::state::State;
use super::step::is_applied;
use super::{Halt, Run, since};
use crate::id::Text;
use crate::journal::{Event, Found, Phase, Sent, Sink};
use crate::operation::call::{CallError, ErrorClass, Receipt, Repeat, Stamp};
use crate::operation::trace::{self, Before};
use crate::operation::{Call, Step};

/// How long an answer is waited for at most; the account's own time-out is shorter.
const SILENT: Duration = Duration::from_secs(180);
/// Between two attempts, at first and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// Attempts at one call.
struct Attempts {
    guards_at: Timestamp,
    failing_since: Option<Timestamp>,
    back_off: Duration,
}

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Sends a call of a step, or of its undo, until it is answered; returns at once where it happened already.
    pub(super) async fn send(&self, step: &Step, ordinal: usize, call: &Call, undo: bool) -> Result<(), Halt> {
        let mut attempts = Attempts { guards_at: self.now(), failing_since: None, back_off: BACK_OFF.0 };
        while !self.look_step(&step.id, |past| is_applied(past, ordinal, undo)).unwrap_or(false) {
            self.pass(step).await?;
            if !undo
                && since(attempts.guards_at, self.now()) > self.settings.limits.fresh
                && !self.is(Sabotage::GuardsStale)
            {
                self.guards(step).await?;
                attempts.guards_at = self.now();
            }
            let token = self.token(step, ordinal, undo);
            let filled: Call = match self.look(|past| past.fill(Some(token.clone()))).fill(call) {
                Ok(filled) => filled,
                Err(blank) => return Err(self.fail_either(step, undo, blank.to_string())?),
            };
            let before = self.before(&filled).await;
            // The reading took its time: somebody may have ended the run meanwhile.
            self.pass(step).await?;
            let sent =
                sent(&filled, ordinal, undo, &token, Some(before)).map_err(|error| Halt::Journal(error.to_string()))?;
            self.write(Some(&step.id), Event::Call(Box::new(sent)))?;
            let operation = self.look(|past| past.plan.id.clone());
            let stamp = Stamp { operation, step: step.id.clone(), ordinal, undo, token: token.clone() };
            match self.answer(&filled, &stamp).await {
                Ok(receipt) => {
                    let mut answered = sent_again(&filled, ordinal, undo, &token)?;
                    answered.receipt = Some(receipt);
                    self.write(Some(&step.id), Event::Call(Box::new(answered)))?;
                }
                Err(error) => self.failed(step, (ordinal, undo), &filled, error, &mut attempts).await?,
            }
        }
        Ok(())
    }

    /// Sends it once. Whatever the account does, an answer that does not come is told as none.
    async fn answer(&self, call: &Call, stamp: &Stamp) -> Result<Receipt, CallError> {
        tokio::select! {
            biased;
            answer = self.account.send(call, stamp) => answer,
            () = self.account.sleep(SILENT) => Err(CallError {
                class: ErrorClass::Unclear,
                code: None,
                message: format!("no answer within {} s", SILENT.as_secs()).into(),
                request_id: None,
                iam_action: None,
            }),
        }
    }

    /// What was so before a call whose trace will be looked for.
    async fn before(&self, call: &Call) -> Before {
        if call.action.repeat() != Repeat::Probe {
            return Before::default();
        }
        let estate = self.read(|estate| trace::needs(call, estate)).await;
        Before::of(call, &estate, self.now())
    }

    /// Decides what follows an error; returns where the call may be sent again.
    async fn failed(
        &self,
        step: &Step,
        which: (usize, bool),
        call: &Call,
        error: CallError,
        attempts: &mut Attempts,
    ) -> Result<(), Halt> {
        let (ordinal, undo) = which;
        let now = self.now();
        let failing_for = since(*attempts.failing_since.get_or_insert(now), now);
        let (class, code, limits) = (error.class, error.code.clone(), &self.settings.limits);
        let repeats = class == ErrorClass::Unclear && call.action.repeat() != Repeat::Probe;
        let is_worth_it = match class {
            ErrorClass::Throttled | ErrorClass::Conflict => failing_for < limits.busy && !self.is(Sabotage::NoRetry),
            ErrorClass::Unreachable => failing_for < limits.away,
            ErrorClass::Unclear => repeats && failing_for < limits.busy,
            // What a step just brought may be unknown to AWS for some seconds.
            ErrorClass::NotFound => failing_for < limits.settle && self.is_about_new(step),
            ErrorClass::Denied => self.is(Sabotage::DeniedRetried) && failing_for < limits.busy,
            ErrorClass::Invalid | ErrorClass::Refused => false,
        };
        let pause = is_worth_it.then(|| self.jitter(attempts.back_off));
        let words = error.to_string();
        let retry_s = pause.map(|pause| pause.as_secs_f64());
        self.write(Some(&step.id), Event::CallFailed { ordinal, undo, error, retry_s })?;
        if let Some(pause) = pause {
            attempts.back_off = (attempts.back_off * 2).min(BACK_OFF.1);
            return self.rest(step, pause).await;
        }
        if class == ErrorClass::Unclear && !repeats {
            return match self.look_up(step, ordinal, undo).await? {
                Found::Applied | Found::NotApplied | Found::Already => Ok(()),
                Found::Unclear => {
                    Err(self.fail_either(step, undo, format!("{words}; nobody can tell whether it happened"))?)
                }
            };
        }
        let code = code.as_deref().unwrap_or_default();
        let is_refusal = matches!(class, ErrorClass::Refused | ErrorClass::NotFound);
        if is_refusal && call.action.may_be_met(code) && self.is_met(step, which, call).await? {
            return Ok(());
        }
        Err(self.fail_either(step, undo, format!("{}: {words}", call.action.name()))?)
    }

    fn is_about_new(&self, step: &Step) -> bool {
        let origins = crate::operation::fill::origins(&(&step.calls, &step.undo));
        !origins.is_empty()
    }

    /// A call's client token: the same for each repeat, another once AWS answered that it did not happen.
    fn token(&self, step: &Step, ordinal: usize, undo: bool) -> Text {
        let known = self.look_step(&step.id, |past| {
            let call = past.of(undo).get(&ordinal)?;
            Some((call.fate == Fate::Open).then(|| call.token.clone()).ok_or(call.refusals))
        });
        let refusals = match known.flatten() {
            Some(Ok(token)) if !self.is(Sabotage::FreshTokens) => return token,
            Some(Ok(token)) => return format!("{token}+").into(),
            Some(Err(refusals)) => refusals,
            None => 0,
        };
        let operation = self.look(|past| past.plan.id.clone());
        let token = format!("{operation}-{}-{}{ordinal}-{refusals}", step.id, if undo { "u" } else { "" });
        match token.len() {
            0..=64 => token.into(),
            _ => Sha256::digest(&token).iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into(),
        }
    }

    /// A call that a crash, a lost answer or a hold left without an outcome is looked up before anything else is done.
    pub(super) async fn settle_open(&self, step: &Step, undo: bool, asked: bool) -> Result<(), Halt> {
        let open = self.look_step(&step.id, |past| past.open(undo).map(|(ordinal, call)| (ordinal, call.call.clone())));
        let Some((ordinal, call)) = open.flatten() else { return Ok(()) };
        if call.action.repeat() != Repeat::Probe {
            return Ok(());
        }
        match self.look_up(step, ordinal, undo).await? {
            Found::Applied | Found::NotApplied | Found::Already => Ok(()),
            // Whoever asks for it knows that it may happen twice.
            Found::Unclear if asked => {
                let is_held = self.look_step(&step.id, |past| matches!(past.state, State::Held | State::UndoHeld));
                if is_held == Some(false) {
                    self.hold(step, "asked to be sent again".to_owned())?;
                }
                Ok(())
            }
            Found::Unclear => {
                let words = format!("{}: no answer came, and nobody can tell whether it happened", call.action.name());
                Err(self.fail_either(step, undo, words)?)
            }
        }
    }

    fn fail_either(&self, step: &Step, undo: bool, reason: String) -> Result<Halt, Halt> {
        if undo {
            self.hold(step, reason)?;
            return Ok(Halt::Held);
        }
        self.fail(step, reason)
    }
}

fn sent(
    call: &Call,
    ordinal: usize,
    undo: bool,
    token: &Text,
    before: Option<Before>,
) -> Result<Sent, serde_json::Error> {
    Ok(Sent {
        phase: Phase::Sent,
        ordinal,
        undo,
        service: call.action.service().into(),
        call: call.clone(),
        cli: call.command()?,
        token: token.clone(),
        before,
        receipt: None,
    })
}

fn sent_again(call: &Call, ordinal: usize, undo: bool, token: &Text) -> Result<Sent, Halt> {
    let sent = sent(call, ordinal, undo, token, None).map_err(|error| Halt::Journal(error.to_string()))?;
    Ok(Sent { phase: Phase::Answered, ..sent })
}
