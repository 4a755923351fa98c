//! An account of a few zones and services, with what else a cause is told by.

use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::estate::alarm::{Alarm, Series};
use crate::estate::query::{Measure, Query};
use crate::estate::{Estate, Part, Row, Slice, SliceId, Update};
use crate::id::{Arn, Region};
use crate::judge::finding::{self, Finding};
use crate::judge::zone::tests::account::{Account, EAST, Host, arn, balancer};
use crate::judge::{Judgement, Policy, judge};

/// Minutes of a series that are remembered.
const MINUTES: usize = 15;

/// An account that is read once, or again a while later.
pub(super) struct Scene {
    pub(super) account: Account,
    pub(super) policy: Policy,
    more: Vec<Update>,
    alarms: Vec<Json>,
    estate: Estate,
}

impl Scene {
    /// Three zones, so many services `s0` and so on, so many targets of each in each zone, all well and not read yet.
    pub(super) fn well(services: usize, each: usize) -> Self {
        let estate = Estate::new(vec![Region::from(EAST)]);
        let account = Account::well(3, services, each);
        Self { account, policy: Policy::default(), more: Vec::new(), alarms: Vec::new(), estate }
    }

    /// The hosts of a service, zone by zone.
    pub(super) fn hosts(&mut self, service: usize) -> Vec<&mut Host> {
        self.account.hosts.iter_mut().filter(|host| host.service == service).collect()
    }

    /// Makes the first of a service's hosts in a zone fail.
    pub(super) fn fail(&mut self, service: usize, zone: usize, count: usize) {
        let here = self.hosts(service).into_iter().filter(|host| host.zone == zone);
        here.take(count).for_each(|host| host.target = "unhealthy");
    }

    /// Rows of a kind that the account itself has none of.
    pub(super) fn put<T: Row + DeserializeOwned>(&mut self, part: Part, rows: Json) {
        let rows: Vec<T> = serde_json::from_value(rows).unwrap();
        let id = SliceId { region: Region::from(EAST), kind: T::KIND, part };
        let read_at = self.account.now - SignedDuration::from_secs(5);
        self.more.push(Update::part(id, Slice::read(T::rows(rows), read_at)));
    }

    /// An alarm on a service's unhealthy targets that fires since a minute ago.
    pub(super) fn unhealthy_alarm(&mut self, service: usize) {
        let since = self.account.now - SignedDuration::from_mins(1);
        let resource = |arn: String| Arn::from(arn.as_str()).resource().to_owned();
        let dimensions = json!([["TargetGroup", resource(arn(service))]]);
        self.alarms.push(json!({"name": format!("s{service}-unhealthy"), "alarm_type": "metric", "state": "ALARM",
            "since": since, "actions_enabled": true, "actions": ["arn:aws:sns:us-east-1:1:oncall"], "threshold": 1.0,
            "comparison": "GreaterThanOrEqualToThreshold", "metric": {"namespace": "AWS/ApplicationELB",
            "name": "UnHealthyHostCount", "dimensions": dimensions}}));
        let alarms = Json::Array(self.alarms.clone());
        self.put::<Alarm>(Part::All, alarms);
    }

    /// A series by minutes: `usual`, but for the newest three.
    pub(super) fn metric(&mut self, query: Option<Query>, usual: f64, now: f64) {
        let query = query.unwrap();
        // Those of the last two minutes are not settled yet.
        let at = |back: usize| {
            let minute = self.account.now - SignedDuration::from_mins(i64::try_from(back).unwrap() + 1);
            (minute, if back < 5 { now } else { usual })
        };
        let points = (0..MINUTES).rev().map(at).collect();
        self.account.series.retain(|series| (&series.metric, &series.statistic) != (&query.metric, &query.statistic));
        self.account.series.push(Series {
            id: "board".into(),
            metric: query.metric,
            statistic: query.statistic,
            points,
        });
    }

    /// Requests a minute of a service, and how many of them fail.
    pub(super) fn requests(&mut self, service: usize, usual: f64, now: f64, failing: f64) {
        let (group, balancer) = (Arn::from(arn(service).as_str()), Arn::from(balancer(service).as_str()));
        let of = |measure| Query::of_target_group(measure, &balancer, &group, None);
        self.metric(of(Measure::Requests), usual, now);
        self.metric(of(Measure::Errors), 0.0, failing);
        self.metric(Query::of_balancer(Measure::BalancerErrors, &balancer, None), 0.0, 0.0);
    }

    /// CPU of a service's group.
    pub(super) fn cpu(&mut self, service: usize, usual: f64, now: f64) {
        self.metric(Some(Query::of_group(&format!("s{service}").as_str().into())), usual, now);
    }

    /// Reads the account as it is, and lets so much time pass.
    pub(super) fn pass(&mut self, time: SignedDuration) {
        self.read();
        self.account.now += time;
        self.account.hosts.iter_mut().for_each(|host| host.age_s += time.as_secs());
    }

    fn read(&mut self) {
        self.account.read_into(&mut self.estate);
        self.more.drain(..).for_each(|update| self.estate.apply(update));
    }

    /// What is said of the account as it is.
    pub(super) fn judged(&mut self) -> Judgement {
        self.read();
        judge(&self.estate, self.account.now, &self.policy)
    }

    /// All that is said, in order.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let judgement = self.judged();
        let ranked = finding::ranked(&judgement, self.estate.scope(), self.account.now);
        ranked.into_iter().map(|(_, finding)| finding.clone()).collect()
    }

    /// What is said of things of a kind, in order.
    pub(super) fn about(&mut self, what: &str) -> Vec<Finding> {
        self.findings().into_iter().filter(|finding| finding.subject.what == what).collect()
    }

    /// The one sentence about things of a kind; empty where nothing is said.
    pub(super) fn sentence(&mut self, what: &str) -> String {
        let about = self.about(what);
        assert!(about.len() < 2, "{about:?}");
        about.first().map(Finding::sentence).unwrap_or_default()
    }
}
