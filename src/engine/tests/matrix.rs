//! Every fault at every call of every plan, every line that cannot be written, and undo from every point.

use std::fmt::Write;

use super::lab::{Came, Case, Lab, all};
use super::toy::Fault;
use crate::engine::Outcome;
use crate::engine::sabotage::Sabotage;
use crate::operation::call::ErrorClass;

/// The cells of a matrix that were meant and those that were visited. One that was skipped fails the test.
#[derive(Default)]
pub(super) struct Cells {
    planned: usize,
    visited: usize,
    wrong: Vec<String>,
}

impl Cells {
    fn judge(&mut self, cell: &str, wrongs: Vec<String>) {
        self.visited += 1;
        if !wrongs.is_empty() {
            self.wrong.push(format!("{cell}: {}", wrongs.join("; ")));
        }
    }

    fn close(self, name: &str) -> Vec<String> {
        println!(
            "{name}: {} cells planned, {} visited, {} skipped",
            self.planned,
            self.visited,
            self.planned - self.visited
        );
        assert!(self.planned > 0, "{name}: nothing was tried");
        assert_eq!(self.planned, self.visited, "{name}: cells were skipped");
        self.wrong
    }
}

/// What the account looks like to somebody who does not care which instance is which.
fn picture(lab: &Lab) -> String {
    let mut text = String::new();
    for (name, group) in &lab.toy.world().groups {
        let (min, desired, max, count) = (group.min, group.desired, group.max, group.in_service());
        let protected = group.members.values().filter(|member| member.protected).count();
        write!(text, "{name} {min}/{desired}/{max}, {count} of {} in service, ", group.members.len()).unwrap();
        writeln!(text, "{protected} protected, suspended {:?}", group.suspended).unwrap();
    }
    text
}

fn expected(came: &Came, outcome: Outcome, wrongs: &mut Vec<String>) {
    if came.outcome() != Some(outcome) {
        wrongs.push(format!("meant to be {outcome:?}: {came:?}"));
    }
}

/// A case with what the account is before and after a run without faults, and its calls and lines.
struct Clean {
    before: String,
    after: String,
    calls: usize,
    lines: usize,
}

fn fresh(case: Case, sabotage: Option<Sabotage>) -> Lab {
    let mut lab = Lab::new(case.1(), case.2);
    lab.sabotage = sabotage;
    lab
}

async fn clean(case: Case) -> Clean {
    let mut lab = fresh(case, None);
    let before = picture(&lab);
    let came = lab.run().await;
    assert_eq!(came.outcome(), Some(Outcome::Done), "{}: {came:?}", case.0);
    let (calls, lines) = (lab.toy.world().calls, lab.lines.0.lock().unwrap().writes);
    Clean { before, after: picture(&lab), calls, lines }
}

/// What is done to a call, and how a run with it goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// It ends by itself.
    Ends,
    /// It died, or stopped; it is resumed.
    Resumes,
    /// It died, or stopped; what it did is taken back.
    Undoes,
}

fn faults() -> Vec<(Fault, Vec<Then>)> {
    let again = || vec![Then::Resumes, Then::Undoes];
    vec![
        (Fault::DieBefore, again()),
        (Fault::DieAfter, again()),
        (Fault::LoseAnswer, vec![Then::Ends]),
        (Fault::LoseCall, vec![Then::Ends]),
        (Fault::Twice, vec![Then::Ends]),
        (Fault::Refuse(ErrorClass::Denied, 1), again()),
        (Fault::Refuse(ErrorClass::Invalid, 1), again()),
        (Fault::Refuse(ErrorClass::Throttled, 3), vec![Then::Ends]),
        (Fault::Refuse(ErrorClass::Conflict, 3), vec![Then::Ends]),
        (Fault::Refuse(ErrorClass::Unreachable, 3), vec![Then::Ends]),
        (Fault::Refuse(ErrorClass::Conflict, 40), again()),
        (Fault::Refuse(ErrorClass::Unreachable, 40), again()),
    ]
}

/// Operation × call × fault. What is wrong with any cell.
pub(super) async fn calls(sabotage: Option<Sabotage>) -> Vec<String> {
    let mut cells = Cells::default();
    for case in all() {
        let clean = clean(case).await;
        for call in 0..clean.calls {
            for (fault, thens) in faults() {
                for then in thens {
                    cells.planned += 1;
                    let cell = format!("{} call {call} {fault:?} {then:?}", case.0);
                    let mut lab = fresh(case, sabotage).fault(call, fault.clone());
                    let mut wrongs = Vec::new();
                    let came = lab.run().await;
                    // Whoever mends what was wrong mends all of it.
                    lab.toy.world().faults.clear();
                    match (then, &came) {
                        (Then::Ends, came) => expected(came, Outcome::Done, &mut wrongs),
                        (_, Came::Died) => {}
                        (_, came) => expected(came, Outcome::Stopped, &mut wrongs),
                    }
                    let goal = match then {
                        Then::Ends => &clean.after,
                        Then::Resumes => {
                            expected(&lab.resume().await, Outcome::Done, &mut wrongs);
                            &clean.after
                        }
                        Then::Undoes => {
                            expected(&lab.undo().await, Outcome::Undone, &mut wrongs);
                            &clean.before
                        }
                    };
                    if picture(&lab) != *goal {
                        wrongs.push(format!("meant to be\n{goal}and is\n{}", picture(&lab)));
                    }
                    wrongs.extend(lab.wrongs());
                    cells.judge(&cell, wrongs);
                }
            }
        }
    }
    cells.close("operation × call × fault")
}

/// Operation × line of the journal: it cannot be written, or the process dies while it is.
pub(super) async fn lines(sabotage: Option<Sabotage>) -> Vec<String> {
    let mut cells = Cells::default();
    for case in all() {
        let clean = clean(case).await;
        for line in 0..clean.lines {
            for dies in [None, Some(0), Some(7), Some(usize::MAX)] {
                cells.planned += 1;
                let cell = format!("{} line {line} dies {dies:?}", case.0);
                let mut lab = fresh(case, sabotage);
                {
                    let mut lines = lab.lines.0.lock().unwrap();
                    match dies {
                        Some(kept) => lines.dies = Some((line, kept)),
                        // From this line on, nothing can be written.
                        None => lines.fails = (line..line + 50).collect(),
                    }
                }
                let mut wrongs = Vec::new();
                let came = lab.run().await;
                if dies.is_none() {
                    expected(&came, Outcome::Stopped, &mut wrongs);
                }
                wrongs.extend(lab.wrongs());
                lab.lines.0.lock().unwrap().fails.clear();
                let confirmed = lab.reading().records.len() >= 2;
                let came = lab.resume().await;
                let is_done = lab
                    .reading()
                    .records
                    .iter()
                    .any(|record| matches!(record.event, crate::journal::Event::Done { .. }));
                match (confirmed, &came) {
                    (false, Came::Refused(_)) => {
                        if lab.toy.world().calls > 0 {
                            wrongs.push("called without a confirmation in the journal".to_owned());
                        }
                    }
                    // It died with its last line written: it is over.
                    (true, Came::Refused(_)) if is_done => {}
                    (true, came) => expected(came, Outcome::Done, &mut wrongs),
                    (false, came) => wrongs.push(format!("went on unconfirmed: {came:?}")),
                }
                if confirmed && picture(&lab) != clean.after {
                    wrongs.push(format!("is\n{}", picture(&lab)));
                }
                wrongs.extend(lab.wrongs());
                cells.judge(&cell, wrongs);
            }
        }
    }
    cells.close("operation × line of the journal")
}

/// Undo after all is done.
pub(super) async fn undone(sabotage: Option<Sabotage>) -> Vec<String> {
    let mut cells = Cells::default();
    for case in all() {
        cells.planned += 1;
        let mut lab = fresh(case, sabotage);
        let before = picture(&lab);
        let mut wrongs = Vec::new();
        expected(&lab.run().await, Outcome::Done, &mut wrongs);
        expected(&lab.undo().await, Outcome::Undone, &mut wrongs);
        if picture(&lab) != before {
            wrongs.push(format!("meant to be\n{before}and is\n{}", picture(&lab)));
        }
        wrongs.extend(lab.wrongs());
        cells.judge(case.0, wrongs);
    }
    cells.close("operation × undo after it is done")
}

#[tokio::test(start_paused = true)]
async fn every_fault_at_every_call_leaves_the_world_that_the_journal_tells() {
    let wrong = calls(None).await;
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_called_that_the_journal_could_not_announce_and_a_death_at_any_line_is_gone_on_from() {
    let wrong = lines(None).await;
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_done_can_be_undone() {
    let wrong = undone(None).await;
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}
