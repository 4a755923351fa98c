//! EC2's filters: `Filter.1.Name`, its values alternatives, several filters all to be met.
//!
//! Owns: matching with `*` and `?`, tags, and the refusal of names that an action does not know.

use std::borrow::Cow;

use super::Scope;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::world::Tags;

/// Most values that one request may filter by.
const MOST_VALUES: usize = 200;

/// The texts that a resource offers to a filter: nearly always one, so that a listing is filtered without allocating.
#[derive(Debug, Default)]
pub enum Texts<'a> {
    /// Nothing to match.
    #[default]
    None,
    /// One text.
    One(Cow<'a, str>),
    /// Several.
    Several(Vec<Cow<'a, str>>),
}

impl Texts<'_> {
    fn any(&self, mut meets: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::None => false,
            Self::One(text) => meets(text),
            Self::Several(texts) => texts.iter().any(|text| meets(text)),
        }
    }
}

impl<'a> FromIterator<Cow<'a, str>> for Texts<'a> {
    fn from_iter<I: IntoIterator<Item = Cow<'a, str>>>(texts: I) -> Self {
        Self::Several(texts.into_iter().collect())
    }
}

/// Reads a resource's texts.
pub type Read<T> = for<'a> fn(&Scope<'a>, &'a T) -> Texts<'a>;

/// Reads a resource's tags; `None` while EC2 does not tell them yet.
pub type TagsOf<T> = for<'a> fn(&Scope<'a>, &'a T) -> Option<&'a Tags>;

/// A filter that an action knows.
pub struct Field<T>(pub &'static str, pub Read<T>);

/// A request's filters over resources of one kind.
pub struct Filters<T> {
    tests: Vec<(Test<T>, Vec<Pattern>)>,
    tags: Option<TagsOf<T>>,
}

enum Test<T> {
    Field(Read<T>),
    TagKey,
    Tag(String),
}

impl<T> Filters<T> {
    /// The request's filters. `tags` is given where resources have tags: then `tag:KEY` and `tag-key` are known too.
    pub fn new(request: &Request, fields: &[Field<T>], tags: Option<TagsOf<T>>) -> Result<Self, ApiError> {
        let mut tests = Vec::new();
        for filter in request.params.filters()? {
            let known = fields.iter().find(|field| field.0 == filter.name);
            let test = match (known, filter.name.strip_prefix("tag:")) {
                (Some(field), _) => Test::Field(field.1),
                (None, Some(key)) if tags.is_some() => Test::Tag(key.to_owned()),
                (None, None) if tags.is_some() && filter.name == "tag-key" => Test::TagKey,
                _ => {
                    return Err(ApiError::new(
                        "InvalidParameterValue",
                        format!("The filter '{}' is invalid", filter.name),
                    ));
                }
            };
            tests.push((test, filter.values.into_iter().map(Pattern::new).collect()));
        }
        if tests.iter().map(|(_, values): &(_, Vec<Pattern>)| values.len()).sum::<usize>() > MOST_VALUES {
            return Err(ApiError::new(
                "FilterLimitExceeded",
                format!("The maximum number of filter values specified on a single call is {MOST_VALUES}"),
            ));
        }
        Ok(Self { tests, tags })
    }

    /// Whether a resource meets all filters.
    pub fn pass<'a>(&self, scope: &Scope<'a>, item: &'a T) -> bool {
        self.tests.iter().all(|(test, values)| {
            let meets = |text: &str| values.iter().any(|pattern| pattern.matches(text));
            match test {
                Test::Field(read) => read(scope, item).any(meets),
                Test::TagKey => self.tags_of(scope, item).is_some_and(|tags| tags.iter().any(|(key, _)| meets(key))),
                Test::Tag(key) => self.tags_of(scope, item).and_then(|tags| tags.get(key)).is_some_and(meets),
            }
        })
    }

    fn tags_of<'a>(&self, scope: &Scope<'a>, item: &'a T) -> Option<&'a Tags> {
        self.tags?(scope, item)
    }
}

/// A filter's value. Most hold no wildcard, and are compared as they are.
enum Pattern {
    Literal(String),
    Wild(String),
}

impl Pattern {
    fn new(value: String) -> Self {
        if value.contains(['*', '?', '\\']) { Self::Wild(value) } else { Self::Literal(value) }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(value) => value == text,
            Self::Wild(pattern) => matches(pattern, text),
        }
    }
}

/// A truth value as filters write it.
pub fn flag<'a>(truth: bool) -> Texts<'a> {
    Texts::One(Cow::Borrowed(if truth { "true" } else { "false" }))
}

/// Anything printable.
pub fn shown<'a>(value: impl std::fmt::Display) -> Texts<'a> {
    Texts::One(Cow::Owned(value.to_string()))
}

/// A text.
pub fn text<T: AsRef<str> + ?Sized>(value: &T) -> Texts<'_> {
    Texts::One(Cow::Borrowed(value.as_ref()))
}

/// A text, if there is one.
pub fn maybe<T: AsRef<str>>(value: Option<&T>) -> Texts<'_> {
    value.map_or(Texts::None, text)
}

/// Case-sensitive; `*` is any text, `?` any character, and a backslash takes their meaning away.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // (pattern, text) after the last star, to which a mismatch goes back with one more character given to the star.
    let mut star: Option<(usize, usize)> = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        let (literal, width) = match (pattern.get(p), pattern.get(p + 1)) {
            (Some('*'), _) => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            (Some('\\'), Some(escaped)) => (Some(escaped), 2),
            (Some('?'), _) => (text.get(t), 1),
            (other, _) => (other, 1),
        };
        if literal.is_some() && literal == text.get(t) {
            (p, t) = (p + width, t + 1);
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            (p, t) = (after, from + 1);
        } else {
            return false;
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|character| *character == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_ec2_documents() {
        let table = [
            ("us-east-1a", "us-east-1a", true),
            ("us-east-1a", "us-east-1A", false),
            ("us-*", "us-east-1a", true),
            ("*-1?", "us-east-1a", true),
            ("*", "", true),
            ("?", "", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("web\\*", "web*", true),
            ("web\\*", "webs", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
