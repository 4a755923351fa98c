//! One alternative of `key:value` or `key=value`.

use super::super::value::Value;

/// What a cell must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    /// It has a word that begins so, in lower case; a number is that number.
    Begins(String),
    /// It is exactly that, whatever the case.
    Is(String),
    /// It is that from end to end, where `*` is any text.
    Glob(String),
    /// Nobody knows it.
    Unknown,
    /// There is none.
    Absent,
    /// There is one.
    Present,
}

impl Pattern {
    /// Reads an alternative; `exact` for `=`.
    pub(super) fn new(text: &str, exact: bool) -> Self {
        match text {
            "" => Self::Present,
            "?" => Self::Unknown,
            "-" => Self::Absent,
            text if text.contains('*') => Self::Glob(text.to_lowercase()),
            text if exact => Self::Is(text.to_lowercase()),
            text => Self::Begins(text.to_lowercase()),
        }
    }

    /// Whether the cell is so; none where nobody knows the cell.
    pub(super) fn matches(&self, cell: &Value) -> Option<bool> {
        match (self, cell) {
            (Self::Unknown, cell) => Some(*cell == Value::Unknown),
            (_, Value::Unknown) => None,
            (Self::Absent, cell) => Some(is_absent(cell)),
            (Self::Present, cell) => Some(!is_absent(cell)),
            (_, Value::None) => Some(false),
            (_, Value::Flag(yes)) => {
                Some(self.accepts(if *yes { "yes" } else { "no" }) || self.accepts(&yes.to_string()))
            }
            (_, Value::Texts(texts)) => Some(texts.iter().any(|text| self.accepts(text))),
            (_, Value::Counts(counts)) => Some(counts.keys().any(|word| self.accepts(word))),
            (Self::Begins(text) | Self::Is(text), cell) => match (text.parse::<f64>().ok(), cell.as_number()) {
                (Some(wanted), Some(number)) => Some(wanted == number),
                _ => Some(self.accepts(&cell.plain())),
            },
            (Self::Glob(_), cell) => Some(self.accepts(&cell.plain())),
        }
    }

    fn accepts(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        match self {
            Self::Begins(wanted) => begins_a_word(&text, wanted),
            Self::Is(wanted) => text == *wanted,
            Self::Glob(wanted) => glob(wanted, &text),
            Self::Unknown | Self::Absent | Self::Present => false,
        }
    }
}

fn is_absent(cell: &Value) -> bool {
    match cell {
        Value::None => true,
        Value::Texts(texts) => texts.is_empty(),
        Value::Counts(counts) => counts.is_empty(),
        _ => false,
    }
}

/// Whether `wanted` stands in `text` at its start or after what is no letter or digit: `healthy` is not in `unhealthy`.
fn begins_a_word(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted)
        .any(|(at, _)| !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(char::is_alphanumeric))
}

/// Whether `text` is `pattern` from end to end, where `*` is any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(found) = rest.find(piece).and_then(|at| rest.get(at + piece.len()..)) else { return false };
        rest = found;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_from_end_to_end() {
        for (pattern, text, matches) in [
            ("web-*", "web-1", true),
            ("web-*", "my-web-1", false),
            ("*web*", "my-web-1", true),
            ("*-a-*-b", "x-a-y-b", true),
            ("*-b", "x-b-c", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn a_word_begins_where_letters_begin() {
        assert!(begins_a_word("unhealthy.draining", "drain"));
        assert!(begins_a_word("checkout-web", "web"));
        assert!(!begins_a_word("unhealthy", "healthy"));
    }
}
