//! `scale`: a group's desired, minimum and maximum (`aws-domain.md` C.1, A.2).
//!
//! Owns: the form and the steps. Depends on: gates, waits, whom AWS would end. Must stay true: whoever would be ended is named before;
//! what would undo the change while it is made is suspended and put back, and what may undo it afterwards is told.

mod inward;
mod victims;

use super::call::{Action, Process, Processes, Resize, TerminateMember, Whom};
use super::condition::Fact;
use super::draft::{Draft, Part};
use super::gates::Gate;
use super::ground::{Ground, Here};
use super::intent::{Field, FieldKind, Intent, Settings, TargetKind};
use super::lanes::{AT_ONCE, Lanes};
use super::plan::{Plan, Refusal, StepId};
use super::registry::{Operation, Under};
use super::replace;
use super::rules::Effective;
use super::wait::Times;
use crate::estate::SliceId;
use crate::estate::group::Group;
use crate::id::{InstanceId, Text};

/// Up to how many new members an undo ends one by one; beyond, AWS chooses.
const ONE_BY_ONE: usize = 20;

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "scale",
    doc: "change how many members a group keeps, at least and at most",
    target: TargetKind::Group,
    form: &[
        Field { name: "desired", doc: "members it keeps: 6, +1, -2", kind: FieldKind::Count, default: None },
        Field { name: "min", doc: "members it never goes below by itself", kind: FieldKind::Count, default: None },
        Field { name: "max", doc: "members it never goes above by itself", kind: FieldKind::Count, default: None },
        Field { name: "end", doc: "scaling in: these and no others", kind: FieldKind::Ids, default: None },
        Field {
            name: "keep",
            doc: "scaling in: not these, which are protected meanwhile",
            kind: FieldKind::Ids,
            default: None,
        },
        AT_ONCE,
    ],
    plan,
    reads,
};

/// A group's sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    min: i32,
    desired: i32,
    max: i32,
}

impl std::fmt::Display for Sizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "min {}, desired {}, max {}", self.min, self.desired, self.max)
    }
}

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let mut under = Under::new(ground, intent);
    if let [_, _, ..] = intent.targets.as_slice()
        && let Some(field) = ["end", "keep"].into_iter().find(|field| settings.get(field).is_some())
    {
        let why = format!("{field}= names members of one group, and {} are meant", intent.targets.len());
        return Err(Refusal::new(why, "scale that group by itself"));
    }
    let mut jobs = Vec::new();
    for name in &intent.targets {
        let here = ground.group(intent.region.as_ref(), name)?;
        let effective = under.of_group(here)?;
        jobs.push(Job::of(ground, here, &settings, effective)?);
    }
    let (region, token) = under.place()?;
    let any = jobs.first().map(|job| &job.gate.group.name);
    let mut draft = Draft::new(ground, &region, &token, ground.made_from(&region, any));
    under.tell(&mut draft);
    let mut lanes = Lanes::new(&mut draft, &under, &settings, intent.targets.len());
    for job in jobs {
        lanes.lane(&mut draft, [job], |draft, job| job.plan(draft, &settings))?;
    }
    draft.finish(intent)
}

/// A group that is scaled.
struct Job<'a> {
    gate: Gate<'a>,
    now: Sizes,
    wanted: Sizes,
    effective: Effective,
}

impl<'a> Job<'a> {
    fn of(
        ground: &'a Ground<'a>,
        here: Here<'a, Group>,
        settings: &Settings<'_>,
        effective: Effective,
    ) -> Result<Self, Refusal> {
        let group = here.thing;
        let gate = Gate { ground, region: here.region, group };
        gate.is_free()?;
        let now = Sizes { min: group.min, desired: group.desired, max: group.max };
        let wanted = wanted(now, settings, settings.ids("end").count())?;
        if wanted == now {
            let remedy = format!("--set desired=…, min=… or max=…; of several: --skip {}", group.name);
            return Err(Refusal::new(format!("{} is so already: {now}", group.name), remedy));
        }
        Ok(Self { gate, now, wanted, effective })
    }

    fn plan(self, draft: &mut Draft<'a>, settings: &Settings<'_>) -> Result<(), Refusal> {
        let Self { gate, now, wanted, effective } = self;
        let mut scaling = Scaling { draft: &mut *draft, gate, now, wanted, part: gate.group.name.text().clone() };
        match wanted.desired.cmp(&now.desired) {
            std::cmp::Ordering::Greater => scaling.out()?,
            std::cmp::Ordering::Less => {
                let ids = |field| settings.ids(field).map(InstanceId::from).collect::<Vec<_>>();
                scaling.within(&effective, &ids("end"), &ids("keep"))?;
            }
            std::cmp::Ordering::Equal => scaling.limits(),
        }
        let again = gate.changes_again();
        if !again.is_empty() {
            draft.changes.push(format!("{} may change again afterwards: {}", gate.group.name, again.join("; ")));
        }
        Ok(())
    }
}

fn wanted(now: Sizes, settings: &Settings<'_>, ends: usize) -> Result<Sizes, Refusal> {
    let of = |name: &str, now: i32| settings.count(name).map_or(now, |count| count.of(now));
    let (min, max) = (of("min", now.min), of("max", now.max));
    let by_ends = now.desired - i32::try_from(ends).unwrap_or(i32::MAX);
    let desired = match settings.count("desired") {
        Some(count) => count.of(now.desired),
        None if ends > 0 => by_ends,
        // AWS moves desired between new limits by itself: said here, so that it is seen.
        None => now.desired.max(min).min(max),
    };
    let sizes = Sizes { min, desired, max };
    if min < 0 || desired < min || desired > max {
        return Err(Refusal::new(
            format!("{sizes}: min may not be above desired, nor desired above max"),
            format!(
                "now {now}; set all that must change, as in --set desired={desired} --set max={}",
                desired.max(max)
            ),
        ));
    }
    if ends > 0 && desired != by_ends {
        return Err(Refusal::new(
            format!("{ends} are named to be ended, and desired {} → {desired} is another number", now.desired),
            "leave out desired=, or name as many",
        ));
    }
    Ok(sizes)
}

/// A scaling in the making.
struct Scaling<'d, 'a> {
    draft: &'d mut Draft<'a>,
    gate: Gate<'a>,
    now: Sizes,
    wanted: Sizes,
    part: Text,
}

impl Scaling<'_, '_> {
    fn resize(&self, to: Sizes, but: Sizes) -> Action {
        let said = |to: i32, but: i32| (to != but).then_some(to);
        Action::UpdateAutoScalingGroup(Resize {
            min_size: said(to.min, but.min),
            max_size: said(to.max, but.max),
            desired_capacity: said(to.desired, but.desired),
            ..Resize::of(&self.gate.group.name)
        })
    }

    fn sizes(&self, sizes: Sizes) -> Fact {
        let Sizes { min, desired, max } = sizes;
        Fact::Sizes { group: self.gate.group.name.clone(), min, desired, max }
    }

    fn step(&self, title: String, why: &str) -> Part {
        Part::new(&self.part, title, why)
    }

    /// Suspends what would change sizes meanwhile.
    fn hold(&mut self) -> Vec<Process> {
        let held = self.gate.interferes();
        if held.is_empty() {
            return held;
        }
        let name = self.gate.group.name.clone();
        let words: Vec<&str> = held.iter().map(|process| process.as_str()).collect();
        let processes = Processes { auto_scaling_group_name: name.clone(), scaling_processes: held.clone() };
        let fact = Fact::Suspended { group: name.clone(), processes: held.iter().copied().collect() };
        let step = self
            .step(format!("suspend {} of {name}", words.join(", ")), "it would change sizes meanwhile")
            .blocks(self.gate.guards(false))
            .call(Action::SuspendProcesses(processes.clone()))
            .until(fact, 5, 120)
            .undo(Action::ResumeProcesses(processes));
        self.draft.add(step);
        self.draft.changes.push(format!("{name}: {} suspended while it runs, resumed after", words.join(", ")));
        held
    }

    fn release(&mut self, held: Vec<Process>) {
        if held.is_empty() {
            return;
        }
        let name = self.gate.group.name.clone();
        let words: Vec<&str> = held.iter().map(|process| process.as_str()).collect();
        let fact = Fact::ProcessesRun { group: name.clone(), processes: held.iter().copied().collect() };
        let step = self
            .step(format!("resume {} of {name}", words.join(", ")), "it was suspended for this")
            .warn("sizes", self.sizes(self.wanted))
            .call(Action::ResumeProcesses(Processes { auto_scaling_group_name: name, scaling_processes: held }))
            .until(fact, 5, 120);
        self.draft.add(step);
    }

    fn tell(&mut self) {
        self.draft.changes.insert(0, format!("{}: {} → {}", self.gate.group.name, self.now, self.wanted));
    }

    fn limits(&mut self) {
        let step = self
            .step(format!("set {} to {}", self.gate.group.name, self.wanted), "asked for")
            .blocks(self.gate.guards(false))
            .call(self.resize(self.wanted, self.now))
            .until(self.sizes(self.wanted), 5, 120)
            .undo(self.resize(self.now, self.wanted));
        self.draft.add(step);
        self.tell();
    }

    fn out(&mut self) -> Result<(), Refusal> {
        self.gate.launches()?;
        let group = self.gate.group;
        let by = usize::try_from(self.wanted.desired - self.now.desired).unwrap_or(0);
        let times = Times::of(self.gate.ground, self.gate.region, group);
        let held = self.hold();
        let this = self.draft.next();
        let grown = Fact::Grown { group: group.name.clone(), beside: self.gate.members(), by };
        let mut step = self
            .step(format!("grow {} by {by}: {}", group.name, self.wanted), "asked for")
            .blocks(self.gate.guards(true))
            .call(self.resize(self.wanted, self.now))
            .until(Fact::All { of: vec![self.sizes(self.wanted), grown] }, times.come_s, times.come_deadline_s)
            .held_for(times.warm_s)
            .fails(Fact::LaunchFailed { group: group.name.clone(), after: self.gate.launched_at(), but_in: None });
        // Taken back, those go that came, and nobody else: each by its id, above the old minimum.
        if by <= ONE_BY_ONE {
            if self.wanted.min != self.now.min {
                step = step.undo(self.resize(Sizes { min: self.now.min, ..self.wanted }, self.wanted));
            }
            for which in 0..by {
                step = step.undo(end(nth(&this, which)));
            }
        } else {
            self.draft
                .cannot_undo
                .push(format!("{by} are too many to end one by one: taken back, AWS chooses whom it ends"));
        }
        let step = step.undo(self.resize_all(self.now));
        self.draft.add(step);
        self.tell();
        self.draft.changes.push(format!(
            "{by} new, in zones that AWS chooses; {} serve before it is done",
            group.in_service().count() + by
        ));
        self.release(held);
        Ok(())
    }

    /// All three, whatever they are by then.
    fn resize_all(&self, to: Sizes) -> Action {
        Action::UpdateAutoScalingGroup(Resize {
            min_size: Some(to.min),
            max_size: Some(to.max),
            desired_capacity: Some(to.desired),
            ..Resize::of(&self.gate.group.name)
        })
    }
}

fn end(whom: Whom) -> Action {
    Action::TerminateInstanceInAutoScalingGroup(TerminateMember {
        instance_id: whom,
        should_decrement_desired_capacity: true,
    })
}

/// One of what a step brings.
fn nth(step: &StepId, which: usize) -> Whom {
    Whom::From(StepId::from(format!("{step}#{which}").as_str()))
}

fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let of = |name: &Text| {
        let here = ground.group(intent.region.as_ref(), name).ok()?;
        Some(replace::of_group(here.region, &here.thing.name))
    };
    intent.targets.iter().filter_map(of).flatten().collect()
}
