//! JSON and CBOR bodies as members.
//!
//! Owns: decoding; CBOR's values become JSON's, so that an action reads one kind. Must stay true: a body that is not an object
//! is refused, never guessed at.

use serde_json::{Map, Value};

use super::error::ApiError;

/// The members of a JSON body; an empty one has none.
pub fn json_members(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(ApiError::new("SerializationException", "The request body is not a JSON object")),
    }
}

/// The members of a CBOR body; an empty one has none.
pub fn cbor_members(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match ciborium::from_reader::<ciborium::Value, _>(body).ok().and_then(plain) {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(ApiError::new("SerializationException", "The request body is not a CBOR map")),
    }
}

/// CBOR's values as JSON's: an instant (tag 1) becomes its seconds.
fn plain(value: ciborium::Value) -> Option<Value> {
    Some(match value {
        ciborium::Value::Integer(number) => Value::from(i64::try_from(number).ok()?),
        ciborium::Value::Float(number) => Value::from(number),
        ciborium::Value::Text(text) => Value::String(text),
        ciborium::Value::Bool(truth) => Value::Bool(truth),
        ciborium::Value::Null => Value::Null,
        ciborium::Value::Tag(_, inner) => plain(*inner)?,
        ciborium::Value::Array(items) => Value::Array(items.into_iter().map(plain).collect::<Option<_>>()?),
        ciborium::Value::Map(entries) => {
            let named = entries.into_iter().map(|(name, value)| Some((name.into_text().ok()?, plain(value)?)));
            Value::Object(named.collect::<Option<_>>()?)
        }
        // Bytes have no place in any input that is answered here.
        _ => return None,
    })
}
