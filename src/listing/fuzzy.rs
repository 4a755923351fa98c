//! How well a few typed letters fit a name.
//!
//! Owns: [`misfit`]. Must stay true: what begins so comes before what contains it, and that before letters strewn over the name;
//! letters strewn too widely do not fit at all.

/// Letters found in order may be spread over at most this many times as many as were typed.
const SPREAD: usize = 4;

/// How badly `typed` fits `name`, whatever the case: 0 is the name itself; none where it does not fit.
pub fn misfit(typed: &str, name: &str) -> Option<usize> {
    let (typed, name) = (typed.to_lowercase(), name.to_lowercase());
    if let Some(at) = name.find(&typed) {
        let surplus = name.len() - typed.len();
        let begins_word =
            name.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric());
        return Some(match (at, begins_word) {
            (0, _) => surplus.min(99),
            (_, true) => 100 + at.min(99),
            (_, false) => 200 + at.min(99),
        });
    }
    let span = narrowest(&typed, &name)?;
    let letters = typed.chars().count();
    (span <= letters * SPREAD).then(|| 300 + span - letters)
}

/// The fewest letters of `name` in which those of `typed` stand in order.
fn narrowest(typed: &str, name: &str) -> Option<usize> {
    let (typed, name): (Vec<char>, Vec<char>) = (typed.chars().collect(), name.chars().collect());
    let first = *typed.first()?;
    let starts = name.iter().enumerate().filter(|(_, c)| **c == first).map(|(at, _)| at);
    starts.filter_map(|start| span_from(&typed, name.get(start..)?)).min()
}

/// How many letters it takes from the first one on.
fn span_from(typed: &[char], name: &[char]) -> Option<usize> {
    let mut at = 0;
    for wanted in typed {
        at += name.get(at..)?.iter().position(|c| c == wanted)? + 1;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_means_comes_first() {
        let ranked = |typed: &str, names: &[&'static str]| {
            let mut fits: Vec<(usize, &str)> =
                names.iter().filter_map(|name| Some((misfit(typed, name)?, *name))).collect();
            fits.sort();
            fits.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(ranked("in", &["what-in", "instances", "main"]), ["instances", "what-in", "main"]);
        assert_eq!(ranked("tgs", &["targets", "images"]), ["targets"]);
        assert_eq!(ranked("IST", &["instances"]), ["instances"]);
        assert_eq!(ranked("xyz", &["instances"]), [""; 0]);
        assert_eq!(misfit("ab", "a-long-trip-to-b"), None, "strewn too widely");
        assert_eq!(misfit("é", "café"), Some(203));
    }
}
