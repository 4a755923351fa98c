//! Findings that somebody has taken note of: they stand last until they expire, or get worse.
//!
//! Owns: [`Acknowledgement`] and when one still holds. Depends on: findings. Must stay true: an acknowledgement changes where a
//! finding stands and never a verdict or an exit code; one without an end, or of something that got worse, hides nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Region;

use super::finding::{Finding, Subject};
use super::verdict::Verdict;

/// Acknowledgements that are kept at most, the newest: a file of them stays small for ever.
const MOST: usize = 500;

/// A finding that somebody has taken note of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Its region; none for what belongs to none.
    pub region: Option<Region>,
    /// What it is about: `group`, `zone`, …
    pub what: String,
    /// Its id where it has one, else its name.
    pub key: String,
    /// How bad it was.
    pub verdict: Verdict,
    /// How many members it counted as bad, where its words counted any.
    pub bad: Option<u32>,
    /// How many findings followed from it.
    pub followers: usize,
    /// Who.
    pub who: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Acknowledgement {
    /// Takes note of a finding as it is.
    pub fn of(
        (region, finding): (Option<&Region>, &Finding),
        (who, reason): (&str, &str),
        (at, until): (Timestamp, Timestamp),
    ) -> Self {
        let (what, key) = finding.subject.key();
        Self {
            region: region.cloned(),
            what: what.to_owned(),
            key: key.to_owned(),
            verdict: finding.verdict,
            bad: bad_count(&finding.detail),
            followers: finding.followers,
            who: who.to_owned(),
            reason: reason.to_owned(),
            at,
            until,
        }
    }

    /// Whether it is about that thing, whatever has become of it.
    fn is_about(&self, region: Option<&Region>, subject: &Subject) -> bool {
        self.region.as_ref() == region && (self.what.as_str(), self.key.as_str()) == subject.key()
    }

    /// Whether it is about the same thing as another.
    fn is_about_the_same(&self, other: &Self) -> bool {
        (&self.region, &self.what, &self.key) == (&other.region, &other.what, &other.key)
    }

    /// Whether the finding is still as it was taken note of, or better: another verdict, more bad members or more that follows
    /// from it is news.
    fn covers(&self, region: Option<&Region>, finding: &Finding) -> bool {
        self.is_about(region, &finding.subject)
            && finding.verdict == self.verdict
            && bad_count(&finding.detail) <= self.bad
            && finding.followers <= self.followers
    }
}

/// A finding, and who has taken note of it where somebody has.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Where; none for what belongs to no region.
    pub region: Option<&'a Region>,
    /// What is not well.
    pub finding: &'a Finding,
    /// Who has taken note of it, or of what it follows from.
    pub acknowledged: Option<&'a Acknowledgement>,
}

/// All that somebody has taken note of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Acknowledgements {
    list: Vec<Acknowledgement>,
}

impl Acknowledgements {
    /// Those that have not expired.
    pub fn in_force(&self, now: Timestamp) -> impl Iterator<Item = &Acknowledgement> {
        self.list.iter().filter(move |each| each.until > now)
    }

    /// Takes note; of one thing the newest counts.
    pub fn add(&mut self, new: Acknowledgement) {
        self.list.retain(|each| !each.is_about_the_same(&new));
        self.list.push(new);
        let surplus = self.list.len().saturating_sub(MOST);
        self.list.drain(..surplus);
    }

    /// Takes it back: from now on it has expired. Says whether there was one.
    pub fn withdraw(&mut self, region: Option<&Region>, subject: &Subject, now: Timestamp) -> bool {
        let mut found = false;
        for each in self.list.iter_mut().filter(|each| each.is_about(region, subject) && each.until > now) {
            (each.at, each.until) = (now, now);
            found = true;
        }
        found
    }

    /// Takes in what another console has noted: of one thing the newest counts.
    pub fn merge(&mut self, others: Self) {
        for other in others.list {
            let newer = |mine: &Acknowledgement| mine.is_about_the_same(&other) && mine.at >= other.at;
            if !self.list.iter().any(newer) {
                self.add(other);
            }
        }
    }

    /// Forgets what expired more than a day ago: until then it tells other consoles that it was taken back.
    pub fn prune(&mut self, now: Timestamp) {
        self.list.retain(|each| now.duration_since(each.until).as_hours() < 24);
    }

    /// Who has taken note of a finding as it is, or of the cause that it follows from.
    fn find(&self, region: Option<&Region>, finding: &Finding, now: Timestamp) -> Option<&Acknowledgement> {
        self.in_force(now).find(|each| each.covers(region, finding))
    }

    /// The findings with what was noted of them: those that nobody has noted first, each part in the order in which it came.
    pub fn tell<'a>(&'a self, findings: Vec<(Option<&'a Region>, &'a Finding)>, now: Timestamp) -> Vec<Told<'a>> {
        let causes: Vec<(Option<&Region>, &Subject, &Acknowledgement)> = findings
            .iter()
            .filter_map(|(region, finding)| Some((*region, &finding.subject, self.find(*region, finding, now)?)))
            .collect();
        let of = |region: Option<&Region>, finding: &Finding| {
            let is_cause = |subject: &Subject| *subject == finding.subject || Some(subject) == finding.follows.as_ref();
            causes.iter().find(|(place, subject, _)| *place == region && is_cause(subject)).map(|(_, _, note)| *note)
        };
        let told = |(region, finding)| Told { region, finding, acknowledged: of(region, finding) };
        let (noted, open): (Vec<Told<'_>>, Vec<Told<'_>>) =
            findings.into_iter().map(told).partition(|told| told.acknowledged.is_some());
        open.into_iter().chain(noted).collect()
    }
}

/// How many the words count as bad: of `9 of 29 targets fail` nine, of `2 of 6 in service` four; none where they count nothing.
fn bad_count(detail: &str) -> Option<u32> {
    let (before, after) = detail.split_once(" of ")?;
    let part: u32 = before.rsplit([' ', '(']).next()?.parse().ok()?;
    let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let (all, rest) = after.split_at_checked(digits)?;
    let all: u32 = all.parse().ok()?;
    let clause = rest.split([';', ',', '.']).next().unwrap_or(rest);
    let is_good = ["in service", "healthy", "serving", "serve", "remain"].iter().any(|word| clause.contains(word));
    let is_good = is_good && !clause.contains("unhealthy");
    Some(if is_good { all.saturating_sub(part) } else { part })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn finding(detail: &str) -> Finding {
        Finding::new(Verdict::Critical, Subject::named("group", "web"), detail)
    }

    /// Whether a note of `before`, made for a minute at 100 s, still holds for `after` at `second`.
    fn holds(before: &Finding, after: &Finding, second: i64) -> bool {
        let region = Region::from("us-east-1");
        let mut notes = Acknowledgements::default();
        notes.add(Acknowledgement::of((Some(&region), before), ("ada", "known"), (at(100), at(160))));
        notes.tell(vec![(Some(&region), after)], at(second)).iter().all(|told| told.acknowledged.is_some())
    }

    #[test]
    fn a_note_ends_with_its_time_and_with_whatever_gets_worse() {
        let noted = finding("2 of 6 in service");
        assert!(holds(&noted, &noted, 120));
        assert!(!holds(&noted, &noted, 160), "expired");
        assert!(holds(&noted, &finding("3 of 6 in service"), 120), "better is no news");
        assert!(!holds(&noted, &finding("1 of 6 in service"), 120));
        assert!(!holds(&finding("9 of 29 targets fail"), &finding("12 of 29 targets fail"), 120));
        assert!(holds(&finding("9 of 29 targets fail"), &finding("6 of 29 targets fail"), 120));
        assert!(!holds(&noted, &Finding { followers: 3, ..noted.clone() }, 120), "more follows from it");
        assert!(!holds(&noted, &Finding { verdict: Verdict::Warning, ..noted.clone() }, 120), "another verdict");
        let other = Finding { subject: Subject::named("group", "api"), ..noted.clone() };
        assert!(!holds(&noted, &other, 120), "another thing");
    }

    #[test]
    fn what_is_noted_stands_last_with_all_that_follows_from_it() {
        let cause = finding("9 of 29 targets fail");
        let follower = Finding {
            follows: Some(cause.subject.clone()),
            ..Finding::new(Verdict::Critical, Subject::named("service", "shop"), "down")
        };
        let other = Finding::new(Verdict::Warning, Subject::named("alarm", "lag"), "fires");
        let mut notes = Acknowledgements::default();
        notes.add(Acknowledgement::of((None, &cause), ("ada", "known"), (at(0), at(60))));
        let told = notes.tell(vec![(None, &cause), (None, &follower), (None, &other)], at(1));
        let order: Vec<&str> = told.iter().map(|told| told.finding.subject.name.as_str()).collect();
        assert_eq!(order, ["lag", "web", "shop"]);
        assert!(notes.withdraw(None, &cause.subject, at(2)) && notes.in_force(at(3)).count() == 0);
    }

    #[test]
    fn of_two_consoles_the_newer_note_counts() {
        let mut mine = Acknowledgements::default();
        mine.add(Acknowledgement::of((None, &finding("x")), ("ada", "known"), (at(0), at(600))));
        let mut theirs = mine.clone();
        theirs.withdraw(None, &finding("x").subject, at(10));
        mine.merge(theirs);
        assert_eq!(mine.in_force(at(11)).count(), 0, "taken back elsewhere");
        mine.prune(at(100_000));
        assert_eq!(mine, Acknowledgements::default());
    }
}
