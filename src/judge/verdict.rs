//! Verdicts: one word, and the reasons for it in words an operator can act on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::estate::{FailureKind, Trust};

use super::finding::Urgency;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to see.
    Ok,
    /// Worth a look.
    Warning,
    /// Someone is hurt, or soon will be.
    Critical,
    /// Nobody knows: data missing, too old, or denied.
    Unknown,
}

impl Verdict {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }

    /// How bad, for comparing: critical > unknown > warning > ok.
    pub fn severity(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Unknown => 2,
            Self::Critical => 3,
        }
    }

    /// The worse of two.
    #[must_use]
    pub fn or(self, other: Verdict) -> Verdict {
        if other.severity() > self.severity() { other } else { self }
    }

    /// The worst of many; nothing is ok.
    pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().fold(Verdict::Ok, Verdict::or)
    }

    /// The exit code that Nagios and the contract give it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A verdict with its reasons, the gravest first. Silence when healthy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, each a short sentence with its numbers.
    pub reasons: Vec<String>,
    /// What to do next, in a few words, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How soon.
    #[serde(skip)]
    pub urgency: Urgency,
    /// Since when, or where it lies ahead, until when.
    #[serde(skip)]
    pub since: Option<Timestamp>,
}

impl Default for Assessment {
    fn default() -> Self {
        Self::ok()
    }
}

impl Assessment {
    /// Healthy, so silent.
    pub fn ok() -> Self {
        Self { verdict: Verdict::Ok, reasons: Vec::new(), next: None, urgency: Urgency::default(), since: None }
    }

    /// Unknown, for this reason.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, reasons: vec![reason.into()], ..Self::ok() }
    }

    /// Adds a finding: the worst verdict wins, and its reasons stand first.
    pub fn add(&mut self, verdict: Verdict, reason: impl Into<String>) {
        if verdict.severity() > self.verdict.severity() {
            self.verdict = verdict;
            self.reasons.insert(0, reason.into());
        } else {
            self.reasons.push(reason.into());
        }
    }

    /// Adds a reason with what to do about it: what leads, by verdict and then by urgency, stands first and says what to do next.
    pub fn take(&mut self, reason: Reason) {
        let weight = |verdict: Verdict, urgency| (std::cmp::Reverse(verdict.severity()), urgency);
        let leads =
            weight(reason.verdict, reason.urgency) < weight(self.verdict, self.urgency) || self.reasons.is_empty();
        if leads {
            self.verdict = reason.verdict;
            self.urgency = reason.urgency;
            self.next = reason.next.or(self.next.take());
            self.since = reason.since.or(self.since);
            self.reasons.insert(0, reason.words);
        } else {
            self.next = self.next.take().or(reason.next);
            self.reasons.push(reason.words);
        }
    }

    /// Adds that the data behind it cannot be trusted, where it cannot.
    pub fn distrust(&mut self, what: &str, trust: &Trust<'_>) {
        if let Some(reason) = reason_untrusted(what, trust) {
            self.add(Verdict::Unknown, reason);
        }
    }
}

/// One reason for a verdict, with what to do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    verdict: Verdict,
    words: String,
    next: Option<String>,
    urgency: Urgency,
    since: Option<Timestamp>,
}

impl Reason {
    /// A reason, to be acted on soon.
    pub fn new(verdict: Verdict, words: impl Into<String>) -> Self {
        Self { verdict, words: words.into(), next: None, urgency: Urgency::default(), since: None }
    }

    /// How bad it is.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// What to do about it, in a few words.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    /// Adds to its words.
    #[must_use]
    pub fn tail(mut self, words: &str) -> Self {
        self.words.push_str(words);
        self
    }

    /// How soon.
    #[must_use]
    pub fn urgency(self, urgency: Urgency) -> Self {
        Self { urgency, ..self }
    }

    /// Since when, or where it lies ahead, until when.
    #[must_use]
    pub fn since(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }
}

/// Why data cannot be trusted, in words; none where it can.
pub fn reason_untrusted(what: &str, trust: &Trust<'_>) -> Option<String> {
    match trust {
        Trust::Fresh | Trust::Failing(_) => None,
        Trust::Stale(age, None) => Some(format!("{what} read {} ago", age_words(*age))),
        Trust::Stale(age, Some(failure)) if failure.why.kind == FailureKind::Silent => {
            let since = failure.since.strftime("%H:%M:%S");
            Some(format!("{what} silent since {since}Z, read {} ago", age_words(*age)))
        }
        Trust::Unknown(Some(failure)) if failure.why.kind == FailureKind::Silent => {
            Some(format!("{what} silent since {}Z, never read before", failure.since.strftime("%H:%M:%S")))
        }
        Trust::Stale(age, Some(failure)) => {
            Some(format!("{what} read {} ago; since then {}", age_words(*age), failure.why.kind.as_str()))
        }
        Trust::Unknown(None) => Some(format!("{what} not read yet")),
        Trust::Unknown(Some(failure)) => Some(format!("{what}: {}", failure.why)),
    }
}

/// An age in the coarsest unit that tells: `12s`, `4m`, `3h`, `9d`.
pub fn age_words(age: std::time::Duration) -> String {
    match age.as_secs() {
        s @ 0..60 => format!("{s}s"),
        s @ 60..3600 => format!("{}m", s / 60),
        s @ 3600..172_800 => format!("{}h", s / 3600),
        s => format!("{}d", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins_and_unknown_outranks_a_warning() {
        assert_eq!(Verdict::worst([Verdict::Warning, Verdict::Unknown, Verdict::Ok]), Verdict::Unknown);
        assert_eq!(Verdict::worst([Verdict::Unknown, Verdict::Critical]), Verdict::Critical);
        assert_eq!(Verdict::worst([]), Verdict::Ok);
        let mut assessment = Assessment::ok();
        assessment.add(Verdict::Warning, "small");
        assessment.add(Verdict::Critical, "large");
        assert_eq!(assessment.reasons, ["large", "small"]);
    }
}
