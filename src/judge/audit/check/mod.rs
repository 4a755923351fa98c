//! The checks, one file each.
//!
//! Must stay true: a check is a file and a line here; its file ends with the worlds that it is tried on.

#[cfg(test)]
use super::fixture::Case;

use super::Check;
use crate::judge::audit::scene;

macro_rules! checks {
    ($($file:ident,)*) => {
        $(mod $file;)*

        /// Every check, in the order in which they are told.
        pub const CHECKS: &[&Check] = &[$(&$file::CHECK,)*];

        /// The worlds that each is tried on, in the same order.
        #[cfg(test)]
        pub(super) const CASES: &[Case] = &[$($file::tests::CASE,)*];
    };
}

checks! {
    single_instance,
    single_zone,
    two_zones_over_half,
    no_headroom,
    max_reached,
    uneven_zones,
    slow_to_serve,
    health_check_type,
    suspended_processes,
    short_grace,
    latest_template,
    template_drift,
    unshiftable,
    cross_zone_traps,
    stickiness,
    deregistration_delay,
    god_box,
    retirement_scheduled,
    stalled_volume,
    multi_az_off,
    standby_missing,
    cluster_one_zone,
    no_replica,
    replica_smaller,
    backups_off,
    pending_change,
    lag_alarm_absent,
    alarm_muted,
    alarm_dead,
    alarm_without_action,
    alarm_orphaned,
    shared_nat,
    route_blackhole,
    few_addresses,
    dr_image_missing,
    stale_dr,
    dns_needs_control_plane,
}

/// The check of this name.
pub fn find(name: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.name == name)
}
