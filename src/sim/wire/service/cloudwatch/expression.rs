//! Metric math: numbers, other queries' ids, `+ - * / ^`, parentheses and `FILL(m, 0)`.
//!
//! Owns: reading an expression and working it out. Must stay true: what is not supported is refused by name, never
//! worked out wrongly; recursion is bounded, by [`DEEPEST`] and [`LONGEST`].

use std::collections::BTreeMap;

use super::series::Series;
use crate::sim::world::SimTime;

/// Longest expression, characters.
const LONGEST: usize = 2048;
/// How deep parentheses, signs and calls may nest.
const DEEPEST: usize = 32;

/// An expression over the queries of one request, which it names by their position.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Query(usize),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Fill(Box<Expression>, Filler),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// What stands in for a missing value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Filler {
    Number(f64),
    /// The value before.
    Repeat,
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(f64),
    Series(Series),
}

impl Expression {
    /// Reads an expression; `find` gives the position of the query with an id.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(super) fn parse(text: &str, find: impl Fn(&str) -> Option<usize>) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the expression is longer than {LONGEST} characters"));
        }
        let mut parser = Parser { rest: text, find: &find };
        let expression = parser.sum(0)?;
        match parser.peek() {
            None => Ok(expression),
            Some(other) => Err(format!("unexpected '{other}'")),
        }
    }

    /// Positions of the queries that it needs.
    pub(super) fn needs(&self) -> Vec<usize> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Query(index) => vec![*index],
            Self::Negative(inner) | Self::Fill(inner, _) => inner.needs(),
            Self::Binary(_, left, right) => [left.needs(), right.needs()].concat(),
        }
    }

    /// Works it out. `series` are the queries' values by position, `grid` the starts of all periods that have begun. A
    /// number alone is that number in every period.
    pub(super) fn work_out(&self, series: &BTreeMap<usize, Series>, period: i64, grid: &[SimTime]) -> Series {
        match self.value(series, grid) {
            Value::Series(series) => series,
            // Such as 1 / 0.
            Value::Number(number) if !number.is_finite() => Series { period, points: Vec::new() },
            Value::Number(number) => Series { period, points: grid.iter().map(|start| (*start, number)).collect() },
        }
    }

    fn value(&self, series: &BTreeMap<usize, Series>, grid: &[SimTime]) -> Value {
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Query(index) => Value::Series(series.get(index).cloned().unwrap_or_default()),
            Self::Negative(inner) => Operator::Multiply.apply(Value::Number(-1.0), inner.value(series, grid)),
            Self::Binary(operator, left, right) => operator.apply(left.value(series, grid), right.value(series, grid)),
            Self::Fill(inner, filler) => match inner.value(series, grid) {
                Value::Series(series) => Value::Series(fill(series, *filler, grid)),
                number @ Value::Number(_) => number,
            },
        }
    }
}

impl Operator {
    fn of(sign: char) -> Option<Self> {
        Some(match sign {
            '+' => Self::Add,
            '-' => Self::Subtract,
            '*' => Self::Multiply,
            '/' => Self::Divide,
            '^' => Self::Power,
            _ => return None,
        })
    }

    fn numbers(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Power => left.powf(right),
        }
    }

    /// Applies it where both sides have a value; what has no finite result has none.
    fn apply(self, left: Value, right: Value) -> Value {
        let (period, points): (i64, Vec<(SimTime, f64)>) = match (left, right) {
            (Value::Number(left), Value::Number(right)) => return Value::Number(self.numbers(left, right)),
            (Value::Series(left), Value::Number(right)) => (
                left.period,
                left.points.into_iter().map(|(start, value)| (start, self.numbers(value, right))).collect(),
            ),
            (Value::Number(left), Value::Series(right)) => (
                right.period,
                right.points.into_iter().map(|(start, value)| (start, self.numbers(left, value))).collect(),
            ),
            (Value::Series(left), Value::Series(right)) => {
                let others: BTreeMap<SimTime, f64> = right.points.into_iter().collect();
                let both =
                    left.points.into_iter().filter_map(|(start, value)| Some((start, value, *others.get(&start)?)));
                (left.period, both.map(|(start, value, other)| (start, self.numbers(value, other))).collect())
            }
        };
        Value::Series(Series { period, points: points.into_iter().filter(|(_, value)| value.is_finite()).collect() })
    }
}

fn fill(series: Series, filler: Filler, grid: &[SimTime]) -> Series {
    let known: BTreeMap<SimTime, f64> = series.points.into_iter().collect();
    let mut before = None;
    let filled = grid.iter().filter_map(|start| {
        let value = known.get(start).copied().or(match filler {
            Filler::Number(number) => Some(number),
            Filler::Repeat => before,
        });
        before = value;
        value.map(|value| (*start, value))
    });
    Series { period: series.period, points: filled.collect() }
}

/// Reads by recursive descent: sums of products of powers of atoms.
struct Parser<'t, F> {
    rest: &'t str,
    find: &'t F,
}

impl<F: Fn(&str) -> Option<usize>> Parser<'_, F> {
    fn sum(&mut self, depth: usize) -> Result<Expression, String> {
        self.chain(depth, &['+', '-'], Self::product)
    }

    fn product(&mut self, depth: usize) -> Result<Expression, String> {
        self.chain(depth, &['*', '/'], Self::power)
    }

    fn power(&mut self, depth: usize) -> Result<Expression, String> {
        self.chain(depth, &['^'], Self::atom)
    }

    fn chain(
        &mut self,
        depth: usize,
        operators: &[char],
        next: fn(&mut Self, usize) -> Result<Expression, String>,
    ) -> Result<Expression, String> {
        let mut left = next(self, depth)?;
        while let Some(operator) = self.peek().filter(|character| operators.contains(character)).and_then(Operator::of)
        {
            self.skip();
            left = Expression::Binary(operator, Box::new(left), Box::new(next(self, depth)?));
        }
        Ok(left)
    }

    fn atom(&mut self, depth: usize) -> Result<Expression, String> {
        if depth >= DEEPEST {
            return Err("the expression is nested too deep".to_owned());
        }
        match self.peek() {
            Some('-') => {
                self.skip();
                Ok(Expression::Negative(Box::new(self.atom(depth + 1)?)))
            }
            Some('(') => {
                self.skip();
                let inner = self.sum(depth + 1)?;
                self.consume(')')?;
                Ok(inner)
            }
            Some(digit) if digit.is_ascii_digit() || digit == '.' => self.number(),
            Some(letter) if letter.is_ascii_alphabetic() => self.named(depth),
            Some(other) => Err(format!("unexpected '{other}'")),
            None => Err("the expression ends too early".to_owned()),
        }
    }

    fn number(&mut self) -> Result<Expression, String> {
        let text = self.take(|character| character.is_ascii_digit() || character == '.');
        text.parse().map(Expression::Number).map_err(|_| format!("'{text}' is not a number"))
    }

    fn named(&mut self, depth: usize) -> Result<Expression, String> {
        let name = self.take(|character| character.is_ascii_alphanumeric() || character == '_');
        if self.peek() != Some('(') {
            return (self.find)(&name).map(Expression::Query).ok_or_else(|| format!("unknown id '{name}'"));
        }
        if name != "FILL" {
            return Err(format!("unsupported function '{name}'"));
        }
        self.skip();
        let inner = self.sum(depth + 1)?;
        self.consume(',')?;
        let filler = self.filler()?;
        self.consume(')')?;
        Ok(Expression::Fill(Box::new(inner), filler))
    }

    fn filler(&mut self) -> Result<Filler, String> {
        let sign = if self.peek() == Some('-') { -1.0 } else { 1.0 };
        if sign < 0.0 {
            self.skip();
        }
        if self.peek().is_some_and(|character| character.is_ascii_digit() || character == '.') {
            return match self.number()? {
                Expression::Number(number) => Ok(Filler::Number(sign * number)),
                _ => Err("FILL takes a number or REPEAT".to_owned()),
            };
        }
        match self.take(|character| character.is_ascii_alphabetic()).as_str() {
            "REPEAT" => Ok(Filler::Repeat),
            other => Err(format!("FILL takes a number or REPEAT, not '{other}'")),
        }
    }

    /// The next character that is not a space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn skip(&mut self) {
        let mut characters = self.rest.chars();
        characters.next();
        self.rest = characters.as_str();
    }

    fn consume(&mut self, wanted: char) -> Result<(), String> {
        match self.peek() {
            Some(found) if found == wanted => {
                self.skip();
                Ok(())
            }
            Some(found) => Err(format!("expected '{wanted}', found '{found}'")),
            None => Err(format!("expected '{wanted}' at the end")),
        }
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let taken: String = self.rest.chars().take_while(|character| belongs(*character)).collect();
        self.rest = self.rest.get(taken.len()..).unwrap_or_default();
        taken
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(minute: i64) -> SimTime {
        SimTime::of_minute(minute)
    }

    /// Query 0, `m`, has values in minutes 0 and 2 of 0 to 3; query 1, `n`, in all four.
    fn worked_out(text: &str) -> Vec<(i64, f64)> {
        let find = |id: &str| ["m", "n"].iter().position(|known| *known == id);
        let expression = Expression::parse(text, find).unwrap();
        let series = BTreeMap::from([
            (0, Series { period: 1, points: vec![(at(0), 4.0), (at(2), 8.0)] }),
            (1, Series { period: 1, points: (0..4).map(|minute| (at(minute), 2.0)).collect() }),
        ]);
        let grid: Vec<SimTime> = (0..4).map(at).collect();
        let Series { points, .. } = expression.work_out(&series, 1, &grid);
        points.into_iter().map(|(start, value)| (start.minute(), value)).collect()
    }

    #[test]
    fn works_out_as_cloudwatch_does() {
        assert_eq!(worked_out("100*(m/n)"), [(0, 200.0), (2, 400.0)], "only where both have a value");
        assert_eq!(worked_out("FILL(m, 0)"), [(0, 4.0), (1, 0.0), (2, 8.0), (3, 0.0)]);
        assert_eq!(worked_out("FILL(m,REPEAT) - -1"), [(0, 5.0), (1, 5.0), (2, 9.0), (3, 9.0)]);
        assert_eq!(worked_out("2 + 3 * n ^ 2"), [(0, 14.0), (1, 14.0), (2, 14.0), (3, 14.0)]);
        assert_eq!(worked_out("m / (n - 2)"), [], "a division by zero has no value");
        assert_eq!(worked_out("1/0"), []);
    }

    #[test]
    fn refuses_what_it_cannot_work_out() {
        let table = [
            ("", "the expression ends too early"),
            ("m +", "the expression ends too early"),
            ("m n", "unexpected 'n'"),
            ("x", "unknown id 'x'"),
            ("SEARCH('{AWS/EC2}', 'Sum')", "unsupported function 'SEARCH'"),
            ("FILL(m, LINEAR)", "FILL takes a number or REPEAT, not 'LINEAR'"),
            ("FILL(m)", "expected ',', found ')'"),
            ("(m", "expected ')' at the end"),
            ("1.2.3", "'1.2.3' is not a number"),
        ];
        for (text, reason) in table {
            assert_eq!(Expression::parse(text, |id| (id == "m").then_some(0)), Err(reason.to_owned()), "{text}");
        }
        assert!(Expression::parse(&"(".repeat(1000), |_| None).is_err());
        assert!(Expression::parse(&"-".repeat(1000), |_| None).is_err());
        assert!(Expression::parse(&"1+".repeat(1024), |_| None).is_err(), "and a long one does not overflow the stack");
    }
}
