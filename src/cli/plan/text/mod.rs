//! A plan for people: why, what changes, what is lost, then step by step, in 80 columns.
//!
//! Must stay true: a command can be copied as it stands; no sign is told by colour or by a glyph alone.

mod parts;

use unicode_width::UnicodeWidthStr;

use crate::listing::escape;
use crate::operation::plan::{ConfirmKind, Level, Refusal};
use crate::operation::{Call, Plan, Step};

use super::{Seen, answer};

/// Columns that the text keeps to.
const WIDTH: usize = 80;

/// The whole text.
pub(super) fn text(outcome: Result<&Plan, &Refusal>, seen: Seen<'_>) -> String {
    match outcome {
        Ok(plan) => planned(plan, seen),
        Err(refusal) => {
            let mut text = Lines::default();
            let target = seen.intent.targets.join(", ");
            text.put("", &format!("{} {target}: REFUSED", seen.intent.operation));
            text.put("  why  ", &refusal.reason);
            text.put("  try  ", &refusal.remedy);
            text.0
        }
    }
}

fn planned(plan: &Plan, seen: Seen<'_>) -> String {
    let mut text = Lines::default();
    let name = match plan.account_name == *plan.account.text() {
        true => plan.account.to_string(),
        false => format!("{} ({})", plan.account_name, plan.account),
    };
    text.put("", &format!("{} {} in {}, account {name}", plan.operation, plan.target.replace(',', ", "), plan.region));
    let digest = plan.digest().unwrap_or_default();
    let age = crate::estate::age(plan.made_from, seen.now).as_secs();
    text.put("", &format!("plan {} · digest {} · from readings {age} s old", plan.id, digest.get(..12).unwrap_or("")));
    text.section("WHY", &plan.summary.why);
    text.section("POLICY", &plan.summary.rules);
    parts::put(&mut text, &plan.summary);
    text.section("CHANGES", &plan.summary.changes);
    text.section("CANNOT BE UNDONE", &plan.summary.cannot_undo);
    text.title(&format!("STEPS, about {}", span(plan.summary.expected_s)));
    for step in &plan.steps {
        of_step(&mut text, plan, step, seen);
    }
    text.title("CONFIRM");
    let confirm = &plan.summary.confirm;
    let words = match confirm.kind {
        ConfirmKind::Key => "y, or --yes".to_owned(),
        ConfirmKind::Target => format!("type {}, or --confirm {}", confirm.token, confirm.token),
        ConfirmKind::Account => format!("type the account's name, {}, or --confirm {}", confirm.token, confirm.token),
    };
    text.put("  ", &words);
    text.0
}

fn of_step(text: &mut Lines, plan: &Plan, step: &Step, seen: Seen<'_>) {
    let several = plan.steps.iter().any(|other| other.part != step.part);
    let part = if several { format!(" [{}]", step.part) } else { String::new() };
    text.put(&format!("  {:<4}", step.id.to_string()), &format!("{}{part}", step.title));
    text.put("      why    ", &step.why);
    if several && !step.needs.is_empty() {
        let needs: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
        text.put("      after  ", &needs.join(", "));
    }
    for guard in &step.guards {
        let answer = answer(step, guard, seen);
        let word = match (answer.holds, guard.level) {
            (Some(true), _) => "holds",
            (Some(false), Level::Block) => "FAILS",
            (Some(false), Level::Warn) => "warns",
            (None, _) => "?",
        };
        let age = answer.age.map(|age| format!(" ({} s ago)", age.as_secs())).unwrap_or_default();
        let accepted = guard.accepted.as_ref().map(|why| format!("; let pass: {why}")).unwrap_or_default();
        text.put(&format!("      {word:<7}"), &format!("{}: {}{age}{accepted}", guard.id, answer.detail));
    }
    for command in &step.commands {
        text.put("      runs   ", &format!("{} (at most {})", command.argv.join(" "), span(command.timeout_s)));
    }
    for call in &step.calls {
        text.command("      ", call);
    }
    if let Some(until) = &step.until {
        let hold = if until.hold_s > 0 { format!(", and so for {}", span(until.hold_s)) } else { String::new() };
        text.put("      until  ", &format!("{}{hold}; at most {}", until.condition.words(), span(until.deadline_s)));
    }
    if step.undo.is_empty() && !step.calls.is_empty() {
        text.put("      undo   ", "nothing takes it back by itself");
    }
    for call in &step.undo {
        text.command("      undo: ", call);
    }
}

/// `4 min`, `1 h 5 min`.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=5399 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn title(&mut self, title: &str) {
        self.0.push('\n');
        self.line(title);
    }

    fn section(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.title(title);
        for line in lines {
            self.put("  - ", line);
        }
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// A beginning, then words, those of further lines under the first.
    fn put(&mut self, begin: &str, words: &str) {
        let words = escape(words);
        let indent = " ".repeat(begin.width());
        let mut line = begin.to_owned();
        let mut is_empty = true;
        for word in words.split_whitespace() {
            if !is_empty && line.width() + 1 + word.width() > WIDTH {
                self.line(&line);
                line = indent.clone();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.line(&line);
    }

    /// A command over as many lines as it takes, each but the last ended as a shell wants it.
    fn command(&mut self, begin: &str, call: &Call) {
        let command = call.command().unwrap_or_default();
        let indent = " ".repeat(begin.width() + 4);
        let mut line = format!("{begin}$ ");
        let mut is_empty = true;
        // Quoted words may hold spaces: it is broken before options alone.
        for (at, part) in escape(&command).split(" --").enumerate() {
            let part = if at == 0 { part.to_owned() } else { format!("--{part}") };
            if !is_empty && line.width() + 3 + part.width() > WIDTH {
                self.line(&format!("{line} \\"));
                line = indent.clone();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&part);
            is_empty = false;
        }
        self.line(&line);
    }
}
