//! Launch templates.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{ImageId, Market, SecurityGroup, SimTime, Tags, TemplateId};

/// A launch template with its versions.
#[derive(Debug, Clone, Serialize)]
pub struct LaunchTemplate {
    /// `lt-…`.
    pub id: TemplateId,
    /// Its name.
    pub name: String,
    /// Creation.
    pub created_at: SimTime,
    /// The ARN of who made it.
    pub created_by: String,
    /// What `$Default` means.
    pub default_version: u32,
    /// Versions, numbered from 1 without gaps, ascending. Immutable once made.
    pub versions: Vec<TemplateVersion>,
    /// Tags.
    pub tags: Tags,
}

impl LaunchTemplate {
    /// What `$Latest` means.
    #[must_use]
    pub fn latest_version(&self) -> u32 {
        self.versions.last().map_or(0, |version| version.number)
    }

    /// The version that `choice` means now.
    #[must_use]
    pub fn resolve(&self, choice: TemplateChoice) -> Option<&TemplateVersion> {
        let number = match choice {
            TemplateChoice::Latest => self.latest_version(),
            TemplateChoice::Default => self.default_version,
            TemplateChoice::Number(number) => number,
        };
        self.versions.iter().find(|version| version.number == number)
    }
}

/// One version of a launch template.
#[derive(Debug, Clone, Serialize)]
pub struct TemplateVersion {
    /// Its number.
    pub number: u32,
    /// Its description.
    pub description: String,
    /// Creation.
    pub created_at: SimTime,
    /// The ARN of who made it.
    pub created_by: String,
    /// The image it launches.
    pub image: ImageId,
    /// The instance type it launches.
    pub instance_type: String,
    /// Key pair.
    pub key_name: Option<String>,
    /// Security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// On-demand or spot.
    pub market: Market,
    /// Detailed (one-minute) monitoring.
    pub detailed_monitoring: bool,
    /// ARN of the instance profile.
    pub instance_profile: Option<String>,
    /// A cause: what runs it stops answering after some minutes (a bad release).
    pub broken: bool,
    /// The version whose place it took in a group, for one that a release made.
    #[serde(skip)]
    pub before: Option<u32>,
}

/// Which version a group launches, as the operator wrote it: the difference between a number and `$Latest` decides
/// whether a rollout can be taken back (`aws-domain.md C.2`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateChoice {
    /// `$Latest`.
    Latest,
    /// `$Default`.
    Default,
    /// A number.
    Number(u32),
}

impl fmt::Display for TemplateChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("$Latest"),
            Self::Default => f.write_str("$Default"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl Serialize for TemplateChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A template and a version, as groups and instances name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateRef {
    /// `lt-…`.
    pub id: TemplateId,
    /// The template's name.
    pub name: String,
    /// The version as written; for an instance always a number.
    pub version: TemplateChoice,
}
