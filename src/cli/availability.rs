//! Availability as a text: a table, what had to be supposed, and the model's limits.
//!
//! Owns: its words. Depends on: the judgement's figures. Must stay true: 80 columns; a figure with suppositions is marked; the limits
//! stand beside the numbers.

use crate::judge::Verdict;
use crate::judge::availability::arithmetic::nines;
use crate::judge::availability::{LIMITS, ServiceAvailability};
use crate::listing::escape;

use super::table::{Heading, lay_out};

/// Columns of a plain terminal.
const WIDTH: usize = 80;
/// Services of which the suppositions are written out.
const SUPPOSED: usize = 8;

/// The figures of all services, region by region.
pub fn text(services: &[ServiceAvailability]) -> String {
    let mut text = String::new();
    let mut rest = services;
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|each| each.region != first.region).unwrap_or(rest.len());
        let (here, others) = rest.split_at(end);
        text.push_str(&format!("{}: minutes without service in 30 days; IF -2: nines with two fewer\n", first.region));
        text.push_str(&indented(&table(here)));
        add_suppositions(&mut text, here);
        text.push('\n');
        rest = others;
    }
    for limit in LIMITS {
        text.push_str(&indented(&wrapped(limit)));
    }
    text
}

fn table(services: &[ServiceAvailability]) -> String {
    let heading = |title: &str, right, ideal, rank| Heading { title: title.to_owned(), right, ideal, rank };
    let headings = [
        heading("", false, 1, 0),
        heading("SERVICE", false, 12, 0),
        heading("NINES", true, 5, 0),
        heading("MIN/TARGET", true, 10, 0),
        heading("WOULD HELP MOST", false, 20, 1),
        heading("GAIN", true, 4, 1),
        heading("IF -2", true, 5, 3),
    ];
    let rows: Vec<Vec<String>> = services.iter().map(row).collect();
    lay_out(&headings, &rows, Some(WIDTH - 2))
}

fn row(each: &ServiceAvailability) -> Vec<String> {
    let sign = match each.verdict {
        Verdict::Ok => "",
        Verdict::Warning => "!",
        Verdict::Critical => "X",
        Verdict::Unknown => "?",
    };
    let or = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
    let help = each.helps.first();
    let fewer = each.scaled_in.as_ref().map(|loss| format!("{:.1}", nines(loss.availability)));
    vec![
        sign.to_owned(),
        escape(&each.service).into_owned(),
        or(each.nines.map(|nines| format!("{nines:.1}")), "?"),
        format!("{}/{}", or(each.minutes_a_month.map(minutes), "?"), minutes(each.target_minutes_a_month)),
        or(help.map(|help| escape(&help.change).into_owned()), "-"),
        or(help.map(|help| minutes(help.minutes_gained)), "-"),
        or(fewer, "-"),
    ]
}

/// Minutes to what a person can use: `4.3`, `216`.
fn minutes(minutes: f64) -> String {
    if minutes < 99.95 { format!("{minutes:.1}") } else { format!("{minutes:.0}") }
}

/// What is behind each question mark, the same words once.
fn add_suppositions(text: &mut String, services: &[ServiceAvailability]) {
    let mut said: Vec<&str> = Vec::new();
    for words in services.iter().flat_map(|each| &each.supposed) {
        if !said.contains(&words.as_str()) {
            said.push(words);
        }
    }
    for words in said.iter().take(SUPPOSED) {
        text.push_str(&indented(&wrapped(&format!("? {}", escape(words)))));
    }
    if let Some(more) = said.len().checked_sub(SUPPOSED).filter(|more| *more > 0) {
        text.push_str(&format!("  ? and {more} more: --json\n"));
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// At most as wide as the table.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > WIDTH - 2 {
            lines.push(format!("  {word}"));
        } else if let Some(last) = lines.last_mut() {
            if line > 0 {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::availability::assess;
    use crate::listing::fixture::Shop;

    #[test]
    fn a_table_of_80_columns_with_its_limits() {
        let shop = Shop::calm();
        let picture = shop.picture();
        let text = text(&assess(&picture.estate, &picture.judgement, picture.taken_at, &shop.policy));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        for words in ["SERVICE", "? load of web unknown: 2 of 3 taken as enough", "orders", "steady state"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
}
