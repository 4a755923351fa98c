//! `ListMetrics`.

use super::{asked, not_among, region};
use crate::sim::physics::Metric;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// 500 a page; the request has no say in it.
const BOUNDS: Bounds = Bounds { limit: "MaxRecords", token: "NextToken", least: 500, most: 500, default: 500 };

/// A dimension that metrics must have, with that value or with any.
type Wanted = (String, Option<String>);

/// The metrics seen in the last two weeks.
pub(super) fn list(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (region, params) = (region(world, request)?, &request.params);
    if let Some(other) = asked(params, "RecentlyActive").filter(|recent| *recent != "PT3H") {
        return Err(not_among("recentlyActive", other, &["PT3H"]));
    }
    let (namespace, name) = (asked(params, "Namespace"), asked(params, "MetricName"));
    let mut dimensions: Vec<Wanted> = Vec::new();
    for dimension in params.objects("Dimensions") {
        dimensions.push((dimension.required("Name")?.to_owned(), asked(&dimension, "Value").map(str::to_owned)));
    }

    let pager = Pager::new(request, &BOUNDS)?;
    let mut wanted: Vec<Metric> = world.possible_metrics(region);
    wanted.retain(|metric| {
        namespace.is_none_or(|namespace| metric.namespace == namespace)
            && name.is_none_or(|name| metric.name == name)
            && dimensions.iter().all(|wanted| has(metric, wanted))
            && pager.after().is_none_or(|after| *order(metric) > *after)
    });
    wanted.sort_unstable();
    // Only those on the page are asked whether they have datapoints.
    let seen = wanted.into_iter().filter(|metric| world.has_datapoint(region, metric));
    let page = pager.page(seen, |metric| order(metric).into());
    w.list("Metrics", "member", page.items, |w, metric| {
        w.text("Namespace", &metric.namespace);
        w.text("MetricName", &metric.name);
        w.list("Dimensions", "member", &metric.dimensions, |w, (name, value)| {
            w.text("Name", name);
            w.text("Value", value);
        });
    });
    w.maybe_text("NextToken", page.token);
    Ok(())
}

fn has(metric: &Metric, (name, value): &Wanted) -> bool {
    let fits = |(own, of): &(String, String)| own == name && value.as_ref().is_none_or(|value| of == value);
    metric.dimensions.iter().any(fits)
}

fn order(metric: &Metric) -> String {
    let mut order = format!("{}\n{}", metric.namespace, metric.name);
    for (name, value) in &metric.dimensions {
        order.push_str(&format!("\n{name}\n{value}"));
    }
    order
}
