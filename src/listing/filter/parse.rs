//! Reads the filter language.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::RegexBuilder;

use super::super::column::{ColumnInfo, position};
use super::super::name::UnknownName;
use super::pattern::Pattern;
use super::{FilterError, Operand, Operator, Standing, Term, Test};

use crate::judge::Verdict;

/// Operators, the longer before those they begin with.
const OPERATORS: &[&str] = &["!=", "<=", ">=", ":", "=", "<", ">"];

/// Reads one filter from left to right.
pub(super) struct Parser<'a> {
    chars: Vec<char>,
    at: usize,
    columns: &'a [ColumnInfo],
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &str, columns: &'a [ColumnInfo]) -> Self {
        Self { chars: text.chars().collect(), at: 0, columns }
    }

    pub(super) fn terms(mut self) -> Result<Vec<Term>, FilterError> {
        let mut terms = Vec::new();
        loop {
            while self.peek().is_some_and(char::is_whitespace) {
                self.at += 1;
            }
            if self.peek().is_none() {
                return Ok(terms);
            }
            let start = self.at;
            let negated = self.take("!");
            match self.peek() {
                None => return Err(error(start, "`!` stands before what must not hold")),
                Some(c) if c.is_whitespace() => return Err(error(start, "`!` stands before what must not hold")),
                Some('/') => terms.push(Term { negated, test: self.regex()? }),
                Some(_) => terms.push(self.term(negated)?),
            }
        }
    }

    fn term(&mut self, negated: bool) -> Result<Term, FilterError> {
        let start = self.at;
        if let Some((key, operator)) = self.key() {
            let (test, unequal) = self.column_test(start, &key, operator)?;
            return Ok(Term { negated: negated != unequal, test });
        }
        let is_fuzzy = self.take("~");
        let quoted = self.peek() == Some('"');
        let word = self.words()?.join(",");
        if is_fuzzy && word.is_empty() {
            return Err(error(start, "`~` stands before letters to be found in this order"));
        }
        let test = match word.as_str() {
            word if is_fuzzy => Test::Fuzzy(word.to_lowercase()),
            "problem" | "problems" if !quoted => Test::Is(Standing::Problem),
            word if word.contains('*') && !quoted => Test::Any(Pattern::new(word, true)),
            word => Test::Word(word.to_lowercase()),
        };
        Ok(Term { negated, test })
    }

    /// A key and its operator, if they stand here. An ARN is a word where the list has no such column.
    fn key(&mut self) -> Option<(String, &'static str)> {
        let key: String =
            self.chars.get(self.at..)?.iter().take_while(|c| c.is_ascii_alphabetic() || **c == '_').collect();
        let start = self.at;
        self.at += key.len();
        let operator = OPERATORS.iter().copied().find(|operator| self.take(operator));
        let is_word = key.is_empty() || (key == "arn" && position(self.columns, "arn").is_err());
        match operator {
            Some(operator) if !is_word => Some((key, operator)),
            _ => {
                self.at = start;
                None
            }
        }
    }

    /// The test of `key operator value`, and whether it is to be turned round.
    fn column_test(&mut self, start: usize, key: &str, operator: &'static str) -> Result<(Test, bool), FilterError> {
        let value_at = self.at;
        let values = self.words()?;
        if key == "is" && matches!(operator, ":" | "=") {
            return standing(&values.join(","), value_at).map(|standing| (Test::Is(standing), false));
        }
        let columns = self.columns_called(key).map_err(|unknown| error(start, unknown.to_string()))?;
        let operator = match operator {
            ":" => {
                return Ok((
                    Test::Column(columns, values.iter().map(|value| Pattern::new(value, false)).collect()),
                    false,
                ));
            }
            "=" => {
                return Ok((
                    Test::Column(columns, values.iter().map(|value| Pattern::new(value, true)).collect()),
                    false,
                ));
            }
            "!=" => {
                return Ok((
                    Test::Column(columns, values.iter().map(|value| Pattern::new(value, true)).collect()),
                    true,
                ));
            }
            "<" => Operator::Less,
            "<=" => Operator::AtMost,
            ">" => Operator::More,
            _ => Operator::AtLeast,
        };
        let column = columns.first().copied().unwrap_or_default();
        let is_number = self.columns.get(column).is_some_and(|column| column.right);
        let operand = operand(&values.join(","), is_number).map_err(|message| error(value_at, message))?;
        Ok((Test::Compare(column, operator, operand), false))
    }

    /// The columns that a key means. `zone` means the zone's name or its id.
    fn columns_called(&self, key: &str) -> Result<Vec<usize>, UnknownName> {
        let first = position(self.columns, key)?;
        if !key.eq_ignore_ascii_case("zone") {
            return Ok(vec![first]);
        }
        let called = |column: &ColumnInfo| column.is_called("zone") || column.is_called("zone_id");
        Ok(self.columns.iter().enumerate().filter(|(_, column)| called(column)).map(|(position, _)| position).collect())
    }

    /// Text up to the next space outside quotes, cut at commas outside quotes.
    fn words(&mut self) -> Result<Vec<String>, FilterError> {
        let mut words = vec![String::new()];
        let mut opened = None;
        while let Some(c) = self.peek() {
            match c {
                '"' => opened = if opened.is_none() { Some(self.at) } else { None },
                c if opened.is_none() && c.is_whitespace() => break,
                ',' if opened.is_none() => words.push(String::new()),
                c => words.iter_mut().next_back().into_iter().for_each(|word| word.push(c)),
            }
            self.at += 1;
        }
        match opened {
            Some(at) => Err(error(at, "this quotation mark is not closed")),
            None => Ok(words),
        }
    }

    /// `/…/`, where `\/` is a slash; the closing one may be missing at the end, as it is while typing.
    fn regex(&mut self) -> Result<Test, FilterError> {
        let start = self.at;
        self.at += 1;
        let mut source = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '/' => break,
                '\\' if self.peek() == Some('/') => {
                    source.push('/');
                    self.at += 1;
                }
                '\\' => {
                    // Whatever follows belongs to the regular expression, another backslash too.
                    source.push('\\');
                    source.extend(self.peek());
                    self.at += 1;
                }
                c => source.push(c),
            }
        }
        let regex = RegexBuilder::new(&source).case_insensitive(true).size_limit(1 << 20).build().map_err(|why| {
            let text = why.to_string();
            let reason = text.lines().last().unwrap_or("not understood").trim();
            error(start, format!("regular expression: {}", reason.strip_prefix("error: ").unwrap_or(reason)))
        })?;
        Ok(Test::Regex(regex))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Steps over `text`, if it stands here.
    fn take(&mut self, text: &str) -> bool {
        let stands = text.chars().enumerate().all(|(ahead, c)| self.chars.get(self.at + ahead) == Some(&c));
        if stands {
            self.at += text.chars().count();
        }
        stands
    }
}

fn error(position: usize, message: impl Into<String>) -> FilterError {
    FilterError { position, message: message.into() }
}

fn standing(word: &str, at: usize) -> Result<Standing, FilterError> {
    let verdicts = [Verdict::Ok, Verdict::Warning, Verdict::Critical, Verdict::Unknown];
    match word.to_lowercase().as_str() {
        "problem" | "problems" => Ok(Standing::Problem),
        "stale" => Ok(Standing::Stale),
        word => verdicts.into_iter().find(|verdict| verdict.as_str() == word).map(Standing::Verdict).ok_or_else(|| {
            let valid = ["problem", "stale", "ok", "warning", "critical", "unknown"];
            error(at, UnknownName::new("standing", word, valid).to_string())
        }),
    }
}

fn operand(text: &str, is_number: bool) -> Result<Operand, String> {
    if text.is_empty() {
        return Err("a comparison needs a value".to_owned());
    }
    if let Ok(number) = text.parse::<f64>() {
        return Ok(Operand::Number(number));
    }
    if let Some(seconds) = duration(text) {
        return Ok(Operand::Seconds(seconds));
    }
    if is_number {
        return Err(format!("`{text}` is neither a number nor a duration such as 90s, 15m, 1h30m or 2d"));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Operand::Time(at));
    }
    if let Some(at) = text.parse::<Date>().ok().and_then(|date| date.to_zoned(TimeZone::UTC).ok()) {
        return Ok(Operand::Time(at.timestamp()));
    }
    Ok(Operand::Text(text.to_owned()))
}

/// Seconds in `90s`, `15m`, `1h30m`, `2d`, `1w`, `250ms`.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = tail;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        for (text, seconds) in
            [("90s", Some(90.0)), ("1h30m", Some(5400.0)), ("2d", Some(172_800.0)), ("1.5h", Some(5400.0))]
        {
            assert_eq!(duration(text), seconds, "{text}");
        }
        for text in ["h", "5", "5x", "soon"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
