//! Faults: what can be broken in the simulated account.
//!
//! Owns: the vocabulary of `POST /_sim/fault` and `/_sim/heal`. Knows: the world's causes. Must stay true: a fault
//! changes causes only, and what AWS then reports comes from the physics alone; any two compose; heal undoes each.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::physics::Unknown;
use super::world::{World, nearest};

/// A fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The host of an instance breaks: its system check fails, and nothing on it answers.
    Host {
        /// `i-…`.
        instance: String,
    },
    /// Demand is multiplied.
    Load {
        /// Of the services of this name, in every region; of all services when absent.
        #[serde(default)]
        service: Option<String>,
        /// By this, 0 to 1,000.
        factor: f64,
    },
    /// The caller's role loses a permission.
    Deny {
        /// The IAM action: `ec2:DescribeInstances`, or `rds:*` for all of a service.
        action: String,
    },
}

/// A fault that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No fault has this kind.
    #[error("unknown fault \"{kind}\"{}; there are {}", hint(nearest), KINDS.join(", "))]
    Kind {
        /// What was asked for.
        kind: String,
        /// The kind that was probably meant.
        nearest: Option<String>,
    },
    /// The fault's fields are wrong.
    #[error("fault: {0}")]
    Fields(String),
    /// What should break does not exist.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// Heal of a fault that is not in force.
    #[error("no such fault is in force")]
    NotInForce,
}

/// The kinds, as [`Fault`] names them.
pub const KINDS: &[&str] = &["deny", "host", "load"];

impl Fault {
    /// Reads `{"kind": "host", "instance": "i-…"}`.
    ///
    /// # Errors
    /// [`FaultError::Kind`] lists the kinds that there are; [`FaultError::Fields`] says which field is wrong.
    pub fn parse(value: &Value) -> Result<Self, FaultError> {
        let Some(kind) = value.get("kind").and_then(Value::as_str) else {
            return Err(FaultError::Fields(format!("\"kind\" is missing; there are {}", KINDS.join(", "))));
        };
        if !KINDS.contains(&kind) {
            return Err(FaultError::Kind { kind: kind.to_owned(), nearest: nearest(kind, KINDS.iter().copied()) });
        }
        let fault: Self =
            serde_json::from_value(value.clone()).map_err(|error| FaultError::Fields(error.to_string()))?;
        match fault {
            Self::Load { factor, .. } if !(0.0..=1000.0).contains(&factor) => {
                Err(FaultError::Fields(format!("factor {factor} is not within 0 to 1,000")))
            }
            fault => Ok(fault),
        }
    }
}

impl World {
    /// Puts a fault in force. One that is in force already changes nothing.
    ///
    /// # Errors
    /// [`FaultError::Unknown`] when what should break does not exist.
    pub fn apply(&mut self, fault: Fault) -> Result<(), FaultError> {
        if self.faults.contains(&fault) {
            return Ok(());
        }
        match &fault {
            Fault::Host { instance } => {
                let now = self.now;
                self.with_instance(instance, |scene, id| {
                    if let Some(found) = scene.region.instances.get_mut(id) {
                        found.causes.host_broken.get_or_insert(now);
                    }
                    scene.touch_instance(id);
                })?;
                self.faults.push(fault);
            }
            Fault::Load { service, .. } => {
                if let Some(name) = service
                    && !self.regions.values().any(|region| region.services.contains_key(name.as_str()))
                {
                    return Err(Unknown { kind: "service", name: name.clone() }.into());
                }
                self.faults.push(fault);
                self.set_factors();
            }
            Fault::Deny { action } => {
                if !action.contains(':') {
                    return Err(FaultError::Fields(format!(
                        "action {action} is not of the form ec2:DescribeInstances"
                    )));
                }
                self.faults.push(fault);
            }
        }
        Ok(())
    }

    /// Whether the caller's role may not do this: a service's IAM prefix and an action's name.
    #[must_use]
    pub fn denies(&self, prefix: &str, action: &str) -> bool {
        self.faults.iter().any(|fault| match fault {
            Fault::Deny { action: denied } => denied
                .split_once(':')
                .is_some_and(|(service, name)| service == prefix && (name == "*" || name == action)),
            Fault::Host { .. } | Fault::Load { .. } => false,
        })
    }

    /// Takes a fault out of force; its cause ends, and the physics does the rest.
    ///
    /// # Errors
    /// [`FaultError::NotInForce`] when it is not in force.
    pub fn heal(&mut self, fault: &Fault) -> Result<(), FaultError> {
        let place = self.faults.iter().position(|other| other == fault).ok_or(FaultError::NotInForce)?;
        self.faults.remove(place);
        match fault {
            Fault::Host { instance } => {
                // An instance that was replaced meanwhile may be gone: then there is nothing left to mend.
                let _gone = self.with_instance(instance, |scene, id| {
                    if let Some(found) = scene.region.instances.get_mut(id) {
                        found.causes.host_broken = None;
                    }
                    scene.touch_instance(id);
                });
            }
            Fault::Load { .. } => self.set_factors(),
            Fault::Deny { .. } => {}
        }
        Ok(())
    }

    /// Gives every service the product of the load faults that concern it.
    fn set_factors(&mut self) {
        let now = self.now;
        for service in self.regions.values_mut().flat_map(|region| region.services.values_mut()) {
            let factor = self.faults.iter().filter_map(|fault| match fault {
                Fault::Load { service: name, factor } => {
                    name.as_deref().is_none_or(|name| service.name == *name).then_some(*factor)
                }
                Fault::Host { .. } | Fault::Deny { .. } => None,
            });
            let factor = factor.product();
            if service.factor.latest().is_none() {
                service.factor.record(self.started_at, 1.0);
            }
            service.factor.record(now, factor);
        }
    }
}

fn hint(nearest: &Option<String>) -> String {
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
        assert_eq!(
            message(json!({ "kind": "hosts" })),
            "unknown fault \"hosts\", did you mean \"host\"?; there are deny, host, load"
        );
        assert_eq!(message(json!({})), "fault: \"kind\" is missing; there are deny, host, load");
        assert!(message(json!({ "kind": "host", "instances": "i-1" })).contains("unknown field `instances`"));
        assert!(message(json!({ "kind": "load", "factor": -1 })).contains("not within 0 to 1,000"));
    }

    #[test]
    fn kinds_are_exactly_the_variants() {
        let faults = [
            Fault::Deny { action: String::new() },
            Fault::Host { instance: String::new() },
            Fault::Load { service: None, factor: 2.0 },
        ];
        let names: Vec<_> = faults.iter().map(|fault| serde_json::to_value(fault).unwrap()["kind"].clone()).collect();
        assert_eq!(names, KINDS.iter().map(|kind| json!(kind)).collect::<Vec<_>>());
    }
}
