//! The answer for people: the sentence first, then what is worst, in 80 columns.

use unicode_width::UnicodeWidthStr;

use crate::judge::Picture;
use crate::judge::what_if::{Outcome, Question, Right, ServiceOutlook, WhatIf, leave};
use crate::listing::escape;

use super::AccountLabel;

/// Columns that the text keeps to.
const WIDTH: usize = 80;
/// Where what is said of a thing begins: after its outcome.
const INDENT: usize = 11;

/// The whole answer.
pub(super) fn text(answer: &WhatIf, picture: &Picture, label: &AccountLabel) -> String {
    let mut text = Lines::default();
    let account = label.name.as_deref().or(label.account.as_ref().map(|id| id.as_str())).unwrap_or("account unknown");
    let at = picture.taken_at.strftime("%F %T");
    text.put(0, &format!("if {}: {}", what_goes(answer), answer.outcome.as_str().to_uppercase()));
    text.put(0, &format!("{account} {}, at {at}Z, by the load of now", answer.region));
    if matches!(answer.question, Question::Zones(_)) {
        text.put(2, &leave(answer));
    }
    let mut touched: Vec<&ServiceOutlook> = answer.services.iter().filter(|service| service.touched).collect();
    touched.sort_by_key(|service| std::cmp::Reverse(service.outcome.verdict().severity()));
    let rest = answer.services.len() - touched.len();
    text.section("SERVICES", touched.iter().map(|service| (service.outcome.as_str(), service.sentence())));
    if rest > 0 {
        text.put(2, &format!("{rest} services of which nothing stands there"));
    }
    let databases = answer.databases.iter();
    text.section("DATABASES", databases.map(|each| (each.outcome.as_str(), format!("{}: {}", each.id, each.detail))));
    let stays = answer.casualties.iter().map(|each| {
        let id = each.id.as_deref().filter(|id| *id != each.name).map(|id| format!(" ({id})")).unwrap_or_default();
        (each.outcome.as_str(), format!("{} {}{id}: {}", each.what, each.name, each.detail))
    });
    text.section("DOES NOT MOVE", stays);
    let may = answer.needed.iter().map(|each| (each.right.as_str(), format!("{}: {}", each.action, each.purpose)));
    text.section("MAY THIS ROLE", may);
    if answer.needed.iter().any(|each| each.right == Right::Untested) {
        text.put(2, "untested: iam:SimulatePrincipalPolicy has not answered, and nothing was refused");
    }
    let unread = answer.unread.iter().map(|(_, reason)| (Outcome::Unknown.as_str(), reason.clone()));
    text.section("NOT READ", unread);
    text.section("ASSUMED", answer.gaps.iter().map(|gap| ("", gap.clone())));
    text.0
}

fn what_goes(answer: &WhatIf) -> String {
    match &answer.question {
        Question::Zones(zones) => {
            let words = zones.iter().map(|(zone, id)| match id {
                Some(id) => format!("{zone} ({id})"),
                None => format!("{zone} (id not known)"),
            });
            let words: Vec<String> = words.collect();
            let goes = if words.len() == 1 { "goes" } else { "go" };
            format!("{} {goes}", words.join(" and "))
        }
        Question::Region => format!("region {} goes", answer.region),
        Question::Database(id) => format!("database {id} goes"),
    }
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Words from a column on, further lines under them.
    fn put(&mut self, indent: usize, words: &str) {
        self.fold(&" ".repeat(indent), indent, words);
    }

    fn section<'a>(&mut self, title: &str, lines: impl Iterator<Item = (&'a str, String)>) {
        let mut lines = lines.peekable();
        if lines.peek().is_none() {
            return;
        }
        self.0.push_str(&format!("\n{title}\n"));
        for (word, words) in lines {
            let (lead, indent) = if word.is_empty() { ("  ".to_owned(), 2) } else { (format!("  {word:<9}"), INDENT) };
            self.fold(&lead, indent, &words);
        }
    }

    /// Breaks between words; a word longer than a line stands alone.
    fn fold(&mut self, lead: &str, indent: usize, words: &str) {
        let words = escape(words);
        let mut line = lead.to_owned();
        let mut is_fresh = true;
        for word in words.split(' ') {
            if !is_fresh && line.width() + 1 + word.width() > WIDTH {
                self.0.push_str(line.trim_end());
                self.0.push('\n');
                line = " ".repeat(indent);
                is_fresh = true;
            }
            if !is_fresh {
                line.push(' ');
            }
            line.push_str(word);
            is_fresh = false;
        }
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }
}
