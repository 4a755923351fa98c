//! `DescribeAlarms`.

use super::{alarm_types, asked, invalid, not_among, region};
use crate::sim::physics::AlarmExpression;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Alarm, AlarmRule, AlarmState, MetricRule, Region, SuppressedBy, World};

/// 1 to 100, also what is given when nothing is asked.
pub(super) const BOUNDS: Bounds = Bounds { limit: "MaxRecords", token: "NextToken", least: 1, most: 100, default: 100 };

/// How much is told of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Everything.
    Full,
    /// Of the children of a composite: also the state.
    Child,
    /// Of the parents of an alarm: name and ARN.
    Parent,
}

/// Alarms by name, of the types asked for (metric alarms when none is), or an alarm's relations.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let pager = Pager::new(request, &BOUNDS)?;
    let (detail, wanted) = choose(region, &request.params)?;
    let page = pager.page(wanted, |alarm| alarm.name.as_str().into());
    let (metric, composite): (Vec<&Alarm>, Vec<&Alarm>) = page.items.into_iter().partition(|alarm| alarm.is_metric());
    w.list("CompositeAlarms", "member", composite, |w, alarm| write_alarm(w, alarm, detail));
    w.list("MetricAlarms", "member", metric, |w, alarm| write_alarm(w, alarm, detail));
    w.maybe_text("NextToken", page.token);
    Ok(())
}

fn choose<'w>(region: &'w Region, params: &Params) -> Result<(Detail, Vec<&'w Alarm>), ApiError> {
    let all = region.alarms.values();
    if let Some(name) = asked(params, "ChildrenOfAlarmName") {
        alone(params, "ChildrenOfAlarmName")?;
        let parent = alarm(region, name)?;
        return Ok((Detail::Child, all.filter(|alarm| mentions(parent, alarm)).collect()));
    }
    if let Some(name) = asked(params, "ParentsOfAlarmName") {
        alone(params, "ParentsOfAlarmName")?;
        let child = alarm(region, name)?;
        return Ok((Detail::Parent, all.filter(|alarm| mentions(alarm, child)).collect()));
    }
    let selection = Selection::read(params)?;
    Ok((Detail::Full, all.filter(|alarm| selection.admits(alarm)).collect()))
}

/// Relations cannot be asked for together with anything but a page.
fn alone(params: &Params, name: &str) -> Result<(), ApiError> {
    let own = [name, BOUNDS.limit, BOUNDS.token];
    match params.members().keys().find(|other| !own.contains(&other.as_str()) && params.has(other)) {
        Some(other) => Err(invalid(format!("{name} cannot be specified together with {other}"))),
        None => Ok(()),
    }
}

fn alarm<'w>(region: &'w Region, name: &str) -> Result<&'w Alarm, ApiError> {
    let unknown = || ApiError::new("ResourceNotFound", format!("Alarm {name} does not exist")).status(404);
    region.alarms.get(name).ok_or_else(unknown)
}

/// Whether a composite's rule names an alarm, by its name or ARN.
fn mentions(composite: &Alarm, alarm: &Alarm) -> bool {
    let AlarmRule::Composite { expression, .. } = &composite.rule else { return false };
    let children = AlarmExpression::parse(expression);
    children.is_ok_and(|rule| rule.children().iter().any(|child| alarm.name == *child || alarm.arn == *child))
}

/// What the request asks for.
struct Selection<'r> {
    names: Vec<&'r str>,
    prefix: Option<&'r str>,
    action: Option<&'r str>,
    state: Option<AlarmState>,
    metric: bool,
    composite: bool,
}

impl<'r> Selection<'r> {
    fn read(params: &'r Params) -> Result<Self, ApiError> {
        let names = params.texts("AlarmNames");
        let prefix = asked(params, "AlarmNamePrefix");
        if names.len() > 100 {
            return Err(invalid("The collection AlarmNames must not have a size greater than 100."));
        }
        if prefix.is_some() && !names.is_empty() {
            return Err(invalid("AlarmNamePrefix and AlarmNames cannot be specified together"));
        }
        let state = asked(params, "StateValue").map(state).transpose()?;
        let (metric, composite) = alarm_types(params)?;
        Ok(Self { names, prefix, action: asked(params, "ActionPrefix"), state, metric, composite })
    }

    fn admits(&self, alarm: &Alarm) -> bool {
        let mut actions = alarm.alarm_actions.iter().chain(&alarm.ok_actions).chain(&alarm.insufficient_data_actions);
        (if alarm.is_metric() { self.metric } else { self.composite })
            && (self.names.is_empty() || self.names.contains(&alarm.name.as_str()))
            && self.prefix.is_none_or(|prefix| alarm.name.as_str().starts_with(prefix))
            && self.state.is_none_or(|state| alarm.state == state)
            && self.action.is_none_or(|prefix| actions.any(|action| action.starts_with(prefix)))
    }
}

fn state(word: &str) -> Result<AlarmState, ApiError> {
    let unknown = || not_among("stateValue", word, &["INSUFFICIENT_DATA", "ALARM", "OK"]);
    AlarmState::ALL.iter().copied().find(|state| state.as_str() == word).ok_or_else(unknown)
}

fn write_alarm(w: &mut Writer, alarm: &Alarm, detail: Detail) {
    w.text("AlarmName", &alarm.name);
    w.text("AlarmArn", &alarm.arn);
    if detail == Detail::Parent {
        return;
    }
    w.text("StateValue", alarm.state.as_str());
    w.time("StateUpdatedTimestamp", alarm.updated_at);
    if detail == Detail::Child {
        return;
    }
    w.maybe_text("AlarmDescription", alarm.description.as_ref());
    w.time("AlarmConfigurationUpdatedTimestamp", alarm.configured_at);
    w.boolean("ActionsEnabled", alarm.actions_enabled);
    w.texts("OKActions", "member", &alarm.ok_actions);
    w.texts("AlarmActions", "member", &alarm.alarm_actions);
    w.texts("InsufficientDataActions", "member", &alarm.insufficient_data_actions);
    w.text("StateReason", &alarm.reason);
    w.maybe_text("StateReasonData", alarm.reason_data.as_ref());
    w.time("StateTransitionedTimestamp", alarm.transitioned_at);
    match &alarm.rule {
        AlarmRule::Metric(rule) => write_metric_rule(w, rule),
        AlarmRule::Composite { expression, suppressor, wait_s, extension_s } => {
            w.text("AlarmRule", expression);
            w.maybe_text("ActionsSuppressedBy", alarm.suppressed_by.map(SuppressedBy::as_str));
            w.maybe_text(
                "ActionsSuppressedReason",
                alarm.suppressed_by.map(|by| format!("Actions suppressed by {by}")),
            );
            w.maybe_text("ActionsSuppressor", suppressor.as_ref());
            for (name, seconds) in
                [("ActionsSuppressorWaitPeriod", wait_s), ("ActionsSuppressorExtensionPeriod", extension_s)]
            {
                if let Some(seconds) = seconds {
                    w.integer(name, i64::from(*seconds));
                }
            }
        }
    }
}

fn write_metric_rule(w: &mut Writer, rule: &MetricRule) {
    w.text("MetricName", &rule.metric);
    w.text("Namespace", &rule.namespace);
    match &rule.extended_statistic {
        Some(statistic) => w.text("ExtendedStatistic", statistic),
        None => w.text("Statistic", rule.statistic.as_str()),
    }
    w.list("Dimensions", "member", &rule.dimensions, |w, (name, value)| {
        w.text("Name", name);
        w.text("Value", value);
    });
    w.integer("Period", rule.period_s.into());
    w.integer("EvaluationPeriods", rule.evaluation_periods.into());
    if let Some(datapoints) = rule.datapoints_to_alarm {
        w.integer("DatapointsToAlarm", datapoints.into());
    }
    w.float("Threshold", rule.threshold);
    w.text("ComparisonOperator", rule.comparison.as_str());
    w.maybe_text("TreatMissingData", rule.missing_data.map(|treatment| treatment.as_str()));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::super::super::Service;
    use super::super::super::probe::{ask, column, nothing, pages, world};
    use crate::sim::{Options, Scenario, Sim, wire};

    fn names(params: Value) -> Vec<String> {
        let answer = ask(&world(), Service::CloudWatch, "DescribeAlarms", params).unwrap();
        let all = ["MetricAlarms", "CompositeAlarms"].map(|kind| answer[kind].as_array().unwrap().clone()).concat();
        column(&all, "AlarmName").into_iter().map(str::to_owned).collect()
    }

    /// aws-domain.md A.5: without types, metric alarms alone.
    #[test]
    fn types_prefix_and_state_choose() {
        let (metric, composite) = (names(nothing()), names(json!({"AlarmTypes": ["CompositeAlarm"]})));
        let both = names(json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"]}));
        assert!(!metric.is_empty() && !composite.is_empty());
        assert_eq!(both, [metric.clone(), composite.clone()].concat());
        assert_eq!(names(json!({"AlarmNames": [composite[0]]})), [""; 0]);
        let prefixed = metric.iter().filter(|name| name.starts_with("web-")).count();
        assert_eq!(names(json!({"AlarmNamePrefix": "web-"})).len(), prefixed);
        let states = ["OK", "ALARM", "INSUFFICIENT_DATA"].map(|state| names(json!({"StateValue": state})).len());
        assert_eq!(states.iter().sum::<usize>(), metric.len());
        let refused = |params| ask(&world(), Service::CloudWatch, "DescribeAlarms", params).unwrap_err().1;
        assert_eq!(refused(json!({"StateValue": "FINE"})), "ValidationError");
        assert_eq!(refused(json!({"NextToken": "x"})), "InvalidNextToken");
        assert_eq!(refused(json!({"ChildrenOfAlarmName": composite[0], "StateValue": "OK"})), "ValidationError");
    }

    #[test]
    fn children_and_parents_mirror_each_other() {
        for composite in names(json!({"AlarmTypes": ["CompositeAlarm"]})) {
            let children = names(json!({"ChildrenOfAlarmName": composite}));
            assert!(!children.is_empty(), "{composite}");
            for child in children {
                assert!(names(json!({"ParentsOfAlarmName": child})).contains(&composite), "{child}");
            }
        }
    }

    #[test]
    fn pages_hold_both_types_and_add_up() {
        let params = |size: i64| json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": size});
        let list = |kind: &str, size| {
            pages(&world(), Service::CloudWatch, "DescribeAlarms", params(size), kind, ("NextToken", "NextToken")).0
        };
        for kind in ["MetricAlarms", "CompositeAlarms"] {
            assert_eq!(list(kind, 7), list(kind, 100), "{kind}");
        }
    }

    /// Name, state, threshold and time of transition of every metric alarm.
    type Rows = Vec<(String, String, f64, f64)>;

    fn send(sim: &Sim, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Bytes {
        let scope = "AWS4-HMAC-SHA256 Credential=x/20261121/us-east-1/monitoring/aws4_request, Signature=0";
        let mut request = http::Request::builder().method("POST").uri(path).header("authorization", scope);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = wire::answer(sim, request.body(Bytes::from(body)).unwrap()).response().unwrap();
        assert_eq!(response.status(), 200, "{response:?}");
        response.into_body()
    }

    fn rows_of_json(answer: &Value) -> Rows {
        let row = |alarm: &Value| {
            let text = |name: &str| alarm[name].as_str().unwrap().to_owned();
            let number = |name: &str| alarm[name].as_f64().unwrap();
            (text("AlarmName"), text("StateValue"), number("Threshold"), number("StateTransitionedTimestamp"))
        };
        answer["MetricAlarms"].as_array().unwrap().iter().map(row).collect()
    }

    /// CBOR as `serde_json` would have it; an instant is its seconds.
    fn plain(value: ciborium::Value) -> Value {
        match value {
            ciborium::Value::Tag(1, seconds) => plain(*seconds),
            ciborium::Value::Array(items) => items.into_iter().map(plain).collect(),
            ciborium::Value::Map(entries) => {
                entries.into_iter().map(|(name, value)| (name.into_text().unwrap(), plain(value))).collect()
            }
            ciborium::Value::Text(text) => text.into(),
            ciborium::Value::Bool(truth) => truth.into(),
            ciborium::Value::Float(number) => number.into(),
            ciborium::Value::Integer(number) => i64::try_from(number).unwrap().into(),
            other => unreachable!("{other:?}"),
        }
    }

    fn rows_of_xml(answer: &str) -> Rows {
        let metric = answer.split("<MetricAlarms>").nth(1).unwrap();
        let values = |tag: &str| -> Vec<String> {
            let open = format!("<{tag}>");
            metric.split(&open).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
        };
        let seconds = |text: &String| text.parse::<jiff::Timestamp>().unwrap().as_millisecond() as f64 / 1000.0;
        let (states, thresholds, times) =
            (values("StateValue"), values("Threshold"), values("StateTransitionedTimestamp"));
        let rest = states.into_iter().zip(thresholds).zip(&times);
        let rest = rest.map(|((state, threshold), time)| (state, threshold.parse().unwrap(), seconds(time)));
        values("AlarmName")
            .into_iter()
            .zip(rest)
            .map(|(name, (state, threshold, at))| (name, state, threshold, at))
            .collect()
    }

    #[test]
    fn all_three_protocols_tell_the_same_alarms() {
        let options = Options { speed: 0.0, scenario: Scenario::named("calm").unwrap() };
        let sim = Sim::new(world(), options, Box::new(|| Duration::ZERO));
        let mut asked = Vec::new();
        ciborium::into_writer(&json!({"AlarmNamePrefix": "web-", "AlarmTypes": ["MetricAlarm"]}), &mut asked).unwrap();
        let path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms";
        let cbor = send(&sim, path, &[("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")], asked);
        let json = send(
            &sim,
            "/",
            &[
                ("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms"),
                ("content-type", "application/x-amz-json-1.0"),
            ],
            br#"{"AlarmNamePrefix": "web-", "AlarmTypes": ["MetricAlarm"]}"#.to_vec(),
        );
        let xml = send(
            &sim,
            "/",
            &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            b"Action=DescribeAlarms&Version=2010-08-01&AlarmNamePrefix=web-&AlarmTypes.member.1=MetricAlarm".to_vec(),
        );

        let from_json = rows_of_json(&serde_json::from_slice(&json).unwrap());
        assert!(from_json.len() > 3);
        assert_eq!(rows_of_json(&plain(ciborium::from_reader(cbor.as_ref()).unwrap())), from_json);
        assert_eq!(rows_of_xml(std::str::from_utf8(&xml).unwrap()), from_json);
    }
}
