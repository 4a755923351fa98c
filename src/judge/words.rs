//! Small words that every judgement speaks: lists of names, plurals, moments.

use jiff::Timestamp;

use super::verdict::age_words;
use crate::estate::age;

/// Names before the rest is only counted.
const NAMED: usize = 3;

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
pub(super) fn names<I: ToString>(all: impl IntoIterator<Item = I>) -> String {
    let mut names: Vec<String> = Vec::with_capacity(NAMED);
    let mut more = 0;
    for name in all {
        if names.len() < NAMED { names.push(name.to_string()) } else { more += 1 }
    }
    if more > 0 {
        return format!("{} and {more} more", names.join(", "));
    }
    match names.pop() {
        None => String::new(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}

/// `1 target`, `2 targets`.
pub(super) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// ` for 12m`; nothing where nobody knows.
pub(super) fn lasting(since: Option<Timestamp>, now: Timestamp) -> String {
    since.map(|at| format!(" for {}", age_words(age(at, now)))).unwrap_or_default()
}

/// A share in per cent, with a decimal where it is small.
pub(super) fn per_cent(share: f64) -> String {
    if share > 0.0 && share < 0.1 { format!("{:.1} %", share * 100.0) } else { format!("{:.0} %", share * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted() {
        assert_eq!(names(["a"]), "a");
        assert_eq!(names(["a", "b"]), "a and b");
        assert_eq!(names(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
        assert_eq!((per_cent(0.0), per_cent(0.0123), per_cent(0.35)), ("0 %".into(), "1.2 %".into(), "35 %".into()));
    }
}
