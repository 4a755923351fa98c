//! The instance that a call is about: one that is known, or one that an earlier step brings.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::plan::StepId;
use crate::id::InstanceId;

/// An instance, by its id or by the step that launches it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// This one.
    Known(InstanceId),
    /// Those that came with a step: `${s1}`.
    From(StepId),
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(instance) => instance.fmt(f),
            Self::From(step) => write!(f, "${{{step}}}"),
        }
    }
}

impl From<&InstanceId> for Whom {
    fn from(instance: &InstanceId) -> Self {
        Self::Known(instance.clone())
    }
}

impl Serialize for Whom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Whom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let step = text.strip_prefix("${").and_then(|text| text.strip_suffix('}'));
        Ok(step.map_or_else(|| Self::Known(text.as_str().into()), |step| Self::From(StepId::from(step))))
    }
}
