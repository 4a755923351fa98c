//! `DescribeInstanceRefreshes`.

use super::activities::{SIX_WEEKS, newest_first};
use super::{at_most, bounds, group, region, write_template};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AutoScalingGroup, InstanceRefresh, World};

/// The refreshes of one group, the newest first.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let group = group(region(world, request)?, &request.params)?;
    at_most(&request.params, "InstanceRefreshIds", 50)?;
    let ids = request.params.texts("InstanceRefreshIds");
    let oldest = world.now - SIX_WEEKS;

    let mut wanted: Vec<(String, &InstanceRefresh)> = group
        .refreshes
        .iter()
        .filter(|refresh| refresh.started_at >= oldest)
        .filter(|refresh| ids.is_empty() || ids.contains(&refresh.id.as_str()))
        .map(|refresh| (format!("{}{}", newest_first(refresh.started_at), refresh.id), refresh))
        .collect();
    wanted.sort_by(|one, other| one.0.cmp(&other.0));
    let page = Pager::new(request, &bounds(50, 100))?.page(wanted, |(order, _)| order.as_str().into());
    w.list("InstanceRefreshes", "member", page.items, |w, (_, refresh)| write_refresh(w, group, refresh));
    w.maybe_text("NextToken", page.token);
    Ok(())
}

fn write_refresh(w: &mut Writer, group: &AutoScalingGroup, refresh: &InstanceRefresh) {
    w.text("InstanceRefreshId", &refresh.id);
    w.text("AutoScalingGroupName", &group.name);
    w.text("Status", refresh.status.as_str());
    w.maybe_text("StatusReason", refresh.reason.as_ref());
    w.time("StartTime", refresh.started_at);
    w.maybe_time("EndTime", refresh.ended_at);
    w.integer("PercentageComplete", refresh.percentage.into());
    w.integer("InstancesToUpdate", refresh.remaining.into());
    w.structure("Preferences", |w| {
        w.integer("MinHealthyPercentage", refresh.min_healthy.into());
        if let Some(most) = refresh.max_healthy {
            w.integer("MaxHealthyPercentage", most.into());
        }
        if let Some(warmup) = refresh.warmup_s {
            w.integer("InstanceWarmup", warmup.into());
        }
        w.boolean("SkipMatching", refresh.skip_matching);
        w.boolean("AutoRollback", refresh.auto_rollback);
    });
    if let Some(desired) = &refresh.desired {
        w.structure("DesiredConfiguration", |w| write_template(w, desired));
    }
    w.text("Strategy", "Rolling");
}
