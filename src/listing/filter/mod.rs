//! The filter language of every list.
//!
//! Owns: [`Filter`]. Depends on: rows and values. Must stay true: terms are all required; a test on what nobody knows neither
//! passes nor fails, so that neither `age<1h` nor `!age<1h` keeps a row of unknown age.
//!
//! | written | keeps rows |
//! | --- | --- |
//! | `web` | with a cell that contains it, whatever the case |
//! | `"two words"` | the same, with spaces |
//! | `state:run` | whose state has a word that begins so; `state:run,pend` either; `name:web-*` the whole of it, `*` any text |
//! | `zone:use1-az4` | in that zone, by its name or its id |
//! | `lag:?` · `group:-` · `group:` | where nobody knows it · where there is none · where there is one |
//! | `state=running` `state!=running` | with exactly that |
//! | `age<1h` `desired>=3` | compared as number, duration or time; with an instant, a duration means how long ago |
//! | `/^web-\d+$/` | with a cell that the regular expression matches |
//! | `problems` or `is:problem`, `is:critical`, `is:stale` | by how they stand |
//! | `!` before any of these | for which it does not hold |

mod parse;
mod pattern;

use std::cmp::Ordering;

use jiff::Timestamp;
use regex::Regex;

use super::list::List;
use super::rows::Rows;
use super::value::{Value, natural};
use pattern::Pattern;

use crate::judge::Verdict;

/// What rows must hold to be shown. The default keeps all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    terms: Vec<Term>,
}

/// Why a filter could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("filter, character {}: {message}", position + 1)]
pub struct FilterError {
    /// Characters before the place.
    pub position: usize,
    /// What is wrong there.
    pub message: String,
}

#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    /// Some cell contains the text, in lower case.
    Word(String),
    /// Some cell matches.
    Regex(Regex),
    /// Some cell is wholly so.
    Any(Pattern),
    /// One of the columns is one of these.
    Column(Vec<usize>, Vec<Pattern>),
    /// The column compares so.
    Compare(usize, Operator, Operand),
    /// The row stands so.
    Is(Standing),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Number(f64),
    Seconds(f64),
    Time(Timestamp),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Problem,
    Stale,
    Verdict(Verdict),
}

impl Filter {
    /// Reads a filter for the columns of `list`.
    pub fn parse(text: &str, list: &List) -> Result<Self, FilterError> {
        parse::Parser::new(text, list).terms().map(|terms| Self { terms })
    }

    /// Whether it keeps everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it keeps row `i`.
    pub fn matches(&self, rows: &Rows<'_>, i: usize) -> bool {
        self.terms.iter().all(|term| match term.test.holds(rows, i) {
            Some(holds) => holds != term.negated,
            None => false,
        })
    }
}

impl Test {
    /// Whether it holds for row `i`; none where nobody can tell.
    fn holds(&self, rows: &Rows<'_>, i: usize) -> Option<bool> {
        match self {
            Self::Word(word) => Some(any_cell(rows, i, |text| text.to_lowercase().contains(word))),
            Self::Regex(regex) => Some(any_cell(rows, i, |text| regex.is_match(text))),
            Self::Any(pattern) => {
                Some((0..rows.columns()).any(|column| pattern.matches(&rows.cell(i, column)) == Some(true)))
            }
            Self::Column(columns, patterns) => {
                let cells = columns.iter().map(|column| rows.cell(i, *column));
                either(
                    cells.flat_map(|cell| {
                        patterns.iter().map(move |pattern| pattern.matches(&cell)).collect::<Vec<_>>()
                    }),
                )
            }
            Self::Compare(column, operator, operand) => {
                operand.against(&rows.cell(i, *column), rows.taken_at()).map(|order| operator.accepts(order))
            }
            Self::Is(Standing::Problem) => Some(rows.verdict(i) != Verdict::Ok),
            Self::Is(Standing::Stale) => Some(rows.is_stale(i)),
            Self::Is(Standing::Verdict(verdict)) => Some(rows.verdict(i) == *verdict),
        }
    }
}

fn any_cell(rows: &Rows<'_>, i: usize, test: impl Fn(&str) -> bool) -> bool {
    (0..rows.columns()).map(|column| rows.cell(i, column)).filter(Value::is_present).any(|cell| test(&cell.plain()))
}

/// Whether any holds; none where none does and one of them cannot be told.
fn either(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut whole = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => whole = None,
        }
    }
    whole
}

impl Operator {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Operand {
    /// How the cell compares with it; none where nobody knows the cell, or the two do not compare.
    fn against(&self, cell: &Value, now: Timestamp) -> Option<Ordering> {
        match (cell, self) {
            (Value::Unknown | Value::None, _) => None,
            (Value::Time(at), Self::Time(other)) => Some(at.cmp(other)),
            (Value::Time(at), Self::Seconds(s)) => Some(now.duration_since(*at).as_secs_f64().total_cmp(s)),
            (Value::Text(text), Self::Text(other)) => Some(natural(text, other)),
            (Value::Text(text), Self::Number(n)) => Some(natural(text, &n.to_string())),
            (Value::Texts(texts), Self::Number(n)) => Some((texts.len() as f64).total_cmp(n)),
            (cell, Self::Number(n) | Self::Seconds(n)) => cell.as_number().map(|cell| cell.total_cmp(n)),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
