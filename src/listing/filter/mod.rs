//! The filter language of every list.
//!
//! Owns: [`Filter`]. Depends on: rows and values. Must stay true: terms are all required; a test on what nobody knows neither
//! passes nor fails, so that neither `age<1h` nor `!age<1h` keeps a row of unknown age.
//!
//! | written | keeps rows |
//! | --- | --- |
//! | `web` | with a cell that contains it, whatever the case |
//! | `~chk5x` | with a cell that has these letters in this order, close together |
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
mod record;

use std::cmp::Ordering;

use jiff::Timestamp;
use regex::Regex;

use super::column::ColumnInfo;
use super::fuzzy::misfit;
use super::list::List;
use super::rows::Rows;
use super::value::{Value, natural};
pub use record::Record;

use pattern::Pattern;
use record::{Listed, Tested};

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
    /// Some cell has these letters in this order.
    Fuzzy(String),
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
        Self::parse_for(text, &list.columns())
    }

    /// Reads a filter for these columns.
    ///
    /// # Errors
    /// Says what is wrong and where.
    pub fn parse_for(text: &str, columns: &[ColumnInfo]) -> Result<Self, FilterError> {
        parse::Parser::new(text, columns).terms().map(|terms| Self { terms })
    }

    /// Whether it keeps everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it keeps row `i`.
    pub fn matches(&self, rows: &Rows<'_>, i: usize) -> bool {
        self.keeps(&Listed { rows, i })
    }

    /// Whether it keeps a row that is in no list; it must have been read for that row's columns.
    pub fn passes(&self, record: &Record) -> bool {
        self.keeps(record)
    }

    fn keeps(&self, row: &impl Tested) -> bool {
        self.terms.iter().all(|term| match term.test.holds(row) {
            Some(holds) => holds != term.negated,
            None => false,
        })
    }
}

impl Test {
    /// Whether it holds for the row; none where nobody can tell.
    fn holds(&self, row: &impl Tested) -> Option<bool> {
        match self {
            Self::Word(word) => Some(any_cell(row, |text| text.to_lowercase().contains(word))),
            Self::Fuzzy(letters) => Some(any_cell(row, |text| misfit(letters, text).is_some())),
            Self::Regex(regex) => Some(any_cell(row, |text| regex.is_match(text))),
            Self::Any(pattern) => {
                Some((0..row.columns()).any(|column| pattern.matches(&row.cell(column)) == Some(true)))
            }
            Self::Column(columns, patterns) => {
                let cells = columns.iter().map(|column| row.cell(*column));
                either(
                    cells.flat_map(|cell| {
                        patterns.iter().map(move |pattern| pattern.matches(&cell)).collect::<Vec<_>>()
                    }),
                )
            }
            Self::Compare(column, operator, operand) => {
                operand.against(&row.cell(*column), row.now()).map(|order| operator.accepts(order))
            }
            Self::Is(Standing::Problem) => Some(row.verdict() != Verdict::Ok),
            Self::Is(Standing::Stale) => Some(row.is_stale()),
            Self::Is(Standing::Verdict(verdict)) => Some(row.verdict() == *verdict),
        }
    }
}

fn any_cell(row: &impl Tested, test: impl Fn(&str) -> bool) -> bool {
    (0..row.columns()).map(|column| row.cell(column)).filter(Value::is_present).any(|cell| test(&cell.plain()))
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
