//! What load does to a target: how busy it is, how slow, what it loses, and when it fails its health checks.
//!
//! Owns: the curves. All take a utilisation, which is what is asked of a target over what it can do. Must stay true: below
//! [`TOO_MUCH`] no check fails for load, so that a world at rest stays so.

/// The utilisation from which a target may fail its health checks.
pub(super) const TOO_MUCH: f64 = 1.2;
/// The longest that a client waits for an answer, seconds.
const PATIENCE_S: f64 = 30.0;
/// The utilisation at which the processor begins to fill up faster than the load grows.
const KNEE: f64 = 0.7;

/// Share of its processor that a target uses, between idle and full.
pub(in super::super) fn busy(utilisation: f64) -> f64 {
    let over = ((utilisation - KNEE) / (1.0 - KNEE)).clamp(0.0, 1.0);
    utilisation.clamp(0.0, KNEE) + (1.0 - KNEE) * (1.0 - (1.0 - over).powf(1.5))
}

/// Share of requests that a target answers at all. Past its capacity it also loses work to those that give up waiting, so
/// that it does less than it could: with clients that retry, that is what keeps an overload alive after its cause.
pub(super) fn answered(utilisation: f64) -> f64 {
    if utilisation <= 1.0 {
        return 1.0;
    }
    let useful = (1.0 - 0.5 * (utilisation - 1.0)).max(0.25);
    useful / utilisation
}

/// Mean time to answer, seconds, from the time without load.
pub(super) fn latency(idle_s: f64, utilisation: f64) -> f64 {
    let queueing = 1.0 / (1.0 - utilisation.clamp(0.0, 0.95));
    (idle_s * (0.7 + 0.3 * queueing) * (1.0 + 3.0 * (utilisation - 1.0).max(0.0))).min(PATIENCE_S)
}

/// Share of health checks that a target fails for load.
pub(super) fn failed_checks(utilisation: f64) -> f64 {
    if utilisation <= TOO_MUCH { 0.0 } else { (0.3 + (utilisation - TOO_MUCH)).min(0.95) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_rise_and_meet_at_their_joints() {
        for step in 0..300 {
            let (low, high) = (f64::from(step) / 100.0, f64::from(step + 1) / 100.0);
            assert!(busy(low) <= busy(high) && busy(high) <= 1.0, "{low}");
            assert!(answered(low) >= answered(high), "{low}");
            assert!(latency(0.04, low) <= latency(0.04, high), "{low}");
            assert!(failed_checks(low) <= failed_checks(high), "{low}");
        }
        assert!((busy(0.5) - 0.5).abs() < 1e-9, "in proportion up to the knee");
        assert!(busy(0.85) > 0.87, "steeper past it");
        assert!((busy(1.0) - 1.0).abs() < 1e-9 && (answered(1.0) - 1.0).abs() < 1e-9);
        assert!(failed_checks(TOO_MUCH) < 1e-9);
    }
}
