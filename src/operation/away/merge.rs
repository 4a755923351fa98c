//! The three-way merge: what a field was before, what we made of it, and what it is now.
//!
//! Owns: [`merge()`], [`Outcome`]. Depends on: nothing of the account. Must stay true: a field is put back only where it still holds what
//! we set; what somebody else made of it is left and told; what nobody knows is left and told as unknown.

use std::fmt;

use super::change::{Change, Value};

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It still holds what we set: it is put back.
    PutBack,
    /// It is as it was before: nothing is left to do.
    AsBefore,
    /// Somebody else changed it: it is left.
    Theirs,
    /// Nobody knows what it holds: it is left.
    Unknown,
}

/// A change and what became of it since.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// What we did.
    pub change: Change,
    /// What the field holds now; none where nobody knows.
    pub now: Option<Value>,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of a field, by the three values that it had.
#[must_use]
pub fn merge(change: Change, now: Option<Value>) -> Merged {
    let outcome = match (&now, &change.ours) {
        (None, _) => Outcome::Unknown,
        (Some(now), _) if *now == change.before => Outcome::AsBefore,
        // Nobody recorded what we set: what is there is taken for it, and that is told.
        (Some(_), None) => Outcome::PutBack,
        (Some(now), Some(ours)) if now == ours => Outcome::PutBack,
        (Some(_), Some(_)) => Outcome::Theirs,
    };
    Merged { change, now, outcome }
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { field, before, ours, .. } = &self.change;
        let now = self.now.as_ref();
        match (self.outcome, now) {
            (Outcome::PutBack, Some(now)) => {
                write!(f, "{field}: {now} → {before}")?;
                if ours.is_none() {
                    f.write_str(" (taken for ours: there is no record)")?;
                }
                Ok(())
            }
            (Outcome::AsBefore, _) => write!(f, "{field}: {before}, as before"),
            (Outcome::Theirs, Some(now)) => {
                write!(f, "{field}: {now}, by somebody else")?;
                if let Some(ours) = ours.as_ref().filter(|ours| *ours != before) {
                    write!(f, "; we set {ours}")?;
                }
                write!(f, "; before it was {before}")
            }
            (_, None) | (Outcome::Unknown, _) => write!(f, "{field}: not known now; before it was {before}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::change::Field;
    use super::*;

    fn change(before: i32, ours: Option<i32>) -> Change {
        Change {
            field: Field::Desired("web".into()),
            before: Value::Number(before),
            ours: ours.map(Value::Number),
            back: None,
            by: "evacuate-1".into(),
        }
    }

    #[test]
    fn only_what_still_holds_our_value_is_put_back() {
        for (before, ours, now, outcome, words) in [
            (12, Some(15), Some(15), Outcome::PutBack, "desired of web: 15 → 12"),
            (12, Some(15), Some(12), Outcome::AsBefore, "desired of web: 12, as before"),
            (
                12,
                Some(15),
                Some(18),
                Outcome::Theirs,
                "desired of web: 18, by somebody else; we set 15; before it was 12",
            ),
            (12, Some(15), None, Outcome::Unknown, "desired of web: not known now; before it was 12"),
            (12, Some(12), Some(12), Outcome::AsBefore, "desired of web: 12, as before"),
            (12, None, Some(15), Outcome::PutBack, "desired of web: 15 → 12 (taken for ours: there is no record)"),
            (12, None, Some(12), Outcome::AsBefore, "desired of web: 12, as before"),
        ] {
            let merged = merge(change(before, ours), now.map(Value::Number));
            assert_eq!((merged.outcome, merged.to_string().as_str()), (outcome, words));
        }
    }
}
