//! `[services.NAME]`: services as their owners declare them.
//!
//! Owns: its keys and what contradicts what. Must stay true: hard dependencies have no circle, and no group two owners.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::id::{GroupName, Text};
use crate::judge::policy::{DeclaredService, Dependency};

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_availability, check_count, check_positive, check_word};

/// What a service may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    #[serde(default)]
    depends_on: Vec<DependencyKeys>,
    quorum: Option<Spanned<usize>>,
    queue: Option<Spanned<String>>,
    #[serde(default)]
    groups: Vec<Spanned<String>>,
    target: Option<Spanned<f64>>,
    safe_requests_per_target: Option<Spanned<f64>>,
}

/// What a dependency may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DependencyKeys {
    on: Spanned<String>,
    /// Whether the service fails with it. It does, unless told otherwise.
    hard: Option<bool>,
}

/// The services in force, each with the place where it begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServicesTable(BTreeMap<String, Setting<DeclaredService>>);

impl ServicesTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(
        &mut self,
        document: &Document<'_, T>,
        services: &BTreeMap<Spanned<String>, Keys>,
    ) -> Result<(), ConfigError> {
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, keys) in services {
            check(document, name, check_word)?;
            for group in &keys.groups {
                if let Some(owner) = owners.insert(group.get_ref(), name.get_ref()) {
                    let (group_name, other) = (group.get_ref(), name.get_ref());
                    let message =
                        format!("group `{group_name}` belongs to `{owner}` already: not to `{other}` as well");
                    return Err(document.error(group, message));
                }
            }
            let declared = declared(document, keys)?;
            let mut setting = Setting::default(DeclaredService::default());
            setting.set(declared, document.origin(name));
            self.0.insert(name.get_ref().clone(), setting);
        }
        refuse_circles(document, services)
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> BTreeMap<String, DeclaredService> {
        self.0.iter().map(|(name, setting)| (name.clone(), setting.value.clone())).collect()
    }

    /// Every key that is set, in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.iter().flat_map(|(name, setting)| entries(name, setting)).collect()
    }
}

fn declared<T>(document: &Document<'_, T>, keys: &Keys) -> Result<DeclaredService, ConfigError> {
    let mut groups = BTreeSet::new();
    for group in &keys.groups {
        groups.insert(GroupName::new(check(document, group, check_word)?));
    }
    let mut depends_on: Vec<Dependency> = Vec::new();
    for keys in &keys.depends_on {
        let on = check(document, &keys.on, check_word)?;
        if depends_on.iter().any(|known| known.on == on) {
            return Err(document.error(&keys.on, format!("depends on `{on}` twice: once is enough, hard or soft")));
        }
        depends_on.push(Dependency { on, hard: keys.hard.unwrap_or(true) });
    }
    let quorum = keys.quorum.as_ref().map(|quorum| check(document, quorum, check_count)).transpose()?;
    let queue = keys.queue.as_ref().map(|queue| check(document, queue, check_word)).transpose()?;
    let target = keys.target.as_ref().map(|target| check(document, target, check_availability)).transpose()?;
    let safe = keys.safe_requests_per_target.as_ref();
    Ok(DeclaredService {
        depends_on,
        quorum,
        queue: queue.map(Text::from),
        groups,
        target,
        safe_requests_per_target: safe.map(|safe| check(document, safe, check_positive)).transpose()?,
    })
}

/// A value, once `rule` takes it; else the error at its place.
fn check<T, V: Clone>(
    document: &Document<'_, T>,
    value: &Spanned<V>,
    rule: impl FnOnce(V) -> Result<V, String>,
) -> Result<V, ConfigError> {
    rule(value.get_ref().clone()).map_err(|message| document.error(value, message))
}

/// Hard dependencies that lead back to where they began: each would need the other first. Soft ones may, for nothing waits for them.
fn refuse_circles<T>(
    document: &Document<'_, T>,
    services: &BTreeMap<Spanned<String>, Keys>,
) -> Result<(), ConfigError> {
    let edges: BTreeMap<&str, Vec<&Spanned<String>>> = services
        .iter()
        .map(|(name, keys)| {
            let hard = keys.depends_on.iter().filter(|keys| keys.hard != Some(false)).map(|keys| &keys.on);
            (name.get_ref().as_str(), hard.collect())
        })
        .collect();
    for start in edges.keys() {
        if let Some(circle) = circle_from(start, &edges)
            && let Some(last) = circle.last()
        {
            let names: Vec<&str> =
                std::iter::once(*start).chain(circle.iter().map(|edge| edge.get_ref().as_str())).collect();
            let message = format!(
                "circular dependency: {}; make one of them soft (`hard = false`) or leave it out",
                names.join(" > ")
            );
            return Err(document.error(last, message));
        }
    }
    Ok(())
}

/// The way from `start` back to itself, where there is one: breadth first, so the shortest.
fn circle_from<'k>(start: &str, edges: &BTreeMap<&str, Vec<&'k Spanned<String>>>) -> Option<Vec<&'k Spanned<String>>> {
    let mut ways: Vec<Vec<&'k Spanned<String>>> = edges.get(start)?.iter().map(|edge| vec![*edge]).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let Some(here) = way.last().map(|edge| edge.get_ref().as_str()) else { continue };
            if here == start {
                return Some(way);
            }
            if seen.insert(here) {
                let next = edges.get(here).into_iter().flatten();
                longer.extend(next.map(|edge| way.iter().copied().chain([*edge]).collect::<Vec<_>>()));
            }
        }
        ways = longer;
    }
    None
}

fn entries(name: &str, setting: &Setting<DeclaredService>) -> Vec<Entry> {
    let declared = &setting.value;
    let table = if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        format!("services.{name}")
    } else {
        format!("services.{name:?}")
    };
    let entry = |key: &str, value: String| Entry::new(format!("{table}.{key}"), setting, value);
    let mut entries = Vec::new();
    if !declared.depends_on.is_empty() {
        let words = declared.depends_on.iter().map(|on| format!("{{ on = {:?}, hard = {} }}", on.on, on.hard));
        entries.push(entry("depends_on", format!("[{}]", words.collect::<Vec<_>>().join(", "))));
    }
    if !declared.groups.is_empty() {
        entries.push(entry("groups", format!("{:?}", declared.groups.iter().collect::<Vec<_>>())));
    }
    entries.extend(declared.quorum.map(|quorum| entry("quorum", quorum.to_string())));
    entries.extend(declared.queue.as_ref().map(|queue| entry("queue", format!("{queue:?}"))));
    entries.extend(declared.target.map(|target| entry("target", target.to_string())));
    let safe = declared.safe_requests_per_target;
    entries.extend(safe.map(|safe| entry("safe_requests_per_target", safe.to_string())));
    entries
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::config::{Config, Overrides, Rules, Source};

    fn load(text: &str) -> Result<Rules, String> {
        let source = Source { path: "policy.toml".into(), text: text.to_owned() };
        Rules::load(Some(&source), &Config::default(), &|_| None, &Overrides::default())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_service_says_what_it_needs_and_what_it_promises() {
        let text = "[services.checkout]\ndepends_on = [{ on = \"orders\" }, { on = \"sessions\", hard = false }]\n\
                    groups = [\"checkout-asg\"]\ntarget = 0.9995\nsafe_requests_per_target = 1200\n\
                    [services.shards]\nquorum = 2\nqueue = \"jobs\"";
        let rules = load(text).unwrap();
        let services = rules.judgement().services;
        let checkout = &services["checkout"];
        let hard: Vec<(&str, bool)> = checkout.depends_on.iter().map(|on| (on.on.as_str(), on.hard)).collect();
        assert_eq!(hard, [("orders", true), ("sessions", false)], "hard unless told otherwise");
        assert_eq!((checkout.target, checkout.quorum, services["shards"].quorum), (Some(0.9995), None, Some(2)));
        let shown: Vec<String> = rules.entries().iter().map(ToString::to_string).collect();
        for line in [
            "services.checkout.depends_on = [{ on = \"orders\", hard = true }, { on = \"sessions\", hard = false }]  # policy.toml:1",
            "services.checkout.groups = [\"checkout-asg\"]  # policy.toml:1",
            "services.shards.quorum = 2  # policy.toml:6",
        ] {
            assert!(shown.iter().any(|entry| entry == line), "{line}\n{shown:#?}");
        }
    }

    #[test]
    fn what_cannot_be_names_its_place() {
        for (text, wanted) in [
            ("[services.a]\nquorum = 0", "policy.toml:2:10: 0 is not a count from 1"),
            ("[services.a]\ntarget = 99.99", "policy.toml:2:10: 99.99 is not an availability"),
            ("[services.a]\nqueue = \"\"", "policy.toml:2:9: it is empty"),
            ("[services.a]\nsafe_requests_per_target = -1", "policy.toml:2:28: -1 is not a number above 0"),
            ("[services.a]\ndepend_on = []", "policy.toml:2:1: unknown key `depend_on`; did you mean `depends_on`?"),
            (
                "[services.a]\ndepends_on = [{ on = \"b\" }, { on = \"b\", hard = false }]",
                "policy.toml:2:36: depends on `b` twice",
            ),
            (
                "[services.a]\ngroups = [\"g\"]\n[services.b]\ngroups = [\"g\"]",
                "policy.toml:4:11: group `g` belongs to `a` already: not to `b` as well",
            ),
            ("[services.a]\ndepends_on = [{ on = \"a\" }]", "policy.toml:2:22: circular dependency: a > a;"),
            (
                "[services.a]\ndepends_on = [{ on = \"b\" }]\n[services.b]\ndepends_on = [{ on = \"c\" }]\n\
                 [services.c]\ndepends_on = [{ on = \"db\" }, { on = \"a\" }]",
                "policy.toml:6:37: circular dependency: a > b > c > a;",
            ),
        ] {
            let error = load(text).unwrap_err();
            assert!(error.starts_with(wanted), "{text}\n{error}");
        }
        let soft =
            "[services.a]\ndepends_on = [{ on = \"b\" }]\n[services.b]\ndepends_on = [{ on = \"a\", hard = false }]";
        assert!(load(soft).is_ok(), "nothing waits for a soft one");
    }

    #[test]
    fn one_zone_is_never_better_than_several() {
        let error = load("[availability]\naurora_one_zone = 0.99999").unwrap_err();
        assert!(error.starts_with("policy.toml:2:19: aurora: 0.99999 in one zone must not be above 0.9999"), "{error}");
    }
}
