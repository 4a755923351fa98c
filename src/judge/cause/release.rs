//! A release that does not work: what fails began after it, or runs it and nothing else does (`aws-domain.md` F.6, F.25).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::id::{Text, ZoneName};
use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Urgency};
use crate::judge::standing::Standing;
use crate::judge::survey::Survey;
use crate::judge::verdict::{Verdict, age_words};
use crate::judge::words::names;
use crate::judge::zone::ZoneVerdict;

use super::booting;
use super::trouble::{Trouble, WINDOW};

/// Hosts of a version that must fail before the version can be why.
const HOSTS: usize = 2;
/// How much earlier than its release a failure may be seen: readings lie half a minute apart.
const SLACK: SignedDuration = SignedDuration::from_secs(60);

/// A change of what a group launches.
#[derive(Debug, Clone, PartialEq)]
struct Release {
    /// What it launched before, where that is known.
    from: Option<Text>,
    /// What it launches now.
    to: Text,
    /// When it was seen.
    at: Option<Timestamp>,
}

/// Members of one version: how many fail, of how many, and where they fail.
#[derive(Debug, Clone, Default)]
struct Tally {
    failing: usize,
    total: usize,
    zones: Vec<String>,
}

impl Tally {
    fn share(&self) -> f64 {
        if self.total == 0 { 0.0 } else { self.failing as f64 / self.total as f64 }
    }
}

pub(super) fn find(trouble: &Trouble<'_>, judged: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let groups = || trouble.service.groups.iter().filter_map(|name| survey.group(name));
    groups()
        .find_map(|group| by_version(group, trouble, judged, survey))
        .or_else(|| groups().find_map(|group| by_time(group, trouble, judged, survey)))
}

/// What runs the new version fails and what runs another does not: in whichever zone that is (`aws-domain.md` B.2).
fn by_version(group: &Group, trouble: &Trouble<'_>, judged: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let versions = versions(group, survey);
    let (new, hit) = versions.iter().max_by_key(|(version, _)| number(version))?;
    let others = versions.iter().filter(|(version, _)| *version != new);
    let (rest_failing, rest) = others.fold((0, 0), |(bad, all), (_, tally)| (bad + tally.failing, all + tally.total));
    let clean = rest >= HOSTS && rest_failing * 10 <= rest;
    if hit.failing < HOSTS || hit.share() < 0.5 || !clean {
        return None;
    }
    // In a zone that is sick by everything else too, the version is no explanation.
    let mut zones = hit.zones.clone();
    zones.sort();
    zones.dedup();
    let is_sick = |zone: &String| {
        judged.zones.iter().any(|known| known.name.as_str() == zone && known.verdict == ZoneVerdict::Degraded)
    };
    if zones.iter().all(is_sick) {
        return None;
    }
    let old = versions.keys().filter(|version| *version != new).max_by_key(|version| number(version)).copied();
    let place =
        if zones.len() < trouble.zones.len() { format!(", so far in {}", names(&zones)) } else { String::new() };
    let words = format!(
        "a release of {}: {} of {} on version {new} fail, {rest_failing} of {rest} on others{place}",
        group.name, hit.failing, hit.total
    );
    Some(finding(trouble, group, words, old))
}

/// The members began to fail after what their group launches had changed: in all zones alike, or in zones where nothing else is
/// sick, which the release then reached first (`aws-domain.md` B.2).
fn by_time(group: &Group, trouble: &Trouble<'_>, judged: &RegionJudgement, survey: &Survey<'_>) -> Option<Finding> {
    let release = recent(group, survey)?;
    let is_after = match (release.at, trouble.since) {
        (Some(released), Some(failed)) => failed.duration_since(released) >= -SLACK,
        // Nobody saw either begin: that both are there at once is all there is to go by.
        (_, None) | (None, _) => true,
    };
    let fails = trouble.failing >= HOSTS || trouble.errors.is_some_and(|share| share >= 0.2);
    let is_sick = |zone: &ZoneName| {
        judged.zones.iter().any(|known| known.name == *zone && known.verdict == ZoneVerdict::Degraded)
    };
    let hit = || trouble.zones.iter().filter(|(_, (failing, _))| *failing > 0).map(|(zone, _)| *zone);
    let reached_first = trouble.failing >= HOSTS && !hit().any(is_sick);
    if !is_after || !fails || !(trouble.is_alike() || reached_first) {
        return None;
    }
    let change = match &release.from {
        Some(from) => format!("version {from} to {}", release.to),
        None => format!("version {}", release.to),
    };
    let when = match (release.at, trouble.since) {
        (Some(released), Some(failed)) if failed > released => {
            format!(", {} after a release ({change})", age_words(crate::estate::age(released, failed)))
        }
        (Some(released), _) => format!(" after a release at {} ({change})", released.strftime("%H:%MZ")),
        (None, _) => format!(" while a release is under way ({change})"),
    };
    let words = format!("{} {}, {}{when}", group.name, trouble.numbers(), trouble.place());
    Some(finding(trouble, group, words, release.from.as_ref()))
}

fn finding(trouble: &Trouble<'_>, group: &Group, words: String, old: Option<&Text>) -> Finding {
    let floats =
        group.launch_source.as_ref().and_then(|source| source.version.as_deref()).is_some_and(|v| v.starts_with('$'));
    let next = match (old, floats) {
        // `$Latest` cannot be rolled back: only a refresh that names a number can (aws-domain.md C.2, F.25).
        (Some(old), true) => format!("roll {} back: refresh it pinned to version {old}", group.name),
        (Some(old), false) => format!("roll {} back to version {old}", group.name),
        (None, _) => format!("roll {} back to what ran before", group.name),
    };
    Finding::new(Verdict::Critical, super::subject(trouble.service), words)
        .next(next)
        .urgency(Urgency::Now)
        .since(trouble.since)
}

/// The members of a group by the version that they were launched from. Those that go because they failed still tell of it.
fn versions<'a>(group: &Group, survey: &Survey<'a>) -> BTreeMap<&'a Text, Tally> {
    let mut versions: BTreeMap<&Text, Tally> = BTreeMap::new();
    for (number, member) in survey.index.members_of(group.name.as_str()) {
        let Some(version) = &member.template_version else { continue };
        let standing = survey.index.standing_at(number);
        let fails = !member.healthy || matches!(standing, Standing::Unhealthy | Standing::Impaired);
        let boots = || survey.index.number(member.instance.as_str()).is_some_and(|it| booting::is_booting(it, survey));
        let tally = versions.entry(version).or_default();
        if fails && member.healthy && boots() {
            continue;
        }
        tally.total += 1;
        if fails {
            tally.failing += 1;
            tally.zones.push(member.zone.to_string());
        }
    }
    versions
}

/// What a group launches, where that changed within the window.
fn recent(group: &Group, survey: &Survey<'_>) -> Option<Release> {
    let source = group.launch_source.as_ref()?;
    let history = survey.history;
    let within = |at: Timestamp| survey.now.duration_since(at) <= WINDOW;
    let last = |kind, subject: &str, what| history?.last_of(kind, subject, what).filter(|change| within(change.at));
    // `checkout 2`, or only the name for a launch configuration.
    let version_of = |words: &Text| Text::from(words.rsplit(' ').next().unwrap_or_default());
    if let Some(change) = last(Kind::Groups, group.name.as_str(), "launch source") {
        let to = change.to.as_ref().map(version_of)?;
        return Some(Release { from: change.from.as_ref().map(version_of), to, at: Some(change.at) });
    }
    let floating = match source.version.as_deref() {
        Some("$Latest") => Some("latest version"),
        Some("$Default") => Some("default version"),
        _ => None,
    };
    if let Some(change) = floating.and_then(|what| last(Kind::LaunchTemplates, &source.name, what)) {
        return Some(Release { from: change.from.clone(), to: change.to.clone()?, at: Some(change.at) });
    }
    under_way(group, survey)
}

/// A release that began before anybody looked: a refresh that runs, or new members on a version that the most do not have.
fn under_way(group: &Group, survey: &Survey<'_>) -> Option<Release> {
    let versions = versions(group, survey);
    let (to, _) = versions.iter().max_by_key(|(version, _)| number(version))?;
    let from = versions.iter().filter(|(version, _)| version != &to).max_by_key(|(_, tally)| tally.total);
    let refresh = survey
        .refresh_of(&group.name)
        .filter(|refresh| matches!(&*refresh.status, "InProgress" | "Pending" | "Baking"));
    let members = survey.index.members_of(group.name.as_str());
    let new = members.filter(|(_, member)| member.template_version.as_ref() == Some(to));
    let launched = new.filter_map(|(number, _)| survey.index.instance_at(number)?.launched_at).min();
    let is_recent = launched.is_some_and(|at| survey.now.duration_since(at) <= WINDOW);
    let begun = refresh.and_then(|refresh| refresh.started_at).or(launched.filter(|_| is_recent && from.is_some()))?;
    Some(Release { from: from.map(|(version, _)| (*version).clone()), to: (*to).clone(), at: Some(begun) })
}

fn number(version: &Text) -> i64 {
    version.parse().unwrap_or(0)
}
