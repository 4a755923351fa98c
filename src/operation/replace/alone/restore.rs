//! Launched anew from an image, to take the place of an instance that is kept until it does (`aws-domain.md` C.1).

use super::super::super::call::{
    Action, Associate, FromTemplate, Instances, Profile, Run, Stop, Tag, TagSpecification, Targets, Whom,
};
use super::super::super::condition::Fact;
use super::super::super::fill::TOKEN;
use super::super::super::plan::{Refusal, StepId};
use super::super::super::wait;
use super::super::way::Chosen;
use super::{Lane, SERVE_S, STOP_S};
use crate::estate::instance::{InstanceAttributes, InstanceState};
use crate::estate::zone::Subnet;
use crate::id::{ImageId, InstanceId};

/// How long a new one may take until its checks pass.
const RUN_S: u64 = 1200;

impl<'a> Lane<'_, 'a> {
    pub(super) fn restore(&mut self, chosen: &Chosen) -> Result<StepId, Refusal> {
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
