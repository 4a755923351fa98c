//! Capacity comes last, in slow steps, and never below what today needs (`aws-domain.md` C.3, return).
//!
//! Must stay true: whoever is ended is named, is not in the zone that is returned to, and is counted out before; desired goes to the
//! larger of the record and today's need; where others changed it, or the load is not known, it stays.

use std::collections::{BTreeMap, BTreeSet};

use super::super::away::{Field, Merged, Value};
use super::super::call::{Action, GroupTag, GroupTags, Process, TerminateMember, Whom};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::wait::Times;
use super::group::{Entering, SHOWN_S, processes};
use super::{Back, Sizes, need};
use crate::estate::group::{Group, LifecycleState, Member};
use crate::id::{InstanceId, Text, ZoneName};

/// What share of a group is ended in one step, at most: one in so many.
const SLOWLY: i32 = 10;

/// To where desired goes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) to: i32,
    pub(super) why: Option<String>,
}

impl<'a> Back<'_, 'a> {
    /// Where desired goes; none where it is not ours to lower.
    pub(super) fn wanted(&self, group: &Group) -> Option<Wanted> {
        let merged = self.scope.is_ours(&Field::Desired(group.name.clone()))?;
        let Value::Number(before) = merged.change.before else { return None };
        if before >= group.desired {
            return Some(Wanted { to: before, why: None });
        }
        let name = &group.name;
        Some(match need::today(self.ground, self.zone.region, group) {
            Some(need) if need > before => Wanted {
                to: need.min(group.desired),
                why: Some(format!(
                    "desired of {name}: {} and not {before}, since today's load needs {need}",
                    need.min(group.desired)
                )),
            },
            Some(_) => Wanted { to: before, why: None },
            None => Wanted {
                to: group.desired,
                why: Some(format!(
                    "desired of {name} stays {}: today's load is not known; before it was {before}",
                    group.desired
                )),
            },
        })
    }

    /// Lowers what was raised, lets act again what was held, and takes off the tags.
    pub(super) fn leave_capacity(&mut self, mut entering: Entering<'a>) {
        let group = entering.gate.group;
        let mut after = self.traffic_of(group);
        after.extend(entering.entered.clone().or_else(|| Some(self.watched.clone())));
        after.extend(self.draft.last(&entering.part));
        after.sort();
        after.dedup();
        let mut first = Some(after);
        self.minimum(&mut entering, &mut first);
        self.ends(&mut entering, &mut first);
        self.maximum(&mut entering, &mut first);
        self.act_again(&mut entering, &mut first);
        self.tags(&entering, &mut first);
        self.sizes.insert(group.name.clone(), entering.sizes);
    }

    fn number(&self, field: Field) -> Option<(&'a Merged, i32)> {
        let merged = self.scope.is_ours(&field)?;
        match merged.change.before {
            Value::Number(before) => Some((merged, before)),
            _ => None,
        }
    }

    fn later(&mut self, part: Part, first: &mut Option<Vec<super::StepId>>) {
        let part = match first.take() {
            Some(after) => part.after(after),
            None => part,
        };
        self.draft.add(part);
    }

    fn minimum(&mut self, entering: &mut Entering<'a>, first: &mut Option<Vec<super::StepId>>) {
        let name = entering.gate.group.name.clone();
        let Some((merged, before)) = self.number(Field::Min(name.clone())) else { return };
        let from = entering.sizes;
        let to = Sizes { min: before.min(from.desired), ..from };
        self.resize(entering, to, "the least it may have, as it was", first);
        self.tell(merged);
    }

    fn maximum(&mut self, entering: &mut Entering<'a>, first: &mut Option<Vec<super::StepId>>) {
        let group = entering.gate.group;
        let name = group.name.clone();
        let before = self.number(Field::Max(name));
        // Room that was made for those who came is taken back, too.
        let wanted = before.map_or(group.max, |(_, before)| before).max(entering.sizes.desired);
        if wanted != entering.sizes.max {
            let to = Sizes { max: wanted, ..entering.sizes };
            self.resize(entering, to, "the most it may have, as it was", first);
        }
        match before {
            Some((merged, before)) if wanted == before => self.tell(merged),
            Some((_, before)) => {
                self.left(format!("max of {}: {wanted}, since so many are kept; before it was {before}", group.name));
            }
            None => {}
        }
    }

    fn resize(&mut self, entering: &mut Entering<'a>, to: Sizes, why: &str, first: &mut Option<Vec<super::StepId>>) {
        let name = &entering.gate.group.name;
        let from = entering.sizes;
        let step = Part::new(&entering.part, format!("set {name}: {to}"), why)
            .block("sizes", from.fact(name))
            .call(to.resize(name, from))
            .until(to.fact(name), 5, SHOWN_S)
            .undo(from.resize(name, to));
        self.later(step, first);
        entering.sizes = to;
    }

    /// Those that are too many, a few at a time, each by its id.
    fn ends(&mut self, entering: &mut Entering<'a>, first: &mut Option<Vec<super::StepId>>) {
        let group = entering.gate.group;
        let wanted = self.wanted(group);
        let to = wanted.as_ref().map_or(group.desired, |wanted| wanted.to);
        let merged = self.scope.is_ours(&Field::Desired(group.name.clone()));
        if let Some(merged) = merged {
            match wanted.and_then(|wanted| wanted.why) {
                Some(why) => self.left(why),
                None => self.tell(merged),
            }
        }
        if to > entering.sizes.desired {
            let to = Sizes { desired: to, ..entering.sizes };
            self.resize(entering, to, "as many as there were", first);
            return;
        }
        let too_many = usize::try_from(entering.sizes.desired - to).unwrap_or(0);
        let victims = self.victims(group, too_many);
        if victims.len() < too_many {
            let name = &group.name;
            self.left(format!("{name}: {} of {too_many} can be ended outside {}", victims.len(), self.zone.name));
        }
        let times = Times::of(self.ground, self.zone.region, group);
        let at_once = usize::try_from((to / SLOWLY).max(1)).unwrap_or(1);
        let mut gone: BTreeSet<InstanceId> = BTreeSet::new();
        for few in victims.chunks(at_once) {
            gone.extend(few.iter().cloned());
            let from = entering.sizes;
            let desired = from.desired - i32::try_from(few.len()).unwrap_or(0);
            let names: Vec<&str> = few.iter().map(InstanceId::as_str).collect();
            let mut step = Part::new(
                &entering.part,
                format!("drain and end {} of {}: desired {} → {desired}", names.join(", "), group.name, from.desired),
                "added for the evacuation; slowly, and everybody else stays",
            )
            .block("sizes", from.fact(&group.name))
            .block(
                "in-service",
                entering.gate.in_service(few.iter().cloned().collect(), usize::try_from(desired).unwrap_or(1).max(1)),
            )
            .block("zone", Fact::ZonePasses { zone: self.zone.name.clone() })
            .blocks(entering.gate.healthy(&gone, too_many));
            let mut of = Vec::new();
            for id in few {
                step = step.call(Action::TerminateInstanceInAutoScalingGroup(TerminateMember {
                    instance_id: Whom::from(id),
                    should_decrement_desired_capacity: true,
                }));
                of.push(Fact::MemberLeft { group: group.name.clone(), instance: id.clone() });
            }
            entering.sizes.desired = desired;
            self.later(step.until(Fact::All { of }, times.go_s, times.go_deadline_s), first);
        }
        if !victims.is_empty() {
            self.draft.cannot_undo.push(format!("{} of {} are ended; new ones can come", victims.len(), group.name));
        }
    }

    /// Whom: never in the zone, never who is protected; from where most are, and of those whom the evacuation brought first.
    fn victims(&self, group: &Group, count: usize) -> Vec<InstanceId> {
        let mut zones: BTreeMap<&ZoneName, Vec<&Member>> = BTreeMap::new();
        for member in &group.members {
            let may_go = member.state == LifecycleState::InService && !member.protected;
            if may_go && member.zone != *self.zone.name {
                zones.entry(&member.zone).or_default().push(member);
            }
        }
        for members in zones.values_mut() {
            // The last goes first.
            members.sort_by_key(|member| (self.scope.brought.contains(&member.instance), member.instance.clone()));
        }
        let mut victims = Vec::new();
        while victims.len() < count {
            let fullest = zones.values_mut().max_by_key(|members| members.len());
            let Some(member) = fullest.and_then(Vec::pop) else { break };
            victims.push(member.instance.clone());
        }
        victims
    }

    fn act_again(&mut self, entering: &mut Entering<'a>, first: &mut Option<Vec<super::StepId>>) {
        if entering.late.is_empty() {
            return;
        }
        let name = &entering.gate.group.name;
        let late: Vec<Process> = std::mem::take(&mut entering.late);
        let words: Vec<&str> = late.iter().map(|process| process.as_str()).collect();
        let fact = Fact::ProcessesRun { group: name.clone(), processes: late.iter().copied().collect() };
        let step =
            Part::new(&entering.part, format!("resume {} of {name}", words.join(", ")), "traffic and members are back")
                .block("zone", Fact::ZonePasses { zone: self.zone.name.clone() })
                .call(Action::ResumeProcesses(processes(name, late.clone())))
                .until(fact, 5, SHOWN_S)
                .undo(Action::SuspendProcesses(processes(name, late)));
        self.later(step, first);
    }

    /// The marks go last: until then any laptop can see what is away.
    fn tags(&mut self, entering: &Entering<'a>, first: &mut Option<Vec<super::StepId>>) {
        let group = entering.gate.group;
        let mut keys: Vec<(Text, Text)> = Vec::new();
        for merged in self.scope.ours() {
            if let (Field::Tag(name, key), Some(Value::Word(value))) = (&merged.change.field, &merged.now)
                && *name == group.name
            {
                keys.push((key.clone(), value.clone()));
            }
        }
        if keys.is_empty() {
            return;
        }
        let all = |value: fn(&Text) -> Option<Text>| GroupTags {
            tags: keys.iter().map(|(key, text)| GroupTag::new(&group.name, key, value(text))).collect(),
        };
        let fact =
            |(key, _): &(Text, Text)| Fact::GroupTagged { group: group.name.clone(), key: key.clone(), value: None };
        let step =
            Part::new(&entering.part, format!("take the marks off {}", group.name), "nothing of it is away any more")
                .call(Action::DeleteTags(all(|_| None)))
                .until(Fact::All { of: keys.iter().map(fact).collect() }, 5, SHOWN_S)
                .undo(Action::CreateOrUpdateTags(all(|value| Some(value.clone()))));
        self.later(step, first);
    }
}
