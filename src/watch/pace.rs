//! How often each kind is read, in one table, and how long a failure rests.

use std::time::Duration;

use crate::estate::{FailureKind, Kind};

/// How often something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Every so many seconds, all the time.
    Every(u64),
    /// Only while somebody looks at it, then every so many seconds.
    OnRequest(u64),
}

impl Pace {
    /// The pace of a kind. Well under the age limits of the estate, so that one failed read makes nothing stale.
    pub(super) fn of_kind(kind: Kind) -> Pace {
        match kind {
            Kind::Groups => Pace::Every(15),
            Kind::Instances | Kind::Databases | Kind::Clusters | Kind::Alarms | Kind::ZonalShifts => Pace::Every(30),
            Kind::InstanceStatuses | Kind::ManagedResources | Kind::Autoshifts | Kind::GlobalClusters => {
                Pace::Every(45)
            }
            Kind::Targets | Kind::ClassicTargets => Pace::Every(60),
            Kind::Activities | Kind::Refreshes => Pace::Every(60),
            Kind::LoadBalancers | Kind::TargetGroups | Kind::ClassicBalancers => Pace::Every(120),
            Kind::DatabaseEvents => Pace::Every(120),
            Kind::Subnets | Kind::Addresses | Kind::LaunchTemplates | Kind::NatGateways | Kind::RouteTables => {
                Pace::Every(300)
            }
            Kind::HealthEvents | Kind::TrailEvents => Pace::Every(300),
            Kind::Zones | Kind::Images | Kind::BalancerTags => Pace::Every(900),
            Kind::Identity | Kind::ScalingPolicies => Pace::Every(900),
            Kind::Alias | Kind::Regions => Pace::Every(14_400),
            Kind::VolumeStatuses => Pace::Every(180),
            // Only of groups with a member that a hook holds.
            Kind::Hooks => Pace::Every(300),
            // Only of groups with a member in Standby.
            Kind::StandbyEntries => Pace::Every(900),
            // The schedule of metrics has an interval of its own for each tier.
            Kind::Series | Kind::Charts | Kind::AlarmHistory | Kind::Probes => Pace::OnRequest(60),
            // Read for a plan.
            Kind::ScheduledActions | Kind::InstanceAttributes => Pace::OnRequest(300),
            // A call a parent, and they seldom change (`aws-domain.md` A.3).
            Kind::LaunchTemplateVersions
            | Kind::Listeners
            | Kind::BalancerAttributes
            | Kind::TargetGroupAttributes
            | Kind::HostedZones
            | Kind::Snapshots
            | Kind::Permissions
            | Kind::Records => Pace::OnRequest(900),
        }
    }

    /// The pace of a target group's health by its tier (`aws-domain.md` A.3): looked at, in trouble, or quiet.
    pub(super) fn of_targets(looked_at: bool, troubled: bool) -> Pace {
        match (looked_at, troubled) {
            (true, _) => Pace::Every(10),
            (false, true) => Pace::Every(15),
            (false, false) => Pace::Every(60),
        }
    }

    /// Whether it is read only while somebody looks at it.
    pub(super) fn is_on_request(self) -> bool {
        matches!(self, Self::OnRequest(_))
    }

    /// Between two reads.
    pub(super) fn interval(self) -> Duration {
        let (Self::Every(seconds) | Self::OnRequest(seconds)) = self;
        Duration::from_secs(seconds)
    }
}

/// How long a failed read rests: an outage is tried again soon and then less often, what is denied or not offered, rarely.
pub(super) fn wait_after_failure(kind: FailureKind, failures: u32) -> Duration {
    let seconds = match kind {
        FailureKind::Denied | FailureKind::Refused | FailureKind::Invalid => 300,
        FailureKind::Unsupported => 3600,
        FailureKind::Credentials => 15,
        FailureKind::Gone => 60,
        FailureKind::Unreachable
        | FailureKind::Malformed
        | FailureKind::Service
        | FailureKind::Throttled
        | FailureKind::Silent => (5u64 << failures.saturating_sub(1).min(4)).min(60),
    };
    Duration::from_secs(seconds)
}

/// Between two probes of a paged call in whose place ids are asked for: it is no help to press it.
pub(super) fn wait_between_probes(failures: u32) -> Duration {
    Duration::from_secs((30 * u64::from(failures.max(1))).min(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_well_within_its_age_limit() {
        for kind in Kind::ALL {
            let (Pace::Every(seconds) | Pace::OnRequest(seconds)) = Pace::of_kind(*kind);
            let limit = kind.age_limit().as_secs();
            assert!(seconds * 2 <= limit, "{kind}: every {seconds} s against a limit of {limit} s");
        }
    }

    #[test]
    fn back_off_doubles_to_a_minute() {
        let waits: Vec<u64> = (1..8).map(|n| wait_after_failure(FailureKind::Unreachable, n).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 60, 60, 60]);
    }
}
