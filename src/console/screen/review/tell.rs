//! What a review says, line by line: the same for drawing and for moving in it.

use crate::console::age::{ahead, stepped};
use crate::console::app::World;
use crate::console::text::{fit, width, wrap};
use crate::console::theme::Role;
use crate::id::Text;
use crate::judge::Verdict;
use crate::operation::plan::Level;
use crate::operation::{Plan, Risk, Step, StepId};

use super::{Asked, Review, Shows, asked, table, trial};

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// A step.
    Step(StepId),
    /// A part that is left out.
    Part(Text),
    /// A guard.
    Guard(Text),
}

/// A line: its parts in their roles, and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    /// A sign before it, where it has one.
    pub(super) sign: Option<Verdict>,
    pub(super) spans: Vec<(Role, String)>,
    pub(super) key: Option<Key>,
}

/// Columns of the word before a line.
pub(super) const WORD: usize = 9;

/// Every line of the review.
pub(super) fn lines(review: &Review, plan: &Plan, world: &World<'_>, columns: usize) -> Vec<Told> {
    if !plan.summary.parts.is_empty() {
        return table::lines(review, plan, world, columns);
    }
    let asked = asked(plan, world);
    let mut told = Vec::new();
    let why = if plan.summary.why.is_empty() {
        plan.steps.iter().map(|step| step.why.clone()).take(1).collect()
    } else {
        plan.summary.why.clone()
    };
    section(&mut told, "why", &why, Role::Text, columns);
    section(&mut told, "DENIED", &trial::denials(review), Role::Critical, columns);
    told.push(guards_line(plan, &asked, world));
    section(&mut told, "changes", &plan.summary.changes, Role::Strong, columns);
    told.push(plain(Role::Text, String::new()));
    steps(review, plan, &asked, (columns, world), &mut told);
    told.push(plain(Role::Text, String::new()));
    let calls = plan.calls().count();
    let expect = format!("{}, {calls} calls; {}", plan_time(plan), risk_words(plan));
    section(&mut told, "expect", &[expect], Role::Text, columns);
    let back = plan.steps.iter().filter(|step| !step.undo.is_empty()).count();
    let of = plan.steps.iter().filter(|step| !step.calls.is_empty()).count();
    section(&mut told, "undo", &[format!("{back} of {of} steps that call can be taken back")], Role::Text, columns);
    section(&mut told, "NOT", &undone(plan), Role::Warning, columns);
    section(&mut told, "policy", &plan.summary.rules, Role::Dim, columns);
    told
}

/// How long it takes: what is usual, and where its waits may last far longer, the longest.
pub(in crate::console::screen) fn plan_time(plan: &Plan) -> String {
    let words = |seconds: u64| ahead(i64::try_from(seconds).unwrap_or(i64::MAX));
    let (usual, longest) = (plan.summary.expected_s, plan.longest_s());
    match longest > usual.saturating_mul(2) {
        true => format!("about {}, at most {}", words(usual), words(longest)),
        false => format!("about {}", words(usual)),
    }
}

/// What becomes of what serves.
pub(super) fn risk_words(plan: &Plan) -> &'static str {
    match plan.risk() {
        Risk::Harmless => "nothing that serves is touched",
        Risk::Disruptive => "something that serves stops for a while",
        Risk::Irreversible => "SOMETHING IS LOST FOR GOOD",
    }
}

fn undone(plan: &Plan) -> Vec<String> {
    plan.summary.cannot_undo.iter().map(|lost| format!("undone: {lost}")).collect()
}

pub(super) fn plain(role: Role, words: String) -> Told {
    Told { sign: None, spans: vec![(role, words)], key: None }
}

/// A word, and behind it lines of text, whole.
fn section(told: &mut Vec<Told>, word: &str, texts: &[String], role: Role, columns: usize) {
    let mut word = fit(&format!(" {word}"), WORD, "");
    for text in texts {
        for line in wrap(text, columns.saturating_sub(WORD + 1), 6, "~") {
            told.push(Told { sign: None, spans: vec![(Role::Dim, word), (role, line)], key: None });
            word = " ".repeat(WORD);
        }
    }
}

/// `14 hold, 1 UNKNOWN, 0 fail; data 12s old`.
pub(super) fn guards_line(plan: &Plan, asked: &[Asked<'_>], world: &World<'_>) -> Told {
    let first: Vec<&Asked<'_>> = asked.iter().filter(|asked| asked.is_first()).collect();
    let count = |holds: Option<bool>| first.iter().filter(|asked| asked.holds() == holds).count();
    let (hold, unknown, fail) = (count(Some(true)), count(None), count(Some(false)));
    let later = asked.len() - first.len();
    let accepted = asked.iter().filter(|asked| asked.guard.accepted.is_some()).count();
    let age = stepped(crate::estate::age(plan.made_from, world.now));
    let mut spans = vec![(Role::Dim, fit(" guards", WORD, "")), (Role::Text, format!("{hold} hold"))];
    spans.push(if unknown > 0 {
        (Role::Unknown, format!(", {unknown} UNKNOWN"))
    } else {
        (Role::Text, ", 0 unknown".to_owned())
    });
    spans.push(if fail > 0 { (Role::Critical, format!(", {fail} FAIL")) } else { (Role::Text, ", 0 fail".to_owned()) });
    let later = if later > 0 { format!("; {later} asked in their turn") } else { String::new() };
    let accepted = if accepted > 0 { format!("; {accepted} let pass") } else { String::new() };
    let data = if age == "now" { "read just now".to_owned() } else { format!("data {age} old") };
    spans.push((Role::Dim, format!("{later}{accepted}; {data}")));
    Told { sign: None, spans, key: None }
}

/// The steps, with what is shown under each; a part that is left out keeps its line.
fn steps(
    review: &Review,
    plan: &Plan,
    asked: &[Asked<'_>],
    (columns, world): (usize, &World<'_>),
    told: &mut Vec<Told>,
) {
    let skipped = review.inquiry.intent().map(|intent| intent.skip.clone()).unwrap_or_default();
    let first = plan.steps.first().map(|step| &step.part);
    let is_one = skipped.is_empty() && plan.steps.iter().all(|step| Some(&step.part) == first);
    // One part needs no column: it is the target.
    let part = if is_one { 0 } else { plan.steps.iter().map(|step| width(&step.part)).max().unwrap_or(0).clamp(4, 20) };
    let head = format!("     {}", fit(if is_one { "WHAT" } else { "PART" }, part.max(4) + 1, ""));
    let what = if is_one { "" } else { "WHAT" };
    let gap = columns.saturating_sub(width(&head) + what.len() + 9);
    told.push(plain(Role::Dim, format!("{head}{what}{}AT MOST", " ".repeat(gap))));
    for step in &plan.steps {
        told.push(step_line(step, part, columns));
        match review.shows {
            Shows::Steps => {}
            Shows::Calls => {
                let may = |ordinal| trial::word(review, plan, &step.id, ordinal, world);
                calls(step, columns, &may, told);
            }
            Shows::Guards => {
                asked.iter().filter(|asked| asked.step.id == step.id).for_each(|each| guard(each, columns, told));
            }
        }
    }
    for left in skipped.into_iter().filter(|left| plan.steps.iter().all(|step| step.part != *left)) {
        let words = format!(" [ ] {} left out", fit(&left, part, "~"));
        told.push(Told { sign: None, spans: vec![(Role::Dim, words)], key: Some(Key::Part(left)) });
    }
}

fn step_line(step: &Step, part: usize, columns: usize) -> Told {
    let seconds = step.until.as_ref().map(|until| until.deadline_s);
    let when = seconds.map_or(String::new(), |s| format!(" {}", ahead(i64::try_from(s).unwrap_or(i64::MAX))));
    let risk = step.calls.iter().map(|call| call.action.risk()).max().unwrap_or(Risk::Harmless);
    let role = if risk > Risk::Harmless { Role::Strong } else { Role::Text };
    let name = if part == 0 { String::new() } else { format!("{} ", fit(&step.part, part, "~")) };
    let room = columns.saturating_sub(6 + width(&name) + width(&when));
    Told {
        sign: None,
        spans: vec![
            (Role::Dim, " [x] ".to_owned()),
            (Role::Text, name),
            (role, fit(&step.title, room, "~")),
            (Role::Dim, when),
        ],
        key: Some(Key::Step(step.id.clone())),
    }
}

/// The calls of a step; `may` says of each whether the caller may make it, where anybody knows.
pub(super) fn calls(step: &Step, columns: usize, may: &dyn Fn(usize) -> Option<(Role, String)>, told: &mut Vec<Told>) {
    let key = Some(Key::Step(step.id.clone()));
    let commands = step.commands.iter().map(|command| {
        let words: Vec<&str> = command.argv.iter().map(|word| &**word).collect();
        (Role::Notice, format!("runs here: {} (within {}s)", words.join(" "), command.timeout_s), None)
    });
    let calls = step.calls.iter().enumerate().map(|(ordinal, call)| {
        let role = if call.action.risk() > Risk::Harmless { Role::Warning } else { Role::Text };
        let words = call.command().unwrap_or_else(|_| call.action.name().to_owned());
        (role, words, may(ordinal))
    });
    for (role, words, may) in commands.chain(calls) {
        let mut before = "     $ ";
        for line in wrap(&words, columns.saturating_sub(9), 8, "~") {
            told.push(Told { sign: None, spans: vec![(Role::Dim, before.to_owned()), (role, line)], key: key.clone() });
            before = "         ";
        }
        if let Some((role, words)) = may {
            for line in wrap(&words, columns.saturating_sub(9), 2, "~") {
                let spans = vec![(Role::Dim, before.to_owned()), (role, line)];
                told.push(Told { sign: None, spans, key: key.clone() });
            }
        }
    }
    if step.calls.is_empty() && step.commands.is_empty() {
        told.push(Told { sign: None, spans: vec![(Role::Dim, "     calls nothing: it waits".to_owned())], key });
    }
}

pub(super) fn guard(asked: &Asked<'_>, columns: usize, told: &mut Vec<Told>) {
    let key = Some(Key::Guard(asked.guard.id.clone()));
    let (sign, role) = match (asked.holds(), asked.is_first()) {
        (Some(true), _) => (Verdict::Ok, Role::Text),
        (_, false) => (Verdict::Ok, Role::Dim),
        (_, true) if asked.guard.accepted.is_some() => (Verdict::Warning, Role::Warning),
        (Some(false), true) if asked.guard.level == Level::Block => (Verdict::Critical, Role::Critical),
        (Some(false), true) => (Verdict::Warning, Role::Warning),
        (None, true) => (Verdict::Unknown, Role::Unknown),
    };
    let detail = match (&asked.answer, asked.is_first()) {
        (None, _) => "asked once what it is about is there".to_owned(),
        (Some(answer), true) => answer.detail.clone(),
        (Some(answer), false) => format!("asked in its turn; now: {}", answer.detail),
    };
    let age = asked.answer.as_ref().and_then(|answer| answer.age);
    let age = age.map(|age| format!(" ({})", stepped(age))).unwrap_or_default();
    let passed = asked.guard.accepted.as_ref().map(|why| format!("; let pass: {why}")).unwrap_or_default();
    let level = if asked.guard.level == Level::Warn { "warns " } else { "" };
    let words = format!("{level}{} {detail}{age}{passed}", asked.guard.id);
    let mut sign = Some(sign).filter(|_| asked.is_first());
    for line in wrap(&words, columns.saturating_sub(9), 4, "~") {
        told.push(Told { sign: sign.take(), spans: vec![(role, line)], key: key.clone() });
    }
}
