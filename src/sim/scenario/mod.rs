//! Scenarios: how the load runs over the day, how things were left before the start, and what breaks when.
//!
//! Owns: the scenario files in `files/`, their parameters, and the timeline that puts faults in force. Knows: world
//! documents and faults. Must stay true: a scenario is data; it changes the world before the start by its document and
//! after the start by faults alone; victims are chosen from the seed.

mod before;
mod error;
mod load;
mod parameter;
mod script;
mod timeline;
mod victim;

use self::before::Before;
use self::timeline::Cue;
use super::world::{Format, Origin, World, WorldDocument};

pub use self::error::ScenarioError;
pub use self::load::LoadCurve;
pub use self::parameter::{Parameter, Setting};
pub use self::script::Script;
pub use self::timeline::Timeline;

/// A scenario with all parameters filled in.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// One line for lists.
    pub description: String,
    /// Load over the day.
    pub load: LoadCurve,
    before: Vec<Before>,
    cues: Vec<Cue>,
}

impl Scenario {
    /// The scenario of a simulation that nobody chose one for.
    pub const DEFAULT: &str = "daily";

    /// The scenario called `name`, with its defaults.
    ///
    /// # Errors
    /// [`ScenarioError::Unknown`] names the valid ones.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        Script::named(name)?.play(&[])
    }

    /// The world that the scenario plays in: the built-in one, or that of a document, as it was left before the start.
    ///
    /// # Errors
    /// [`ScenarioError::World`] for a document that is wrong in itself, [`ScenarioError::Located`] where the scenario
    /// does not fit it.
    pub fn world(&self, document: Option<(&str, Format)>, origin: Origin) -> Result<World, ScenarioError> {
        let (text, format) = document.unwrap_or((World::BUILTIN, Format::Toml));
        let world = if self.before.is_empty() {
            World::from_document(text, format, origin)?
        } else {
            // Read as it stands first, so that its own mistakes are answered with their places.
            WorldDocument::parse(text, format)?;
            let changed = before::change(text, format, &self.before)?;
            World::of(&changed, origin).map_err(|error| before::blame(error, &self.before))?
        };
        for cue in &self.cues {
            cue.check(&world)?;
        }
        Ok(world)
    }

    /// What happens when, for a world that begins now.
    pub(super) fn timeline(&self) -> Timeline {
        Timeline::new(self.name.clone(), self.cues.clone())
    }
}
