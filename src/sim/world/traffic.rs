//! The traffic of services: who can take it, where clients enter, what flows, and what flowed in past minutes.
//!
//! Owns: plain data that `physics/traffic` fills. Knows: names and instants. Must stay true: a service whose traffic is at
//! rest holds one flow and one layout, whatever its age; only minutes that were not at rest are kept one by one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Arn, CheckState, ClassicName, GroupName, History, InstanceId, ServiceName, SimTime, ZoneName};

/// How many minutes that were not at rest a service keeps: three hours. Minutes before them answer as the world began.
const MINUTES_KEPT: usize = 180;

/// The way on which clients reach a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Through a load balancer that forwards to this target group.
    Group(Arn),
    /// Through a classic load balancer.
    Classic(ClassicName),
    /// To its instances themselves, without a balancer.
    Direct,
    /// Through a queue that its instances work off.
    Queue,
}

/// Everything that can take a service's traffic at an instant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// One for each way, in the order of the ways.
    pub lanes: Vec<Lane>,
    /// Weights change by themselves from second to second: slow start, draining.
    pub moving: bool,
    /// Its queue answers nobody: the whole region is out.
    pub queue_down: bool,
    /// Its clients retry what fails several times and at once.
    pub storm: bool,
    /// Share of its requests that need a database's writer which does not answer.
    pub unwritable: f64,
}

/// What takes a service's traffic on one way.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The way.
    pub way: Way,
    /// Share of the service's clients that come this way.
    pub share: f64,
    /// Every node sends to the targets of all zones, not to those of its own zone alone.
    pub cross_zone: bool,
    /// How clients hold on to a node that they are connected to.
    pub keep: Keep,
    /// One for each zone of the region, in the order of their names.
    pub places: Vec<Place>,
}

/// How clients hold on to connections.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keep {
    /// Share of clients that hold connections and do not ask DNS while these work.
    pub share: f64,
    /// Seconds after which two thirds of them have let go.
    pub lasts_s: f64,
}

/// A zone as one lane sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The zone.
    pub zone: ZoneName,
    /// The balancer's node there.
    pub node: Option<Node>,
    /// Without power.
    pub dark: bool,
    /// Share of what crosses the zone's border that is lost.
    pub loss: f64,
    /// A zonal shift keeps the traffic of the nodes away from the targets here.
    pub shut: bool,
    /// The targets that traffic is sent to.
    pub mix: Mix,
    /// Registered and truly serving, sent to or not.
    pub in_service: u32,
}

/// A balancer's node in a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The share of clients that DNS would have enter here.
    pub wanted: f64,
}

/// Targets by what they do with a request, in weights: 1 for each that takes its full share.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Mix {
    /// Serve.
    pub serving: f64,
    /// Answer with an error.
    pub failing: f64,
    /// Refuse the connection.
    pub refusing: f64,
    /// Do not answer.
    pub silent: f64,
    /// Of those that serve, how much weight loses what it sends out of the network: all of one whose way out is gone.
    pub cut_off: f64,
    /// How many instances' capacity those have that serve; one that serves on two ways counts half on each.
    pub capacity: f64,
    /// How many there are.
    pub count: f64,
}

impl Mix {
    /// All weights.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.serving + self.failing + self.refusing + self.silent
    }
}

/// Where the clients of a lane enter: shares of all its clients, by zone as [`Lane::places`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// Those who ask DNS again and again.
    pub fresh: Vec<f64>,
    /// Those who hold on to their connections.
    pub kept: Vec<f64>,
}

/// What flows: rates a second, or sums over a minute.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Flow {
    /// Requests that clients sent, retries among them.
    pub asked: f64,
    /// Of these, repeated ones.
    pub retried: f64,
    /// Answered well; for a queue: accepted by it.
    pub served: f64,
    /// Not.
    pub failed: f64,
    /// Jobs done, for a service with a queue.
    pub done: f64,
    /// Jobs that wait, for a service with a queue (of a minute: at its end).
    pub backlog: f64,
    /// By lane and zone, as in the layout.
    pub lanes: Vec<Vec<ZoneFlow>>,
}

/// What flows through one zone on one lane.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ZoneFlow {
    /// Arrived at the node here.
    pub requests: f64,
    /// Of these, answered by a target and not with an error of the server.
    pub answered: f64,
    /// Answered by a target with an error of the server.
    pub target_5xx: f64,
    /// The node answered 502: the target refused.
    pub elb_502: f64,
    /// 503: nobody to send it to.
    pub elb_503: f64,
    /// 504: no answer in time.
    pub elb_504: f64,
    /// Connections to targets that did not come about.
    pub connection_errors: f64,
    /// Seconds that targets took to answer, summed over their answers.
    pub seconds: f64,
    /// The longest mean time to answer, seconds.
    pub slowest_s: f64,
    /// Sent to the targets here, from any node.
    pub reached: f64,
    /// Served by the targets here.
    pub served: f64,
    /// Failed here: on the way to the node or to a target, or at a target.
    pub failed: f64,
    /// Utilisation of a target here that takes its full share (of a minute: summed over its seconds).
    pub load: f64,
    /// Targets that traffic was sent to (of a minute: summed over its seconds).
    pub targets: f64,
}

/// The traffic of a service.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// Who can take it.
    pub layout: Arc<Layout>,
    /// Something changed: the layout must be worked out anew.
    pub stale: bool,
    /// Where clients enter, by lane.
    pub entries: Vec<Entry>,
    /// Retries for each request.
    pub retrying: f64,
    /// What flows a second, since [`Traffic::since`].
    pub flow: Flow,
    /// From when on it is not yet counted in [`Traffic::tally`].
    pub since: SimTime,
    /// What flows is what follows from the layout and the load alone.
    pub settled: bool,
    /// The running minute was not at rest from its beginning.
    pub unrest: bool,
    /// The demand, requests a second, that the flow answers to.
    pub demand: f64,
    /// The running minute so far.
    pub tally: Flow,
    /// Past minutes.
    pub past: Past,
    /// Its health check path was broken when last looked at.
    pub health_path_broken: bool,
    /// Lane and place where targets are so busy that they may fail their health checks.
    pub hot: Vec<(usize, usize)>,
    /// The share of its zone's load that an instance carries, for those that ever did not carry theirs.
    pub shares: BTreeMap<InstanceId, History<f32>>,
}

/// What flowed in past minutes.
#[derive(Debug, Clone, Default)]
pub struct Past {
    first: Arc<Layout>,
    minutes: VecDeque<(i64, Minute)>,
}

/// What is known of a minute's traffic.
#[derive(Debug, Clone)]
pub enum Minute {
    /// At rest: it follows from this layout and the load.
    Steady(Arc<Layout>),
    /// Counted.
    Counted(Arc<Flow>),
}

impl Past {
    /// A past in which everything was as in `layout`.
    #[must_use]
    pub fn of(layout: Arc<Layout>) -> Self {
        Self { first: layout, minutes: VecDeque::new() }
    }

    /// Notes what minute `minute` was like; a steady one holds until the next is noted.
    pub fn note(&mut self, minute: i64, what: Minute) {
        if let (Some((_, Minute::Steady(last))), Minute::Steady(layout)) = (self.minutes.back(), &what)
            && Arc::ptr_eq(last, layout)
        {
            return;
        }
        if self.minutes.is_empty()
            && let Minute::Steady(layout) = &what
            && Arc::ptr_eq(&self.first, layout)
        {
            return;
        }
        if self.minutes.len() == MINUTES_KEPT {
            self.minutes.pop_front();
        }
        self.minutes.push_back((minute, what));
    }

    /// What minute `minute` was like.
    #[must_use]
    pub fn at(&self, minute: i64) -> Minute {
        let after = self.minutes.partition_point(|(from, _)| *from <= minute);
        match after.checked_sub(1).and_then(|place| self.minutes.get(place)) {
            Some((_, what)) => what.clone(),
            None => Minute::Steady(Arc::clone(&self.first)),
        }
    }
}

/// What of a region must be looked at in the next second, and what its metrics remember.
#[derive(Debug, Clone, Default)]
pub struct Restless {
    /// When the next look is planned.
    pub at: Option<SimTime>,
    /// Services whose traffic is not at rest.
    pub services: BTreeSet<ServiceName>,
    /// Target groups whose hosts must be counted anew.
    pub target_groups: BTreeSet<Arn>,
    /// Classic balancers whose instances must be.
    pub classics: BTreeSet<ClassicName>,
    /// Groups whose members in service must be.
    pub groups: BTreeSet<GroupName>,
    /// Whether a zone was without power, over time.
    pub dark: BTreeMap<ZoneName, History<bool>>,
    /// System, instance and volume check of an instance over time, of those whose checks ever changed.
    pub checks: BTreeMap<InstanceId, History<[CheckState; 3]>>,
    /// Whether an instance's host was broken, over time, of those that ever had one.
    pub hostless: BTreeMap<InstanceId, History<bool>>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_past_answers_for_any_minute_and_stays_bounded() {
        let first = Arc::new(Layout::default());
        let mut past = Past::of(Arc::clone(&first));
        past.note(5, Minute::Steady(Arc::clone(&first)));
        assert!(past.minutes.is_empty(), "nothing new");
        for minute in 10..1_000 {
            past.note(minute, Minute::Counted(Arc::new(Flow { asked: minute as f64, ..Flow::default() })));
        }
        assert_eq!(past.minutes.len(), MINUTES_KEPT);
        let Minute::Counted(flow) = past.at(999) else { panic!("counted") };
        assert!((flow.asked - 999.0).abs() < 1e-9);
        assert!(matches!(past.at(100), Minute::Steady(layout) if Arc::ptr_eq(&layout, &first)));
    }
}
