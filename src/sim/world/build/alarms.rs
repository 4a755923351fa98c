//! Builds alarms. Their states are judged when the world begins.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::document::{AlarmDoc, EpisodeDoc, RegionDoc, WorldError};
use super::super::{
    Alarm, AlarmHistoryItem, AlarmMemory, AlarmName, AlarmRule, AlarmState, Comparison, HistoryItemType, MetricRule,
    MissingData, SimTime, Statistic,
};
use super::site::{Site, word};
use crate::sim::physics::AlarmExpression;

/// How long an alarm has been in its state unless the document says otherwise.
const STATE_AGE: Duration = Duration::from_secs(6 * 86_400 + 12_345);

impl Site<'_> {
    pub(super) fn build_alarms(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, alarm) in doc.alarms.iter().enumerate() {
            let path = self.path("alarms", index);
            let rule = match (&alarm.metric, &alarm.rule) {
                (Some(metric), None) => AlarmRule::Metric(self.metric_rule(&path, alarm, metric)?),
                (None, Some(rule)) => self.composite(&path, alarm, rule, doc)?,
                _ => return Err(WorldError::invalid(path, "an alarm has either \"metric\" or \"rule\"")),
            };
            let last = alarm.episodes.last().map(|episode| episode.age.0.saturating_sub(episode.length.0));
            let since = self.ago(alarm.state_age.map(|age| age.0).or(last).unwrap_or(STATE_AGE));
            let topics: Vec<String> = (alarm.notify.clone().unwrap_or_else(|| vec!["oncall".to_owned()]).iter())
                .map(|topic| self.scene.arn("sns", topic).to_string())
                .collect();
            let name = AlarmName::from(alarm.name.as_str());
            let built = Alarm {
                arn: self.scene.arn("cloudwatch", &format!("alarm:{name}")),
                description: alarm.description.clone(),
                rule,
                actions_enabled: !alarm.muted,
                ok_actions: topics.clone(),
                alarm_actions: topics,
                insufficient_data_actions: Vec::new(),
                state: AlarmState::InsufficientData,
                reason: "Unchecked: Initial alarm creation".to_owned(),
                reason_data: None,
                updated_at: since,
                transitioned_at: since,
                configured_at: since - Duration::from_secs(40 * 86_400),
                suppressed_by: None,
                history: self.episodes(alarm),
                tags: Self::tags(None, None, &alarm.tags),
                memory: AlarmMemory::default(),
                name: name.clone(),
            };
            if self.region().alarms.insert(name.clone(), built).is_some() {
                return Err(WorldError::invalid(path, format!("there are two alarms called \"{name}\"")));
            }
        }
        Ok(())
    }

    /// The history of an alarm's past episodes.
    fn episodes(&self, doc: &AlarmDoc) -> VecDeque<AlarmHistoryItem> {
        let item = |at: SimTime, from: AlarmState, to: AlarmState| {
            AlarmHistoryItem {
            at,
            kind: HistoryItemType::StateUpdate,
            summary: format!("Alarm updated from {from} to {to}"),
            data: serde_json::json!({ "version": "1.0", "oldState": { "stateValue": from }, "newState": { "stateValue": to } }).to_string(),
        }
        };
        let both = |episode: &EpisodeDoc| {
            let end = episode.age.0.saturating_sub(episode.length.0);
            [
                item(self.ago(episode.age.0), AlarmState::Ok, AlarmState::Alarm),
                item(self.ago(end), AlarmState::Alarm, AlarmState::Ok),
            ]
        };
        doc.episodes.iter().flat_map(both).collect()
    }

    fn metric_rule(&self, path: &str, doc: &AlarmDoc, metric: &str) -> Result<MetricRule, WorldError> {
        let shape = || {
            WorldError::invalid(format!("{path}.metric"), "a metric is \"NAMESPACE NAME\", \"AWS/EC2 CPUUtilization\"")
        };
        let (namespace, metric) = metric.split_once(' ').ok_or_else(shape)?;
        let (comparison, threshold) = breach(&format!("{path}.breach"), doc.breach.as_deref())?;
        let text = doc.statistic.as_deref().unwrap_or("Average");
        let percentile = text.strip_prefix('p').is_some_and(|digits| digits.parse::<f64>().is_ok());
        let statistic = if percentile {
            Statistic::Average
        } else {
            word(&format!("{path}.statistic"), text, Statistic::ALL, Statistic::as_str)?
        };
        let [m, n] = doc.datapoints.unwrap_or([1, 1]);
        if m == 0 || m > n {
            return Err(WorldError::invalid(format!("{path}.datapoints"), format!("[{m}, {n}] is not M of N")));
        }
        let period_s = doc.period_s.unwrap_or(60);
        if period_s == 0 || !period_s.is_multiple_of(60) {
            return Err(WorldError::invalid(format!("{path}.period_s"), "a period is a multiple of 60 seconds"));
        }
        let missing = doc
            .missing
            .as_deref()
            .map(|text| word(&format!("{path}.missing"), text, MissingData::ALL, MissingData::as_str));
        let dimension = |(name, value): (&String, &String)| Ok((name.clone(), self.dimension(path, name, value)?));
        Ok(MetricRule {
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: doc.dimensions.iter().map(dimension).collect::<Result<_, WorldError>>()?,
            statistic,
            extended_statistic: percentile.then(|| text.to_owned()),
            period_s,
            evaluation_periods: n,
            datapoints_to_alarm: (m != n).then_some(m),
            threshold,
            comparison,
            missing_data: missing.transpose()?,
        })
    }

    /// The value of a dimension: documents use short names where AWS uses long forms.
    fn dimension(&self, path: &str, name: &str, value: &str) -> Result<String, WorldError> {
        let path = format!("{path}.dimensions");
        let region = &self.scene.region;
        match name {
            "LoadBalancer" => {
                let arn = self.balancers.find(&path, value)?;
                Ok(region.balancers.get(&arn).map_or_else(String::new, |found| found.metric_dimension().to_owned()))
            }
            "TargetGroup" => {
                let arn = self.target_groups.find(&path, value)?;
                Ok(region.target_groups.get(&arn).map_or_else(String::new, |found| found.metric_dimension().to_owned()))
            }
            // An instance that does not exist any more is left as it stands: such alarms are what an audit is for.
            "InstanceId" => Ok(self.instances.get(value).map_or_else(|| value.to_owned(), ToString::to_string)),
            "AvailabilityZone" => Ok(self.zone(&path, value)?.to_string()),
            _ => Ok(value.to_owned()),
        }
    }

    fn composite(&self, path: &str, doc: &AlarmDoc, rule: &str, region: &RegionDoc) -> Result<AlarmRule, WorldError> {
        let path = format!("{path}.rule");
        let parsed =
            AlarmExpression::parse(rule).map_err(|error| WorldError::invalid(path.as_str(), error.to_string()))?;
        for child in parsed.children() {
            if !region.alarms.iter().any(|alarm| alarm.name == child) {
                return Err(WorldError::invalid(path, format!("there is no alarm called \"{child}\"")));
            }
        }
        Ok(AlarmRule::Composite {
            expression: rule.to_owned(),
            suppressor: doc.suppressor.clone(),
            wait_s: doc.suppressor.as_ref().map(|_| 120),
            extension_s: doc.suppressor.as_ref().map(|_| 180),
        })
    }
}

/// `>= 5` as comparison and threshold.
fn breach(path: &str, text: Option<&str>) -> Result<(Comparison, f64), WorldError> {
    let shape = || WorldError::invalid(path, "a metric alarm breaches at \"> 80\", \">= 1\", \"< 2\" or \"<= 0\"");
    let (sign, number) = text.and_then(|text| text.split_once(' ')).ok_or_else(shape)?;
    let comparison = match sign {
        ">" => Comparison::GreaterThan,
        ">=" => Comparison::GreaterOrEqual,
        "<" => Comparison::LessThan,
        "<=" => Comparison::LessOrEqual,
        _ => return Err(shape()),
    };
    Ok((comparison, number.trim().parse().map_err(|_| shape())?))
}
