//! How long things take: deadlines from what is configured and from launches that were measured (`aws-domain.md` C.5).
//!
//! Must stay true: where nobody knows a value, AWS's own default stands for it, and never nothing.

use crate::estate::balancer::{TargetGroup, TargetGroupAttributes};
use crate::estate::group::{Activity, ActivityStatus, Group, Hook};
use crate::id::{Arn, GroupName, Region};

use super::ground::Ground;

/// Launches below this number say nothing of the next one.
const ENOUGH: usize = 3;
/// What a launch takes where nobody measured one.
const BOOT_S: u64 = 300;
/// AWS's own default for a hook's heartbeat.
const HEARTBEAT_S: u64 = 3600;
/// AWS's own default for draining.
const DRAIN_S: u64 = 300;
/// AWS's own default for a health check's interval.
const INTERVAL_S: u64 = 30;
/// What is added to a wait that is a sum of what is configured.
const SPARE_S: u64 = 60;

/// How long a group's members take to come and to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// A launch until it serves, when all goes well.
    pub come_s: u64,
    /// The same, at most.
    pub come_deadline_s: u64,
    /// Slow start: how long it serves less than the others.
    pub warm_s: u64,
    /// An end, when all goes well.
    pub go_s: u64,
    /// The same, at most.
    pub go_deadline_s: u64,
}

impl Times {
    /// Those of a group.
    #[must_use]
    pub fn of(ground: &Ground<'_>, region: &Region, group: &Group) -> Self {
        let boot = boot(ground, region, &group.name);
        let grace = seconds(group.grace_s);
        let hooks = |transition: &str| heartbeat(ground, region, &group.name, transition);
        let groups = ground.all::<TargetGroup>(region).unwrap_or_default();
        let own: Vec<&TargetGroup> =
            groups.into_iter().filter(|each| group.target_groups.contains(&each.arn)).collect();
        // A fresh target needs one passed check (`aws-domain.md` A.3).
        let interval = own.iter().map(|each| each.interval_s.map_or(INTERVAL_S, |s| seconds(Some(s)))).max();
        let (delay, warm) = balancing(ground, region, &group.target_groups);
        let (launching, ending) = (hooks("LAUNCHING"), hooks("TERMINATING"));
        let check = interval.unwrap_or(0);
        Self {
            come_s: boot.p50_s + check,
            come_deadline_s: launching + grace + 2 * boot.p95_s + check + warm + SPARE_S,
            warm_s: warm,
            go_s: delay + SPARE_S,
            go_deadline_s: delay + ending + SPARE_S + 600,
        }
    }
}

/// How long launches took.
struct Boot {
    p50_s: u64,
    p95_s: u64,
}

fn boot(ground: &Ground<'_>, region: &Region, group: &GroupName) -> Boot {
    let launches = ground.estate.known::<Activity>(region).filter(|activity| {
        activity.group == *group
            && activity.status == ActivityStatus::Successful
            && activity.description.starts_with("Launching")
    });
    let mut took: Vec<u64> = launches
        .filter_map(|activity| u64::try_from(activity.ended_at?.duration_since(activity.started_at).as_secs()).ok())
        .collect();
    took.sort_unstable();
    // The nearest rank: with few launches the p95 is the slowest of them.
    let rank = |per_cent: usize| took.get((took.len() * per_cent).div_ceil(100).saturating_sub(1)).copied();
    match (took.len() >= ENOUGH, rank(50), rank(95)) {
        (true, Some(p50_s), Some(p95_s)) => Boot { p50_s, p95_s },
        _ => Boot { p50_s: BOOT_S / 2, p95_s: BOOT_S },
    }
}

/// The longest heartbeat of a group's hooks for one transition; none has none, and unread ones are AWS's default.
fn heartbeat(ground: &Ground<'_>, region: &Region, group: &GroupName, transition: &str) -> u64 {
    let Some(hooks) = ground.of::<Hook>(region, group.text()) else { return HEARTBEAT_S };
    let own = hooks.iter().filter(|hook| hook.transition.ends_with(transition));
    own.map(|hook| hook.heartbeat_s.map_or(HEARTBEAT_S, |s| seconds(Some(s)))).max().unwrap_or(0)
}

/// The longest draining and slow start of target groups.
#[must_use]
pub fn balancing(ground: &Ground<'_>, region: &Region, target_groups: &[Arn]) -> (u64, u64) {
    let number = |arn: &Arn, key: &str, default: u64| {
        let known = ground.of::<TargetGroupAttributes>(region, arn.text()).and_then(|rows| rows.first());
        known.and_then(|row| row.values.get(key)?.parse().ok()).unwrap_or(default)
    };
    let longest =
        |key: &str, default: u64| target_groups.iter().map(|arn| number(arn, key, default)).max().unwrap_or(0);
    (longest("deregistration_delay.timeout_seconds", DRAIN_S), longest("slow_start.duration_seconds", 0))
}

fn seconds(value: Option<i32>) -> u64 {
    value.and_then(|value| u64::try_from(value).ok()).unwrap_or(0)
}
