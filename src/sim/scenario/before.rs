//! How things were left before the start: changes to the world's document, by kind and name.
//!
//! Must stay true: a change that fits nothing is answered with its place; the rest of the document stays as it was.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::place::Place;
use super::super::world::document::{
    AlarmDoc, AutoshiftDoc, BalancerDoc, ClassicDoc, ClusterDoc, DatabaseDoc, GroupDoc, ImageDoc, InstanceDoc,
    ServiceDoc, ShiftDoc, SnapshotDoc, TargetGroupDoc, TemplateDoc, TrailDoc,
};
use super::super::world::{Format, WorldDocument, WorldError, nearest, with_hint};
use super::ScenarioError;
use super::parameter::Values;

/// A kind of thing in a region's document.
struct Kind {
    /// The key of the list.
    key: &'static str,
    /// The key that tells one from another, if they have one.
    name: Option<&'static str>,
    /// Whether a value is of the right shape.
    check: fn(Value) -> Result<(), String>,
}

const KINDS: &[Kind] = &[
    Kind { key: "alarms", name: Some("name"), check: shape::<AlarmDoc> },
    Kind { key: "autoshifts", name: None, check: shape::<AutoshiftDoc> },
    Kind { key: "classic_balancers", name: Some("name"), check: shape::<ClassicDoc> },
    Kind { key: "clusters", name: Some("id"), check: shape::<ClusterDoc> },
    Kind { key: "databases", name: Some("id"), check: shape::<DatabaseDoc> },
    Kind { key: "groups", name: Some("name"), check: shape::<GroupDoc> },
    Kind { key: "images", name: Some("name"), check: shape::<ImageDoc> },
    Kind { key: "instances", name: Some("name"), check: shape::<InstanceDoc> },
    Kind { key: "load_balancers", name: Some("name"), check: shape::<BalancerDoc> },
    Kind { key: "services", name: Some("name"), check: shape::<ServiceDoc> },
    Kind { key: "snapshots", name: Some("name"), check: shape::<SnapshotDoc> },
    Kind { key: "target_groups", name: Some("name"), check: shape::<TargetGroupDoc> },
    Kind { key: "templates", name: Some("name"), check: shape::<TemplateDoc> },
    Kind { key: "trail", name: None, check: shape::<TrailDoc> },
    Kind { key: "zonal_shifts", name: None, check: shape::<ShiftDoc> },
];

fn shape<T: DeserializeOwned>(value: Value) -> Result<(), String> {
    serde_json::from_value::<T>(value).map(drop).map_err(|error| with_hint(&error.to_string()))
}

/// A change as a scenario's file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeforeDoc {
    /// The region.
    region: String,
    /// The key of the world document: `groups`, `alarms`, …
    kind: String,
    /// Which of them; a new one when absent.
    name: Option<String>,
    /// What is said of it instead.
    set: Map<String, Value>,
}

/// A change with its parameters filled in.
#[derive(Debug, Clone)]
pub(super) struct Before {
    place: Place,
    region: String,
    kind: String,
    name: Option<String>,
    set: Map<String, Value>,
}

impl Before {
    pub fn read(place: Place, doc: &BeforeDoc, values: &Values) -> Result<Self, ScenarioError> {
        let Value::Object(set) = values.fill(&Value::Object(doc.set.clone()), place)? else {
            return Err(ScenarioError::at(place, "\"set\" is a table"));
        };
        let before = Self {
            place,
            region: values.fill_text(&doc.region, place)?,
            kind: values.fill_text(&doc.kind, place)?,
            name: doc.name.as_deref().map(|name| values.fill_text(name, place)).transpose()?,
            set,
        };
        before.known_kind()?;
        Ok(before)
    }

    fn wrong(&self, message: impl Into<String>) -> ScenarioError {
        ScenarioError::at(self.place, message)
    }

    fn known_kind(&self) -> Result<&'static Kind, ScenarioError> {
        KINDS.iter().find(|kind| kind.key == self.kind).ok_or_else(|| {
            let keys: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
            let near = nearest(&self.kind, keys.iter().copied());
            let hint = super::error::hint(&near);
            self.wrong(format!("there is no kind \"{}\"{hint}; there are {}", self.kind, keys.join(", ")))
        })
    }

    /// Carries the change out on a world document; returns the place in its list.
    fn change(&self, document: &mut Value) -> Result<usize, ScenarioError> {
        let kind = self.known_kind()?;
        let regions = document.get_mut("regions").and_then(Value::as_object_mut);
        let Some(region) = regions.and_then(|regions| regions.get_mut(&self.region)).and_then(Value::as_object_mut)
        else {
            return Err(self.wrong(format!("the world has no region \"{}\"", self.region)));
        };
        let list = region.entry(kind.key).or_insert_with(|| Value::Array(Vec::new()));
        let Some(list) = list.as_array_mut() else {
            return Err(self.wrong(format!("{} is no list in the world", kind.key)));
        };
        let index = match (&self.name, kind.name) {
            (None, _) => {
                list.push(Value::Object(Map::new()));
                list.len() - 1
            }
            (Some(_), None) => return Err(self.wrong(format!("{} have no names", kind.key))),
            (Some(name), Some(key)) => {
                let names: Vec<&str> = list.iter().filter_map(|thing| thing.get(key)?.as_str()).collect();
                let Some(index) = list.iter().position(|thing| thing.get(key).is_some_and(|other| other == name))
                else {
                    let near = nearest(name, names.iter().copied());
                    let hint = super::error::hint(&near);
                    return Err(self.wrong(format!("there is no \"{name}\" in {}{hint}", kind.key)));
                };
                index
            }
        };
        let Some(thing) = list.get_mut(index) else { return Err(self.wrong("it vanished")) };
        if let Some(members) = thing.as_object_mut() {
            members.extend(self.set.clone());
        }
        (kind.check)(thing.clone()).map_err(|message| self.wrong(message))?;
        Ok(index)
    }
}

/// The document with all changes.
///
/// # Errors
/// The place of the first change that does not fit.
pub(super) fn change(text: &str, format: Format, before: &[Before]) -> Result<WorldDocument, ScenarioError> {
    let mut document: Value = match format {
        Format::Toml => toml::from_str(text).map_err(|error| WorldError::from_toml(text, &error))?,
        Format::Json => serde_json::from_str(text).map_err(|error| WorldError::from_json(&error))?,
    };
    let mut last = None;
    for change in before {
        change.change(&mut document)?;
        last = Some(change);
    }
    serde_json::from_value(document).map_err(|error| match last {
        Some(change) => change.wrong(error.to_string()),
        None => WorldError::from_json(&error).into(),
    })
}

/// Blames a contradiction that the changed document has on the change that brought it, if one did.
pub(super) fn blame(error: WorldError, before: &[Before]) -> ScenarioError {
    let WorldError::Invalid { path, message } = &error else { return error.into() };
    let named =
        before.iter().rev().find(|change| path.starts_with(&format!("regions.{}.{}[", change.region, change.kind)));
    match named {
        Some(change) => change.wrong(format!("{path}: {message}")),
        None => error.into(),
    }
}
