//! Members of a group, replaced one after another (`aws-domain.md` C.1, sequence).
//!
//! Owns: the steps of every way that a group takes part in. Depends on: draft, gates, waits. Must stay true: what serves is ended only
//! after what replaces it serves, or where others that are counted carry it; every wait is for a change; what is
//! suspended or raised is put back, and only what was not so before.

mod first;

use std::collections::{BTreeMap, BTreeSet};

use super::super::call::{Action, LaunchInstances, Process, Processes, Resize, SetDesired, TerminateMember, Whom};
use super::super::condition::Fact;
use super::super::draft::{Draft, Part};
use super::super::fill::TOKEN;
use super::super::gates::Gate;
use super::super::ground::Here;
use super::super::intent::Settings;
use super::super::plan::{LocalCommand, Refusal, StepId};
use super::super::rules::{Effective, with_env};
use super::super::wait::Times;
use super::way::{Chosen, Way};
use crate::estate::group::{LifecycleState, Member};
use crate::estate::instance::Instance;
use crate::estate::zone::Subnet;
use crate::id::{InstanceId, Text};

/// A member that is replaced.
pub(super) struct Job<'a> {
    pub(super) here: Here<'a, Instance>,
    pub(super) member: &'a Member,
    pub(super) chosen: Chosen,
    pub(super) effective: Effective,
}

/// The lane of one group.
pub(super) struct Lane<'d, 'a> {
    pub(super) draft: &'d mut Draft<'a>,
    pub(super) gate: Gate<'a>,
    pub(super) settings: Settings<'a>,
    pub(super) times: Times,
    /// What the next step comes after.
    pub(super) before: Vec<StepId>,
    /// The group's maximum while it runs.
    max: i32,
    /// Members there were, and those that came.
    known: BTreeSet<InstanceId>,
}

impl<'d, 'a> Lane<'d, 'a> {
    pub(super) fn new(draft: &'d mut Draft<'a>, gate: Gate<'a>, settings: Settings<'a>, before: Vec<StepId>) -> Self {
        let times = Times::of(gate.ground, gate.region, gate.group);
        let (max, known) = (gate.group.max, gate.members());
        Self { draft, gate, settings, times, before, max, known }
    }

    /// All of a group's members that are replaced, one after another.
    pub(super) fn plan(&mut self, jobs: &[Job<'a>]) -> Result<Vec<StepId>, Refusal> {
        let grows = |job: &&Job<'a>| matches!(job.chosen.way, Way::LaunchFirst | Way::Elsewhere);
        let part: Text = match jobs {
            [one] => one.here.thing.id.text().clone(),
            _ => self.gate.group.name.text().clone(),
        };
        let growing = jobs.iter().filter(grows).count();
        let suspended = if growing > 0 { self.make_room(&part, jobs) } else { Vec::new() };
        for job in jobs {
            self.one(job)?;
        }
        if growing > 0 {
            self.put_back(&part, suspended);
        }
        Ok(self.before.clone())
    }

    fn add(&mut self, part: Part) -> StepId {
        let id = self.draft.add(part.after(self.before.clone()));
        self.before = vec![id.clone()];
        id
    }

    fn processes(&self, processes: &[Process]) -> Processes {
        Processes { auto_scaling_group_name: self.gate.group.name.clone(), scaling_processes: processes.to_vec() }
    }

    fn resize(&self, max: i32) -> Action {
        Action::UpdateAutoScalingGroup(Resize { max_size: Some(max), ..Resize::of(&self.gate.group.name) })
    }

    /// Holds what would interfere, and raises the maximum where it leaves no room. Gives what it suspended.
    fn make_room(&mut self, part: &Text, jobs: &[Job<'a>]) -> Vec<Process> {
        let group = self.gate.group;
        let name = &group.name;
        let suspended = self.gate.interferes();
        if !suspended.is_empty() {
            let words: Vec<&str> = suspended.iter().map(|process| process.as_str()).collect();
            let fact = Fact::Suspended { group: name.clone(), processes: suspended.iter().copied().collect() };
            let step =
                Part::new(part, format!("suspend {} of {name}", words.join(", ")), "it would move members meanwhile")
                    .blocks(self.gate.guards(true))
                    .blocks(jobs.iter().map(|job| ("member", self.is_in_service(&job.here.thing.id))))
                    .call(Action::SuspendProcesses(self.processes(&suspended)))
                    .until(fact, 5, 120)
                    .undo(Action::ResumeProcesses(self.processes(&suspended)));
            self.add(step);
            self.draft.changes.push(format!("{name}: {} suspended while it runs, resumed after", words.join(", ")));
        }
        if group.desired >= self.max {
            let raised = group.desired + 1;
            let step = Part::new(
                part,
                format!("raise max of {name}: {} → {raised}", self.max),
                "there is no room for one more",
            )
            .blocks(self.gate.guards(true))
            .call(self.resize(raised))
            .until(self.gate.sizes(group.desired, raised), 5, 120)
            .undo(self.resize(self.max));
            self.add(step);
            self.draft.changes.push(format!("{name}: max {} → {raised} while it runs, {} after", self.max, self.max));
            self.max = raised;
        }
        suspended
    }

    fn put_back(&mut self, part: &Text, suspended: Vec<Process>) {
        let group = self.gate.group;
        let name = &group.name;
        let steady = Fact::Settled { group: name.clone(), in_service: usize::try_from(group.desired).unwrap_or(0) };
        if self.max != group.max {
            let step = Part::new(part, format!("put max of {name} back to {}", group.max), "it was raised for this")
                .block("sizes", self.gate.sizes(group.desired, self.max))
                .call(self.resize(group.max))
                .until(self.gate.sizes(group.desired, group.max), 5, 120);
            self.add(step);
        }
        if !suspended.is_empty() {
            let words: Vec<&str> = suspended.iter().map(|process| process.as_str()).collect();
            let fact = Fact::ProcessesRun { group: name.clone(), processes: suspended.iter().copied().collect() };
            let step = Part::new(part, format!("resume {} of {name}", words.join(", ")), "it was suspended for this")
                .warn("settled", steady)
                .call(Action::ResumeProcesses(self.processes(&suspended)))
                .until(fact, 5, 120);
            self.add(step);
        }
    }

    fn one(&mut self, job: &Job<'a>) -> Result<(), Refusal> {
        let id = &job.here.thing.id;
        self.draft.why.push(format!("{id}: {}: {}", job.chosen.way, job.chosen.why));
        let before: Vec<LocalCommand> = job.effective.terms.before.clone();
        self.commands(job, "before", &before, None);
        let new = match job.chosen.way {
            Way::LaunchFirst | Way::Elsewhere => Some(self.launch_first(job)?),
            Way::TerminateFirst => Some(self.terminate_first(job)),
            Way::Standby => Some(self.stand_by(job)),
            Way::MarkUnhealthy => Some(self.mark(job)),
            Way::CompleteHook => {
                self.complete_hook(job)?;
                None
            }
            Way::StopStart | Way::Restore | Way::RootVolume => None,
        };
        let after: Vec<LocalCommand> = job.effective.terms.after.clone();
        self.commands(job, "after", &after, new.as_ref());
        if let Some(step) = new {
            self.known.remove(id);
            self.known.insert(InstanceId::from(format!("${{{step}}}")));
        }
        Ok(())
    }

    /// Policy's programs, told whom they are about.
    fn commands(&mut self, job: &Job<'a>, when: &str, commands: &[LocalCommand], new: Option<&StepId>) {
        if commands.is_empty() {
            return;
        }
        let id = &job.here.thing.id;
        let mut env: BTreeMap<Text, Text> = [
            ("FOURNINES_OPERATION", "replace"),
            ("FOURNINES_TARGET", id.as_str()),
            ("FOURNINES_GROUP", self.gate.group.name.as_str()),
            ("FOURNINES_REGION", self.gate.region.as_str()),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        if let Some(step) = new {
            env.insert("FOURNINES_NEW".into(), format!("${{{step}}}").into());
        }
        let commands: Vec<LocalCommand> = commands.iter().map(|command| with_env(command, &env)).collect();
        let words: Vec<String> = commands.iter().map(|command| command.argv.join(" ")).collect();
        let takes = commands.len() as u64 * 10;
        self.add(
            Part::new(id.text(), format!("run {}", words.join("; ")), format!("policy asks for it {when} each"))
                .commands(commands, takes),
        );
    }

    fn is_in_service(&self, id: &InstanceId) -> Fact {
        Fact::MemberIn {
            group: self.gate.group.name.clone(),
            instance: id.clone(),
            states: vec![LifecycleState::InService],
        }
    }

    fn end(&self, whom: Whom, decrement: bool) -> Action {
        Action::TerminateInstanceInAutoScalingGroup(TerminateMember {
            instance_id: whom,
            should_decrement_desired_capacity: decrement,
        })
    }

    fn left(&self, id: &InstanceId) -> Fact {
        Fact::MemberLeft { group: self.gate.group.name.clone(), instance: id.clone() }
    }

    fn grown(&self) -> Fact {
        Fact::Grown { group: self.gate.group.name.clone(), beside: self.known.clone(), by: 1 }
    }

    fn launch_failed(&self) -> Fact {
        Fact::LaunchFailed { group: self.gate.group.name.clone(), after: self.gate.launched_at(), but_in: None }
    }

    /// Grow, drain, end: the safe way.
    fn launch_first(&mut self, job: &Job<'a>) -> Result<StepId, Refusal> {
        let group = self.gate.group;
        let (name, id) = (&group.name, &job.here.thing.id);
        let (now, one_more) = (group.desired, group.desired + 1);
        let (grow, where_to) = self.growth(job, one_more)?;
        let this = self.draft.next();
        let step = Part::new(
            id.text(),
            format!("launch one more in {name}{where_to}: desired {now} → {one_more}"),
            "what replaces it must serve before it goes",
        )
        .blocks(self.gate.guards_at(self.max, true))
        .block("member", self.is_in_service(id))
        .call(grow)
        .until(self.grown(), self.times.come_s, self.times.come_deadline_s)
        .held_for(self.times.warm_s)
        .fails(self.launch_failed())
        .undo(self.end(Whom::From(this), true))
        .undo(Action::SetDesiredCapacity(self.set_desired(now)));
        let grown = self.add(step);
        let gone: BTreeSet<InstanceId> = [id.clone()].into();
        let steady = usize::try_from(now).unwrap_or(0).max(job.effective.floor(now));
        let step =
            Part::new(id.text(), format!("drain and end {id}: desired {one_more} → {now}"), "its replacement serves")
                .block("member", self.is_in_service(id))
                .block("sizes", self.gate.sizes(one_more, self.max))
                .block("in-service", self.gate.in_service(gone.clone(), steady.min(self.gate.others(&gone) + 1)))
                .blocks(self.gate.healthy(&gone, 0))
                .call(self.end(Whom::from(id), true))
                .until(self.left(id), self.times.go_s, self.times.go_deadline_s);
        self.add(step);
        self.tell(job, Some(&grown));
        Ok(grown)
    }

    fn set_desired(&self, desired: i32) -> SetDesired {
        SetDesired {
            auto_scaling_group_name: self.gate.group.name.clone(),
            desired_capacity: desired,
            honor_cooldown: false,
        }
    }

    /// The call that grows the group by one, and where to: AWS chooses, unless the old one's zone or another is asked for.
    fn growth(&self, job: &Job<'a>, one_more: i32) -> Result<(Action, String), Refusal> {
        let elsewhere = job.chosen.way == Way::Elsewhere;
        if !elsewhere && self.settings.get("grow") != Some("launch") {
            return Ok((Action::SetDesiredCapacity(self.set_desired(one_more)), String::new()));
        }
        let zone = (!elsewhere).then_some(&job.here.thing.zone);
        let subnet = self.subnet(zone).ok_or_else(|| {
            let which = if elsewhere { "that is in a zone that is not sick" } else { "of its zone" };
            Refusal::new(
                format!(
                    "{} has no subnet {which} with an address left, as far as subnets are known",
                    self.gate.group.name
                ),
                "add one to the group, or wait until the zone is well",
            )
        })?;
        let launch = LaunchInstances {
            auto_scaling_group_name: self.gate.group.name.clone(),
            requested_capacity: 1,
            client_token: TOKEN.into(),
            subnet_ids: vec![subnet.id.clone()],
            retry_strategy: "none".into(),
        };
        Ok((Action::LaunchInstances(launch), format!(" in {} ({})", subnet.zone, subnet.id)))
    }

    /// The group's subnet in a zone, or in the one that is not sick and has fewest of its members.
    fn subnet(&self, zone: Option<&crate::id::ZoneName>) -> Option<&'a Subnet> {
        let all = self.gate.ground.all::<Subnet>(self.gate.region)?;
        let counts = self.gate.group.in_service_by_zone();
        let own = all.into_iter().filter(|subnet| self.gate.group.subnets.contains(&subnet.id));
        own.filter(|subnet| match zone {
            Some(zone) => subnet.zone == *zone,
            None => !self.gate.ground.is_sick(self.gate.region, &subnet.zone),
        })
        .filter(|subnet| subnet.free_addresses.is_none_or(|free| free > 0))
        .min_by_key(|subnet| {
            (counts.get(&subnet.zone).copied().unwrap_or(0), -subnet.free_addresses.unwrap_or(0), subnet.id.clone())
        })
    }

    fn tell(&mut self, job: &Job<'a>, new: Option<&StepId>) {
        let group = self.gate.group;
        let id = &job.here.thing.id;
        let here = group.in_service_by_zone().get(&job.member.zone).copied().unwrap_or(0);
        let new = new.map(|step| format!(", and one new (from {step})")).unwrap_or_default();
        self.draft.changes.push(format!(
            "{}: {here} → {} in service without {id}{new}",
            job.member.zone,
            here.saturating_sub(1)
        ));
        self.draft.changes.push(format!("{}: {} in service before and after", group.name, group.in_service().count()));
        self.draft
            .cannot_undo
            .push(format!("{id} is ended: its id and addresses, and what is on volumes that go with it"));
    }
}
