//! A cell's value, typed: written one way on screens, another in JSON and CSV, and ordered by what it is.
//!
//! Owns: [`Value`]. Depends on: time. Must stay true: what nobody knows is `?` on screens, `null` in JSON, and last when sorted.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::id::Text;
use crate::judge::age_words;

use super::escape::escape;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words, as AWS wrote them: not yet escaped.
    Text(Text),
    /// A count.
    Integer(i64),
    /// A measure.
    Number(f64),
    /// An instant.
    Time(Timestamp),
    /// An age or a duration in seconds; negative where a time has passed.
    Seconds(f64),
    /// Yes or no.
    Flag(bool),
    /// Several words.
    Texts(Vec<String>),
    /// Counts by word: members by zone, targets by state.
    Counts(BTreeMap<String, usize>),
    /// Nobody knows: `?` on screens, `null` in JSON.
    Unknown,
    /// There is none: `-` on screens, `null` in JSON.
    None,
}

impl Value {
    /// The value, or that there is none.
    pub fn maybe(value: Option<impl Into<Value>>) -> Self {
        value.map_or(Self::None, Into::into)
    }

    /// The value, or that nobody knows it.
    pub fn known(value: Option<impl Into<Value>>) -> Self {
        value.map_or(Self::Unknown, Into::into)
    }

    /// As it stands on screens, harmless for a terminal.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => escape(text).into_owned(),
            Self::Integer(n) => n.to_string(),
            Self::Number(n) => number(*n),
            Self::Time(at) => at.strftime("%F %H:%MZ").to_string(),
            Self::Seconds(s) => duration(*s),
            Self::Flag(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Self::Texts(texts) if texts.is_empty() => "-".to_owned(),
            Self::Texts(texts) => escape(&texts.join(", ")).into_owned(),
            Self::Counts(counts) if counts.is_empty() => "-".to_owned(),
            Self::Counts(counts) => {
                let words: Vec<String> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
                escape(&words.join(", ")).into_owned()
            }
            Self::Unknown => "?".to_owned(),
            Self::None => "-".to_owned(),
        }
    }

    /// As it stands in CSV: exact, and harmless for a terminal.
    pub fn plain(&self) -> String {
        match self {
            Self::Time(at) => at.to_string(),
            Self::Number(n) | Self::Seconds(n) => n.to_string(),
            Self::Flag(yes) => yes.to_string(),
            Self::Texts(texts) if texts.is_empty() => String::new(),
            Self::Counts(counts) if counts.is_empty() => String::new(),
            Self::None => String::new(),
            other => other.text(),
        }
    }

    /// As it stands in JSON.
    pub fn json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Text(text) => Json::from(&**text),
            Self::Integer(n) => Json::from(*n),
            Self::Number(n) | Self::Seconds(n) => Json::from(*n),
            Self::Time(at) => Json::from(at.to_string()),
            Self::Flag(yes) => Json::from(*yes),
            Self::Texts(texts) => Json::from(texts.clone()),
            Self::Counts(counts) => counts.iter().map(|(word, count)| (word.clone(), Json::from(*count))).collect(),
            Self::Unknown | Self::None => Json::Null,
        }
    }

    /// Whether there is something to order: neither absent nor unknown.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Unknown | Self::None)
    }

    /// Whether nothing stands there: absent, or a list or count of nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::None => true,
            Self::Text(text) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Counts(counts) => counts.is_empty(),
            Self::Integer(n) => *n == 0,
            Self::Flag(yes) => !yes,
            Self::Number(_) | Self::Time(_) | Self::Seconds(_) | Self::Unknown => false,
        }
    }

    /// Orders two present values of one column by what they are.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Texts(a), Self::Texts(b)) => a.cmp(b),
            (Self::Counts(a), Self::Counts(b)) => a.values().sum::<usize>().cmp(&b.values().sum()),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => natural(a, b),
            _ => match (self.as_number(), other.as_number()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => Ordering::Equal,
            },
        }
    }

    /// The number in it, where it is one; a count's total.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(n) => Some(*n as f64),
            Self::Number(n) | Self::Seconds(n) => Some(*n),
            Self::Flag(yes) => Some(f64::from(u8::from(*yes))),
            Self::Counts(counts) => Some(counts.values().sum::<usize>() as f64),
            _ => None,
        }
    }
}

/// Without regard to case, and numbers by their size: `web-2` before `web-10`.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let (Some(x), Some(y)) = (left.peek().copied(), right.peek().copied()) else {
            return left.peek().is_some().cmp(&right.peek().is_some()).then_with(|| a.cmp(b));
        };
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, y) = (digits(&mut left), digits(&mut right));
            x.len().cmp(&y.len()).then(x.cmp(&y))
        } else {
            left.next();
            right.next();
            x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase())
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Takes a run of digits, without its leading zeros.
fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut run = String::new();
    while let Some(c) = chars.next_if(char::is_ascii_digit) {
        if c != '0' || !run.is_empty() {
            run.push(c);
        }
    }
    run
}

fn number(n: f64) -> String {
    if n == n.trunc() { format!("{n:.0}") } else { format!("{n:.3}").trim_end_matches('0').to_owned() }
}

fn duration(s: f64) -> String {
    let words = Duration::try_from_secs_f64(s.abs()).map_or_else(|_| number(s), age_words);
    if s <= -1.0 { format!("-{words}") } else { words }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text())
    }
}

impl From<&Text> for Value {
    fn from(text: &Text) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<usize> for Value {
    fn from(n: usize) -> Self {
        Self::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Self::Integer(n.into())
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Self {
        Self::Number(n)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Flag(yes)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        Self::Seconds(duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_never_a_number_or_a_blank() {
        assert_eq!((Value::Unknown.text().as_str(), Value::Unknown.plain().as_str()), ("?", "?"));
        assert!(Value::Unknown.json().is_null());
        assert_eq!(Value::known(None::<i32>), Value::Unknown);
        assert_eq!(Value::maybe(None::<i32>), Value::None);
    }

    #[test]
    fn values_read_well() {
        assert_eq!(Value::Seconds(4000.0).text(), "1h");
        assert_eq!(Value::Seconds(-125.0).text(), "-2m");
        assert_eq!(Value::Number(0.5).text(), "0.5");
        assert_eq!(Value::Number(10.0).text(), "10");
        assert_eq!(Value::from("a\u{1b}b").text(), "a\\u{1b}b");
        let counts = Value::Counts([("us-east-1a".to_owned(), 2), ("us-east-1b".to_owned(), 0)].into());
        assert_eq!(counts.text(), "us-east-1a 2, us-east-1b 0");
    }

    #[test]
    fn text_is_ordered_as_people_order_it() {
        let mut names = ["web-10", "Web-2", "api", "web-2b", "web-02"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["api", "Web-2", "web-02", "web-2b", "web-10"]);
    }
}
