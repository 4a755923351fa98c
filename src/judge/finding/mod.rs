//! Findings: one line a thing that is not well, in the order in which somebody on call should read them.
//!
//! Owns: [`Finding`], their order, and how a region's are drawn together. Depends on: the other judgements. Must stay true: the
//! summary's verdict is the worst of the findings; what is true of a whole kind is said once; what follows from a cause stands
//! after it, and nothing is left out.

mod order;
mod summary;
mod unread;

use std::fmt;

use jiff::Timestamp;

use crate::id::{Text, ZoneName};

use super::verdict::Verdict;
use super::zone::ZoneAssessment;

pub use order::ranked;
pub(super) use summary::{add, summarise};

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// `zone`, `group`, `instance`, `service`, …
    pub what: &'static str,
    /// Its name as people know it.
    pub name: String,
    /// Its id or ARN, where that is another than the name.
    pub id: Option<Text>,
}

impl Subject {
    /// A thing whose name is its id.
    pub fn named(what: &'static str, name: impl Into<String>) -> Self {
        Self { what, name: name.into(), id: None }
    }

    /// A thing that has both.
    pub fn with_id(what: &'static str, name: impl Into<String>, id: impl Into<Text>) -> Self {
        Self { what, name: name.into(), id: Some(id.into()) }
    }

    /// What tells it apart from all others of its region.
    pub fn key(&self) -> (&'static str, &str) {
        (self.what, self.id.as_deref().unwrap_or(&self.name))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.name)?;
        // An ARN is no name for a person.
        match self.id.as_deref().filter(|id| !id.starts_with("arn:")) {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}

/// How soon somebody has to act, among findings of one verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Customers are hurt, or will be within the hour.
    Now,
    /// The next failure hurts: protection, capacity or a host is going.
    #[default]
    Soon,
    /// Known and planned, or a matter of tidiness.
    Planned,
}

/// One thing that is not well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad it is.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: Subject,
    /// Why, in words, numbers first.
    pub detail: String,
    /// What to do next, in a few words; none where nobody can say.
    pub next: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// Since when, or where it lies ahead, until when; none where nobody knows.
    pub since: Option<Timestamp>,
    /// The zone, where it is about one as a whole.
    pub zone: Option<ZoneName>,
    /// Whether it is only that something has not been read yet.
    pub waiting: bool,
    /// The cause that it follows from: that is told first.
    pub follows: Option<Subject>,
    /// How many findings follow from this one.
    pub followers: usize,
}

impl Finding {
    /// A finding of which only the common sides are known.
    pub fn new(verdict: Verdict, subject: Subject, detail: impl Into<String>) -> Self {
        Self {
            verdict,
            subject,
            detail: detail.into(),
            next: None,
            urgency: Urgency::default(),
            since: None,
            zone: None,
            waiting: false,
            follows: None,
            followers: 0,
        }
    }

    /// The same with what to do next.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    /// The same with how soon.
    #[must_use]
    pub fn urgency(self, urgency: Urgency) -> Self {
        Self { urgency, ..self }
    }

    /// The same with since when, or until when.
    #[must_use]
    pub fn since(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }

    /// Subject and reasons in one sentence.
    pub fn words(&self) -> String {
        match self.detail.as_str() {
            "" => self.subject.to_string(),
            // A zone's detail begins with its verdict.
            detail if self.subject.what == "zone" => format!("{} {detail}", self.subject),
            detail => format!("{}: {detail}", self.subject),
        }
    }

    /// The same with the next action.
    pub fn sentence(&self) -> String {
        match &self.next {
            Some(next) => format!("{} → {next}", self.words()),
            None => self.words(),
        }
    }
}

/// A zone as a subject: its name and its id (`aws-domain.md` B.3).
pub fn subject_of(zone: &ZoneAssessment) -> Subject {
    Subject::with_id("zone", zone.name.as_str(), zone.id.text().clone())
}

#[cfg(test)]
mod tests;
