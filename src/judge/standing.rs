//! The standing of one instance or address: the single word that a pip on the board shows.

use crate::estate::balancer::{ClassicState, TargetState};
use crate::estate::group::LifecycleState;
use crate::estate::instance::{CheckStatus, InstanceState};

use super::index::{Index, Number};

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

/// How many there are of each standing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standings([u32; Standing::ALL.len()]);

impl Standings {
    /// Counts one more.
    pub fn add(&mut self, standing: Standing) {
        if let Some(count) = self.0.get_mut(standing as usize) {
            *count += 1;
        }
    }

    /// How many stand so.
    pub fn of(&self, standing: Standing) -> usize {
        self.0.get(standing as usize).map_or(0, |count| *count as usize)
    }

    /// Each standing that there is, with how many stand so.
    pub fn iter(&self) -> impl Iterator<Item = (Standing, usize)> {
        Standing::ALL.iter().map(|standing| (*standing, self.of(*standing))).filter(|(_, count)| *count > 0)
    }

    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.0.iter().map(|count| *count as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How the instance with this id stands.
pub fn of_instance(index: &Index, id: &str) -> Standing {
    index.number(id).map_or(Standing::Unknown, |number| index.standing_at(number))
}

/// Works out how a thing stands from all that is said of it. `awaits_balancer`: a balancer routes to it, through its group, of
/// whose health nobody knows now.
pub(super) fn work_out(index: &Index, number: Number, awaits_balancer: bool) -> Standing {
    let by_state = index.trusted_instance_at(number).map(|instance| match &instance.state {
        InstanceState::Pending => Standing::Pending,
        InstanceState::Running => Standing::InService,
        InstanceState::Stopping | InstanceState::Stopped => Standing::Stopped,
        InstanceState::ShuttingDown | InstanceState::Terminated => Standing::Terminating,
        InstanceState::Other(_) => Standing::Unknown,
    });
    if let Some(standing @ (Standing::Stopped | Standing::Terminating)) = by_state {
        return standing;
    }
    if let Some(standing) = by_group(index, number).filter(|_| index.groups_are_known()) {
        return standing;
    }
    if has_impaired_check(index, number) {
        return Standing::Impaired;
    }
    match by_balancers(index, number) {
        // A balancer that routes to it and was not heard may know worse.
        Some(Standing::InService) | None if awaits_balancer => Standing::Unknown,
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
fn by_group(index: &Index, number: Number) -> Option<Standing> {
    let (_, member) = index.membership_at(number)?;
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

fn has_impaired_check(index: &Index, number: Number) -> bool {
    index
        .status_at(number)
        .is_some_and(|status| status.checks().any(|(_, check)| check.status == CheckStatus::Impaired))
}

/// What its balancers say of it: the worst of them, since each carries traffic.
fn by_balancers(index: &Index, number: Number) -> Option<Standing> {
    let classic = index.classic_heard(number).map(|target| match target.state {
        ClassicState::InService => Standing::InService,
        ClassicState::OutOfService => Standing::Unhealthy,
        ClassicState::Unknown | ClassicState::Other(_) => Standing::Unknown,
    });
    let targets = index.targets_heard(number).map(|target| of_target(&target.state));
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
