//! The rule of a composite alarm: `ALARM("a") OR (OK("b") AND NOT INSUFFICIENT_DATA("c"))`.
//!
//! Owns: parsing and evaluation. Knows: states of alarms by name, which the caller gives.

use super::super::super::world::AlarmState;

/// How deep parentheses and NOT may nest: rules come from outside.
const DEEPEST: usize = 32;

/// A parsed rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmExpression {
    /// A child alarm, by name or ARN, is in a state.
    Is(AlarmState, String),
    /// `TRUE` or `FALSE`.
    Constant(bool),
    /// Not.
    Not(Box<Self>),
    /// All of them.
    And(Vec<Self>),
    /// Any of them.
    Or(Vec<Self>),
}

/// A rule that does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("alarm rule, character {position}: {expected} expected")]
pub struct ExpressionError {
    /// From 1.
    pub position: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl AlarmExpression {
    /// Parses a rule. `NOT` binds tighter than `AND`, `AND` tighter than `OR`.
    ///
    /// # Errors
    /// [`ExpressionError`] with the position.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser { text, at: 0 };
        let expression = parser.any(0)?;
        parser.skip_space();
        if parser.at < text.len() { Err(parser.expected("the end, AND or OR")) } else { Ok(expression) }
    }

    /// Whether the rule holds. A child that does not exist is in no state.
    pub fn holds(&self, state: &impl Fn(&str) -> Option<AlarmState>) -> bool {
        match self {
            Self::Is(wanted, name) => state(name) == Some(*wanted),
            Self::Constant(value) => *value,
            Self::Not(inner) => !inner.holds(state),
            Self::And(parts) => parts.iter().all(|part| part.holds(state)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(state)),
        }
    }

    /// Names (or ARNs) of the children, in the order of the text.
    #[must_use]
    pub fn children(&self) -> Vec<&str> {
        match self {
            Self::Is(_, name) => vec![name],
            Self::Constant(_) => Vec::new(),
            Self::Not(inner) => inner.children(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::children).collect(),
        }
    }
}

struct Parser<'text> {
    text: &'text str,
    at: usize,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Result<AlarmExpression, ExpressionError> {
        let mut parts = vec![self.all(depth)?];
        while self.keyword("OR") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() > 1 { AlarmExpression::Or(parts) } else { parts.remove(0) })
    }

    fn all(&mut self, depth: usize) -> Result<AlarmExpression, ExpressionError> {
        let mut parts = vec![self.one(depth)?];
        while self.keyword("AND") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() > 1 { AlarmExpression::And(parts) } else { parts.remove(0) })
    }

    fn one(&mut self, depth: usize) -> Result<AlarmExpression, ExpressionError> {
        if depth == DEEPEST {
            return Err(self.expected("less nesting"));
        }
        if self.keyword("NOT") {
            return Ok(AlarmExpression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.symbol('(') {
            let inner = self.any(depth + 1)?;
            return if self.symbol(')') { Ok(inner) } else { Err(self.expected(")")) };
        }
        for (word, value) in [("TRUE", true), ("FALSE", false)] {
            if self.keyword(word) {
                return Ok(AlarmExpression::Constant(value));
            }
        }
        for state in AlarmState::ALL {
            if self.keyword(state.as_str()) {
                return Ok(AlarmExpression::Is(*state, self.name()?));
            }
        }
        Err(self.expected("ALARM(…), OK(…), INSUFFICIENT_DATA(…), NOT or ("))
    }

    /// `("name")` or `(name)`.
    fn name(&mut self) -> Result<String, ExpressionError> {
        if !self.symbol('(') {
            return Err(self.expected("("));
        }
        self.skip_space();
        let rest = self.rest();
        let (name, length) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').ok_or_else(|| self.expected("a closing quote"))?;
                (quoted.get(..end).unwrap_or_default(), end + 2)
            }
            None => {
                let end = rest.find(')').ok_or_else(|| self.expected(")"))?;
                (rest.get(..end).unwrap_or_default().trim(), end)
            }
        };
        if name.is_empty() {
            return Err(self.expected("an alarm's name"));
        }
        let name = name.to_owned();
        self.at += length;
        if self.symbol(')') { Ok(name) } else { Err(self.expected(")")) }
    }

    fn keyword(&mut self, word: &str) -> bool {
        self.skip_space();
        let Some(after) = self.rest().strip_prefix(word) else { return false };
        let ends = after.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_');
        if ends {
            self.at += word.len();
        }
        ends
    }

    fn symbol(&mut self, symbol: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len_utf8();
        }
        found
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expected(&self, expected: &'static str) -> ExpressionError {
        let before = self.text.get(..self.at).unwrap_or_default();
        ExpressionError { position: before.chars().count() + 1, expected }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn holds(rule: &str) -> bool {
        let state = |name: &str| match name {
            "red" => Some(AlarmState::Alarm),
            "green" => Some(AlarmState::Ok),
            "grey" => Some(AlarmState::InsufficientData),
            _ => None,
        };
        AlarmExpression::parse(rule).unwrap().holds(&state)
    }

    #[test]
    fn binds_as_aws_documents_it() {
        assert!(holds(r#"ALARM("green") AND ALARM("green") OR ALARM(red)"#), "AND before OR");
        assert!(!holds(r#"ALARM("green") AND (ALARM("green") OR ALARM("red"))"#));
        assert!(holds(r#"NOT ALARM("green") AND OK("green")"#), "NOT binds tightest");
        assert!(holds("INSUFFICIENT_DATA(grey) AND TRUE"));
        assert!(!holds("ALARM(nobody) OR OK(nobody)"), "a missing child is in no state");
    }

    #[test]
    fn says_where_it_breaks_and_survives_anything() {
        let error = AlarmExpression::parse(r#"ALARM("a") OR "#).unwrap_err();
        assert_eq!(error.position, 15);
        for rule in [
            "",
            "(",
            "ALARM",
            "ALARM(",
            "ALARM(\"a",
            "ALARM() ",
            "OKAY(a)",
            "ALARM(a) ALARM(b)",
            "NOT",
            &"(".repeat(10_000),
        ] {
            assert!(AlarmExpression::parse(rule).is_err(), "{rule:.20}");
        }
    }
}
