//! The standing of one instance or address: the single word that a pip on the board shows.

use crate::estate::balancer::{ClassicState, TargetState};
use crate::estate::group::LifecycleState;
use crate::estate::instance::{CheckStatus, InstanceState};

use super::index::Index;

/// How one instance or address stands, everything known of it taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Serves.
    InService,
    /// Comes: launching, booting, registering.
    Pending,
    /// Goes: still finishing its connections.
    Draining,
    /// Fails a balancer's or its group's health check.
    Unhealthy,
    /// Fails an EC2 status check.
    Impaired,
    /// Put aside by somebody.
    Standby,
    /// Ends, or has ended.
    Terminating,
    /// Switched off.
    Stopped,
    /// Nobody knows.
    Unknown,
}

impl Standing {
    /// Every standing, from well to worst known, the unknown last.
    pub const ALL: &'static [Standing] = &[
        Self::InService,
        Self::Pending,
        Self::Draining,
        Self::Unhealthy,
        Self::Impaired,
        Self::Standby,
        Self::Terminating,
        Self::Stopped,
        Self::Unknown,
    ];

    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InService => "in service",
            Self::Pending => "pending",
            Self::Draining => "draining",
            Self::Unhealthy => "unhealthy",
            Self::Impaired => "impaired",
            Self::Standby => "standby",
            Self::Terminating => "terminating",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it counts among those that should serve: what is leaving, aside or off does not.
    pub fn counts(self) -> bool {
        !matches!(self, Self::Standby | Self::Terminating | Self::Stopped | Self::Draining)
    }

    /// Whether something is wrong with it.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Unhealthy | Self::Impaired | Self::Unknown)
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How the instance with this id stands.
pub fn of_instance(index: &Index<'_>, id: &str) -> Standing {
    let by_state = index.trusted_instance(id).map(|instance| match &instance.state {
        InstanceState::Pending => Standing::Pending,
        InstanceState::Running => Standing::InService,
        InstanceState::Stopping | InstanceState::Stopped => Standing::Stopped,
        InstanceState::ShuttingDown | InstanceState::Terminated => Standing::Terminating,
        InstanceState::Other(_) => Standing::Unknown,
    });
    if let Some(standing @ (Standing::Stopped | Standing::Terminating)) = by_state {
        return standing;
    }
    if let Some(standing) = by_group(index, id).filter(|_| index.groups_are_known()) {
        return standing;
    }
    if has_impaired_check(index, id) {
        return Standing::Impaired;
    }
    match by_balancers(index, id) {
        // A balancer that routes to it and was not heard may know worse.
        Some(Standing::InService) | None if index.awaits_balancer(id) => Standing::Unknown,
        heard => heard.or(by_state).unwrap_or(Standing::Unknown),
    }
}

/// How a target stands that is no instance we know: by its own health alone.
pub fn of_target(state: &TargetState) -> Standing {
    match state {
        TargetState::Healthy | TargetState::Unavailable => Standing::InService,
        TargetState::Initial => Standing::Pending,
        TargetState::Unhealthy | TargetState::UnhealthyDraining => Standing::Unhealthy,
        TargetState::Draining => Standing::Draining,
        TargetState::Unused => Standing::Standby,
        TargetState::Other(_) => Standing::Unknown,
    }
}

/// What its group says of it, where that decides; none where the group lets it serve.
fn by_group(index: &Index<'_>, id: &str) -> Option<Standing> {
    let (_, member) = index.membership(id)?;
    match &member.state {
        LifecycleState::Pending | LifecycleState::PendingWait | LifecycleState::PendingProceed => {
            Some(Standing::Pending)
        }
        LifecycleState::Standby | LifecycleState::EnteringStandby | LifecycleState::Detached => Some(Standing::Standby),
        LifecycleState::Terminating
        | LifecycleState::TerminatingWait
        | LifecycleState::TerminatingProceed
        | LifecycleState::TerminatingRetained
        | LifecycleState::Detaching => Some(Standing::Terminating),
        LifecycleState::InService if !member.healthy => Some(Standing::Unhealthy),
        LifecycleState::InService => None,
        LifecycleState::Other(_) => Some(Standing::Unknown),
    }
}

fn has_impaired_check(index: &Index<'_>, id: &str) -> bool {
    index.status(id).is_some_and(|status| status.checks().any(|(_, check)| check.status == CheckStatus::Impaired))
}

/// What its balancers say of it: the worst of them, since each carries traffic.
fn by_balancers(index: &Index<'_>, id: &str) -> Option<Standing> {
    let classic = index.classic_targets_of(id).iter().filter(|(name, _)| index.has_answered(name)).map(
        |(_, target)| match target.state {
            ClassicState::InService => Standing::InService,
            ClassicState::OutOfService => Standing::Unhealthy,
            ClassicState::Unknown | ClassicState::Other(_) => Standing::Unknown,
        },
    );
    let targets = index
        .targets_of(id)
        .iter()
        .filter(|(arn, _)| index.has_answered(arn))
        .map(|(_, target)| of_target(&target.state));
    targets.chain(classic).filter(|standing| *standing != Standing::Standby).max_by_key(|standing| gravity(*standing))
}

/// How much a balancer's word weighs against another's about the same instance.
fn gravity(standing: Standing) -> u8 {
    match standing {
        Standing::Unhealthy => 4,
        Standing::Unknown => 3,
        Standing::Draining => 2,
        Standing::Pending => 1,
        _ => 0,
    }
}
