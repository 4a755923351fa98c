//! The queries of a `GetMetricData` request.
//!
//! Owns: reading and checking them, and the order in which they can be worked out. Must stay true: once read, every id
//! that an expression names exists, and no query needs itself.

use std::collections::BTreeMap;

use super::expression::Expression;
use super::series::{Statistic, metric, period};
use super::{asked, invalid};
use crate::sim::physics::Metric;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Params;

/// Most queries of one call (`aws-domain.md` A.5).
const MOST: usize = 500;

/// One query.
pub(super) struct Query {
    pub(super) id: String,
    pub(super) label: String,
    /// Its values are part of the answer, and not just for other queries' sake.
    pub(super) returned: bool,
    /// Minutes.
    pub(super) period: i64,
    pub(super) source: Source,
}

/// Where a query's values come from.
pub(super) enum Source {
    Metric(Metric, Statistic),
    Expression(Expression),
}

/// The queries of one request.
pub(super) struct Queries {
    queries: Vec<Query>,
    order: Vec<usize>,
}

impl Queries {
    /// Reads `MetricDataQueries`.
    pub(super) fn read(params: &Params) -> Result<Self, ApiError> {
        let given = params.objects("MetricDataQueries");
        if given.is_empty() {
            return Err(ApiError::new("MissingParameter", "The parameter MetricDataQueries is required."));
        }
        if given.len() > MOST {
            return Err(invalid(format!("The collection MetricDataQueries must not have a size greater than {MOST}.")));
        }
        let positions = positions(&given)?;
        let mut queries: Vec<Query> =
            given.iter().map(|query| Query::read(query, &positions)).collect::<Result<_, _>>()?;
        inherit_periods(&mut queries);
        let order = order_of_work(&queries)?;
        Ok(Self { queries, order })
    }

    /// In the order of the request.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Query> {
        self.queries.iter()
    }

    /// With their positions, each after those that it needs.
    pub(super) fn in_order_of_work(&self) -> impl Iterator<Item = (usize, &Query)> {
        self.order.iter().filter_map(|position| Some((*position, self.queries.get(*position)?)))
    }
}

/// Positions by id; an id is unique and begins with a lower-case letter.
fn positions(given: &[Params]) -> Result<BTreeMap<&str, usize>, ApiError> {
    let mut positions = BTreeMap::new();
    for (position, query) in given.iter().enumerate() {
        let id = query.required("Id")?;
        let mut characters = id.chars();
        let begins = characters.next().is_some_and(|first| first.is_ascii_lowercase());
        if !begins || !characters.all(|character| character.is_ascii_alphanumeric() || character == '_') {
            return Err(invalid(format!(
                "The value {id} for parameter MetricDataQueries.member.{}.Id is not matching the expected pattern \
                 ^[a-z][a-zA-Z0-9_]*$.",
                position + 1
            )));
        }
        if positions.insert(id, position).is_some() {
            return Err(invalid(format!("The values for parameter id in MetricDataQueries are not unique: {id}")));
        }
    }
    Ok(positions)
}

impl Query {
    fn read(given: &Params, positions: &BTreeMap<&str, usize>) -> Result<Self, ApiError> {
        let id = given.required("Id")?;
        let (source, period, name) = match (given.object("MetricStat"), asked(given, "Expression")) {
            (Some(stat), None) => {
                let metric = metric(&stat.object("Metric").unwrap_or_default())?;
                let word = stat.required("Stat")?;
                let unknown = || invalid(format!("The value {word} for parameter Stat is not supported."));
                let statistic = Statistic::parse(word).ok_or_else(unknown)?;
                let missing = || ApiError::new("MissingParameter", "The parameter Period is required.");
                let name = metric.name.clone();
                (Source::Metric(metric, statistic), period(&stat)?.ok_or_else(missing)?, name)
            }
            (None, Some(text)) => {
                let expression = Expression::parse(text, |id| positions.get(id).copied());
                let expression = expression.map_err(|wrong| invalid(format!("Error in expression '{id}': {wrong}")))?;
                // Zero until all queries are read: see `inherit_periods`.
                (Source::Expression(expression), period(given)?.unwrap_or(0), id.to_owned())
            }
            _ => return Err(invalid(format!("The query {id} must have either MetricStat or Expression"))),
        };
        let label = asked(given, "Label").map_or(name, str::to_owned);
        let returned = given.boolean("ReturnData")?.unwrap_or(true);
        Ok(Self { id: id.to_owned(), label, returned, period, source })
    }

    fn needs(&self) -> Vec<usize> {
        match &self.source {
            Source::Metric(..) => Vec::new(),
            Source::Expression(expression) => expression.needs(),
        }
    }
}

/// An expression without a period of its own has the longest of the others; one of numbers alone has a minute.
fn inherit_periods(queries: &mut [Query]) {
    let longest = queries.iter().map(|query| query.period).max().unwrap_or(0).max(1);
    for query in queries.iter_mut().filter(|query| query.period == 0) {
        query.period = longest;
    }
}

/// Positions in an order in which every query comes after those that it needs.
fn order_of_work(queries: &[Query]) -> Result<Vec<usize>, ApiError> {
    let mut waiting: Vec<(usize, Vec<usize>)> = queries.iter().map(Query::needs).enumerate().collect();
    let mut order: Vec<usize> = Vec::new();
    while !waiting.is_empty() {
        let is_waiting: Vec<usize> = waiting.iter().map(|(position, _)| *position).collect();
        let (blocked, ready): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, needs)| needs.iter().any(|need| is_waiting.binary_search(need).is_ok()));
        if ready.is_empty() {
            return Err(invalid("Circular dependency between the expressions of MetricDataQueries"));
        }
        order.extend(ready.into_iter().map(|(position, _)| position));
        waiting = blocked;
    }
    Ok(order)
}
