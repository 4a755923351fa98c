//! A request as an action sees it, whatever protocol carried it.
//!
//! Owns: [`Request`] and [`Params`] (member names and values), with typed readers that refuse what is not of its type. Knows
//! nothing of HTTP (that is [`mod@super::receive`]). Must stay true: reading a parameter never panics, whatever was sent.

use serde_json::Value;

use super::error::{ApiError, Code};
use super::service::Service;
use crate::sim::time::SimTime;

/// How a request was written, and how its answer has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// EC2's form of Query: lists without a wrapper.
    Ec2,
    /// A form in, XML out.
    Query,
    /// `X-Amz-Target` and JSON 1.0.
    Json,
    /// `X-Amz-Target` and JSON 1.1, whose errors have no code but their shape.
    Json11,
    /// Smithy RPC v2 with CBOR bodies.
    Cbor,
    /// Paths, methods and JSON bodies.
    RestJson,
    /// Paths, methods and XML bodies.
    RestXml,
}

/// One request, ready for its action.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The service addressed.
    pub service: Service,
    /// The action's name, such as `DescribeInstances`.
    pub action: String,
    /// The region named in the signature.
    pub region: String,
    /// What was asked.
    pub params: Params,
    /// The client's own description of itself.
    pub user_agent: String,
    /// The protocol of the request and of its answer.
    pub protocol: Protocol,
}

/// One entry of `Filter` or `Filters`: its values are alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Such as `instance-state-name` or `tag:Service`.
    pub name: String,
    /// One of these has to match.
    pub values: Vec<String>,
}

/// Members by their names on the wire. Forms carry text only, so that numbers are read from text as well.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(serde_json::Map<String, Value>);

impl Params {
    /// Wraps an object's members.
    pub fn new(members: serde_json::Map<String, Value>) -> Self {
        Self(members)
    }

    /// All members, for the record of calls.
    pub fn members(&self) -> &serde_json::Map<String, Value> {
        &self.0
    }

    /// Sets a member, as labels of a path and the query string do.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// Whether the member is there and holds something.
    pub fn has(&self, name: &str) -> bool {
        self.present(name).is_some()
    }

    /// A string member.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A string member that has to be there and not empty.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| ApiError::validation(format!("The request must contain the parameter {name}")))
    }

    /// A list of strings; a single string is a list of one.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) if !text.is_empty() => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// A whole number, written as a number or as text.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| wrong_type(name, value, "an integer"))
    }

    /// A truth value, written as such or as text.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let truth = match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        truth.map(Some).ok_or_else(|| wrong_type(name, value, "a boolean"))
    }

    /// An instant: RFC 3339 text, or seconds since 1970.
    pub fn time(&self, name: &str) -> Result<Option<SimTime>, ApiError> {
        let Some(value) = self.present(name) else { return Ok(None) };
        let millis = match value {
            Value::Number(number) => number.as_f64().map(epoch_millis),
            Value::String(text) => match text.parse::<jiff::Timestamp>() {
                Ok(instant) => Some(instant.as_millisecond()),
                Err(_) => text.parse::<f64>().ok().map(epoch_millis),
            },
            _ => None,
        };
        millis.map(|millis| Some(SimTime::from_millis(millis))).ok_or_else(|| wrong_type(name, value, "a timestamp"))
    }

    /// A structure's members.
    pub fn object(&self, name: &str) -> Option<Params> {
        self.0.get(name).and_then(Value::as_object).cloned().map(Params)
    }

    /// A list of structures.
    pub fn objects(&self, name: &str) -> Vec<Params> {
        let items = self.0.get(name).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_object).cloned().map(Params).collect()
    }

    /// The request's filters: EC2 sends `Filter` with `Value`, the others `Filters` with `Values`.
    pub fn filters(&self) -> Result<Vec<Filter>, ApiError> {
        let mut entries = self.objects("Filter");
        entries.extend(self.objects("Filters"));
        let mut filters = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut values = entry.texts("Value");
            values.extend(entry.texts("Values"));
            let values = values.into_iter().map(str::to_owned).collect();
            filters.push(Filter { name: entry.required("Name")?.to_owned(), values });
        }
        Ok(filters)
    }

    fn present(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }
}

fn epoch_millis(seconds: f64) -> i64 {
    // A cast from float to integer saturates; NaN becomes zero.
    (seconds * 1000.0).round() as i64
}

fn wrong_type(name: &str, value: &Value, wanted: &str) -> ApiError {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    ApiError::general(
        Code::Validation,
        format!("Value ( {} ) for parameter {name} is invalid. Expected {wanted}.", shorten(&shown)),
    )
}

/// The first 80 characters, since an error should not repeat a megabyte.
fn shorten(text: &str) -> &str {
    text.char_indices().nth(80).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
