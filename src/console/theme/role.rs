//! What a colour is for. Everything on the screen is drawn in a role, never in a colour.
//!
//! Owns: [`Role`] and which role stands in for one that a theme leaves out. Depends on: judgement's words. Must stay true:
//! following the parents of any role ends at [`Role::Text`].

use serde::Deserialize;

use crate::judge::Verdict;
use crate::judge::standing::Standing;

/// What something on the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Plain text, and the ground it stands on.
    Text,
    /// Text that matters more than its neighbours.
    Strong,
    /// Text that matters less.
    Dim,
    /// Rules and frames.
    Rule,
    /// The head of a panel or a column.
    Title,
    /// The bar on top.
    Bar,
    /// What matters most in that bar: the account.
    BarStrong,
    /// The selected row.
    Selected,
    /// A key to press.
    Key,
    /// The command or filter being typed.
    Prompt,
    /// What completion would add to it.
    Ghost,
    /// A link to another thing.
    Link,
    /// Well.
    Ok,
    /// Worth a look.
    Warning,
    /// Someone is hurt.
    Critical,
    /// Nobody knows.
    Unknown,
    /// The badge of a warning.
    WarningBadge,
    /// The badge of what is critical.
    CriticalBadge,
    /// The badge of what nobody knows.
    UnknownBadge,
    /// The badge of a session that cannot change anything.
    ReadOnly,
    /// The badge of an account that is simulated.
    Simulated,
    /// The class of an account where a mistake costs most.
    Production,
    /// The class of an account where one rehearses.
    Staging,
    /// The class of an account where nothing can be hurt.
    Sandbox,
    /// Data past its age limit.
    Stale,
    /// Something to know, not to worry about.
    Notice,
    /// Something that failed here: a command, a filter.
    Error,
    /// The pip of what serves.
    InService,
    /// The pip of what comes.
    Pending,
    /// The pip of what goes, still finishing its connections.
    Draining,
    /// The pip of what fails its health check.
    Unhealthy,
    /// The pip of what fails its status check.
    Impaired,
    /// The pip of what was put aside.
    Standby,
    /// The pip of what ends.
    Terminating,
    /// The pip of what is switched off.
    Stopped,
    /// A database's mark.
    Database,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Role] = &[
        Self::Text,
        Self::Strong,
        Self::Dim,
        Self::Rule,
        Self::Title,
        Self::Bar,
        Self::BarStrong,
        Self::Selected,
        Self::Key,
        Self::Prompt,
        Self::Ghost,
        Self::Link,
        Self::Ok,
        Self::Warning,
        Self::Critical,
        Self::Unknown,
        Self::WarningBadge,
        Self::CriticalBadge,
        Self::UnknownBadge,
        Self::ReadOnly,
        Self::Simulated,
        Self::Production,
        Self::Staging,
        Self::Sandbox,
        Self::Stale,
        Self::Notice,
        Self::Error,
        Self::InService,
        Self::Pending,
        Self::Draining,
        Self::Unhealthy,
        Self::Impaired,
        Self::Standby,
        Self::Terminating,
        Self::Stopped,
        Self::Database,
    ];

    /// The role that stands in where a theme says nothing of this one; [`Role::Text`] has none.
    pub fn parent(self) -> Option<Role> {
        Some(match self {
            Self::Text => return None,
            Self::Strong | Self::Dim | Self::Bar | Self::Selected | Self::Prompt | Self::Ok => Self::Text,
            Self::Notice | Self::Link | Self::Database | Self::Title => Self::Strong,
            Self::Rule | Self::Ghost | Self::Stale | Self::Standby | Self::Terminating | Self::Stopped => Self::Dim,
            Self::BarStrong | Self::ReadOnly => Self::Bar,
            Self::Key => Self::Title,
            Self::Warning | Self::Critical | Self::Unknown => Self::Strong,
            Self::WarningBadge => Self::Warning,
            Self::CriticalBadge => Self::Critical,
            Self::UnknownBadge => Self::Unknown,
            Self::Simulated | Self::Staging => Self::WarningBadge,
            Self::Production => Self::CriticalBadge,
            Self::Sandbox => Self::BarStrong,
            Self::Error | Self::Unhealthy | Self::Impaired => Self::Critical,
            Self::InService => Self::Ok,
            Self::Pending | Self::Draining => Self::Notice,
        })
    }

    /// How a verdict is written.
    pub fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ok => Self::Ok,
            Verdict::Warning => Self::Warning,
            Verdict::Critical => Self::Critical,
            Verdict::Unknown => Self::Unknown,
        }
    }

    /// How a verdict is written where it must be seen from afar.
    pub fn badge(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ok => Self::Ok,
            Verdict::Warning => Self::WarningBadge,
            Verdict::Critical => Self::CriticalBadge,
            Verdict::Unknown => Self::UnknownBadge,
        }
    }

    /// How a standing's pip is drawn.
    pub fn pip(standing: Standing) -> Self {
        match standing {
            Standing::InService => Self::InService,
            Standing::Pending => Self::Pending,
            Standing::Draining => Self::Draining,
            Standing::Unhealthy => Self::Unhealthy,
            Standing::Impaired => Self::Impaired,
            Standing::Standby => Self::Standby,
            Standing::Terminating => Self::Terminating,
            Standing::Stopped => Self::Stopped,
            Standing::Unknown => Self::Unknown,
        }
    }
}
