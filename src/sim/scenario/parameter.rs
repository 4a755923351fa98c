//! Parameters: names in a scenario's text that stand for values, `{zone}`.
//!
//! Must stay true: a parameter may be made from others, but never from itself; a text that is nothing but one parameter
//! gets its value with its type, so that `"{share}"` is a number.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::super::place::Place;
use super::super::world::nearest;
use super::ScenarioError;

/// A parameter as a scenario's file declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value unless it is set: a text, a number, or true or false.
    pub default: Value,
    /// Where it stands in the file.
    pub place: Place,
}

/// A parameter that somebody set, `zone=us-east-1c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: String,
    /// The text of its value.
    pub value: String,
}

impl std::str::FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
        let (name, value) = parts.ok_or_else(|| format!("\"{text}\" is not of the form zone=us-east-1c"))?;
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.default {
            Value::String(text) => write!(f, "{}={text}", self.name),
            other => write!(f, "{}={other}", self.name),
        }
    }
}

/// The values of all parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Values(BTreeMap<String, Value>);

impl Values {
    /// Takes the settings, the defaults for the rest, and fills each in with the others.
    ///
    /// # Errors
    /// A setting that fits no parameter or not its type; a parameter that is made from itself.
    pub fn new(scenario: &str, declared: &[Parameter], settings: &[Setting]) -> Result<Self, ScenarioError> {
        let mut raw: BTreeMap<&str, (Value, Place)> = BTreeMap::new();
        for parameter in declared {
            raw.insert(&parameter.name, (parameter.default.clone(), parameter.place));
        }
        for setting in settings {
            let Some((value, _)) = raw.get_mut(setting.name.as_str()) else {
                let known: Vec<String> = declared.iter().map(|parameter| parameter.name.clone()).collect();
                return Err(ScenarioError::NoParameter {
                    scenario: scenario.to_owned(),
                    name: setting.name.clone(),
                    nearest: nearest(&setting.name, known.iter().map(String::as_str)),
                    known,
                });
            };
            *value = typed_like(value, setting)?;
        }
        let mut values = Self::default();
        for (name, (_, place)) in &raw {
            let value = fill_parameter(name, &raw, &mut Vec::new(), *place)?;
            values.0.insert((*name).to_owned(), value);
        }
        Ok(values)
    }

    /// Fills the parameters in wherever texts of `value` name them.
    pub fn fill(&self, value: &Value, place: Place) -> Result<Value, ScenarioError> {
        fill(value, &mut |name| match self.0.get(name) {
            Some(value) => Ok(value.clone()),
            None => Err(ScenarioError::at(place, unknown(name, self.0.keys().map(String::as_str)))),
        })
    }

    /// The same for a text, whose result must be a text.
    pub fn fill_text(&self, text: &str, place: Place) -> Result<String, ScenarioError> {
        Ok(match self.fill(&Value::String(text.to_owned()), place)? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }
}

/// The text of a setting as a value of the type that the parameter has.
fn typed_like(default: &Value, setting: &Setting) -> Result<Value, ScenarioError> {
    let (value, wanted) = match default {
        Value::Number(_) => {
            let number = setting.value.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            (number.map(Value::Number), "no number")
        }
        Value::Bool(_) => (setting.value.parse().ok().map(Value::Bool), "neither true nor false"),
        _ => (Some(Value::String(setting.value.clone())), ""),
    };
    value.ok_or_else(|| ScenarioError::Value { name: setting.name.clone(), value: setting.value.clone(), wanted })
}

/// The value of a parameter, with those filled in that it is made from; `open` are those under way.
fn fill_parameter<'a>(
    name: &'a str,
    raw: &BTreeMap<&'a str, (Value, Place)>,
    open: &mut Vec<&'a str>,
    place: Place,
) -> Result<Value, ScenarioError> {
    let Some((known, (value, place))) = raw.get_key_value(name) else {
        return Err(ScenarioError::at(place, unknown(name, raw.keys().copied())));
    };
    if open.contains(known) {
        let circle: Vec<&str> = open.iter().copied().chain([*known]).collect();
        return Err(ScenarioError::at(
            *place,
            format!("parameter {known} is made from itself: {}", circle.join(" → ")),
        ));
    }
    open.push(known);
    let filled = fill(value, &mut |other| {
        let Some((other, _)) = raw.get_key_value(other) else {
            return Err(ScenarioError::at(*place, unknown(other, raw.keys().copied())));
        };
        fill_parameter(other, raw, open, *place)
    });
    open.pop();
    filled
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = nearest(name, known);
    format!("there is no parameter \"{name}\"{}", super::error::hint(&near))
}

type Find<'f> = &'f mut dyn FnMut(&str) -> Result<Value, ScenarioError>;

fn fill(value: &Value, find: Find<'_>) -> Result<Value, ScenarioError> {
    Ok(match value {
        Value::String(text) => fill_in(text, find)?,
        Value::Array(values) => Value::Array(values.iter().map(|value| fill(value, find)).collect::<Result<_, _>>()?),
        Value::Object(members) => {
            let filled = members.iter().map(|(key, value)| Ok((key.clone(), fill(value, find)?)));
            Value::Object(filled.collect::<Result<_, ScenarioError>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn fill_in(text: &str, find: Find<'_>) -> Result<Value, ScenarioError> {
    let whole = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).filter(|name| is_name(name));
    if let Some(name) = whole {
        return find(name);
    }
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').filter(|(name, _)| is_name(name)) {
            Some((name, after)) => {
                match find(name)? {
                    Value::String(value) => filled.push_str(&value),
                    other => filled.push_str(&other.to_string()),
                }
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    Ok(Value::String(filled))
}

/// Only what looks like a name is one: a brace in a text may be just a brace.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
