//! Reading a fault: kinds, fields, bounds.

use serde_json::Value;

use super::super::world::nearest;
use super::{Fault, FaultError, kinds};

/// A month: longer lags and delays are slips of the keyboard.
const LONGEST_S: f64 = 31.0 * 86_400.0;

impl Fault {
    /// Reads `{"kind": "host", "instance": "i-…"}`.
    ///
    /// # Errors
    /// [`FaultError::Kind`] lists the kinds that there are; [`FaultError::Fields`] says which field is wrong.
    pub fn parse(value: &Value) -> Result<Self, FaultError> {
        let Some(kind) = value.get("kind").and_then(Value::as_str) else {
            return Err(FaultError::Fields(format!("\"kind\" is missing; there are {}", kinds::names().join(", "))));
        };
        let known = kinds::names();
        if !known.contains(&kind) {
            return Err(FaultError::Kind { kind: kind.to_owned(), nearest: nearest(kind, known) });
        }
        let fault: Self =
            serde_json::from_value(value.clone()).map_err(|error| FaultError::Fields(error.to_string()))?;
        fault.within_bounds()?;
        Ok(fault)
    }

    fn within_bounds(&self) -> Result<(), FaultError> {
        let (name, value, most, bounds) = match self {
            Self::Load { factor, .. } => ("factor", *factor, 1000.0, "0 to 1,000"),
            Self::GrayZone { share, .. } | Self::Error { share, .. } | Self::NatGateway { share, .. } => {
                ("share", *share, 1.0, "0 to 1")
            }
            Self::Brownout { share, s } => match (0.0..=1.0).contains(share) {
                true => ("s", *s, 600.0, "0 to 600 seconds"),
                false => ("share", *share, 1.0, "0 to 1"),
            },
            Self::Throttle { rate, .. } => ("rate", *rate, 1000.0, "0 to 1,000 calls a second"),
            Self::Lag { s, .. } | Self::LateMetrics { s } | Self::Slow { s, .. } => {
                ("s", *s, LONGEST_S, "0 to 2,678,400 seconds (31 days)")
            }
            Self::Release { pause_s, .. } => ("pause_s", *pause_s, LONGEST_S, "0 to 2,678,400 seconds (31 days)"),
            Self::Deny { action } if !action.contains(':') => {
                return Err(FaultError::Fields(format!("action {action} is not of the form ec2:DescribeInstances")));
            }
            _ => return Ok(()),
        };
        if (0.0..=most).contains(&value) {
            return Ok(());
        }
        Err(FaultError::Fields(format!("{name} {value} is not within {bounds}")))
    }
}

pub(super) fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |kind| format!(", did you mean \"{kind}\"?"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_fault_is_answered_with_what_there_is() {
        let message = |value: Value| Fault::parse(&value).unwrap_err().to_string();
        let unknown = message(json!({ "kind": "hosts" }));
        assert!(
            unknown.starts_with("unknown fault \"hosts\", did you mean \"host\"?; there are application, autoshift, "),
            "{unknown}"
        );
        assert!(message(json!({})).starts_with("fault: \"kind\" is missing; there are application, autoshift, "));
        assert!(message(json!({ "kind": "host", "instances": "i-1" })).contains("unknown field `instances`"));
        assert!(message(json!({ "kind": "load", "factor": -1 })).contains("not within 0 to 1,000"));
        assert!(
            message(json!({ "kind": "gray-zone", "zone": "a", "share": 1.5 }))
                .contains("share 1.5 is not within 0 to 1")
        );
        assert!(message(json!({ "kind": "slow", "service": "ec2", "s": 1e12 })).contains("31 days"));
    }
}
