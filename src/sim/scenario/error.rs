//! What can be wrong with a scenario.

use super::super::place::Place;
use super::super::world::WorldError;

/// A scenario that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// No scenario has this name.
    #[error("unknown scenario \"{name}\"{}; there are {}", hint(nearest), known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The valid name nearest to it, if one is near.
        nearest: Option<String>,
        /// All valid names.
        known: Vec<String>,
    },
    /// The scenario has no such parameter.
    #[error("scenario {scenario} has no parameter \"{name}\"{}; {}", hint(nearest), there_are(known))]
    NoParameter {
        /// The scenario.
        scenario: String,
        /// What was to be set.
        name: String,
        /// The valid name nearest to it, if one is near.
        nearest: Option<String>,
        /// All parameters.
        known: Vec<String>,
    },
    /// A parameter cannot have this value.
    #[error("parameter {name}: \"{value}\" is {wanted}")]
    Value {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// What it is not.
        wanted: &'static str,
    },
    /// Something in the scenario's file is wrong.
    #[error("{place}: {message}")]
    Located {
        /// Where.
        place: Place,
        /// What is wrong.
        message: String,
    },
    /// The world that the scenario is to play in is wrong.
    #[error(transparent)]
    World(#[from] WorldError),
}

impl ScenarioError {
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self::Located { place, message: message.into() }
    }
}

pub(super) fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(", did you mean \"{name}\"?"))
}

fn there_are(known: &[String]) -> String {
    if known.is_empty() { "it has none".to_owned() } else { format!("there are {}", known.join(", ")) }
}
