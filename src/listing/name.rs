//! Names that nobody knows: the error that tells the nearest one.

use std::fmt;

/// A name that is none of the valid ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// What was named: `list`, `column`, `theme`.
    pub what: &'static str,
    /// The name given.
    pub name: String,
    /// The valid name nearest to it, where one is near.
    pub nearest: Option<String>,
    /// Every valid name, in order.
    pub valid: Vec<String>,
}

impl UnknownName {
    /// Says that `name` is none of `valid`.
    pub fn new<S: Into<String>>(what: &'static str, name: &str, valid: impl IntoIterator<Item = S>) -> Self {
        let valid: Vec<String> = valid.into_iter().map(Into::into).collect();
        let nearest = nearest(name, valid.iter().map(String::as_str)).map(str::to_owned);
        Self { what, name: name.to_owned(), nearest, valid }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {} `{}`", self.what, super::escape(&self.name))?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        write!(f, " (one of: {})", self.valid.join(", "))
    }
}

impl std::error::Error for UnknownName {}

/// The candidate that `name` was most likely meant to be; none where nothing is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)
        // A third of the letters may be wrong, one in short names.
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(name.chars().count()) / 3).max(1))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_named_and_far_ones_are_not() {
        let valid = ["theme", "regions", "refresh"];
        assert_eq!(nearest("them", valid), Some("theme"));
        assert_eq!(nearest("Regoins", valid), Some("regions"));
        assert_eq!(nearest("columns", valid), None);
    }
}
