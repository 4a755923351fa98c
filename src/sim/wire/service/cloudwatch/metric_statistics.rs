//! `GetMetricStatistics`.

use super::region;
use super::series::{Span, Statistic, datapoints, metric, period};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// Most datapoints of one call.
const MOST: usize = 1440;

/// Several statistics of one metric, oldest first.
pub(super) fn get(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (region, params) = (region(world, request)?, &request.params);
    let metric = metric(params)?;
    let missing = |what: &str| ApiError::new("MissingParameter", format!("The parameter {what} is required."));
    let period = period(params)?.ok_or_else(|| missing("Period"))?;
    let periods = Span::read(params, world.now)?.periods(period);
    let (plain, extended) = (params.texts("Statistics"), params.texts("ExtendedStatistics"));
    match (plain.is_empty(), extended.is_empty()) {
        (true, true) => return Err(missing("Statistics or ExtendedStatistics")),
        (false, false) => {
            let message = "The parameters Statistics and ExtendedStatistics cannot be specified together.";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
        _ => {}
    }
    if periods.count() > MOST {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            format!(
                "You have requested up to {} datapoints, which exceeds the limit of {MOST}. You may reduce the \
                 datapoints requested by increasing Period, or decreasing the time range.",
                periods.count()
            ),
        ));
    }
    let plain = parse(&plain, |statistic| !matches!(statistic, Statistic::Percentile(_)))?;
    let extended = parse(&extended, |statistic| matches!(statistic, Statistic::Percentile(_)))?;

    w.text("Label", &metric.name);
    w.list("Datapoints", "member", datapoints(world, region, &metric, periods), |w, (at, datapoint)| {
        w.time("Timestamp", at);
        for (name, statistic) in &plain {
            w.float(name, statistic.of(&datapoint));
        }
        w.text("Unit", unit(&metric.name));
        if !extended.is_empty() {
            let values = extended.iter().map(|(name, statistic)| (name, statistic.of(&datapoint)));
            w.map_of_floats("ExtendedStatistics", values);
        }
    });
    Ok(())
}

fn parse<'r>(words: &[&'r str], fits: impl Fn(Statistic) -> bool) -> Result<Vec<(&'r str, Statistic)>, ApiError> {
    let read =
        |word: &'r str| Statistic::parse(word).filter(|statistic| fits(*statistic)).map(|statistic| (word, statistic));
    let wrong = |word: &str| {
        ApiError::new("InvalidParameterValue", format!("The value {word} for parameter Statistics is not supported."))
    };
    words.iter().map(|word| read(word).ok_or_else(|| wrong(word))).collect()
}

/// The unit in which AWS publishes a metric, by what its name says.
fn unit(metric: &str) -> &'static str {
    match metric {
        "CPUUtilization" => "Percent",
        "TargetResponseTime" | "Latency" | "ReplicaLag" | "ApproximateAgeOfOldestMessage" => "Seconds",
        lag if lag.ends_with("Lag") => "Milliseconds",
        _ => "Count",
    }
}
