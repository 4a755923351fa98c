//! The labelled cases: a scenario with its parameters, and what is true of its zones.

/// What is true of a run's zones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Truth {
    /// No zone is sick: whatever happens is something else.
    NoZone,
    /// This zone is, from the scenario's second minute on; with the share of its targets that the fault takes.
    Sick { zone: &'static str, share: f64 },
    /// This zone is sick, but so little that nobody has to call it degraded: any verdict but another zone's is right.
    Slightly { zone: &'static str, share: f64 },
}

/// A kind of run.
#[derive(Debug, Clone)]
pub struct Case {
    /// The scenario.
    pub scenario: &'static str,
    /// Its parameters: `zone=us-east-1c`.
    pub set: Vec<String>,
    /// What is true.
    pub truth: Truth,
    /// How long it is watched, in minutes.
    pub minutes: u64,
}

/// When faults begin, in seconds after the start.
pub const BEGINS_S: u64 = 120;

const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

/// Runs without a sick zone: the scenario, its parameters.
const QUIET: &[(&str, &[&str])] = &[
    ("calm", &[]),
    ("daily", &[]),
    ("deploy", &[]),
    ("load-swing", &[]),
    ("one-bad-host", &["zone=us-east-1b"]),
    ("one-bad-host", &["group=checkout-asg", "zone=us-east-1c"]),
    ("one-bad-host", &["group=search-asg", "zone=us-east-1a"]),
    ("bad-release", &[]),
    ("bad-release", &["group=web-asg"]),
    ("release-one-zone", &[]),
    ("release-one-zone", &["group=api-asg"]),
    ("practice-run", &[]),
    ("retry-storm", &[]),
    ("retry-storm", &["service=checkout", "factor=2.2"]),
    ("fail-open", &[]),
    ("blind-group", &[]),
    ("host-failure", &[]),
    ("retirement", &[]),
    ("suspended-launch", &[]),
    ("launch-dies", &[]),
    ("stuck-hook", &[]),
    ("forgotten-standby", &[]),
    ("database-crash", &[]),
    ("storage-full", &[]),
    ("broken-replica", &[]),
    ("throttled", &[]),
    ("two-zones-gray", &[]),
    ("nat-failure", &[]),
    ("region-outage", &[]),
];

/// Every kind of run.
pub fn cases() -> Vec<Case> {
    let quiet = QUIET.iter().map(|(scenario, set)| Case {
        scenario,
        set: set.iter().map(|text| (*text).to_owned()).collect(),
        truth: Truth::NoZone,
        minutes: 15,
    });
    let mut cases: Vec<Case> = quiet.collect();
    let mut sick = |scenario, zone: &'static str, set: Option<String>, share: f64| {
        let truth = if share < 0.2 { Truth::Slightly { zone, share } } else { Truth::Sick { zone, share } };
        let set = std::iter::once(format!("zone={zone}")).chain(set).collect();
        cases.push(Case { scenario, set, truth, minutes: 14 });
    };
    for zone in ZONES {
        sick("zone-power-loss", zone, None, 1.0);
        sick("ebs-stall", zone, None, 1.0);
        for share in [0.05, 0.1, 0.2, 0.5, 1.0] {
            sick("partial-zone", zone, Some(format!("share={share}")), share);
        }
        // A share of what crosses the border is lost: of 0.2 and more every target there fails now and then.
        for loss in [0.2, 0.3, 0.5, 0.8] {
            sick("gray-zone", zone, Some(format!("share={loss}")), loss);
        }
    }
    sick("late-metrics", "us-east-1b", None, 0.4);
    sick("no-headroom", "us-east-1b", None, 0.3);
    sick("no-capacity", "us-east-1b", None, 1.0);
    sick("autoshift", "us-east-1b", None, 0.3);
    sick("sick-zone-replacements", "us-east-1b", None, 0.8);
    cases
}
