//! `GetMetricData`.

use std::collections::BTreeMap;

use super::metric_query::{Queries, Query, Source};
use super::series::{Series, Span, datapoints};
use super::{oldest_first, order_of, region};
use crate::sim::wire::error::{ApiError, Code};
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Region, SimTime, World};

/// CloudWatch refuses a caller who asks for more datapoints than this a second; here, in one call.
const MOST: usize = 396_000;

const BOUNDS: Bounds = Bounds { limit: "MaxDatapoints", token: "NextToken", least: 1, most: 100_800, default: 100_800 };

/// One value of the answer.
struct Point {
    /// Sorts by query, then by time in the direction of the scan.
    order: String,
    /// Position of its query.
    query: usize,
    at: SimTime,
    value: f64,
}

/// Values of up to 500 metrics and expressions over one span of time.
pub(super) fn get(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let span = Span::read(&request.params, world.now)?;
    let oldest_first = oldest_first(&request.params)?;
    let pager = Pager::new(request, &BOUNDS)?;
    let queries = Queries::read(&request.params)?;
    if queries.iter().map(|query| span.periods(query.period).count()).sum::<usize>() > MOST {
        return Err(ApiError::general(Code::Throttled, "Rate exceeded"));
    }

    let series = work_out(world, region, &queries, span);
    let page = pager.page(points(&queries, &series, oldest_first), |point| point.order.as_str().into());
    write_results(w, &queries, &page.items, pager.after().is_none(), page.token.is_some());
    w.maybe_text("NextToken", page.token);
    w.texts("Messages", "member", [""; 0]);
    Ok(())
}

/// The values of every query, by its position.
fn work_out(world: &World, region: &Region, queries: &Queries, span: Span) -> BTreeMap<usize, Series> {
    let mut series = BTreeMap::new();
    for (position, query) in queries.in_order_of_work() {
        let periods = span.periods(query.period);
        let worked_out = match &query.source {
            Source::Metric(metric, statistic) => {
                let points = datapoints(world, region, metric, periods).into_iter();
                let points = points.map(|(at, datapoint)| (at, statistic.of(&datapoint))).collect();
                Series { period: query.period, points }
            }
            Source::Expression(expression) => {
                let grid: Vec<SimTime> = periods.starts().collect();
                expression.work_out(&series, query.period, &grid)
            }
        };
        series.insert(position, worked_out);
    }
    series
}

fn points(queries: &Queries, series: &BTreeMap<usize, Series>, oldest_first: bool) -> Vec<Point> {
    let mut points = Vec::new();
    for (query, _) in queries.iter().enumerate().filter(|(_, query)| query.returned) {
        let own = series.get(&query).into_iter().flat_map(|series| &series.points).map(|(at, value)| {
            let order = format!("{query:04}{}", order_of(*at, oldest_first));
            Point { order, query, at: *at, value: *value }
        });
        points.extend(own);
    }
    points.sort_by(|one, other| one.order.cmp(&other.order));
    points
}

/// The first page names every query, so that one without values is told apart from one that is not answered yet.
fn write_results(w: &mut Writer, queries: &Queries, points: &[Point], first: bool, more: bool) {
    let by_query: BTreeMap<usize, &[Point]> = points
        .chunk_by(|one, other| one.query == other.query)
        .filter_map(|own| Some((own.first()?.query, own)))
        .collect();
    let last = by_query.keys().next_back().copied().unwrap_or(0);
    let shown: Vec<(usize, &Query)> = queries
        .iter()
        .enumerate()
        .filter(|(position, query)| query.returned && (first || by_query.contains_key(position)))
        .collect();
    w.list("MetricDataResults", "member", shown, |w, (position, query)| {
        let own = by_query.get(&position).copied().unwrap_or_default();
        w.text("Id", &query.id);
        w.text("Label", &query.label);
        w.times("Timestamps", "member", own.iter().map(|point| point.at));
        w.floats("Values", "member", own.iter().map(|point| point.value));
        w.text("StatusCode", if more && position >= last { "PartialData" } else { "Complete" });
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::Service;
    use super::super::super::probe::{ask, world};
    use super::*;

    /// Ten minutes of the CPU of a group's instances, of a metric that nobody publishes and of two expressions.
    fn request(world: &World, more: Value) -> Value {
        let stat = |metric: &str| {
            let dimensions = json!([{"Name": "AutoScalingGroupName", "Value": "web-asg"}]);
            let metric = json!({"Namespace": "AWS/EC2", "MetricName": metric, "Dimensions": dimensions});
            json!({"Metric": metric, "Period": 60, "Stat": "Average"})
        };
        let mut params = json!({
            "StartTime": world.now.as_seconds() - 600,
            "EndTime": world.now.as_seconds(),
            "MetricDataQueries": [
                {"Id": "cpu", "MetricStat": stat("CPUUtilization")},
                {"Id": "none", "MetricStat": stat("NoSuchMetric")},
                {"Id": "hidden", "MetricStat": stat("CPUUtilization"), "ReturnData": false},
                {"Id": "double", "Expression": "hidden * 2", "Label": "twice"},
                {"Id": "filled", "Expression": "FILL(none, 0)"},
            ],
        });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    }

    fn get(world: &World, more: Value) -> Value {
        ask(world, Service::CloudWatch, "GetMetricData", request(world, more)).unwrap()
    }

    fn values(answer: &Value) -> BTreeMap<String, Vec<f64>> {
        let mut all: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for result in answer["MetricDataResults"].as_array().unwrap() {
            let own = result["Values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap());
            all.entry(result["Id"].as_str().unwrap().to_owned()).or_default().extend(own);
        }
        all
    }

    #[test]
    fn metrics_and_expressions_share_their_periods() {
        let world = world();
        let all = values(&get(&world, json!({"ScanBy": "TimestampAscending"})));
        assert_eq!(all.keys().collect::<Vec<_>>(), ["cpu", "double", "filled", "none"], "hidden is not returned");
        assert!(all["cpu"].len() >= 7 && all["none"].is_empty(), "the newest minutes come late");
        let twice = |(double, cpu): (&f64, &f64)| (double - cpu * 2.0).abs() < 1e-9;
        assert_eq!(all["double"].len(), all["cpu"].len());
        assert!(all["double"].iter().zip(&all["cpu"]).all(twice));
        assert!(all["filled"].len() >= all["cpu"].len() && all["filled"].iter().all(|value| *value == 0.0));
        let mut reversed = values(&get(&world, json!({})))["cpu"].clone();
        reversed.reverse();
        assert_eq!(reversed, all["cpu"], "the newest first unless asked otherwise");
    }

    #[test]
    fn pages_add_up_and_say_that_they_are_partial() {
        let world = world();
        let whole = values(&get(&world, json!({})));
        let (mut sum, mut more, mut partial) =
            (BTreeMap::<String, Vec<f64>>::new(), json!({"MaxDatapoints": 4}), false);
        loop {
            let page = get(&world, more.clone());
            partial |= page["MetricDataResults"]
                .as_array()
                .unwrap()
                .iter()
                .any(|result| result["StatusCode"] == "PartialData");
            for (id, values) in values(&page) {
                sum.entry(id).or_default().extend(values);
            }
            match page.get("NextToken") {
                Some(token) => more["NextToken"] = token.clone(),
                None => break,
            }
        }
        assert_eq!((sum, partial), (whole, true));
    }

    #[test]
    fn bad_queries_are_refused() {
        let world = world();
        let table = [
            (
                json!({"MetricDataQueries": [{"Id": "a", "Expression": "b"}, {"Id": "b", "Expression": "a"}]}),
                "ValidationError",
            ),
            (
                json!({"MetricDataQueries": [{"Id": "a", "Expression": "1"}, {"Id": "a", "Expression": "2"}]}),
                "ValidationError",
            ),
            (json!({"MetricDataQueries": [{"Id": "A", "Expression": "1"}]}), "ValidationError"),
            (json!({"MetricDataQueries": [{"Id": "a"}]}), "ValidationError"),
            (json!({"MetricDataQueries": []}), "MissingParameter"),
            (json!({"EndTime": 0}), "ValidationError"),
            (json!({"StartTime": 0, "MetricDataQueries": vec![json!({"Expression": "1"}); 501]}), "ValidationError"),
        ];
        for (more, code) in table {
            let refused = ask(&world, Service::CloudWatch, "GetMetricData", request(&world, more.clone()));
            assert_eq!(refused.map_err(|(_, code)| code), Err(code), "{more}");
        }
    }
}
