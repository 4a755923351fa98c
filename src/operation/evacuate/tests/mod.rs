//! Evacuations of accounts made by hand, and by chance.

mod chance;
mod incidents;
mod refusals;
mod writers;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::estate::shift::{ManagedResource, ZonalShift};
use crate::id::{AccountId, Region, Text};
use crate::judge::judge;
use crate::judge::what_if::tests::town::{Town, arn};
use crate::judge::zone::{NotZonal, ZoneVerdict};
use crate::operation::intent::Intent;
use crate::operation::plan::{PartSummary, Plan, Refusal, Step};
use crate::operation::rules::Rules;
use crate::operation::{Action, Call, Ground, registry};

const A: &str = "us-east-1a";
const B: &str = "us-east-1b";
const C: &str = "us-east-1c";
/// B's id.
const ID: &str = "use1-az2";

/// An account with a sick zone, B.
struct Account {
    town: Town,
    verdicts: BTreeMap<&'static str, ZoneVerdict>,
    not_zonal: Option<NotZonal>,
    silent: bool,
    settings: Vec<(&'static str, &'static str)>,
    skip: Vec<&'static str>,
    target: &'static str,
    id: &'static str,
}

impl Account {
    /// Services of four a zone behind balancers that ARC shifts.
    fn of(services: &[(&str, f64)]) -> Self {
        let mut town = Town::new(3);
        town.subnets(&[(A, 200), (B, 200), (C, 200)]);
        for (name, cpu) in services {
            town.service(name, &[4, 4, 4], 12, 20);
            town.cpu(name, *cpu);
            town.requests(name, 9000.0);
        }
        let names: Vec<&str> = services.iter().map(|(name, _)| *name).collect();
        let mut account = Self::with(town);
        account.manage(&names, &[]);
        account
    }

    fn with(town: Town) -> Self {
        let verdicts = BTreeMap::from([(B, ZoneVerdict::Degraded)]);
        Self {
            town,
            verdicts,
            not_zonal: None,
            silent: false,
            settings: Vec::new(),
            skip: Vec::new(),
            target: B,
            id: "op-1",
        }
    }

    /// ARC manages these balancers; `away` from B are some of them.
    fn manage(&mut self, names: &[&str], away: &[&str]) {
        let of = |name: &&str| {
            let weight = if away.contains(name) { 0.0 } else { 1.0 };
            json!({"arn": arn("loadbalancer/app", name), "name": name, "applied": {},
                "weights": {"use1-az1": 1.0, ID: weight, "use1-az3": 1.0}})
        };
        self.town.put::<ManagedResource>(json!(names.iter().map(of).collect::<Vec<_>>()));
    }

    /// A shift that goes on.
    fn shift(&mut self, name: &str, zone: &str, kind: &str, comment: &str) {
        self.town.put::<ZonalShift>(json!([{"id": "shift-1", "resource": arn("loadbalancer/app", name), "away_from": zone,
            "status": "ACTIVE", "shift_type": kind, "expires_at": "2026-11-21T05:00:00Z", "started_at": null, "comment": comment}]));
    }

    fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.settings.push((name, value));
        self
    }

    fn plan(&self) -> Result<Plan, Refusal> {
        let now: Timestamp = "2026-11-21T03:14:30Z".parse().unwrap();
        let estate = self.town.estate();
        let mut judgement = judge(&estate, now, &self.town.policy);
        for zone in &mut judgement.regions.get_mut(&Region::from("us-east-1")).unwrap().zones {
            zone.verdict = self.verdicts.get(zone.name.as_str()).copied().unwrap_or(ZoneVerdict::Ok);
            zone.not_zonal = self.not_zonal.clone().filter(|_| zone.name.as_str() == B);
            zone.silent_since = self.silent.then_some(now).filter(|_| zone.name.as_str() == B);
        }
        let (account, id, rules) = (AccountId::from("123456789012"), Text::from(self.id), Rules::default());
        let ground = Ground {
            estate: &estate,
            judgement: &judgement,
            rules: &rules,
            account: &account,
            account_name: "shop",
            class: None,
            caller: "arn:aws:iam::123456789012:user/ada",
            now,
            id: &id,
            touched_lately: Some(0),
            records: &[],
        };
        let intent = Intent {
            operation: "evacuate".into(),
            targets: vec![self.target.into()],
            settings: self.settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            skip: self.skip.iter().map(|part| (*part).into()).collect(),
            ..Intent::default()
        };
        registry::plan(&intent, &ground)
    }
}

fn row<'p>(plan: &'p Plan, part: &str) -> &'p PartSummary {
    let found = plan.summary.parts.iter().find(|row| &*row.part == part);
    found.unwrap_or_else(|| panic!("no part {part} in {:?}", plan.summary.parts))
}

fn why_off(plan: &Plan, part: &str) -> String {
    let row = row(plan, part);
    assert!(!row.on, "{row:?}");
    row.why_off.clone().unwrap()
}

fn note(plan: &Plan, label: &str) -> String {
    let own = plan.summary.notes.iter().filter(|note| &*note.label == label);
    own.map(|note| note.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// The steps of a part.
fn steps<'p>(plan: &'p Plan, part: &str) -> Vec<&'p Step> {
    plan.steps.iter().filter(|step| &*step.part == part).collect()
}

fn names(calls: &[Call]) -> Vec<&'static str> {
    calls.iter().map(|call| call.action.name()).collect()
}

fn parameters(call: &Call) -> Value {
    call.parameters().unwrap()
}

/// Steps that a step comes after, near or far.
fn before<'p>(plan: &'p Plan, step: &'p Step) -> Vec<&'p Step> {
    let mut all: Vec<&Step> = Vec::new();
    let mut next: Vec<&Step> = vec![step];
    while let Some(step) = next.pop() {
        for need in &step.needs {
            let need = plan.step(need).unwrap();
            if !all.iter().any(|known| known.id == need.id) {
                all.push(need);
                next.push(need);
            }
        }
    }
    all
}

fn is_shift(step: &Step) -> bool {
    step.calls.iter().any(|call| matches!(call.action, Action::StartZonalShift(_)))
}

fn ends(plan: &Plan) -> usize {
    plan.calls().filter(|call| matches!(call.action, Action::TerminateInstanceInAutoScalingGroup(_))).count()
}
