//! Instances that no group replaces: stopped and started on another host, or launched anew from an image (`aws-domain.md` C.1, F 1-3, 37).
//!
//! Owns: the steps of both, and what speaks against them. Depends on: draft, ground, waits. Must stay true: what a stop loses is told before it
//! is planned, and data is not lost unless somebody says so; an old instance is kept until what takes its place serves.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::call::{
    Action, Associate, FromTemplate, Instances, Profile, Run, Stop, Tag, TagSpecification, TargetSpec, Targets, Whom,
};
use super::super::condition::Fact;
use super::super::draft::{Draft, Part};
use super::super::fill::TOKEN;
use super::super::ground::{Ground, Here};
use super::super::intent::Settings;
use super::super::plan::{LocalCommand, Refusal, StepId};
use super::super::rules::{Effective, with_env};
use super::super::wait;
use super::way::{Chosen, Way};
use crate::estate::balancer::{Target, TargetGroup};
use crate::estate::image::Address;
use crate::estate::instance::{Instance, InstanceAttributes, InstanceState};
use crate::estate::zone::Subnet;
use crate::id::{Arn, ImageId, InstanceId, Text};

/// How long a stop may take before it hangs (`aws-domain.md` C.5).
const STOP_S: u64 = 600;
/// How long a start may take until its checks pass.
const START_S: u64 = 900;
/// How long a new one may take until its checks pass.
const RUN_S: u64 = 1200;
/// What registering takes until a target counts, at most.
const SERVE_S: u64 = 300;

/// The lane of one instance.
pub(super) struct Lane<'d, 'a> {
    pub(super) draft: &'d mut Draft<'a>,
    pub(super) ground: &'a Ground<'a>,
    pub(super) here: Here<'a, Instance>,
    pub(super) settings: Settings<'a>,
    pub(super) effective: Effective,
    /// What the next step comes after.
    pub(super) before: Vec<StepId>,
    targets: Vec<(&'a TargetGroup, Vec<&'a Target>)>,
}

impl<'d, 'a> Lane<'d, 'a> {
    pub(super) fn new(
        draft: &'d mut Draft<'a>,
        ground: &'a Ground<'a>,
        here: Here<'a, Instance>,
        settings: Settings<'a>,
        effective: Effective,
        before: Vec<StepId>,
    ) -> Result<Self, Refusal> {
        let targets = ground.targets_of(here.region, &here.thing.id).ok_or_else(|| {
            Refusal::new(
                format!("which balancers send to {} is not known: target health not read", here.thing.id),
                "wait until it is read, or see `fournines status` for why it is not",
            )
        })?;
        Ok(Self { draft, ground, here, settings, effective, before, targets })
    }

    pub(super) fn plan(&mut self, chosen: &Chosen) -> Result<Vec<StepId>, Refusal> {
        let id = &self.here.thing.id;
        self.draft.why.push(format!("{id}: {}: {}", chosen.way, chosen.why));
        self.commands("before", &self.effective.terms.before.clone(), None);
        let new = match chosen.way {
            Way::Restore => Some(self.restore(chosen)?),
            _ => {
                self.stop_start(chosen)?;
                None
            }
        };
        self.commands("after", &self.effective.terms.after.clone(), new.as_ref());
        Ok(self.before.clone())
    }

    fn add(&mut self, part: Part) -> StepId {
        let id = self.draft.add(part.after(self.before.clone()));
        self.before = vec![id.clone()];
        id
    }

    fn step(&self, title: String, why: impl Into<String>) -> Part {
        Part::new(self.here.thing.id.text(), title, why)
    }

    fn commands(&mut self, when: &str, commands: &[LocalCommand], new: Option<&StepId>) {
        if commands.is_empty() {
            return;
        }
        let id = &self.here.thing.id;
        let mut env: std::collections::BTreeMap<Text, Text> = [
            ("FOURNINES_OPERATION", "replace"),
            ("FOURNINES_TARGET", id.as_str()),
            ("FOURNINES_REGION", self.here.region.as_str()),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
        let new = new.map_or_else(|| id.text().clone(), |step| format!("${{{step}}}").into());
        env.insert("FOURNINES_NEW".into(), new);
        let commands: Vec<LocalCommand> = commands.iter().map(|command| with_env(command, &env)).collect();
        let words: Vec<String> = commands.iter().map(|command| command.argv.join(" ")).collect();
        let takes = commands.len() as u64 * 10;
        let part = self.step(format!("run {}", words.join("; ")), format!("policy asks for it {when} each"));
        self.add(part.commands(commands, takes));
    }

    // -- stop and start ------------------------------------------------------------------------------------------------------

    fn stop_start(&mut self, chosen: &Chosen) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        self.may_be_stopped()?;
        let runs = matches!(instance.state, InstanceState::Running | InstanceState::Pending);
        let force = instance.state == InstanceState::Stopping;
        let drained = if runs { self.leave_balancers()? } else { Vec::new() };
        if instance.state != InstanceState::Stopped {
            let word = if force { "stop by force" } else { "stop" };
            let stop = Stop { instance_ids: vec![Whom::from(id)], force };
            let states = if force { vec![InstanceState::Stopping] } else { vec![InstanceState::Running] };
            let mut part = self
                .step(format!("{word} {id}"), chosen.why.clone())
                .block("state", Fact::InstanceIn { instance: id.clone(), states })
                .call(Action::StopInstances(stop))
                .until(Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] }, 90, STOP_S);
            if !force {
                part = part.undo(Action::StartInstances(Instances { instance_ids: vec![Whom::from(id)] }));
            }
            self.add(part);
        }
        let after = instance.launched_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let part = self
            .step(
                format!("start {id}"),
                "a start finds another host; where AWS has no capacity it stays stopped, its data intact",
            )
            .block("stopped", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] })
            .call(Action::StartInstances(Instances { instance_ids: vec![Whom::from(id)] }))
            .until(self.back(after), 180, START_S);
        self.add(part);
        self.join_balancers(&drained);
        self.tell_stop(force);
        Ok(())
    }

    /// Started anew, with what it had: its checks pass, and its elastic address is still its own.
    fn back(&self, after: Timestamp) -> Fact {
        let id = self.here.thing.id.clone();
        let restarted = Fact::Restarted { instance: id.clone(), after };
        let addresses = self.addresses().into_iter().filter_map(|address| address.allocation.clone());
        let mut of: Vec<Fact> = vec![restarted];
        of.extend(addresses.map(|allocation| Fact::AddressOn { allocation, instance: id.clone() }));
        if of.len() == 1 { of.remove(0) } else { Fact::All { of } }
    }

    fn addresses(&self) -> Vec<&'a Address> {
        let known = self.ground.estate.known::<Address>(self.here.region);
        known.filter(|address| address.instance.as_ref() == Some(&self.here.thing.id)).collect()
    }

    /// What a stop would lose, or why AWS would refuse it (`aws-domain.md` F.1).
    fn may_be_stopped(&self) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let root = instance.make.as_ref().and_then(|make| make.root.as_deref());
        if root == Some("instance-store") {
            return Err(Refusal::new(
                format!("{id} has its root on an instance store: it cannot be stopped, and an end loses it"),
                "way=restore launches another from its image; what is on its disks stays behind",
            ));
        }
        if instance.has_instance_store() != Some(false) && !self.settings.is_on("lose-instance-store") {
            return Err(Refusal::new(
                format!("{} comes with instance stores: a stop loses what {id} has on them", instance.instance_type),
                "way=restore keeps it until the new one serves; or, where nothing on them matters, --set lose-instance-store=yes",
            ));
        }
        if instance.lifecycle.is_some() && instance.lifecycle.as_deref() == Some("spot") {
            return Err(Refusal::new(
                format!("{id} is a Spot instance of one request: it cannot be stopped"),
                "way=restore",
            ));
        }
        let attributes = self.ground.of::<InstanceAttributes>(self.here.region, id.text()).unwrap_or_default();
        if attributes.iter().any(|attributes| attributes.keeps_from_stopping == Some(true)) {
            return Err(Refusal::new(
                format!("{id} is protected from being stopped"),
                format!(
                    "ask who protected it, then `aws ec2 modify-instance-attribute --instance-id {id} --no-disable-api-stop`"
                ),
            ));
        }
        Ok(())
    }

    fn tell_stop(&mut self, force: bool) {
        let instance = self.here.thing;
        let id = &instance.id;
        let draft = &mut self.draft;
        draft.changes.push(format!(
            "{id} in {}: stopped and started, on another host; private address and volumes stay",
            instance.zone
        ));
        draft.changes.push(format!(
            "risk: if AWS has no {} in {} at the start, it stays stopped, its data intact",
            instance.instance_type, instance.zone
        ));
        draft.cannot_undo.push(format!("{id}: what is in its memory"));
        if instance.has_instance_store() != Some(false) {
            draft.cannot_undo.push(format!("{id}: what is on its instance stores"));
        }
        if force {
            draft.cannot_undo.push(format!("{id}: what it had not written; its file systems may need a check"));
        }
        let elastic =
            self.ground.estate.known::<Address>(self.here.region).any(|address| address.instance.as_ref() == Some(id));
        if let Some(public) = instance.public_address.as_ref().filter(|_| !elastic) {
            self.draft.cannot_undo.push(format!("{id}: its public address {public}, which is not an elastic one"));
        }
    }

    // -- balancers -----------------------------------------------------------------------------------------------------------

    fn specs(own: &[&Target], id: &Text) -> Vec<TargetSpec> {
        own.iter().map(|target| TargetSpec { id: id.clone(), port: target.port }).collect()
    }

    /// Drained from its balancers, so that a stop cuts no connection. Where it is the only one that serves, it is stopped all the same,
    /// and somebody says why.
    fn leave_balancers(&mut self) -> Result<Vec<(Arn, Vec<TargetSpec>)>, Refusal> {
        let id = &self.here.thing.id;
        let mut left = Vec::new();
        for (group, own) in self.targets.clone() {
            let specs = Self::specs(&own, id.text());
            let targets = Targets { target_group_arn: group.arn.clone(), targets: specs.clone() };
            let (delay, _) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(&group.arn));
            let beside: BTreeSet<InstanceId> = [id.clone()].into();
            let part = self
                .step(format!("drain {id} from {}", group.name), "its connections end before it does")
                .warn("healthy", Fact::Healthy { target_group: group.arn.clone(), beside, at_least: 1 })
                .call(Action::DeregisterTargets(targets.clone()))
                .until(Fact::Drained { target_group: group.arn.clone(), instance: id.clone() }, delay, delay + 60)
                .undo(Action::RegisterTargets(targets));
            self.add(part);
            left.push((group.arn.clone(), specs));
        }
        Ok(left)
    }

    fn join_balancers(&mut self, left: &[(Arn, Vec<TargetSpec>)]) {
        let id = self.here.thing.id.clone();
        for (arn, specs) in left {
            let targets = Targets { target_group_arn: arn.clone(), targets: specs.clone() };
            let (_, warm) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(arn));
            let serves = Fact::Serves { instance: id.clone(), target_groups: vec![arn.clone()], classic: Vec::new() };
            let part = self
                .step(format!("put {id} back behind {}", arn.short()), "it was drained for this")
                .call(Action::RegisterTargets(targets))
                .until(serves, 60, SERVE_S)
                .held_for(warm);
            self.add(part);
        }
    }

    // -- from an image -------------------------------------------------------------------------------------------------------

    fn restore(&mut self, chosen: &Chosen) -> Result<StepId, Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        self.has_only_its_root()?;
        let image =
            self.settings.get("image").map(ImageId::from).or_else(|| instance.image.clone()).ok_or_else(|| {
                Refusal::new(format!("the image of {id} is not known"), "name one with --set image=ami-…")
            })?;
        let subnet = self.subnet()?;
        let this = self.draft.next();
        let new = InstanceId::from(format!("${{{this}}}"));
        let run = self.run(&image, subnet)?;
        let part = self
            .step(
                format!("launch another {} from {image} in {} ({})", instance.instance_type, subnet.zone, subnet.id),
                chosen.why.clone(),
            )
            .block("image", Fact::ImageUsable { image: image.clone() })
            .block("addresses", Fact::FreeAddresses { subnet: subnet.id.clone(), at_least: 1 })
            .call(Action::RunInstances(run))
            .until(Fact::ChecksPass { instance: new.clone() }, 240, RUN_S)
            .undo(Action::TerminateInstances(Instances { instance_ids: vec![Whom::From(this.clone())] }));
        self.add(part);
        self.take_its_place(&new);
        let drained = if instance.state == InstanceState::Running { self.leave_balancers()? } else { Vec::new() };
        let kept = drained.len();
        self.put_old_away()?;
        self.draft.changes.push(format!("{}: one new from {image}, with a new id and private address", subnet.zone));
        self.draft.changes.push(format!("{kept} target groups: the new one in, {id} out"));
        self.draft.changes.push("names in DNS, alarms and whatever else goes by the old id are not changed".to_owned());
        Ok(this)
    }

    /// Data volumes are of one zone and of one instance: what is on them does not come along.
    fn has_only_its_root(&self) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let data = instance.volumes.len().saturating_sub(1);
        if data == 0 || self.settings.is_on("without-volumes") {
            return Ok(());
        }
        Err(Refusal::new(
            format!(
                "{} has {data} volumes besides its root, which a new one from its image does not have",
                instance.id
            ),
            "move them by hand first, or say --set without-volumes=yes: they stay with the old one, which is kept",
        ))
    }

    fn subnet(&self) -> Result<&'a Subnet, Refusal> {
        let unknown = || Refusal::new("subnets are not known now", "wait until they are read");
        let all = self.ground.all::<Subnet>(self.here.region).ok_or_else(unknown)?;
        let instance = self.here.thing;
        if let Some(named) = self.settings.get("subnet") {
            let found = all.into_iter().find(|subnet| subnet.id.as_str() == named);
            return found
                .ok_or_else(|| Refusal::new(format!("there is no subnet {named}"), "see `fournines list zones`"));
        }
        let sick = |subnet: &Subnet| self.ground.is_sick(self.here.region, &subnet.zone);
        let fits = |subnet: &&Subnet| {
            subnet.vpc == instance.vpc && !sick(subnet) && subnet.free_addresses.is_none_or(|free| free > 0)
        };
        let own = |subnet: &Subnet| Some(&subnet.id) == instance.subnet.as_ref();
        let mut fitting: Vec<&Subnet> = all.into_iter().filter(fits).collect();
        fitting.sort_by_key(|subnet| (!own(subnet), -subnet.free_addresses.unwrap_or(0), subnet.id.clone()));
        fitting.first().copied().ok_or_else(|| {
            Refusal::new(
                format!("no subnet of {}'s network is in a zone that is well and has an address left", instance.id),
                "name one with --set subnet=subnet-…",
            )
        })
    }

    /// Like the old one: by its launch template, where AWS noted one, else by what it was made of.
    fn run(&self, image: &ImageId, subnet: &Subnet) -> Result<Run, Refusal> {
        let instance = self.here.thing;
        let make = instance.make.as_ref().ok_or_else(|| {
            Refusal::new(
                format!("what {} was made of is not known: security groups, profile, key", instance.id),
                "wait until instances are read again",
            )
        })?;
        let tag = |key: &str| instance.tags.get(key).cloned();
        let template = tag("aws:ec2launchtemplate:id").zip(tag("aws:ec2launchtemplate:version"));
        // Keys that begin with `aws:` are AWS's own, and refused.
        let own = instance.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let tags: Vec<Tag> = own.map(|(key, value)| Tag { key: key.into(), value: value.into() }).collect();
        let born_with = (!tags.is_empty()).then(|| TagSpecification { resource_type: "instance".into(), tags });
        Ok(Run {
            image_id: image.clone(),
            instance_type: instance.instance_type.clone(),
            min_count: 1,
            max_count: 1,
            subnet_id: subnet.id.clone(),
            security_group_ids: make.security_groups.to_vec(),
            key_name: make.key.clone(),
            iam_instance_profile: make.profile.clone().map(|arn| Profile { arn }),
            launch_template: template.map(|(id, version)| FromTemplate { launch_template_id: id.into(), version }),
            client_token: TOKEN.into(),
            tag_specifications: born_with.into_iter().collect(),
        })
    }

    /// The new one behind every balancer, and with every elastic address, of the old one.
    fn take_its_place(&mut self, new: &InstanceId) {
        for (group, own) in self.targets.clone() {
            let targets = Targets { target_group_arn: group.arn.clone(), targets: Self::specs(&own, new.text()) };
            let (_, warm) = wait::balancing(self.ground, self.here.region, std::slice::from_ref(&group.arn));
            let serves =
                Fact::Serves { instance: new.clone(), target_groups: vec![group.arn.clone()], classic: Vec::new() };
            let part = self
                .step(format!("put the new one behind {}", group.name), "it must serve before the old one leaves")
                .call(Action::RegisterTargets(targets.clone()))
                .until(serves, 60, SERVE_S)
                .held_for(warm)
                .undo(Action::DeregisterTargets(targets));
            self.add(part);
        }
        for address in self.addresses() {
            let Some(allocation) = &address.allocation else { continue };
            let to = |instance: &InstanceId| {
                Action::AssociateAddress(Associate {
                    allocation_id: allocation.clone(),
                    instance_id: blank_or(instance),
                    allow_reassociation: true,
                })
            };
            let part = self
                .step(format!("move {} to the new one", address.address), "whoever asks for that address must find it")
                .block("checks", Fact::ChecksPass { instance: new.clone() })
                .call(to(new))
                .until(Fact::AddressOn { allocation: allocation.clone(), instance: new.clone() }, 10, 120)
                .undo(to(&self.here.thing.id));
            self.add(part);
        }
    }

    /// Stopped and kept, unless somebody says otherwise: it is what an undo goes back to.
    fn put_old_away(&mut self) -> Result<(), Refusal> {
        let instance = self.here.thing;
        let id = &instance.id;
        let runs = Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Running] };
        let ids = || vec![Whom::from(id)];
        match self.settings.get("old") {
            Some("terminate") => {
                let attributes = self.ground.of::<InstanceAttributes>(self.here.region, id.text()).unwrap_or_default();
                if attributes.iter().any(|attributes| attributes.keeps_from_ending == Some(true)) {
                    return Err(Refusal::new(
                        format!("{id} is protected from termination"),
                        "old=stop keeps it; or ask who protected it",
                    ));
                }
                let there = Fact::InstanceIn {
                    instance: id.clone(),
                    states: vec![InstanceState::Running, InstanceState::Stopped],
                };
                let part = self
                    .step(format!("end {id} for good"), "old=terminate was asked for")
                    .block("state", there)
                    .call(Action::TerminateInstances(Instances { instance_ids: ids() }))
                    .until(
                        Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Terminated] },
                        60,
                        STOP_S,
                    );
                self.add(part);
                self.draft
                    .cannot_undo
                    .push(format!("{id} is ended: its id, its addresses, and its root volume's data"));
            }
            Some("keep") => self.draft.changes.push(format!("{id} goes on running, behind no balancer")),
            _ if instance.state == InstanceState::Running && instance.has_instance_store() == Some(false) => {
                let part = self
                    .step(format!("stop {id} and keep it"), "the new one has taken its place")
                    .block("state", runs)
                    .call(Action::StopInstances(Stop { instance_ids: ids(), force: false }))
                    .until(Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Stopped] }, 90, STOP_S)
                    .undo(Action::StartInstances(Instances { instance_ids: ids() }));
                self.add(part);
                self.draft.changes.push(format!("{id}: {} → stopped, kept with its volumes", instance.state));
            }
            _ => self.draft.changes.push(format!("{id} is left as it is: {}", instance.state)),
        }
        Ok(())
    }
}

/// An instance, or the step that a blank stands for.
fn blank_or(instance: &InstanceId) -> Whom {
    let step = instance.as_str().strip_prefix("${").and_then(|text| text.strip_suffix('}'));
    step.map_or_else(|| Whom::from(instance), |step| Whom::From(StepId::from(step)))
}
